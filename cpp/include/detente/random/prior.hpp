#pragma once

/// Families of priors: what is believed of an uncertain number before a path draws it.
///
/// A prior is a value. Its factories refuse impossible arguments with std::invalid_argument, whose
/// text is a sentence that names the argument and says why; the scenario reader makes a located
/// Diagnostic of it.

#include <string_view>
#include <variant>
#include <vector>

namespace detente::random {

/// The smallest closed interval that holds the whole probability; infinite where there is no bound.
struct Support {
  double low;
  double high;
};

namespace family {

struct Constant {
  double value;
  bool operator==(const Constant&) const = default;
};
struct Normal {
  double mean, sd;
  bool operator==(const Normal&) const = default;
};
struct Lognormal {
  double log_median, sigma;
  bool operator==(const Lognormal&) const = default;
};
struct Uniform {
  double low, high;
  bool operator==(const Uniform&) const = default;
};
struct Loguniform {
  double log_low, log_high;
  bool operator==(const Loguniform&) const = default;
};
struct Triangular {
  double low, mode, high;
  bool operator==(const Triangular&) const = default;
};
/// Beta on [low, high]: `beta` on [0, 1], and `pert`.
struct Beta {
  double alpha, beta, low, high;
  bool pert;
  bool operator==(const Beta&) const = default;
};
struct Gamma {
  double shape, rate;
  bool operator==(const Gamma&) const = default;
};
struct Exponential {
  double rate;
  bool operator==(const Exponential&) const = default;
};
struct StudentT {
  double df, location, scale;
  bool operator==(const StudentT&) const = default;
};
/// Normal(mean, sd) given that it lies between low and high.
struct TruncatedNormal {
  double mean, sd, low, high;
  bool operator==(const TruncatedNormal&) const = default;
};
/// Finitely many values, ascending and distinct, with their probabilities and the sums of those.
struct Points {
  std::vector<double> values, probabilities, cumulative;
  std::string_view name;
  bool operator==(const Points&) const = default;
};
/// Keelin's metalog: M(u) = sum of coefficients times the basis in u and logit(u), seen through exp
/// or the logistic function where low or high is finite.
struct Metalog {
  std::vector<double> coefficients;
  double low, high;
  bool operator==(const Metalog&) const = default;
};

using Any = std::variant<Constant, Normal, Lognormal, Uniform, Loguniform, Triangular, Beta, Gamma,
                         Exponential, StudentT, TruncatedNormal, Points, Metalog>;

}  // namespace family

class Prior {
 public:
  /// Always `value`, which must be finite.
  static Prior constant(double value);
  /// sd > 0.
  static Prior normal(double mean, double sd);
  /// exp(log(median) + sigma Z); median > 0, sigma > 0.
  static Prior lognormal(double median, double sigma);
  /// low < high.
  static Prior uniform(double low, double high);
  /// The logarithm is uniform; 0 < low < high.
  static Prior loguniform(double low, double high);
  /// low <= mode <= high, low < high.
  static Prior triangular(double low, double mode, double high);
  /// Beta on [low, high] with weight 4 on the mode (Malcolm et al. 1959); low <= mode <= high, low
  /// < high.
  static Prior pert(double low, double mode, double high);
  /// alpha > 0, beta > 0.
  static Prior beta(double alpha, double beta);
  /// The beta with that mean and standard deviation; 0 < mean < 1, 0 < sd < sqrt(mean (1 - mean)).
  static Prior beta_from_moments(double mean, double sd);
  /// Mean shape / rate; shape > 0, rate > 0.
  static Prior gamma(double shape, double rate);
  /// Mean 1 / rate; rate > 0.
  static Prior exponential(double rate);
  /// location + scale T; df > 0, scale > 0.
  static Prior student_t(double df, double location, double scale);
  /// The normal with the parent's mean and sd, given low <= X <= high; infinite bounds are allowed.
  static Prior truncated_normal(double mean, double sd, double low, double high);
  /// `values[i]` with probability proportional to `weights[i]`, weights >= 0 and not all zero.
  static Prior discrete(const std::vector<double>& values, const std::vector<double>& weights);
  /// 1 with probability p, else 0.
  static Prior bernoulli(double p);
  /// One of the observed values, each equally likely.
  static Prior empirical(const std::vector<double>& values);
  /// Metalog (Keelin 2016, The metalog distributions, Decision Analysis 13) with these
  /// coefficients, bounded where low or high is finite; refused where its density is not positive
  /// throughout. Quantiles that are stated rather than coefficients: elicitation.hpp.
  static Prior metalog(const std::vector<double>& coefficients, double low, double high);

  /// Probability density at x; for constant, discrete, bernoulli and empirical the probability of x
  /// itself.
  double density(double x) const;
  /// P(X <= x).
  double cdf(double x) const;
  /// The smallest x with cdf(x) >= u, for 0 <= u <= 1 (the ends of the support at 0 and 1).
  double quantile(double u) const;
  /// The value that is exceeded with probability q: quantile(1 - q) without the rounding of 1 - q.
  double upper_quantile(double q) const;
  /// quantile(Phi(z)), to full precision in both tails: how the engine draws from a standard normal
  /// score. For columns of scores see prior_table.hpp.
  double from_normal(double z) const;

  /// Infinite or NaN where the family has none (student_t with df <= 1, heavy metalogs).
  double mean() const;
  double standard_deviation() const;
  Support support() const;
  /// Whether the probability sits on single values.
  bool is_discrete() const;
  bool is_constant() const;
  /// The family as it is spelled in a scenario: "normal", "beta", "metalog", ...
  std::string_view name() const;

  const family::Any& family() const { return family_; }

  /// Whether they are the same family with the same arguments.
  bool operator==(const Prior&) const = default;

 private:
  explicit Prior(family::Any family);

  family::Any family_;
};

}  // namespace detente::random
