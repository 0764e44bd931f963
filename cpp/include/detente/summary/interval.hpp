#pragma once

/// An interval around an estimate.

#include <cstdint>

namespace detente::summary {

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// z with P(|Z| <= z) = level for a standard normal Z: 1.95996... for 0.95; 0 < level < 1.
double two_sided_normal_quantile(double level);

/// The same for Student's t with so many degrees of freedom, above 0.
double two_sided_student_quantile(double level, double degrees);

/// estimate ± z(level) standard_error; NaN ends when the error is NaN.
Interval normal_interval(double estimate, double standard_error, double level = 0.95);

/// The same with Student's t, for an error that was estimated from `n_groups` groups; NaN ends below two.
Interval student_interval(double estimate, double standard_error, std::uint64_t n_groups,
                          double level = 0.95);

}  // namespace detente::summary
