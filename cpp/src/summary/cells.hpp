#pragma once

/// Many values counted at once on the grid of the quantile sketches.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "summary/quantile_grid.hpp"

namespace detente::summary {

/// The extremes of some values, how often they occur, and those of the values beside zero.
struct Spread {
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  double low = infinity, high = -infinity;
  double low_bin = infinity, high_bin = -infinity;
  std::uint64_t n_low = 0, n_high = 0, n_zero = 0;
  bool is_finite = true;
};

/// Side by side in as many lanes, since each comparison waits for the one before it in its lane.
inline Spread spread_of(const double* values, std::size_t n) {
  constexpr std::size_t n_lanes = 8;
  std::array<double, n_lanes> low, high, is_nan{};
  low.fill(Spread::infinity);
  high.fill(-Spread::infinity);
  const auto see = [&](std::size_t lane, double value) {
    low[lane] = value < low[lane] ? value : low[lane];
    high[lane] = value > high[lane] ? value : high[lane];
    is_nan[lane] = value == value ? is_nan[lane] : 1.0;
  };
  const std::size_t n_even = n - n % n_lanes;
  for (std::size_t i = 0; i < n_even; i += n_lanes) {
    for (std::size_t lane = 0; lane < n_lanes; ++lane) see(lane, values[i + lane]);
  }
  for (std::size_t i = n_even; i < n; ++i) see(0, values[i]);
  Spread spread;
  spread.low = *std::min_element(low.begin(), low.end());
  spread.high = *std::max_element(high.begin(), high.end());
  spread.is_finite = spread.low > -Spread::infinity && spread.high < Spread::infinity &&
                     std::count(is_nan.begin(), is_nan.end(), 0.0) == n_lanes;
  for (std::size_t i = 0; i < n; ++i) {
    spread.n_low += values[i] == spread.low ? 1 : 0;
    spread.n_high += values[i] == spread.high ? 1 : 0;
    spread.n_zero += values[i] == 0.0 ? 1 : 0;
  }
  spread.low_bin = spread.low;
  spread.high_bin = spread.high;
  if (spread.low != 0.0 && spread.high != 0.0) return spread;
  spread.low_bin = Spread::infinity;
  spread.high_bin = -Spread::infinity;
  for (std::size_t i = 0; i < n; ++i) {
    if (values[i] == 0.0) continue;
    spread.low_bin = std::min(spread.low_bin, values[i]);
    spread.high_bin = std::max(spread.high_bin, values[i]);
  }
  return spread;
}

/// Neighbouring bins of the grid from the least to the largest of some values, zeros left out.
class Cells {
 public:
  /// At the finest level at which they are no more than a few times `n_bins`. The values are finite, and not all 0.
  Cells(const Spread& spread, std::size_t n_bins)
      : level_(std::max(least_level_for(spread.low_bin), least_level_for(spread.high_bin))) {
    while (between(spread, level_) > cells_per_bin * n_bins) ++level_;
    first_ = grid_key(spread.low_bin, level_);
    counts_.resize(between(spread, level_));
  }

  void count(const double* values, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      if (values[i] != 0.0)
        ++counts_[static_cast<std::size_t>(grid_key(values[i], level_) - first_)];
    }
    count_occupied();
  }

  /// One level up.
  void join_neighbours() {
    const std::int64_t joined_first = first_ >> 1;
    const std::int64_t last = key(size() - 1);
    for (std::size_t c = 0; c < size(); ++c) {
      const auto to = static_cast<std::size_t>((key(c) >> 1) - joined_first);
      const std::uint32_t n = counts_[c];
      if (to != c) counts_[c] = 0;
      if (to != c) counts_[to] += n;
    }
    counts_.resize(static_cast<std::size_t>((last >> 1) - joined_first + 1));
    first_ = joined_first;
    ++level_;
    count_occupied();
  }

  int level() const { return level_; }
  std::size_t size() const { return counts_.size(); }
  std::size_t n_occupied() const { return n_occupied_; }
  std::int64_t key(std::size_t cell) const { return first_ + static_cast<std::int64_t>(cell); }
  std::uint64_t count_of(std::size_t cell) const { return counts_[cell]; }

 private:
  static constexpr std::size_t cells_per_bin = 8;

  static std::uint64_t between(const Spread& spread, int level) {
    return static_cast<std::uint64_t>(grid_key(spread.high_bin, level)) -
           static_cast<std::uint64_t>(grid_key(spread.low_bin, level)) + 1;
  }

  void count_occupied() {
    const auto n_free = std::count(counts_.begin(), counts_.end(), 0U);
    n_occupied_ = size() - static_cast<std::size_t>(n_free);
  }

  int level_;
  std::int64_t first_ = 0;
  std::vector<std::uint32_t> counts_;
  std::size_t n_occupied_ = 0;
};

}  // namespace detente::summary
