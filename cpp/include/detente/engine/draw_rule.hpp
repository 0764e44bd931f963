#pragma once

/// Which draw of the parameters a path has, and what draws are made from.

#include <cstdint>

namespace detente::engine {

struct DrawRule {
  std::uint64_t paths_per_draw = 1;  ///< at least 1; path p has draw floor(p / paths_per_draw)
  /// Scrambled Sobol' points (random::SobolPoints) instead of independent uniforms: a dimension for each uncertain
  /// parameter, in file order; draw n has point n. Errors are told as if draws were independent, and are then mostly smaller than told.
  bool sobol = false;

  friend bool operator==(const DrawRule&, const DrawRule&) = default;
};

}  // namespace detente::engine
