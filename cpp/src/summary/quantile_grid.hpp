#pragma once

/// The keys of a quantile sketch: which doubles share a bin.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

namespace detente::summary {

inline constexpr std::uint64_t mantissa_mask = 0x000fffffffffffffULL;

// Exact keys: the bits, negative doubles turned round so that keys grow with values.
inline std::int64_t exact_key(double value) {
  const auto bits = std::bit_cast<std::int64_t>(value);
  return bits >= 0 ? bits : std::numeric_limits<std::int64_t>::min() - bits;
}

inline double exact_value(std::int64_t key) {
  if (key >= 0) return std::bit_cast<double>(key);
  return std::bit_cast<double>(std::numeric_limits<std::int64_t>::min() - key);
}

// Grid keys. Let the double have the biased exponent 4 g + r and the mantissa 1 + f. The position of
// |x| on the grid is 2^g (4 + r + f): continuous, linear within a binary order, doubling every four
// orders, hence near |x|^(1/4). In units of 2^-52 it is 2^g times an integer below 2^55; a key drops
// the lowest `level - 1` bits of it. Negative values take the complement of their magnitude's key.
inline int group_of(double value) {
  return static_cast<int>((std::bit_cast<std::uint64_t>(value) >> 54) & 0x1ff);
}

inline int least_level_for(double value) { return 1 + group_of(value); }

// Needs level >= least_level_for(value).
inline std::int64_t grid_key(double value, int level) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const std::uint64_t position = ((4 + ((bits >> 52) & 3)) << 52) | (bits & mantissa_mask);
  const int shift = std::min(level - least_level_for(value), 63);
  const auto magnitude = static_cast<std::int64_t>(position >> shift);
  return magnitude ^ (static_cast<std::int64_t>(bits) >> 63);
}

// Where on the line bin `index` >= 0 of the positive half begins.
inline double grid_edge(std::int64_t index, int level) {
  if (index == 0) return 0.0;
  const int shift = std::countl_zero(static_cast<std::uint64_t>(index)) - 9;
  const int group = level - 1 - shift;
  if (group < 0) return 0.0;
  const std::uint64_t position = shift >= 0 ? static_cast<std::uint64_t>(index) << shift
                                            : static_cast<std::uint64_t>(index) >> -shift;
  const std::uint64_t exponent = 4 * static_cast<std::uint64_t>(group) + ((position >> 52) & 3);
  if (exponent >= 0x7ff) return std::numeric_limits<double>::max();
  return std::bit_cast<double>((exponent << 52) | (position & mantissa_mask));
}

}  // namespace detente::summary
