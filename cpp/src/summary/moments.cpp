#include "detente/summary/moments.hpp"

#include <algorithm>
#include <cmath>

#include "summary/centred.hpp"
#include "summary/damage.hpp"

namespace detente::summary {

void Moments::add(double value) {
  ++n_;
  sum_.add(value);
  squares_.add_product(value, value);
  if (value < minimum_) minimum_ = value;
  if (value > maximum_) maximum_ = value;
}

void Moments::add(const double* values, std::size_t n) {
  constexpr std::size_t tile = 256;
  double square[tile];
  double square_rest[tile];
  for (std::size_t start = 0; start < n; start += tile) {
    const std::size_t length = std::min(tile, n - start);
    const double* column = values + start;
    for (std::size_t i = 0; i < length; ++i) {
      square[i] = column[i] * column[i];
      square_rest[i] = std::isfinite(square[i]) ? std::fma(column[i], column[i], -square[i]) : 0.0;
      minimum_ = column[i] < minimum_ ? column[i] : minimum_;
      maximum_ = column[i] > maximum_ ? column[i] : maximum_;
    }
    sum_.add(column, length);
    squares_.add(square, length);
    squares_.add(square_rest, length);
  }
  n_ += n;
}

void Moments::merge(const Moments& other) {
  n_ += other.n_;
  sum_.merge(other.sum_);
  squares_.merge(other.squares_);
  minimum_ = std::min(minimum_, other.minimum_);
  maximum_ = std::max(maximum_, other.maximum_);
}

double Moments::mean() const { return mean_of(sum_, n_); }

double Moments::variance() const { return variance_of(squares_, sum_, n_); }

Moments::Reading Moments::reading() const {
  const double spread = variance();
  return {mean(), std::sqrt(spread), std::sqrt(spread / static_cast<double>(n_))};
}

double Moments::standard_deviation() const { return reading().standard_deviation; }

double Moments::standard_error() const { return reading().standard_error; }

double Moments::minimum() const {
  return minimum_ <= maximum_ ? minimum_ + 0.0 : std::numeric_limits<double>::quiet_NaN();
}

double Moments::maximum() const {
  return minimum_ <= maximum_ ? maximum_ + 0.0 : std::numeric_limits<double>::quiet_NaN();
}

void Moments::write(ByteWriter& writer) const {
  writer.u8('m');
  writer.count(n_);
  sum_.write(writer);
  squares_.write(writer);
  writer.f64(minimum_ + 0.0);  // one zero: which came first must not show
  writer.f64(maximum_ + 0.0);
}

Moments Moments::read(ByteReader& reader) {
  reader.expect('m');
  Moments moments;
  moments.n_ = reader.count();
  moments.sum_ = ExactSum::read(reader);
  moments.squares_ = ExactSum::read(reader);
  moments.minimum_ = reader.f64();
  moments.maximum_ = reader.f64();
  require_stored(!std::isnan(moments.minimum_) && !std::isnan(moments.maximum_),
                 "the extremes of an outcome");
  return moments;
}

}  // namespace detente::summary
