// Firings that move no chain, or only between blended states: the lane keeps its place, its columns are brought up to date.
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

Weight Block::find_weight(Pool& pool, ElementId element) {
  Weight& known = pool.notes(element).weight;
  known = Weight::heavy;
  if (!program_.triggers().empty()) return known;
  const program::StateProgram& state = pool.program();
  if (state.baseline_count() > 0)
    return known;  // their cumulative hazards are columns of their own
  std::shared_ptr<const program::FiringProgram>& firing = pool.notes(element).firing;
  if (firing == nullptr) firing = program_.firing(element, state.state());
  if (!firing->keeps_pool) return known;
  const std::vector<std::uint32_t>& fields = firing->changed;
  std::shared_ptr<const program::HeldCode> held = state.held_by(fields);
  known = !held->columns.empty()      ? Weight::light_on_held
          : state.keeps_rates(fields) ? Weight::lightest
                                      : Weight::light;
  if (known == Weight::light_on_held) {
    pool.notes(element).held = std::move(held);
    pool.held_of_light = nullptr;
  }
  for (const program::ActiveClock& clock : state.clocks()) {
    const std::vector<std::uint32_t>& moved = firing->moved;
    const bool is_moved = std::find(moved.begin(), moved.end(), clock.chain) != moved.end();
    const bool is_shared = !clock.by_state.empty();
    if (is_shared ? is_moved : clock.element == element) {
      pool.notes(element).renewed.push_back(&clock);
    }
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
  } else {
    light_by_element_.sort(
        light_, [&](const LightFired& fired) { return group_number(pool, fired.element); });
    forget_groups();
    for (std::size_t from = 0; from < light_.size(); from += tile_lanes) {
      fire_light(pool, light_.data() + from, std::min(tile_lanes, light_.size() - from));
    }
  }
  light_.clear();
  rests_.clear();
}

// Up to a tile of lanes, by element.
void Block::fire_light(Pool& pool, const LightFired* fired, std::size_t m) {
  light_groups_.clear();
  group_.clear();
  for (std::size_t i = 0; i < m; ++i) {
    if (i == 0 || fired[i].element != fired[i - 1].element) {
      light_groups_.push_back({fired[i].element, i, i});
    }
    group_.push_back(fired[i].slot);
    ++light_groups_.back().to;
  }
  fire_in_place(pool);
  for (std::size_t i = 0; i < m; ++i) {
    if (is_alive_[fired[i].slot] == 1) go_on(pool, fired[i]);
  }
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

// A lane that has fired: it is through with the step where its hazards are as before and no clock runs out in the rest.
void Block::go_on(Pool& pool, const LightFired& fired) {
  const std::vector<program::ActiveClock>& clocks = pool.program().clocks();
  const LanePlace lane = pool.place(position_of_[fired.slot]);
  bool is_through = fired.first_rest != none;
  for (std::size_t j = 0; is_through && j < clocks.size(); ++j) {
    is_through = lane.at(clocks[j].column) >= rests_[fired.first_rest + j];
  }
  if (!is_through) {
    pool.pending.push_back(fired.slot);
    return;
  }
  for (std::size_t j = 0; j < clocks.size(); ++j) {
    lane.at(clocks[j].column) -= rests_[fired.first_rest + j];
  }
}

// What fires at a date may do so at the very end of what counts; what fires in a step is after its start.
bool Block::is_read_after(const ElementNotes& notes) const {
  const double start = step_scalars()[program::StepScalar::start];
  return in_step_ ? start < notes.reading.until : start <= notes.reading.until + outcome::same_time;
}

// Firings of the lanes of light_groups_, a tile of them at most, which stay in their pool: records and columns are brought
// up to date, each from the other. What does not ask which element has fired is done for all lanes together.
void Block::fire_in_place(Pool& pool) {
  for (const LightGroup& group : light_groups_) {
    const ElementNotes& notes = pool.notes(group.element);
    const bool is_read = is_read_after(notes);
    for (std::size_t i = group.from; i < group.to; ++i) {
      store_moving(pool, group.element, group_[i]);
      if (is_read) store_watch(pool, group_[i]);
    }
    fire_group(group.element, pool, group_.data() + group.from, group.to - group.from);
  }
  forget_dead();
  lane_places_.resize(group_.size());
  for (std::size_t i = 0; i < group_.size(); ++i) {
    unread_[group_[i]] = program::no_element;  // what has to be read of it is known
    lane_places_[i] = pool.place(position_of_[group_[i]]);
  }
  load_assigned(pool);
  load_changed(pool);
  renew_clocks(pool);
  for (const LightGroup& group : light_groups_) {
    if (group.from == group.to || !is_read_after(pool.notes(group.element))) continue;
    read_light(pool, group.element, group_.data() + group.from, group.to - group.from);
  }
}

/// Leaves the lanes whose paths have come to an end out of light_groups_.
void Block::forget_dead() {
  const auto is_dead = [this](Slot slot) { return is_alive_[slot] != 1; };
  if (std::none_of(group_.begin(), group_.end(), is_dead)) return;
  std::size_t n = 0;
  for (LightGroup& group : light_groups_) {
    const std::size_t from = n;
    for (std::size_t i = group.from; i < group.to; ++i) {
      if (!is_dead(group_[i])) group_[n++] = group_[i];
    }
    group.from = from;
    group.to = n;
  }
  group_.resize(n);
}

// Brings a record up to date with its lane: what moves at every step, and the clocks that a firing hands on.
void Block::store_moving(Pool& pool, ElementId element, Slot slot) {
  const LanePlace lane = pool.place(position_of_[slot]);
  const ElementNotes& notes = pool.notes(element);
  double* fields = record(slot);
  for (const program::MovingVariable& moving : notes.inputs) {
    fields[layout_.variable(moving.variable)] = lane.at(moving.column);
  }
  for (const program::ActiveClock* clock : notes.renewed) {
    const ElementId owner = element_of(*clock, slot);
    if (owner != program::no_element) fields[layout_.clock(owner)] = lane.at(clock->column);
  }
  fields[layout_.clock(element)] = std::numeric_limits<double>::quiet_NaN();
}

// What firings have assigned, into the columns.
void Block::load_assigned(Pool& pool) {
  for (const LightGroup& group : light_groups_) {
    for (const std::uint32_t variable : pool.notes(group.element).firing->assigned) {
      const std::ptrdiff_t column = pool.moving_column(variable);
      for (std::size_t i = group.from; i < group.to && column >= 0; ++i) {
        lane_places_[i].at(static_cast<std::size_t>(column)) =
            record(group_[i])[layout_.variable(variable)];
      }
    }
  }
}

// What firings have changed of what is held: element by element, or all that any of them changes for all the lanes,
// where that is less work.
void Block::load_changed(Pool& pool) {
  const auto work = [](const program::HeldCode& held, std::size_t m) {
    constexpr std::size_t work_of_call = 8;
    const std::size_t per_vector =
        held.code.code().instructions().size() + held.code.inputs().size() + held.columns.size();
    return work_of_call + per_vector * (rounded_lanes(m) / kernel::lane_quantum);
  };
  std::size_t apart = 0, n_groups = 0;
  for (const LightGroup& group : light_groups_) {
    const program::HeldCode* held = pool.notes(group.element).held.get();
    if (held == nullptr || group.from == group.to) continue;
    apart += work(*held, group.to - group.from);
    ++n_groups;
  }
  if (n_groups > 1 && work(held_of_light(pool), group_.size()) < apart) {
    return load_held(held_of_light(pool), group_.data(), lane_places_.data(), group_.size());
  }
  for (const LightGroup& group : light_groups_) {
    const program::HeldCode* held = pool.notes(group.element).held.get();
    if (held == nullptr || group.from == group.to) continue;
    load_held(*held, group_.data() + group.from, lane_places_.data() + group.from,
              group.to - group.from);
  }
}

const program::HeldCode& Block::held_of_light(Pool& pool) const {
  if (pool.held_of_light == nullptr) {
    std::vector<std::uint32_t> fields;
    for (ElementId element = 0; element < program_.model().element_count(); ++element) {
      const ElementNotes& notes = pool.notes(element);
      if (notes.held == nullptr) continue;
      fields.insert(fields.end(), notes.firing->changed.begin(), notes.firing->changed.end());
    }
    pool.held_of_light = pool.program().held_by(fields);
  }
  return *pool.held_of_light;
}

// New draws for the clocks that have run out or have become another's.
void Block::renew_clocks(Pool& pool) {
  for (const LightGroup& group : light_groups_) {
    for (const program::ActiveClock* clock : pool.notes(group.element).renewed) {
      load_clock(*clock, group_.data() + group.from, lane_places_.data() + group.from,
                 group.to - group.from);
    }
  }
  draw_clocks();
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
  }
  load_watch(pool, slots, m);
}

}  // namespace detente::engine
