#pragma once

/// What a run returns: estimates with their errors, occupancy, bands, and what was kept of single paths.

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "detente/engine/draw_rule.hpp"
#include "detente/summary/bands.hpp"

namespace detente::engine {

/// One reading over the ensemble of one policy. Numbers that do not exist are NaN.
struct Estimate {
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();

  std::string name;
  std::string
      kind;  ///< probability, time_to, duration, count, value, integral, maximum, minimum, utility
  std::string unit;
  double estimate =
      0.0;  ///< mean over the paths that count; time_to: cumulative incidence at the horizon
  double standard_error = 0.0;  ///< Monte Carlo standard error of `estimate`
  double
      low = 0.0,
      high =
          0.0;  ///< 95 % interval: Wilson for shares (with zero hits the upper end is the bound to
                ///< show), normal otherwise
  std::uint64_t n = 0;     ///< paths that the estimate rests on
  std::uint64_t hits = 0;  ///< shares only: paths on which it was true
  bool has_given = false;
  double given_share = 0.0;         ///< share of the paths on which `given` holds (1 without)
  double censored_share = 0.0;      ///< undecided at the horizon (run_off: false only)
  double standard_deviation = 0.0;  ///< over paths
  double minimum = 0.0, maximum = 0.0;
  std::vector<double> quantiles;  ///< at Forecast::quantile_levels; NaN where not reached (time_to)
  std::vector<double> incidence;  ///< time_to only: cumulative incidence per report date
  std::vector<double> incidence_low, incidence_high;  ///< its Wilson interval
  double restricted_mean = 0.0;                       ///< time_to only: mean of min(T, horizon)
  /// Epistemic, where paths share draws of uncertain parameters, else NaN and 0; summary::BetweenDraws has the
  /// formulas. Of a ratio (`given`): over the draws in which the condition holds on a path.
  double band_low = none, band_high = none;  ///< 5 and 95 % quantiles of E[Y|θ]
  double between_variance = none;            ///< Var(E[Y|θ])
  double within_variance = none;             ///< E[Var(Y|θ)]
  double epistemic_share = none;             ///< of the first in the sum of both
  std::uint64_t n_draws = 0;                 ///< draws that the estimate rests on
};

struct Occupancy {
  std::string chain;
  std::vector<std::string> states;
  std::vector<double> share;  ///< [state][date], row by row
};

/// A variable over time. Worked out when asked for: thousands of sketches are sorted for all variables and dates.
struct Band {
  std::string variable;
  std::string unit;
  std::shared_ptr<const summary::Bands> values;

  std::vector<double> mean() const;                    ///< per report date
  std::vector<std::vector<double>> quantiles() const;  ///< [level][date], at quantile_levels()
};

/// Full histories of the first paths: one row per path and grid point of the kept grid (report dates).
struct KeptPaths {
  std::vector<std::string> chains, variables;
  std::uint64_t n_paths = 0;
  std::vector<std::int8_t> states;  ///< [path][chain][date], state numbers
  std::vector<double> values;       ///< [path][variable][date]
};

/// Per-path readings when asked for; NaN where `given` fails, the window was censored or (time_to) not reached.
struct OutcomeColumn {
  std::string name;
  std::vector<double> values;  ///< per path, in path order
};

struct PolicyForecast {
  std::string name;
  std::vector<Estimate> outcomes;  ///< in file order; `utility` last when the scenario has one
  std::vector<Occupancy> occupancy;
  std::vector<Band> bands;
  KeptPaths kept;
  std::vector<OutcomeColumn>
      columns;  ///< one per outcome (and utility, and parameters are separate)
};

/// Whether paths may be missing between two results that are joined.
enum class Gap : std::uint8_t { refused, left_out };

class Accumulators;  // the mergeable state behind the numbers

class Forecast {
 public:
  static const std::vector<double>& quantile_levels();  ///< 0.05 0.25 0.5 0.75 0.95

  std::string title;
  std::string scenario_hash;
  std::uint64_t seed = 0;
  DrawRule draws;  ///< how the parameters were drawn
  std::uint64_t first_path = 0;
  std::uint64_t n_paths = 0;  ///< paths that the numbers rest on
  std::uint64_t n_paths_requested =
      0;  ///< more than n_paths: the run was stopped and this is a partial result
  int threads = 1;
  std::string instruction_set;
  double wall_seconds = 0.0;
  std::vector<double> times;       ///< report dates, years from the start
  std::vector<std::string> dates;  ///< their labels
  std::vector<PolicyForecast> policies;
  std::vector<std::string> parameter_names;
  std::vector<OutcomeColumn> parameter_columns;  ///< the draws per path, when columns are kept

  bool partial() const { return n_paths < n_paths_requested; }

  /// Joins two results of the same scenario, policies, seed and paths per draw whose path ranges
  /// touch (`this` first); equal bit for bit to one run over both ranges. RunError says why not. Over a
  /// gap that is left out, `first_path` and `n_paths` no longer tell which paths there are: the
  /// caller keeps the account.
  Forecast merged_with(const Forecast& next, Gap gap = Gap::refused) const;

  /// The mergeable state as bytes, and back; RunError when the bytes are not such a state.
  std::string serialize() const;
  static Forecast deserialize(const std::string& bytes);

  std::shared_ptr<const Accumulators> accumulators;  ///< shared: immutable once the run has ended
};

}  // namespace detente::engine
