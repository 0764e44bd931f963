#pragma once

/// The share of paths on which something is true.

#include <cstdint>

#include "detente/summary/bytes.hpp"
#include "detente/summary/interval.hpp"

namespace detente::summary {

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
  /// Wilson's score interval (Wilson 1927, JASA 22:209), inside [0, 1]; this is what is reported.
  /// [0, 1] when n is 0. The end is exactly 0 at no hits and exactly 1 at all hits.
  Interval wilson(double level = 0.95) const;
  /// One-sided exact (Clopper and Pearson 1934) bounds; with no hits the upper one is
  /// 1 - (1 - level)^(1/n), near 3/n (the rule of three), with all hits the lower one mirrors it.
  double upper_bound(double level = 0.95) const;
  double lower_bound(double level = 0.95) const;

  void write(ByteWriter& writer) const;
  static Proportion read(ByteReader& reader);
  friend bool operator==(const Proportion&, const Proportion&) = default;
};

}  // namespace detente::summary
