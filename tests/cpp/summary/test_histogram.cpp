#include <cmath>
#include <numeric>

#include "detente/diagnostic/error.hpp"
#include "detente/summary/histogram.hpp"
#include "summary/shuffled.hpp"
#include "support/catch.hpp"

using detente::summary::Histogram;
using detente::summary::make_histogram;
using detente::summary::QuantileSketch;

TEST_CASE("bars are half open and the last one closed", "[summary]") {
  const std::vector<double> values = {0.0, 0.0, 0.9, 1.0, 1.5, 2.0, 3.9, 4.0};
  QuantileSketch sketch;
  sketch.add(values.data(), values.size());
  const Histogram histogram = make_histogram(sketch, 4);
  CHECK(histogram.edges == std::vector<double>{0.0, 1.0, 2.0, 3.0, 4.0});
  CHECK(histogram.counts == std::vector<double>{3.0, 2.0, 1.0, 2.0});
  const Histogram inner = make_histogram(sketch, 2, 1.0, 3.0);
  CHECK(inner.edges == std::vector<double>{1.0, 2.0, 3.0});
  CHECK(inner.counts == std::vector<double>{2.0, 1.0});
}

TEST_CASE("bars of a coarse sketch stay near the counts of the data", "[summary]") {
  detente::summary::test::Generator generator(51);
  std::normal_distribution<double> normal(3.0, 2.0);
  std::vector<double> values(40'000);
  for (double& value : values) value = normal(generator);
  QuantileSketch sketch;
  sketch.add(values.data(), values.size());
  REQUIRE(sketch.level() > 0);
  const Histogram histogram = make_histogram(sketch, 20, -1.0, 7.0);
  for (std::size_t bar = 0; bar < 20; ++bar) {
    double exact = 0.0;
    for (const double value : values) {
      exact += value >= histogram.edges[bar] && value < histogram.edges[bar + 1] ? 1.0 : 0.0;
    }
    CHECK(std::fabs(histogram.counts[bar] - exact) < std::sqrt(exact));
  }
  const Histogram whole = make_histogram(sketch, 37);
  CHECK(std::accumulate(whole.counts.begin(), whole.counts.end(), 0.0) == Approx(40'000.0));
}

TEST_CASE("equal values make one bar and no values none", "[summary]") {
  QuantileSketch sketch;
  CHECK(make_histogram(sketch, 10).edges.empty());
  CHECK(make_histogram(sketch, 10).counts.empty());
  for (int i = 0; i < 5; ++i) sketch.add(7.0);
  const Histogram one = make_histogram(sketch, 10);
  CHECK(one.edges == std::vector<double>{6.5, 7.5});
  CHECK(one.counts == std::vector<double>{5.0});
  CHECK_THROWS_AS(make_histogram(sketch, 0, 0.0, 1.0), detente::diagnostic::RunError);
  CHECK_THROWS_AS(make_histogram(sketch, 3, 1.0, 1.0), detente::diagnostic::RunError);
}
