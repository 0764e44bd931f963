#include "detente/summary/quantiles.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "detente/diagnostic/error.hpp"
#include "summary/damage.hpp"

namespace detente::summary {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t fewest_slots = 32;
constexpr std::size_t least_capacity = 16;
constexpr std::size_t most_capacity = std::size_t{1} << 20;
constexpr int most_level = 60;  // 16 bins at the most: every capacity suffices

// Negative doubles order backwards by their bits; both zeros get 0.
std::int64_t key_of(double value) {
  const auto bits = std::bit_cast<std::int64_t>(value);
  return bits >= 0 ? bits : std::numeric_limits<std::int64_t>::min() - bits;
}

double value_of(std::int64_t key) {
  if (key >= 0) return std::bit_cast<double>(key);
  return std::bit_cast<double>(std::numeric_limits<std::int64_t>::min() - key);
}

std::int64_t first_key(std::int64_t bin, int level) { return bin << level; }
std::int64_t last_key(std::int64_t bin, int level) {
  return (bin << level) + ((std::int64_t{1} << level) - 1);
}

// The value at `position` of the bin's count, 1 the first: evenly spread between the ends of the bin.
double value_in_bin(const QuantileSketch::Bin& bin, std::uint64_t position) {
  if (bin.low == bin.high) return bin.low;
  if (std::fabs(bin.low) < std::numeric_limits<double>::min() &&
      std::fabs(bin.high) < std::numeric_limits<double>::min()) {
    return 0.0;  // the bin beside zero: zeros, short of subnormal numbers
  }
  const double share = (static_cast<double>(position) - 0.5) / static_cast<double>(bin.count);
  return bin.low + (bin.high - bin.low) * share;
}

}  // namespace

std::uint64_t quantile_rank(double p, std::uint64_t n) {
  const double position = p * static_cast<double>(n);
  const double nearest = std::round(position);
  const bool is_whole = std::fabs(position - nearest) <= 1e-15 * static_cast<double>(n);
  const double rank = is_whole ? nearest : std::ceil(position);
  if (!(rank >= 1.0)) return 1;
  return rank >= static_cast<double>(n) ? n : static_cast<std::uint64_t>(rank);
}

QuantileSketch::QuantileSketch(std::size_t capacity)
    : capacity_(capacity), slots_(fewest_slots), hash_shift_(64 - std::countr_zero(fewest_slots)) {
  if (capacity < least_capacity || capacity > most_capacity) {
    throw diagnostic::RunError("a quantile sketch needs between 16 and 1048576 bins, not " +
                               std::to_string(capacity));
  }
}

// The slot of the key, or the free one where it belongs. Fibonacci hashing, linear probing.
std::size_t QuantileSketch::find(std::int64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  auto index = static_cast<std::size_t>((static_cast<std::uint64_t>(key) * 0x9e3779b97f4a7c15ULL) >>
                                        hash_shift_);
  while (slots_[index].count != 0 && slots_[index].key != key) index = (index + 1) & mask;
  return index;
}

void QuantileSketch::add(const double* values, std::size_t n) {
  double smallest = minimum_;
  double largest = maximum_;
  std::uint64_t n_finite = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double value = values[i];
    if (!(std::fabs(value) < infinity)) {
      add_non_finite(value);
      continue;
    }
    if (value <= smallest) {
      n_at_minimum_ = value < smallest ? 1 : n_at_minimum_ + 1;
      smallest = value;
    }
    if (value >= largest) {
      n_at_maximum_ = value > largest ? 1 : n_at_maximum_ + 1;
      largest = value;
    }
    ++n_finite;
    const std::int64_t key = key_of(value) >> level_;
    Slot& slot = slots_[find(key)];
    if (slot.count != 0) {
      ++slot.count;
    } else {
      insert(key, 1);
    }
  }
  minimum_ = smallest;
  maximum_ = largest;
  n_finite_ += n_finite;
}

void QuantileSketch::add_non_finite(double value) {
  if (std::isnan(value)) {
    ++n_nan_;
  } else if (value > 0) {
    ++n_plus_infinity_;
  } else {
    ++n_minus_infinity_;
  }
}

// Adds to a bin of the present level, then restores the invariants: capacity and half-full table.
void QuantileSketch::insert(std::int64_t key, std::uint64_t count) {
  Slot& slot = slots_[find(key)];
  const bool is_new = slot.count == 0;
  slot.key = key;
  slot.count += count;
  if (!is_new) return;
  ++n_occupied_;
  if (n_occupied_ > capacity_) {
    coarsen();
  } else if (2 * n_occupied_ > slots_.size()) {
    rebuild(2 * slots_.size(), 0);
  }
}

// Moves all bins to a fresh table, `raise` levels up.
void QuantileSketch::rebuild(std::size_t n_slots, int raise) {
  std::vector<Slot> old(n_slots);
  old.swap(slots_);
  hash_shift_ = 64 - std::countr_zero(n_slots);
  level_ += raise;
  n_occupied_ = 0;
  for (const Slot& from : old) {
    if (from.count == 0) continue;
    Slot& to = slots_[find(from.key >> raise)];
    n_occupied_ += to.count == 0 ? 1 : 0;
    to.key = from.key >> raise;
    to.count += from.count;
  }
}

// Raises the level by no more than it takes. The first raise of continuous data jumps some thirty
// levels, found by sorting; the later ones go one by one.
void QuantileSketch::coarsen() {
  if (level_ == 0) rebuild(slots_.size(), fitting_raise());
  while (n_occupied_ > capacity_) rebuild(slots_.size(), 1);
}

// The fewest levels up at which the bins fit. Neighbours merge once all bits in which they differ are
// shifted out.
int QuantileSketch::fitting_raise() const {
  const std::vector<Slot> sorted = sorted_slots();
  std::array<std::size_t, 65> merges{};  // by the level at which they happen
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    ++merges[static_cast<std::size_t>(
        std::bit_width(static_cast<std::uint64_t>(sorted[i].key ^ sorted[i - 1].key)))];
  }
  std::size_t n_left = sorted.size();
  int raise = 0;
  while (n_left > capacity_) n_left -= merges[static_cast<std::size_t>(++raise)];
  return raise;
}

void QuantileSketch::merge(const QuantileSketch& other) {
  if (capacity_ != other.capacity_) {
    throw diagnostic::RunError("two quantile sketches cannot be joined: their capacities differ, " +
                               std::to_string(capacity_) + " and " +
                               std::to_string(other.capacity_));
  }
  if (&other == this) return merge(QuantileSketch(other));
  if (other.level_ > level_) rebuild(slots_.size(), other.level_ - level_);
  for (const Slot& slot : other.slots_) {
    if (slot.count != 0) insert(slot.key >> (level_ - other.level_), slot.count);
  }
  n_finite_ += other.n_finite_;
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

double QuantileSketch::minimum() const {
  if (n() == 0) return not_a_number;
  return n_minus_infinity_ > 0 ? -infinity : minimum_ + 0.0;
}

double QuantileSketch::maximum() const {
  if (n() == 0) return not_a_number;
  return n_plus_infinity_ > 0 ? infinity : maximum_ + 0.0;
}

std::vector<QuantileSketch::Slot> QuantileSketch::sorted_slots() const {
  std::vector<Slot> sorted;
  sorted.reserve(n_occupied_);
  for (const Slot& slot : slots_) {
    if (slot.count != 0) sorted.push_back(slot);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const Slot& a, const Slot& b) { return a.key < b.key; });
  return sorted;
}

double QuantileSketch::value_at(const std::vector<Bin>& bins, std::uint64_t rank) const {
  if (rank <= n_minus_infinity_) return -infinity;
  rank -= n_minus_infinity_;
  if (rank > n_finite_) return infinity;
  std::uint64_t before = 0;
  for (const Bin& bin : bins) {
    if (rank <= before + bin.count) return value_in_bin(bin, rank - before);
    before += bin.count;
  }
  throw diagnostic::InternalError("the bins of a quantile sketch do not add up");
}

double QuantileSketch::at_rank(std::uint64_t rank) const {
  if (n() == 0) return not_a_number;
  return value_at(bins(), std::clamp<std::uint64_t>(rank, 1, n()));
}

double QuantileSketch::quantile(double p) const { return quantiles({p}).front(); }

std::vector<double> QuantileSketch::quantiles(const std::vector<double>& levels) const {
  std::vector<double> values(levels.size(), not_a_number);
  if (n() == 0) return values;
  const std::vector<Bin> sorted = bins();
  for (std::size_t i = 0; i < levels.size(); ++i) {
    values[i] = value_at(sorted, quantile_rank(levels[i], n()));
  }
  return values;
}

Interval QuantileSketch::quantile_interval(double p, double level) const {
  if (n() == 0) return {not_a_number, not_a_number};
  const auto count = static_cast<double>(n());
  const double half = two_sided_normal_quantile(level) * std::sqrt(count * p * (1.0 - p));
  const double low = std::clamp(std::floor(count * p - half), 1.0, count);
  const double high = std::clamp(std::ceil(count * p + half), 1.0, count);
  const std::vector<Bin> sorted = bins();
  const auto high_rank = std::min(static_cast<std::uint64_t>(high), n());
  return {value_at(sorted, static_cast<std::uint64_t>(low)), value_at(sorted, high_rank)};
}

double QuantileSketch::rank_of(double x) const {
  if (std::isnan(x)) return not_a_number;
  auto below = static_cast<double>(n_minus_infinity_);
  if (x == infinity) return static_cast<double>(n());
  for (const Bin& bin : bins()) {
    if (bin.low > x) break;
    const double share = bin.high <= x ? 1.0 : (x - bin.low) / (bin.high - bin.low);
    below += static_cast<double>(bin.count) * share;
  }
  return below;
}

double QuantileSketch::relative_width() const {
  return level_ == 0 ? 0.0 : std::ldexp(1.0, level_ - 52);
}

std::vector<QuantileSketch::Bin> QuantileSketch::bins() const {
  std::vector<Bin> bins;
  if (n_finite_ == 0) return bins;
  bins.reserve(n_occupied_ + 2);
  const std::int64_t lowest = key_of(minimum_);
  const std::int64_t highest = key_of(maximum_);
  bins.push_back({value_of(lowest), value_of(lowest), n_at_minimum_});
  if (lowest == highest) return bins;
  for (const Slot& slot : sorted_slots()) {
    std::uint64_t count = slot.count;
    if (slot.key == lowest >> level_) count -= n_at_minimum_;
    if (slot.key == highest >> level_) count -= n_at_maximum_;
    if (count == 0) continue;
    bins.push_back({value_of(std::max(first_key(slot.key, level_), lowest + 1)),
                    value_of(std::min(last_key(slot.key, level_), highest - 1)), count});
  }
  bins.push_back({value_of(highest), value_of(highest), n_at_maximum_});
  return bins;
}

bool operator==(const QuantileSketch& a, const QuantileSketch& b) {
  ByteWriter left;
  ByteWriter right;
  a.write(left);
  b.write(right);
  return left.bytes() == right.bytes();
}

void QuantileSketch::write(ByteWriter& writer) const {
  writer.u8('q');
  writer.count(capacity_);
  writer.u8(static_cast<std::uint8_t>(level_));
  writer.count(n_nan_);
  writer.count(n_minus_infinity_);
  writer.count(n_plus_infinity_);
  writer.f64(minimum_ + 0.0);
  writer.f64(maximum_ + 0.0);
  writer.count(n_at_minimum_);
  writer.count(n_at_maximum_);
  writer.count(n_occupied_);
  std::int64_t previous = 0;
  for (const Slot& slot : sorted_slots()) {  // differences of neighbours are small
    writer.count(static_cast<std::uint64_t>(slot.key) - static_cast<std::uint64_t>(previous));
    writer.count(slot.count);
    previous = slot.key;
  }
}

// Whether the extremes lie in the outermost bins and are counted there.
bool QuantileSketch::has_sound_extremes() const {
  if (n_finite_ == 0) {
    return minimum_ == infinity && maximum_ == -infinity && n_at_minimum_ + n_at_maximum_ == 0;
  }
  if (!std::isfinite(minimum_) || !std::isfinite(maximum_) || minimum_ > maximum_) return false;
  if (n_at_minimum_ == 0 || n_at_maximum_ == 0) return false;
  const std::vector<Slot> sorted = sorted_slots();
  const Slot& first = sorted.front();
  const Slot& last = sorted.back();
  if (first.key != key_of(minimum_) >> level_ || last.key != key_of(maximum_) >> level_)
    return false;
  if (minimum_ == maximum_) return n_at_minimum_ == n_finite_ && n_at_maximum_ == n_finite_;
  if (n_at_minimum_ > first.count || n_at_maximum_ > last.count) return false;
  return first.key != last.key || n_at_maximum_ <= first.count - n_at_minimum_;
}

QuantileSketch QuantileSketch::read(ByteReader& reader) {
  reader.expect('q');
  const std::uint64_t capacity = reader.count();
  require_stored(capacity >= least_capacity && capacity <= most_capacity, "a sketch's capacity");
  QuantileSketch sketch(static_cast<std::size_t>(capacity));
  sketch.level_ = reader.u8();
  require_stored(sketch.level_ <= most_level, "a sketch's level");
  sketch.n_nan_ = reader.count();
  sketch.n_minus_infinity_ = reader.count();
  sketch.n_plus_infinity_ = reader.count();
  sketch.minimum_ = reader.f64();
  sketch.maximum_ = reader.f64();
  sketch.n_at_minimum_ = reader.count();
  sketch.n_at_maximum_ = reader.count();
  const std::size_t n_bins = reader.length(2);
  require_stored(n_bins <= capacity, "a sketch's bins");
  std::int64_t previous = 0;
  for (std::size_t i = 0; i < n_bins; ++i) {
    const auto key =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(previous) + reader.count());
    const std::uint64_t count = reader.count();
    require_stored(count > 0 && (i == 0 || key > previous), "the order of a sketch's bins");
    sketch.insert(key, count);
    sketch.n_finite_ += count;
    require_stored(sketch.n_finite_ >= count, "a sketch's counts");
    previous = key;
  }
  require_stored(sketch.has_sound_extremes(), "a sketch's extremes");
  return sketch;
}

}  // namespace detente::summary
