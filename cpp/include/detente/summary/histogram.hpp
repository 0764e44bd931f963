#pragma once

/// Bars of equal width, for plots.

#include <cstddef>
#include <vector>

#include "detente/summary/quantiles.hpp"

namespace detente::summary {

struct Histogram {
  std::vector<double> edges;  ///< n_bins + 1, increasing; empty when there are no finite values
  std::vector<double>
      counts;  ///< values in [edge, next edge), the last bar closed; sum to the finite values
};

/// Over the range of the finite values. Counts are whole while the sketch is exact; else a bin of the
/// sketch that an edge cuts is shared in proportion. One bar of width 1 when all values are equal.
/// n_bins >= 1.
Histogram make_histogram(const QuantileSketch& sketch, std::size_t n_bins);

/// Over [low, high], low < high, both finite: values outside are left out.
Histogram make_histogram(const QuantileSketch& sketch, std::size_t n_bins, double low, double high);

}  // namespace detente::summary
