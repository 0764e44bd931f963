#pragma once

/// Random numbers as a function of (seed, path, stream, index): which counter stands for which
/// element of which path, and a scalar generator that reads the very numbers that the column
/// kernels fill.
///
/// Generator: Philox4x32-10, Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy
/// as 1, 2, 3". Counter: (index, stream, path low word, path high word); key: from the seed.

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

namespace detente::random {

/// The stream of a named element: a hash of its name, so that a scenario's other elements and their
/// order do not move it. Two names share a stream with probability 2^-32.
class StreamId {
 public:
  /// FNV-1a of the name's bytes, then the finaliser of MurmurHash3, which spreads the last bytes.
  explicit constexpr StreamId(std::string_view name) : value_(0x811C9DC5u) {
    for (const char c : name) {
      value_ = (value_ ^ static_cast<std::uint8_t>(c)) * 0x01000193u;
    }
    value_ = (value_ ^ (value_ >> 16)) * 0x85EBCA6Bu;
    value_ = (value_ ^ (value_ >> 13)) * 0xC2B2AE35u;
    value_ ^= value_ >> 16;
  }

  constexpr std::uint32_t value() const { return value_; }

  friend constexpr auto operator<=>(StreamId, StreamId) = default;

 private:
  std::uint32_t value_;
};

/// The 64-bit Philox key of a seed. Every integer is a seed and no two share a key.
constexpr std::uint64_t seed_key(std::uint64_t seed) { return seed; }

using Counter = std::array<std::uint32_t, 4>;
using Words = std::array<std::uint32_t, 4>;

/// Ten rounds of Philox4x32: the reference that the kernels are tested against.
constexpr Words philox4x32(Counter counter, std::uint64_t key) {
  auto key0 = static_cast<std::uint32_t>(key);
  auto key1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{counter[0]} * 0xD2511F53u;
    const std::uint64_t product1 = std::uint64_t{counter[2]} * 0xCD9E8D57u;
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key0,
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key1,
               static_cast<std::uint32_t>(product0)};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return counter;
}

/// The sequence of one element on one path. A value: asking twice for an index gives the same
/// number.
class Stream {
 public:
  constexpr Stream(std::uint64_t key, std::uint64_t path, StreamId stream)
      : key_(key), path_(path), stream_(stream) {}

  /// The block at `index`.
  constexpr Words words(std::uint32_t index) const {
    return philox4x32({index, stream_.value(), static_cast<std::uint32_t>(path_),
                       static_cast<std::uint32_t>(path_ >> 32)},
                      key_);
  }

  /// Uniform on the open interval (0, 1), 52 bits; equals the column kernel's on every instruction
  /// set.
  double uniform(std::uint32_t index) const;

  /// Standard exponential, by the active kernel table.
  double exponential(std::uint32_t index) const;

  /// The four standard normals of the block at `index`, by the active kernel table.
  std::array<double, 4> normals(std::uint32_t index) const;

  /// The first of them.
  double normal(std::uint32_t index) const { return normals(index)[0]; }

 private:
  std::uint64_t key_;
  std::uint64_t path_;
  StreamId stream_;
};

}  // namespace detente::random
