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
  /// At the finest level at which they are no more than `most`. The values are finite, and not all 0.
  Cells(const kernel::Extent& extent, std::size_t most)
      : level_(std::max(least_level_for(extent.low_beside_zero),
                        least_level_for(extent.high_beside_zero))) {
    while (between(extent, level_) > most) ++level_;
    first_ = grid_key(extent.low_beside_zero, level_);
    const std::size_t n = between(extent, level_);
    counts_.reserve(2 * (n + 1));  // for what `count` needs
    counts_.resize(n);
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

  /// One level up: keys 2 k and 2 k + 1 become k.
  void join_neighbours() {
    const std::size_t n = counts_.size();
    const std::size_t alone = static_cast<std::size_t>(first_ & 1);  // its neighbour is below
    const std::size_t n_pairs = (n - alone) / 2;
    const std::size_t n_left = (n - alone) % 2;
    joined_.resize(alone + n_pairs + n_left);
    const std::uint32_t* const __restrict from = counts_.data() + alone;
    std::uint32_t* const __restrict to = joined_.data() + alone;
    for (std::size_t i = 0; i < n_pairs; ++i) to[i] = from[2 * i] + from[2 * i + 1];
    if (alone != 0) joined_.front() = counts_.front();
    if (n_left != 0) joined_.back() = counts_.back();
    counts_.swap(joined_);
    first_ >>= 1;
    ++level_;
    count_occupied();
  }

  int level() const { return level_; }
  std::size_t size() const { return counts_.size(); }
  std::size_t n_occupied() const { return n_occupied_; }
  std::int64_t key(std::size_t cell) const { return first_ + static_cast<std::int64_t>(cell); }
  std::uint64_t count_of(std::size_t cell) const { return counts_[cell]; }

 private:
  static std::uint64_t between(const kernel::Extent& extent, int level) {
    return static_cast<std::uint64_t>(grid_key(extent.high_beside_zero, level)) -
           static_cast<std::uint64_t>(grid_key(extent.low_beside_zero, level)) + 1;
  }

  void count_occupied() {
    std::uint32_t n_occupied = 0;
    for (const std::uint32_t count : counts_) n_occupied += count != 0 ? 1 : 0;
    n_occupied_ = n_occupied;
  }

  int level_;
  std::int64_t first_ = 0;
  std::vector<std::uint32_t> counts_, joined_;  // the latter: room for one level up
  std::size_t n_occupied_ = 0;
};

}  // namespace detente::summary
