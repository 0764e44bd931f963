#include "detente/summary/bands.hpp"

#include <algorithm>
#include <utility>

#include "detente/diagnostic/error.hpp"
#include "detente/kernel/dispatch.hpp"
#include "summary/centred.hpp"
#include "summary/damage.hpp"

namespace detente::summary {

Bands::Bands(std::size_t n_dates, std::size_t sketch_capacity)
    : dates_(n_dates, Date(sketch_capacity)) {}

void Bands::add(std::size_t date_index, const double* values, std::size_t n) {
  kernel::Extent extent;
  kernel::active().extent(&extent, values, n);
  Date& date = dates_[date_index];
  date.sketch.add(values, n, extent);
  if (extent.is_finite) {
    date.sum.add(values, n, std::max(-extent.low, extent.high));
  } else {
    date.sum.add(values, n);
  }
}

void Bands::merge(const Bands& other) { merge(Bands(other)); }

void Bands::merge(Bands&& other) {
  if (n_dates() != other.n_dates()) {
    throw diagnostic::RunError("two bands cannot be joined: their report dates differ");
  }
  for (std::size_t i = 0; i < dates_.size(); ++i) {
    dates_[i].sketch.merge(std::move(other.dates_[i].sketch));
    dates_[i].sum.merge(other.dates_[i].sum);
  }
}

std::uint64_t Bands::n(std::size_t date_index) const {
  const QuantileSketch& sketch = dates_[date_index].sketch;
  return sketch.n() + sketch.n_nan();
}

double Bands::mean(std::size_t date_index) const {
  return mean_of(dates_[date_index].sum, n(date_index));
}

double Bands::quantile(std::size_t date_index, double p) const {
  return dates_[date_index].sketch.quantile(p);
}

std::vector<double> Bands::means() const {
  std::vector<double> means(n_dates());
  for (std::size_t i = 0; i < means.size(); ++i) means[i] = mean(i);
  return means;
}

std::vector<double> Bands::quantiles(double p) const { return quantiles(std::vector{p}).front(); }

std::vector<std::vector<double>> Bands::quantiles(const std::vector<double>& levels) const {
  std::vector<std::vector<double>> rows(levels.size(), std::vector<double>(n_dates()));
  for (std::size_t date = 0; date < n_dates(); ++date) {
    const std::vector<double> column = dates_[date].sketch.quantiles(levels);
    for (std::size_t i = 0; i < levels.size(); ++i) rows[i][date] = column[i];
  }
  return rows;
}

void Bands::write(ByteWriter& writer) const {
  writer.u8('b');
  writer.count(n_dates());
  for (const Date& date : dates_) {
    date.sum.write(writer);
    date.sketch.write(writer);
  }
}

Bands Bands::read(ByteReader& reader) {
  reader.expect('b');
  const std::size_t n_dates = reader.length(24);  // less than a sum and a sketch take
  Bands bands(0);
  bands.dates_.reserve(n_dates);
  for (std::size_t i = 0; i < n_dates; ++i) {
    Date date(QuantileSketch::compact_capacity);
    date.sum = ExactSum::read(reader);
    date.sketch = QuantileSketch::read(reader);
    require_stored(i == 0 || date.sketch.capacity() == bands.dates_[0].sketch.capacity(),
                   "sketches of different capacity");
    bands.dates_.push_back(std::move(date));
  }
  return bands;
}

}  // namespace detente::summary
