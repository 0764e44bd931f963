#pragma once

/// Two quantities on the same paths: the difference between policies, the ratio behind `given`.

#include <cstddef>
#include <cstdint>

#include "detente/summary/bytes.hpp"
#include "detente/summary/exact_sum.hpp"
#include "detente/summary/interval.hpp"

namespace detente::summary {

/// Exact sums of x, y, x^2, y^2 and xy. Everything is worked out from the exact sums, so the standard
/// error of a difference is right even where the two agree on nearly every path.
class PairedMoments {
 public:
  void add(double x, double y);
  void add(const double* x, const double* y, std::size_t n);
  void merge(const PairedMoments& other);

  std::uint64_t n() const { return n_; }
  double mean_x() const;
  double mean_y() const;
  double variance_x() const;
  double variance_y() const;
  double covariance() const;
  /// NaN when either does not vary.
  double correlation() const;

  /// Mean of y - x, its standard error over pairs, and its normal interval.
  double difference() const;
  double difference_standard_error() const;
  Interval difference_interval(double level = 0.95) const;

  /// mean(y) / mean(x); NaN when mean(x) is 0.
  double ratio() const;
  /// Delta method (Cochran 1977, "Sampling Techniques", section 2.11):
  /// sqrt(sum (y - R x)^2 / (n (n - 1))) / |mean(x)|.
  double ratio_standard_error() const;
  Interval ratio_interval(double level = 0.95) const;
  /// Sum of (y - factor x)^2, exactly.
  ExactSum residual_squares(double factor) const;

  void write(ByteWriter& writer) const;
  static PairedMoments read(ByteReader& reader);
  friend bool operator==(const PairedMoments&, const PairedMoments&) = default;

 private:
  std::uint64_t n_ = 0;
  ExactSum x_, y_, xx_, yy_, xy_;
};

/// Difference between two ratios on the same paths, `second - first`: a conditional outcome under two
/// policies. Each ratio is mean(value) / mean(weight), value 0 where weight is 0; a conditional
/// outcome has weight 1 where `given` holds and 0 elsewhere.
class PairedRatios {
 public:
  void add(double first_value, double first_weight, double second_value, double second_weight);
  void merge(const PairedRatios& other);

  std::uint64_t n() const { return first_.n(); }
  double first() const { return first_.ratio(); }
  double second() const { return second_.ratio(); }
  double difference() const { return second() - first(); }
  /// Delta method: the spread over paths of
  /// (value2 - R2 weight2) / mean(weight2) - (value1 - R1 weight1) / mean(weight1).
  double difference_standard_error() const;
  Interval difference_interval(double level = 0.95) const;

  void write(ByteWriter& writer) const;
  static PairedRatios read(ByteReader& reader);
  friend bool operator==(const PairedRatios&, const PairedRatios&) = default;

 private:
  PairedMoments first_, second_;                                        // x = weight, y = value
  ExactSum value_value_, value_weight_, weight_value_, weight_weight_;  // first times second
};

}  // namespace detente::summary
