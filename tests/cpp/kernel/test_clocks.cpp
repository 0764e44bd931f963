#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

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
  static Column clock, burnt;
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
  using Marks = std::array<std::uint8_t, n_lanes / 8>;
  const auto is_marked = [](const Marks& marks, std::size_t i) {
    return ((marks[i / 8] >> (i % 8)) & 1) != 0;
  };
  for (const kernel::Table* table : kernel::available()) {
    INFO(table->name);
    Marks marks{};
    marks[1] = 1;  // another clock's mark on lane 8 stays
    table->check(marks.data(), clock.lane, burnt.lane, n_lanes);
    for (std::size_t i = 0; i < n_lanes; ++i) {
      const bool is_fine = burnt.lane[i] >= 0.0 && clock.lane[i] - burnt.lane[i] >= 0.0;
      CHECK(is_marked(marks, i) == (!is_fine || i == 8));
    }
    marks = {};
    const double amount = 0.25;
    table->check_scalar(marks.data(), clock.lane, &amount, n_lanes);
    for (std::size_t i = 0; i < n_lanes; ++i) {
      CHECK(is_marked(marks, i) == !(clock.lane[i] >= amount));
    }
    marks = {};
    const double impossible = not_a_number;
    table->check_scalar(marks.data(), clock.lane, &impossible, n_lanes);
    CHECK(std::all_of(marks.begin(), marks.end(), [](std::uint8_t byte) { return byte == 255; }));
  }
}
