#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "detente/kernel/dispatch.hpp"
#include "support/catch.hpp"

namespace kernel = detente::kernel;

namespace {

constexpr std::size_t n_lanes = 256;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct alignas(kernel::alignment) Column {
  double lane[n_lanes] = {};
};

}  // namespace

TEST_CASE("a clock is marked unless what it burns is between nothing and what is left",
          "[kernel]") {
  static Column low, clock, burnt;
  std::mt19937_64 engine(6);
  std::exponential_distribution<double> exponential;
  for (std::size_t i = 0; i < n_lanes; ++i) {
    clock.lane[i] = exponential(engine);
    burnt.lane[i] = 0.5 * exponential(engine);
  }
  burnt.lane[5] = not_a_number;
  burnt.lane[6] = -1e-300;
  burnt.lane[7] = clock.lane[7];
  burnt.lane[8] = 0.0;
  clock.lane[9] = not_a_number;
  for (const kernel::Table* table : kernel::available()) {
    INFO(table->name);
    std::fill_n(low.lane, n_lanes, 1.0);
    low.lane[8] = -1.0;  // another clock's mark stays
    table->check(low.lane, clock.lane, burnt.lane, n_lanes);
    for (std::size_t i = 0; i < n_lanes; ++i) {
      const bool is_fine = burnt.lane[i] >= 0.0 && clock.lane[i] - burnt.lane[i] >= 0.0;
      CHECK(low.lane[i] == (is_fine && i != 8 ? 1.0 : -1.0));
    }
    std::fill_n(low.lane, n_lanes, 1.0);
    const double amount = 0.25;
    table->check_scalar(low.lane, clock.lane, &amount, n_lanes);
    for (std::size_t i = 0; i < n_lanes; ++i) {
      CHECK(low.lane[i] == (clock.lane[i] >= amount ? 1.0 : -1.0));
    }
    const double impossible = not_a_number;
    table->check_scalar(low.lane, clock.lane, &impossible, n_lanes);
    CHECK(std::all_of(low.lane, low.lane + n_lanes, [](double x) { return x == -1.0; }));
  }
}

TEST_CASE("crossings are the lanes below zero or NaN, ascending, up to the count", "[kernel]") {
  static Column low;
  std::mt19937_64 engine(7);
  std::normal_distribution<double> normal;
  for (const double centre : {-10.0, 0.0, 1.5, 10.0}) {
    for (double& x : low.lane) x = normal(engine) + centre;
    low.lane[9] = not_a_number;
    low.lane[10] = 0.0;
    low.lane[11] = -0.0;
    for (const std::size_t count : {0u, 1u, 7u, 10u, 12u, 100u, 255u, 256u}) {
      std::vector<std::uint32_t> expected;
      for (std::uint32_t i = 0; i < count; ++i) {
        if (!(low.lane[i] >= 0.0)) expected.push_back(i);
      }
      const std::size_t n = (count + 7) / 8 * 8;
      for (const kernel::Table* table : kernel::available()) {
        std::vector<std::uint32_t> lanes(n_lanes);
        lanes.resize(table->crossings(lanes.data(), low.lane, count, n));
        CHECK(lanes == expected);
      }
    }
  }
}
