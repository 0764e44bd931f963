// What changed settles: readings, what they set off, arrival in the pools.

#include <algorithm>

#include "detente/engine/block.hpp"

namespace detente::engine {

using program::ElementId;
using program::Frame;
using program::Operand;

/// Readings of paths that changed; those that set nothing off arrive in their pools.
void Block::settle(std::vector<Slot>& slots, std::vector<Fired>& triggered) {
  std::erase_if(slots, [this](Slot slot) { return is_alive_[slot] == 0; });
  by_joint_state(slots, [this, &triggered](Pool& pool, const Slot* group, std::size_t m) {
    settle_group(pool, group, m, triggered);
  });
  draw_clocks();
}

void Block::settle_all(std::vector<Slot>& slots) {
  std::vector<Fired> triggered;
  settle(slots, triggered);
  fire(triggered);
}

// What a firing cannot have changed is not looked at.
void Block::read(Slot slot, const double* signals) {
  const ElementId fired = unread_[slot];
  unread_[slot] = program::no_element;
  double* fields = record(slot);
  if (!has_begun_) {
    plan_.begin(fields, signals);
  } else if (in_run_off_) {
    plan_.read_run_off(fields, now_[slot], signals);
  } else if (fired < several_elements) {
    plan_.read(fields, now_[slot], signals, task_.readings_after(fired));
  } else {
    plan_.read(fields, now_[slot], signals);
  }
}

// Readings of up to a tile of paths whose records are up to date.
void Block::read_signals(const program::StateProgram& state, const Slot* slots, std::size_t m) {
  if (m == 0) return;
  const Frame frame = run_on_records(state.signals(), slots, m, nullptr, 0);
  const std::vector<Operand>& outputs = state.signals().code().outputs();
  signals_.resize(outputs.size());
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t k = 0; k < outputs.size(); ++k) signals_[k] = frame.value(outputs[k], i);
    read(slots[i], signals_.data());
  }
}

const program::HeldCode& Block::held_of_standing(Pool& pool) const {
  if (pool.standing == nullptr) {
    std::vector<std::uint32_t> fields;
    for (std::uint32_t v = 0; v < n_variables_; ++v) {
      if (pool.moving_column(v) < 0) fields.push_back(layout_.variable(v));
    }
    pool.standing = pool.program().held_by(fields);
  }
  return *pool.standing;
}

// What a pool holds and reads of a variable that does not move there is brought up to date where one has moved.
void Block::refresh_stale() {
  std::erase_if(stale_, [this](Slot slot) { return is_alive_[slot] == 0; });
  by_joint_state(stale_, [this](Pool& pool, const Slot* slots, std::size_t m) {
    for (std::size_t from = 0; from < m; from += tile_lanes) {
      const std::size_t count = std::min(tile_lanes, m - from);
      const Slot* chunk = slots + from;
      lane_places_.resize(count);
      for (std::size_t i = 0; i < count; ++i) {
        write_back(chunk[i]);
        lane_places_[i] = pool.place(position_of_[chunk[i]]);
      }
      read_signals(pool.program(), chunk, count);
      load_held(held_of_standing(pool), chunk, lane_places_.data(), count);
      load_watch(pool, chunk, count);
    }
  });
  stale_.clear();
}

// Readings and triggers of paths that have just changed; those that set nothing off go to their pool.
void Block::settle_group(Pool& pool, const Slot* slots, std::size_t m,
                         std::vector<Fired>& triggered) {
  const program::StateProgram& state = pool.program();
  std::vector<Slot>& arriving = arriving_;
  arriving.clear();
  for (std::size_t from = 0; from < m; from += tile_lanes) {
    const std::size_t count = std::min(tile_lanes, m - from);
    const Slot* chunk = slots + from;
    std::vector<std::uint8_t>& is_triggered = is_triggered_;
    is_triggered.assign(count, 0);
    const std::vector<std::uint32_t>& triggers = program_.triggers();
    if (!triggers.empty()) {
      const Frame frame = run_on_records(state.triggers(), chunk, count, nullptr, 0);
      for (std::size_t i = 0; i < count; ++i) {
        double* fields = record(chunk[i]);
        for (std::size_t k = 0; k < triggers.size(); ++k) {
          const bool holds = frame.value(state.triggers().code().outputs()[k], i) != 0.0;
          double& armed = fields[layout_.armed(triggers[k])];
          const ElementId element = layout_.event_element(triggers[k]);
          const bool is_spent =
              program_.model().events[triggers[k]].once && fields[layout_.count(element)] > 0.0;
          if (!holds || !has_begun_) {
            armed = holds ? 1.0 : 0.0;
          } else if (armed == 0.0 && is_triggered[i] == 0) {
            armed = 1.0;
            if (is_spent) continue;
            fields[layout_.firings(element)] += 1.0;
            triggered.push_back({chunk[i], element});
            is_triggered[i] = 1;
          }
        }
      }
    }
    const std::size_t first = arriving.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (is_triggered[i] == 0) arriving.push_back(chunk[i]);
    }
    read_signals(state, arriving.data() + first, arriving.size() - first);
  }
  if (!arriving.empty()) arrive(pool, arriving.data(), arriving.size());
}

}  // namespace detente::engine
