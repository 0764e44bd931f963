#include "detente/summary/between_draws.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "summary/damage.hpp"

namespace detente::summary {

void BetweenDraws::add(const Moments& draw) {
  const double total = draw.sum();
  const auto n = static_cast<double>(draw.n());
  totals_.add(n, total);
  if (draw.n() == 0) return;
  const double mean = total / n;
  means_.add(mean);
  sorted_means_.add(mean);
  if (draw.n() == 1) {
    ++n_lone_;
    return;
  }
  // Rounding matters only where values differ by less than a ten-millionth of their size.
  const double variance = std::max(0.0, (draw.sum_of_squares() - total * mean) / (n - 1.0));
  within_.add(variance);
  noise_.add(variance / n);
}

void BetweenDraws::merge(const BetweenDraws& other) {
  totals_.merge(other.totals_);
  means_.merge(other.means_);
  sorted_means_.merge(other.sorted_means_);
  n_lone_ += other.n_lone_;
  within_.merge(other.within_);
  noise_.merge(other.noise_);
}

double BetweenDraws::within_variance() const {
  if (n_draws() < 2 || n_lone_ == n_draws()) return std::numeric_limits<double>::quiet_NaN();
  return within_.value() / static_cast<double>(n_draws() - n_lone_);
}

double BetweenDraws::noise() const {
  const double of_lone = static_cast<double>(n_lone_) * within_variance();
  return (noise_.value() + of_lone) / static_cast<double>(n_draws());
}

double BetweenDraws::between_variance() const {
  const double between = means_.variance() - noise();
  return between < 0.0 ? 0.0 : between;
}

double BetweenDraws::epistemic_share() const {
  const double between = between_variance();
  return between / (between + within_variance());
}

Interval BetweenDraws::band(double level) const {
  const double between = between_variance();
  const double all = means_.variance();
  const double factor = std::sqrt(between / std::max(all, std::numeric_limits<double>::min()));
  const double centre = means_.mean();
  const auto ends = sorted_means_.quantiles({(1.0 - level) / 2.0, (1.0 + level) / 2.0});
  return {centre + factor * (ends[0] - centre), centre + factor * (ends[1] - centre)};
}

void BetweenDraws::write(ByteWriter& writer) const {
  writer.u8('b');
  totals_.write(writer);
  means_.write(writer);
  sorted_means_.write(writer);
  writer.count(n_lone_);
  within_.write(writer);
  noise_.write(writer);
}

BetweenDraws BetweenDraws::read(ByteReader& reader) {
  reader.expect('b');
  BetweenDraws draws;
  draws.totals_ = PairedMoments::read(reader);
  draws.means_ = Moments::read(reader);
  draws.sorted_means_ = QuantileSketch::read(reader);
  draws.n_lone_ = reader.count();
  draws.within_ = ExactSum::read(reader);
  draws.noise_ = ExactSum::read(reader);
  const std::uint64_t n = draws.means_.n();
  require_stored(n == draws.sorted_means_.n() && n <= draws.totals_.n() && draws.n_lone_ <= n,
                 "the counts of draws");
  return draws;
}

}  // namespace detente::summary
