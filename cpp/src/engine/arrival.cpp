// Records to pools and back.

#include <algorithm>
#include <cmath>
#include <limits>

#include "detente/engine/block.hpp"
#include "detente/kernel/dispatch.hpp"

namespace detente::engine {

using program::Frame;
using program::Leaf;
using program::LeafKind;
using program::Operand;

program::JointState Block::state_of(Slot slot) const {
  program::JointState state(n_chains_);
  const double* fields = record(slot);
  for (std::uint32_t c = 0; c < n_chains_; ++c) {
    state[c] = static_cast<std::uint8_t>(fields[layout_.state(c)]);
  }
  return state;
}

Pool& Block::pool_for(Slot slot) {
  Pool*& pool = pool_by_joint_[joint_[slot]];
  if (pool == nullptr) {
    pools_.push_back(std::make_unique<Pool>(program_.at(state_of(slot)), plan_, program_.model()));
    pool = pools_.back().get();
  }
  return *pool;
}

// Number of the group of a slot's joint state and an element, or all elements: groups_ has those that came up so far.
std::uint32_t Block::group_number(Slot slot, program::ElementId element) {
  // Slots of one joint state mostly come one after another.
  if (last_pool_ == nullptr || joint_[slot] != last_joint_) {
    last_pool_ = &pool_for(slot);
    last_joint_ = joint_[slot];
  }
  return group_number(*last_pool_, element);
}

void Block::forget_groups() {
  for (const Group& group : groups_) group.pool->groups[group.element] = Pool::no_group;
  groups_.clear();
  last_pool_ = nullptr;
}

// Paths come through some joint states once: their pools are not kept until the block's end. Between steps nobody holds
// an empty one.
void Block::drop_empty_pools() {
  if (pools_.size() <= most_pools_) return;
  std::erase_if(pool_by_joint_, [](const auto& item) { return item.second->size() == 0; });
  std::erase_if(pools_, [](const auto& pool) { return pool->size() == 0; });
  most_pools_ = std::max(least_pools, pools_.size() + pools_.size() / 2);
}

// Uniform numbers of a stream, for the firing that each path has come to.
void Block::draw(double* out, std::uint32_t stream, const Slot* slots, std::size_t m,
                 program::ElementId element) {
  const std::uint32_t field = layout_.firings(element);
  for (std::size_t i = 0; i < m; ++i) note_draw(i, slots[i], record(slots[i])[field], false);
  draw_noted(out, stream, m, false);
}

// Clock number k serves firing number k; what a firing draws carries the number of the firing.
void Block::note_draw(std::size_t i, Slot slot, double firings, bool exponential) {
  paths_[i] = options_.first_path + slot;
  indices_[i] = static_cast<std::uint32_t>(firings - (exponential ? 0.0 : 1.0));
}

// Lanes behind the m draws noted repeat the first.
void Block::draw_noted(double* out, std::uint32_t stream, std::size_t m, bool exponential) {
  const std::size_t n = rounded_lanes(m);
  std::fill(paths_.data() + m, paths_.data() + n, paths_[0]);
  std::fill(indices_.data() + m, indices_.data() + n, indices_[0]);
  const kernel::Table& table = kernel::active();
  const kernel::StreamKey key{options_.seed_key, stream};
  (exponential ? table.exponentials : table.uniforms)(out, key, paths_.data(), indices_.data(), n);
}

Frame Block::run_on_records(const program::RecordCode& code, const Slot* slots, std::size_t m,
                            const program::ElementStreams* streams, program::ElementId element) {
  const std::size_t n = rounded_lanes(m);
  if (code.is_constant()) {
    Frame frame;
    frame.place(Operand::Kind::scalar, code.scalars().constants());
    frame.n = n;
    return frame;
  }
  columns_.reserve(code.inputs().size() * column_stride);
  for (std::size_t c = 0; c < code.inputs().size(); ++c) {
    const Leaf leaf = code.inputs()[c];
    double* column = columns_.data() + c * column_stride;
    switch (leaf.kind) {
      case LeafKind::field:
      case LeafKind::moving_field:
        fill_last_quantum(column, n, record(slots[0])[leaf.index]);
        for (std::size_t i = 0; i < m; ++i) column[i] = record(slots[i])[leaf.index];
        break;
      case LeafKind::now:
        fill_last_quantum(column, n, now_[slots[0]]);
        for (std::size_t i = 0; i < m; ++i) column[i] = now_[slots[i]];
        break;
      case LeafKind::mark_uniform:
      case LeafKind::mark_normal:
        draw(column, streams->marks[leaf.index], slots, m, element);
        if (leaf.kind == LeafKind::mark_normal) {
          kernel::active().column[static_cast<std::size_t>(kernel::Operation::normal_quantile)](
              column, column, column, column, n);
        }
        break;
      default:
        break;
    }
  }
  return run_on_columns(code, n);
}

// Code whose inputs are in columns_.
Frame Block::run_on_columns(const program::RecordCode& code, std::size_t n) {
  registers_.reserve(code.code().register_count() * column_stride);
  const program::ScalarBank& scalars = code.scalars();
  Frame frame;
  frame.place(Operand::Kind::reg, registers_.data());
  frame.place(Operand::Kind::column, columns_.data());
  frame.n = n;
  if (scalars.follows_step()) {
    code_scalars_.reserve(scalars.slot_count());
    scalar_room_.reserve(scalars.size());
    scalars.set_step(code_scalars_.data(), step_scalars(), scalar_room_.data());
    frame.place(Operand::Kind::scalar, code_scalars_.data());
  } else {
    frame.place(Operand::Kind::scalar, scalars.constants());
  }
  code.code().run(frame);
  return frame;
}

void Block::arrive(Pool& pool, const Slot* slots, std::size_t m) {
  const program::StateProgram& state = pool.program();
  for (const program::EntryCode& entry : state.entries()) {
    std::vector<Slot>& entering = chosen_;
    entering.clear();
    for (std::size_t i = 0; i < m; ++i) {
      if (((entered_[slots[i]] >> entry.chain) & 1U) != 0) entering.push_back(slots[i]);
    }
    for (std::size_t from = 0; from < entering.size(); from += tile_lanes) {
      const std::size_t count = std::min(tile_lanes, entering.size() - from);
      const Frame frame = run_on_records(entry.code, entering.data() + from, count, nullptr, 0);
      for (std::size_t k = 0; k < entry.fields.size(); ++k) {
        const Operand operand = entry.code.code().outputs()[k];
        const double* values = frame.at(operand);
        const bool scalar = operand.kind == Operand::Kind::scalar;
        for (std::size_t i = 0; i < count; ++i) {
          record(entering[from + i])[entry.fields[k]] = values[scalar ? 0 : i];
        }
      }
    }
  }
  for (std::size_t i = 0; i < m; ++i) entered_[slots[i]] = 0;

  for (std::size_t from = 0; from < m; from += tile_lanes) {
    const std::size_t count = std::min(tile_lanes, m - from);
    const Slot* chunk = slots + from;
    lane_places_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Slot slot = chunk[i];
      pool_of_[slot] = &pool;
      position_of_[slot] = pool.add(slot, options_.first_path + slot);
      lane_places_[i] = pool.place(position_of_[slot]);
      if (in_step_) pool.pending.push_back(slot);
    }
    const auto fill = [&](std::size_t column, auto&& value) {
      for (std::size_t i = 0; i < count; ++i) lane_places_[i].at(column) = value(i);
    };
    for (const program::ActiveClock& clock : state.clocks()) {
      load_clock(clock, chunk, lane_places_.data(), count);
    }
    for (const program::MovingVariable& moving : state.variables()) {
      fill(moving.column,
           [&](std::size_t i) { return record(chunk[i])[layout_.variable(moving.variable)]; });
    }
    load_held(state.arrival(), chunk, lane_places_.data(), count);
    load_watch(pool, chunk, count);
    load_noise(state, chunk, count);
  }
}

// What a clock has left, from the records to its column; a clock that is nobody's never runs out. Draws that paths lack,
// since the clock has run out or never ran, are noted: few lanes lack any one, so those of all clocks are made together.
void Block::load_clock(const program::ActiveClock& clock, const Slot* slots,
                       const LanePlace* places, std::size_t m) {
  for (std::size_t i = 0; i < m; ++i) {
    const program::ElementId element = element_of(clock, slots[i]);
    double& column = places[i].at(clock.column);
    if (element == program::no_element) {
      column = std::numeric_limits<double>::infinity();
      continue;
    }
    double* fields = record(slots[i]);
    double& left = fields[layout_.clock(element)];
    column = left;
    if (!std::isnan(left)) continue;
    undrawn_.note(options_.first_path + slots[i], fields[layout_.firings(element)],
                  program_.streams(element).clock, {&left, &column});
    if (undrawn_.n == tile_lanes) draw_clocks();
  }
}

// What has been noted, into the records and the columns.
void Block::draw_clocks() {
  const std::size_t m = undrawn_.n;
  if (m == 0) return;
  const std::size_t n = rounded_lanes(m);
  undrawn_.repeat_up_to(n);
  kernel::active().exponentials_of(variates_.data(), options_.seed_key, undrawn_.streams.data(),
                                   undrawn_.paths.data(), undrawn_.indices.data(), n);
  for (std::size_t k = 0; k < m; ++k) {
    *undrawn_.places[k].field = *undrawn_.places[k].column = variates_[k];
  }
  undrawn_.n = 0;
}

// What the record decides until the next firing, into columns.
void Block::load_held(const program::HeldCode& held, const Slot* slots, const LanePlace* places,
                      std::size_t m) {
  const std::vector<std::uint16_t>& columns = held.columns;
  if (columns.empty()) return;
  const Frame frame = run_on_records(held.code, slots, m, nullptr, 0);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const Operand operand = held.code.code().outputs()[k];
    const double* values = frame.at(operand);
    const std::size_t step = operand.kind == Operand::Kind::scalar ? 0 : 1;
    for (std::size_t i = 0; i < m; ++i) places[i].at(columns[k]) = values[i * step];
  }
}

// Normals of the quad of steps in progress, unless the next step begins a new one: those that the lanes brought along,
// and for the others new ones.
void Block::load_noise(const program::StateProgram& state, const Slot* slots, std::size_t m) {
  const std::size_t phase = next_step() % quad_steps;
  if (phase == 0) return;
  const auto quad = static_cast<std::uint32_t>(next_step() / quad_steps);
  const std::size_t n_noises = state.noises().size();
  for (std::size_t v = 0; v < n_noises; ++v) {
    const std::uint32_t variable = state.noises()[v];
    const std::size_t first = state.noise_column() + v;
    std::size_t lacking = 0;
    for (std::size_t i = 0; i < m; ++i) {
      const CarriedNoise::Normals* carried = carried_noise_.find(slots[i], variable, quad);
      if (carried == nullptr) {
        paths_[lacking] = options_.first_path + slots[i];
        lanes_[lacking++] = static_cast<std::uint32_t>(i);
        continue;
      }
      for (std::size_t p = phase; p < quad_steps; ++p) {
        lane_places_[i].at(first + p * n_noises) = (*carried)[p - 1];
      }
    }
    if (lacking == 0) continue;
    const std::size_t n = rounded_lanes(lacking);
    std::fill(paths_.data() + lacking, paths_.data() + n, paths_[0]);
    double* z = variates_.data();
    kernel::active().normals(z, z + tile_lanes, z + 2 * tile_lanes, z + 3 * tile_lanes,
                             {options_.seed_key, program_.noise_stream(variable)}, paths_.data(),
                             quad, n);
    for (std::size_t k = 0; k < lacking; ++k) {
      for (std::size_t p = phase; p < quad_steps; ++p) {
        lane_places_[lanes_[k]].at(first + p * n_noises) = z[p * tile_lanes + k];
      }
    }
  }
}

// Readings that follow what moves at every step live in the pool's columns while the lane is there.
void Block::load_watch(Pool& pool, const Slot* slots, std::size_t m) {
  const Watch& watch = pool.watch();
  const std::vector<std::uint32_t>& signals = pool.program().stepped_signals();
  if (signals.empty()) return;
  for (std::size_t i = 0; i < m; ++i) {
    const double* fields = record(slots[i]);
    const std::size_t position = position_of_[slots[i]];
    for (std::size_t k = 0; k < signals.size(); ++k) {
      pool.at(position, watch.first_signal + k) = fields[plan_.signal_field(signals[k])];
    }
    for (const Watch::Follower& sum : watch.sums) {
      pool.at(position, sum.column) = fields[plan_.monitors()[sum.monitor].field];
    }
    for (const Watch::Follower& window : watch.windows) {
      pool.at(position, window.column) = is_decided(window.monitor, fields) ? 1.0 : 0.0;
    }
    pool.at(position, watch.time_column) = now_[slots[i]];
  }
}

bool Block::is_decided(std::uint32_t number, const double* fields) const {
  const outcome::Monitor& monitor = plan_.monitors()[number];
  if (monitor.kind == outcome::MonitorKind::first) {
    return !std::isinf(outcome::reading_of(monitor, fields));
  }
  const outcome::Verdict verdict = outcome::verdict(monitor, fields);
  return verdict != outcome::Verdict::waiting && verdict != outcome::Verdict::open;
}

void Block::store_watch(Pool& pool, Slot slot) {
  const Watch& watch = pool.watch();
  const std::vector<std::uint32_t>& signals = pool.program().stepped_signals();
  if (signals.empty() || in_run_off_) return;
  double* fields = record(slot);
  const std::size_t position = position_of_[slot];
  for (std::size_t k = 0; k < signals.size(); ++k) {
    fields[plan_.signal_field(signals[k])] = pool.at(position, watch.first_signal + k);
  }
  for (const Watch::Follower& sum : watch.sums) {
    const std::uint32_t field = plan_.monitors()[sum.monitor].field;
    fields[field] = pool.at(position, sum.column);
    fields[field + 1] = std::max(pool.at(position, watch.time_column), pool.read_until);
  }
}

void Block::write_back(Slot slot) {
  Pool* pool = pool_of_[slot];
  if (pool == nullptr) return;
  double* fields = record(slot);
  const std::size_t position = position_of_[slot];
  for (const program::ActiveClock& clock : pool->program().clocks()) {
    const program::ElementId element = element_of(clock, slot);
    if (element != program::no_element) {
      fields[layout_.clock(element)] = pool->at(position, clock.column);
    }
  }
  for (const program::MovingVariable& moving : pool->program().variables()) {
    fields[layout_.variable(moving.variable)] = pool->at(position, moving.column);
  }
  store_watch(*pool, slot);
}

void Block::leave(Slot slot) {
  Pool* pool = pool_of_[slot];
  if (pool == nullptr) return;
  write_back(slot);
  leave_gap(slot);
  if (!in_step_) close_gaps(*pool);
}

// The record is up to date; the gap is left to whoever takes several lanes.
void Block::leave_gap(Slot slot) {
  Pool* pool = pool_of_[slot];
  const std::size_t position = position_of_[slot];
  const std::size_t phase = next_step() % quad_steps;
  if (phase != 0) {
    const auto quad = static_cast<std::uint32_t>(next_step() / quad_steps);
    carried_noise_.keep(slot, quad, phase, *pool, position);
  }
  pool->vacate(position);
  pool_of_[slot] = nullptr;
}

void Block::close_all_gaps() {
  for (const auto& pool : pools_) {
    if (pool->has_gaps()) close_gaps(*pool);
  }
}

void Block::close_gaps(Pool& pool) {
  pool.close_gaps([this](Slot slot, std::size_t position) { position_of_[slot] = position; });
}

void Block::list_slots(Pool& pool, std::vector<Slot>& slots) {
  for (std::size_t t = 0; t < pool.tile_count(); ++t) {
    const Tile& tile = pool.tile(t);
    slots.insert(slots.end(), tile.slots.begin(),
                 tile.slots.begin() + static_cast<std::ptrdiff_t>(tile.count));
  }
}

}  // namespace detente::engine
