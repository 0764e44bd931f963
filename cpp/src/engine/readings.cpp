// Readings of a block: at every grid point, at the dates that outcomes and reports name, and at the end.

#include <algorithm>
#include <cmath>

#include "detente/engine/block.hpp"
#include "detente/kernel/dispatch.hpp"
#include "engine/outputs.hpp"

namespace detente::engine {

using program::Code;
using program::Frame;
using program::Operand;
using program::StateProgram;

// Signals that move at every step: sums and extremes are kept in columns; a window is looked at where its signal says
// that something may be decided.
void Block::read_stepped(std::size_t k) {
  const program::Grid& grid = program_.grid();
  const double time = grid.points[k].time;
  const double length = grid.points[k].time - grid.points[k - 1].time;
  std::vector<const double*>& values = outputs_;
  for (const auto& pool : pools_) {
    const StateProgram& program = pool->program();
    if (program.stepped_signals().empty() || pool->size() == 0) continue;
    const Watch& watch = pool->watch();
    if (grid.points[k - 1].time >= watch.until) continue;  // all that follows has closed
    pool->set_step(k, grid);
    const Code& code = program.stepped_code();
    registers_.reserve(code.register_count() * column_stride);
    for (std::size_t t = 0; t < pool->tile_count(); ++t) {
      Tile& tile = pool->tile(t);
      const Frame frame = frame_of(*pool, tile);
      code.run(frame);
      collect_columns(code, frame, splats_, values);
      if (!in_run_off_) read_sums(tile, *pool, time, length, values);
      for (const Watch::Follower& window : watch.windows) {
        const outcome::Monitor& monitor = plan_.monitors()[window.monitor];
        double* decided = tile.column(window.column);
        const double* signal = values[window.signal];
        const bool always_look = monitor.kind == outcome::MonitorKind::until;
        for (std::size_t lane = 0; lane < tile.count; ++lane) {
          if (decided[lane] != 0.0) continue;
          if (!always_look && (signal[lane] != 0.0) == monitor.negated_signal) continue;
          double* fields = record(tile.slots[lane]);
          for (std::size_t i = 0; i < values.size() && !in_run_off_; ++i) {
            fields[plan_.signal_field(program.stepped_signals()[i])] =
                tile.column(watch.first_signal + i)[lane];
          }
          plan_.read_windows(fields, time, program.stepped_signals(), values.data(), lane);
          for (const Watch::Follower& other : watch.windows) {
            tile.column(other.column)[lane] = is_decided(other.monitor, fields) ? 1.0 : 0.0;
          }
        }
      }
      for (std::size_t i = 0; i < values.size(); ++i) {
        std::copy_n(values[i], tile.count, tile.column(watch.first_signal + i));
      }
    }
    pool->read_until = time;
  }
}

// An extreme takes the values that go beyond it. One that is no number does not.
void Block::take_where(kernel::Operation beyond, double* extreme, const double* values,
                       std::size_t n) {
  const auto& functions = kernel::active().column;
  const auto select = functions[static_cast<std::size_t>(kernel::Operation::select)];
  double* is_beyond = variates_.data();
  functions[static_cast<std::size_t>(beyond)](is_beyond, values, extreme, extreme,
                                              rounded_lanes(n));
  select(extreme, is_beyond, values, extreme, rounded_lanes(n));
}

void Block::read_sums(Tile& tile, const Pool& pool, double time, double step,
                      const std::vector<const double*>& values) {
  const Watch& watch = pool.watch();
  const double* own = tile.column(watch.time_column);
  for (const Watch::Follower& follower : watch.sums) {
    const outcome::Monitor& m = plan_.monitors()[follower.monitor];
    double* sum = tile.column(follower.column);
    const double* held = tile.column(watch.first_signal + follower.signal);
    const double* now = values[follower.signal];
    const double all_from = std::max(m.from, pool.read_until);
    const double end = std::min(time, m.until);
    const bool counts = time >= m.from - outcome::same_time && time <= m.until + outcome::same_time;
    switch (m.kind) {
      case outcome::MonitorKind::maximum:
        if (counts) take_where(kernel::Operation::gt_vv, sum, now, tile.count);
        break;
      case outcome::MonitorKind::minimum:
        if (counts) take_where(kernel::Operation::lt_vv, sum, now, tile.count);
        break;
      default: {
        // What moved continuously over the step did so in a straight line: the triangle above the held value.
        const double triangle = m.kind == outcome::MonitorKind::integral ? 0.5 * step : 0.0;
        for (std::size_t i = 0; i < tile.count; ++i) {
          const double overlap = end - std::max(own[i], all_from);
          if (overlap > 0.0) sum[i] += held[i] * overlap + triangle * (now[i] - held[i]);
        }
        break;
      }
    }
  }
}

// Brings all signals of all lanes up to date in their records and takes the values that are due.
void Block::read_at_dates(std::size_t k) {
  const program::Grid& grid = program_.grid();
  const double time = grid.points[k].time;
  std::vector<const double*> values;
  for (const auto& pool : pools_) {
    const StateProgram& program = pool->program();
    if (pool->size() == 0) continue;
    pool->set_step(k, grid);
    const Code& code = program.signal_code();
    registers_.reserve(code.register_count() * column_stride);
    for (std::size_t t = 0; t < pool->tile_count(); ++t) {
      Tile& tile = pool->tile(t);
      const Frame frame = frame_of(*pool, tile);
      code.run(frame);
      collect_columns(code, frame, splats_, values);
      for (std::size_t lane = 0; lane < tile.count; ++lane) {
        double* fields = record(tile.slots[lane]);
        for (std::size_t i = 0; i < values.size(); ++i) {
          fields[plan_.signal_field(program.moving_signals()[i])] = values[i][lane];
        }
        plan_.take_values(fields, time);
      }
    }
  }
}

void Block::report(std::size_t k) {
  const program::Grid& grid = program_.grid();
  const model::Model& model = program_.model();
  const auto r = static_cast<std::size_t>(grid.points[k].report);
  const std::size_t n_reports = grid.report_times.size();
  std::size_t n_reported = 0;
  for (const auto& pool : pools_) {
    if (pool->size() == 0) continue;
    for (std::size_t t = 0; t < pool->tile_count(); ++t) {
      Tile& tile = pool->tile(t);
      if (!report_values_.empty()) report_tile(*pool, tile, n_reported);
      n_reported += tile.count;
    }
  }
  for (std::size_t s = 0; s < occupants_.size(); ++s) {
    result_.occupancy[s * n_reports + r] = occupants_[s];
  }
  for (std::size_t i = 0; i < result_.n_kept; ++i) {
    const auto slot = static_cast<Slot>(i);
    if (is_alive_[slot] == 0) continue;
    write_back(slot);
    for (std::uint32_t v = 0; v < model.variables.size(); ++v) {
      result_.values[(v * n_reports + r) * result_.n_kept + i] = record(slot)[layout_.variable(v)];
    }
    for (std::uint32_t c = 0; c < n_chains_; ++c) {
      result_.states[(c * n_reports + r) * result_.n_kept + i] =
          static_cast<std::int8_t>(record(slot)[layout_.state(c)]);
    }
  }
  if (options_.bands != nullptr) {
    options_.bands->add(r, report_values_.data(), options_.n, n_reported);
  }
  if (options_.factors != nullptr) read_factors(k);
}

// The tile's values of the variables, which go to report_values_ from place `first` on. Those that effects alone change are
// there already, by slot, but for lanes that fire in bursts. The record of a lane is visited once.
void Block::report_tile(Pool& pool, Tile& tile, std::size_t first) {
  const bool has_bursts = pool.burst != nullptr && pool.burst->fits;
  chosen_.clear();
  for (std::uint32_t v = 0; v < n_variables_; ++v) {
    const std::ptrdiff_t moving = pool.moving_column(v);
    if (moving >= 0) {
      const double* column = tile.column(static_cast<std::size_t>(moving));
      std::copy_n(column, tile.count, report_row(v) + first);
    } else if (has_bursts || !is_assigned_only_[v]) {
      chosen_.push_back(v);
    }
  }
  if (chosen_.empty()) return;
  for (std::size_t i = 0; i < tile.count; ++i) {
    constexpr std::size_t ahead = 8;
    if (i + ahead < tile.count) fetch_front(tile.slots[i + ahead]);
    const double* fields = record(tile.slots[i]);
    for (const std::uint32_t v : chosen_) {
      const std::size_t place = is_assigned_only_[v] ? tile.slots[i] : first + i;
      report_row(v)[place] = fields[layout_.variable(v)];
    }
  }
}

void Block::finish_horizon() {
  for (Slot slot = 0; slot < options_.n; ++slot) {
    if (is_alive_[slot] == 0) continue;
    write_back(slot);
    if (plan_.finish(record(slot))) continue;
    if (pool_of_[slot] != nullptr) leave_gap(slot);
    is_alive_[slot] = 2;  // done
    --n_alive_;
  }
  close_all_gaps();
  in_run_off_ = true;
}

void Block::drop_closed(double time) {
  for (Slot slot = 0; slot < options_.n; ++slot) {
    if (is_alive_[slot] != 1 || plan_.is_open(record(slot), time)) continue;
    leave(slot);
    is_alive_[slot] = 2;
    --n_alive_;
  }
}

void Block::collect_outcomes() {
  const model::Model& model = program_.model();
  const std::size_t n_outcomes = model.outcomes.size();
  const double horizon = model.calendar.horizon;
  std::vector<Slot> slots;
  for (Slot slot = 0; slot < options_.n; ++slot) {
    if (is_alive_[slot] == 0) continue;  // failed
    slots.push_back(slot);
    double* fields = record(slot);
    for (std::size_t o = 0; o < n_outcomes; ++o) {
      const outcome::OutcomeReading reading = plan_.reading(o, fields);
      if (std::isnan(reading.value)) {
        Failure failure;
        failure.kind = Failure::Kind::outcome;
        failure.time = horizon;
        failure.item = static_cast<std::uint32_t>(o);
        failure.value = reading.value;
        fail(std::move(failure), slot);
      }
      const bool counts = reading.standing == outcome::Standing::counts;
      const bool is_time = model.outcomes[o].kind == model::Outcome::Kind::time_to;
      result_.outcomes[o * options_.n + slot] = reading.value;
      result_.standings[o * options_.n + slot] = reading.standing;
      fields[shape_.outcomes + o] = !counts   ? 0.0
                                    : is_time ? std::min(reading.value, horizon)
                                              : reading.value;
    }
  }
  const program::RecordCode* utility = task_.utility();
  if (utility == nullptr) return;
  current_ = program_.grid().horizon_index;
  for (std::size_t from = 0; from < slots.size(); from += tile_lanes) {
    const std::size_t m = std::min(tile_lanes, slots.size() - from);
    const Frame frame = run_on_records(*utility, slots.data() + from, m, nullptr, 0);
    const Operand operand = utility->code().outputs()[0];
    for (std::size_t i = 0; i < m; ++i) {
      result_.utility[slots[from + i]] = frame.value(operand, i);
    }
  }
}

}  // namespace detente::engine
