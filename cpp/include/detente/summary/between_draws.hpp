#pragma once

/// How the mean of a quantity varies from draw to draw of the parameters: the epistemic band, and the Monte Carlo
/// error of paths that share draws.

#include <cstddef>
#include <cstdint>

#include "detente/summary/bytes.hpp"
#include "detente/summary/exact_sum.hpp"
#include "detente/summary/interval.hpp"
#include "detente/summary/moments.hpp"
#include "detente/summary/paired.hpp"
#include "detente/summary/quantiles.hpp"

namespace detente::summary {

/// One-way random effects (Searle, Casella and McCulloch 1992, "Variance Components"): Y = m(θ) + noise, θ drawn anew
/// for each draw, m(θ) = E[Y|θ]. Draw i has n_i paths that count, their mean m_i and variance s_i^2. With means over
/// the draws that have any such path,
///
///     within  = mean s_i^2                        estimates E[Var(Y|θ)]
///     noise   = mean s_i^2 / n_i                  of the draw means
///     between = variance of m_i - noise, >= 0     estimates Var(E[Y|θ])
///
/// A draw with one path takes the mean s_i^2 for its own. Where all n_i are equal this is the analysis of variance
/// estimator. Where they differ, because a condition holds on part of the paths, how many count depends on θ; draws
/// then weigh equally, as the prior has them, and not by their paths. Draws without a path that counts are left out:
/// what would have been on them is not known.
///
/// Sums are exact: neither the order of draws nor how they were split changes a bit.
class BetweenDraws {
 public:
  /// The paths of one draw that count; none is a draw too.
  void add(const Moments& draw);
  void merge(const BetweenDraws& other);

  /// Draws with a path that counts.
  std::uint64_t n_draws() const { return means_.n(); }

  /// NaN below two draws, or where no draw has two paths that count.
  double between_variance() const;
  double within_variance() const;
  /// between / (between + within): the part of the variance over paths that is due to θ (the intraclass correlation).
  /// NaN where nothing varies.
  double epistemic_share() const;

  /// Quantiles (1 - level) / 2 and (1 + level) / 2 of m(θ). Draw means are spread wider than m(θ), by the noise of
  /// their few paths: each is pulled towards the mean of all by one factor, so that their variance is `between`, and
  /// the quantiles of what results are taken (the constrained empirical Bayes estimate: Louis 1984, JASA 79:393; Ghosh
  /// 1992, JASA 87:533). Assumes that m(θ) and the noisy means have the same shape, which is nearly so while noise is
  /// small against `between`, and exact where both are normal. The ends of the sketch's bins bound its resolution.
  Interval band(double level = 0.9) const;

  /// Of the mean over all paths that count, sum T_i / sum n_i, T_i the total of draw i: draws and not paths are
  /// independent (ratio estimator over clusters, Cochran 1977, "Sampling Techniques", chapter 9A). NaN below two draws.
  double standard_error() const { return totals_.ratio_standard_error(); }

  void write(ByteWriter& writer) const;
  static BetweenDraws read(ByteReader& reader);
  friend bool operator==(const BetweenDraws&, const BetweenDraws&) = default;

 private:
  double noise() const;

  PairedMoments totals_;  // x = n_i, y = T_i, of all draws
  Moments means_;
  QuantileSketch sorted_means_;
  std::uint64_t n_lone_ = 0;  // draws with one path that counts
  ExactSum within_;           // sum of s_i^2
  ExactSum noise_;            // sum of s_i^2 / n_i
};

}  // namespace detente::summary
