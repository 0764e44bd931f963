#pragma once

/// What is kept of an outcome besides, where paths share draws of uncertain parameters.

#include <cstdint>
#include <optional>
#include <vector>

#include "detente/outcome/plan.hpp"
#include "detente/summary/between_draws.hpp"
#include "detente/summary/draw_sequence.hpp"
#include "detente/summary/incidence_draws.hpp"

namespace detente::engine {

/// Which paths those are.
struct DrawRange {
  std::uint64_t paths_per_draw = 1;
  std::uint64_t first_path = 0;
};

class DrawAccumulator {
 public:
  /// `dates`: of a cumulative incidence, else none.
  DrawAccumulator(const DrawRange& range, std::vector<double> dates);

  /// The readings of the next `n` paths, the estimate being the mean of those that count.
  void add(const double* readings, const outcome::Standing* standings, std::size_t n);
  /// The times of the same paths, for the errors at the dates.
  void add_times(const double* times, const outcome::Standing* standings, std::size_t n);
  void merge(const DrawAccumulator& next);

  summary::BetweenDraws between() const { return totals_.total(); }
  /// Of the cumulative incidence, at the dates.
  std::vector<double> incidence_errors() const { return seen_.total().standard_errors(); }

  void write(summary::ByteWriter& writer) const;
  void read(summary::ByteReader& reader);

 private:
  std::vector<double> dates_;
  summary::DrawSequence<summary::Moments, summary::BetweenDraws> totals_;
  summary::DrawSequence<summary::IncidenceDraw, summary::IncidenceDraws> seen_;
};

}  // namespace detente::engine
