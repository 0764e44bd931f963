#include "detente/summary/histogram.hpp"

#include <algorithm>
#include <cmath>

#include "detente/diagnostic/error.hpp"

namespace detente::summary {

namespace {

// How many of the bin's values lie below x.
double count_below(const QuantileSketch::Bin& bin, double x) {
  const auto count = static_cast<double>(bin.count);
  if (bin.high < x) return count;
  if (bin.low >= x) return 0.0;
  return count * ((x - bin.low) / (bin.high - bin.low));
}

void share_out(const QuantileSketch::Bin& bin, Histogram& histogram) {
  const std::vector<double>& edges = histogram.edges;
  if (bin.high < edges.front() || bin.low > edges.back()) return;
  const auto count = static_cast<double>(bin.count);
  const auto after = std::upper_bound(edges.begin(), edges.end(), bin.low);
  std::size_t bar =
      after == edges.begin() ? 0 : static_cast<std::size_t>(after - edges.begin()) - 1;
  bar = std::min(bar, histogram.counts.size() - 1);
  double counted = count_below(bin, edges[bar]);
  for (; bar < histogram.counts.size() && counted < count; ++bar) {
    const bool is_last = bar + 1 == histogram.counts.size();
    const bool is_all = is_last && bin.high <= edges.back();  // the last bar is closed
    const double below = is_all ? count : count_below(bin, edges[bar + 1]);
    histogram.counts[bar] += below - counted;
    counted = below;
  }
}

}  // namespace

Histogram make_histogram(const QuantileSketch& sketch, std::size_t n_bins, double low,
                         double high) {
  if (n_bins == 0 || !(low < high) || !std::isfinite(low) || !std::isfinite(high)) {
    throw diagnostic::RunError("a histogram needs at least one bar and a finite range");
  }
  Histogram histogram;
  histogram.edges.resize(n_bins + 1);
  histogram.counts.assign(n_bins, 0.0);
  for (std::size_t i = 0; i <= n_bins; ++i) {
    histogram.edges[i] = std::lerp(low, high, static_cast<double>(i) / static_cast<double>(n_bins));
  }
  histogram.edges.back() = high;
  for (const QuantileSketch::Bin& bin : sketch.bins()) share_out(bin, histogram);
  return histogram;
}

Histogram make_histogram(const QuantileSketch& sketch, std::size_t n_bins) {
  const std::vector<QuantileSketch::Bin> bins = sketch.bins();
  if (bins.empty()) return {};
  const double low = bins.front().low;
  const double high = bins.back().high;
  if (low < high) return make_histogram(sketch, n_bins, low, high);
  const double half = 0.5 * std::max(1.0, 1e-9 * std::fabs(low));
  return make_histogram(sketch, 1, low - half, low + half);
}

}  // namespace detente::summary
