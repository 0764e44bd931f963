#include <cmath>
#include <limits>

#include "detente/diagnostic/error.hpp"
#include "detente/summary/incidence.hpp"
#include "summary/shuffled.hpp"
#include "support/catch.hpp"

using detente::diagnostic::RunError;
using detente::summary::Incidence;
using detente::summary::Proportion;
using detente::summary::test::add_in_shards;
using detente::summary::test::bytes_of;
using detente::summary::test::Generator;
using detente::summary::test::is_refused;
using detente::summary::test::survives_damage;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

Incidence incidence_of(const std::vector<double>& times) {
  Incidence incidence({1.0, 2.0, 4.0}, 5.0);
  incidence.add(times.data(), times.size());
  return incidence;
}

}  // namespace

TEST_CASE("incidence is one minus Kaplan and Meier by hand", "[summary]") {
  // Ten paths; three never, one after the horizon. Survival: 9/10 * 8/9 * ... at each event.
  const Incidence incidence =
      incidence_of({0.5, 1.0, 1.0001, 2.0, 3.0, 4.5, missing, infinity, 5.1, missing});
  double survival = 1.0;
  survival *= 9.0 / 10.0 * 8.0 / 9.0;  // 0.5, 1.0
  CHECK(incidence.by_date(0) == Proportion{2, 10});
  CHECK(incidence.shares()[0] == Approx(1.0 - survival));
  survival *= 7.0 / 8.0 * 6.0 / 7.0;  // 1.0001, 2.0
  CHECK(incidence.shares()[1] == Approx(1.0 - survival));
  survival *= 5.0 / 6.0;  // 3.0
  CHECK(incidence.shares()[2] == Approx(1.0 - survival));
  survival *= 4.0 / 5.0;  // 4.5
  CHECK(incidence.by_horizon() == Proportion{6, 10});
  CHECK(incidence.by_horizon().estimate() == Approx(1.0 - survival));
  CHECK(incidence.n() == 10);
}

TEST_CASE("quantiles of the time exist only where reached", "[summary]") {
  const Incidence incidence =
      incidence_of({0.5, 1.0, 1.0001, 2.0, 3.0, 4.5, missing, infinity, 5.1, missing});
  CHECK(incidence.quantile(0.05) == 0.5);
  CHECK(incidence.quantile(0.25) == 1.0001);  // third of ten
  CHECK(incidence.quantile(0.5) == 3.0);
  CHECK(incidence.quantile(0.6) == 4.5);
  CHECK(std::isnan(incidence.quantile(0.61)));
  CHECK(std::isnan(incidence.quantile(0.95)));
  CHECK(std::isnan(incidence_of({}).quantile(0.5)));
}

TEST_CASE("the restricted mean is the area under the survival curve", "[summary]") {
  const Incidence incidence = incidence_of({0.5, 1.0, 3.0, missing});
  const double area = 0.5 * 1.0 + 0.5 * 0.75 + 2.0 * 0.5 + 2.0 * 0.25;
  CHECK(incidence.restricted().mean() == Approx(area).epsilon(1e-15));
  CHECK(incidence.restricted().n() == 4);
}

TEST_CASE("intervals of incidence are Wilson's", "[summary]") {
  const Incidence incidence = incidence_of({0.5, 1.5, missing, missing});
  const auto intervals = incidence.intervals();
  REQUIRE(intervals.size() == 3);
  CHECK(intervals[0].low == Proportion{1, 4}.wilson().low);
  CHECK(intervals[2].high == Proportion{2, 4}.wilson().high);
  CHECK(incidence_of({missing, missing}).intervals()[0].high > 0.5);
}

TEST_CASE("with competing causes incidences add up to any cause", "[summary]") {
  // Hazards 0.3 and 0.1 for ten years: a share of 3/4 (1 - e^-4) ends by the first.
  Generator generator(61);
  std::exponential_distribution<double> any(0.4);
  std::uniform_real_distribution<double> uniform;
  const std::vector<double> dates = {1.0, 5.0, 10.0};
  Incidence first(dates, 10.0);
  Incidence second(dates, 10.0);
  for (int path = 0; path < 20'000; ++path) {
    const double time = any(generator);
    const bool by_first = uniform(generator) < 0.75;
    first.add(by_first ? time : missing);
    second.add(by_first ? missing : time);
  }
  for (std::size_t date = 0; date < dates.size(); ++date) {
    const double ended = 1.0 - std::exp(-0.4 * dates[date]);
    const auto z = [&](const Incidence& incidence, double truth) {
      return (incidence.shares()[date] - truth) / std::sqrt(truth * (1.0 - truth) / 20'000.0);
    };
    CHECK(std::fabs(z(first, 0.75 * ended)) < 5.0);
    CHECK(std::fabs(z(second, 0.25 * ended)) < 5.0);
  }
}

TEST_CASE("neither order nor split shows in the bytes of incidence", "[summary]") {
  Generator generator(62);
  std::exponential_distribution<double> exponential(0.3);
  std::vector<double> times(4'000);
  for (double& time : times) time = exponential(generator);
  const Incidence whole = incidence_of(times);
  for (int round = 0; round < 10; ++round) {
    const auto joined = add_in_shards(
        incidence_of({}), times, generator,
        [](Incidence& incidence, const double* t, std::size_t n) { incidence.add(t, n); });
    REQUIRE(bytes_of(joined) == bytes_of(whole));
    REQUIRE(joined == whole);
  }
}

TEST_CASE("dates that are no grid, or differ, are refused", "[summary]") {
  CHECK_THROWS_AS(Incidence({2.0, 1.0}, 5.0), RunError);
  CHECK_THROWS_AS(Incidence({1.0, 6.0}, 5.0), RunError);
  CHECK_THROWS_AS(Incidence({missing}, 5.0), RunError);
  Incidence incidence = incidence_of({1.0});
  CHECK_THROWS_AS(incidence.merge(Incidence({1.0, 2.0}, 5.0)), RunError);
  CHECK_THROWS_AS(incidence.merge(Incidence({1.0, 2.0, 4.0}, 6.0)), RunError);
}

TEST_CASE("incidence survives storage and refuses damage", "[summary]") {
  const Incidence incidence = incidence_of({0.5, 1.0, 3.0, missing});
  const std::string bytes = bytes_of(incidence);
  detente::summary::ByteReader reader(bytes);
  CHECK(Incidence::read(reader) == incidence);
  CHECK(reader.at_end());
  CHECK(survives_damage<Incidence>(bytes));
}

TEST_CASE("stored times that contradict one another are refused", "[summary]") {
  struct Stored {
    double horizon = 5.0;
    std::vector<double> dates = {1.0, 2.0};
    std::vector<std::uint64_t> seen = {1, 1, 0};
    std::uint64_t n = 3;
    int n_times = 2;
    int n_restricted = 3;
  };
  const auto bytes = [](const Stored& stored) {
    detente::summary::ByteWriter writer;
    writer.u8('i');
    writer.f64(stored.horizon);
    writer.count(stored.dates.size());
    for (const double date : stored.dates) writer.f64(date);
    writer.count(stored.n);
    for (const std::uint64_t seen : stored.seen) writer.count(seen);
    detente::summary::QuantileSketch times;
    detente::summary::Moments restricted;
    for (int i = 0; i < stored.n_times; ++i) times.add(0.5);
    for (int i = 0; i < stored.n_restricted; ++i) restricted.add(0.5);
    times.write(writer);
    restricted.write(writer);
    return writer.release();
  };
  const auto refused = [&bytes](auto change) {
    Stored stored;
    change(stored);
    return is_refused<Incidence>(bytes(stored));
  };
  CHECK_FALSE(refused([](Stored&) {}));
  CHECK(refused([](Stored& s) { s.dates = {2.0, 1.0}; }));
  CHECK(refused([](Stored& s) { s.dates = {1.0, 6.0}; }));
  CHECK(refused([](Stored& s) { s.horizon = infinity; }));
  CHECK(refused([](Stored& s) { s.horizon = missing; }));
  CHECK(refused([](Stored& s) { s.seen = {1, 0, 0}; }));
  CHECK(refused([](Stored& s) { s.n = s.n_restricted = 1; }));
  CHECK(refused([](Stored& s) { s.n_restricted = 2; }));
  detente::summary::ByteWriter many;
  many.u8('i');
  many.f64(5.0);
  many.count(std::uint64_t{1} << 40);
  CHECK(is_refused<Incidence>(many.bytes()));
}
