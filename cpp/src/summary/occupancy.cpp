#include "detente/summary/occupancy.hpp"

#include "detente/diagnostic/error.hpp"
#include "summary/damage.hpp"

namespace detente::summary {

Occupancy::Occupancy(std::size_t n_states, std::size_t n_dates)
    : n_states_(n_states), n_dates_(n_dates), counts_(n_states * n_dates) {}

void Occupancy::merge(const Occupancy& other) {
  if (n_states_ != other.n_states_ || n_dates_ != other.n_dates_) {
    throw diagnostic::RunError("two occupancies cannot be joined: their states or dates differ");
  }
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

std::uint64_t Occupancy::total(std::size_t date_index) const {
  std::uint64_t total = 0;
  for (std::size_t state = 0; state < n_states_; ++state) total += count(date_index, state);
  return total;
}

std::vector<double> Occupancy::shares() const {
  std::vector<double> shares(counts_.size());
  for (std::size_t date = 0; date < n_dates_; ++date) {
    const std::uint64_t n = total(date);
    for (std::size_t state = 0; state < n_states_; ++state) {
      shares[state * n_dates_ + date] = Proportion{count(date, state), n}.estimate();
    }
  }
  return shares;
}

void Occupancy::write(ByteWriter& writer) const {
  writer.u8('o');
  writer.count(n_states_);
  writer.count(n_dates_);
  for (const std::uint64_t count : counts_) writer.count(count);
}

Occupancy Occupancy::read(ByteReader& reader) {
  reader.expect('o');
  const std::size_t n_states = reader.length(1);
  const std::size_t n_dates = reader.length(n_states == 0 ? 1 : n_states);
  Occupancy occupancy(n_states, n_dates);
  for (std::uint64_t& count : occupancy.counts_) count = reader.count();
  return occupancy;
}

}  // namespace detente::summary
