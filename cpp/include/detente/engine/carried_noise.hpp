#pragma once

/// Normals that a lane takes along from pool to pool in the middle of a quad of steps: they belong to the path and the
/// variable, so the pool where it arrives need not make them again.

#include <array>
#include <cstdint>
#include <vector>

#include "detente/engine/pool.hpp"
#include "detente/model/model.hpp"

namespace detente::engine {

class CarriedNoise {
 public:
  /// Steps of a quad but its first, at which every pool makes new ones.
  static constexpr std::size_t phases = 3;
  using Normals = std::array<double, phases>;

  CarriedNoise(const model::Model& model, std::size_t n_slots);

  /// Keeps what a lane of `pool` still has before it in a quad, from step `phase` (1 to 3) on.
  void keep(Slot slot, std::uint32_t quad, std::size_t phase, Pool& pool, std::size_t position);
  /// The normals of a variable at phases 1 to 3 of a quad, where they were kept; else null.
  const Normals* find(Slot slot, std::uint32_t variable, std::uint32_t quad) const {
    const std::int32_t index = index_[variable];
    const Held& held = held_[slot];
    if (index < 0 || held.quad != quad || ((held.variables >> index) & 1U) == 0) return nullptr;
    return &normals_[slot * n_noisy_ + static_cast<std::size_t>(index)];
  }

  /// What it holds for each slot.
  static std::size_t bytes_per_slot(const model::Model& model);

 private:
  struct Held {
    std::uint64_t variables = 0;  ///< as bits, by index_
    std::uint32_t quad = 0xffffffff;
  };
  std::vector<std::int32_t>
      index_;  ///< of a variable among those with noise; -1: of none, or not carried
  std::size_t n_noisy_ = 0;
  std::vector<Held> held_;
  std::vector<Normals> normals_;  ///< [slot][index]
};

}  // namespace detente::engine
