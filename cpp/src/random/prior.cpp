#include "detente/random/prior.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "random/family.hpp"

namespace detente::random {
namespace {

template <typename... Parts>
[[noreturn]] void reject(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw std::invalid_argument(text.str());
}

void require_finite(std::string_view name, double value) {
  if (!std::isfinite(value)) reject(name, " must be a finite number, but is ", value);
}

void require_positive(std::string_view name, double value) {
  require_finite(name, value);
  if (!(value > 0.0)) reject(name, " must be greater than 0, but is ", value);
}

/// Beyond, quantiles take minutes or are not found, and what has so small a spread is a number.
constexpr double largest_shape = 1e9;

void require_shape(std::string_view name, double value) {
  require_positive(name, value);
  if (value > largest_shape) {
    reject(name, " must be at most 1e9, but is ", value,
           ": so narrow a distribution is better written as a number");
  }
}

void require_ascending(std::string_view low_name, double low, std::string_view high_name,
                       double high) {
  require_finite(low_name, low);
  require_finite(high_name, high);
  if (!(low < high)) {
    reject(low_name, " must be less than ", high_name, ", but they are ", low, " and ", high);
  }
}

void require_mode_inside(double low, double mode, double high) {
  require_ascending("low", low, "high", high);
  require_finite("mode", mode);
  if (mode < low || mode > high) {
    reject("mode must lie between low and high, ", low, " and ", high, ", but is ", mode);
  }
}

}  // namespace

Prior::Prior(family::Any family) : family_(std::move(family)) {}

Prior Prior::constant(double value) {
  require_finite("value", value);
  return Prior(family::Constant{value});
}

Prior Prior::normal(double mean, double sd) {
  require_finite("mean", mean);
  require_positive("sd", sd);
  return Prior(family::Normal{mean, sd});
}

Prior Prior::lognormal(double median, double sigma) {
  require_positive("median", median);
  require_positive("sigma", sigma);
  return Prior(family::Lognormal{std::log(median), sigma});
}

Prior Prior::uniform(double low, double high) {
  require_ascending("low", low, "high", high);
  return Prior(family::Uniform{low, high});
}

Prior Prior::loguniform(double low, double high) {
  require_positive("low", low);
  require_ascending("low", low, "high", high);
  return Prior(family::Loguniform{std::log(low), std::log(high)});
}

Prior Prior::triangular(double low, double mode, double high) {
  require_mode_inside(low, mode, high);
  return Prior(family::Triangular{low, mode, high});
}

Prior Prior::pert(double low, double mode, double high) {
  require_mode_inside(low, mode, high);
  const double range = high - low;
  return Prior(family::Beta{1.0 + 4.0 * (mode - low) / range, 1.0 + 4.0 * (high - mode) / range,
                            low, high, true});
}

Prior Prior::beta(double alpha, double beta) {
  require_shape("alpha", alpha);
  require_shape("beta", beta);
  return Prior(family::Beta{alpha, beta, 0.0, 1.0, false});
}

Prior Prior::beta_from_moments(double mean, double sd) {
  require_finite("mean", mean);
  require_positive("sd", sd);
  if (!(mean > 0.0 && mean < 1.0)) {
    reject("mean of a beta must lie between 0 and 1, both excluded, but is ", mean);
  }
  const double largest = std::sqrt(mean * (1.0 - mean));
  if (!(sd < largest)) {
    reject("sd of a beta with mean ", mean, " must be less than sqrt(mean (1 - mean)) = ", largest,
           ", but is ", sd);
  }
  const double sum = mean * (1.0 - mean) / (sd * sd) - 1.0;
  return beta(mean * sum, (1.0 - mean) * sum);
}

Prior Prior::gamma(double shape, double rate) {
  require_shape("shape", shape);
  require_positive("rate", rate);
  return Prior(family::Gamma{shape, rate});
}

Prior Prior::exponential(double rate) {
  require_positive("rate", rate);
  return Prior(family::Exponential{rate});
}

Prior Prior::student_t(double df, double location, double scale) {
  require_positive("df", df);
  require_finite("location", location);
  require_positive("scale", scale);
  return Prior(family::StudentT{df, location, scale});
}

Prior Prior::truncated_normal(double mean, double sd, double low, double high) {
  require_finite("mean", mean);
  require_positive("sd", sd);
  if (!(low < high)) reject("low must be less than high, but they are ", low, " and ", high);
  const double a = (low - mean) / sd, b = (high - mean) / sd;
  const double nearest = std::max({a, -b, 0.0});
  if (nearest > 35.0) {
    reject("low and high leave no probability: the range from ", low, " to ", high, " begins ",
           nearest, " standard deviations from the mean");
  }
  return Prior(family::TruncatedNormal{mean, sd, low, high});
}

Prior Prior::discrete(const std::vector<double>& values, const std::vector<double>& weights) {
  if (values.empty()) reject("values must not be empty");
  if (values.size() != weights.size()) {
    reject("values and weights must have the same length, but have ", values.size(), " and ",
           weights.size());
  }
  double total = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    require_finite("each of values", values[i]);
    require_finite("each of weights", weights[i]);
    if (weights[i] < 0.0) reject("weights must not be negative, but one is ", weights[i]);
    total += weights[i];
  }
  if (!(total > 0.0)) reject("weights must not all be 0");
  require_finite("the sum of weights", total);
  return Prior(family::make_points(values, weights, "discrete"));
}

Prior Prior::bernoulli(double p) {
  require_finite("p", p);
  if (p < 0.0 || p > 1.0) reject("p is a probability and must lie between 0 and 1, but is ", p);
  return Prior(family::make_points({0.0, 1.0}, {1.0 - p, p}, "bernoulli"));
}

Prior Prior::empirical(const std::vector<double>& values) {
  if (values.empty()) reject("an empirical distribution needs at least one value");
  for (const double value : values) require_finite("each observed value", value);
  return Prior(family::make_points(values, std::vector<double>(values.size(), 1.0), "empirical"));
}

Prior Prior::metalog(const std::vector<double>& coefficients, double low, double high) {
  if (coefficients.size() < 2) reject("a metalog needs at least two coefficients");
  for (const double coefficient : coefficients) require_finite("each coefficient", coefficient);
  if (!(low < high)) reject("low must be less than high, but they are ", low, " and ", high);
  constexpr int n_places = 4000;
  for (int i = 0; i <= n_places; ++i) {
    // Equal steps of the normal score, and the two ends.
    const double z = -9.0 + 18.0 * i / n_places;
    const double u = i == 0 ? 0.0 : i == n_places ? 1.0 : family::standard_normal_cdf(z);
    const double complement = i == 0 ? 1.0 : i == n_places ? 0.0 : family::standard_normal_cdf(-z);
    if (!(family::metalog_slope(coefficients, u, complement) > 0.0)) {
      reject("no metalog fits: its density would not be positive at probability ", u);
    }
  }
  return Prior(family::Metalog{coefficients, low, high});
}

double Prior::density(double x) const {
  return std::visit([x](const auto& f) { return family::density(f, x); }, family_);
}

double Prior::cdf(double x) const {
  return std::visit([x](const auto& f) { return family::cdf(f, x); }, family_);
}

double Prior::quantile(double u) const {
  return std::visit([u](const auto& f) { return family::lower(f, u); }, family_);
}

double Prior::upper_quantile(double q) const {
  return std::visit([q](const auto& f) { return family::upper(f, q); }, family_);
}

double Prior::from_normal(double z) const {
  if (const auto* f = std::get_if<family::Normal>(&family_)) return f->mean + f->sd * z;
  if (const auto* f = std::get_if<family::Lognormal>(&family_)) {
    return std::exp(f->log_median + f->sigma * z);
  }
  return z < 0.0 ? quantile(family::standard_normal_cdf(z))
                 : upper_quantile(family::standard_normal_cdf(-z));
}

double Prior::mean() const {
  return std::visit([](const auto& f) { return family::mean(f); }, family_);
}

double Prior::standard_deviation() const {
  return std::visit([](const auto& f) { return family::standard_deviation(f); }, family_);
}

Support Prior::support() const {
  return std::visit([](const auto& f) { return family::support(f); }, family_);
}

bool Prior::is_discrete() const {
  return is_constant() || std::holds_alternative<family::Points>(family_);
}

bool Prior::is_constant() const { return std::holds_alternative<family::Constant>(family_); }

std::string_view Prior::name() const {
  struct Namer {
    std::string_view operator()(const family::Constant&) const { return "constant"; }
    std::string_view operator()(const family::Normal&) const { return "normal"; }
    std::string_view operator()(const family::Lognormal&) const { return "lognormal"; }
    std::string_view operator()(const family::Uniform&) const { return "uniform"; }
    std::string_view operator()(const family::Loguniform&) const { return "loguniform"; }
    std::string_view operator()(const family::Triangular&) const { return "triangular"; }
    std::string_view operator()(const family::Beta& f) const { return f.pert ? "pert" : "beta"; }
    std::string_view operator()(const family::Gamma&) const { return "gamma"; }
    std::string_view operator()(const family::Exponential&) const { return "exponential"; }
    std::string_view operator()(const family::StudentT&) const { return "student_t"; }
    std::string_view operator()(const family::TruncatedNormal&) const { return "truncated_normal"; }
    std::string_view operator()(const family::Points& f) const { return f.name; }
    std::string_view operator()(const family::Metalog&) const { return "metalog"; }
  };
  return std::visit(Namer{}, family_);
}

}  // namespace detente::random
