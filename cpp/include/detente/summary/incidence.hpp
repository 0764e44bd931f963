#pragma once

/// When something first happened: cumulative incidence, quantiles of the time, restricted mean.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "detente/summary/bytes.hpp"
#include "detente/summary/interval.hpp"
#include "detente/summary/moments.hpp"
#include "detente/summary/proportion.hpp"
#include "detente/summary/quantiles.hpp"

namespace detente::summary {

/// Times in years from the start. Every path is followed to the horizon or to its event, so there is
/// no censoring before the horizon and the share of paths with the event by t is the cumulative
/// incidence itself: the Aalen–Johansen estimate, paths taken by a competing cause staying in the
/// denominator.
class Incidence {
 public:
  /// `dates` increasing, none beyond `horizon`; RunError otherwise.
  Incidence(std::vector<double> dates, double horizon,
            std::size_t sketch_capacity = QuantileSketch::default_capacity);

  /// One path: the time of the event. NaN, or a time beyond the horizon, means not seen.
  void add(double time);
  void add(const double* times, std::size_t n);
  /// RunError when dates, horizon or capacity differ.
  void merge(const Incidence& other);

  const std::vector<double>& dates() const { return dates_; }
  double horizon() const { return horizon_; }
  std::uint64_t n() const { return n_; }
  /// Paths with the event at or before the date, or the horizon.
  Proportion by_date(std::size_t date_index) const;
  Proportion by_horizon() const { return {times_.n(), n_}; }
  /// One estimate and one Wilson interval per date.
  std::vector<double> shares() const;
  std::vector<Interval> intervals(double level = 0.95) const;

  /// Smallest t by which a share p of all paths, censored ones included, has had the event; NaN when
  /// that share is not reached by the horizon.
  double quantile(double p) const;
  /// min(T, horizon) over all paths: mean, error, extremes.
  const Moments& restricted() const { return restricted_; }
  /// The times that were seen.
  const QuantileSketch& times() const { return times_; }

  void write(ByteWriter& writer) const;
  static Incidence read(ByteReader& reader);
  friend bool operator==(const Incidence&, const Incidence&) = default;

 private:
  std::vector<double> dates_;
  double horizon_;
  std::uint64_t n_ = 0;
  std::vector<std::uint64_t>
      first_seen_;  // events first counted at this date; last: after every date
  QuantileSketch times_;
  Moments restricted_;
};

}  // namespace detente::summary
