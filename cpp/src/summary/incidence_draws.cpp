#include "detente/summary/incidence_draws.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "summary/damage.hpp"

namespace detente::summary {

namespace {

void add_each(std::vector<std::uint64_t>& sums, const std::vector<std::uint64_t>& others) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += others[i];
}

void write_counts(ByteWriter& writer, const std::vector<std::uint64_t>& counts) {
  for (const std::uint64_t count : counts) writer.count(count);
}

void read_counts(ByteReader& reader, std::vector<std::uint64_t>& counts) {
  for (std::uint64_t& count : counts) count = reader.count();
}

}  // namespace

void IncidenceDraw::merge(const IncidenceDraw& other) {
  n += other.n;
  add_each(first_seen, other.first_seen);
}

void IncidenceDraw::write(ByteWriter& writer) const {
  writer.u8('e');
  writer.count(first_seen.size());
  writer.count(n);
  write_counts(writer, first_seen);
}

IncidenceDraw IncidenceDraw::read(ByteReader& reader) {
  reader.expect('e');
  IncidenceDraw draw(reader.length(1));
  draw.n = reader.count();
  read_counts(reader, draw.first_seen);
  return draw;
}

void IncidenceDraws::add(const IncidenceDraw& draw) {
  ++n_draws_;
  n_ += draw.n;
  n_n_ += draw.n * draw.n;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    seen += draw.first_seen[i];
    seen_[i] += seen;
    seen_seen_[i] += seen * seen;
    seen_n_[i] += seen * draw.n;
  }
}

void IncidenceDraws::merge(const IncidenceDraws& other) {
  n_draws_ += other.n_draws_;
  n_ += other.n_;
  n_n_ += other.n_n_;
  add_each(seen_, other.seen_);
  add_each(seen_seen_, other.seen_seen_);
  add_each(seen_n_, other.seen_n_);
}

std::vector<double> IncidenceDraws::standard_errors() const {
  std::vector<double> errors(seen_.size(), std::numeric_limits<double>::quiet_NaN());
  if (n_draws_ < 2 || n_ == 0) return errors;
  const auto draws = static_cast<double>(n_draws_);
  const double scale = std::sqrt(draws / (draws - 1.0)) / static_cast<double>(n_);
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const double share = static_cast<double>(seen_[i]) / static_cast<double>(n_);
    const double residuals = static_cast<double>(seen_seen_[i]) -
                             2.0 * share * static_cast<double>(seen_n_[i]) +
                             share * share * static_cast<double>(n_n_);
    errors[i] = std::sqrt(std::max(residuals, 0.0)) * scale;
  }
  return errors;
}

void IncidenceDraws::write(ByteWriter& writer) const {
  writer.u8('s');
  writer.count(seen_.size());
  writer.count(n_draws_);
  writer.count(n_);
  writer.count(n_n_);
  for (const auto* sums : {&seen_, &seen_seen_, &seen_n_}) write_counts(writer, *sums);
}

IncidenceDraws IncidenceDraws::read(ByteReader& reader) {
  reader.expect('s');
  IncidenceDraws draws(reader.length(3));
  draws.n_draws_ = reader.count();
  draws.n_ = reader.count();
  draws.n_n_ = reader.count();
  for (auto* sums : {&draws.seen_, &draws.seen_seen_, &draws.seen_n_}) read_counts(reader, *sums);
  return draws;
}

}  // namespace detente::summary
