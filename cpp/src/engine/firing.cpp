// Firings: effects, branches, forced moves.

#include <algorithm>
#include <array>
#include <cmath>

#include "detente/engine/block.hpp"
#include "detente/kernel/dispatch.hpp"

namespace detente::engine {

using program::ElementId;
using program::FiringProgram;
using program::Frame;
using program::Operand;

namespace {

struct Move {
  std::uint32_t chain;
  std::uint8_t to;
};

}  // namespace

void Block::fail(Failure failure, Slot slot) {
  failure.path = options_.first_path + slot;
  if (!result_.failure || failure.path < result_.failure->path) {
    write_back(slot);
    const double* fields = record(slot);
    failure.record.assign(fields, fields + shape_.size);
    failure.state = state_of(slot);
    result_.failure = std::move(failure);
  }
  drop(slot);
}

/// The path takes no further part.
void Block::drop(Slot slot) {
  leave(slot);
  if (is_alive_[slot] != 0) --n_alive_;
  is_alive_[slot] = 0;
}

void Block::set_variable(Slot slot, std::uint32_t variable, double value) {
  record(slot)[layout_.variable(variable)] = value;
  if (is_assigned_only_[variable] != 0 && !report_values_.empty())
    report_row(variable)[slot] = value;
}

void Block::enter(Slot slot, std::uint32_t chain, std::uint8_t state) {
  double* fields = record(slot);
  const auto before = static_cast<std::size_t>(fields[layout_.state(chain)]);
  std::uint64_t* occupants = occupants_.data() + first_state_[chain];
  --occupants[before];
  ++occupants[state];
  const std::uint64_t step =
      program_.first_blended(chain, state) - program_.first_blended(chain, before);
  joint_[slot] += step * strides_[chain];  // modulo 2^64, so a lower state is fine
  fields[layout_.state(chain)] = state;
  fields[layout_.entered(chain)] = now_[slot];
  fields[layout_.visits(chain, state)] += 1.0;
  entered_[slot] |= std::uint64_t{1} << chain;
}

int Block::pick(const double* weights, std::size_t n, double u) const {
  double total = 0.0;
  for (std::size_t k = 0; k < n; ++k) {
    if (!(weights[k] >= 0.0)) return -1;
    total += weights[k];
  }
  if (!(total > 0.0) || std::isinf(total)) return -1;
  double left = u * total;
  int last = -1;
  for (std::size_t k = 0; k < n; ++k) {
    if (weights[k] == 0.0) continue;
    last = static_cast<int>(k);
    if (left < weights[k]) break;
    left -= weights[k];
  }
  return last;
}

// Effects of one firing on one path; false when the path failed.
bool Block::apply(ElementId element, const FiringProgram& firing, Slot slot, std::size_t lane,
                  const Frame& frame) {
  const std::vector<Operand>& outputs = firing.code.code().outputs();
  double* fields = record(slot);
  std::size_t next = 2;
  const auto fail_at = [&](Failure::Kind kind, std::uint32_t item, double value) {
    Failure failure;
    failure.kind = kind;
    failure.time = now_[slot];
    failure.element = element;
    failure.item = item;
    failure.value = value;
    fail(std::move(failure), slot);
    return false;
  };
  for (const std::uint32_t variable : firing.assigned) {
    const double value = frame.value(outputs[next++], lane);
    if (!std::isfinite(value)) return fail_at(Failure::Kind::assignment, variable, value);
  }
  // Weights are read before anything changes.
  std::array<Move, 64> moves;
  std::size_t n_moves = 0;
  std::array<double, 64> weights;
  const auto choose = [&](std::uint32_t chain, const std::vector<std::uint8_t>& states,
                          std::uint32_t stream, bool is_forced) {
    for (std::size_t k = 0; k < states.size(); ++k) {
      weights[k] = frame.value(outputs[next++], lane);
    }
    double u = 0.5;
    if (states.size() > 1) {
      const auto index = static_cast<std::uint32_t>(fields[layout_.firings(element)] - 1.0);
      indices_[0] = index;
      paths_[0] = options_.first_path + slot;
      std::fill_n(indices_.data() + 1, kernel::lane_quantum - 1, index);
      std::fill_n(paths_.data() + 1, kernel::lane_quantum - 1, paths_[0]);
      alignas(kernel::alignment) double draws[kernel::lane_quantum];
      kernel::active().uniforms(draws, {options_.seed_key, stream}, paths_.data(), indices_.data(),
                                kernel::lane_quantum);
      u = draws[0];
    }
    const int picked = pick(weights.data(), states.size(), u);
    if (picked < 0) {
      double wrong = weights[0];
      for (std::size_t k = 0; k < states.size(); ++k) {
        if (!(weights[k] >= 0.0)) wrong = weights[k];
      }
      return fail_at(Failure::Kind::weight, chain, wrong);
    }
    const std::uint8_t to = states[static_cast<std::size_t>(picked)];
    const bool is_move = !is_forced || fields[layout_.state(chain)] != to;
    if (is_move) moves[n_moves++] = {chain, to};
    return true;
  };
  const program::ElementStreams& streams = program_.streams(element);
  if (!firing.branch_states.empty()) {
    const std::uint32_t chain = program_.model().transitions[element].chain.index;
    if (!choose(chain, firing.branch_states, streams.branch, false)) return false;
  }
  for (std::size_t k = 0; k < firing.moves.size(); ++k) {
    if (!choose(firing.moves[k].chain, firing.moves[k].states, streams.moves[k], true)) {
      return false;
    }
  }
  next = 2;
  for (const std::uint32_t variable : firing.assigned) {
    set_variable(slot, variable, frame.value(outputs[next++], lane));
  }
  for (std::size_t k = 0; k < n_moves; ++k) enter(slot, moves[k].chain, moves[k].to);
  fields[layout_.count(element)] += 1.0;
  return true;
}

void Block::note_firing(Slot slot, ElementId element) {
  unread_[slot] = unread_[slot] == program::no_element ? element : several_elements;
}

void Block::fire_group(ElementId element, Pool& pool, const Slot* slots, std::size_t m) {
  std::shared_ptr<const FiringProgram>& remembered = pool.notes(element).firing;
  if (is_stopped()) {
    // A step in which paths fire very often may take minutes: it is not waited for.
    for (std::size_t i = 0; i < m; ++i) drop(slots[i]);
    result_.stopped = true;
    return;
  }
  if (remembered == nullptr) remembered = program_.firing(element, pool.program().state());
  const FiringProgram& firing = *remembered;
  for (std::size_t from = 0; from < m; from += tile_lanes) {
    const std::size_t count = std::min(tile_lanes, m - from);
    const Slot* chunk = slots + from;
    const Frame frame =
        run_on_records(firing.code, chunk, count, &program_.streams(element), element);
    const std::vector<Operand>& outputs = firing.code.code().outputs();
    const bool is_certain =
        outputs[1].kind == Operand::Kind::scalar && frame.at(outputs[1])[0] == 1.0;
    if (!is_certain) {
      draw(variates_.data(), program_.streams(element).probability, chunk, count, element);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const Slot slot = chunk[i];
      note_firing(slot, element);
      if (++firings_in_step_[slot] > most_firings_in_step) {
        Failure failure;
        failure.kind = Failure::Kind::cascade;
        failure.time = now_[slot];
        failure.element = element;
        fail(std::move(failure), slot);
        continue;
      }
      if (frame.value(outputs[0], i) == 0.0) continue;
      if (!is_certain) {
        const double probability = frame.value(outputs[1], i);
        if (!(probability >= 0.0 && probability <= 1.0)) {
          Failure failure;
          failure.kind = Failure::Kind::probability;
          failure.time = now_[slot];
          failure.element = element;
          failure.value = probability;
          fail(std::move(failure), slot);
          continue;
        }
        if (variates_[i] >= probability) continue;
      }
      std::vector<double> before;
      if (options_.observer != nullptr) before.assign(record(slot), record(slot) + shape_.size);
      if (options_.factors != nullptr) {
        if (!apply_inspected(element, firing, slot, i, frame)) continue;
      } else if (!apply(element, firing, slot, i, frame)) {
        continue;
      }
      if (options_.observer != nullptr) {
        options_.observer->fired(now_[slot], element, before.data(), record(slot));
      }
    }
  }
}

// Fires, lets the paths settle, fires what that triggered, until nothing is left.
void Block::fire(std::vector<Fired>& fired) {
  while (!fired.empty()) {
    // Found before any fires, since the joint state of a path changes as its effects are applied.
    fired_groups_.sort(fired, [this](const Fired& f) { return group_number(f.slot, f.element); });
    changed_.clear();
    for (const Fired& f : fired) changed_.push_back(f.slot);
    for (std::size_t g = 0; g < fired_groups_.count(); ++g) {
      const std::size_t from = fired_groups_.begin(g);
      fire_group(groups_[g].element, *groups_[g].pool, changed_.data() + from,
                 fired_groups_.end(g) - from);
    }
    forget_groups();
    fired.clear();
    settle(changed_, fired);
  }
}

}  // namespace detente::engine
