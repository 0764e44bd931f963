#pragma once

/// Many values counted at once on the grid of the quantile sketches.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "detente/kernel/dispatch.hpp"
#include "summary/quantile_grid.hpp"

namespace detente::summary {

/// Neighbouring bins of the grid from the least to the largest of some values, zeros left out.
class Cells {
 public:
  /// At the finest level at which they are no more than a few times `n_bins`. The values are finite, and not all 0.
  Cells(const kernel::Extent& extent, std::size_t n_bins)
      : level_(std::max(least_level_for(extent.low_beside_zero),
                        least_level_for(extent.high_beside_zero))) {
    while (between(extent, level_) > cells_per_bin * n_bins) ++level_;
    first_ = grid_key(extent.low_beside_zero, level_);
    counts_.resize(between(extent, level_));
  }

  void count(const double* values, std::size_t n) {
    // In turns in two tables, since a count that is raised again at once waits for itself. Each ends with that of zeros.
    const std::size_t size = counts_.size() + 1;
    counts_.resize(2 * size);
    std::uint32_t* const even = counts_.data();
    std::uint32_t* const odd = counts_.data() + size;
    std::array<std::uint32_t, 512> cells;
    for (std::size_t from = 0; from < n; from += cells.size()) {
      const std::size_t m = std::min(cells.size(), n - from);
      kernel::active().cells(cells.data(), values + from, level_, first_,
                             static_cast<std::uint32_t>(size - 1), m);
      for (std::size_t i = 0; i + 1 < m; i += 2) {
        ++even[cells[i]];
        ++odd[cells[i + 1]];
      }
      if (m % 2 != 0) ++even[cells[m - 1]];
    }
    for (std::size_t c = 0; c + 1 < size; ++c) even[c] += odd[c];
    counts_.resize(size - 1);
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

  static std::uint64_t between(const kernel::Extent& extent, int level) {
    return static_cast<std::uint64_t>(grid_key(extent.high_beside_zero, level)) -
           static_cast<std::uint64_t>(grid_key(extent.low_beside_zero, level)) + 1;
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
