#include "detente/summary/quantiles.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include "detente/diagnostic/error.hpp"
#include "detente/kernel/dispatch.hpp"
#include "summary/cells.hpp"
#include "summary/quantile_grid.hpp"

namespace detente::summary {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t fewest_slots = 32;
constexpr std::uint64_t golden_factor = 0x9e3779b97f4a7c15ULL;  // 2^64 / golden ratio: scatters

// A table grows beyond seven eighths; bins of the grid hardly ever collide in it.
std::size_t most_occupied(std::size_t n_slots) { return n_slots - n_slots / 8; }

}  // namespace

std::size_t QuantileSketch::slots_for(std::size_t n_bins) {
  std::size_t n_slots = fewest_slots;
  while (most_occupied(n_slots) < n_bins) n_slots *= 2;
  return n_slots;
}

QuantileSketch::QuantileSketch(std::size_t capacity)
    : capacity_(capacity),
      slots_(fewest_slots),
      hash_factor_(golden_factor),
      hash_shift_(64 - std::countr_zero(fewest_slots)) {
  if (capacity < least_capacity || capacity > most_capacity) {
    throw diagnostic::RunError("a quantile sketch needs between 16 and 1048576 bins, not " +
                               std::to_string(capacity));
  }
}

std::size_t QuantileSketch::most_bytes(std::size_t capacity) {
  return sizeof(QuantileSketch) + slots_for(capacity) * sizeof(Slot);
}

// The slot of the key, or the free one where it belongs: linear probing.
std::size_t QuantileSketch::find(std::int64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  auto index =
      static_cast<std::size_t>((static_cast<std::uint64_t>(key) * hash_factor_) >> hash_shift_);
  while (slots_[index].count != 0 && slots_[index].key != key) index = (index + 1) & mask;
  return index;
}

void QuantileSketch::add(const double* values, std::size_t n) {
  kernel::Extent extent;
  kernel::active().extent(&extent, values, n);
  add(values, n, extent);
}

void QuantileSketch::add(const double* values, std::size_t n, const kernel::Extent& extent) {
  if (level_ == 0 && this->n() + n_nan_ == 0 && add_all_at_once(values, n, extent)) return;
  count_first();
  for (std::size_t i = 0; i < n;) {
    i += add_to_known_bins(values + i, n - i);
    if (i == n) return;
    std::size_t next = i + 1;
    while (next < n && values[next] == values[i]) ++next;
    add(values[i], next - i);
    i = next;
  }
}

// The first values of a sketch. Many are counted in cells, which are joined until they fit. False, and nothing done, where
// some are infinite or no numbers, or may fit at a finer level than that of the cells.
bool QuantileSketch::add_all_at_once(const double* values, std::size_t n,
                                     const kernel::Extent& extent) {
  if (!extent.is_finite || n > std::numeric_limits<std::uint32_t>::max()) return false;
  if (extent.low == extent.high) {
    add(extent.low, n);
    return true;
  }
  if (n <= capacity_) {
    first_.assign(values, values + n);
    note(extent, n);
    return true;
  }
  Cells cells(extent, 4 * capacity_);
  cells.count(values, n);
  if (cells.n_occupied() <= capacity_) {
    if (add_exactly(values, n, extent)) return true;
    cells = Cells(extent, 32 * capacity_);  // hardly more than fit, or most lie close together
    cells.count(values, n);
    if (cells.n_occupied() <= capacity_) return false;
  }
  while (cells.n_occupied() > capacity_) cells.join_neighbours();
  place(cells);
  note(extent, n);
  return true;
}

// The same where each value has a bin of its own, if they fit.
bool QuantileSketch::add_exactly(const double* values, std::size_t n,
                                 const kernel::Extent& extent) {
  for (std::size_t i = 0; i < n; ++i) {
    if (values[i] == 0.0) continue;
    const std::int64_t key = exact_key(values[i]);
    Slot* slot = &slots_[find(key)];
    if (slot->count == 0) {
      if (n_occupied_ == capacity_) {
        *this = QuantileSketch(capacity_);
        return false;
      }
      if (++n_occupied_ > most_occupied(slots_.size())) {
        // Where no value has come twice so far, hardly any will.
        const bool all_differ = n_occupied_ + extent.n_zero > i;
        place(occupied(), all_differ ? slots_for(std::min(n, capacity_)) : 2 * slots_.size(), 0);
        ++n_occupied_;
        slot = &slots_[find(key)];
      }
      slot->key = key;
    }
    ++slot->count;
  }
  note(extent, n);
  return true;
}

// To be called before a slot is looked at in order to change it.
void QuantileSketch::count_first() {
  if (first_.empty()) return;
  const std::vector<double> values = std::exchange(first_, {});
  slots_.assign(slots_for(values.size()), Slot());
  hash_shift_ = 64 - std::countr_zero(slots_.size());
  for (const double value : values) {
    if (value == 0.0) continue;
    Slot& slot = slots_[find(exact_key(value))];
    n_occupied_ += slot.count == 0 ? 1 : 0;
    slot.key = exact_key(value);
    ++slot.count;
  }
}

void QuantileSketch::note(const kernel::Extent& extent, std::size_t n) {
  minimum_ = extent.low;
  maximum_ = extent.high;
  n_at_minimum_ = extent.n_low;
  n_at_maximum_ = extent.n_high;
  n_zero_ = extent.n_zero;
  n_finite_ = n;
}

// The short way for values strictly between the extremes whose bin exists; returns how many it took
// before the first other one.
std::size_t QuantileSketch::add_to_known_bins(const double* values, std::size_t n) {
  if (level_ == 0) return 0;
  const double smallest = minimum_;
  const double largest = maximum_;
  const int level = level_;
  const std::uint64_t factor = hash_factor_;
  const int hash_shift = hash_shift_;
  const std::size_t mask = slots_.size() - 1;
  Slot* const slots = slots_.data();
  std::size_t n_zero = 0;
  std::size_t n_taken = 0;
  for (; n_taken < n; ++n_taken) {
    const double value = values[n_taken];
    if (!(value > smallest && value < largest)) break;
    if (value == 0.0) {
      ++n_zero;
      continue;
    }
    const std::int64_t key = grid_key(value, level);  // the extremes have seen to the level
    auto index = static_cast<std::size_t>((static_cast<std::uint64_t>(key) * factor) >> hash_shift);
    while (slots[index].count != 0 && slots[index].key != key) index = (index + 1) & mask;
    if (slots[index].count == 0) break;
    ++slots[index].count;
  }
  n_zero_ += n_zero;
  n_finite_ += n_taken;
  return n_taken;
}

void QuantileSketch::add(double value) { add(value, 1); }

void QuantileSketch::add(double value, std::uint64_t count) {
  count_first();
  if (!(std::fabs(value) < infinity)) return add_non_finite(value, count);
  if (value <= minimum_) {
    n_at_minimum_ = value < minimum_ ? count : n_at_minimum_ + count;
    minimum_ = value;
  }
  if (value >= maximum_) {
    n_at_maximum_ = value > maximum_ ? count : n_at_maximum_ + count;
    maximum_ = value;
  }
  n_finite_ += count;
  if (value == 0.0) {
    n_zero_ += count;
  } else {
    add_value(value, count);
  }
}

void QuantileSketch::add_non_finite(double value, std::uint64_t count) {
  if (std::isnan(value)) {
    n_nan_ += count;
  } else if (value > 0) {
    n_plus_infinity_ += count;
  } else {
    n_minus_infinity_ += count;
  }
}

// A finite value other than zero, at whatever level the sketch is.
void QuantileSketch::add_value(double value, std::uint64_t count) {
  if (level_ == 0) return add_key(exact_key(value), count);
  if (level_ < least_level_for(value)) raise_level(least_level_for(value));
  add_key(grid_key(value, level_), count);
}

// Adds to a bin of the present level, then restores the invariants: at most `capacity` bins, table at
// most seven eighths full.
void QuantileSketch::add_key(std::int64_t key, std::uint64_t count) {
  Slot& slot = slots_[find(key)];
  const bool is_new = slot.count == 0;
  slot.key = key;
  slot.count += count;
  if (!is_new) return;
  ++n_occupied_;
  if (n_occupied_ <= capacity_) {
    if (n_occupied_ > most_occupied(slots_.size())) place(occupied(), 2 * slots_.size(), 0);
    return;
  }
  if (level_ == 0) leave_exactness(1);
  while (n_occupied_ > capacity_) raise_level(level_ + 1);
}

// Fills a fresh table, keys `raise` levels up. Keys of the grid are neighbours and go to neighbouring
// slots, without collisions as long as their span fits; where it does not they are scattered.
void QuantileSketch::place(const std::vector<Slot>& slots, std::size_t n_slots, int raise) {
  const auto [first, last] = std::minmax_element(slots.begin(), slots.end());
  const bool is_dense = level_ != 0 && first != slots.end() &&
                        static_cast<std::uint64_t>(last->key >> raise) -
                                static_cast<std::uint64_t>(first->key >> raise) <
                            n_slots;
  hash_shift_ = 64 - std::countr_zero(n_slots);
  hash_factor_ = is_dense ? std::uint64_t{1} << hash_shift_ : golden_factor;
  slots_.assign(n_slots, Slot());
  n_occupied_ = 0;
  for (const Slot& from : slots) {
    Slot& to = slots_[find(from.key >> raise)];
    n_occupied_ += to.count == 0 ? 1 : 0;
    to.key = from.key >> raise;
    to.count += from.count;
  }
}

void QuantileSketch::place(const Cells& cells) {
  level_ = cells.level();
  n_occupied_ = cells.n_occupied();
  const std::size_t n_slots = slots_for(n_occupied_);
  const bool is_dense = cells.size() <= n_slots;
  hash_shift_ = 64 - std::countr_zero(n_slots);
  hash_factor_ = is_dense ? std::uint64_t{1} << hash_shift_ : golden_factor;
  slots_.assign(n_slots, Slot());
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (cells.count_of(c) != 0) slots_[find(cells.key(c))] = {cells.key(c), cells.count_of(c)};
  }
}

void QuantileSketch::raise_level(int level) {
  const int raise = level - level_;
  level_ = level;
  place(occupied(), slots_.size(), std::min(raise, 63));
}

// From single values to the lowest level of the grid, `least_level` or above, at which they fit.
// Neighbours merge once all bits in which their keys differ are dropped.
void QuantileSketch::leave_exactness(int least_level) {
  std::vector<Slot> slots = sorted_slots();
  level_ = least_level;
  for (const Slot& slot : slots) level_ = std::max(level_, least_level_for(exact_value(slot.key)));
  for (Slot& slot : slots) slot.key = grid_key(exact_value(slot.key), level_);
  std::array<std::size_t, 65> merges{};  // by the number of levels up
  for (std::size_t i = 1; i < slots.size(); ++i) {
    ++merges[static_cast<std::size_t>(
        std::bit_width(static_cast<std::uint64_t>(slots[i].key ^ slots[i - 1].key)))];
  }
  std::size_t n_left = slots.size() - merges[0];
  int raise = 0;
  while (n_left > capacity_) n_left -= merges[static_cast<std::size_t>(++raise)];
  level_ += raise;
  place(slots, slots_.size(), raise);
}

void QuantileSketch::merge(QuantileSketch&& other) {
  if (capacity_ == other.capacity_ && n() + n_nan_ == 0) {
    *this = std::move(other);
  } else {
    merge(std::as_const(other));
  }
}

void QuantileSketch::merge(const QuantileSketch& other) {
  if (capacity_ != other.capacity_) {
    throw diagnostic::RunError("two quantile sketches cannot be joined: their capacities differ, " +
                               std::to_string(capacity_) + " and " +
                               std::to_string(other.capacity_));
  }
  if (&other == this) return merge(QuantileSketch(other));
  if (n() + n_nan_ == 0) {
    *this = other;
    return;
  }
  count_first();
  if (other.level_ > level_) {
    if (level_ == 0) {
      leave_exactness(other.level_);
    } else {
      raise_level(other.level_);
    }
  }
  for (const Slot& slot : other.occupied_or_single()) {
    if (other.level_ == 0) {
      add_value(exact_value(slot.key), slot.count);
    } else {
      add_key(slot.key >> std::min(level_ - other.level_, 63), slot.count);
    }
  }
  n_finite_ += other.n_finite_;
  n_zero_ += other.n_zero_;
  n_nan_ += other.n_nan_;
  n_minus_infinity_ += other.n_minus_infinity_;
  n_plus_infinity_ += other.n_plus_infinity_;
  if (other.minimum_ <= minimum_) {
    n_at_minimum_ = other.n_at_minimum_ + (other.minimum_ == minimum_ ? n_at_minimum_ : 0);
    minimum_ = other.minimum_;
  }
  if (other.maximum_ >= maximum_) {
    n_at_maximum_ = other.n_at_maximum_ + (other.maximum_ == maximum_ ? n_at_maximum_ : 0);
    maximum_ = other.maximum_;
  }
}

}  // namespace detente::summary
