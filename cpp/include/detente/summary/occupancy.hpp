#pragma once

/// How many paths are in each state of a chain at each report date.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "detente/summary/bytes.hpp"
#include "detente/summary/proportion.hpp"

namespace detente::summary {

class Occupancy {
 public:
  Occupancy(std::size_t n_states, std::size_t n_dates);

  std::size_t n_states() const { return n_states_; }
  std::size_t n_dates() const { return n_dates_; }

  /// No bounds check: state < n_states, date < n_dates.
  void add(std::size_t date_index, std::size_t state, std::uint64_t count = 1) {
    counts_[state * n_dates_ + date_index] += count;
  }
  /// RunError when the shapes differ.
  void merge(const Occupancy& other);

  std::uint64_t count(std::size_t date_index, std::size_t state) const {
    return counts_[state * n_dates_ + date_index];
  }
  /// Paths counted at the date, all states together.
  std::uint64_t total(std::size_t date_index) const;
  Proportion proportion(std::size_t date_index, std::size_t state) const {
    return {count(date_index, state), total(date_index)};
  }
  /// NaN where nothing was counted.
  double share(std::size_t date_index, std::size_t state) const {
    return proportion(date_index, state).estimate();
  }
  /// [state][date], row by row.
  std::vector<double> shares() const;

  void write(ByteWriter& writer) const;
  static Occupancy read(ByteReader& reader);
  friend bool operator==(const Occupancy&, const Occupancy&) = default;

 private:
  std::size_t n_states_;
  std::size_t n_dates_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace detente::summary
