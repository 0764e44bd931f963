#include "detente/summary/bytes.hpp"

#include <bit>

#include "detente/diagnostic/error.hpp"

namespace detente::summary {

namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw diagnostic::RunError("the stored result is damaged (" + why + "); make it anew");
}

}  // namespace

void ByteWriter::u32(std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) u8(static_cast<std::uint8_t>(value >> shift));
}

void ByteWriter::u64(std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) u8(static_cast<std::uint8_t>(value >> shift));
}

void ByteWriter::f64(double value) { u64(std::bit_cast<std::uint64_t>(value)); }

void ByteWriter::text(std::string_view value) {
  u64(value.size());
  bytes_.append(value);
}

void ByteWriter::count(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) u8(static_cast<std::uint8_t>(value | 0x80));
  u8(static_cast<std::uint8_t>(value));
}

const unsigned char* ByteReader::take(std::size_t n) {
  if (n > remaining()) {
    refuse("it ends after " + std::to_string(bytes_.size()) + " bytes where " + std::to_string(n) +
           " more must follow byte " + std::to_string(position_));
  }
  const char* start = bytes_.data() + position_;
  position_ += n;
  return reinterpret_cast<const unsigned char*>(start);
}

std::uint8_t ByteReader::u8() { return *take(1); }

std::uint32_t ByteReader::u32() {
  const unsigned char* bytes = take(4);
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = (value << 8) | bytes[i];
  return value;
}

std::uint64_t ByteReader::u64() {
  const unsigned char* bytes = take(8);
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = (value << 8) | bytes[i];
  return value;
}

double ByteReader::f64() { return std::bit_cast<double>(u64()); }

std::string ByteReader::text() {
  const std::uint64_t size = u64();
  if (size > remaining()) refuse("a text of " + std::to_string(size) + " bytes is cut short");
  const auto length = static_cast<std::size_t>(size);
  return {reinterpret_cast<const char*>(take(length)), length};
}

std::uint64_t ByteReader::count() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint64_t byte = u8();
    const std::uint64_t part = (byte & 0x7f) << shift;
    if (part >> shift != (byte & 0x7f)) break;
    value |= part;
    if (byte < 0x80) return value;
  }
  refuse("a count exceeds 64 bits before byte " + std::to_string(position_));
}

std::size_t ByteReader::length(std::size_t bytes_each) {
  const std::uint64_t n = count();
  if (n > remaining() / bytes_each) {
    refuse(std::to_string(n) + " items cannot follow byte " + std::to_string(position_));
  }
  return static_cast<std::size_t>(n);
}

void ByteReader::expect(std::uint8_t tag) {
  const std::uint8_t found = u8();
  if (found != tag) {
    refuse("byte " + std::to_string(position_ - 1) + " is " + std::to_string(found) + ", not " +
           std::to_string(tag));
  }
}

std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace detente::summary
