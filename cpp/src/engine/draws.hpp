#pragma once

/// Draws of the parameters: one value per parameter and path, the same under every policy and on all
/// paths of a draw.

#include <cstdint>
#include <memory>
#include <vector>

#include "detente/engine/buffer.hpp"
#include "detente/engine/draw_rule.hpp"
#include "detente/model/model.hpp"
#include "detente/random/copula.hpp"
#include "detente/random/prior_table.hpp"

namespace detente::engine {

/// RunError when no path may share a draw, or Sobol' points cannot be had for so many parameters or such paths.
void require_draws(const DrawRule& rule, const model::Model& model, std::uint64_t first_path,
                   std::uint64_t n_paths);

/// Quantiles at which parameters are held instead of being drawn: RunOptions::levels.
struct Levels {
  const double* values = nullptr;  ///< [draw][parameter], NaN: drawn; null: all drawn
  std::uint64_t first_draw = 0;    ///< draw of the first row
};

/// RunError unless there is a row for each draw of paths `first_path` ... `first_path + n_paths - 1`, and every level
/// lies between 0 and 1. None at all is right too.
void require_levels(const std::vector<double>& levels, std::size_t n_parameters,
                    std::uint64_t first_path, std::uint64_t n_paths, std::uint64_t paths_per_draw);

class Draws {
 public:
  explicit Draws(const model::Model& model);

  /// Fills `columns` ([parameter][path], `stride` apart, stride a multiple of the lane quantum) for paths
  /// first_path ... first_path + n - 1: those of draw floor(path / paths_per_draw), which is what the streams count.
  void fill(std::uint64_t seed_key, std::uint64_t first_path, const DrawRule& rule, std::size_t n,
            double* columns, std::size_t stride, const Levels& levels = {}) const;
  /// Whether a parameter is uncertain: draws differ.
  bool vary() const;

 private:
  /// Uniforms of the uncertain parameters from Sobol' points, for lanes with these draws in increasing order.
  void fill_sobol(std::uint64_t seed_key, const std::uint64_t* draws, std::size_t lanes,
                  double* columns, std::size_t stride) const;

  std::vector<std::uint32_t> streams_;
  std::vector<std::shared_ptr<const random::PriorTable>> tables_;  ///< null: constant
  std::vector<double> constants_;
  random::Copula copula_;
};

}  // namespace detente::engine
