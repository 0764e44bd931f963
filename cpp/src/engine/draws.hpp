#pragma once

/// Draws of the parameters: one value per parameter and path, the same under every policy and on all
/// paths of a draw.

#include <cstdint>
#include <memory>
#include <vector>

#include "detente/engine/buffer.hpp"
#include "detente/model/model.hpp"
#include "detente/random/copula.hpp"
#include "detente/random/prior_table.hpp"

namespace detente::engine {

/// RunError when 0.
void require_paths_per_draw(std::uint64_t paths_per_draw);

class Draws {
 public:
  explicit Draws(const model::Model& model);

  /// Fills `columns` ([parameter][path], `stride` apart, stride a multiple of the lane quantum) for paths
  /// first_path ... first_path + n - 1: those of draw floor(path / paths_per_draw), which is what the streams count.
  void fill(std::uint64_t seed_key, std::uint64_t first_path, std::uint64_t paths_per_draw,
            std::size_t n, double* columns, std::size_t stride) const;
  /// Whether a parameter is uncertain: draws differ.
  bool vary() const;

 private:
  std::vector<std::uint32_t> streams_;
  std::vector<std::unique_ptr<random::PriorTable>> tables_;  ///< null: constant
  std::vector<double> constants_;
  random::Copula copula_;
};

}  // namespace detente::engine
