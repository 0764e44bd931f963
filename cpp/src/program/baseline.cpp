#include "detente/program/baseline.hpp"

#include <algorithm>
#include <array>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "detente/kernel/dispatch.hpp"

namespace detente::program {

using model::BaselineFamily;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

using boost_policy = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>>;

/// Arguments that a family cannot have make every number NaN, which a run reports with the path and the values.
bool possible(BaselineFamily family, std::span<const double> a) {
  switch (family) {
    case BaselineFamily::exponential:
      return a[0] >= 0.0;
    case BaselineFamily::weibull:
    case BaselineFamily::loglogistic:
    case BaselineFamily::gamma:
      return a[0] > 0.0 && a[1] > 0.0;
    case BaselineFamily::gompertz:
      return a[0] >= 0.0 && !std::isnan(a[1]);
    case BaselineFamily::lognormal:
      return !std::isnan(a[0]) && a[1] > 0.0;
    case BaselineFamily::piecewise:
      return std::all_of(a.begin(), a.end(), [](double rate) { return rate >= 0.0; });
  }
  return false;
}

/// log of the upper tail of the standard normal, accurate far out.
double log_upper_tail(double z) {
  if (z < 30.0) return std::log(0.5 * std::erfc(z / std::sqrt(2.0)));
  const double w = 1.0 / (z * z);
  return -0.5 * z * z - std::log(z) - 0.5 * std::log(2.0 * 3.14159265358979323846) +
         std::log1p(-w + 3.0 * w * w);
}

double lognormal_age(double meanlog, double sdlog, double cumulative) {
  if (cumulative <= 0.0) return 0.0;
  if (std::isinf(cumulative)) return infinity;
  // log S(z) = -cumulative; start from the quantile where it exists in double precision, else from the tail's
  // leading term; two Newton steps on log S finish it.
  const double tail = std::exp(-cumulative);
  double z = cumulative < 600.0 ? std::sqrt(2.0) * boost::math::erfc_inv(2.0 * tail, boost_policy())
                                : std::sqrt(2.0 * cumulative);
  for (int i = 0; i < 3; ++i) {
    const double log_tail = log_upper_tail(z);
    const double log_density = -0.5 * z * z - 0.5 * std::log(2.0 * 3.14159265358979323846);
    const double step = (log_tail + cumulative) / std::exp(log_density - log_tail);
    if (!std::isfinite(step)) break;
    z += step;
  }
  return std::exp(meanlog + sdlog * z);
}

double piecewise_cumulative(std::span<const double> rates, std::span<const double> times,
                            double age) {
  double sum = 0.0;
  double from = 0.0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const double to = i < times.size() ? times[i] : infinity;
    if (age <= from) break;
    sum += rates[i] * (std::min(age, to) - from);
    from = to;
  }
  return sum;
}

double piecewise_age(std::span<const double> rates, std::span<const double> times,
                     double cumulative) {
  double from = 0.0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const double to = i < times.size() ? times[i] : infinity;
    const double piece = rates[i] > 0.0 ? rates[i] * (to - from) : 0.0;
    if (cumulative <= piece) return rates[i] > 0.0 ? from + cumulative / rates[i] : from;
    cumulative -= piece;
    from = to;
  }
  return infinity;
}

}  // namespace

double cumulative_hazard(BaselineFamily family, std::span<const double> a,
                         std::span<const double> times, double age) {
  if (!possible(family, a)) return not_a_number;
  const double t = std::max(age, 0.0);
  switch (family) {
    case BaselineFamily::exponential:
      return a[0] * t;
    case BaselineFamily::weibull:
      return std::exp(a[0] * std::log(t / a[1]));
    case BaselineFamily::gompertz:
      return a[1] == 0.0 ? a[0] * t : a[0] * std::expm1(a[1] * t) / a[1];
    case BaselineFamily::lognormal:
      return t == 0.0 ? 0.0 : -log_upper_tail((std::log(t) - a[0]) / a[1]);
    case BaselineFamily::loglogistic:
      return std::log1p(std::exp(a[0] * std::log(t / a[1])));
    case BaselineFamily::gamma:
      return -std::log(boost::math::gamma_q(a[0], a[1] * t, boost_policy()));
    case BaselineFamily::piecewise:
      return piecewise_cumulative(a, times, t);
  }
  return not_a_number;
}

double hazard(BaselineFamily family, std::span<const double> a, std::span<const double> times,
              double age) {
  if (!possible(family, a)) return not_a_number;
  const double t = std::max(age, 0.0);
  switch (family) {
    case BaselineFamily::exponential:
      return a[0];
    case BaselineFamily::weibull:
      return a[0] / a[1] * std::pow(t / a[1], a[0] - 1.0);
    case BaselineFamily::gompertz:
      return a[0] * std::exp(a[1] * t);
    case BaselineFamily::lognormal: {
      if (t == 0.0) return 0.0;
      const double z = (std::log(t) - a[0]) / a[1];
      const double log_density = -0.5 * z * z - 0.5 * std::log(2.0 * 3.14159265358979323846);
      return std::exp(log_density - log_upper_tail(z)) / (a[1] * t);
    }
    case BaselineFamily::loglogistic: {
      const double power = std::pow(t / a[1], a[0] - 1.0);
      return a[0] / a[1] * power / (1.0 + power * t / a[1]);
    }
    case BaselineFamily::gamma: {
      const double survival = boost::math::gamma_q(a[0], a[1] * t, boost_policy());
      return a[1] * boost::math::gamma_p_derivative(a[0], a[1] * t, boost_policy()) / survival;
    }
    case BaselineFamily::piecewise: {
      const auto piece = std::upper_bound(times.begin(), times.end(), t) - times.begin();
      return a[static_cast<std::size_t>(piece)];
    }
  }
  return not_a_number;
}

double age_at(BaselineFamily family, std::span<const double> a, std::span<const double> times,
              double cumulative) {
  if (!possible(family, a) || std::isnan(cumulative)) return not_a_number;
  const double h = std::max(cumulative, 0.0);
  switch (family) {
    case BaselineFamily::exponential:
      return a[0] > 0.0 ? h / a[0] : infinity;
    case BaselineFamily::weibull:
      return a[1] * std::exp(std::log(h) / a[0]);
    case BaselineFamily::gompertz: {
      if (a[0] == 0.0) return infinity;
      if (a[1] == 0.0) return h / a[0];
      const double inside = a[1] * h / a[0];
      return inside <= -1.0 ? infinity : std::log1p(inside) / a[1];
    }
    case BaselineFamily::lognormal:
      return lognormal_age(a[0], a[1], h);
    case BaselineFamily::loglogistic:
      return a[1] * std::exp(std::log(std::expm1(h)) / a[0]);
    case BaselineFamily::gamma: {
      if (std::isinf(h)) return infinity;
      if (h < 1e-3) {
        return boost::math::gamma_p_inv(a[0], -std::expm1(-h), boost_policy()) / a[1];
      }
      return boost::math::gamma_q_inv(a[0], std::exp(-h), boost_policy()) / a[1];
    }
    case BaselineFamily::piecewise:
      return piecewise_age(a, times, h);
  }
  return not_a_number;
}

namespace {

/// A formula of one number, such as cumulative_hazard, on each lane in place.
void on_each_lane(decltype(age_at)& formula, BaselineFamily family,
                  const ArgumentColumns& arguments, std::span<const double> times, double* values,
                  std::size_t n) {
  std::array<double, 16> few;  // NOLINT(*-member-init): what is read is set
  std::vector<double> many(arguments.count > few.size() ? arguments.count : 0);
  const std::span<double> own(many.empty() ? few.data() : many.data(), arguments.count);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < own.size(); ++k) {
      own[k] = arguments.values[k * arguments.stride + i];
    }
    values[i] = formula(family, own, times, values[i]);
  }
}

/// In place.
void run_kernel(kernel::Operation operation, double* values, const double* b, std::size_t n) {
  kernel::active().column[static_cast<std::size_t>(operation)](values, values, b, b, n);
}

void refuse_impossible(const double* shape, const double* scale, double* values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    values[i] = shape[i] > 0.0 && scale[i] > 0.0 ? values[i] : not_a_number;
  }
}

}  // namespace

void cumulative_hazards(BaselineFamily family, const ArgumentColumns& arguments,
                        std::span<const double> times, double* ages, std::size_t n) {
  if (family != BaselineFamily::weibull) {
    return on_each_lane(cumulative_hazard, family, arguments, times, ages, n);
  }
  const double* shape = arguments.values;
  const double* scale = shape + arguments.stride;
  for (std::size_t i = 0; i < n; ++i) ages[i] = std::max(ages[i], 0.0) / scale[i];
  run_kernel(kernel::Operation::log, ages, ages, n);
  run_kernel(kernel::Operation::mul_vv, ages, shape, n);
  run_kernel(kernel::Operation::exp, ages, ages, n);
  refuse_impossible(shape, scale, ages, n);
}

void ages_at(BaselineFamily family, const ArgumentColumns& arguments, std::span<const double> times,
             double* cumulatives, std::size_t n) {
  if (family != BaselineFamily::weibull) {
    return on_each_lane(age_at, family, arguments, times, cumulatives, n);
  }
  const double* shape = arguments.values;
  const double* scale = shape + arguments.stride;
  for (std::size_t i = 0; i < n; ++i) {
    const double h = cumulatives[i];
    cumulatives[i] = h < 0.0 ? 0.0 : h;
  }
  run_kernel(kernel::Operation::log, cumulatives, cumulatives, n);
  run_kernel(kernel::Operation::div_vv, cumulatives, shape, n);
  run_kernel(kernel::Operation::exp, cumulatives, cumulatives, n);
  run_kernel(kernel::Operation::mul_vv, cumulatives, scale, n);
  refuse_impossible(shape, scale, cumulatives, n);
}

namespace {

/// (age / scale)^shape. The logarithm of the age alone is shared by all clocks of a chain; shapes that roots make need
/// none.
NodeId power_node(Graph& g, NodeId shape, NodeId scale, NodeId age) {
  const double known = g.is_constant(shape) ? g[shape].value : 0.0;
  if (known == 0.5 || known == 1.0 || known == 1.5 || known == 2.0 || known == 3.0) {
    return g.apply(Op::pow, g.apply(Op::mul, age, g.apply(Op::reciprocal, scale)), shape);
  }
  const NodeId of_scale = g.apply(Op::mul, shape, g.apply(Op::log, scale));
  const NodeId of_age = g.apply(Op::mul, shape, g.apply(Op::log, age));
  return g.apply(Op::exp, g.apply(Op::sub, of_age, of_scale));
}

NodeId piecewise_node(Graph& g, const std::vector<NodeId>& rates, const std::vector<double>& times,
                      NodeId age) {
  NodeId sum = g.constant(0.0);
  double from = 0.0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    NodeId inside = g.apply(Op::max, g.apply(Op::sub, age, g.constant(from)), g.constant(0.0));
    if (i < times.size()) {
      inside = g.apply(Op::min, inside, g.constant(times[i] - from));
      from = times[i];
    }
    sum = g.apply(Op::add, sum, g.apply(Op::mul, rates[i], inside));
  }
  return sum;
}

NodeId positive_or_nan(Graph& g, NodeId value, bool zero_allowed) {
  const NodeId zero = g.constant(0.0);
  const NodeId fine = g.apply(zero_allowed ? Op::ge : Op::gt, value, zero);
  return g.apply(Op::select, fine, value, g.constant(not_a_number));
}

}  // namespace

NodeId cumulative_node(Graph& g, BaselineFamily family, const std::vector<NodeId>& arguments,
                       const std::vector<double>& times, NodeId age) {
  std::vector<NodeId> a = arguments;
  switch (family) {
    case BaselineFamily::exponential:
      return g.apply(Op::mul, positive_or_nan(g, a[0], true), age);
    case BaselineFamily::weibull:
      return power_node(g, positive_or_nan(g, a[0], false), positive_or_nan(g, a[1], false), age);
    case BaselineFamily::gompertz: {
      const NodeId rate = positive_or_nan(g, a[0], true);
      const NodeId flat = g.apply(Op::eq, a[1], g.constant(0.0));
      const NodeId shape = g.apply(Op::select, flat, g.constant(1.0), a[1]);
      const NodeId bent = g.apply(Op::div, g.apply(Op::expm1, g.apply(Op::mul, shape, age)), shape);
      return g.apply(Op::mul, rate, g.apply(Op::select, flat, age, bent));
    }
    case BaselineFamily::lognormal: {
      const NodeId width = positive_or_nan(g, a[1], false);
      const NodeId z = g.apply(Op::div, g.apply(Op::sub, g.apply(Op::log, age), a[0]), width);
      const NodeId tail = g.apply(Op::normal_cdf, g.apply(Op::neg, z));
      return g.apply(Op::neg, g.apply(Op::log, tail));
    }
    case BaselineFamily::loglogistic:
      return g.apply(Op::log1p, power_node(g, positive_or_nan(g, a[0], false),
                                           positive_or_nan(g, a[1], false), age));
    case BaselineFamily::gamma:
      return g.apply(Op::gamma_cumulative, age, a[0], a[1]);
    case BaselineFamily::piecewise:
      for (NodeId& rate : a) rate = positive_or_nan(g, rate, true);
      return piecewise_node(g, a, times, age);
  }
  return g.constant(not_a_number);
}

}  // namespace detente::program
