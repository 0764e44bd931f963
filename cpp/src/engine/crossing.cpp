// Lanes on which a clock runs out, each up to its first crossing. Column by column, though every lane has a time of its own.

#include <algorithm>
#include <cmath>
#include <limits>

#include "detente/engine/block.hpp"
#include "detente/program/baseline.hpp"
#include "engine/stretch.hpp"

namespace detente::engine {

using program::ActiveClock;
using program::ArgumentColumns;
using program::Operand;
using program::StepScalar;

/// Time since a clock's chain entered its state.
double Block::sojourn(Slot slot, const ActiveClock& clock) const {
  const std::uint32_t chain = program_.model().transitions[clock.element].chain.index;
  return now_[slot] - record(slot)[layout_.entered(chain)];
}

// Arguments of a clock's baseline on some of the lanes that cross, a column each.
ArgumentColumns Block::load_arguments(const Stretch& stretch, const ActiveClock& clock,
                                      const std::uint32_t* chosen, std::size_t n) {
  const std::size_t n_arguments = clock.arguments.size();
  crossing_.arguments.reserve(n_arguments * tile_lanes);
  for (std::size_t k = 0; k < n_arguments; ++k) {
    const Operand operand = clock.arguments[k];
    const double* values = stretch.frame().at(operand);
    const std::size_t step = operand.kind == Operand::Kind::scalar ? 0 : 1;
    double* column = crossing_.arguments.data() + k * tile_lanes;
    fill_last_quantum(column, rounded_lanes(n), values[lanes_[chosen[0]] * step]);
    for (std::size_t i = 0; i < n; ++i) column[i] = values[lanes_[chosen[i]] * step];
  }
  return {crossing_.arguments.data(), tile_lanes, n_arguments};
}

// Time until clock j runs out on the n lanes chosen, by its own hazard alone: to crossing_.values.
void Block::find_delays(const Stretch& stretch, std::size_t j, const Slot* slots, std::size_t n) {
  double* delays = crossing_.values.data();
  const std::uint32_t* chosen = crossing_.chosen.data();
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t lane = lanes_[chosen[i]];
    delays[i] = stretch.left(j, lane) / stretch.rate(j, lane);
  }
  if (!stretch.view(j).has_baseline) return;
  const ActiveClock& clock = stretch.clock(j);
  for (std::size_t i = 0; i < n; ++i) delays[i] += stretch.cumulative(j, lanes_[chosen[i]]);
  std::fill(delays + n, delays + rounded_lanes(n), delays[0]);
  program::ages_at(clock.family, load_arguments(stretch, clock, chosen, n), *clock.times, delays,
                   rounded_lanes(n));
  for (std::size_t i = 0; i < n; ++i) delays[i] -= sojourn(slots[lanes_[chosen[i]]], clock);
}

// The clock that runs out first on each of m lanes, and when.
void Block::find_first_crossings(const Stretch& stretch, const Slot* slots, std::size_t m) {
  CrossingScratch& scratch = crossing_;
  for (std::size_t x = 0; x < m; ++x) {
    scratch.length[x] = std::max(step_scalars()[StepScalar::end] - now_[slots[lanes_[x]]], 0.0);
    scratch.delay[x] = std::numeric_limits<double>::infinity();
    scratch.clock[x] = 0;
  }
  for (std::size_t j = 0; j < stretch.clock_count(); ++j) {
    std::size_t n = 0;
    for (std::size_t x = 0; x < m; ++x) {
      scratch.chosen[n] = static_cast<std::uint32_t>(x);
      n += stretch.left(j, lanes_[x]) - stretch.burnt(j, lanes_[x]) >= 0.0 ? 0 : 1;
    }
    if (n == 0) continue;
    find_delays(stretch, j, slots, n);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t x = scratch.chosen[i];
      const double exact = scratch.values[i];
      // Where rounding puts it past the end, or the inverse of a baseline gives no number: at the end.
      const double delay = exact < scratch.length[x] ? std::max(exact, 0.0) : scratch.length[x];
      if (!(delay < scratch.delay[x])) continue;
      scratch.delay[x] = delay;
      scratch.clock[x] = static_cast<std::uint32_t>(j);
    }
  }
}

// What clock j burns on each of m lanes until its first crossing. All lanes are chosen.
void Block::burn_clock(const Stretch& stretch, std::size_t j, const Slot* slots, std::size_t m,
                       double* burnt) {
  const CrossingScratch& scratch = crossing_;
  if (!stretch.view(j).has_baseline) {
    for (std::size_t x = 0; x < m; ++x) burnt[x] = stretch.rate(j, lanes_[x]) * scratch.delay[x];
    return;
  }
  const ActiveClock& clock = stretch.clock(j);
  double* then = crossing_.values.data();
  for (std::size_t x = 0; x < m; ++x) {
    then[x] = sojourn(slots[lanes_[x]], clock) + scratch.delay[x];
  }
  std::fill(then + m, then + rounded_lanes(m), then[0]);
  program::cumulative_hazards(clock.family,
                              load_arguments(stretch, clock, scratch.chosen.data(), m),
                              *clock.times, then, rounded_lanes(m));
  for (std::size_t x = 0; x < m; ++x) {
    const double grown = std::max(then[x] - stretch.cumulative(j, lanes_[x]), 0.0);
    burnt[x] = stretch.rate(j, lanes_[x]) * grown;
  }
}

// Finds the first crossing of each of m lanes; what the clocks then have left goes to left[clock * m + lane].
void Block::burn_to_crossings(const Stretch& stretch, const Slot* slots, std::size_t m,
                              double* left) {
  find_first_crossings(stretch, slots, m);
  crossing_.burnt.reserve(stretch.clock_count() * m);
  for (std::size_t x = 0; x < m; ++x) crossing_.chosen[x] = static_cast<std::uint32_t>(x);
  for (std::size_t j = 0; j < stretch.clock_count(); ++j) {
    double* burnt = crossing_.burnt.data() + j * m;
    burn_clock(stretch, j, slots, m, burnt);
    for (std::size_t x = 0; x < m; ++x) {
      left[j * m + x] = std::max(stretch.left(j, lanes_[x]) - burnt[x], 0.0);
    }
  }
}

// Moves the lane of number x to its first crossing, and notes the firing.
void Block::cross(const Stretch& stretch, Pool& pool, Slot slot, std::size_t x, std::size_t m,
                  const double* left) {
  const program::ElementId element = element_of(stretch.clock(crossing_.clock[x]), slot);
  const Weight weight = weight_of(pool, element);
  std::size_t first_rest = none;
  if (weight == Weight::lightest) {
    first_rest = rests_.size();
    for (std::size_t j = 0; j < stretch.clock_count(); ++j) {
      rests_.push_back(std::max(stretch.burnt(j, lanes_[x]) - crossing_.burnt[j * m + x], 0.0));
    }
  }
  if (options_.observer != nullptr) show_crossing(stretch, slot, x, m, left);
  now_[slot] = std::min(now_[slot] + crossing_.delay[x], step_scalars()[StepScalar::end]);
  record(slot)[layout_.firings(element)] += 1.0;
  if (weight == Weight::heavy) {
    fired_.push_back({slot, element});
  } else {
    light_.push_back({slot, element, first_rest});
  }
}

/// The hazard of a clock's element after `delay`.
double Block::hazard_after(const Stretch& stretch, std::size_t j, Slot slot, std::size_t lane,
                           double delay) {
  const ActiveClock& clock = stretch.clock(j);
  const double rate = stretch.rate(j, lane);
  if (!clock.has_baseline) return rate;
  std::vector<double> arguments;
  for (const Operand operand : clock.arguments) {
    arguments.push_back(stretch.frame().value(operand, lane));
  }
  return rate *
         program::hazard(clock.family, arguments, *clock.times, sojourn(slot, clock) + delay);
}

// What competed at a crossing, for who watches: clocks with a hazard, since with blended states some are nobody's.
void Block::show_crossing(const Stretch& stretch, Slot slot, std::size_t x, std::size_t m,
                          const double* left) {
  const double delay = crossing_.delay[x];
  std::vector<Observer::Competitor> competitors;
  for (std::size_t j = 0; j < stretch.clock_count(); ++j) {
    if (!(stretch.rate(j, lanes_[x]) > 0.0)) continue;
    competitors.push_back({element_of(stretch.clock(j), slot),
                           hazard_after(stretch, j, slot, lanes_[x], delay),
                           j == crossing_.clock[x] ? 0.0 : left[j * m + x]});
  }
  const double then = std::min(now_[slot] + delay, step_scalars()[StepScalar::end]);
  options_.observer->crossing(then, element_of(stretch.clock(crossing_.clock[x]), slot),
                              competitors);
}

}  // namespace detente::engine
