#include "detente/random/sobol.hpp"

#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace detente::random {
namespace {

std::vector<std::uint32_t> seeds_of(std::size_t n_dimensions, std::uint32_t first) {
  std::mt19937 generator(first);
  std::vector<std::uint32_t> seeds(n_dimensions);
  for (std::uint32_t& seed : seeds) seed = static_cast<std::uint32_t>(generator());
  return seeds;
}

TEST_CASE("scrambling maps digits one to one and lets upper digits decide on lower ones alone",
          "[random][sobol]") {
  for (const std::uint32_t seed : {1U, 77U, 0xDEADBEEFU}) {
    std::set<std::uint32_t> seen;
    for (std::uint32_t top = 0; top < 256; ++top) {
      const std::uint32_t image = scrambled(top << 24, seed);
      seen.insert(image >> 24);
      // What stands below has no say.
      CHECK(scrambled((top << 24) | 0xABCDEFu, seed) >> 24 == image >> 24);
    }
    CHECK(seen.size() == 256);
  }
}

TEST_CASE("the first 2^k points lie one in each elementary interval", "[random][sobol]") {
  // The first two dimensions are a (0, 2)-sequence: so is every one of them scrambled.
  constexpr std::size_t n = 1024;
  std::vector<double> points(2 * n);
  for (const std::uint32_t first_seed : {1U, 2U, 3U}) {
    SobolPoints(seeds_of(2, first_seed)).fill(0, n, points.data(), n);
    for (std::uint32_t across = 0; across <= 10; ++across) {
      std::set<std::pair<int, int>> cells;
      const double columns = std::ldexp(1.0, static_cast<int>(across));
      const double rows = std::ldexp(1.0, static_cast<int>(10 - across));
      for (std::size_t i = 0; i < n; ++i) {
        cells.emplace(static_cast<int>(points[i] * columns),
                      static_cast<int>(points[n + i] * rows));
      }
      CHECK(cells.size() == n);
    }
  }
}

TEST_CASE("every dimension fills its line evenly, however many there are", "[random][sobol]") {
  constexpr std::size_t n = 256, n_dimensions = 300;
  std::vector<double> points(n_dimensions * n);
  SobolPoints(seeds_of(n_dimensions, 9)).fill(0, n, points.data(), n);
  for (std::size_t d = 0; d < n_dimensions; ++d) {
    std::set<int> cells;
    for (std::size_t i = 0; i < n; ++i) cells.insert(static_cast<int>(points[d * n + i] * n));
    REQUIRE(cells.size() == n);
  }
}

TEST_CASE("a point is the same wherever it is asked for from", "[random][sobol]") {
  constexpr std::size_t n_dimensions = 7, n = 100;
  const SobolPoints points(seeds_of(n_dimensions, 4));
  std::vector<double> whole(n_dimensions * n), part(n_dimensions * n);
  points.fill(0, n, whole.data(), n);
  for (const std::size_t first : {1U, 2U, 31U, 64U, 99U}) {
    points.fill(first, n - first, part.data(), n);
    for (std::size_t d = 0; d < n_dimensions; ++d) {
      for (std::size_t i = first; i < n; ++i) {
        REQUIRE(part[d * n + i - first] == whole[d * n + i]);
      }
    }
  }
}

TEST_CASE("over seeds a point is uniform, and two dimensions do not know each other",
          "[random][sobol][laws]") {
  // Point 5 of two dimensions under 20,000 pairs of random seeds: moments within 5 standard errors.
  constexpr std::size_t n_seeds = 20'000;
  double sum = 0.0, squares = 0.0, products = 0.0;
  std::vector<double> point(2);
  for (std::uint32_t k = 0; k < n_seeds; ++k) {
    SobolPoints(seeds_of(2, k)).fill(5, 1, point.data(), 1);
    sum += point[0];
    squares += point[0] * point[0];
    products += (point[0] - 0.5) * (point[1] - 0.5);
  }
  const double root = std::sqrt(static_cast<double>(n_seeds));
  CHECK(std::abs(sum / n_seeds - 0.5) < 5.0 * std::sqrt(1.0 / 12.0) / root);
  CHECK(std::abs(squares / n_seeds - 1.0 / 3.0) < 5.0 * std::sqrt(4.0 / 45.0) / root);
  CHECK(std::abs(products / n_seeds) < 5.0 / 12.0 / root);
}

TEST_CASE("the mean of a smooth function has a far smaller variance", "[random][sobol][laws]") {
  // f = product of (1 + (x - 1/2) / 2) over 4 dimensions: mean 1, variance (49/48)^4 - 1 = 0.086.
  constexpr std::size_t n = 1024, n_dimensions = 4, n_seeds = 50;
  std::vector<double> points(n_dimensions * n);
  double squares = 0.0;
  for (std::uint32_t k = 0; k < n_seeds; ++k) {
    SobolPoints(seeds_of(n_dimensions, k)).fill(0, n, points.data(), n);
    double mean = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      double f = 1.0;
      for (std::size_t d = 0; d < n_dimensions; ++d) f *= 1.0 + (points[d * n + i] - 0.5) / 2.0;
      mean += f / n;
    }
    squares += (mean - 1.0) * (mean - 1.0) / n_seeds;
  }
  const double independent = (std::pow(49.0 / 48.0, 4) - 1.0) / n;
  INFO("variance of independent points over that of these: " << independent / squares);
  CHECK(squares < independent / 100.0);
}

}  // namespace
}  // namespace detente::random
