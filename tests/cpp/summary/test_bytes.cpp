#include <cmath>
#include <limits>

#include "detente/diagnostic/error.hpp"
#include "detente/summary/bytes.hpp"
#include "support/catch.hpp"

using detente::diagnostic::RunError;
namespace summary = detente::summary;

TEST_CASE("numbers come back from bytes as they went in", "[summary]") {
  summary::ByteWriter writer;
  writer.u8(255);
  writer.u32(0x01020304u);
  writer.u64(0x0102030405060708u);
  writer.i64(-5);
  writer.f64(-0.0);
  writer.f64(std::numeric_limits<double>::quiet_NaN());
  writer.text("path\0lane");
  writer.count(0);
  writer.count(127);
  writer.count(128);
  writer.count(std::numeric_limits<std::uint64_t>::max());

  const std::string bytes = writer.bytes();
  summary::ByteReader reader(bytes);
  CHECK(reader.u8() == 255);
  CHECK(reader.u32() == 0x01020304u);
  CHECK(reader.u64() == 0x0102030405060708u);
  CHECK(reader.i64() == -5);
  CHECK(std::signbit(reader.f64()));
  CHECK(std::isnan(reader.f64()));
  CHECK(reader.text() == "path");
  CHECK(reader.count() == 0);
  CHECK(reader.count() == 127);
  CHECK(reader.count() == 128);
  CHECK(reader.count() == std::numeric_limits<std::uint64_t>::max());
  CHECK(reader.at_end());
  CHECK_THROWS_AS(reader.u8(), RunError);
}

TEST_CASE("bytes are little endian on every machine", "[summary]") {
  summary::ByteWriter writer;
  writer.u32(0x01020304u);
  writer.f64(1.0);
  writer.count(300);
  CHECK(writer.bytes() == std::string("\x04\x03\x02\x01\0\0\0\0\0\0\xf0\x3f\xac\x02", 14));
}

TEST_CASE("a reader refuses what cannot follow", "[summary]") {
  const std::string two = "ab";
  CHECK_THROWS_AS(summary::ByteReader(two).u32(), RunError);
  CHECK_THROWS_AS(summary::ByteReader(two).f64(), RunError);
  CHECK_THROWS_AS(summary::ByteReader(two).expect('b'), RunError);
  CHECK_NOTHROW(summary::ByteReader(two).expect('a'));

  const std::string endless(11, '\xff');
  CHECK_THROWS_AS(summary::ByteReader(endless).count(), RunError);
  CHECK_THROWS_AS(summary::ByteReader(endless).text(), RunError);
  const std::string beyond = std::string(9, '\xff') + "\x02";  // 2^64 and more
  CHECK_THROWS_AS(summary::ByteReader(beyond).count(), RunError);

  summary::ByteWriter many;
  many.count(1'000'000'000'000);
  CHECK_THROWS_AS(summary::ByteReader(many.bytes()).length(8), RunError);
}

TEST_CASE("the checksum is FNV-1a", "[summary]") {  // vectors of its authors
  CHECK(summary::checksum("") == 0xcbf29ce484222325ULL);
  CHECK(summary::checksum("a") == 0xaf63dc4c8601ec8cULL);
  CHECK(summary::checksum("foobar") == 0x85944171f73967e8ULL);
}
