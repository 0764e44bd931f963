#pragma once

/// The array functions that the floors above may call, as plain function pointers: one `Table` per
/// instruction set, chosen once when the library loads (dispatch.hpp).
///
/// Contract of every column function and of all others down to `burn`: pointers are aligned to `alignment` bytes; `n` is a multiple
/// of `lane_quantum`; `out` may be one of the inputs but must not overlap one partially; the value
/// in a lane depends on that lane's inputs alone, never on its position or on `n`, so that results
/// do not depend on how paths are laid out in blocks.

#include <cstddef>
#include <cstdint>

namespace detente::kernel {

inline constexpr std::size_t alignment = 64;
inline constexpr std::size_t lane_quantum = 8;  // lanes of a byte of marks

enum class Operation : std::uint8_t {
#define DETENTE_UNARY(name) name,
#define DETENTE_BINARY(name) name##_vv, name##_vs, name##_sv,
#define DETENTE_TERNARY(name) name,
#include "detente/kernel/operations.def"
  count
};

/// Elementwise function: out[i] = f(a[i], b[i], c[i]); operands beyond the operation's arity are
/// ignored.
using ColumnFunction = void (*)(double* out, const double* a, const double* b, const double* c,
                                std::size_t n);

/// Where variates come from: the key (from the seed) and the stream of one named element.
struct StreamKey {
  std::uint64_t seed_key;
  std::uint32_t stream;
};

/// What some values span: their extremes, those of the values other than 0, and how often they occur. NaN are in none.
struct Extent {
  double low, high;  ///< infinite, the low above the high, where there is no value
  double low_beside_zero, high_beside_zero;
  std::uint64_t n_low, n_high, n_zero;
  bool is_finite;  ///< neither NaN nor infinities, and not empty
};

struct Table {
  const char* name;  ///< "v2", "v3", "v4", "neon" or "generic"
  ColumnFunction column[static_cast<std::size_t>(Operation::count)];

  /// Four standard normals per lane from one Philox4x32-10 block with counter (index, stream, path
  /// low word, path high word): word k gives z_k by inversion of (word + 1/2) 2^-32, to an absolute
  /// error below 3e-7 (they are made in single precision).
  void (*normals)(double* z0, double* z1, double* z2, double* z3, StreamKey key,
                  const std::uint64_t* path, std::uint32_t index, std::size_t n);

  /// Uniforms on the open interval (0, 1) with 52 bits: (floor(w / 2^12) + 1/2) 2^-52 where w joins
  /// words 0 (low) and 1 (high) of the block at counter (index[i], stream, path[i]). Every one is
  /// exact: with one bit more the last would round to 1.
  void (*uniforms)(double* u, StreamKey key, const std::uint64_t* path, const std::uint32_t* index,
                   std::size_t n);

  /// Standard exponentials, -log(u) of those uniforms.
  void (*exponentials)(double* e, StreamKey key, const std::uint64_t* path,
                       const std::uint32_t* index, std::size_t n);
  /// The same, each lane from a stream of its own.
  void (*exponentials_of)(double* e, std::uint64_t seed_key, const std::uint32_t* stream,
                          const std::uint64_t* path, const std::uint32_t* index, std::size_t n);

  /// Marks the lanes that a clock needs looked at, one bit each (lane i: bit i mod 8 of marks[i / 8]), unless
  /// burnt[i] >= 0 and clock[i] - burnt[i] >= 0, so that crossings, negative and NaN hazards are all found. Marks that
  /// are there stay.
  void (*check)(std::uint8_t* marks, const double* clock, const double* burnt, std::size_t n);
  /// The same with one amount, burnt[0], for all lanes.
  void (*check_scalar)(std::uint8_t* marks, const double* clock, const double* burnt,
                       std::size_t n);

  /// Enters a clock into the race to run out first within `length`. Where burnt[i] is more than what is left,
  /// left[i] / rate[i] (kept within 0 and length[i]) competes with delay[i]; where it is less, it replaces that, and
  /// first[i] becomes `number`. The lanes where rate or burnt is negative or NaN are marked as by `check`. Lanes start with
  /// an infinite delay.
  void (*race)(double* delay, double* first, std::uint8_t* marks, double number, const double* left,
               const double* rate, const double* burnt, const double* length, std::size_t n);
  /// Burns a clock after the race: left[i] loses rate[i] delay[i] where some clock came first (first[i] >= 0), and burnt[i]
  /// where none did; rest[i] is what it burns from then on. Neither falls below 0.
  void (*burn)(double* left, double* rest, const double* rate, const double* burnt,
               const double* delay, const double* first, std::size_t n);

  // For summaries. Values may stand anywhere, in any number.

  void (*extent)(Extent* extent, const double* values, std::size_t n);
  /// Where values lie on the grid of the quantile sketches: their keys at `level` less `first`, modulo 2^32; `zero` for 0.
  /// The level is not below the least that one of them allows.
  void (*cells)(std::uint32_t* cells, const double* values, int level, std::int64_t first,
                std::uint32_t zero, std::size_t n);
  /// NaN are passed over; 0 where nothing is left.
  double (*largest_magnitude)(const double* values, std::size_t n);
  /// Splits each value at the last place of `sigma` and returns the sum of the upper parts (Rump, Ogita and Oishi 2008,
  /// "Accurate floating-point summation part I", ExtractVector). With |value| <= sigma / n these are multiples of
  /// 2^-53 sigma whose sum stays below sigma: every addition is exact, so the order of the lanes is free. `rest`, which
  /// may be `values`, receives what is left, at most 2^-53 sigma each; `is_left` whether any of it is not 0.
  double (*split_sum)(double* rest, const double* values, double sigma, bool* is_left,
                      std::size_t n);
};

}  // namespace detente::kernel
