#pragma once

/// The share of paths on which something is true.

#include <cstdint>

#include "detente/summary/bytes.hpp"
#include "detente/summary/interval.hpp"

namespace detente::summary {

/// Wilson's score interval (Wilson 1927, JASA 22:209) around a share p of n trials, inside [0, 1]; z: the quantile of
/// its score. The end is exactly 0 at p = 0 and exactly 1 at p = 1. n > 0 need not be whole.
Interval wilson_interval(double p, double n, double z);

struct Proportion {
  std::uint64_t hits = 0;
  std::uint64_t n = 0;

  void add(bool hit) {
    hits += hit ? 1 : 0;
    ++n;
  }
  void merge(const Proportion& other) {
    hits += other.hits;
    n += other.n;
  }

  /// hits / n; NaN when n is 0.
  double estimate() const;
  /// sqrt(p (1 - p) / n): 0 at no hits or all hits, where `wilson` and the bounds say more.
  double standard_error() const;
  /// `wilson_interval`, which is what is reported; [0, 1] when n is 0.
  Interval wilson(double level = 0.95) const;
  /// The same where the paths share `n_draws` draws of the parameters and the share has this standard error: with the
  /// effective number of paths n / deff for n (Kish 1965, "Survey Sampling"), deff the variance over that of
  /// independent paths and at least 1, and Student's t with n_draws - 1 degrees of freedom. At no hits and at all hits
  /// nothing tells deff and draws count instead of paths, which is never too narrow. [0, 1] below two draws.
  Interval wilson_by_draw(double standard_error, std::uint64_t n_draws, double level = 0.95) const;
  /// One-sided exact (Clopper and Pearson 1934) bounds; with no hits the upper one is
  /// 1 - (1 - level)^(1/n), near 3/n (the rule of three), with all hits the lower one mirrors it.
  double upper_bound(double level = 0.95) const;
  double lower_bound(double level = 0.95) const;

  void write(ByteWriter& writer) const;
  static Proportion read(ByteReader& reader);
  friend bool operator==(const Proportion&, const Proportion&) = default;
};

}  // namespace detente::summary
