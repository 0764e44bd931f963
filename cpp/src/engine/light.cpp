// Firings that move no chain, or blended ones alone: the lane keeps its place, only its columns are brought up to date.
// Marked point processes and populations, with many events per path, live on this.

#include <algorithm>
#include <limits>

#include "detente/engine/block.hpp"
#include "engine/burst.hpp"

namespace detente::engine {

using outcome::MonitorKind;
using program::ElementId;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

Weight Block::weight_of(Pool& pool, ElementId element) {
  Weight& known = pool.notes(element).weight;
  if (known != Weight::unknown) return known;
  known = Weight::heavy;
  if (!program_.triggers().empty()) return known;
  const program::StateProgram& state = pool.program();
  if (state.baseline_count() > 0)
    return known;  // their cumulative hazards are columns of their own
  std::shared_ptr<const program::FiringProgram>& firing = pool.notes(element).firing;
  if (firing == nullptr) firing = program_.firing(element, state.state());
  if (!firing->keeps_pool) return known;
  const std::vector<std::uint32_t>& fields = firing->changed;
  program::HeldCode held = state.held_by(fields);
  known = !held.columns.empty()       ? Weight::light_on_held
          : state.keeps_rates(fields) ? Weight::lightest
                                      : Weight::light;
  if (known == Weight::light_on_held) {
    pool.notes(element).held = std::make_unique<const program::HeldCode>(std::move(held));
  }
  pool.notes(element).reading = reading_after(pool, element);
  find_light_inputs(pool, element);
  return known;
}

// Of the variables that move, those that the codes of a light firing read from the record; all of them for who looks on.
void Block::find_light_inputs(Pool& pool, ElementId element) {
  const program::FiringProgram& firing = *pool.notes(element).firing;
  const bool is_watched = options_.observer != nullptr || options_.factors != nullptr;
  for (const program::MovingVariable& moving : pool.program().variables()) {
    const std::vector<std::uint32_t> field{layout_.variable(moving.variable)};
    const bool is_read = firing.code.reads_any(field) || firing.touched.reads_any(field);
    if (is_watched || is_read) pool.notes(element).inputs.push_back(moving);
  }
}

void Block::fire_light(Pool& pool) {
  if (Burst::plan_of(*this, pool).fits) {
    Burst(*this, pool).run();
    light_.clear();
    rests_.clear();
    return;
  }
  for (auto from = light_.begin(); from != light_.end();) {
    const auto to = std::partition(
        from, light_.end(),
        [element = from->element](const LightFired& fired) { return fired.element == element; });
    fire_light_group(pool, &*from, static_cast<std::size_t>(to - from));
    from = to;
  }
  light_.clear();
  rests_.clear();
}

// Monitors that follow what a light firing touches, and the sums kept in the pool's columns, which share one time of
// their last reading. What nothing follows but the end's formulas has to stay up to date.
LightReading Block::reading_after(const Pool& pool, ElementId element) const {
  const std::vector<std::uint32_t>& touched = pool.notes(element).firing->touched_signals;
  LightReading reading;
  if (touched.empty()) return reading;
  std::vector<bool> is_touched(plan_.signals().size(), false);
  for (const std::uint32_t signal : touched) is_touched[signal] = true;
  std::vector<bool> is_followed(plan_.signals().size(), false);
  reading.monitors = plan_.followers(is_touched);
  for (const outcome::Monitor& monitor : plan_.monitors()) {
    const bool follows = is_touched[monitor.signal] ||
                         (monitor.kind == MonitorKind::until && is_touched[monitor.second_signal]);
    if (!follows) continue;
    is_followed[monitor.signal] = true;
    reading.until = std::max(reading.until, monitor.until);
  }
  for (const Watch::Follower& sum : pool.watch().sums) reading.monitors.push_back(sum.monitor);
  std::sort(reading.monitors.begin(), reading.monitors.end());
  reading.monitors.erase(std::unique(reading.monitors.begin(), reading.monitors.end()),
                         reading.monitors.end());
  for (const std::uint32_t signal : touched) {
    if (!is_followed[signal]) reading.until = infinity;
  }
  return reading;
}

// A lane that has fired, with a new draw for the clock that ran out: it is through with the step where its hazards are as
// before and no clock runs out in the rest.
void Block::go_on(Pool& pool, const LightFired& fired, double drawn) {
  const std::vector<program::ActiveClock>& clocks = pool.program().clocks();
  const LanePlace lane = pool.place(position_of_[fired.slot]);
  bool is_through = fired.first_rest != none;
  for (std::size_t j = 0; j < clocks.size(); ++j) {
    double& left = lane.at(clocks[j].column);
    if (clocks[j].by_state.empty() && clocks[j].element == fired.element) left = drawn;
    is_through = is_through && left >= rests_[fired.first_rest + j];
  }
  if (!is_through) {
    pool.pending.push_back(fired.slot);
    return;
  }
  for (std::size_t j = 0; j < clocks.size(); ++j) {
    lane.at(clocks[j].column) -= rests_[fired.first_rest + j];
  }
}

void Block::fire_light_group(Pool& pool, const LightFired* fired, std::size_t m) {
  const ElementId element = fired[0].element;
  group_.clear();
  for (std::size_t i = 0; i < m; ++i) group_.push_back(fired[i].slot);
  fire_in_place(pool, element, group_.data(), m);
  std::vector<LightFired>& alive = light_alive_;
  alive.clear();
  for (std::size_t i = 0; i < m; ++i) {
    if (is_alive_[fired[i].slot] == 1) alive.push_back(fired[i]);
  }
  for (std::size_t from = 0; from < alive.size(); from += tile_lanes) {
    const std::size_t count = std::min(tile_lanes, alive.size() - from);
    chosen_.clear();
    for (std::size_t i = 0; i < count; ++i) chosen_.push_back(alive[from + i].slot);
    if (!program_.is_transition(element)) {  // whose clock may be another's now
      draw(variates_.data(), program_.streams(element).clock, chosen_.data(), count, element, true);
    }
    for (std::size_t i = 0; i < count; ++i) go_on(pool, alive[from + i], variates_[i]);
  }
}

// A firing of lanes that stay in their pool: records and columns are brought up to date, each from the other.
void Block::fire_in_place(Pool& pool, ElementId element, const Slot* slots, std::size_t m) {
  const LightReading& reading = pool.notes(element).reading;
  const double start = step_scalars()[program::StepScalar::start];
  // What fires at a date may do so at the very end of what counts; what fires in a step is after its start.
  const bool is_read =
      in_step_ ? start < reading.until : start <= reading.until + outcome::same_time;
  shared_clocks_.clear();
  const std::vector<std::uint32_t>& moved = pool.notes(element).firing->moved;
  for (const program::ActiveClock& clock : pool.program().clocks()) {
    const bool is_moved = std::find(moved.begin(), moved.end(), clock.chain) != moved.end();
    if (!clock.by_state.empty() && is_moved) shared_clocks_.push_back(&clock);
  }
  for (std::size_t i = 0; i < m; ++i) {
    store_moving(pool, element, slots[i]);
    if (is_read) store_watch(pool, slots[i]);
  }
  fire_group(element, pool, slots, m);
  chosen_.clear();
  for (std::size_t i = 0; i < m; ++i) {
    unread_[slots[i]] = program::no_element;  // what has to be read of it is known
    if (is_alive_[slots[i]] == 1) chosen_.push_back(slots[i]);
  }
  for (std::size_t from = 0; from < chosen_.size(); from += tile_lanes) {
    const std::size_t count = std::min(tile_lanes, chosen_.size() - from);
    const Slot* chunk = chosen_.data() + from;
    load_assigned(pool, element, chunk, count);
    if (pool.notes(element).held != nullptr) load_held(*pool.notes(element).held, chunk, count);
    for (const program::ActiveClock* clock : shared_clocks_) {
      for (std::size_t i = 0; i < count; ++i) note_clock(*clock, chunk[i]);
    }
    draw_clocks();
    for (const program::ActiveClock* clock : shared_clocks_) load_clock(*clock, chunk, count);
    if (is_read) read_light(pool, element, chunk, count);
  }
}

// Brings a record up to date with its lane: what moves at every step, and the clocks that a firing hands on.
void Block::store_moving(Pool& pool, ElementId element, Slot slot) {
  const LanePlace lane = pool.place(position_of_[slot]);
  double* fields = record(slot);
  for (const program::MovingVariable& moving : pool.notes(element).inputs) {
    fields[layout_.variable(moving.variable)] = lane.at(moving.column);
  }
  for (const program::ActiveClock* clock : shared_clocks_) {
    const ElementId owner = element_of(*clock, slot);
    if (owner != program::no_element) fields[layout_.clock(owner)] = lane.at(clock->column);
  }
  if (program_.is_transition(element)) {
    fields[layout_.clock(element)] = std::numeric_limits<double>::quiet_NaN();
  }
}

// What a firing has assigned, into the columns of lane_places_, which it finds.
void Block::load_assigned(Pool& pool, ElementId element, const Slot* slots, std::size_t m) {
  lane_places_.resize(m);
  for (std::size_t i = 0; i < m; ++i) lane_places_[i] = pool.place(position_of_[slots[i]]);
  for (const std::uint32_t variable : pool.notes(element).firing->assigned) {
    const std::ptrdiff_t column = pool.moving_column(variable);
    for (std::size_t i = 0; i < m && column >= 0; ++i) {
      lane_places_[i].at(static_cast<std::size_t>(column)) =
          record(slots[i])[layout_.variable(variable)];
    }
  }
}

// Readings after a light firing of lanes whose records are up to date.
void Block::read_light(Pool& pool, ElementId element, const Slot* slots, std::size_t m) {
  const program::FiringProgram& firing = *pool.notes(element).firing;
  const LightReading& reading = pool.notes(element).reading;
  const program::Frame frame = run_on_records(firing.touched, slots, m, nullptr, 0);
  const std::vector<program::Operand>& outputs = firing.touched.code().outputs();
  signals_.resize(outputs.size());
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t k = 0; k < outputs.size(); ++k) signals_[k] = frame.value(outputs[k], i);
    plan_.read_touched(record(slots[i]), now_[slots[i]], reading.monitors, firing.touched_signals,
                       signals_.data(), in_run_off_);
    load_watch(pool, slots + i, 1);
  }
}

}  // namespace detente::engine
