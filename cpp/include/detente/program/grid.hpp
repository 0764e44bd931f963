#pragma once

/// The time grid of a policy: regular steps, split at every date on which something changes or is read.

#include <cstdint>
#include <vector>

#include "detente/model/model.hpp"

namespace detente::program {

/// Scalars of a step, the same for all paths. Seasons follow, then the levers that a schedule moves.
struct StepScalar {
  static constexpr std::uint32_t start = 0;  ///< time at the start of the step
  static constexpr std::uint32_t middle = 1;
  static constexpr std::uint32_t end = 2;
  static constexpr std::uint32_t length = 3;
  static constexpr std::uint32_t root_length = 4;  ///< square root of the length
  static constexpr std::uint32_t start_year = 5;   ///< calendar year as a decimal
  static constexpr std::uint32_t end_year = 6;
  static constexpr std::uint32_t first_season = 7;
};

/// A point of the grid.
struct GridPoint {
  double time = 0.0;
  std::int32_t report = -1;           ///< number of the report date, or -1
  std::vector<std::uint32_t> events;  ///< dated and periodic events due here, in file order
};

struct Grid {
  std::vector<GridPoint> points;  ///< ascending, the start first; past the horizon for run-off
  std::size_t horizon_index = 0;  ///< position of the horizon
  std::vector<double> report_times;
  double regular_length = 0.0;  ///< the commonest length of a step
  std::uint32_t scalar_count = 0;
  /// Scalars of step k (from point k to point k + 1): [k * scalar_count + i]. One more row than steps:
  /// the last holds what is in force at the last point.
  std::vector<double> scalars;
  /// Levers that a schedule moves, in the order of their scalars after the seasons.
  std::vector<std::uint32_t> scheduled_levers;

  const double* step(std::size_t k) const { return scalars.data() + k * scalar_count; }
};

/// `run_off` is how far past the horizon the grid must reach. `regular_steps` false leaves out the regular steps, for
/// scenarios in which nothing moves between the dates.
Grid make_grid(const model::Model& model, const model::Policy& policy, double run_off,
               bool regular_steps);

}  // namespace detente::program
