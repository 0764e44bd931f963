#include "detente/summary/interval.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>

namespace detente::summary {

double two_sided_normal_quantile(double level) {
  return std::sqrt(2.0) * boost::math::erf_inv(level);
}

double two_sided_student_quantile(double level, double degrees) {
  return boost::math::quantile(boost::math::students_t(degrees), 0.5 + 0.5 * level);
}

Interval normal_interval(double estimate, double standard_error, double level) {
  const double half = two_sided_normal_quantile(level) * standard_error;
  return {estimate - half, estimate + half};
}

Interval student_interval(double estimate, double standard_error, std::uint64_t n_groups,
                          double level) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if (n_groups < 2) return {none, none};
  const double half =
      two_sided_student_quantile(level, static_cast<double>(n_groups - 1)) * standard_error;
  return {estimate - half, estimate + half};
}

}  // namespace detente::summary
