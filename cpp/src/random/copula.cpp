#include "detente/random/copula.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <sstream>
#include <utility>

namespace detente::random {
namespace {

/// Below this, a variance left over in the factorisation is rounding: the matrix is singular.
constexpr double least_remainder = 1e-10;

Eigen::Index at(std::size_t i) { return static_cast<Eigen::Index>(i); }

double score_correlation(const Correlation& c) {
  return c.kind == Correlation::Kind::score ? c.value
                                            : 2.0 * std::sin(std::numbers::pi * c.value / 6.0);
}

template <typename... Parts>
[[noreturn]] void reject(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw std::invalid_argument(text.str());
}

void check(std::size_t size, const std::vector<Correlation>& correlations) {
  std::set<std::pair<std::size_t, std::size_t>> seen;
  for (const Correlation& c : correlations) {
    if (c.first >= size || c.second >= size)
      reject("a correlation names a parameter that is not there");
    if (c.first == c.second) reject("a correlation must join two different parameters");
    if (!(std::abs(c.value) < 1.0)) {
      reject("a correlation must lie between -1 and 1, both excluded, but is ", c.value);
    }
    if (!seen.insert(std::minmax(c.first, c.second)).second) {
      reject("the correlation of one pair of parameters is stated twice");
    }
  }
}

/// In the direction with the least variance, which is not positive, the stated correlations that
/// pull it below zero; those that matter little are left out.
std::vector<Correlation> contradicting(const Eigen::MatrixXd& matrix,
                                       const std::vector<Correlation>& correlations) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix);
  const Eigen::VectorXd direction = solver.eigenvectors().col(0);
  std::vector<std::pair<double, Correlation>> pulls;
  for (const Correlation& c : correlations) {
    const double pull = score_correlation(c) * direction(at(c.first)) * direction(at(c.second));
    if (pull < 0.0) pulls.emplace_back(pull, c);
  }
  std::ranges::stable_sort(pulls, {}, [](const auto& entry) { return entry.first; });
  std::vector<Correlation> result;
  for (const auto& [pull, c] : pulls) {
    if (pull <= 0.1 * pulls.front().first) result.push_back(c);
  }
  return result;
}

}  // namespace

ImpossibleCorrelations::ImpossibleCorrelations(const std::string& what,
                                               std::vector<Correlation> pairs)
    : std::invalid_argument(what), pairs_(std::move(pairs)) {}

Copula::Copula(std::size_t size, const std::vector<Correlation>& correlations) : rows_(size) {
  check(size, correlations);
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Identity(at(size), at(size));
  for (const Correlation& c : correlations) {
    matrix(at(c.first), at(c.second)) = matrix(at(c.second), at(c.first)) = score_correlation(c);
  }
  const Eigen::LLT<Eigen::MatrixXd> factor(matrix);
  const Eigen::MatrixXd lower = factor.matrixL();
  const bool possible = factor.info() == Eigen::Success &&
                        (lower.diagonal().array().square() > least_remainder).all();
  if (!possible) {
    throw ImpossibleCorrelations(
        "these correlations contradict one another: no joint distribution has them all (their "
        "matrix is not positive definite)",
        contradicting(matrix, correlations));
  }
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k <= i; ++k) {
      const double weight = lower(at(i), at(k));
      if (weight != 0.0) rows_[i].push_back({k, weight});
    }
  }
}

double Copula::score(std::size_t i, const double* e) const {
  double z = 0.0;
  for (const Term& term : rows_[i]) z += term.weight * e[term.position];
  return z;
}

namespace {

std::vector<double> deviations(const std::vector<double>& mean,
                               const std::vector<double>& covariance) {
  const std::size_t n = mean.size();
  if (n == 0) reject("a multivariate normal needs at least one member");
  if (covariance.size() != n * n) {
    reject("covariance must have ", n, " rows of ", n, " numbers, as mean has ", n, " entries");
  }
  std::vector<double> sd(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(mean[i])) reject("mean must hold finite numbers");
    const double variance = covariance[i * n + i];
    if (!(std::isfinite(variance) && variance > 0.0)) {
      reject(
          "the diagonal of covariance holds variances, which must be greater than 0, but one is ",
          variance);
    }
    sd[i] = std::sqrt(variance);
  }
  return sd;
}

std::vector<Correlation> correlations_of(const std::vector<double>& sd,
                                         const std::vector<double>& covariance) {
  const std::size_t n = sd.size();
  std::vector<Correlation> result;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const double below = covariance[i * n + k], above = covariance[k * n + i];
      if (!(std::abs(below - above) <= 1e-12 * sd[i] * sd[k])) {
        reject("covariance must be symmetric, but holds ", below, " and ", above, " for one pair");
      }
      const double value = below / (sd[i] * sd[k]);
      if (!(std::abs(value) < 1.0)) {
        reject("covariance is not positive definite: ", below,
               " is too large for the variances of its row and column");
      }
      if (value != 0.0) result.push_back({i, k, value, Correlation::Kind::score});
    }
  }
  return result;
}

}  // namespace

MultivariateNormal::MultivariateNormal(std::vector<double> mean,
                                       const std::vector<double>& covariance)
    : mean_(std::move(mean)),
      sd_(deviations(mean_, covariance)),
      correlations_(correlations_of(sd_, covariance)),
      copula_(mean_.size(), correlations_) {}

Prior MultivariateNormal::marginal(std::size_t i) const { return Prior::normal(mean_[i], sd_[i]); }

std::vector<Correlation> MultivariateNormal::correlations(
    const std::vector<std::size_t>& positions) const {
  std::vector<Correlation> result = correlations_;
  for (Correlation& c : result) {
    c.first = positions[c.first];
    c.second = positions[c.second];
  }
  return result;
}

double MultivariateNormal::value(std::size_t i, const double* e) const {
  return mean_[i] + sd_[i] * copula_.score(i, e);
}

}  // namespace detente::random
