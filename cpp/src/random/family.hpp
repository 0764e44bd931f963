#pragma once

/// The mathematics of each family of priors, one overload per family (prior.hpp dispatches to
/// them).

#include "detente/random/prior.hpp"

namespace detente::random::family {

double standard_normal_cdf(double z);
double standard_normal_quantile(double u);

/// Each family has density, cdf, `lower` (quantile at u), `upper` (the value exceeded with
/// probability q), the first two moments and the support.
#define DETENTE_FAMILY(Family)                \
  double density(const Family& f, double x);  \
  double cdf(const Family& f, double x);      \
  double lower(const Family& f, double u);    \
  double upper(const Family& f, double q);    \
  double mean(const Family& f);               \
  double standard_deviation(const Family& f); \
  Support support(const Family& f);
DETENTE_FAMILY(Constant)
DETENTE_FAMILY(Normal)
DETENTE_FAMILY(Lognormal)
DETENTE_FAMILY(Uniform)
DETENTE_FAMILY(Loguniform)
DETENTE_FAMILY(Triangular)
DETENTE_FAMILY(Beta)
DETENTE_FAMILY(Gamma)
DETENTE_FAMILY(Exponential)
DETENTE_FAMILY(StudentT)
DETENTE_FAMILY(TruncatedNormal)
DETENTE_FAMILY(Points)
DETENTE_FAMILY(Metalog)
#undef DETENTE_FAMILY

/// Logarithm of the quantile at exp(log_u) of the standard gamma and beta, from the power law that
/// their cdf follows near zero. Exact to rounding below `power_law_ends`, where iterations for the
/// quantile may fail and a double underflow.
constexpr double power_law_ends = -50.0;
double log_small_gamma(double shape, double log_u);
double log_small_beta(double alpha, double beta, double log_u);
/// Logarithm of the value that Student's t exceeds with probability exp(log_q), from the power law
/// of its tail. Exact to rounding above `student_law_begins`.
double log_large_student(double df, double log_q);
double student_law_begins(double df);

/// Values and weights of any order as Points: ascending, equal values merged, impossible ones left
/// out.
Points make_points(const std::vector<double>& values, const std::vector<double>& weights,
                   std::string_view name);

/// The metalog's sum M for u, given also its complement 1 - u and its logit, each to full
/// precision.
double metalog_sum(const std::vector<double>& coefficients, double u, double complement,
                   double logit);
/// u (1 - u) dM/du, which is positive throughout for a possible metalog and finite at 0 and 1.
double metalog_slope(const std::vector<double>& coefficients, double u, double complement);
/// M as a value of the prior: itself, or seen through exp or the logistic function at finite
/// bounds.
double metalog_value(const Metalog& f, double sum);

}  // namespace detente::random::family
