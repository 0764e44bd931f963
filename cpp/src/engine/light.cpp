// Events that change nothing but variables which move in the lane's state anyway: the lane keeps its place, only its
// columns are brought up to date. Marked point processes with many events per path live on this.

#include <algorithm>
#include <limits>

#include "detente/engine/block.hpp"

namespace detente::engine {

using outcome::MonitorKind;
using program::ElementId;
using program::Leaf;
using program::LeafKind;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool reads_field(const program::RecordCode& code, std::uint32_t field) {
  return std::any_of(code.inputs().begin(), code.inputs().end(), [field](const Leaf& leaf) {
    return (leaf.kind == LeafKind::field || leaf.kind == LeafKind::moving_field) &&
           leaf.index == field;
  });
}

}  // namespace

bool Block::is_light(Pool& pool, ElementId element) {
  std::uint8_t& known = pool.light[element];
  if (known != 2) return known == 1;
  known = 0;
  if (program_.is_transition(element) || !program_.triggers().empty()) return false;
  const program::StateProgram& state = pool.program();
  // What is held may read the count of firings; cumulative baseline hazards are columns of their own.
  if (state.baseline_count() > 0 || reads_field(state.arrival(), layout_.count(element))) {
    return false;
  }
  std::shared_ptr<const program::FiringProgram>& firing = pool.firings[element];
  if (firing == nullptr) firing = program_.firing(element, state.state());
  if (!firing->moves.empty()) return false;
  for (const std::uint32_t variable : firing->assigned) {
    if (pool.moving_column(variable) < 0) return false;
  }
  known = 1;
  pool.light_readings[element] = reading_after(pool, element);
  return true;
}

void Block::fire_light(Pool& pool, std::vector<Fired>& fired) {
  std::stable_sort(fired.begin(), fired.end(),
                   [](const Fired& a, const Fired& b) { return a.element < b.element; });
  for (std::size_t from = 0, to = 0; from < fired.size(); from = to) {
    group_.clear();
    const ElementId element = fired[from].element;
    while (to < fired.size() && fired[to].element == element) group_.push_back(fired[to++].slot);
    fire_light_group(pool, element, group_.data(), group_.size());
  }
  fired.clear();
}

// Monitors that follow what a light firing touches, and the sums kept in the pool's columns, which share one time of
// their last reading. What nothing follows but the end's formulas has to stay up to date.
LightReading Block::reading_after(const Pool& pool, ElementId element) const {
  const std::vector<std::uint32_t>& touched = pool.firings[element]->touched_signals;
  LightReading reading;
  if (touched.empty()) return reading;
  std::vector<bool> is_followed(plan_.signals().size(), false);
  const auto is_touched = [&touched](std::uint32_t signal) {
    return std::find(touched.begin(), touched.end(), signal) != touched.end();
  };
  for (std::uint32_t m = 0; m < plan_.monitors().size(); ++m) {
    const outcome::Monitor& monitor = plan_.monitors()[m];
    const auto& sums = pool.watch().sums;
    const bool is_sum = std::any_of(sums.begin(), sums.end(),
                                    [m](const Watch::Follower& sum) { return sum.monitor == m; });
    const bool follows = is_touched(monitor.signal) ||
                         (monitor.kind == MonitorKind::until && is_touched(monitor.second_signal));
    if (follows) {
      is_followed[monitor.signal] = true;
      reading.until = std::max(reading.until, monitor.until);
    }
    if (follows || is_sum) reading.monitors.push_back(m);
  }
  for (const std::uint32_t signal : touched) {
    if (!is_followed[signal]) reading.until = infinity;
  }
  return reading;
}

void Block::fire_light_group(Pool& pool, ElementId element, const Slot* slots, std::size_t m) {
  const program::StateProgram& state = pool.program();
  const program::FiringProgram& firing = *pool.firings[element];
  const std::vector<std::uint32_t>& assigned = firing.assigned;
  const LightReading& reading = pool.light_readings[element];
  const bool is_read = step_scalars()[program::StepScalar::start] < reading.until;
  for (std::size_t i = 0; i < m; ++i) {
    const LanePlace lane = pool.place(position_of_[slots[i]]);
    double* fields = record(slots[i]);
    for (const program::MovingVariable& moving : state.variables()) {
      fields[layout_.variable(moving.variable)] = lane.at(moving.column);
    }
    if (is_read) store_watch(pool, slots[i]);
  }
  fire_group(element, pool, slots, m);
  std::size_t clock_column = 0;
  for (const program::ActiveClock& clock : state.clocks()) {
    if (clock.element == element) clock_column = clock.column;
  }
  std::vector<Slot>& alive = chosen_;
  alive.clear();
  for (std::size_t i = 0; i < m; ++i) {
    if (is_alive_[slots[i]] == 1) alive.push_back(slots[i]);
  }
  for (std::size_t from = 0; from < alive.size(); from += tile_lanes) {
    const std::size_t count = std::min(tile_lanes, alive.size() - from);
    const Slot* chunk = alive.data() + from;
    draw(variates_.data(), program_.streams(element).clock, chunk, count, element, true);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t position = position_of_[chunk[i]];
      pool.at(position, clock_column) = variates_[i];
      for (const std::uint32_t variable : assigned) {
        pool.at(position, static_cast<std::size_t>(pool.moving_column(variable))) =
            record(chunk[i])[layout_.variable(variable)];
      }
      pool.pending.push_back(chunk[i]);
    }
    if (!is_read) continue;
    const program::Frame frame = run_on_records(firing.touched, chunk, count, nullptr, 0);
    const std::vector<program::Operand>& outputs = firing.touched.code().outputs();
    signals_.resize(outputs.size());
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = 0; k < outputs.size(); ++k) {
        signals_[k] = frame.value(outputs[k], i);
      }
      plan_.read_touched(record(chunk[i]), now_[chunk[i]], reading.monitors, firing.touched_signals,
                         signals_.data(), in_run_off_);
      load_watch(pool, chunk + i, 1);
    }
  }
}

}  // namespace detente::engine
