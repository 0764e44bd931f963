#include "summary/centred.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace detente::summary {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// n in two doubles: each half of the 64 bits is exact.
void add_multiple(ExactSum& sum, const ExactSum& addend, std::uint64_t n, double sign) {
  const auto upper = static_cast<double>(n >> 32) * 0x1p32;
  const auto lower = static_cast<double>(n & 0xffffffffULL);
  if (upper != 0.0) sum.add_product(addend, sign * upper);
  sum.add_product(addend, sign * lower);
}

}  // namespace

ExactSum minus_multiple(const ExactSum& sum, std::uint64_t n, double value) {
  ExactSum centre;
  centre.add(value);
  ExactSum result = sum;
  add_multiple(result, centre, n, -1.0);
  return result;
}

double mean_of(const ExactSum& sum, std::uint64_t n) {
  if (n == 0) return not_a_number;
  const double quotient = sum.value() / static_cast<double>(n);
  if (!std::isfinite(quotient)) return quotient;
  return quotient + minus_multiple(sum, n, quotient).value() / static_cast<double>(n);
}

ExactSum centred_products(const ExactSum& products, const ExactSum& sum_a, const ExactSum& sum_b,
                          std::uint64_t n, double centre_a, double centre_b) {
  ExactSum result = products;
  result.add_product(sum_b, -centre_a);
  result.add_product(sum_a, -centre_b);
  ExactSum centres;
  centres.add_product(centre_a, centre_b);
  add_multiple(result, centres, n, 1.0);
  return result;
}

double covariance_of(const ExactSum& products, const ExactSum& sum_a, const ExactSum& sum_b,
                     std::uint64_t n) {
  if (n < 2) return not_a_number;
  const double centre_a = mean_of(sum_a, n);
  const double centre_b = mean_of(sum_b, n);
  if (!std::isfinite(centre_a) || !std::isfinite(centre_b)) return not_a_number;
  const double about_centres =
      centred_products(products, sum_a, sum_b, n, centre_a, centre_b).value();
  // The means are rounded: take out what their roundings add.
  const double rest_a = minus_multiple(sum_a, n, centre_a).value();
  const double rest_b = minus_multiple(sum_b, n, centre_b).value();
  const auto count = static_cast<double>(n);
  return (about_centres - rest_a * rest_b / count) / (count - 1.0);
}

double variance_of(const ExactSum& squares, const ExactSum& sum, std::uint64_t n) {
  const double variance = covariance_of(squares, sum, sum, n);
  return std::isnan(variance) ? variance : std::max(variance, 0.0);
}

}  // namespace detente::summary
