#pragma once

/// Quantiles of a stream in bounded memory.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "detente/kernel/table.hpp"
#include "detente/summary/bytes.hpp"
#include "detente/summary/interval.hpp"

namespace detente::summary {

/// Rank of the p-quantile among n values: ceil(p n), forgiving the rounding of p, between 1 and n.
std::uint64_t quantile_rank(double p, std::uint64_t n);

class Cells;

/// Integer counts on a grid that the data choose. While there are at most `capacity` distinct values
/// besides zero every value is its own bin and quantiles are exact. Beyond that the line is cut into
/// bins whose width grows like |x|^(3/4): every binary order of magnitude of |x| is cut into equal bins,
/// half as many every fourth order downwards, so that both a variable that crosses zero and a heavy
/// tail are cut finely where they have mass. Levels of the grid nest, two bins making one; the level is
/// the lowest at which all values ever added occupy at most `capacity` bins. It depends on the set of
/// values alone, not on their order or on how they were split. Zeros, and the values at the minimum and
/// at the maximum (where a clamped variable piles up), are counted exactly beside the grid.
///
/// The value of a quantile lies in the same bin as the exact one; `resolution_at` tells the width. NaN
/// is counted and otherwise ignored; infinities keep their rank; -0 is 0. Memory: at most 37 bytes a bin
/// (19 where the capacity is seven eighths of a power of two), less while few bins are occupied.
class QuantileSketch {
 public:
  struct Bin {
    double low = 0.0;
    double high = 0.0;  ///< equal to low for a single value
    std::uint64_t count = 0;
  };

  static constexpr std::size_t default_capacity = 2048;
  static constexpr std::size_t compact_capacity = 224;  ///< for bands: one sketch a report date

  /// RunError unless 16 <= capacity <= 2^20.
  explicit QuantileSketch(std::size_t capacity = default_capacity);

  /// The most bytes that a sketch of this capacity takes, itself included.
  static std::size_t most_bytes(std::size_t capacity);

  void add(double value);
  void add(const double* values, std::size_t n);
  /// The same, the extent of the values being known.
  void add(const double* values, std::size_t n, const kernel::Extent& extent);
  /// RunError when the capacities differ.
  void merge(const QuantileSketch& other);
  void merge(QuantileSketch&& other);

  /// Values that have a rank: all but NaN.
  std::uint64_t n() const { return n_finite_ + n_minus_infinity_ + n_plus_infinity_; }
  std::uint64_t n_nan() const { return n_nan_; }
  /// NaN when empty.
  double minimum() const;
  double maximum() const;

  /// Inverse of the distribution function: the value of rank ceil(p n), at least 1; exact as `is_exact`
  /// says, else spread evenly over the values of its bin. 0 <= p <= 1; NaN when empty.
  double quantile(double p) const;
  /// All at once: sorts the bins once, or no more of them than it takes.
  std::vector<double> quantiles(const std::vector<double>& levels) const;
  /// The value of this rank, 1 <= rank <= n().
  double at_rank(std::uint64_t rank) const;
  /// Distribution-free interval for a quantile: the values at ranks n p ± z sqrt(n p (1 - p)),
  /// or the extremes where such a rank does not exist.
  Interval quantile_interval(double p, double level = 0.95) const;
  /// Number of values <= x, the bin of x counted in proportion.
  double rank_of(double x) const;

  std::size_t capacity() const { return capacity_; }
  /// 0 while quantiles are exact; else one more means bins twice as wide.
  int level() const { return level_; }
  bool is_exact() const { return level_ == 0; }
  /// Width of the bin that holds x; 0 while quantiles are exact.
  double resolution_at(double x) const;
  /// Occupied bins in increasing order, infinities left out. The values at the minimum and at the
  /// maximum, where a clamped variable piles up, make bins of their own.
  std::vector<Bin> bins() const;

  void write(ByteWriter& writer) const;
  static QuantileSketch read(ByteReader& reader);
  friend bool operator==(const QuantileSketch& a, const QuantileSketch& b);

 private:
  static constexpr std::size_t least_capacity = 16;
  static constexpr std::size_t most_capacity = std::size_t{1} << 20;
  struct Slot {
    std::int64_t key = 0;
    std::uint64_t count = 0;  // 0: free
    friend bool operator<(const Slot& a, const Slot& b) { return a.key < b.key; }
  };
  // What becomes a bin: a slot, or values that are counted beside the grid.
  struct Run {
    enum class Kind : std::uint8_t { slot, zero, minimum, maximum };
    Kind kind;
    Slot slot;
  };

  static std::size_t slots_for(std::size_t n_bins);
  std::size_t find(std::int64_t key) const;
  void add_key(std::int64_t key, std::uint64_t count);
  void add_value(double value, std::uint64_t count);
  std::size_t add_to_known_bins(const double* values, std::size_t n);
  bool add_all_at_once(const double* values, std::size_t n, const kernel::Extent& extent);
  bool add_exactly(const double* values, std::size_t n, const kernel::Extent& extent);
  void count_first();
  void note(const kernel::Extent& extent, std::size_t n);
  void add(double value, std::uint64_t count);
  void add_non_finite(double value, std::uint64_t count);
  void place(const std::vector<Slot>& slots, std::size_t n_slots, int raise);
  void place(const Cells& cells);
  void raise_level(int level);
  void leave_exactness(int least_level);
  std::vector<Slot> occupied() const;
  std::vector<Slot> occupied_or_single() const;
  std::vector<Slot> sorted_slots() const;
  static void sort_by_value(std::vector<Slot>& slots);
  std::vector<double> exact_quantiles(const std::vector<double>& levels) const;
  template <class Item>
  std::vector<double> exact_quantiles(const std::vector<Item>& items,
                                      const std::vector<double>& levels) const;
  Bin bin_of(const Run& run) const;
  bool is_one_value(const Run& run) const;
  std::vector<Run> runs() const;
  double value_at(const std::vector<Run>& runs, std::uint64_t rank) const;
  bool has_sound_extremes() const;

  std::size_t capacity_;
  int level_ = 0;
  std::size_t n_occupied_ = 0;
  std::vector<Slot> slots_;  // open addressing, power of two, at most 7/8 full
  // Instead of slots, while nothing has been added to the first values and they have room, whichever they are: those of a
  // short run are read before it pays to count them.
  std::vector<double> first_;
  std::uint64_t hash_factor_;
  int hash_shift_;
  std::uint64_t n_finite_ = 0;
  std::uint64_t n_zero_ = 0;  // not in the table
  std::uint64_t n_nan_ = 0;
  std::uint64_t n_minus_infinity_ = 0;
  std::uint64_t n_plus_infinity_ = 0;
  double minimum_ = std::numeric_limits<double>::infinity();  // of the finite values
  double maximum_ = -std::numeric_limits<double>::infinity();
  std::uint64_t n_at_minimum_ = 0;
  std::uint64_t n_at_maximum_ = 0;
};

}  // namespace detente::summary
