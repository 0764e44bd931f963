#include "detente/engine/carried_noise.hpp"

namespace detente::engine {

namespace {

constexpr std::size_t most_carried = 64;  // bits of a word; further variables make theirs anew

std::size_t noisy_variables(const model::Model& model) {
  std::size_t n = 0;
  for (const model::Variable& variable : model.variables) {
    if (variable.volatility != nullptr && n < most_carried) ++n;
  }
  return n;
}

}  // namespace

CarriedNoise::CarriedNoise(const model::Model& model, std::size_t n_slots)
    : n_noisy_(noisy_variables(model)), held_(n_slots), normals_(n_slots * n_noisy_) {
  std::int32_t next = 0;
  for (const model::Variable& variable : model.variables) {
    const bool is_carried =
        variable.volatility != nullptr && next < static_cast<std::int32_t>(n_noisy_);
    index_.push_back(is_carried ? next++ : -1);
  }
}

std::size_t CarriedNoise::bytes_per_slot(const model::Model& model) {
  return sizeof(Held) + noisy_variables(model) * sizeof(Normals);
}

void CarriedNoise::keep(Slot slot, std::uint32_t quad, std::size_t phase, Pool& pool,
                        std::size_t position) {
  Held& held = held_[slot];
  if (held.quad != quad) held = {0, quad};
  const program::StateProgram& program = pool.program();
  const std::vector<std::uint32_t>& noises = program.noises();
  const LanePlace lane = pool.place(position);
  for (std::size_t v = 0; v < noises.size(); ++v) {
    const std::int32_t index = index_[noises[v]];
    if (index < 0) continue;
    Normals& normals = normals_[slot * n_noisy_ + static_cast<std::size_t>(index)];
    for (std::size_t p = phase; p <= phases; ++p) {
      normals[p - 1] = lane.at(program.noise_column() + p * noises.size() + v);
    }
    held.variables |= std::uint64_t{1} << index;
  }
}

}  // namespace detente::engine
