#pragma once

/// Joint draws of parameters: rank correlations by a Gaussian copula, and multivariate normals.
///
/// Both give rows of a lower triangular matrix L. Parameter i's normal score is z_i = sum_k L_ik
/// e_k over the row's terms, e_k the independent standard normal of parameter k, and its value is
/// `Prior::from_normal(z_i)`. A parameter without correlations has the row {(i, 1)}, so its draw
/// does not change when others are added.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "detente/random/prior.hpp"

namespace detente::random {

/// A stated correlation between parameters `first` and `second`, by their positions.
struct Correlation {
  enum class Kind {
    rank,   ///< Spearman's rank correlation of the parameters
    score,  ///< Pearson's correlation of their normal scores
  };
  std::size_t first, second;
  double value;
  Kind kind = Kind::rank;
};

/// Correlations that no joint distribution can have. `pairs` holds those of the stated correlations
/// that contradict one another, the worst first.
class ImpossibleCorrelations : public std::invalid_argument {
 public:
  ImpossibleCorrelations(const std::string& what, std::vector<Correlation> pairs);

  const std::vector<Correlation>& pairs() const { return pairs_; }

 private:
  std::vector<Correlation> pairs_;
};

/// One non-zero entry of a row of L.
struct Term {
  std::size_t position;
  double weight;
};

/// The joint law of the normal scores of `size` parameters.
class Copula {
 public:
  /// All scores independent.
  explicit Copula(std::size_t size) : Copula(size, {}) {}

  /// A rank correlation r becomes the score correlation 2 sin(pi r / 6) (Kruskal 1958). Throws
  /// std::invalid_argument for a correlation outside (-1, 1), of a parameter with itself or stated
  /// twice, and ImpossibleCorrelations where the matrix is not positive definite.
  Copula(std::size_t size, const std::vector<Correlation>& correlations);

  std::size_t size() const { return rows_.size(); }

  /// Row i of L, positions ascending, zeros left out.
  const std::vector<Term>& row(std::size_t i) const { return rows_[i]; }

  /// Whether row i is {(i, 1)}.
  bool is_independent(std::size_t i) const { return rows_[i].size() == 1; }

  /// z_i from independent normals e.
  double score(std::size_t i, const double* e) const;

 private:
  std::vector<std::vector<Term>> rows_;
};

/// A multivariate normal as marginals and score correlations, so that it joins a copula with other
/// parameters.
class MultivariateNormal {
 public:
  /// `covariance` row by row. Throws std::invalid_argument where sizes differ, a number is not
  /// finite, the matrix is not symmetric or not positive definite.
  MultivariateNormal(std::vector<double> mean, const std::vector<double>& covariance);

  std::size_t size() const { return mean_.size(); }

  /// Normal(mean[i], sqrt(covariance[i][i])).
  Prior marginal(std::size_t i) const;

  /// The score correlations that are not zero; `positions[i]` is member i's place among the
  /// parameters.
  std::vector<Correlation> correlations(const std::vector<std::size_t>& positions) const;

  /// Value i from independent normals e: mean[i] + sd[i] z_i.
  double value(std::size_t i, const double* e) const;

 private:
  std::vector<double> mean_, sd_;
  std::vector<Correlation> correlations_;
  Copula copula_;
};

}  // namespace detente::random
