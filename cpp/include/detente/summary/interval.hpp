#pragma once

/// An interval around an estimate.

namespace detente::summary {

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// z with P(|Z| <= z) = level for a standard normal Z: 1.95996... for 0.95; 0 < level < 1.
double two_sided_normal_quantile(double level);

/// estimate ± z(level) standard_error; NaN ends when the error is NaN.
Interval normal_interval(double estimate, double standard_error, double level = 0.95);

}  // namespace detente::summary
