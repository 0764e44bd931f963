#pragma once

/// Runs an ensemble of a scenario over threads.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "detente/engine/draw_rule.hpp"
#include "detente/engine/forecast.hpp"
#include "detente/model/model.hpp"
#include "detente/program/code.hpp"

namespace detente::engine {

/// Paths of a block at most, where its size is chosen: whole tiles. More gain nothing and take memory.
inline constexpr std::uint32_t most_block_paths = 11 * program::tile_lanes;

struct RunOptions {
  std::uint64_t n_paths = 100'000;  ///< at least 1
  std::uint64_t first_path = 0;  ///< the ensemble is paths first_path ... first_path + n_paths - 1
  std::uint64_t seed = 0;        ///< every integer is a seed
  DrawRule draws;
  /// [draw][parameter], from the draw of `first_path` on: each the quantile, above 0 and below 1, at which the
  /// parameter is held on the paths of that draw instead of being drawn; NaN: drawn as ever; empty: all drawn. A
  /// correlated parameter is held at that quantile of what the ones it hangs on leave open. For designs of points.
  std::vector<double> levels;
  std::vector<std::string> policies;  ///< names; empty: all, in file order
  int threads = 0;                    ///< 0: all this process may use
  std::uint64_t keep_paths = 0;       ///< full histories of so many first paths
  bool keep_outcomes = false;         ///< per-path readings and parameter draws as columns
  std::string scenario_hash;          ///< kept with the result; merged results must agree in it
  std::uint32_t block_paths = 0;      ///< paths per block; 0: chosen. Results do not depend on it
};

struct Progress {
  std::uint64_t paths_done = 0;  ///< over all policies, counted in paths of the ensemble
  std::uint64_t n_paths = 0;
  double wall_seconds = 0.0;
};

/// Called on the calling thread, about 100 times a second, and when all paths are done, however soon that is; returning
/// false before then stops the run, which returns what it has: the first paths that all policies have finished.
using ProgressCallback = std::function<bool(const Progress&)>;

/// Throws RunError when a hazard is negative or NaN (the lowest failing path is named, whatever the
/// threads), when options are impossible, or when a policy is unknown.
///
/// `answers_at_once`: the callback takes no time worth speaking of. A run of one thread is on the calling one then, which
/// spares it a hundredth of a thousand paths, and waits for the answers.
Forecast run(std::shared_ptr<const model::Model> model, const RunOptions& options,
             const ProgressCallback& progress = {}, bool answers_at_once = false);

}  // namespace detente::engine
