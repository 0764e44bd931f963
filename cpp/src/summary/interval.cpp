#include "detente/summary/interval.hpp"

#include <boost/math/special_functions/erf.hpp>
#include <cmath>

namespace detente::summary {

double two_sided_normal_quantile(double level) {
  return std::sqrt(2.0) * boost::math::erf_inv(level);
}

Interval normal_interval(double estimate, double standard_error, double level) {
  const double half = two_sided_normal_quantile(level) * standard_error;
  return {estimate - half, estimate + half};
}

}  // namespace detente::summary
