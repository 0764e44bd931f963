#include "detente/summary/paired.hpp"

#include <cmath>
#include <limits>

#include "summary/centred.hpp"

namespace detente::summary {

namespace {

// Standard error of a mean over n from the exact sum of squared deviations.
double error_of_mean(const ExactSum& squared_deviations, std::uint64_t n) {
  if (n < 2) return std::numeric_limits<double>::quiet_NaN();
  const double total = squared_deviations.value();
  const auto count = static_cast<double>(n);
  return std::sqrt((total < 0.0 ? 0.0 : total) / count / (count - 1.0));
}

// Sum of (v - r w)(v' - r' w'), exactly but for the rounding of r r'.
ExactSum residual_products(const ExactSum& vv, const ExactSum& vw, const ExactSum& wv,
                           const ExactSum& ww, double ratio, double other_ratio) {
  ExactSum result = vv;
  result.add_product(vw, -other_ratio);
  result.add_product(wv, -ratio);
  ExactSum ratios;
  ratios.add_product(ratio, other_ratio);
  const double upper = ratios.value();
  ratios.add(-upper);
  result.add_product(ww, upper);
  result.add_product(ww, ratios.value());
  return result;
}

}  // namespace

void PairedMoments::add(double x, double y) {
  ++n_;
  x_.add(x);
  y_.add(y);
  xx_.add_product(x, x);
  yy_.add_product(y, y);
  xy_.add_product(x, y);
}

void PairedMoments::add(const double* x, const double* y, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) add(x[i], y[i]);
}

void PairedMoments::merge(const PairedMoments& other) {
  n_ += other.n_;
  x_.merge(other.x_);
  y_.merge(other.y_);
  xx_.merge(other.xx_);
  yy_.merge(other.yy_);
  xy_.merge(other.xy_);
}

double PairedMoments::mean_x() const { return mean_of(x_, n_); }
double PairedMoments::mean_y() const { return mean_of(y_, n_); }
double PairedMoments::variance_x() const { return variance_of(xx_, x_, n_); }
double PairedMoments::variance_y() const { return variance_of(yy_, y_, n_); }
double PairedMoments::covariance() const { return covariance_of(xy_, x_, y_, n_); }

double PairedMoments::correlation() const {
  const double scale = std::sqrt(variance_x()) * std::sqrt(variance_y());
  if (!(scale > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return covariance() / scale;
}

double PairedMoments::difference() const {
  ExactSum difference = y_;
  difference.add_product(x_, -1.0);
  return mean_of(difference, n_);
}

double PairedMoments::difference_standard_error() const {
  ExactSum difference = y_;
  difference.add_product(x_, -1.0);
  ExactSum squares = yy_;
  squares.add_product(xy_, -2.0);
  squares.merge(xx_);
  return std::sqrt(variance_of(squares, difference, n_) / static_cast<double>(n_));
}

Interval PairedMoments::difference_interval(double level) const {
  return normal_interval(difference(), difference_standard_error(), level);
}

double PairedMoments::ratio() const {
  const double denominator = x_.value();
  if (denominator == 0.0) return std::numeric_limits<double>::quiet_NaN();
  return y_.value() / denominator;
}

double PairedMoments::ratio_standard_error() const {
  const double r = ratio();
  if (!std::isfinite(r)) return std::numeric_limits<double>::quiet_NaN();
  return error_of_mean(residual_squares(r), n_) / std::fabs(mean_x());
}

ExactSum PairedMoments::residual_squares(double factor) const {
  return residual_products(yy_, xy_, xy_, xx_, factor, factor);
}

Interval PairedMoments::ratio_interval(double level) const {
  return normal_interval(ratio(), ratio_standard_error(), level);
}

void PairedMoments::write(ByteWriter& writer) const {
  writer.u8('d');
  writer.count(n_);
  for (const ExactSum* sum : {&x_, &y_, &xx_, &yy_, &xy_}) sum->write(writer);
}

PairedMoments PairedMoments::read(ByteReader& reader) {
  reader.expect('d');
  PairedMoments pairs;
  pairs.n_ = reader.count();
  for (ExactSum* sum : {&pairs.x_, &pairs.y_, &pairs.xx_, &pairs.yy_, &pairs.xy_}) {
    *sum = ExactSum::read(reader);
  }
  return pairs;
}

void PairedRatios::add(double first_value, double first_weight, double second_value,
                       double second_weight) {
  first_.add(first_weight, first_value);
  second_.add(second_weight, second_value);
  value_value_.add_product(first_value, second_value);
  value_weight_.add_product(first_value, second_weight);
  weight_value_.add_product(first_weight, second_value);
  weight_weight_.add_product(first_weight, second_weight);
}

void PairedRatios::merge(const PairedRatios& other) {
  first_.merge(other.first_);
  second_.merge(other.second_);
  value_value_.merge(other.value_value_);
  value_weight_.merge(other.value_weight_);
  weight_value_.merge(other.weight_value_);
  weight_weight_.merge(other.weight_weight_);
}

double PairedRatios::difference_standard_error() const {
  const double r1 = first();
  const double r2 = second();
  if (!std::isfinite(r1) || !std::isfinite(r2)) return std::numeric_limits<double>::quiet_NaN();
  const double scale1 = 1.0 / first_.mean_x();
  const double scale2 = 1.0 / second_.mean_x();
  // Exact products of equal factors, so that two equal policies differ by exactly nothing.
  ExactSum total;
  total.add_product(first_.residual_squares(r1), scale1 * scale1);
  total.add_product(second_.residual_squares(r2), scale2 * scale2);
  total.add_product(
      residual_products(value_value_, value_weight_, weight_value_, weight_weight_, r1, r2),
      -2.0 * (scale1 * scale2));
  return error_of_mean(total, n());
}

Interval PairedRatios::difference_interval(double level) const {
  return normal_interval(difference(), difference_standard_error(), level);
}

void PairedRatios::write(ByteWriter& writer) const {
  writer.u8('r');
  first_.write(writer);
  second_.write(writer);
  for (const ExactSum* sum : {&value_value_, &value_weight_, &weight_value_, &weight_weight_}) {
    sum->write(writer);
  }
}

PairedRatios PairedRatios::read(ByteReader& reader) {
  reader.expect('r');
  PairedRatios pairs;
  pairs.first_ = PairedMoments::read(reader);
  pairs.second_ = PairedMoments::read(reader);
  for (ExactSum* sum :
       {&pairs.value_value_, &pairs.value_weight_, &pairs.weight_value_, &pairs.weight_weight_}) {
    *sum = ExactSum::read(reader);
  }
  return pairs;
}

}  // namespace detente::summary
