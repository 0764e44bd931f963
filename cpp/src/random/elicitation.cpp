#include "detente/random/elicitation.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>

#include "random/family.hpp"

namespace detente::random {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t most_points = 10;

template <typename... Parts>
[[noreturn]] void reject(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw std::invalid_argument(text.str());
}

void check_points(const std::vector<double>& probabilities, const std::vector<double>& values,
                  double low, double high) {
  if (probabilities.size() != values.size()) {
    reject("each probability needs one value, but there are ", probabilities.size(), " and ",
           values.size());
  }
  if (values.size() < 2) reject("quantiles need at least two points");
  if (values.size() > most_points) {
    reject("quantiles take at most ", most_points, " points, but there are ", values.size());
  }
  if (!(low < high))
    reject("the low end of the range must be less than the high end, but they are ", low, " and ",
           high);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double p = probabilities[i], x = values[i];
    if (!(p > 0.0 && p < 1.0)) {
      reject("each quantile's probability must lie between 0 and 1, both excluded, but one is ", p);
    }
    if (!std::isfinite(x)) reject("each quantile must be a finite number, but one is ", x);
    if (!(x > low && x < high)) {
      reject("each quantile must lie inside the range from ", low, " to ", high, ", but one is ",
             x);
    }
    if (i == 0) continue;
    if (!(probabilities[i - 1] < p)) reject("the probabilities of quantiles must increase");
    if (!(values[i - 1] < x)) {
      reject("quantiles must increase with their probability, but the one at ",
             probabilities[i - 1], " is ", values[i - 1], " and the one at ", p, " is ", x);
    }
  }
}

/// The scale on which a bounded metalog is an unbounded one.
double to_unbounded(double x, double low, double high) {
  if (std::isfinite(low) && std::isfinite(high)) return std::log((x - low) / (high - x));
  if (std::isfinite(low)) return std::log(x - low);
  return std::isfinite(high) ? -std::log(high - x) : x;
}

Prior fit_metalog(const std::vector<double>& probabilities, const std::vector<double>& values,
                  double low, double high) {
  const std::size_t n = values.size();
  const auto size = static_cast<Eigen::Index>(n);
  Eigen::MatrixXd basis(size, size);
  Eigen::VectorXd target(size);
  for (Eigen::Index i = 0; i < size; ++i) {
    const double u = probabilities[static_cast<std::size_t>(i)];
    target(i) = to_unbounded(values[static_cast<std::size_t>(i)], low, high);
    for (std::size_t k = 0; k < n; ++k) {
      std::vector<double> one_term(n, 0.0);
      one_term[k] = 1.0;
      basis(i, static_cast<Eigen::Index>(k)) =
          family::metalog_sum(one_term, u, 1.0 - u, std::log(u) - std::log1p(-u));
    }
  }
  const Eigen::VectorXd solution = basis.colPivHouseholderQr().solve(target);
  try {
    return Prior::metalog({solution.begin(), solution.end()}, low, high);
  } catch (const std::invalid_argument& error) {
    reject("no metalog has these quantiles (they are too uneven): ", error.what(),
           "; state fewer or smoother quantiles");
  }
}

}  // namespace

Prior fit_quantiles(const std::vector<double>& probabilities, const std::vector<double>& values,
                    std::optional<double> low, std::optional<double> high) {
  const double bottom = low.value_or(-infinity), top = high.value_or(infinity);
  check_points(probabilities, values, bottom, top);
  const bool is_positive = bottom == 0.0 && top == infinity;
  const bool is_unbounded = bottom == -infinity && top == infinity;
  if (values.size() > 2 || !(is_positive || is_unbounded)) {
    return fit_metalog(probabilities, values, bottom, top);
  }
  const double z0 = family::standard_normal_quantile(probabilities[0]);
  const double z1 = family::standard_normal_quantile(probabilities[1]);
  const double x0 = is_positive ? std::log(values[0]) : values[0];
  const double x1 = is_positive ? std::log(values[1]) : values[1];
  const double spread = (x1 - x0) / (z1 - z0);
  const double centre = x0 - spread * z0;
  return is_positive ? Prior::lognormal(std::exp(centre), spread) : Prior::normal(centre, spread);
}

}  // namespace detente::random
