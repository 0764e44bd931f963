#include "detente/engine/pool.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace detente::engine {

namespace {

constexpr std::size_t no_step = std::numeric_limits<std::size_t>::max();

Watch watch_for(const program::StateProgram& program, const outcome::Plan& plan) {
  Watch watch;
  const std::vector<std::uint32_t>& signals = program.stepped_signals();
  watch.first_signal = program.column_count();
  std::size_t next = watch.first_signal + signals.size();
  watch.column_count = program.column_count();
  if (signals.empty()) return watch;
  for (std::uint32_t m = 0; m < plan.monitors().size(); ++m) {
    const outcome::Monitor& monitor = plan.monitors()[m];
    if (monitor.kind == outcome::MonitorKind::value) continue;
    for (std::uint32_t i = 0; i < signals.size(); ++i) {
      const bool follows =
          signals[i] == monitor.signal ||
          (monitor.kind == outcome::MonitorKind::until && signals[i] == monitor.second_signal);
      if (!follows) continue;
      const bool is_window = monitor.is_window() || monitor.kind == outcome::MonitorKind::first;
      (is_window ? watch.windows : watch.sums).push_back({m, i, next++});
      watch.until = std::max(watch.until, monitor.until);
      break;
    }
  }
  watch.time_column = next++;
  watch.column_count = next;
  return watch;
}

}  // namespace

Pool::Pool(std::shared_ptr<const program::StateProgram> program, const outcome::Plan& plan,
           const model::Model& model)
    : groups(model.element_count() + 1, no_group),
      program_(std::move(program)),
      watch_(watch_for(*program_, plan)),
      notes_(model.element_count()),
      moving_columns_(model.variables.size(), -1),
      scalars_(program_->scalars().size()),
      scalar_room_(program_->scalars().size()),
      step_(no_step),
      first_step_(no_step) {
  for (const program::MovingVariable& moving : program_->variables()) {
    moving_columns_[moving.variable] = moving.column;
  }
  const program::ScalarBank& bank = program_->scalars();
  bank.initialise(scalar_room_.data());
  for (std::size_t row = 0; row < kernel::lane_quantum; ++row) {
    std::copy_n(bank.constants(), bank.slot_count(), scalars_.data() + row * bank.slot_count());
  }
}

std::size_t Pool::add(Slot slot, std::uint64_t path) {
  std::size_t position = size_;
  if (gaps_.empty()) {
    if (position / tile_lanes == tiles_.size()) tiles_.emplace_back(watch_.column_count);
    ++size_;
    peak_ = std::max(peak_, size_);
    tile_of(position).count = position % tile_lanes + 1;
  } else {
    position = gaps_.back();
    gaps_.pop_back();
  }
  Tile& tile = tile_of(position);
  tile.paths[position % tile_lanes] = path;
  tile.slots[position % tile_lanes] = slot;
  return position;
}

void Pool::vacate(std::size_t position) {
  tile_of(position).slots[position % tile_lanes] = no_slot;
  gaps_.push_back(position);
}

void Pool::drop_empty_end() {
  while (size_ > 0 && slot_at(size_ - 1) == no_slot) {
    --size_;
    tile_of(size_).count = size_ % tile_lanes;
  }
}

Slot Pool::move_last_to(std::size_t position) {
  const std::size_t last = --size_;
  Tile& from = tile_of(last);
  Tile& to = tile_of(position);
  const std::size_t lane = position % tile_lanes;
  const std::size_t last_lane = last % tile_lanes;
  const std::size_t n = watch_.column_count;
  for (std::size_t c = 0; c < n; ++c) to.column(c)[lane] = from.column(c)[last_lane];
  to.paths[lane] = from.paths[last_lane];
  to.slots[lane] = from.slots[last_lane];
  from.count = last_lane;
  return to.slots[lane];
}

void Pool::set_step(std::size_t k, const program::Grid& grid) {
  const bool is_there =
      first_step_ != no_step && k >= first_step_ && k - first_step_ < kernel::lane_quantum;
  if (!is_there) {
    first_step_ = k;
    program_->scalars().set_steps(scalars_.data(), grid, k, scalar_room_.data());
  }
  step_ = k;
}

}  // namespace detente::engine
