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

TEST_CASE("of several clocks the first to run out within the time left wins the race", "[kernel]") {
  constexpr std::size_t n_clocks = 3;
  static Column left[n_clocks], rate[n_clocks], burnt[n_clocks], length, delay, first, rest;
  std::mt19937_64 engine(7);
  std::exponential_distribution<double> exponential;
  for (std::size_t i = 0; i < n_lanes; ++i) {
    length.lane[i] = 0.2 + exponential(engine);
    for (std::size_t j = 0; j < n_clocks; ++j) {
      left[j].lane[i] = exponential(engine);
      rate[j].lane[i] = 0.7 * exponential(engine);
      burnt[j].lane[i] = rate[j].lane[i] * length.lane[i];
    }
  }
  rate[1].lane[3] = not_a_number;
  rate[2].lane[4] = -1e-300;
  burnt[0].lane[5] = not_a_number;
  rate[0].lane[6] = burnt[0].lane[6] = 0.0;  // never runs out
  left[0].lane[7] = -1e-18;                  // ran out by rounding: at once
  burnt[1].lane[8] = 1e9;                    // would run out past the end: at the end
  for (const kernel::Table* table : kernel::available()) {
    INFO(table->name);
    std::fill_n(delay.lane, n_lanes, std::numeric_limits<double>::infinity());
    std::fill_n(first.lane, n_lanes, -1.0);
    std::array<std::uint8_t, n_lanes / 8> marks{};
    for (std::size_t j = 0; j < n_clocks; ++j) {
      table->race(delay.lane, first.lane, marks.data(), static_cast<double>(j), left[j].lane,
                  rate[j].lane, burnt[j].lane, length.lane, n_lanes);
    }
    std::size_t n_fired = 0;
    for (std::size_t i = 0; i < n_lanes; ++i) {
      double soonest = std::numeric_limits<double>::infinity();
      double winner = -1.0;
      bool is_sound = true;
      for (std::size_t j = 0; j < n_clocks; ++j) {
        const double r = rate[j].lane[i], b = burnt[j].lane[i], l = left[j].lane[i];
        is_sound = is_sound && r >= 0.0 && b >= 0.0;
        if (l - b >= 0.0) continue;
        const double at = l / r < length.lane[i] ? std::max(l / r, 0.0) : length.lane[i];
        if (at < soonest) {
          soonest = at;
          winner = static_cast<double>(j);
        }
      }
      CHECK(((marks[i / 8] >> (i % 8)) & 1) == (is_sound ? 0 : 1));
      if (!is_sound) continue;
      CHECK(first.lane[i] == winner);
      CHECK(delay.lane[i] == soonest);
      n_fired += winner >= 0.0 ? 1 : 0;
    }
    CHECK(n_fired > n_lanes / 4);
    CHECK(n_fired < n_lanes);

    static Column after[n_clocks];
    for (std::size_t j = 0; j < n_clocks; ++j) {
      after[j] = left[j];
      table->burn(after[j].lane, rest.lane, rate[j].lane, burnt[j].lane, delay.lane, first.lane,
                  n_lanes);
      for (std::size_t i = 9; i < n_lanes; ++i) {
        const double l = left[j].lane[i], b = burnt[j].lane[i];
        const double to_first = rate[j].lane[i] * delay.lane[i];
        const bool fires = first.lane[i] >= 0.0;
        CHECK(after[j].lane[i] == (fires ? std::max(l - to_first, 0.0) : l - b));
        if (fires) CHECK(rest.lane[i] == std::max(b - to_first, 0.0));
      }
    }
  }
}
