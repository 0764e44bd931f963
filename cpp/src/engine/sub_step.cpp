// Lanes that cross within a step: their sub-intervals are resolved exactly, in batches of one joint state.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "detente/engine/block.hpp"
#include "detente/kernel/dispatch.hpp"
#include "detente/program/baseline.hpp"

namespace detente::engine {

using program::ActiveClock;
using program::Frame;
using program::Operand;
using program::StepScalar;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double value_at(const Frame& frame, Operand operand, std::size_t lane) {
  return frame.at(operand)[operand.kind == Operand::Kind::scalar ? 0 : lane];
}

}  // namespace

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
  for (std::size_t k = 0; k < arguments.n; ++k) out[k] = value_at(frame, clock.arguments[k], lane);
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

void Block::sub_step(Pool& pool, const Slot* slots, std::size_t m, std::vector<Fired>& fired) {
  const program::StateProgram& state = pool.program();
  const program::Code& code = state.sub_code();
  const std::vector<ActiveClock>& clocks = state.clocks();
  const std::size_t n_clocks = clocks.size();
  const std::size_t n = rounded_lanes(m);
  const std::size_t n_columns = state.column_count();
  columns_.reserve((n_columns + 1) * tile_lanes);
  registers_.reserve(code.register_count() * tile_lanes);
  const std::size_t first_noise = state.noise_column();
  const std::size_t after_noise = first_noise + 4 * state.noises().size();
  for (std::size_t i = 0; i < m; ++i) {
    const std::size_t position = position_of_[slots[i]];
    const double* from = pool.tile_of(position).column(0) + position % tile_lanes;
    double* to = columns_.data() + i;
    for (std::size_t c = 0; c < n_columns; ++c) {
      if (c == first_noise) c = after_noise;  // no variable moves in a sub-interval
      if (c < n_columns) to[c * tile_lanes] = from[c * tile_lanes];
    }
  }
  for (std::size_t c = 0; c < n_columns && n > m; ++c) {
    double* column = columns_.data() + c * tile_lanes;
    std::fill(column + m, column + n, column[0]);
  }
  double* own_time = columns_.data() + n_columns * tile_lanes;
  for (std::size_t i = 0; i < n; ++i) own_time[i] = now_[slots[std::min(i, m - 1)]];
  Frame frame;
  frame.registers = registers_.data();
  frame.columns = columns_.data();
  frame.scalars = pool.scalars();
  frame.stride = tile_lanes;
  frame.n = n;
  code.run(frame);

  const double end = step_scalars()[StepScalar::end];
  const std::vector<Operand>& outputs = code.outputs();
  for (std::size_t i = 0; i < m; ++i) {
    const Slot slot = slots[i];
    const std::size_t position = position_of_[slot];
    const double length = std::max(end - now_[slot], 0.0);
    double delay = infinity;
    std::size_t first = n_clocks;
    bool has_failed = false;
    for (std::size_t j = 0; j < n_clocks; ++j) {
      const double rate = value_at(frame, outputs[j], i);
      const double burnt = value_at(frame, outputs[n_clocks + j], i);
      if (!(rate >= 0.0) || !(burnt >= 0.0)) {
        Failure failure;
        failure.kind = Failure::Kind::hazard;
        failure.time = now_[slot];
        failure.element = clocks[j].element;
        failure.value = rate >= 0.0 ? burnt : rate;
        fail(std::move(failure), slot);
        has_failed = true;
        break;
      }
      const double left = frame.columns[clocks[j].column * tile_lanes + i];
      if (left - burnt >= 0.0) continue;
      const double until =
          std::clamp(crossing_delay(clocks[j], frame, slot, i, left, rate), 0.0, length);
      if (until < delay) {
        delay = until;
        first = j;
      }
    }
    if (has_failed) continue;
    if (first == n_clocks) {
      for (std::size_t j = 0; j < n_clocks; ++j) {
        pool.at(position, clocks[j].column) -= value_at(frame, outputs[n_clocks + j], i);
        if (!clocks[j].has_baseline) continue;
        pool.at(position, clocks[j].cumulative_column) =
            value_at(frame, outputs[2 * n_clocks + clocks[j].baseline_index], i);
      }
      continue;
    }
    std::vector<Observer::Competitor> competitors;
    for (std::size_t j = 0; j < n_clocks; ++j) {
      const double rate = value_at(frame, outputs[j], i);
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

// The step's own increments, which were worked out from the state at its start, are added to whatever jumped.
void Block::add_increments() {
  std::vector<Slot> changed;
  const double end = step_scalars()[StepScalar::end];
  const auto n_variables = static_cast<std::uint32_t>(program_.model().variables.size());
  for (const Slot slot : touched_) {
    firings_in_step_[slot] = 0;
    if (is_alive_[slot] == 0) continue;
    now_[slot] = end;
    double* fields = record(slot);
    bool any = false;
    for (std::uint32_t v = 0; v < n_variables; ++v)
      any = any || fields[layout_.increment(v)] != 0.0;
    if (!any) continue;
    // Values that move in the lane's pool are columns there; where one does not, what is held may depend on it, and
    // the lane has to arrive anew.
    Pool& pool = *pool_of_[slot];
    bool stays = true;
    for (std::uint32_t v = 0; v < n_variables; ++v) {
      stays = stays && (fields[layout_.increment(v)] == 0.0 || pool.moving_column(v) >= 0);
    }
    if (!stays) {
      leave(slot);
      changed.push_back(slot);
    }
    for (std::uint32_t v = 0; v < n_variables; ++v) {
      double& increment = fields[layout_.increment(v)];
      if (increment == 0.0) continue;
      double& value =
          stays ? pool.at(position_of_[slot], static_cast<std::size_t>(pool.moving_column(v)))
                : fields[layout_.variable(v)];
      value = limited(v, value + increment);
      increment = 0.0;
    }
  }
  touched_.clear();
  current_ += 1;
  in_step_ = false;
  // What they hold is read at the grid point, after its dated events; there they arrive.
  late_ = std::move(changed);
}

}  // namespace detente::engine
