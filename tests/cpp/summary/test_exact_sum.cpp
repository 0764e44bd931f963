#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "detente/summary/exact_sum.hpp"
#include "summary/shuffled.hpp"
#include "support/catch.hpp"

using detente::summary::ExactSum;
using detente::summary::test::add_in_shards;
using detente::summary::test::bytes_of;
using detente::summary::test::Generator;
using detente::summary::test::is_refused;
using detente::summary::test::survives_damage;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double sum_of(const std::vector<double>& values) {
  ExactSum one_by_one;
  for (const double value : values) one_by_one.add(value);
  ExactSum column;
  column.add(values.data(), values.size());
  CHECK(bytes_of(column) == bytes_of(one_by_one));
  return column.value();
}

// Any double but NaN and infinities, all exponents alike.
double any_double(Generator& generator) {
  for (;;) {
    const auto value = std::bit_cast<double>(generator());
    if (std::isfinite(value)) return value;
  }
}

}  // namespace

TEST_CASE("a sum keeps what rounding would lose", "[summary]") {
  CHECK(sum_of({}) == 0.0);
  CHECK(sum_of({0.1}) == 0.1);
  CHECK(sum_of({1e100, 1.0, -1e100}) == 1.0);
  CHECK(sum_of({1e308, 1e308, -1e308}) == 1e308);
  CHECK(sum_of({0x1p-1074, 1e300, -1e300, 0x1p-1074}) == 0x1p-1073);
  CHECK(sum_of(std::vector<double>(10, 0.1)) == 1.0);
  CHECK(sum_of({-3.5, 1.25, 2.25}) == 0.0);
  CHECK_FALSE(std::signbit(sum_of({-0.0})));
  CHECK(sum_of({1.7e308, 1.7e308}) == infinity);
  CHECK(sum_of({-1.7e308, -1.7e308}) == -infinity);
}

TEST_CASE("a sum is rounded once, to nearest even", "[summary]") {
  CHECK(sum_of({1.0, 0x1p-53}) == 1.0);
  CHECK(sum_of({1.0, 0x1p-53, 0x1p-1074}) == 1.0 + 0x1p-52);
  CHECK(sum_of({1.0, 0x1p-53, -0x1p-1074}) == 1.0);
  CHECK(sum_of({1.0 + 0x1p-52, 0x1p-53}) == 1.0 + 0x1p-51);
  CHECK(sum_of({-1.0 - 0x1p-52, -0x1p-53}) == -1.0 - 0x1p-51);
  CHECK(sum_of({std::numeric_limits<double>::max(), 0x1p969}) ==
        std::numeric_limits<double>::max());
  CHECK(sum_of({std::numeric_limits<double>::max(), 0x1p970}) == infinity);
  CHECK(sum_of({0x1p-1022, -0x1p-1074}) == 0x1p-1022 - 0x1p-1074);
}

TEST_CASE("a sum of multiples of a power of two agrees with integers", "[summary]") {
  Generator generator(11);
  for (const int scale : {-1074, -300, -40, 0, 500}) {
    std::vector<double> values(20'000);
    std::int64_t total = 0;
    for (double& value : values) {
      const auto integer = static_cast<std::int64_t>(generator() >> 18) - (std::int64_t{1} << 45);
      total += integer;
      value = std::ldexp(static_cast<double>(integer), scale);
    }
    CHECK(sum_of(values) == std::ldexp(static_cast<double>(total), scale));
  }
}

TEST_CASE("values and their negatives cancel whatever their size", "[summary]") {
  Generator generator(12);
  std::vector<double> values(6'000);
  for (double& value : values) value = any_double(generator);
  std::vector<double> opposite = values;
  for (double& value : opposite) value = -value;
  values.insert(values.end(), opposite.begin(), opposite.end());
  values.push_back(0.3);
  std::shuffle(values.begin(), values.end(), generator);
  CHECK(sum_of(values) == 0.3);
}

TEST_CASE("columns of every length and spread agree with single additions", "[summary]") {
  Generator generator(13);
  std::normal_distribution<double> normal;
  for (const double spread : {0.0, 1.0, 20.0, 200.0}) {
    for (const std::size_t n : {1u, 7u, 8u, 9u, 511u, 512u, 513u, 5'000u}) {
      std::vector<double> values(n);
      for (double& value : values) value = normal(generator) * std::exp(spread * normal(generator));
      sum_of(values);
      std::fill(values.begin(), values.end(), 0x1.fffffffffffffp+9);  // the fullest columns
      CHECK(sum_of(values) == std::fma(0x1.fffffffffffffp+9, static_cast<double>(n), 0.0));
    }
  }
}

TEST_CASE("neither order nor split shows in a sum's bytes", "[summary]") {
  Generator generator(14);
  std::vector<double> values(5'000);
  for (double& value : values) value = any_double(generator);
  ExactSum whole;
  for (const double value : values) whole.add(value);
  for (int round = 0; round < 20; ++round) {
    const auto joined =
        add_in_shards(ExactSum(), values, generator,
                      [](ExactSum& sum, const double* v, std::size_t n) { sum.add(v, n); });
    REQUIRE(bytes_of(joined) == bytes_of(whole));
    REQUIRE(joined == whole);
    REQUIRE(joined.value() == whole.value());
  }
  ExactSum other = whole;
  other.add(0x1p-1074);
  CHECK_FALSE(other == whole);
}

TEST_CASE("NaN and infinities do not depend on order", "[summary]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(sum_of({1.0, infinity, 2.0}) == infinity);
  CHECK(sum_of({1.0, -infinity, 2.0}) == -infinity);
  CHECK(std::isnan(sum_of({infinity, -infinity})));
  CHECK(std::isnan(sum_of({nan, infinity})));
  std::vector<double> column(600, 1.0);
  column[300] = nan;
  CHECK(std::isnan(sum_of(column)));
  column[300] = -infinity;
  CHECK(sum_of(column) == -infinity);
}

TEST_CASE("exact products keep every digit", "[summary]") {
  ExactSum sum;
  sum.add_product(1e15 + 1.0, 1e15 - 1.0);
  sum.add_product(1e15, -1e15);
  CHECK(sum.value() == -1.0);

  ExactSum wide;
  wide.add(1e60);
  wide.add(1.0);
  wide.add(-0x1p-60);
  ExactSum thrice = wide;
  thrice.merge(wide);
  thrice.merge(wide);
  thrice.add_product(wide, -3.0);
  CHECK(thrice.value() == 0.0);
}

TEST_CASE("a sum survives storage and refuses damage", "[summary]") {
  for (const double value : {0.0, 1.0, -1.0, 0x1p-1074, -0x1p-1074, 1e308, -1e308, 0.1}) {
    ExactSum sum;
    for (int i = 0; i < 3; ++i) sum.add(value);
    sum.add(1e10);
    sum.add(-1e10);
    const std::string bytes = bytes_of(sum);
    detente::summary::ByteReader reader(bytes);
    const ExactSum back = ExactSum::read(reader);
    CHECK(reader.at_end());
    CHECK(back == sum);
    CHECK(bytes_of(back) == bytes);
    CHECK(survives_damage<ExactSum>(bytes));
  }
}

TEST_CASE("digits that no sum has are refused", "[summary]") {
  const auto sum = [](int sign, int first, int end, const std::vector<std::uint64_t>& digits) {
    detente::summary::ByteWriter writer;
    for (const int byte : {sign, first, end}) writer.u8(static_cast<std::uint8_t>(byte));
    for (const std::uint64_t digit : digits) writer.count(digit);
    for (int i = 0; i < 3; ++i) writer.count(0);  // of what is not finite
    return writer.release();
  };
  const std::uint64_t largest = 0xffffffff;
  CHECK_FALSE(is_refused<ExactSum>(sum(1, 1, 3, {1, largest})));
  CHECK(is_refused<ExactSum>(sum(2, 1, 3, {1, largest})));
  CHECK(is_refused<ExactSum>(sum(0, 3, 1, {})));
  CHECK(is_refused<ExactSum>(sum(0, 0, 255, std::vector<std::uint64_t>(255, 1))));
  CHECK(is_refused<ExactSum>(sum(0, 1, 3, {1, largest + 1})));
}
