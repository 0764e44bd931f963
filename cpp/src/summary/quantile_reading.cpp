// What a quantile sketch tells: its bins in order, and the values of ranks.

#include <algorithm>
#include <cmath>
#include <limits>

#include "detente/diagnostic/error.hpp"
#include "detente/summary/quantiles.hpp"
#include "summary/quantile_grid.hpp"

namespace detente::summary {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

QuantileSketch::Bin grid_bin(std::int64_t key, int level, std::uint64_t count) {
  if (key >= 0) return {grid_edge(key, level), grid_edge(key + 1, level), count};
  return {-grid_edge(~key + 1, level), -grid_edge(~key, level), count};
}

// The value at `position` of the bin's count, 1 the first: evenly spread between the ends of the bin.
double value_in_bin(const QuantileSketch::Bin& bin, std::uint64_t position) {
  if (bin.low == bin.high) return bin.low;
  const double share = (static_cast<double>(position) - 0.5) / static_cast<double>(bin.count);
  return bin.low + (bin.high - bin.low) * share;
}

// Exact values, each by itself or in a slot with its count.
double value_of(double value) { return value; }
std::uint64_t count_of(double) { return 1; }
template <class Slot>
double value_of(const Slot& slot) {
  return exact_value(slot.key);
}
template <class Slot>
std::uint64_t count_of(const Slot& slot) {
  return slot.count;
}

template <class Item>
struct Drawers {
  std::vector<Item> items;        // drawer by drawer
  std::vector<std::size_t> ends;  // of the drawers
};

// Values lie about as dense everywhere: they are dealt out to drawers of equal width between their extremes, and are not
// sorted there. All go to the first where the extremes are too near or too far apart.
template <class Item>
Drawers<Item> deal(const std::vector<Item>& items, double low, double high, std::size_t n_drawers) {
  const double per_width = static_cast<double>(n_drawers) / (high - low);
  std::vector<std::int32_t> drawer(items.size());
  for (std::size_t i = 0; std::isnormal(per_width) && i < items.size(); ++i) {
    drawer[i] = static_cast<std::int32_t>((value_of(items[i]) - low) * per_width);
  }
  Drawers<Item> drawers{std::vector<Item>(items.size()), std::vector<std::size_t>(n_drawers + 2)};
  std::vector<std::size_t>& ends = drawers.ends;  // until all are dealt, of the drawer before
  for (const std::int32_t d : drawer) ++ends[static_cast<std::size_t>(d) + 1];
  for (std::size_t d = 1; d < ends.size(); ++d) ends[d] += ends[d - 1];
  for (std::size_t i = 0; i < items.size(); ++i) {
    drawers.items[ends[static_cast<std::size_t>(drawer[i])]++] = items[i];
  }
  return drawers;
}

template <class Item>
void sort_part(std::vector<Item>& items, std::size_t begin, std::size_t end) {
  std::sort(items.begin() + static_cast<std::ptrdiff_t>(begin),
            items.begin() + static_cast<std::ptrdiff_t>(end));
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

double QuantileSketch::minimum() const {
  if (n() == 0) return not_a_number;
  return n_minus_infinity_ > 0 ? -infinity : minimum_ + 0.0;
}

double QuantileSketch::maximum() const {
  if (n() == 0) return not_a_number;
  return n_plus_infinity_ > 0 ? infinity : maximum_ + 0.0;
}

std::vector<QuantileSketch::Slot> QuantileSketch::occupied() const {
  if (!first_.empty()) {
    QuantileSketch counted = *this;
    counted.count_first();
    return counted.occupied();
  }
  // Without a branch, which would be guessed wrong half of the time.
  std::vector<Slot> slots(n_occupied_ + 1);
  std::size_t n = 0;
  for (const Slot& slot : slots_) {
    slots[n] = slot;
    n += slot.count != 0 ? 1 : 0;
  }
  slots.resize(n);
  return slots;
}

// The same, but that equal values may still be single.
std::vector<QuantileSketch::Slot> QuantileSketch::occupied_or_single() const {
  if (first_.empty()) return occupied();
  std::vector<Slot> slots;
  slots.reserve(first_.size());
  for (const double value : first_) {
    if (value != 0.0) slots.push_back({exact_key(value), 1});
  }
  return slots;
}

std::vector<QuantileSketch::Slot> QuantileSketch::sorted_slots() const {
  std::vector<Slot> slots = occupied();
  // Neighbours of the grid lie side by side, but for the end of the table, where they go on at its start.
  const auto turn = std::is_sorted_until(slots.begin(), slots.end());
  std::rotate(slots.begin(), turn, slots.end());
  if (std::is_sorted(slots.begin(), slots.end())) return slots;
  if (level_ == 0) {
    sort_by_value(slots);
  } else {
    std::sort(slots.begin(), slots.end());
  }
  return slots;
}

void QuantileSketch::sort_by_value(std::vector<Slot>& slots) {
  const auto [first, last] = std::minmax_element(slots.begin(), slots.end());
  Drawers drawers = deal(slots, value_of(*first), value_of(*last), slots.size());
  std::size_t begin = 0;
  for (const std::size_t end : drawers.ends) {
    if (end - begin > 1) sort_part(drawers.items, begin, end);
    begin = end;
  }
  slots.swap(drawers.items);
}

std::vector<double> QuantileSketch::exact_quantiles(const std::vector<double>& levels) const {
  if (!first_.empty()) return exact_quantiles(first_, levels);
  std::vector<Slot> slots = occupied();
  if (n_zero_ > 0) slots.push_back({exact_key(0.0), n_zero_});
  return exact_quantiles(slots, levels);
}

// Few ranks of many values: of drawers that they are dealt to, those alone are sorted that a rank falls into.
template <class Item>
std::vector<double> QuantileSketch::exact_quantiles(const std::vector<Item>& items,
                                                    const std::vector<double>& levels) const {
  constexpr std::size_t items_in_drawer = 8;
  Drawers drawers = deal(items, minimum_, maximum_, items.size() / items_in_drawer + 1);
  std::vector<std::uint64_t> up_to;  // values in a drawer and those before it
  std::uint64_t n_values = 0;
  std::size_t next = 0;
  for (const std::size_t end : drawers.ends) {
    for (; next < end; ++next) n_values += count_of(drawers.items[next]);
    up_to.push_back(n_values);
  }
  std::vector<double> values;
  for (const double level : levels) {
    const std::uint64_t rank = quantile_rank(level, n());
    if (rank <= n_minus_infinity_ || rank > n_minus_infinity_ + n_finite_) {
      values.push_back(rank <= n_minus_infinity_ ? -infinity : infinity);
      continue;
    }
    std::uint64_t left = rank - n_minus_infinity_;
    const auto d = static_cast<std::size_t>(std::lower_bound(up_to.begin(), up_to.end(), left) -
                                            up_to.begin());
    if (d > 0) left -= up_to[d - 1];
    std::size_t item = d > 0 ? drawers.ends[d - 1] : 0;
    sort_part(drawers.items, item, drawers.ends[d]);
    for (; left > count_of(drawers.items[item]); ++item) left -= count_of(drawers.items[item]);
    values.push_back(value_of(drawers.items[item]) + 0.0);  // one zero, as everywhere
  }
  return values;
}

double QuantileSketch::value_at(const std::vector<Run>& runs, std::uint64_t rank) const {
  if (rank <= n_minus_infinity_) return -infinity;
  rank -= n_minus_infinity_;
  if (rank > n_finite_) return infinity;
  std::uint64_t before = 0;
  for (const Run& run : runs) {
    if (rank <= before + run.slot.count) return value_in_bin(bin_of(run), rank - before);
    before += run.slot.count;
  }
  throw diagnostic::InternalError("the bins of a quantile sketch do not add up");
}

double QuantileSketch::at_rank(std::uint64_t rank) const {
  if (n() == 0) return not_a_number;
  return value_at(runs(), std::clamp<std::uint64_t>(rank, 1, n()));
}

double QuantileSketch::quantile(double p) const { return quantiles({p}).front(); }

std::vector<double> QuantileSketch::quantiles(const std::vector<double>& levels) const {
  std::vector<double> values(levels.size(), not_a_number);
  if (n() == 0) return values;
  if (is_exact()) return exact_quantiles(levels);
  const std::vector<Run> sorted = runs();
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
  const std::vector<Run> sorted = runs();
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

double QuantileSketch::resolution_at(double x) const {
  if (level_ == 0 || !std::isfinite(x)) return 0.0;
  const std::int64_t key = level_ >= least_level_for(x) ? grid_key(x, level_) : 0;
  const Bin bin = grid_bin(key, level_, 0);
  return bin.high - bin.low;
}

// Within the extremes of the data.
QuantileSketch::Bin QuantileSketch::bin_of(const Run& run) const {
  switch (run.kind) {
    case Run::Kind::zero:
      return {0.0, 0.0, run.slot.count};
    case Run::Kind::minimum:
      return {minimum_, minimum_, run.slot.count};
    case Run::Kind::maximum:
      return {maximum_, maximum_, run.slot.count};
    case Run::Kind::slot:
      break;
  }
  if (level_ == 0) return {exact_value(run.slot.key), exact_value(run.slot.key), run.slot.count};
  const Bin bin = grid_bin(run.slot.key, level_, run.slot.count);
  return {std::max(bin.low, minimum_), std::min(bin.high, maximum_), run.slot.count};
}

bool QuantileSketch::is_one_value(const Run& run) const {
  const Bin bin = bin_of(run);
  return bin.low == bin.high;
}

// The edges of bins cost more than their counts, which are all that it takes to find a rank.
std::vector<QuantileSketch::Run> QuantileSketch::runs() const {
  using Kind = Run::Kind;
  std::vector<Run> runs;
  runs.reserve(n_occupied_ + 3);
  bool has_zero = n_zero_ == 0;
  for (const Slot& slot : sorted_slots()) {
    if (!has_zero && slot.key >= 0) {
      runs.push_back({Kind::zero, {0, n_zero_}});
      has_zero = true;
    }
    runs.push_back({Kind::slot, slot});
  }
  if (!has_zero) runs.push_back({Kind::zero, {0, n_zero_}});
  if (!runs.empty() && !is_one_value(runs.back())) {
    runs.back().slot.count -= n_at_maximum_;
    if (runs.back().slot.count == 0) runs.pop_back();
    runs.push_back({Kind::maximum, {0, n_at_maximum_}});
  }
  if (!runs.empty() && !is_one_value(runs.front())) {
    runs.front().slot.count -= n_at_minimum_;
    if (runs.front().slot.count == 0) runs.erase(runs.begin());
    runs.insert(runs.begin(), {Kind::minimum, {0, n_at_minimum_}});
  }
  return runs;
}

std::vector<QuantileSketch::Bin> QuantileSketch::bins() const {
  std::vector<Bin> bins;
  for (const Run& run : runs()) bins.push_back(bin_of(run));
  return bins;
}

}  // namespace detente::summary
