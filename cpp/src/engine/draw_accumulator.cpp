#include "engine/draw_accumulator.hpp"

#include <algorithm>
#include <utility>

#include "summary/damage.hpp"

namespace detente::engine {

using outcome::Standing;
using summary::BetweenDraws;
using summary::IncidenceDraw;
using summary::IncidenceDraws;
using summary::Moments;

DrawAccumulator::DrawAccumulator(const DrawRange& range, std::vector<double> dates)
    : dates_(std::move(dates)),
      totals_(range.paths_per_draw, range.first_path, Moments(), BetweenDraws()),
      seen_(range.paths_per_draw, range.first_path, IncidenceDraw(dates_.size()),
            IncidenceDraws(dates_.size())) {}

void DrawAccumulator::add(const double* readings, const Standing* standings, std::size_t n) {
  std::vector<double> counted;
  totals_.add(n, [&](Moments& draw, std::size_t first, std::size_t count) {
    counted.clear();
    for (std::size_t i = first; i < first + count; ++i) {
      if (standings[i] == Standing::counts) counted.push_back(readings[i]);
    }
    draw.add(counted.data(), counted.size());
  });
}

void DrawAccumulator::add_times(const double* times, const Standing* standings, std::size_t n) {
  seen_.add(n, [&](IncidenceDraw& draw, std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) {
      if (standings[i] != Standing::counts) continue;
      ++draw.n;
      const auto date = std::lower_bound(dates_.begin(), dates_.end(), times[i]);
      if (date != dates_.end()) ++draw.first_seen[static_cast<std::size_t>(date - dates_.begin())];
    }
  });
}

void DrawAccumulator::merge(const DrawAccumulator& next) {
  totals_.merge(next.totals_);
  if (!dates_.empty()) seen_.merge(next.seen_);
}

void DrawAccumulator::write(summary::ByteWriter& writer) const {
  totals_.write(writer);
  if (!dates_.empty()) seen_.write(writer);
}

void DrawAccumulator::read(summary::ByteReader& reader) {
  totals_ = decltype(totals_)::read(reader, Moments());
  if (dates_.empty()) return;
  seen_ = decltype(seen_)::read(reader, IncidenceDraw(dates_.size()));
  const auto fits = [this](const auto& part) { return part.n_dates() == dates_.size(); };
  summary::require_stored(seen_.all_of(fits), "the dates of draws");
}

}  // namespace detente::engine
