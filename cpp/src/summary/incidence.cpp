#include "detente/summary/incidence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "detente/diagnostic/error.hpp"
#include "summary/damage.hpp"

namespace detente::summary {

namespace {

bool is_grid(const std::vector<double>& dates, double horizon) {
  for (std::size_t i = 0; i < dates.size(); ++i) {
    if (!(dates[i] <= horizon) || (i > 0 && !(dates[i - 1] < dates[i]))) return false;
  }
  return std::isfinite(horizon);
}

}  // namespace

Incidence::Incidence(std::vector<double> dates, double horizon, std::size_t sketch_capacity)
    : dates_(std::move(dates)),
      horizon_(horizon),
      first_seen_(dates_.size() + 1),
      times_(sketch_capacity) {
  if (!is_grid(dates_, horizon_)) {
    throw diagnostic::RunError("report dates must increase and end at the horizon or before, " +
                               std::to_string(horizon_));
  }
}

void Incidence::add(double time) {
  ++n_;
  if (!(time <= horizon_)) return restricted_.add(horizon_);
  const auto date = std::lower_bound(dates_.begin(), dates_.end(), time);
  ++first_seen_[static_cast<std::size_t>(date - dates_.begin())];
  times_.add(time);
  restricted_.add(time);
}

void Incidence::add(const double* times, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) add(times[i]);
}

void Incidence::merge(const Incidence& other) {
  if (dates_ != other.dates_ || horizon_ != other.horizon_) {
    throw diagnostic::RunError("two incidences cannot be joined: their report dates differ");
  }
  times_.merge(other.times_);
  restricted_.merge(other.restricted_);
  n_ += other.n_;
  for (std::size_t i = 0; i < first_seen_.size(); ++i) first_seen_[i] += other.first_seen_[i];
}

Proportion Incidence::by_date(std::size_t date_index) const {
  std::uint64_t hits = 0;
  for (std::size_t i = 0; i <= date_index; ++i) hits += first_seen_[i];
  return {hits, n_};
}

std::vector<double> Incidence::shares() const {
  std::vector<double> shares(dates_.size());
  Proportion seen{0, n_};
  for (std::size_t i = 0; i < dates_.size(); ++i) {
    seen.hits += first_seen_[i];
    shares[i] = seen.estimate();
  }
  return shares;
}

std::vector<Interval> Incidence::intervals(double level) const {
  std::vector<Interval> intervals(dates_.size());
  Proportion seen{0, n_};
  for (std::size_t i = 0; i < dates_.size(); ++i) {
    seen.hits += first_seen_[i];
    intervals[i] = seen.wilson(level);
  }
  return intervals;
}

double Incidence::quantile(double p) const {
  const std::uint64_t rank = quantile_rank(p, n_);
  if (n_ == 0 || rank > times_.n()) return std::numeric_limits<double>::quiet_NaN();
  return times_.at_rank(rank);
}

void Incidence::write(ByteWriter& writer) const {
  writer.u8('i');
  writer.f64(horizon_);
  writer.count(dates_.size());
  for (const double date : dates_) writer.f64(date);
  writer.count(n_);
  for (const std::uint64_t seen : first_seen_) writer.count(seen);
  times_.write(writer);
  restricted_.write(writer);
}

Incidence Incidence::read(ByteReader& reader) {
  reader.expect('i');
  const double horizon = reader.f64();
  std::vector<double> dates(reader.length(8));
  for (double& date : dates) date = reader.f64();
  require_stored(is_grid(dates, horizon), "report dates");
  Incidence incidence(std::move(dates), horizon);
  incidence.n_ = reader.count();
  std::uint64_t n_seen = 0;
  for (std::uint64_t& seen : incidence.first_seen_) n_seen += seen = reader.count();
  incidence.times_ = QuantileSketch::read(reader);
  incidence.restricted_ = Moments::read(reader);
  require_stored(n_seen == incidence.times_.n() && n_seen <= incidence.n_ &&
                     incidence.restricted_.n() == incidence.n_,
                 "the counts of event times");
  return incidence;
}

}  // namespace detente::summary
