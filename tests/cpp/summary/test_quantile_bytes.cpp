#include <bit>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "detente/summary/bytes.hpp"
#include "detente/summary/quantiles.hpp"
#include "summary/shuffled.hpp"
#include "summary/sketches.hpp"
#include "support/catch.hpp"

using detente::summary::QuantileSketch;
using detente::summary::test::bytes_of;
using detente::summary::test::is_refused;
using detente::summary::test::samples;
using detente::summary::test::sketch_of;
using detente::summary::test::survives_damage;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// What a sketch stores, to be changed.
struct Stored {
  std::uint64_t capacity, level, n_zero, n_nan, n_minus, n_plus;
  double minimum, maximum;
  std::uint64_t n_minimum, n_maximum;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> bins;  ///< step of the key, count

  explicit Stored(const QuantileSketch& sketch) {
    const std::string bytes = bytes_of(sketch);
    detente::summary::ByteReader reader(bytes);
    reader.expect('q');
    for (auto* field : {&capacity, &level, &n_zero, &n_nan, &n_minus, &n_plus}) {
      *field = reader.count();
    }
    minimum = reader.f64();
    maximum = reader.f64();
    n_minimum = reader.count();
    n_maximum = reader.count();
    bins.resize(reader.length(2));
    for (auto& [step, count] : bins) {
      step = reader.count();
      count = reader.count();
    }
  }

  std::string bytes() const {
    detente::summary::ByteWriter writer;
    writer.u8('q');
    for (const auto field : {capacity, level, n_zero, n_nan, n_minus, n_plus}) writer.count(field);
    writer.f64(minimum);
    writer.f64(maximum);
    writer.count(n_minimum);
    writer.count(n_maximum);
    writer.count(bins.size());
    for (const auto& [step, count] : bins) {
      writer.count(step);
      writer.count(count);
    }
    return writer.release();
  }
};

template <class Change>
bool refuses(const QuantileSketch& sketch, Change change) {
  Stored stored(sketch);
  change(stored);
  return is_refused<QuantileSketch>(stored.bytes());
}

}  // namespace

TEST_CASE("a sketch survives storage and refuses damage", "[summary]") {
  for (const std::size_t n : {0u, 5u, 1'000u}) {
    QuantileSketch sketch = sketch_of(samples(n)[0], 64);
    sketch.add(missing);
    const std::string bytes = bytes_of(sketch);
    detente::summary::ByteReader reader(bytes);
    QuantileSketch back = QuantileSketch::read(reader);
    CHECK(reader.at_end());
    CHECK(back == sketch);
    CHECK(bytes_of(back) == bytes);
    CHECK(survives_damage<QuantileSketch>(bytes));
    back.merge(sketch);  // and goes on as before
    sketch.merge(sketch);
    CHECK(back == sketch);
  }
}

TEST_CASE("a stored sketch that contradicts itself is refused", "[summary]") {
  const auto bits = [](double x) { return std::bit_cast<std::uint64_t>(x); };
  const QuantileSketch some = sketch_of({1.0, 1.0, 2.0, 4.0}, 64);
  CHECK_FALSE(refuses(some, [](Stored&) {}));
  CHECK(refuses(some, [](Stored& s) { s.capacity = 15; }));
  CHECK(refuses(some, [](Stored& s) { s.capacity = (1 << 20) + 1; }));
  CHECK(refuses(some, [](Stored& s) { s.level = 601; }));
  CHECK(refuses(some, [](Stored& s) { s.level = std::uint64_t{1} << 40; }));
  CHECK(refuses(some, [](Stored& s) { s.bins[1].second = 0; }));
  CHECK(refuses(some, [](Stored& s) {  // the first bin in two halves
    s.bins[0].second = 1;
    s.bins.insert(s.bins.begin() + 1, {0, 1});
  }));
  CHECK(refuses(some, [](Stored& s) { s.n_zero = std::numeric_limits<std::uint64_t>::max(); }));
  CHECK(refuses(some, [](Stored& s) { s.minimum = -infinity; }));
  CHECK(refuses(some, [](Stored& s) { s.maximum = missing; }));
  CHECK(refuses(some, [&](Stored& s) {  // of which there is a bin
    s.bins.back().first += bits(infinity) - bits(s.maximum);
    s.maximum = infinity;
  }));
  CHECK(refuses(some, [](Stored& s) { s.minimum = 0.5; }));
  CHECK(refuses(some, [](Stored& s) { s.maximum = 8.0; }));
  CHECK(refuses(some, [](Stored& s) { s.n_minimum = 1; }));
  CHECK(refuses(some, [](Stored& s) { s.n_maximum = 2; }));
  CHECK(refuses(some, [](Stored& s) { std::swap(s.minimum, s.maximum); }));

  const QuantileSketch from_zero = sketch_of({0.0, 1.0, 2.0}, 64);
  CHECK_FALSE(refuses(from_zero, [](Stored&) {}));
  CHECK(refuses(from_zero, [&](Stored& s) {  // -3 for 1
    s.bins[0].first = 0 - bits(3.0);
    s.bins[1].first = bits(2.0) + bits(3.0);
  }));
  const QuantileSketch to_zero = sketch_of({-2.0, -1.0, 0.0}, 64);
  CHECK_FALSE(refuses(to_zero, [](Stored&) {}));
  CHECK(refuses(to_zero, [&](Stored& s) { s.bins[1].first = bits(2.0) + bits(3.0); }));  // 3 for -1

  std::vector<double> many;
  for (int i = 1; i <= 17; ++i) many.push_back(i);
  CHECK_FALSE(refuses(sketch_of(many, 64), [](Stored&) {}));
  CHECK(refuses(sketch_of(many, 64), [](Stored& s) { s.capacity = 16; }));
  CHECK(refuses(some, [](Stored& s) {
    s.bins.clear();
    s.n_minimum = s.n_maximum = 1;
  }));

  const QuantileSketch none(64);
  CHECK_FALSE(refuses(none, [](Stored&) {}));
  CHECK(refuses(none, [](Stored& s) { s.minimum = 0.0; }));
  CHECK(refuses(none, [](Stored& s) { s.n_maximum = 1; }));
  CHECK(refuses(none, [](Stored& s) {
    s.n_minimum = 1;
    s.n_maximum = std::numeric_limits<std::uint64_t>::max();
  }));

  const QuantileSketch one = sketch_of({3.0, 3.0}, 64);
  CHECK_FALSE(refuses(one, [](Stored&) {}));
  CHECK(refuses(one, [](Stored& s) { s.n_minimum = 1; }));
  CHECK(refuses(one, [](Stored& s) { s.bins[0].second = 3; }));
}

TEST_CASE("two extremes in one bin of a stored sketch are two of its values", "[summary]") {
  std::vector<double> wide;
  for (int i = 0; i < 40; ++i) wide.push_back(std::ldexp(1.0, 20 * i));
  const QuantileSketch sketch = sketch_of(wide, 16);
  const auto in_first_bin = [](std::uint64_t n_each, std::uint64_t count) {
    return [n_each, count](Stored& s) {
      REQUIRE(s.level > 0);
      s.bins.resize(1);
      s.bins[0].second = count;
      s.maximum = std::nextafter(s.minimum, infinity);
      s.n_minimum = s.n_maximum = n_each;
    };
  };
  CHECK_FALSE(refuses(sketch, in_first_bin(1, 2)));
  CHECK(refuses(sketch, in_first_bin(2, 2)));
  CHECK(refuses(sketch, in_first_bin(0, 2)));
}
