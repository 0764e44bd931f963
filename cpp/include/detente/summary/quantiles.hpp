#pragma once

/// Quantiles of a stream in bounded memory.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "detente/summary/bytes.hpp"
#include "detente/summary/interval.hpp"

namespace detente::summary {

/// Rank of the p-quantile among n values: ceil(p n), forgiving the rounding of p, between 1 and n.
std::uint64_t quantile_rank(double p, std::uint64_t n);

/// Integer counts on a grid of the doubles themselves. A value's key is its bit pattern as a signed
/// integer that grows with the value; a bin at level L holds the 2^L keys that agree above the lowest L
/// bits, so its width is 2^(L - 52) of the value's power of two. The level is the smallest at which all
/// values ever added occupy at most `capacity` bins: a function of the set of values alone, hence
/// independent of order and of how the values were split. While there are at most `capacity` distinct
/// values the level is 0 and quantiles are exact. (The idea of a grid in relative precision is that of
/// DDSketch, Masson et al. 2019, VLDB 12:2195; here the grid is chosen by the data.)
///
/// NaN is counted and otherwise ignored; infinities keep their rank; -0 is 0. Memory: at most 64 bytes a
/// bin (32 where the capacity is a power of two), less while few bins are occupied.
class QuantileSketch {
 public:
  struct Bin {
    double low = 0.0;   ///< smallest double of the bin
    double high = 0.0;  ///< largest double of the bin; equal to low at level 0
    std::uint64_t count = 0;
  };

  static constexpr std::size_t default_capacity = 2048;
  static constexpr std::size_t compact_capacity = 512;  ///< for bands: one sketch a report date

  /// RunError unless 16 <= capacity <= 2^20.
  explicit QuantileSketch(std::size_t capacity = default_capacity);

  void add(double value) { add(&value, 1); }
  void add(const double* values, std::size_t n);
  /// RunError when the capacities differ.
  void merge(const QuantileSketch& other);

  /// Values that have a rank: all but NaN.
  std::uint64_t n() const { return n_finite_ + n_minus_infinity_ + n_plus_infinity_; }
  std::uint64_t n_nan() const { return n_nan_; }
  /// NaN when empty.
  double minimum() const;
  double maximum() const;

  /// Inverse of the distribution function: the value of rank ceil(p n), at least 1; exact at level 0,
  /// else spread evenly over the values of its bin. 0 <= p <= 1; NaN when empty.
  double quantile(double p) const;
  /// All at once: sorts the bins once.
  std::vector<double> quantiles(const std::vector<double>& levels) const;
  /// The value of this rank, 1 <= rank <= n().
  double at_rank(std::uint64_t rank) const;
  /// Distribution-free interval for a quantile: the values at ranks n p ± z sqrt(n p (1 - p)),
  /// or the extremes where such a rank does not exist.
  Interval quantile_interval(double p, double level = 0.95) const;
  /// Number of values <= x, the bin of x counted in proportion.
  double rank_of(double x) const;

  std::size_t capacity() const { return capacity_; }
  int level() const { return level_; }
  /// Width of a bin relative to the power of two below its values: bounds the error of a quantile;
  /// 0 while quantiles are exact.
  double relative_width() const;
  /// Occupied bins in increasing order, infinities left out. The values at the minimum and at the
  /// maximum, where a clamped variable piles up, make bins of their own.
  std::vector<Bin> bins() const;

  void write(ByteWriter& writer) const;
  static QuantileSketch read(ByteReader& reader);
  friend bool operator==(const QuantileSketch& a, const QuantileSketch& b);

 private:
  struct Slot {
    std::int64_t key = 0;
    std::uint64_t count = 0;  // 0: free
  };

  std::size_t find(std::int64_t key) const;
  void insert(std::int64_t key, std::uint64_t count);
  void rebuild(std::size_t n_slots, int raise);
  void coarsen();
  int fitting_raise() const;
  std::vector<Slot> sorted_slots() const;
  double value_at(const std::vector<Bin>& bins, std::uint64_t rank) const;
  void add_non_finite(double value);
  bool has_sound_extremes() const;

  std::size_t capacity_;
  int level_ = 0;
  std::size_t n_occupied_ = 0;
  std::vector<Slot> slots_;  // open addressing, power of two, at most half full
  int hash_shift_;
  std::uint64_t n_finite_ = 0;
  std::uint64_t n_nan_ = 0;
  std::uint64_t n_minus_infinity_ = 0;
  std::uint64_t n_plus_infinity_ = 0;
  double minimum_ = std::numeric_limits<double>::infinity();  // of the finite values
  double maximum_ = -std::numeric_limits<double>::infinity();
  std::uint64_t n_at_minimum_ = 0;
  std::uint64_t n_at_maximum_ = 0;
};

}  // namespace detente::summary
