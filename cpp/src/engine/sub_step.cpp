// Lanes that cross within a step: their sub-intervals are resolved exactly, in batches of one joint state.

#include <algorithm>
#include <cmath>
#include <limits>

#include "detente/engine/block.hpp"
#include "detente/kernel/dispatch.hpp"
#include "engine/stretch.hpp"

namespace detente::engine {

using program::ActiveClock;
using program::Frame;
using program::Operand;
using program::StepScalar;

// Firings send lanes to other pools with the rest of the step to go; what fires there is next.
void Block::resolve_pending() {
  std::vector<Slot>& slots = resolving_;
  for (bool any = true; any;) {
    fire(fired_);
    any = false;
    // Firings may have opened new pools, which stand behind the others.
    for (std::size_t p = 0; p < pools_.size(); ++p) {
      Pool& pool = *pools_[p];
      if (pool.pending.empty()) continue;
      any = true;
      slots.swap(pool.pending);
      pool.pending.clear();
      pool.set_step(current_, program_.grid());
      for (std::size_t from = 0; from < slots.size(); from += tile_lanes) {
        sub_step(pool, slots.data() + from, std::min(tile_lanes, slots.size() - from));
      }
      slots.clear();
    }
  }
}

// Puts the lanes that need a closer look into lanes_, those where a clock runs out before the step's end or a hazard is no
// hazard; returns how many.
std::size_t Block::find_sub_crossings(const Stretch& stretch, std::size_t m) {
  const kernel::Table& table = kernel::active();
  marks_.fill(0);
  for (std::size_t j = 0; j < stretch.clock_count(); ++j) {
    const ClockView& view = stretch.view(j);
    (view.burnt_step == 0 ? table.check_scalar : table.check)(marks_.data(), view.left, view.burnt,
                                                              rounded_lanes(m));
  }
  return find_marked(m);
}

// All lanes burn what the rest of the step burns. Those that cross are put right when they have.
void Block::burn_rest(const Stretch& stretch, std::size_t m) {
  const auto& functions = kernel::active().column;
  const auto subtract = functions[static_cast<std::size_t>(kernel::Operation::sub_vv)];
  const auto subtract_scalar = functions[static_cast<std::size_t>(kernel::Operation::sub_vs)];
  double* after = variates_.data();
  for (std::size_t j = 0; j < stretch.clock_count(); ++j) {
    const ClockView& view = stretch.view(j);
    const ActiveClock& clock = stretch.clock(j);
    (view.burnt_step == 0 ? subtract_scalar : subtract)(after, view.left, view.burnt, view.left,
                                                        rounded_lanes(m));
    for (std::size_t i = 0; i < m; ++i) lane_places_[i].at(clock.column) = after[i];
  }
}

// The lanes that do not cross are a step further in their baselines too.
void Block::age_uncrossed(const Stretch& stretch, std::size_t m) {
  for (std::size_t j = 0; j < stretch.clock_count(); ++j) {
    const ClockView& view = stretch.view(j);
    if (!view.has_baseline) continue;
    for (std::size_t i = 0; i < m; ++i) {
      if (((marks_[i / 8] >> (i % 8)) & 1U) != 0) continue;
      lane_places_[i].at(stretch.clock(j).cumulative_column) = view.at_end[i * view.at_end_step];
    }
  }
}

// A path comes to its end where a hazard is no hazard; of a clock that is nobody's in the lane's state, where what states
// share of it is infinite.
void Block::fail_at(const Stretch& stretch, std::size_t j, Slot slot, std::size_t lane) {
  const double rate = stretch.rate(j, lane);
  Failure failure;
  failure.kind = Failure::Kind::hazard;
  failure.time = now_[slot];
  const program::ElementId owner = element_of(stretch.clock(j), slot);
  failure.element = owner == program::no_element ? stretch.clock(j).element : owner;
  failure.value = rate >= 0.0 ? stretch.burnt(j, lane) : rate;
  fail(std::move(failure), slot);
}

// Takes the lanes that crossed from their pool, except those which stay where they are, and fires the latter.
void Block::part_crossed(Pool& pool, std::size_t first_fired) {
  for (std::size_t f = first_fired; f < fired_.size(); ++f) {
    leave(fired_[f].slot);
    record(fired_[f].slot)[layout_.clock(fired_[f].element)] =
        std::numeric_limits<double>::quiet_NaN();
  }
  if (!light_.empty()) fire_light(pool);
}

void Block::sub_step(Pool& pool, const Slot* slots, std::size_t m) {
  const program::StateProgram& state = pool.program();
  const program::Code& code = state.sub_code();
  const std::size_t n = rounded_lanes(m);
  const std::size_t n_columns = state.column_count();
  columns_.reserve((n_columns + 1) * column_stride);
  registers_.reserve(code.register_count() * column_stride);
  lane_places_.resize(m);
  for (std::size_t i = 0; i < m; ++i) lane_places_[i] = pool.place(position_of_[slots[i]]);
  for (const std::uint16_t c : state.sub_columns()) {
    double* column = columns_.data() + c * column_stride;
    fill_last_quantum(column, n, lane_places_[0].at(c));
    for (std::size_t i = 0; i < m; ++i) column[i] = lane_places_[i].at(c);
  }
  double* own_time = columns_.data() + n_columns * column_stride;
  fill_last_quantum(own_time, n, now_[slots[0]]);
  for (std::size_t i = 0; i < m; ++i) own_time[i] = now_[slots[i]];
  Frame frame;
  frame.place(Operand::Kind::reg, registers_.data());
  frame.place(Operand::Kind::column, columns_.data());
  frame.place(Operand::Kind::scalar, pool.scalars());
  frame.n = n;
  code.run(frame);

  const Stretch stretch = Stretch::of_rest(state, frame, clock_views_);
  const std::size_t n_crossed = find_sub_crossings(stretch, m);
  burn_rest(stretch, m);
  if (state.baseline_count() > 0) age_uncrossed(stretch, m);
  const std::size_t first_fired = fired_.size();
  if (n_crossed == 0) return;
  kept_.resize(state.clocks().size() * n_crossed);
  burn_to_crossings(stretch, slots, n_crossed, kept_.data());
  for (std::size_t x = 0; x < n_crossed; ++x) {
    const std::size_t lane = lanes_[x];
    const std::size_t unsound = stretch.first_unsound(lane);
    if (unsound < stretch.clock_count()) {
      fail_at(stretch, unsound, slots[lane], lane);
      continue;
    }
    cross(stretch, pool, slots[lane], x, n_crossed, kept_.data());
    for (std::size_t j = 0; j < state.clocks().size(); ++j) {
      lane_places_[lane].at(state.clocks()[j].column) = kept_[j * n_crossed + x];
    }
  }
  part_crossed(pool, first_fired);
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

// A variable at the step's end that now has `value`: where nothing jumped it is, to the last bit, what the step's code
// says, whatever else fires in the scenario.
double Block::moved(std::uint32_t variable, const program::StepMove& move, double value) const {
  return value == move.before ? move.after : limited(variable, value + move.increment);
}

// The lane is where it was when the step began: what moves there are columns.
void Block::add_increments_in_place(const Touched& touched) {
  const LanePlace lane = touched.pool->place(position_of_[touched.slot]);
  const program::StepMove* move = moves_.data() + touched.first_move;
  for (const program::MovingVariable& moving : touched.pool->program().variables()) {
    double& value = lane.at(moving.column);
    value = moved(moving.variable, *move++, value);
  }
}

// The lane has changed its joint state. False where a variable that moved is no column of its pool: what is held and read
// there may depend on it.
bool Block::add_increments_elsewhere(const Touched& touched) {
  const std::vector<program::MovingVariable>& variables = touched.pool->program().variables();
  const program::StepMove* moves = moves_.data() + touched.first_move;
  Pool& pool = *pool_of_[touched.slot];
  const LanePlace lane = pool.place(position_of_[touched.slot]);
  double* fields = record(touched.slot);
  bool is_current = true;
  for (std::size_t v = 0; v < variables.size(); ++v) {
    if (moves[v].increment == 0.0) continue;
    const std::uint32_t variable = variables[v].variable;
    const std::ptrdiff_t column = pool.moving_column(variable);
    double& value = column >= 0 ? lane.at(static_cast<std::size_t>(column))
                                : fields[layout_.variable(variable)];
    value = moved(variable, moves[v], value);
    is_current = is_current && column >= 0;
  }
  return is_current;
}

// The step's own increments, which were worked out from the state at its start, are added to whatever jumped.
void Block::add_increments() {
  const double end = step_scalars()[StepScalar::end];
  for (const Touched& touched : touched_) {
    const Slot slot = touched.slot;
    firings_in_step_[slot] = 0;
    if (is_alive_[slot] == 0) continue;
    now_[slot] = end;
    if (pool_of_[slot] == touched.pool) {
      add_increments_in_place(touched);
    } else if (!add_increments_elsewhere(touched)) {
      stale_.push_back(slot);
    }
  }
  moves_.clear();
  touched_.clear();
  close_all_gaps();
  current_ += 1;
  in_step_ = false;
}

}  // namespace detente::engine
