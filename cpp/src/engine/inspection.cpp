// Inspection of one transition: the factors of its hazard at the report dates, and the moves of its chain.

#include <algorithm>
#include <cmath>
#include <limits>

#include "detente/engine/block.hpp"

namespace detente::engine {

using program::Frame;
using program::RecordCode;

// The factors as they are at the date itself, on the paths that are at risk there.
void Block::read_factors(std::size_t k) {
  const program::FactorProbe& probe = *options_.factors;
  const program::Grid& grid = program_.grid();
  const auto date = static_cast<std::size_t>(grid.points[k].report);
  const std::size_t n_dates = grid.report_times.size();
  const std::size_t n_outputs = probe.output_count();
  std::vector<Slot> slots;
  std::vector<double> results(n_outputs * tile_lanes);
  for (const auto& pool : pools_) {
    if (pool->size() == 0) continue;
    const std::shared_ptr<const RecordCode> code = probe.code(pool->program().state());
    if (code == nullptr) continue;
    for (std::size_t from = 0; from < pool->size(); from += tile_lanes) {
      const std::size_t m = std::min(tile_lanes, pool->size() - from);
      slots.resize(m);
      for (std::size_t i = 0; i < m; ++i) {
        slots[i] = pool->slot_at(from + i);
        now_[slots[i]] = grid.points[k].time;
        write_back(slots[i]);
      }
      const Frame frame = run_on_records(*code, slots.data(), m, nullptr, 0);
      for (std::size_t o = 0; o < n_outputs; ++o) {
        for (std::size_t i = 0; i < m; ++i) {
          results[o * tile_lanes + i] = frame.value(code->code().outputs()[o], i);
        }
      }
      for (std::size_t i = 0; i < m; ++i) {
        if (results[i] == 0.0) continue;  // the guard fails
        for (std::size_t f = 0; f < probe.factors().size(); ++f) {
          const double value = probe.log_of(f, results.data() + i, tile_lanes);
          result_.log_factors[(f * n_dates + date) * options_.n + slots[i]] =
              std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
        }
      }
    }
  }
}

/// Applies the effects of a firing and keeps what it left behind, if it moved the chain.
bool Block::apply_inspected(program::ElementId element, const program::FiringProgram& firing,
                            Slot slot, std::size_t lane, const Frame& frame) {
  const std::uint32_t chain = options_.factors->chain();
  const double* fields = record(slot);
  const auto from = static_cast<std::uint8_t>(fields[layout_.state(chain)]);
  const std::uint64_t entered = entered_[slot];
  entered_[slot] = 0;
  const bool is_applied = apply(element, firing, slot, lane, frame);
  const bool is_move = ((entered_[slot] >> chain) & 1U) != 0;
  entered_[slot] |= entered;
  if (!is_applied || !is_move || in_run_off_) return is_applied;
  const auto to = static_cast<std::uint8_t>(fields[layout_.state(chain)]);
  result_.moves.push_back({slot, element, now_[slot], from, to});
  const model::Model& model = program_.model();
  for (std::uint32_t v = 0; v < model.variables.size(); ++v) {
    result_.moved_values.push_back(fields[layout_.variable(v)]);
  }
  for (std::uint32_t c = 0; c < n_chains_; ++c) {
    result_.moved_states.push_back(static_cast<std::int8_t>(fields[layout_.state(c)]));
  }
  return true;
}

}  // namespace detente::engine
