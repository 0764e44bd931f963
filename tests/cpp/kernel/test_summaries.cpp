#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "detente/kernel/dispatch.hpp"
#include "summary/quantile_grid.hpp"
#include "support/catch.hpp"

namespace kernel = detente::kernel;
namespace summary = detente::summary;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Values of all sizes and signs, zeros among them, in any number and anywhere in memory.
std::vector<double> some_values(std::size_t n, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(n);
  for (double& value : values) {
    value = engine() % 9 == 0 ? 0.0 : normal(engine) * std::exp(8.0 * normal(engine));
  }
  return values;
}

void check_extent(const kernel::Extent& found, const double* values, std::size_t n) {
  kernel::Extent extent{infinity, -infinity, infinity, -infinity, 0, 0, 0, n > 0};
  for (std::size_t i = 0; i < n; ++i) {
    const double value = values[i];
    extent.is_finite = extent.is_finite && std::isfinite(value);
    if (std::isnan(value)) continue;
    extent.low = std::min(extent.low, value);
    extent.high = std::max(extent.high, value);
    extent.n_zero += value == 0.0 ? 1 : 0;
    if (value == 0.0) continue;
    extent.low_beside_zero = std::min(extent.low_beside_zero, value);
    extent.high_beside_zero = std::max(extent.high_beside_zero, value);
  }
  CHECK(found.low == extent.low);
  CHECK(found.high == extent.high);
  CHECK(found.low_beside_zero == extent.low_beside_zero);
  CHECK(found.high_beside_zero == extent.high_beside_zero);
  CHECK(found.n_zero == extent.n_zero);
  CHECK(found.is_finite == extent.is_finite);
  CHECK(found.n_low == static_cast<std::uint64_t>(std::count(values, values + n, extent.low)));
  CHECK(found.n_high == static_cast<std::uint64_t>(std::count(values, values + n, extent.high)));
}

}  // namespace

TEST_CASE("the extent of values is what a loop finds, wherever they stand", "[kernel]") {
  for (const kernel::Table* table : kernel::available()) {
    INFO(table->name);
    for (std::size_t n = 0; n < 40; ++n) {
      INFO(n);
      std::vector<double> values = some_values(n + 1, static_cast<unsigned>(n));
      kernel::Extent extent;
      table->extent(&extent, values.data() + 1, n);
      check_extent(extent, values.data() + 1, n);
      for (double& value : values) value = value > 0.0 ? 2.5 : 0.0;  // many at either end
      table->extent(&extent, values.data(), n);
      check_extent(extent, values.data(), n);
      for (const double odd : {not_a_number, infinity, -infinity}) {
        if (n == 0) continue;
        values[n / 2] = odd;
        table->extent(&extent, values.data(), n);
        check_extent(extent, values.data(), n);
      }
    }
  }
}

TEST_CASE("values lie in the cells of the quantile sketches' grid", "[kernel]") {
  const std::vector<double> values = some_values(1003, 3);
  int least = 1;
  for (const double value : values) least = std::max(least, summary::least_level_for(value));
  for (const kernel::Table* table : kernel::available()) {
    INFO(table->name);
    for (const int level : {least, least + 3, least + 40, least + 90}) {
      for (const std::size_t n :
           {std::size_t{0}, std::size_t{7}, std::size_t{8}, values.size() - 1}) {
        const std::int64_t first = summary::grid_key(-1e6, level);
        std::vector<std::uint32_t> cells(n + 1, 77);
        table->cells(cells.data(), values.data() + 1, level, first, 123456, n);
        for (std::size_t i = 0; i < n; ++i) {
          const double value = values[i + 1];
          const auto cell = static_cast<std::uint32_t>(summary::grid_key(value, level) - first);
          REQUIRE(cells[i] == (value == 0.0 ? 123456 : cell));
        }
        CHECK(cells[n] == 77);
      }
    }
  }
}

TEST_CASE("split sums are exact in their upper parts and lose nothing", "[kernel]") {
  for (const kernel::Table* table : kernel::available()) {
    INFO(table->name);
    for (const std::size_t n :
         {std::size_t{1}, std::size_t{15}, std::size_t{256}, std::size_t{509}}) {
      std::mt19937_64 engine(n);
      std::uniform_real_distribution<double> uniform(-1.0, 1.0);
      std::vector<double> values(n), rest(n);
      for (double& value : values) value = uniform(engine);
      CHECK(table->largest_magnitude(values.data(), n) ==
            std::abs(*std::max_element(values.begin(), values.end(), [](double a, double b) {
              return std::abs(a) < std::abs(b);
            })));
      bool is_left = false;
      const double sum = table->split_sum(rest.data(), values.data(), 0x1p9, &is_left, n);
      CHECK(is_left);
      double upper = 0.0;  // in whole numbers of 2^-44, so in any order
      for (std::size_t i = 0; i < n; ++i) {
        CHECK(std::abs(rest[i]) <= 0x1p-44);
        CHECK(std::remainder(values[i] - rest[i], 0x1p-44) == 0.0);
        CHECK((values[i] - rest[i]) + rest[i] == values[i]);
        upper += values[i] - rest[i];
      }
      CHECK(sum == upper);
      double whole = 0.0;
      for (double& value : values) whole += value = std::ldexp(std::floor(0x1p20 * value), -20);
      CHECK(table->split_sum(values.data(), values.data(), 0x1p9, &is_left, n) == whole);
      CHECK_FALSE(is_left);
    }
    const double odd[] = {1.0, not_a_number, 2.0};
    double rest[3];
    bool is_left = false;
    CHECK(std::isnan(table->split_sum(rest, odd, 0x1p9, &is_left, 3)));
    CHECK(table->largest_magnitude(odd, 3) == 2.0);
  }
}
