// A quantile sketch as bytes, and back.

#include <cmath>
#include <limits>
#include <vector>

#include "detente/summary/quantiles.hpp"
#include "summary/damage.hpp"
#include "summary/quantile_grid.hpp"

namespace detente::summary {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int most_level = 600;

}  // namespace

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
  writer.count(static_cast<std::uint64_t>(level_));
  writer.count(n_zero_);
  writer.count(n_nan_);
  writer.count(n_minus_infinity_);
  writer.count(n_plus_infinity_);
  writer.f64(minimum_ + 0.0);
  writer.f64(maximum_ + 0.0);
  writer.count(n_at_minimum_);
  writer.count(n_at_maximum_);
  const std::vector<Slot> sorted = sorted_slots();
  writer.count(sorted.size());
  std::int64_t previous = 0;
  for (const Slot& slot : sorted) {  // differences of neighbours are small
    writer.count(static_cast<std::uint64_t>(slot.key) - static_cast<std::uint64_t>(previous));
    writer.count(slot.count);
    previous = slot.key;
  }
}

// Whether the extremes lie in the outermost bins and are counted there.
bool QuantileSketch::has_sound_extremes() const {
  if (n_finite_ == 0) {
    return minimum_ == infinity && maximum_ == -infinity && n_at_minimum_ == 0 &&
           n_at_maximum_ == 0;
  }
  if (!std::isfinite(minimum_) || !std::isfinite(maximum_) || minimum_ > maximum_) return false;
  const std::vector<Slot> sorted = sorted_slots();
  if (minimum_ == maximum_) {
    const bool is_alone = sorted.empty() ? minimum_ == 0.0
                                         : sorted.size() == 1 && n_zero_ == 0 &&
                                               sorted.front().key == exact_key(minimum_);
    return level_ == 0 && is_alone && n_at_minimum_ == n_finite_ && n_at_maximum_ == n_finite_;
  }
  const auto is_counted = [&](double extreme, std::uint64_t n_there, const Slot& outermost) {
    // Beside 0, which has no slot, all others lie on the side of the other extreme.
    if (extreme == 0.0) return n_there == n_zero_ && (outermost.key < 0) == (minimum_ < 0.0);
    if (level_ == 0) return outermost.key == exact_key(extreme) && n_there == outermost.count;
    return level_ >= least_level_for(extreme) && outermost.key == grid_key(extreme, level_) &&
           n_there <= outermost.count;
  };
  if (sorted.empty() || n_at_minimum_ == 0 || n_at_maximum_ == 0) return false;
  if (!is_counted(minimum_, n_at_minimum_, sorted.front())) return false;
  if (!is_counted(maximum_, n_at_maximum_, sorted.back())) return false;
  if (minimum_ == 0.0 || maximum_ == 0.0 || sorted.size() > 1) return true;
  return n_at_minimum_ <= sorted.front().count - n_at_maximum_;
}

QuantileSketch QuantileSketch::read(ByteReader& reader) {
  reader.expect('q');
  const std::uint64_t capacity = reader.count();
  require_stored(capacity >= least_capacity && capacity <= most_capacity, "a sketch's capacity");
  QuantileSketch sketch(static_cast<std::size_t>(capacity));
  const std::uint64_t level = reader.count();
  require_stored(level <= most_level, "a sketch's level");
  sketch.level_ = static_cast<int>(level);
  sketch.n_zero_ = reader.count();
  sketch.n_finite_ = sketch.n_zero_;
  sketch.n_nan_ = reader.count();
  sketch.n_minus_infinity_ = reader.count();
  sketch.n_plus_infinity_ = reader.count();
  sketch.minimum_ = reader.f64();
  sketch.maximum_ = reader.f64();
  sketch.n_at_minimum_ = reader.count();
  sketch.n_at_maximum_ = reader.count();
  const std::size_t n_bins = reader.length(2);
  require_stored(n_bins <= capacity, "a sketch's bins");
  std::vector<Slot> slots;
  slots.reserve(n_bins);
  std::int64_t previous = 0;
  for (std::size_t i = 0; i < n_bins; ++i) {
    const auto key =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(previous) + reader.count());
    const std::uint64_t count = reader.count();
    require_stored(count > 0 && (i == 0 || key > previous), "the order of a sketch's bins");
    slots.push_back({key, count});
    sketch.n_finite_ += count;
    require_stored(sketch.n_finite_ >= count, "a sketch's counts");
    previous = key;
  }
  sketch.place(slots, slots_for(n_bins), 0);
  require_stored(sketch.has_sound_extremes(), "a sketch's extremes");
  return sketch;
}

}  // namespace detente::summary
