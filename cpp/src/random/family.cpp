#include "random/family.hpp"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <numeric>

namespace detente::random::family {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Boost throws for what it cannot evaluate only where that is a mistake of ours, not where a tail
/// overflows.
using Policy = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>>;
using StandardNormal = boost::math::normal_distribution<double, Policy>;
using BoostBeta = boost::math::beta_distribution<double, Policy>;
using BoostGamma = boost::math::gamma_distribution<double, Policy>;
using BoostStudentT = boost::math::students_t_distribution<double, Policy>;

const StandardNormal standard_normal(0.0, 1.0);

BoostBeta boost_of(const Beta& f) { return BoostBeta(f.alpha, f.beta); }
BoostGamma boost_of(const Gamma& f) { return BoostGamma(f.shape, 1.0 / f.rate); }
BoostStudentT boost_of(const StudentT& f) { return BoostStudentT(f.df); }

/// Moments by the trapezoid rule over normal scores, where every smooth quantile function times the
/// normal density decays fast enough for the rule to be exact to rounding.
struct Moments {
  double mean, sd;
};
Moments moments_over_scores(const std::function<double(double)>& value_at_score) {
  constexpr double step = 1.0 / 64;
  constexpr int n_steps = 37 * 64;
  const double centre = value_at_score(0.0);
  double first = 0.0, second = 0.0;
  for (int i = -n_steps; i <= n_steps; ++i) {
    const double z = i * step;
    const double weight =
        std::exp(-0.5 * z * z) * step * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
    const double distance = value_at_score(z) - centre;
    first += weight * distance;
    second += weight * distance * distance;
  }
  return {centre + first, std::sqrt(std::max(second - first * first, 0.0))};
}

template <typename Family>
Moments moments_of(const Family& f) {
  return moments_over_scores([&](double z) {
    return z < 0.0 ? lower(f, standard_normal_cdf(z)) : upper(f, standard_normal_cdf(-z));
  });
}

}  // namespace

double standard_normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }
double standard_normal_quantile(double u) {
  if (u <= 0.0) return -infinity;
  if (u >= 1.0) return infinity;
  return boost::math::quantile(standard_normal, u);
}

// Constant.
double density(const Constant& f, double x) { return x == f.value ? 1.0 : 0.0; }
double cdf(const Constant& f, double x) { return x >= f.value ? 1.0 : 0.0; }
double lower(const Constant& f, double) { return f.value; }
double upper(const Constant& f, double) { return f.value; }
double mean(const Constant& f) { return f.value; }
double standard_deviation(const Constant&) { return 0.0; }
Support support(const Constant& f) { return {f.value, f.value}; }

// Normal.
double density(const Normal& f, double x) {
  const double z = (x - f.mean) / f.sd;
  return std::exp(-0.5 * z * z) / (f.sd * std::numbers::sqrt2) * std::numbers::inv_sqrtpi;
}
double cdf(const Normal& f, double x) { return standard_normal_cdf((x - f.mean) / f.sd); }
double lower(const Normal& f, double u) { return f.mean + f.sd * standard_normal_quantile(u); }
double upper(const Normal& f, double q) { return f.mean - f.sd * standard_normal_quantile(q); }
double mean(const Normal& f) { return f.mean; }
double standard_deviation(const Normal& f) { return f.sd; }
Support support(const Normal&) { return {-infinity, infinity}; }

// Lognormal.
double density(const Lognormal& f, double x) {
  if (x <= 0.0) return 0.0;
  return density(Normal{f.log_median, f.sigma}, std::log(x)) / x;
}
double cdf(const Lognormal& f, double x) {
  return x <= 0.0 ? 0.0 : cdf(Normal{f.log_median, f.sigma}, std::log(x));
}
double lower(const Lognormal& f, double u) {
  return std::exp(lower(Normal{f.log_median, f.sigma}, u));
}
double upper(const Lognormal& f, double q) {
  return std::exp(upper(Normal{f.log_median, f.sigma}, q));
}
double mean(const Lognormal& f) { return std::exp(f.log_median + 0.5 * f.sigma * f.sigma); }
double standard_deviation(const Lognormal& f) {
  return mean(f) * std::sqrt(std::expm1(f.sigma * f.sigma));
}
Support support(const Lognormal&) { return {0.0, infinity}; }

// Uniform.
double density(const Uniform& f, double x) {
  return x < f.low || x > f.high ? 0.0 : 1.0 / (f.high - f.low);
}
double cdf(const Uniform& f, double x) {
  return std::clamp((x - f.low) / (f.high - f.low), 0.0, 1.0);
}
double lower(const Uniform& f, double u) { return f.low + u * (f.high - f.low); }
double upper(const Uniform& f, double q) { return f.high - q * (f.high - f.low); }
double mean(const Uniform& f) { return std::midpoint(f.low, f.high); }
double standard_deviation(const Uniform& f) { return (f.high - f.low) / std::sqrt(12.0); }
Support support(const Uniform& f) { return {f.low, f.high}; }

// Loguniform.
double density(const Loguniform& f, double x) {
  const Support ends = support(f);
  return x < ends.low || x > ends.high ? 0.0 : 1.0 / (x * (f.log_high - f.log_low));
}
double cdf(const Loguniform& f, double x) {
  return x <= 0.0 ? 0.0 : cdf(Uniform{f.log_low, f.log_high}, std::log(x));
}
double lower(const Loguniform& f, double u) {
  return std::exp(lower(Uniform{f.log_low, f.log_high}, u));
}
double upper(const Loguniform& f, double q) {
  return std::exp(upper(Uniform{f.log_low, f.log_high}, q));
}
double mean(const Loguniform& f) {
  return std::exp(f.log_low) * std::expm1(f.log_high - f.log_low) / (f.log_high - f.log_low);
}
double standard_deviation(const Loguniform& f) { return moments_of(f).sd; }
Support support(const Loguniform& f) { return {std::exp(f.log_low), std::exp(f.log_high)}; }

// Triangular.
double density(const Triangular& f, double x) {
  if (x < f.low || x > f.high) return 0.0;
  const double peak = 2.0 / (f.high - f.low);
  if (x < f.mode) return peak * (x - f.low) / (f.mode - f.low);
  if (x > f.mode) return peak * (f.high - x) / (f.high - f.mode);
  return peak;
}
double cdf(const Triangular& f, double x) {
  if (x <= f.low) return 0.0;
  if (x >= f.high) return 1.0;
  const double range = f.high - f.low;
  if (x < f.mode) return (x - f.low) * (x - f.low) / (range * (f.mode - f.low));
  return 1.0 - (f.high - x) * (f.high - x) / (range * (f.high - f.mode));
}
double lower(const Triangular& f, double u) {
  const double range = f.high - f.low;
  if (u * range <= f.mode - f.low) return f.low + std::sqrt(u * range * (f.mode - f.low));
  return f.high - std::sqrt((1.0 - u) * range * (f.high - f.mode));
}
double upper(const Triangular& f, double q) {
  const double range = f.high - f.low;
  if (q * range <= f.high - f.mode) return f.high - std::sqrt(q * range * (f.high - f.mode));
  return f.low + std::sqrt((1.0 - q) * range * (f.mode - f.low));
}
double mean(const Triangular& f) { return (f.low + f.mode + f.high) / 3.0; }
double standard_deviation(const Triangular& f) {
  const double left = f.mode - f.low, right = f.high - f.mode;
  return std::sqrt((left * left + left * right + right * right) / 18.0);
}
Support support(const Triangular& f) { return {f.low, f.high}; }

// Beta and pert.
double density(const Beta& f, double x) {
  const double range = f.high - f.low;
  const double place = (x - f.low) / range;
  if (place < 0.0 || place > 1.0) return 0.0;
  if (place == 0.0) return f.alpha < 1.0 ? infinity : f.alpha > 1.0 ? 0.0 : f.beta / range;
  if (place == 1.0) return f.beta < 1.0 ? infinity : f.beta > 1.0 ? 0.0 : f.alpha / range;
  return boost::math::pdf(boost_of(f), place) / range;
}
double cdf(const Beta& f, double x) {
  const double place = (x - f.low) / (f.high - f.low);
  if (place <= 0.0) return 0.0;
  return place >= 1.0 ? 1.0 : boost::math::cdf(boost_of(f), place);
}
// cdf(x) = x^alpha / (alpha B(alpha, beta)) (1 + O(beta x)).
double log_small_beta(double alpha, double beta, double log_u) {
  const double log_beta = std::lgamma(alpha) + std::lgamma(beta) - std::lgamma(alpha + beta);
  return (log_u + std::log(alpha) + log_beta) / alpha;
}
namespace {

/// The same by halving the logit of the place: slow, never lost.
double beta_place_by_halving(const BoostBeta& law, double u, double q) {
  double low = -745.0, high = 745.0;
  const auto place_at = [](double logit) { return 1.0 / (1.0 + std::exp(-logit)); };
  for (int i = 0; i < 200 && high - low > 1e-15 * std::abs(low); ++i) {
    const double middle = 0.5 * (low + high);
    const double place = place_at(middle);
    const bool is_below = u < 0.5 ? boost::math::cdf(law, place) < u
                                  : boost::math::cdf(boost::math::complement(law, place)) > q;
    (is_below ? low : high) = middle;
  }
  return place_at(0.5 * (low + high));
}

/// Quantile on [0, 1] at u, whose complement is q.
double beta_place(double alpha, double beta, double u, double q) {
  if (u <= 0.0) return 0.0;
  if (q <= 0.0) return 1.0;
  const double log_from_low = log_small_beta(alpha, beta, u < 0.5 ? std::log(u) : std::log1p(-q));
  if (log_from_low + std::log1p(beta) < power_law_ends) return std::exp(log_from_low);
  const double log_from_high = log_small_beta(beta, alpha, q < 0.5 ? std::log(q) : std::log1p(-u));
  if (log_from_high + std::log1p(alpha) < power_law_ends) return 1.0;
  const BoostBeta law(alpha, beta);
  try {
    return u < 0.5 ? boost::math::quantile(law, u)
                   : boost::math::quantile(boost::math::complement(law, q));
  } catch (const boost::math::evaluation_error&) {
    // Newton's steps do not settle where the density has a pole at the end (Boost 1.74).
    return beta_place_by_halving(law, u, q);
  }
}

}  // namespace
double lower(const Beta& f, double u) {
  return f.low + (f.high - f.low) * beta_place(f.alpha, f.beta, u, 1.0 - u);
}
double upper(const Beta& f, double q) {
  return f.low + (f.high - f.low) * beta_place(f.alpha, f.beta, 1.0 - q, q);
}
double mean(const Beta& f) { return f.low + (f.high - f.low) * (f.alpha / (f.alpha + f.beta)); }
double standard_deviation(const Beta& f) {
  const double sum = f.alpha + f.beta;
  return (f.high - f.low) / sum * std::sqrt(f.alpha * (f.beta / (sum + 1.0)));
}
Support support(const Beta& f) { return {f.low, f.high}; }

// Gamma.
double density(const Gamma& f, double x) {
  if (x < 0.0) return 0.0;
  if (x == 0.0) return f.shape < 1.0 ? infinity : f.shape > 1.0 ? 0.0 : f.rate;
  return boost::math::pdf(boost_of(f), x);
}
double cdf(const Gamma& f, double x) {
  if (x <= 0.0) return 0.0;
  return x == infinity ? 1.0 : boost::math::cdf(boost_of(f), x);
}
// cdf(x) = x^shape / Gamma(shape + 1) (1 + O(x)) for rate 1.
double log_small_gamma(double shape, double log_u) {
  return (log_u + std::lgamma(shape + 1.0)) / shape;
}
namespace {

double gamma_quantile(const Gamma& f, double u, double q) {
  if (u <= 0.0) return 0.0;
  if (q <= 0.0) return infinity;
  const double log_small = log_small_gamma(f.shape, u < 0.5 ? std::log(u) : std::log1p(-q));
  if (log_small < power_law_ends) return std::exp(log_small) / f.rate;
  return u < 0.5 ? boost::math::quantile(boost_of(f), u)
                 : boost::math::quantile(boost::math::complement(boost_of(f), q));
}

}  // namespace
double lower(const Gamma& f, double u) { return gamma_quantile(f, u, 1.0 - u); }
double upper(const Gamma& f, double q) { return gamma_quantile(f, 1.0 - q, q); }
double mean(const Gamma& f) { return f.shape / f.rate; }
double standard_deviation(const Gamma& f) { return std::sqrt(f.shape) / f.rate; }
Support support(const Gamma&) { return {0.0, infinity}; }

// Exponential.
double density(const Exponential& f, double x) {
  return x < 0.0 ? 0.0 : f.rate * std::exp(-f.rate * x);
}
double cdf(const Exponential& f, double x) { return x <= 0.0 ? 0.0 : -std::expm1(-f.rate * x); }
double lower(const Exponential& f, double u) { return -std::log1p(-u) / f.rate; }
double upper(const Exponential& f, double q) { return -std::log(q) / f.rate; }
double mean(const Exponential& f) { return 1.0 / f.rate; }
double standard_deviation(const Exponential& f) { return 1.0 / f.rate; }
Support support(const Exponential&) { return {0.0, infinity}; }

// Student's t.
double density(const StudentT& f, double x) {
  return boost::math::pdf(boost_of(f), (x - f.location) / f.scale) / f.scale;
}
double cdf(const StudentT& f, double x) {
  return boost::math::cdf(boost_of(f), (x - f.location) / f.scale);
}
// P(T > t) = Gamma((df + 1) / 2) df^(df / 2 - 1) / (sqrt(pi) Gamma(df / 2)) t^-df (1 + O(df /
// t^2)).
double log_large_student(double df, double log_q) {
  const double log_constant = std::lgamma(0.5 * (df + 1.0)) - std::lgamma(0.5 * df) +
                              (0.5 * df - 1.0) * std::log(df) - 0.5 * std::log(std::numbers::pi);
  return (log_constant - log_q) / df;
}
double student_law_begins(double df) { return 25.0 + 0.5 * std::log(df); }
double upper(const StudentT& f, double q) {
  if (q <= 0.0) return infinity;
  if (q >= 1.0) return -infinity;
  if (q > 0.5) return 2.0 * f.location - upper(f, 1.0 - q);
  const double log_large = log_large_student(f.df, std::log(q));
  const double t = log_large > student_law_begins(f.df)
                       ? std::exp(log_large)
                       : boost::math::quantile(boost::math::complement(boost_of(f), q));
  return f.location + f.scale * t;
}
double lower(const StudentT& f, double u) { return 2.0 * f.location - upper(f, u); }
double mean(const StudentT& f) {
  return f.df > 1.0 ? f.location : std::numeric_limits<double>::quiet_NaN();
}
double standard_deviation(const StudentT& f) {
  if (f.df > 2.0) return f.scale * std::sqrt(f.df / (f.df - 2.0));
  return f.df > 1.0 ? infinity : std::numeric_limits<double>::quiet_NaN();
}
Support support(const StudentT&) { return {-infinity, infinity}; }

// Truncated normal: probabilities beyond the bounds, each taken in the tail where it is small.
namespace {

/// The parent's score below which the share `u` of what lies between the bounds is found; `q` is 1
/// - u.
double truncated_score(const TruncatedNormal& f, double u, double q) {
  const double a = (f.low - f.mean) / f.sd, b = (f.high - f.mean) / f.sd;
  const double below = u * standard_normal_cdf(b) + q * standard_normal_cdf(a);
  const double above = u * standard_normal_cdf(-b) + q * standard_normal_cdf(-a);
  return below < above ? standard_normal_quantile(below) : -standard_normal_quantile(above);
}
double truncated_value(const TruncatedNormal& f, double u, double q) {
  return std::clamp(f.mean + f.sd * truncated_score(f, u, q), f.low, f.high);
}
/// P(a < Z < b) without cancellation in the upper tail.
double probability_between(double a, double b) {
  return a > 0.0 ? standard_normal_cdf(-a) - standard_normal_cdf(-b)
                 : standard_normal_cdf(b) - standard_normal_cdf(a);
}

}  // namespace

double density(const TruncatedNormal& f, double x) {
  if (x < f.low || x > f.high) return 0.0;
  const double a = (f.low - f.mean) / f.sd, b = (f.high - f.mean) / f.sd;
  return density(Normal{f.mean, f.sd}, x) / probability_between(a, b);
}
double cdf(const TruncatedNormal& f, double x) {
  if (x <= f.low) return 0.0;
  if (x >= f.high) return 1.0;
  const double a = (f.low - f.mean) / f.sd, b = (f.high - f.mean) / f.sd;
  return probability_between(a, (x - f.mean) / f.sd) / probability_between(a, b);
}
double lower(const TruncatedNormal& f, double u) { return truncated_value(f, u, 1.0 - u); }
double upper(const TruncatedNormal& f, double q) { return truncated_value(f, 1.0 - q, q); }
double mean(const TruncatedNormal& f) { return moments_of(f).mean; }
double standard_deviation(const TruncatedNormal& f) { return moments_of(f).sd; }
Support support(const TruncatedNormal& f) { return {f.low, f.high}; }

// Points.
Points make_points(const std::vector<double>& values, const std::vector<double>& weights,
                   std::string_view name) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  Points result;
  result.name = name;
  double sum = 0.0;
  for (const std::size_t i : order) {
    if (weights[i] == 0.0) continue;
    sum += weights[i];
    if (result.values.empty() || result.values.back() != values[i]) {
      result.values.push_back(values[i]);
      result.probabilities.push_back(0.0);
      result.cumulative.push_back(0.0);
    }
    result.probabilities.back() += weights[i] / total;
    result.cumulative.back() = sum / total;
  }
  result.cumulative.back() = 1.0;
  return result;
}
double density(const Points& f, double x) {
  const auto at = std::ranges::lower_bound(f.values, x);
  if (at == f.values.end() || *at != x) return 0.0;
  return f.probabilities[static_cast<std::size_t>(at - f.values.begin())];
}
double cdf(const Points& f, double x) {
  const auto above = std::ranges::upper_bound(f.values, x);
  return above == f.values.begin()
             ? 0.0
             : f.cumulative[static_cast<std::size_t>(above - f.values.begin()) - 1];
}
double lower(const Points& f, double u) {
  const auto at = std::ranges::lower_bound(f.cumulative, u);
  const auto i = static_cast<std::size_t>(at - f.cumulative.begin());
  return f.values[std::min(i, f.values.size() - 1)];
}
double upper(const Points& f, double q) { return lower(f, 1.0 - q); }
double mean(const Points& f) {
  return std::inner_product(f.values.begin(), f.values.end(), f.probabilities.begin(), 0.0);
}
double standard_deviation(const Points& f) {
  const double centre = mean(f);
  double variance = 0.0;
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    variance += f.probabilities[i] * (f.values[i] - centre) * (f.values[i] - centre);
  }
  return std::sqrt(variance);
}
Support support(const Points& f) { return {f.values.front(), f.values.back()}; }

// Metalog. Keelin 2016, equations 6 and 7: the terms are powers of u - 1/2, alternately with and
// without the logit.
double metalog_sum(const std::vector<double>& coefficients, double u, double complement,
                   double logit) {
  const double centred = 0.5 * (u - complement);
  double result = coefficients[0];
  double with_logit = 1.0, without = centred;
  for (std::size_t k = 1; k < coefficients.size(); ++k) {
    // Second, third, fourth term: logit, centred logit, centred; then centred^2, centred^2 logit,
    // ...
    const bool logit_term = k == 1 || k == 2 || (k >= 4 && k % 2 == 1);
    if (logit_term) {
      result += coefficients[k] * with_logit * logit;
      with_logit *= centred;
    } else {
      result += coefficients[k] * without;
      without *= centred;
    }
  }
  return result;
}

double metalog_slope(const std::vector<double>& coefficients, double u, double complement) {
  const double centred = 0.5 * (u - complement);
  const double spread = u * complement;
  const double logit_spread = spread > 0.0 ? spread * (std::log(u) - std::log(complement)) : 0.0;
  double result = 0.0;
  double with_power = 1.0, with_power_before = 0.0, without_before = 1.0;
  int with_exponent = 0, without_exponent = 1;
  for (std::size_t k = 1; k < coefficients.size(); ++k) {
    const bool logit_term = k == 1 || k == 2 || (k >= 4 && k % 2 == 1);
    if (logit_term) {
      result += coefficients[k] * (with_power + with_exponent * with_power_before * logit_spread);
      with_power_before = with_power;
      with_power *= centred;
      ++with_exponent;
    } else {
      result += coefficients[k] * without_exponent * without_before * spread;
      without_before *= centred;
      ++without_exponent;
    }
  }
  return result;
}

double metalog_value(const Metalog& f, double sum) {
  const bool bounded_below = std::isfinite(f.low), bounded_above = std::isfinite(f.high);
  if (bounded_below && bounded_above) {
    const double e = std::exp(-std::abs(sum));
    const double share = e / (1.0 + e);
    return sum < 0.0 ? f.low + (f.high - f.low) * share : f.high - (f.high - f.low) * share;
  }
  if (bounded_below) return f.low + std::exp(sum);
  if (bounded_above) return f.high - std::exp(-sum);
  return sum;
}

namespace {

double metalog_at(const Metalog& f, double u, double complement) {
  const Support ends = support(f);
  if (u <= 0.0) return ends.low;
  if (complement <= 0.0) return ends.high;
  const double logit = std::log(u) - std::log(complement);
  return metalog_value(f, metalog_sum(f.coefficients, u, complement, logit));
}

/// The score z at which the metalog reaches x, by bisection; the quantile function is increasing.
double metalog_score(const Metalog& f, double x) {
  double below = -38.0, above = 38.0;
  for (int i = 0; i < 200 && below < above; ++i) {
    const double middle = std::midpoint(below, above);
    if (middle == below || middle == above) break;
    const double value = metalog_at(f, standard_normal_cdf(middle), standard_normal_cdf(-middle));
    (value < x ? below : above) = middle;
  }
  return above;
}

/// The limit of u (1 - u) dM/du at an end: how heavy that tail is.
double tail_slope(const Metalog& f, double u) { return metalog_slope(f.coefficients, u, 1.0 - u); }

}  // namespace

double density(const Metalog& f, double x) {
  const Support ends = support(f);
  if (x <= ends.low || x >= ends.high) return 0.0;
  const double z = metalog_score(f, x);
  const double u = standard_normal_cdf(z), complement = standard_normal_cdf(-z);
  const double density_of_sum = u * complement / metalog_slope(f.coefficients, u, complement);
  if (std::isfinite(f.low) && std::isfinite(f.high)) {
    return density_of_sum * (f.high - f.low) / ((x - f.low) * (f.high - x));
  }
  if (std::isfinite(f.low)) return density_of_sum / (x - f.low);
  if (std::isfinite(f.high)) return density_of_sum / (f.high - x);
  return density_of_sum;
}
double cdf(const Metalog& f, double x) {
  const Support ends = support(f);
  if (x <= ends.low) return 0.0;
  return x >= ends.high ? 1.0 : standard_normal_cdf(metalog_score(f, x));
}
double lower(const Metalog& f, double u) { return metalog_at(f, u, 1.0 - u); }
double upper(const Metalog& f, double q) { return metalog_at(f, 1.0 - q, q); }
double mean(const Metalog& f) {
  const bool bounded_below = std::isfinite(f.low), bounded_above = std::isfinite(f.high);
  if (bounded_below && !bounded_above && tail_slope(f, 1.0) >= 1.0) return infinity;
  if (bounded_above && !bounded_below && tail_slope(f, 0.0) >= 1.0) return -infinity;
  return moments_of(f).mean;
}
double standard_deviation(const Metalog& f) {
  const bool bounded_below = std::isfinite(f.low), bounded_above = std::isfinite(f.high);
  if (bounded_below && !bounded_above && tail_slope(f, 1.0) >= 0.5) return infinity;
  if (bounded_above && !bounded_below && tail_slope(f, 0.0) >= 0.5) return infinity;
  return moments_of(f).sd;
}
Support support(const Metalog& f) { return {f.low, f.high}; }

}  // namespace detente::random::family
