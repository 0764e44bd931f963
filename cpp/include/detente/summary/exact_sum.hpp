#pragma once

/// The exact sum of doubles.
///
/// Every accumulator of this floor holds integer counts, extremes and exact sums, nothing else. All of
/// them are independent of order and exactly mergeable: the same values give the same state, bit for
/// bit, for any number of threads, any block size and any split of the paths into shards. No reduction
/// order has to be kept.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "detente/summary/bytes.hpp"

namespace detente::summary {

/// Fixed-point number wide enough for every double: 67 digits of 32 bits, each held in 64 bits so that
/// carries wait (the small superaccumulator of Neal 2015, "Fast exact summation using small and large
/// superaccumulators", arXiv:1505.05571). 2^62 values fit. NaN and infinities are counted apart, so that
/// they too do not depend on order. Not safe for concurrent writes; merge one per thread.
class ExactSum {
 public:
  void add(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t exponent = (bits >> 52) & 0x7ff;
    if (exponent == 0x7ff) return add_non_finite(value);
    if (n_waiting_ == most_waiting) propagate_carries();
    ++n_waiting_;
    add_bits(bits, exponent);
  }
  /// Faster than one by one: about one nanosecond a value.
  void add(const double* values, std::size_t n);
  /// The same for finite values none of which is larger than `largest`.
  void add(const double* values, std::size_t n, double largest);
  /// Adds `factor * other` exactly, short of overflow and of parts below 2^-1074; finite factor.
  void add_product(const ExactSum& other, double factor);
  /// Adds a * b exactly, with the same reservation.
  void add_product(double a, double b);
  void merge(const ExactSum& other);

  /// The sum rounded once, to nearest even. ±infinity when it exceeds the doubles or an infinity was
  /// added; NaN after a NaN or after infinities of both signs. An empty sum is 0.
  double value() const;
  /// True when neither NaN nor an infinity was added.
  bool is_finite() const { return n_nan_ == 0 && n_plus_infinity_ == 0 && n_minus_infinity_ == 0; }

  /// Equal sums, that is equal for all further use, whatever the values that made them.
  friend bool operator==(const ExactSum& a, const ExactSum& b);

  /// The same bytes for the same sum, however it was put together.
  void write(ByteWriter& writer) const;
  static ExactSum read(ByteReader& reader);

 private:
  static constexpr std::size_t n_digits = 67;
  static constexpr std::uint32_t most_waiting = 2000;  // an addend takes 52 bits of a digit's 63

  // The mantissa, shifted by the exponent's low five bits, covers two digits.
  void add_bits(std::uint64_t bits, std::uint64_t exponent) {
    const std::uint64_t hidden = exponent == 0 ? 0 : std::uint64_t{1} << 52;
    const std::uint64_t mantissa = (bits & 0x000fffffffffffffULL) | hidden;
    const std::uint64_t position = exponent + (exponent == 0);  // weight 2^(position - 1075)
    const std::uint64_t shift = position & 31;
    const std::size_t digit = static_cast<std::size_t>(position >> 5);
    const auto low = static_cast<std::int64_t>((mantissa << shift) & 0xffffffffULL);
    const auto high = static_cast<std::int64_t>(mantissa >> (32 - shift));
    const auto sign = static_cast<std::int64_t>(bits) >> 63;  // 0 or -1: (x ^ sign) - sign negates
    digits_[digit] += (low ^ sign) - sign;
    digits_[digit + 1] += (high ^ sign) - sign;
  }
  void add_non_finite(double value);
  void propagate_carries();
  std::size_t add_small_range(const double* values, std::size_t n, double largest);

  std::array<std::int64_t, n_digits> digits_{};
  std::uint32_t n_waiting_ = 0;  // additions since the carries moved
  std::uint64_t n_nan_ = 0;
  std::uint64_t n_plus_infinity_ = 0;
  std::uint64_t n_minus_infinity_ = 0;
};

}  // namespace detente::summary
