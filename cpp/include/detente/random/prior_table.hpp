#pragma once

/// A prior made ready for columns: values of a whole block of lanes from their standard normal
/// scores.

#include <cstddef>
#include <memory>
#include <vector>

#include "detente/random/prior.hpp"

namespace detente::random {

/// Maps normal scores to `prior.from_normal(score)`. Families with a formula in the score, its
/// probability or its logit use it by the kernel's columns; beta, pert, gamma, student_t and
/// truncated_normal interpolate a smooth transform of their quantile, tabulated when the table is
/// built (some milliseconds), to a relative error below 1e-9. Immutable, so threads may share it.
class PriorTable {
 public:
  explicit PriorTable(Prior prior);

  /// out[i] = value at score z[i]. `out` may be `z`. The column rules of kernel/table.hpp hold.
  /// Scores beyond +-8.5 (probability 2e-17) count as +-8.5 in tabulated families.
  void values(const double* z, double* out, std::size_t n) const;

  const Prior& prior() const { return prior_; }

  /// Whether building one takes milliseconds.
  static bool is_tabulated(const Prior& prior);

 private:
  /// What the table holds of a value x: x itself, log(x - low), the logit of its place between the
  /// bounds, or asinh((x - low) / span) with `low` the location and `span` the scale.
  enum class Transform { none, log, logit, asinh };

  void tabulate(Transform transform, double low, double span);
  void interpolate(const double* z, double* out, std::size_t n) const;
  void finish(double* out, std::size_t n) const;

  Prior prior_;
  Transform transform_ = Transform::none;
  double low_ = 0.0;
  double span_ = 1.0;
  std::size_t steps_per_unit_ = 0;  ///< of score, in the table
  std::vector<double> cubic_;       ///< four coefficients per interval of the grid of scores
  std::vector<double> thresholds_;  ///< of discrete families: the score at which each value ends
};

/// The table of a prior. Those that take long to build are kept a while: most runs of a session are of scenarios that share
/// their priors. From any thread.
std::shared_ptr<const PriorTable> prior_table(const Prior& prior);

}  // namespace detente::random
