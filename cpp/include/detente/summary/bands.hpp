#pragma once

/// One variable over time: mean and quantiles per report date.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "detente/summary/bytes.hpp"
#include "detente/summary/exact_sum.hpp"
#include "detente/summary/quantiles.hpp"

namespace detente::summary {

class Bands {
 public:
  explicit Bands(std::size_t n_dates,
                 std::size_t sketch_capacity = QuantileSketch::compact_capacity);

  std::size_t n_dates() const { return dates_.size(); }
  /// The values of n paths at a date; fastest in columns of hundreds and more.
  void add(std::size_t date_index, const double* values, std::size_t n);
  void add(std::size_t date_index, double value) { add(date_index, &value, 1); }
  /// RunError when the number of dates or the capacities differ.
  void merge(const Bands& other);
  /// The same; what is joined to nothing is taken over.
  void merge(Bands&& other);

  /// Values added at the date, NaN included.
  std::uint64_t n(std::size_t date_index) const;
  /// NaN where nothing was added, or a NaN was.
  double mean(std::size_t date_index) const;
  double quantile(std::size_t date_index, double p) const;
  const QuantileSketch& sketch(std::size_t date_index) const { return dates_[date_index].sketch; }
  /// One figure per date.
  std::vector<double> means() const;
  std::vector<double> quantiles(double p) const;
  /// [level][date]: sorts the bins of a date once for all levels.
  std::vector<std::vector<double>> quantiles(const std::vector<double>& levels) const;

  void write(ByteWriter& writer) const;
  static Bands read(ByteReader& reader);
  friend bool operator==(const Bands&, const Bands&) = default;

 private:
  struct Date {
    explicit Date(std::size_t capacity) : sketch(capacity) {}
    ExactSum sum;
    QuantileSketch sketch;
    friend bool operator==(const Date&, const Date&) = default;
  };
  std::vector<Date> dates_;
};

}  // namespace detente::summary
