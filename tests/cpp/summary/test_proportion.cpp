#include <cmath>

#include "detente/diagnostic/error.hpp"
#include "detente/summary/proportion.hpp"
#include "summary/shuffled.hpp"
#include "support/catch.hpp"

using detente::summary::Interval;
using detente::summary::Proportion;
using detente::summary::test::bytes_of;
using detente::summary::test::survives_damage;

TEST_CASE("a share and its standard error", "[summary]") {
  Proportion proportion;
  for (int i = 0; i < 100; ++i) proportion.add(i % 5 == 0);
  CHECK(proportion == Proportion{20, 100});
  CHECK(proportion.estimate() == 0.2);
  CHECK(proportion.standard_error() == Approx(0.04));
  proportion.merge({30, 100});
  CHECK(proportion == Proportion{50, 200});
  CHECK(std::isnan(Proportion().estimate()));
}

TEST_CASE("Wilson's interval agrees with Newcombe's table", "[summary]") {
  // Newcombe 1998, Statistics in Medicine 17:857, table I, method 3, 95 %.
  struct Row {
    Proportion proportion;
    double low, high;
  };
  for (const Row& row : {Row{{81, 263}, 0.2553, 0.3662}, Row{{15, 148}, 0.0624, 0.1605},
                         Row{{0, 20}, 0.0000, 0.1611}, Row{{1, 29}, 0.0061, 0.1718}}) {
    const Interval interval = row.proportion.wilson();
    CHECK(std::fabs(interval.low - row.low) < 0.00006);
    CHECK(std::fabs(interval.high - row.high) < 0.00006);
  }
}

TEST_CASE("Wilson's ends solve his equation and mirror each other", "[summary]") {
  for (const double level : {0.5, 0.9, 0.95, 0.99}) {
    const double z = detente::summary::two_sided_normal_quantile(level);
    for (const std::uint64_t hits : {0u, 1u, 7u, 50u, 99u, 100u}) {
      const Interval interval = Proportion{hits, 100}.wilson(level);
      const Interval mirrored = Proportion{100 - hits, 100}.wilson(level);
      CHECK(interval.low == Approx(1.0 - mirrored.high).margin(1e-15));
      for (const double end : {interval.low, interval.high}) {
        const double distance = 0.01 * static_cast<double>(hits) - end;
        if (end == 0.0 || end == 1.0) continue;
        CHECK(distance * distance == Approx(z * z * end * (1.0 - end) / 100.0).epsilon(1e-10));
      }
    }
  }
}

TEST_CASE("no hits and all hits are never certain", "[summary]") {
  const Proportion none{0, 1'000};
  CHECK(none.standard_error() == 0.0);
  CHECK(none.wilson().low == 0.0);
  CHECK(none.wilson().high > 0.003);
  CHECK(none.lower_bound() == 0.0);
  CHECK(none.upper_bound() == Approx(1.0 - std::pow(0.05, 1e-3)).epsilon(1e-12));
  CHECK(none.upper_bound() == Approx(0.003).epsilon(5e-3));  // the rule of three
  const Proportion all{1'000, 1'000};
  CHECK(all.wilson().high == 1.0);
  CHECK(all.wilson().low < 0.997);
  CHECK(all.upper_bound() == 1.0);
  CHECK(all.lower_bound() == Approx(std::pow(0.05, 1e-3)).epsilon(1e-12));
  CHECK(Proportion().wilson().low == 0.0);
  CHECK(Proportion().wilson().high == 1.0);
  CHECK(Proportion().upper_bound() == 1.0);
}

TEST_CASE("exact bounds leave the stated binomial tail", "[summary]") {
  const Proportion proportion{3, 12};
  const auto at_most_three = [](double p) {
    return std::pow(1 - p, 12) + 12 * p * std::pow(1 - p, 11) + 66 * p * p * std::pow(1 - p, 10) +
           220 * p * p * p * std::pow(1 - p, 9);
  };
  const auto at_most_two = [](double p) {
    return std::pow(1 - p, 12) + 12 * p * std::pow(1 - p, 11) + 66 * p * p * std::pow(1 - p, 10);
  };
  CHECK(at_most_three(proportion.upper_bound()) == Approx(0.05).epsilon(1e-10));
  CHECK(1.0 - at_most_two(proportion.lower_bound()) == Approx(0.05).epsilon(1e-10));
}

TEST_CASE("a proportion survives storage and refuses damage", "[summary]") {
  const std::string bytes = bytes_of(Proportion{300, 100'000});
  detente::summary::ByteReader reader(bytes);
  CHECK(Proportion::read(reader) == Proportion{300, 100'000});
  CHECK(survives_damage<Proportion>(bytes));
  detente::summary::ByteWriter writer;
  writer.u8('p');
  writer.count(5);
  writer.count(4);
  detente::summary::ByteReader impossible(writer.bytes());
  CHECK_THROWS_AS(Proportion::read(impossible), detente::diagnostic::RunError);
}
