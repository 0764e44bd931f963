#pragma once

/// Numbers as bytes and back, for results that are kept, sent and joined: little endian on every
/// machine, every read checked against the end.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace detente::summary {

/// Appends numbers to a string of bytes.
class ByteWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
  /// The 64 bits of the double: NaN and the sign of zero survive.
  void f64(double value);
  /// Length as u64, then the bytes.
  void text(std::string_view value);
  /// As u64 with seven bits a byte, low bits first: small counts take one byte.
  void count(std::uint64_t value);

  const std::string& bytes() const { return bytes_; }
  std::string release() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what ByteWriter wrote; diagnostic::RunError where the bytes end early or make no sense.
/// Keeps a view: the bytes must outlive the reader.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t u8();
  std::uint32_t u32();
  std::uint64_t u64();
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  double f64();
  std::string text();
  std::uint64_t count();
  /// A count of things that take at least `bytes_each` bytes: RunError when so many cannot follow,
  /// so that a corrupted count never asks for memory.
  std::size_t length(std::size_t bytes_each);
  /// Reads one byte that must equal `tag`: catches a reader that is out of step.
  void expect(std::uint8_t tag);

  std::size_t remaining() const { return bytes_.size() - position_; }
  bool at_end() const { return position_ == bytes_.size(); }

 private:
  const unsigned char* take(std::size_t n);

  std::string_view bytes_;
  std::size_t position_ = 0;
};

/// FNV-1a, 64 bits (Fowler, Noll and Vo): finds accidental damage, protects against no one.
std::uint64_t checksum(std::string_view bytes);

}  // namespace detente::summary
