// Lanes that cross within a step: their sub-intervals are resolved exactly, in batches of one joint state.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "detente/engine/block.hpp"
#include "detente/kernel/dispatch.hpp"
#include "detente/program/baseline.hpp"

namespace detente::engine {

using program::ActiveClock;
using program::Frame;
using program::Operand;
using program::StepScalar;

void Block::resolve_pending() {
  std::vector<Slot> slots;
  std::vector<Fired> fired;
  for (bool any = true; any;) {
    any = false;
    // Firings may open new pools, which stand behind the others.
    for (std::size_t p = 0; p < pools_.size(); ++p) {
      Pool& pool = *pools_[p];
      if (pool.pending.empty()) continue;
      any = true;
      slots.swap(pool.pending);
      pool.pending.clear();
      pool.set_step(current_, step_scalars());
      for (std::size_t from = 0; from < slots.size(); from += tile_lanes) {
        sub_step(pool, slots.data() + from, std::min(tile_lanes, slots.size() - from), fired);
      }
      slots.clear();
    }
    fire(fired);
  }
}

/// Baseline arguments of a clock on one gathered lane.
namespace {

struct Arguments {
  std::array<double, 16> few;
  std::vector<double> many;
  std::size_t n = 0;
  std::span<const double> values() const {
    return many.empty() ? std::span<const double>(few.data(), n) : std::span<const double>(many);
  }
};

Arguments arguments_of(const ActiveClock& clock, const Frame& frame, std::size_t lane) {
  Arguments arguments;
  arguments.n = clock.arguments.size();
  if (arguments.n > arguments.few.size()) arguments.many.resize(arguments.n);
  double* out = arguments.many.empty() ? arguments.few.data() : arguments.many.data();
  for (std::size_t k = 0; k < arguments.n; ++k) out[k] = frame.value(clock.arguments[k], lane);
  return arguments;
}

}  // namespace

// Time until a clock with `left` to burn runs out at this rate (for a baseline: times its ratio).
double Block::crossing_delay(const ActiveClock& clock, const Frame& frame, Slot slot,
                             std::size_t lane, double left, double rate) {
  if (!clock.has_baseline) return left / rate;
  const Arguments arguments = arguments_of(clock, frame, lane);
  const double cumulative = frame.columns[clock.cumulative_column * frame.stride + lane];
  const double age =
      program::age_at(clock.family, arguments.values(), *clock.times, cumulative + left / rate);
  const std::uint32_t chain = program_.model().transitions[clock.element].chain.index;
  return age - (now_[slot] - record(slot)[layout_.entered(chain)]);
}

/// What a clock burns in `delay` at this rate.
double Block::burnt_in(const ActiveClock& clock, const Frame& frame, Slot slot, std::size_t lane,
                       double delay, double rate) {
  if (!clock.has_baseline) return rate * delay;
  const Arguments arguments = arguments_of(clock, frame, lane);
  const double cumulative = frame.columns[clock.cumulative_column * frame.stride + lane];
  const std::uint32_t chain = program_.model().transitions[clock.element].chain.index;
  const double age = now_[slot] - record(slot)[layout_.entered(chain)] + delay;
  const double then =
      program::cumulative_hazard(clock.family, arguments.values(), *clock.times, age);
  return rate * std::max(then - cumulative, 0.0);
}

// Which lanes need a closer look: those where a clock runs out before the step's end, or a hazard is no hazard.
void Block::find_sub_crossings(const program::StateProgram& state, const Frame& frame,
                               std::size_t m) {
  const std::vector<ActiveClock>& clocks = state.clocks();
  const std::vector<Operand>& outputs = state.sub_code().outputs();
  is_crossing_.assign(m, 0);
  for (std::size_t j = 0; j < clocks.size(); ++j) {
    const Operand rates = outputs[j];
    const Operand burns = outputs[clocks.size() + j];
    const double* rate = frame.at(rates);
    const double* burnt = frame.at(burns);
    const std::size_t rate_step = rates.kind == Operand::Kind::scalar ? 0 : 1;
    const std::size_t burnt_step = burns.kind == Operand::Kind::scalar ? 0 : 1;
    const double* left = frame.columns + clocks[j].column * frame.stride;
    for (std::size_t i = 0; i < m; ++i) {
      const double burn = burnt[i * burnt_step];
      const bool is_quiet = rate[i * rate_step] >= 0.0 && burn >= 0.0 && left[i] - burn >= 0.0;
      is_crossing_[i] |= is_quiet ? 0 : 1;
    }
  }
}

// The other lanes burn what the rest of the step burns.
void Block::burn_uncrossed(const program::StateProgram& state, const Frame& frame, std::size_t m) {
  const std::vector<ActiveClock>& clocks = state.clocks();
  const std::vector<Operand>& outputs = state.sub_code().outputs();
  for (std::size_t j = 0; j < clocks.size(); ++j) {
    const ActiveClock& clock = clocks[j];
    const double* left = frame.columns + clock.column * frame.stride;
    for (std::size_t i = 0; i < m; ++i) {
      if (is_crossing_[i] != 0) continue;
      lane_places_[i].at(clock.column) = left[i] - frame.value(outputs[clocks.size() + j], i);
      if (!clock.has_baseline) continue;
      lane_places_[i].at(clock.cumulative_column) =
          frame.value(outputs[2 * clocks.size() + clock.baseline_index], i);
    }
  }
}

// The clock that runs out first on a lane where one does; none when a hazard is no hazard and the path fails.
std::optional<Block::Crossing> Block::first_crossing(const program::StateProgram& state,
                                                     const Frame& frame, Slot slot,
                                                     std::size_t lane) {
  const std::vector<ActiveClock>& clocks = state.clocks();
  const std::vector<Operand>& outputs = state.sub_code().outputs();
  const double length = std::max(step_scalars()[StepScalar::end] - now_[slot], 0.0);
  std::optional<Crossing> first;
  for (std::size_t j = 0; j < clocks.size(); ++j) {
    const double rate = frame.value(outputs[j], lane);
    const double burnt = frame.value(outputs[clocks.size() + j], lane);
    if (!(rate >= 0.0) || !(burnt >= 0.0)) {
      Failure failure;
      failure.kind = Failure::Kind::hazard;
      failure.time = now_[slot];
      failure.element = clocks[j].element;
      failure.value = rate >= 0.0 ? burnt : rate;
      fail(std::move(failure), slot);
      return std::nullopt;
    }
    const double left = frame.columns[clocks[j].column * frame.stride + lane];
    if (left - burnt >= 0.0) continue;
    // Where rounding puts it past the end, or the inverse of a baseline gives no number: at the end.
    const double exact = crossing_delay(clocks[j], frame, slot, lane, left, rate);
    const double delay = exact < length ? std::max(exact, 0.0) : length;
    if (!first || delay < first->delay) first = Crossing{j, delay};
  }
  return first;
}

void Block::sub_step(Pool& pool, const Slot* slots, std::size_t m, std::vector<Fired>& fired) {
  const program::StateProgram& state = pool.program();
  const program::Code& code = state.sub_code();
  const std::vector<ActiveClock>& clocks = state.clocks();
  const std::size_t n_clocks = clocks.size();
  const std::size_t n = rounded_lanes(m);
  const std::size_t n_columns = state.column_count();
  columns_.reserve((n_columns + 1) * scratch_stride);
  registers_.reserve(code.register_count() * scratch_stride);
  lane_places_.resize(m);
  for (std::size_t i = 0; i < m; ++i) lane_places_[i] = pool.place(position_of_[slots[i]]);
  for (const std::uint16_t c : state.sub_columns()) {
    double* column = columns_.data() + c * scratch_stride;
    for (std::size_t i = 0; i < m; ++i) column[i] = lane_places_[i].at(c);
    std::fill(column + m, column + n, column[0]);
  }
  double* own_time = columns_.data() + n_columns * scratch_stride;
  for (std::size_t i = 0; i < n; ++i) own_time[i] = now_[slots[std::min(i, m - 1)]];
  Frame frame;
  frame.registers = registers_.data();
  frame.columns = columns_.data();
  frame.scalars = pool.scalars();
  frame.stride = scratch_stride;
  frame.n = n;
  code.run(frame);

  const double end = step_scalars()[StepScalar::end];
  const std::vector<Operand>& outputs = code.outputs();
  find_sub_crossings(state, frame, m);
  burn_uncrossed(state, frame, m);
  for (std::size_t i = 0; i < m; ++i) {
    if (is_crossing_[i] == 0) continue;
    const Slot slot = slots[i];
    const std::size_t position = position_of_[slot];
    const std::optional<Crossing> crossing = first_crossing(state, frame, slot, i);
    if (!crossing) continue;
    const std::size_t first = crossing->clock;
    const double delay = crossing->delay;
    std::vector<Observer::Competitor> competitors;
    for (std::size_t j = 0; j < n_clocks; ++j) {
      const double rate = frame.value(outputs[j], i);
      double& left = pool.at(position, clocks[j].column);
      left = std::max(left - burnt_in(clocks[j], frame, slot, i, delay, rate), 0.0);
      if (options_.observer != nullptr) {
        double hazard = rate;
        if (clocks[j].has_baseline) {
          const Arguments arguments = arguments_of(clocks[j], frame, i);
          const std::uint32_t chain = program_.model().transitions[clocks[j].element].chain.index;
          hazard *= program::hazard(clocks[j].family, arguments.values(), *clocks[j].times,
                                    now_[slot] - record(slot)[layout_.entered(chain)] + delay);
        }
        competitors.push_back({clocks[j].element, hazard, j == first ? 0.0 : left});
      }
    }
    const program::ElementId element = clocks[first].element;
    const bool stays = is_light(pool, element);
    if (!stays) leave(slot);
    now_[slot] = std::min(now_[slot] + delay, end);
    double* fields = record(slot);
    fields[layout_.clock(element)] = std::numeric_limits<double>::quiet_NaN();
    fields[layout_.firings(element)] += 1.0;
    (stays ? light_ : fired).push_back({slot, element});
    if (options_.observer != nullptr) {
      options_.observer->crossing(now_[slot], element, competitors);
    }
  }
  if (!light_.empty()) fire_light(pool, light_);
}

double Block::limited(std::uint32_t variable, double value) const {
  const model::Variable& v = program_.model().variables[variable];
  if (v.at_bounds == model::AtBounds::clamp) {
    if (v.low) value = std::max(value, *v.low);
    if (v.high) value = std::min(value, *v.high);
    return value;
  }
  if (v.low && v.high) {
    if (value >= *v.low && value <= *v.high) return value;
    const double width = *v.high - *v.low;
    const double turns = (value - *v.low) / width;
    const double phase = turns - 2.0 * std::floor(0.5 * turns);
    return *v.low + width * (1.0 - std::abs(phase - 1.0));
  }
  if (v.low) return *v.low + std::abs(value - *v.low);
  if (v.high) return *v.high - std::abs(value - *v.high);
  return value;
}

// The lane is where it was when the step began: what moves there are columns.
void Block::add_increments_in_place(Pool& pool, Slot slot) {
  double* fields = record(slot);
  const LanePlace lane = pool.place(position_of_[slot]);
  for (const program::MovingVariable& moving : pool.program().variables()) {
    double& increment = fields[layout_.increment(moving.variable)];
    if (increment == 0.0) continue;
    double& value = lane.at(moving.column);
    value = limited(moving.variable, value + increment);
    increment = 0.0;
  }
}

// The lane has changed its joint state. Where a variable that moved is no column of its pool, what is held there may
// depend on it: the lane leaves, to arrive anew; then false.
bool Block::add_increments_elsewhere(Slot slot) {
  const auto n_variables = static_cast<std::uint32_t>(program_.model().variables.size());
  double* fields = record(slot);
  Pool& pool = *pool_of_[slot];
  bool stays = true;
  for (std::uint32_t v = 0; v < n_variables; ++v) {
    stays = stays && (fields[layout_.increment(v)] == 0.0 || pool.moving_column(v) >= 0);
  }
  if (!stays) leave(slot);
  for (std::uint32_t v = 0; v < n_variables; ++v) {
    double& increment = fields[layout_.increment(v)];
    if (increment == 0.0) continue;
    double& value =
        stays ? pool.at(position_of_[slot], static_cast<std::size_t>(pool.moving_column(v)))
              : fields[layout_.variable(v)];
    value = limited(v, value + increment);
    increment = 0.0;
  }
  return stays;
}

// The step's own increments, which were worked out from the state at its start, are added to whatever jumped.
void Block::add_increments() {
  std::vector<Slot> changed;
  const double end = step_scalars()[StepScalar::end];
  for (const auto& [slot, pool] : touched_) {
    firings_in_step_[slot] = 0;
    if (is_alive_[slot] == 0) continue;
    now_[slot] = end;
    if (pool_of_[slot] == pool) {
      add_increments_in_place(*pool, slot);
    } else if (!add_increments_elsewhere(slot)) {
      changed.push_back(slot);
    }
  }
  touched_.clear();
  current_ += 1;
  in_step_ = false;
  // What they hold is read at the grid point, after its dated events; there they arrive.
  late_ = std::move(changed);
}

}  // namespace detente::engine
