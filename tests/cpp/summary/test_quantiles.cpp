#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "detente/diagnostic/error.hpp"
#include "detente/summary/quantiles.hpp"
#include "summary/shuffled.hpp"
#include "summary/sketches.hpp"
#include "support/catch.hpp"

using detente::diagnostic::RunError;
using detente::summary::quantile_rank;
using detente::summary::QuantileSketch;
using detente::summary::test::add_in_shards;
using detente::summary::test::bytes_of;
using detente::summary::test::Generator;
using detente::summary::test::samples;
using detente::summary::test::sketch_of;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double missing = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> levels = {0.0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1.0};

void add_column(QuantileSketch& sketch, const double* values, std::size_t n) {
  sketch.add(values, n);
}

}  // namespace

TEST_CASE("the rank of a quantile forgives the rounding of its level", "[summary]") {
  CHECK(quantile_rank(0.0, 10) == 1);
  CHECK(quantile_rank(0.05, 20) == 1);
  CHECK(quantile_rank(0.05, 21) == 2);
  CHECK(quantile_rank(0.5, 10) == 5);
  CHECK(quantile_rank(0.5, 11) == 6);
  CHECK(quantile_rank(0.1 + 0.2, 10) == 3);  // 0.30000000000000004
  CHECK(quantile_rank(0.95, 100'000'000) == 95'000'000);
  CHECK(quantile_rank(1.0, 10) == 10);
}

TEST_CASE("few distinct values give exact quantiles", "[summary]") {
  Generator generator(42);
  std::vector<double> values(10'000);
  for (double& value : values) value = 0.1 * static_cast<double>(generator() % 2'000) - 100.0;
  const QuantileSketch sketch = sketch_of(values);
  CHECK(sketch.level() == 0);
  CHECK(sketch.resolution_at(1.0) == 0.0);
  std::sort(values.begin(), values.end());
  for (const double p : levels) {
    CHECK(sketch.quantile(p) == values[quantile_rank(p, values.size()) - 1]);
  }
  CHECK(sketch.minimum() == values.front());
  CHECK(sketch.maximum() == values.back());
  CHECK(sketch.rank_of(0.0) ==
        static_cast<double>(std::upper_bound(values.begin(), values.end(), 0.0) - values.begin()));
}

TEST_CASE("a quantile lies in the bin of the sorted value of its rank", "[summary]") {
  for (const std::size_t capacity :
       {std::size_t{64}, QuantileSketch::compact_capacity, QuantileSketch::default_capacity}) {
    for (std::vector<double>& values : samples(50'000)) {
      const QuantileSketch sketch = sketch_of(values, capacity);
      REQUIRE(sketch.bins().size() <= capacity + 3);
      std::sort(values.begin(), values.end());
      for (const double p : levels) {
        const double exact = values[quantile_rank(p, values.size()) - 1];
        const double error = std::fabs(sketch.quantile(p) - exact);
        CHECK(error <= sketch.resolution_at(exact));
      }
      CHECK(sketch.quantile(0.0) == values.front());
      CHECK(sketch.quantile(1.0) == values.back());
    }
  }
}

TEST_CASE("2048 bins place a quantile far inside its sampling error", "[summary]") {
  for (std::vector<double>& values : samples(50'000)) {
    const QuantileSketch sketch = sketch_of(values);
    std::sort(values.begin(), values.end());
    for (const double p : {0.05, 0.25, 0.5, 0.75, 0.95}) {
      // The rank that the sketch's value really has, in standard errors of a rank.
      const double value = sketch.quantile(p);
      const auto low = std::lower_bound(values.begin(), values.end(), value) - values.begin();
      const auto high = std::upper_bound(values.begin(), values.end(), value) - values.begin();
      const double rank = 50'000.0 * p;
      const double miss =
          std::max({0.0, static_cast<double>(low) - rank, rank - static_cast<double>(high)});
      CHECK(miss / std::sqrt(50'000.0 * p * (1.0 - p)) < 0.2);
    }
  }
}

TEST_CASE("heaps stay where they are", "[summary]") {
  const std::vector<std::vector<double>> columns = samples(50'000);
  const QuantileSketch at_ends = sketch_of(columns[4], QuantileSketch::compact_capacity);
  CHECK(at_ends.quantile(0.95) == 1.0);
  CHECK(at_ends.quantile(0.15) == -1.0);
  CHECK(at_ends.quantile(0.17) > -1.0);
  const QuantileSketch at_zero = sketch_of(columns[5], QuantileSketch::compact_capacity);
  CHECK(at_zero.level() > 0);
  CHECK(at_zero.quantile(0.8) == 0.0);
}

TEST_CASE("the level is the lowest at which the data fit", "[summary]") {
  // From 16 to 32 in steps of 1/4: one binary order, cut into bins as wide as the capacity demands.
  std::vector<double> values;
  for (int i = 0; i < 64; ++i) values.push_back(16.0 + 0.25 * i);
  CHECK(sketch_of(values, 64).is_exact());
  CHECK(sketch_of(values, 64).resolution_at(20.0) == 0.0);
  CHECK(sketch_of(values, 63).resolution_at(20.0) == 0.5);
  CHECK(sketch_of(values, 32).resolution_at(20.0) == 0.5);
  CHECK(sketch_of(values, 31).resolution_at(20.0) == 1.0);
  CHECK(sketch_of(values, 16).resolution_at(20.0) == 1.0);
  CHECK(sketch_of(values, 16).level() == sketch_of(values, 32).level() + 1);
  // Half as many bins every fourth order downwards: half the bins in a range 16 times smaller.
  CHECK(sketch_of(values, 16).resolution_at(20.0 / 16.0) == 1.0 / 8.0);
  CHECK(sketch_of(values, 16).resolution_at(-20.0 / 16.0) == 1.0 / 8.0);
}

TEST_CASE("neither order nor split shows in a sketch's bytes", "[summary]") {
  Generator generator(43);
  for (std::vector<double>& values : samples(8'000)) {
    values.insert(values.end(), {missing, infinity, -infinity, -infinity, 0.0, -0.0});
    for (const std::size_t capacity :
         {std::size_t{16}, std::size_t{100}, QuantileSketch::default_capacity}) {
      QuantileSketch single(capacity);
      for (const double value : values) single.add(value);
      for (int round = 0; round < 5; ++round) {
        const auto joined = add_in_shards(QuantileSketch(capacity), values, generator, add_column);
        REQUIRE(bytes_of(joined) == bytes_of(single));
        REQUIRE(joined == single);
      }
    }
  }
}

TEST_CASE("many values at once make the sketch that they make one by one", "[summary]") {
  std::vector<std::vector<double>> columns = samples(10'000);
  columns.push_back(std::vector<double>(10'000, 0.0));
  columns.push_back(std::vector<double>(10'000, -3.0));
  std::vector<double> apart(10'000, 1e-300);  // few distinct values, however far apart
  for (std::size_t i = 0; i < 50; ++i) apart[i] = -1e300 * static_cast<double>(i);
  columns.push_back(apart);
  columns.push_back(columns[0]);
  columns.back()[17] = missing;
  columns.push_back(columns[0]);
  for (double& value : columns.back()) value = std::max(value, 0.0);  // a heap at zero, the least
  columns.push_back(columns[1]);
  columns.back()[17] = 1e200;
  for (const double far : {10.0, 40.0, 160.0}) {  // most lie close together
    columns.push_back(columns[0]);
    for (std::size_t i = 0; i < columns.back().size(); i += 500) columns.back()[i] *= far;
  }
  for (const std::vector<double>& values : columns) {
    for (const std::size_t capacity :
         {std::size_t{16}, QuantileSketch::compact_capacity, QuantileSketch::default_capacity}) {
      QuantileSketch single(capacity);
      for (const double value : values) single.add(value);
      QuantileSketch whole = sketch_of(values, capacity);
      REQUIRE(bytes_of(whole) == bytes_of(single));
      // What comes later finds either in the same state.
      for (std::size_t i = 0; i < 500; ++i) {
        single.add(1.5 * values[i]);
        whole.add(1.5 * values[i]);
      }
      REQUIRE(bytes_of(whole) == bytes_of(single));
    }
  }
}

// Those are not counted until something comes after them.
TEST_CASE("first values that have room are read like others", "[summary]") {
  for (std::vector<double>& values : samples(2'000)) {
    values[3] = values[5] = values[7];
    values[11] = 0.0;
    values[12] = -0.0;
    for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{20}, values.size()}) {
      const std::vector<double> first(values.begin(), values.begin() + static_cast<long>(n));
      QuantileSketch single;
      for (const double value : first) single.add(value);
      const QuantileSketch whole = sketch_of(first);
      REQUIRE(whole == single);
      CHECK(whole.quantiles(levels) == single.quantiles(levels));
      std::vector<double> sorted = first;
      std::sort(sorted.begin(), sorted.end());
      for (const double level : levels) {
        CHECK(whole.quantile(level) == sorted[quantile_rank(level, n) - 1]);
        CHECK(whole.rank_of(whole.quantile(level)) == single.rank_of(single.quantile(level)));
      }
      CHECK(whole.quantile_interval(0.5).low == single.quantile_interval(0.5).low);
      CHECK(whole.bins().size() == single.bins().size());
      CHECK(whole.resolution_at(first[0]) == 0.0);
      // Joined to others of either kind, or the other way round.
      const QuantileSketch later = sketch_of({1.0, first[0], 2.0, 0.0});
      QuantileSketch counted;
      for (const double value : {1.0, first[0], 2.0, 0.0}) counted.add(value);
      single.merge(counted);
      for (const QuantileSketch& other : {later, counted}) {
        QuantileSketch joined = whole;
        joined.merge(other);
        CHECK(joined == single);
        QuantileSketch turned = other;
        turned.merge(whole);
        CHECK(turned == single);
      }
    }
  }
}

TEST_CASE("few values have exact quantiles however far apart they are", "[summary]") {
  const double huge = std::numeric_limits<double>::max();
  const double tiny = std::numeric_limits<double>::denorm_min();
  const std::vector<double> sorted = {-huge, -huge, -1.0, -tiny, 0.0, 0.0, tiny, 1.0, 3.0, huge};
  std::vector<double> values = {3.0, -0.0, huge, -tiny, -huge, 1.0, 0.0, tiny, -huge, -1.0};
  const bool is_joined = GENERATE(false, true);
  QuantileSketch sketch;
  sketch.add(values.data(), is_joined ? 4 : values.size());
  if (is_joined) {
    QuantileSketch other;
    other.add(values.data() + 4, values.size() - 4);
    sketch.merge(other);
  }
  std::vector<double> levels;
  for (std::size_t i = 0; i < sorted.size(); ++i)
    levels.push_back((static_cast<double>(i) + 0.5) / 10.0);
  CHECK(sketch.quantiles(levels) == sorted);
  CHECK_FALSE(std::signbit(sketch.quantile(0.45)));
  CHECK_FALSE(std::signbit(sketch.quantile(0.55)));
}

TEST_CASE("exact sketches of ranges apart are joined where they come to have too many bins",
          "[summary]") {
  std::vector<double> low(200), high(200), all;
  for (std::size_t i = 0; i < low.size(); ++i) {
    low[i] = -1.0 + 0.001 * static_cast<double>(i * i % 211);
    high[i] = 1e3 + static_cast<double>(i * i % 211);
  }
  all = low;
  all.insert(all.end(), high.begin(), high.end());
  for (const bool turned : {false, true}) {
    QuantileSketch joined = sketch_of(turned ? high : low, QuantileSketch::compact_capacity);
    joined.merge(sketch_of(turned ? low : high, QuantileSketch::compact_capacity));
    CHECK(bytes_of(joined) == bytes_of(sketch_of(all, QuantileSketch::compact_capacity)));
  }
}

TEST_CASE("doubles of every size keep their order in sixteen bins", "[summary]") {
  Generator generator(44);
  std::vector<double> values;
  while (values.size() < 20'000) {
    const auto value = std::bit_cast<double>(generator());
    if (std::isfinite(value)) values.push_back(value);
  }
  const QuantileSketch sketch = sketch_of(values, 16);
  CHECK(sketch.bins().size() <= 19);
  double previous = -infinity;
  for (const double p : levels) {
    CHECK(sketch.quantile(p) >= previous);
    previous = sketch.quantile(p);
  }
  CHECK(sketch.minimum() == *std::min_element(values.begin(), values.end()));
  CHECK(bytes_of(add_in_shards(QuantileSketch(16), values, generator, add_column)) ==
        bytes_of(sketch));
}

TEST_CASE("a sketch may be joined to itself and to none of another capacity", "[summary]") {
  QuantileSketch sketch = sketch_of(samples(3'000)[0], 100);
  const std::uint64_t n = sketch.n();
  sketch.merge(sketch);
  CHECK(sketch.n() == 2 * n);
  CHECK_THROWS_AS(sketch.merge(QuantileSketch(101)), RunError);
  CHECK_THROWS_AS(QuantileSketch(15), RunError);
}

TEST_CASE("NaN has no rank and infinities keep theirs", "[summary]") {
  const QuantileSketch sketch = sketch_of({missing, 1.0, infinity, -infinity, 2.0, missing});
  CHECK(sketch.n() == 4);
  CHECK(sketch.n_nan() == 2);
  CHECK(sketch.quantile(0.25) == -infinity);
  CHECK(sketch.quantile(0.5) == 1.0);
  CHECK(sketch.quantile(0.75) == 2.0);
  CHECK(sketch.quantile(1.0) == infinity);
  CHECK(sketch.rank_of(1.5) == 2.0);
  CHECK(sketch.rank_of(infinity) == 4.0);
  const QuantileSketch empty;
  CHECK(std::isnan(empty.quantile(0.5)));
  CHECK(std::isnan(empty.minimum()));
  CHECK(std::isnan(empty.quantile_interval(0.5).low));
}

TEST_CASE("the interval of a quantile covers it as often as stated", "[summary]") {
  Generator generator(45);
  std::exponential_distribution<double> exponential;
  const double truth = -std::log(0.75);  // the lower quartile
  int covered = 0;
  for (int repetition = 0; repetition < 1'000; ++repetition) {
    std::vector<double> values(400);
    for (double& value : values) value = exponential(generator);
    const auto interval = sketch_of(values).quantile_interval(0.25);
    covered += interval.low <= truth && truth <= interval.high ? 1 : 0;
  }
  // 400 values: ranks 83 to 117, covering 0.9497 + 0.0039 (binomial, both ends included).
  const double z = (covered / 1'000.0 - 0.954) / std::sqrt(0.954 * 0.046 / 1'000.0);
  CHECK(std::fabs(z) < 5.0);
}
