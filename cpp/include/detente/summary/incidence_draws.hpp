#pragma once

/// The error of a cumulative incidence whose paths share draws of the parameters.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "detente/summary/bytes.hpp"

namespace detente::summary {

/// The paths of one draw that count: how many, and how many first saw the event at each date (after the date before).
struct IncidenceDraw {
  explicit IncidenceDraw(std::size_t n_dates) : first_seen(n_dates) {}

  std::uint64_t n = 0;
  std::vector<std::uint64_t> first_seen;

  std::size_t n_dates() const { return first_seen.size(); }
  void merge(const IncidenceDraw& other);
  void write(ByteWriter& writer) const;
  static IncidenceDraw read(ByteReader& reader);
  friend bool operator==(const IncidenceDraw&, const IncidenceDraw&) = default;
};

/// Sums over draws of n, n^2 and, for the paths T that have seen the event by each date, of T, T^2 and T n: whole
/// numbers, exact while paths times paths per draw stay below 2^64.
class IncidenceDraws {
 public:
  explicit IncidenceDraws(std::size_t n_dates)
      : seen_(n_dates), seen_seen_(n_dates), seen_n_(n_dates) {}

  void add(const IncidenceDraw& draw);
  void merge(const IncidenceDraws& other);

  /// Of the share of paths that have seen the event by each date: the ratio estimator of BetweenDraws. NaN below two
  /// draws.
  std::vector<double> standard_errors() const;
  std::size_t n_dates() const { return seen_.size(); }

  void write(ByteWriter& writer) const;
  static IncidenceDraws read(ByteReader& reader);
  friend bool operator==(const IncidenceDraws&, const IncidenceDraws&) = default;

 private:
  std::uint64_t n_draws_ = 0;
  std::uint64_t n_ = 0;
  std::uint64_t n_n_ = 0;
  std::vector<std::uint64_t> seen_, seen_seen_, seen_n_;
};

}  // namespace detente::summary
