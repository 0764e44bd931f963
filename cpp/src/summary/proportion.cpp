#include "detente/summary/proportion.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <limits>

#include "summary/damage.hpp"

namespace detente::summary {

Interval wilson_interval(double p, double n, double z) {
  const double shrink = 1.0 + z * z / n;
  const double centre = (p + z * z / (2.0 * n)) / shrink;
  const double half = z / shrink * std::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
  return {p == 0.0 ? 0.0 : centre - half, p == 1.0 ? 1.0 : centre + half};
}

double Proportion::estimate() const {
  if (n == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(hits) / static_cast<double>(n);
}

double Proportion::standard_error() const {
  const double p = estimate();
  return std::sqrt(p * (1.0 - p) / static_cast<double>(n));
}

Interval Proportion::wilson(double level) const {
  if (n == 0) return {0.0, 1.0};
  return wilson_interval(estimate(), static_cast<double>(n), two_sided_normal_quantile(level));
}

Interval Proportion::wilson_by_draw(double standard_error, std::uint64_t n_draws,
                                    double level) const {
  if (n_draws < 2) return {0.0, 1.0};
  const double p = estimate();
  const auto draws = static_cast<double>(n_draws);
  if (hits == 0 || hits == n) return wilson_interval(p, draws, two_sided_normal_quantile(level));
  const double effective = p * (1.0 - p) / (standard_error * standard_error);
  return wilson_interval(p, std::min(effective, static_cast<double>(n)),
                         two_sided_student_quantile(level, draws - 1.0));
}

double Proportion::upper_bound(double level) const {
  if (hits >= n) return 1.0;
  const auto count = static_cast<double>(n);
  if (hits == 0) return -std::expm1(std::log1p(-level) / count);
  return boost::math::ibeta_inv(static_cast<double>(hits + 1), static_cast<double>(n - hits),
                                level);
}

double Proportion::lower_bound(double level) const {
  if (hits == 0) return 0.0;
  const auto count = static_cast<double>(n);
  if (hits == n) return std::exp(std::log1p(-level) / count);
  return boost::math::ibeta_inv(static_cast<double>(hits), static_cast<double>(n - hits + 1),
                                1.0 - level);
}

void Proportion::write(ByteWriter& writer) const {
  writer.u8('p');
  writer.count(hits);
  writer.count(n);
}

Proportion Proportion::read(ByteReader& reader) {
  reader.expect('p');
  Proportion proportion;
  proportion.hits = reader.count();
  proportion.n = reader.count();
  require_stored(proportion.hits <= proportion.n, "more hits than paths");
  return proportion;
}

}  // namespace detente::summary
