#pragma once

/// Mean, variance and extremes of one quantity over paths.

#include <cstddef>
#include <cstdint>
#include <limits>

#include "detente/summary/bytes.hpp"
#include "detente/summary/exact_sum.hpp"

namespace detente::summary {

/// Count, exact sum, exact sum of squares, extremes. Order does not matter and nothing cancels: an
/// offset of 1e15 costs the variance no digits. A NaN makes mean and variance NaN and is skipped by
/// the extremes. Squares of values beyond 1e154 overflow: the variance is then infinite or NaN.
class Moments {
 public:
  void add(double value);
  void add(const double* values, std::size_t n);
  void merge(const Moments& other);

  std::uint64_t n() const { return n_; }
  double sum() const { return sum_.value(); }
  double sum_of_squares() const { return squares_.value(); }
  /// NaN when empty.
  double mean() const;
  /// All of these at once, for the price of one.
  struct Reading {
    double mean, standard_deviation, standard_error;
  };
  Reading reading() const;
  /// Divisor n - 1; NaN below two values; exactly 0 when all are equal.
  double variance() const;
  double standard_deviation() const;
  /// Of the mean: standard_deviation / sqrt(n).
  double standard_error() const;
  /// NaN when empty.
  double minimum() const;
  double maximum() const;

  void write(ByteWriter& writer) const;
  static Moments read(ByteReader& reader);
  friend bool operator==(const Moments&, const Moments&) = default;

 private:
  std::uint64_t n_ = 0;
  ExactSum sum_;
  ExactSum squares_;
  double minimum_ = std::numeric_limits<double>::infinity();
  double maximum_ = -std::numeric_limits<double>::infinity();
};

}  // namespace detente::summary
