#include <cmath>

#include "detente/summary/moments.hpp"
#include "detente/summary/paired.hpp"
#include "summary/shuffled.hpp"
#include "support/catch.hpp"

using detente::summary::Moments;
using detente::summary::PairedMoments;
using detente::summary::PairedRatios;
using detente::summary::test::add_in_shards;
using detente::summary::test::bytes_of;
using detente::summary::test::Generator;
using detente::summary::test::survives_damage;

namespace {

using Pair = std::pair<double, double>;

struct Conditional {
  double first_value, first_weight, second_value, second_weight;
};

std::vector<Pair> correlated(std::size_t n, std::uint64_t seed) {
  Generator generator(seed);
  std::normal_distribution<double> normal;
  std::vector<Pair> pairs(n);
  for (auto& [x, y] : pairs) {
    x = 10.0 + normal(generator);
    y = 3.0 + 0.5 * x + 0.25 * normal(generator);
  }
  return pairs;
}

PairedMoments moments_of(const std::vector<Pair>& pairs) {
  PairedMoments moments;
  for (const auto& [x, y] : pairs) moments.add(x, y);
  return moments;
}

// A share of 0.4 of the paths counts, more often where u is large.
Conditional draw_conditional(Generator& generator) {
  std::uniform_real_distribution<double> uniform;
  const double u = uniform(generator);
  const double first_weight = u < 0.4 ? 1.0 : 0.0;
  const double second_weight = u < 0.6 ? 1.0 : 0.0;
  const double v = uniform(generator);
  return {first_weight * (v < 0.5 + 0.3 * u ? 1.0 : 0.0), first_weight,
          second_weight * (v < 0.2 + 0.3 * u ? 1.0 : 0.0), second_weight};
}

void add(PairedRatios& ratios, const Conditional& c) {
  ratios.add(c.first_value, c.first_weight, c.second_value, c.second_weight);
}

}  // namespace

TEST_CASE("pairs by hand", "[summary]") {
  const PairedMoments moments = moments_of({{1.0, 2.0}, {2.0, 4.0}, {3.0, 3.0}, {6.0, 7.0}});
  CHECK(moments.mean_x() == 3.0);
  CHECK(moments.mean_y() == 4.0);
  CHECK(moments.variance_x() == Approx(14.0 / 3.0));
  CHECK(moments.variance_y() == Approx(14.0 / 3.0));
  CHECK(moments.covariance() == Approx(13.0 / 3.0));
  CHECK(moments.correlation() == Approx(13.0 / 14.0));
  CHECK(moments.difference() == 1.0);
  CHECK(moments.difference_standard_error() == Approx(std::sqrt(2.0 / 3.0 / 4.0)));
  CHECK(moments.ratio() == Approx(4.0 / 3.0));
  // Residuals y - 4/3 x: 2/3, 4/3, -1, -1; their squares sum to 38/9.
  CHECK(moments.ratio_standard_error() == Approx(std::sqrt(38.0 / 9.0 / 12.0) / 3.0));
}

TEST_CASE("the error of a difference is that of the differences", "[summary]") {
  for (const double offset : {0.0, 1e6}) {
    PairedMoments paired;
    Moments differences;
    for (const auto& [x, y] : correlated(5'000, 31)) {
      const double moved_x = x + offset;
      const double moved_y = y + offset;
      paired.add(moved_x, moved_y);
      differences.add(moved_y - moved_x);
    }
    CHECK(paired.difference() == Approx(differences.mean()).epsilon(1e-12));
    CHECK(paired.difference_standard_error() == Approx(differences.standard_error()).epsilon(1e-9));
  }
}

TEST_CASE("policies that differ on one path in many keep an honest error", "[summary]") {
  PairedMoments paired;
  Moments differences;
  for (int i = 0; i < 100'000; ++i) {
    const double x = 1e8 + i;
    const double change = i % 50'000 == 0 ? 1.0 : 0.0;
    paired.add(x, x + change);
    differences.add(change);
  }
  CHECK(paired.difference() == differences.mean());
  CHECK(paired.difference_standard_error() == Approx(differences.standard_error()).epsilon(1e-14));
  PairedMoments equal;
  for (int i = 0; i < 100; ++i) equal.add(0.1 * i, 0.1 * i);
  CHECK(equal.difference() == 0.0);
  CHECK(equal.difference_standard_error() == 0.0);
  CHECK(equal.ratio_standard_error() == 0.0);
}

TEST_CASE("the ratio's error is the spread of ratios over repetitions", "[summary]") {
  Moments ratios;
  Moments errors;
  for (std::uint64_t repetition = 0; repetition < 2'000; ++repetition) {
    const PairedMoments paired = moments_of(correlated(200, 1'000 + repetition));
    ratios.add(paired.ratio());
    errors.add(paired.ratio_standard_error());
  }
  // The standard deviation of m repetitions has a relative error of 1 / sqrt(2 m).
  const double z = (errors.mean() / ratios.standard_deviation() - 1.0) * std::sqrt(2.0 * 2'000.0);
  CHECK(std::fabs(z) < 5.0);
}

TEST_CASE("a conditional share's error is that over the paths where it holds", "[summary]") {
  PairedMoments paired;
  Moments subset;
  Generator generator(33);
  for (int i = 0; i < 20'000; ++i) {
    const Conditional c = draw_conditional(generator);
    paired.add(c.first_weight, c.first_value);
    if (c.first_weight == 1.0) subset.add(c.first_value);
  }
  CHECK(paired.ratio() == Approx(subset.mean()).epsilon(1e-14));
  CHECK(paired.ratio_standard_error() == Approx(subset.standard_error()).epsilon(1e-3));
}

TEST_CASE("a difference of ratios has the error seen over repetitions", "[summary]") {
  Moments differences;
  Moments errors;
  Generator generator(34);
  for (int repetition = 0; repetition < 2'000; ++repetition) {
    PairedRatios ratios;
    for (int i = 0; i < 300; ++i) add(ratios, draw_conditional(generator));
    differences.add(ratios.difference());
    errors.add(ratios.difference_standard_error());
  }
  const double z =
      (errors.mean() / differences.standard_deviation() - 1.0) * std::sqrt(2.0 * 2'000.0);
  CHECK(std::fabs(z) < 5.0);

  PairedRatios equal;
  for (int i = 0; i < 300; ++i) {
    const Conditional c = draw_conditional(generator);
    equal.add(c.first_value, c.first_weight, c.first_value, c.first_weight);
  }
  CHECK(equal.difference() == 0.0);
  CHECK(equal.difference_standard_error() == 0.0);
}

TEST_CASE("what pairs cannot tell is NaN", "[summary]") {
  CHECK(std::isnan(PairedMoments().difference()));
  CHECK(std::isnan(moments_of({{1.0, 2.0}}).difference_standard_error()));
  CHECK(std::isnan(moments_of({{0.0, 2.0}, {0.0, 1.0}}).ratio()));
  CHECK(std::isnan(moments_of({{0.0, 2.0}, {0.0, 1.0}}).ratio_standard_error()));
  CHECK(std::isnan(moments_of({{1.0, 2.0}, {1.0, 1.0}}).correlation()));
  CHECK(std::isnan(PairedRatios().difference_standard_error()));
}

TEST_CASE("neither order nor split shows in the bytes of pairs", "[summary]") {
  Generator generator(35);
  const std::vector<Pair> pairs = correlated(2'000, 36);
  const PairedMoments whole = moments_of(pairs);
  std::vector<Conditional> conditionals(2'000);
  PairedRatios whole_ratios;
  for (Conditional& c : conditionals) {
    c = draw_conditional(generator);
    add(whole_ratios, c);
  }
  for (int round = 0; round < 10; ++round) {
    const auto joined = add_in_shards(PairedMoments(), pairs, generator,
                                      [](PairedMoments& m, const Pair* p, std::size_t n) {
                                        for (std::size_t i = 0; i < n; ++i)
                                          m.add(p[i].first, p[i].second);
                                      });
    REQUIRE(bytes_of(joined) == bytes_of(whole));
    const auto ratios = add_in_shards(PairedRatios(), conditionals, generator,
                                      [](PairedRatios& r, const Conditional* c, std::size_t n) {
                                        for (std::size_t i = 0; i < n; ++i) add(r, c[i]);
                                      });
    REQUIRE(bytes_of(ratios) == bytes_of(whole_ratios));
  }
}

TEST_CASE("pairs survive storage and refuse damage", "[summary]") {
  const PairedMoments moments = moments_of(correlated(50, 37));
  const std::string bytes = bytes_of(moments);
  detente::summary::ByteReader reader(bytes);
  CHECK(PairedMoments::read(reader) == moments);
  CHECK(reader.at_end());
  CHECK(survives_damage<PairedMoments>(bytes));
  PairedRatios ratios;
  Generator generator(38);
  for (int i = 0; i < 50; ++i) add(ratios, draw_conditional(generator));
  const std::string ratio_bytes = bytes_of(ratios);
  detente::summary::ByteReader ratio_reader(ratio_bytes);
  CHECK(PairedRatios::read(ratio_reader) == ratios);
  CHECK(survives_damage<PairedRatios>(ratio_bytes));
}
