#include "detente/engine/block.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "detente/kernel/dispatch.hpp"
#include "engine/stretch.hpp"

namespace detente::engine {

using program::Code;
using program::ElementId;
using program::Frame;
using program::Operand;
using program::StateProgram;
using program::StepScalar;

Block::Block(const Task& task, const Options& options)
    : task_(task),
      program_(task.program()),
      layout_(program_.layout()),
      plan_(task.plan()),
      shape_(task.shape()),
      options_(options),
      n_chains_(program_.model().chains.size()),
      n_variables_(program_.model().variables.size()),
      records_(empty_records()),
      now_(options.n, 0.0),
      entered_(options.n, 0),
      firings_in_step_(options.n, 0),
      unread_(options.n, program::no_element),
      pool_of_(options.n, nullptr),
      position_of_(options.n, 0),
      is_alive_(options.n, 1),
      joint_(options.n, 0),
      carried_noise_(program_.model(), options.n),
      n_alive_(options.n),
      variates_(4 * tile_lanes),
      paths_(tile_lanes),
      indices_(tile_lanes),
      lanes_(tile_lanes) {
  const model::Model& model = program_.model();
  strides_.assign(n_chains_, 1);
  for (std::size_t c = n_chains_; c-- > 1;) {
    strides_[c - 1] = strides_[c] * model.chains[c].states.size();
  }
  const std::size_t n_reports = program_.grid().report_times.size();
  for (std::uint32_t c = 0; c < n_chains_; ++c) {
    first_state_.push_back(occupants_.size());
    occupants_.resize(occupants_.size() + model.chains[c].states.size());
    occupants_[first_state_[c]] = options.n;  // until they enter the state that they begin in
  }
  for (const model::Variable& variable : model.variables) {
    is_assigned_only_.push_back(variable.moves() ? 0 : 1);
  }
  result_.n = options.n;
  result_.outcomes.resize(model.outcomes.size() * options.n);
  result_.standings.resize(model.outcomes.size() * options.n);
  if (task.utility() != nullptr) result_.utility.resize(options.n);
  result_.occupancy.resize(occupants_.size() * n_reports);
  result_.n_kept = std::min(options.n_kept, options.n);
  result_.values.resize(model.variables.size() * n_reports * result_.n_kept);
  result_.states.resize(n_chains_ * n_reports * result_.n_kept);
  if (options.factors != nullptr) {
    const std::size_t n_factors = options.factors->factors().size();
    result_.log_factors.resize(n_factors * n_reports * options.n,
                               std::numeric_limits<double>::quiet_NaN());
  }
  if (options.bands != nullptr) report_values_.resize(model.variables.size() * options.n);
}

double* Block::empty_records() {
  Buffer<double>& room = options_.room != nullptr ? *options_.room : own_records_;
  const std::size_t size = options_.n * shape_.size;
  if (size > room.size()) {
    room = Buffer<double>(size);
  } else {
    std::fill_n(room.data(), size, 0.0);
  }
  return room.data();
}

BlockResult Block::run() {
  const program::Grid& grid = program_.grid();
  start();
  for (std::size_t k = 0; k < grid.points.size(); ++k) {
    if (is_stopped()) {
      result_.stopped = true;
      return std::move(result_);
    }
    grid_point(k);
    if (n_alive_ == 0 || k + 1 == grid.points.size()) break;
    step(k);
  }
  collect_outcomes();
  return std::move(result_);
}

void Block::start() {
  const model::Model& model = program_.model();
  const auto n_parameters = static_cast<std::uint32_t>(model.parameters.size());
  const std::size_t n_elements = model.element_count();
  std::vector<Slot> slots(options_.n);
  for (Slot slot = 0; slot < options_.n; ++slot) {
    slots[slot] = slot;
    double* fields = record(slot);
    for (std::uint32_t p = 0; p < n_parameters; ++p) {
      fields[layout_.parameter(p)] = options_.parameters[p * options_.parameter_stride + slot];
    }
    for (std::uint32_t e = 0; e < n_elements; ++e) {
      fields[layout_.clock(e)] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  const auto n_variables = model.variables.size();
  for (std::size_t from = 0; from < options_.n; from += tile_lanes) {
    const std::size_t m = std::min(tile_lanes, options_.n - from);
    const Frame frame = run_on_records(program_.start(), slots.data() + from, m, nullptr, 0);
    const std::vector<Operand>& outputs = program_.start().code().outputs();
    const auto read = [&](std::size_t k, std::size_t i) { return frame.value(outputs[k], i); };
    for (std::size_t i = 0; i < m; ++i) {
      for (std::uint32_t v = 0; v < n_variables; ++v) {
        set_variable(slots[from + i], v, read(v, i));
      }
    }
    std::size_t next = n_variables;
    for (std::uint32_t c = 0; c < n_chains_; ++c) {
      const std::vector<model::Branch>& branches = model.chains[c].start;
      for (std::size_t i = 0; i < tile_lanes; ++i) {
        paths_[i] = options_.first_path + from + std::min(i, m - 1);
        indices_[i] = 0;
      }
      if (branches.size() > 1) {
        kernel::active().uniforms(variates_.data(), {options_.seed_key, program_.start_stream(c)},
                                  paths_.data(), indices_.data(), rounded_lanes(m));
      }
      std::vector<double> weights(branches.size());
      for (std::size_t i = 0; i < m; ++i) {
        int picked = 0;
        const Slot slot = slots[from + i];
        if (branches.size() > 1) {
          for (std::size_t b = 0; b < branches.size(); ++b) weights[b] = read(next + b, i);
          picked = pick(weights.data(), weights.size(), variates_[i]);
        }
        if (picked < 0) {
          Failure failure;
          failure.kind = Failure::Kind::weight;
          failure.element = static_cast<std::uint32_t>(n_elements);
          failure.item = c;
          failure.value = weights[0];
          fail(std::move(failure), slot);
          picked = 0;
        }
        enter(slot, c,
              static_cast<std::uint8_t>(branches[static_cast<std::size_t>(picked)].to.index));
      }
      next += branches.size();
    }
  }
}

// What happens at a point of the grid, in the order that the language states: variables have moved; seasons and
// schedules change with the step's scalars; dated events; rules are read with the state; triggers; readings.
void Block::grid_point(std::size_t k) {
  current_ = k;
  const program::Grid& grid = program_.grid();
  if (k == 0) {
    std::vector<Slot> slots;
    for (Slot slot = 0; slot < options_.n; ++slot) {
      if (is_alive_[slot] != 0) slots.push_back(slot);
    }
    fire_dated(k, slots);
    settle_all(slots);
    has_begun_ = true;
  } else {
    std::vector<Slot> slots;
    for (std::size_t p = 0; p < pools_.size() && !grid.points[k].events.empty(); ++p) {
      fire_dated(k, *pools_[p], slots);
    }
    fire_dated(k, slots);
    settle_all(slots);
    if (!program_.triggers().empty()) check_triggers(k);
    refresh_stale();
    read_stepped(k);
  }
  const bool is_horizon = k == grid.horizon_index;
  if (!in_run_off_ && (is_horizon || plan_.has_values_at(grid.points[k].time))) read_at_dates(k);
  if (options_.observer != nullptr && is_alive_[0] != 0) {
    write_back(0);
    options_.observer->grid_point(grid.points[k].time, record(0));
  }
  if (grid.points[k].report >= 0) report(k);
  if (k == grid.horizon_index) {
    finish_horizon();
  } else if (k > grid.horizon_index) {
    drop_closed(grid.points[k].time);
  }
}

void Block::fire_dated(std::size_t k, const std::vector<Slot>& slots) {
  for (const std::uint32_t event : program_.grid().points[k].events) {
    const program::ElementId element = layout_.event_element(event);
    std::vector<Slot> due;
    for (const Slot slot : slots) {
      if (is_alive_[slot] == 0) continue;
      record(slot)[layout_.firings(element)] += 1.0;
      firings_in_step_[slot] = 0;
      due.push_back(slot);
    }
    by_joint_state(due, [this, element](Pool& pool, const Slot* group, std::size_t m) {
      fire_group(element, pool, group, m);
    });
  }
}

// The same for the lanes of a pool: in place where all the events allow it. Otherwise the lanes leave, and are added to
// `leaving`.
void Block::fire_dated(std::size_t k, Pool& pool, std::vector<Slot>& leaving) {
  const program::GridPoint& point = program_.grid().points[k];
  const bool all_light =
      std::all_of(point.events.begin(), point.events.end(), [&](std::uint32_t event) {
        return weight_of(pool, layout_.event_element(event)) != Weight::heavy;
      });
  std::vector<Slot> slots;
  list_slots(pool, slots);
  for (const Slot slot : slots) {
    now_[slot] = point.time;
    firings_in_step_[slot] = 0;
    if (!all_light) leave(slot);
  }
  if (!all_light) {
    leaving.insert(leaving.end(), slots.begin(), slots.end());
    return;
  }
  for (const std::uint32_t event : point.events) {
    const ElementId element = layout_.event_element(event);
    std::erase_if(slots, [this](Slot slot) { return is_alive_[slot] == 0; });
    for (const Slot slot : slots) record(slot)[layout_.firings(element)] += 1.0;
    for (std::size_t from = 0; from < slots.size(); from += tile_lanes) {
      const std::size_t count = std::min(tile_lanes, slots.size() - from);
      group_.assign(slots.data() + from, slots.data() + from + count);
      light_groups_.assign(1, {element, 0, count});
      fire_in_place(pool);
    }
  }
}

// Conditions of triggers may follow moving variables, so they are read at every grid point.
void Block::check_triggers(std::size_t k) {
  std::vector<Slot> turned;
  for (const auto& pool : pools_) {
    for (std::size_t position = 0; position < pool->size(); ++position) {
      const Slot slot = pool->slot_at(position);
      now_[slot] = program_.grid().points[k].time;
      firings_in_step_[slot] = 0;
      write_back(slot);
    }
    const program::RecordCode& code = pool->program().triggers();
    std::vector<Slot> slots;
    for (std::size_t from = 0; from < pool->size(); from += tile_lanes) {
      const std::size_t m = std::min(tile_lanes, pool->size() - from);
      slots.resize(m);
      for (std::size_t i = 0; i < m; ++i) slots[i] = pool->slot_at(from + i);
      const Frame frame = run_on_records(code, slots.data(), m, nullptr, 0);
      for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t t = 0; t < program_.triggers().size(); ++t) {
          const Operand operand = code.code().outputs()[t];
          const bool holds = frame.value(operand, i) != 0.0;
          double& armed = record(slots[i])[layout_.armed(program_.triggers()[t])];
          if (holds != (armed != 0.0)) {
            turned.push_back(slots[i]);
            break;
          }
        }
      }
    }
  }
  for (const Slot slot : turned) leave(slot);
  settle_all(turned);
}

// Code runs on a tile's own columns.
Frame Block::frame_of(Pool& pool, Tile& tile) {
  Frame frame;
  frame.place(Operand::Kind::reg, registers_.data());
  frame.place(Operand::Kind::column, tile.columns.data());
  frame.place(Operand::Kind::scalar, pool.scalars());
  frame.n = rounded_lanes(tile.count);
  return frame;
}

void Block::make_noise(Pool& pool, Tile& tile, std::uint32_t quad) {
  const StateProgram& program = pool.program();
  const std::size_t n_noises = program.noises().size();
  for (std::size_t v = 0; v < n_noises; ++v) {
    const std::size_t first = program.noise_column() + v;
    kernel::active().normals(tile.column(first), tile.column(first + n_noises),
                             tile.column(first + 2 * n_noises), tile.column(first + 3 * n_noises),
                             {options_.seed_key, program_.noise_stream(program.noises()[v])},
                             tile.paths.data(), quad, rounded_lanes(tile.count));
  }
}

void Block::step(std::size_t k) {
  const program::Grid& grid = program_.grid();
  const double* scalars = grid.step(k);
  const bool regular = scalars[StepScalar::length] == grid.regular_length;
  const auto quad = static_cast<std::uint32_t>(k / quad_steps);
  drop_empty_pools();
  in_step_ = true;
  for (const auto& pool : pools_) {
    if (pool->size() == 0) continue;
    const StateProgram& program = pool->program();
    if (program.clocks().empty() && program.variables().empty()) continue;
    pool->set_step(k, grid);
    const std::size_t first_fired = fired_.size();
    for (std::size_t t = 0; t < pool->tile_count(); ++t) {
      Tile& tile = pool->tile(t);
      if (k % quad_steps == 0) make_noise(*pool, tile, quad);
      advance_tile(*pool, tile, regular);
    }
    part_crossed(*pool, first_fired);
  }
  resolve_pending();
  add_increments();
}

void Block::advance_tile(Pool& pool, Tile& tile, bool regular) {
  const StateProgram& program = pool.program();
  const Code& code = program.step_code(regular);
  const std::size_t n = rounded_lanes(tile.count);
  const std::size_t n_noises = program.noises().size();
  registers_.reserve(code.register_count() * column_stride);
  Frame frame = frame_of(pool, tile);
  const std::size_t first_noise = program.noise_column() + (current_ % quad_steps) * n_noises;
  frame.place(Operand::Kind::noise, tile.column(first_noise));
  code.run(frame);

  const std::size_t n_crossed = find_crossing(program, code, frame, tile);
  if (n_crossed > 0) {
    const double length =
        regular ? program_.grid().regular_length : step_scalars()[StepScalar::length];
    const Stretch stretch = Stretch::of_step(program, code, frame, length, clock_views_);
    cross_in_tile(stretch, pool, tile, n_crossed);
  }
  const auto& functions = kernel::active().column;
  const auto subtract = functions[static_cast<std::size_t>(kernel::Operation::sub_vv)];
  const auto subtract_scalar = functions[static_cast<std::size_t>(kernel::Operation::sub_vs)];
  const auto& clocks = program.clocks();
  for (std::size_t j = 0; j < clocks.size(); ++j) {
    const Operand burnt = program.step_hazard(code, j);
    double* left = tile.column(clocks[j].column);
    (burnt.kind == Operand::Kind::scalar ? subtract_scalar : subtract)(left, left, frame.at(burnt),
                                                                       left, n);
  }
  for (std::size_t v = 0; v < program.variables().size(); ++v) {
    copy_operand(frame, program.step_value(code, v), tile.column(program.variables()[v].column), n);
  }
  for (const auto& clock : clocks) {
    if (!clock.has_baseline) continue;
    copy_operand(frame, program.step_cumulative(code, clock.baseline_index),
                 tile.column(clock.cumulative_column), n);
  }
  if (n_crossed > 0) put_back(program, tile, n_crossed);
}

// Puts the lanes where a clock runs out within the step, or a hazard is no hazard, into lanes_; returns how many.
std::size_t Block::find_crossing(const StateProgram& program, const Code& code, const Frame& frame,
                                 Tile& tile) {
  const auto& clocks = program.clocks();
  if (clocks.empty()) return 0;
  const kernel::Table& table = kernel::active();
  marks_.fill(0);
  for (std::size_t j = 0; j < clocks.size(); ++j) {
    const Operand burnt = program.step_hazard(code, j);
    const bool scalar = burnt.kind == Operand::Kind::scalar;
    (scalar ? table.check_scalar : table.check)(marks_.data(), tile.column(clocks[j].column),
                                                frame.at(burnt), frame.n);
  }
  return find_marked(tile.count);
}

// Each crossing lane up to its first crossing. What it has to keep while its tile moves on to the step's end goes to
// kept_, lanes side by side: what its clocks then have left, its variables, its cumulative hazards.
void Block::cross_in_tile(const Stretch& stretch, Pool& pool, Tile& tile, std::size_t n_crossed) {
  const StateProgram& program = pool.program();
  const std::size_t n_clocks = stretch.clock_count();
  const std::size_t n_variables = program.variables().size();
  const std::size_t n_kept = n_clocks + n_variables + program.baseline_count();
  kept_.resize(n_crossed * n_kept);
  for (std::size_t x = 0; x < n_crossed; ++x) {
    const Slot slot = tile.slots[lanes_[x]];
    now_[slot] = step_scalars()[StepScalar::start];
    fetch_front(slot);
  }
  double* left = kept_.data();
  burn_to_crossings(stretch, tile.slots.data(), n_crossed, left);
  for (std::size_t x = 0; x < n_crossed; ++x) {
    const Slot slot = tile.slots[lanes_[x]];
    fetch_record(pool, slot, element_of(stretch.clock(crossing_.clock[x]), slot));
  }
  const std::size_t first_move = moves_.size();
  keep_moves(stretch, pool, tile, n_crossed);  // while the records come
  for (std::size_t x = 0; x < n_crossed; ++x) {
    const std::size_t lane = lanes_[x];
    const Slot slot = tile.slots[lane];
    touched_.push_back({slot, &pool, first_move + x * n_variables});
    if (stretch.first_unsound(lane) == n_clocks) {
      cross(stretch, pool, slot, x, n_crossed, left);
    } else {
      for (std::size_t j = 0; j < n_clocks; ++j) left[j * n_crossed + x] = stretch.left(j, lane);
      pool.pending.push_back(slot);  // to be told what is wrong
    }
  }
}

// What the step does to the variables of the lanes that have crossed.
void Block::keep_moves(const Stretch& stretch, Pool& pool, Tile& tile, std::size_t n_crossed) {
  const StateProgram& program = pool.program();
  const auto& variables = program.variables();
  double* kept = kept_.data() + stretch.clock_count() * n_crossed;
  const std::size_t first = moves_.size();
  moves_.resize(first + n_crossed * variables.size());
  for (std::size_t v = 0; v < variables.size(); ++v) {
    const double* column = tile.column(variables[v].column);
    program::StepMove* move = moves_.data() + first + v;
    for (std::size_t x = 0; x < n_crossed; ++x, move += variables.size()) {
      *kept++ = column[lanes_[x]];
      *move = program.step_move(stretch.code(), v, stretch.frame(), lanes_[x], column[lanes_[x]]);
    }
  }
  for (const auto& clock : program.clocks()) {
    if (!clock.has_baseline) continue;
    const double* column = tile.column(clock.cumulative_column);
    for (std::size_t x = 0; x < n_crossed; ++x) *kept++ = column[lanes_[x]];
  }
}

void Block::put_back(const StateProgram& program, Tile& tile, std::size_t n_crossed) {
  const double* kept = kept_.data();
  const auto put = [this, &kept, n_crossed](double* column) {
    for (std::size_t x = 0; x < n_crossed; ++x) column[lanes_[x]] = *kept++;
  };
  for (const auto& clock : program.clocks()) put(tile.column(clock.column));
  for (const auto& variable : program.variables()) put(tile.column(variable.column));
  for (const auto& clock : program.clocks()) {
    if (clock.has_baseline) put(tile.column(clock.cumulative_column));
  }
}

// Puts the lanes that are marked into lanes_, ascending; returns how many.
std::size_t Block::find_marked(std::size_t count) {
  std::size_t found = 0;
  for (std::size_t first = 0; first < count; first += 64) {
    std::uint64_t word = 0;
    for (std::size_t k = 0; k < 8; ++k) word |= std::uint64_t{marks_[first / 8 + k]} << (8 * k);
    if (count - first < 64) word &= (std::uint64_t{1} << (count - first)) - 1;
    for (; word != 0; word &= word - 1) {
      lanes_[found++] =
          static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(std::countr_zero(word));
    }
  }
  return found;
}

void Block::copy_operand(const Frame& frame, Operand operand, double* out, std::size_t n) {
  const double* values = frame.at(operand);
  if (operand.kind == Operand::Kind::scalar) {
    std::fill_n(out, n, values[0]);
  } else {
    kernel::active().column[static_cast<std::size_t>(kernel::Operation::copy)](out, values, values,
                                                                               values, n);
  }
}

}  // namespace detente::engine
