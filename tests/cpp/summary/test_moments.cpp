#include <cmath>
#include <limits>

#include "detente/summary/moments.hpp"
#include "summary/shuffled.hpp"
#include "support/catch.hpp"

using detente::summary::Moments;
using detente::summary::test::add_in_shards;
using detente::summary::test::bytes_of;
using detente::summary::test::Generator;
using detente::summary::test::is_refused;
using detente::summary::test::survives_damage;

namespace {

Moments moments_of(const std::vector<double>& values) {
  Moments moments;
  moments.add(values.data(), values.size());
  return moments;
}

}  // namespace

TEST_CASE("moments of a small sample are those by hand", "[summary]") {
  const Moments moments = moments_of({2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0});
  CHECK(moments.n() == 8);
  CHECK(moments.mean() == 5.0);
  CHECK(moments.variance() == 32.0 / 7.0);
  CHECK(moments.standard_deviation() == std::sqrt(32.0 / 7.0));
  CHECK(moments.standard_error() == Approx(std::sqrt(32.0 / 7.0 / 8.0)).epsilon(1e-15));
  CHECK(moments.reading().mean == moments.mean());
  CHECK(moments.reading().standard_deviation == moments.standard_deviation());
  CHECK(moments.reading().standard_error == moments.standard_error());
  CHECK(moments.minimum() == 2.0);
  CHECK(moments.maximum() == 9.0);
}

TEST_CASE("what does not exist is NaN", "[summary]") {
  const Moments empty;
  CHECK(std::isnan(empty.mean()));
  CHECK(std::isnan(empty.variance()));
  CHECK(std::isnan(empty.minimum()));
  const Moments one = moments_of({3.0});
  CHECK(one.mean() == 3.0);
  CHECK(std::isnan(one.variance()));
  CHECK(std::isnan(one.standard_error()));
  const Moments lost = moments_of({1.0, std::numeric_limits<double>::quiet_NaN(), 2.0});
  CHECK(std::isnan(lost.mean()));
  CHECK(std::isnan(lost.variance()));
  CHECK(lost.maximum() == 2.0);
}

TEST_CASE("an offset costs the variance no digits", "[summary]") {
  // Halves stay exact up to 2^52, so the centred values, and with them the variance, are the same.
  std::vector<double> values;
  for (int i = 0; i < 1'000; ++i) values.push_back(0.5 * ((i * 7919) % 101));
  const double variance = moments_of(values).variance();
  for (const double offset : {1e3, 1e9, 1e12, 1e15, -1e15}) {
    std::vector<double> moved = values;
    for (double& value : moved) value += offset;
    CHECK(moments_of(moved).variance() == Approx(variance).epsilon(1e-15));
    CHECK(moments_of(moved).mean() == Approx(offset + moments_of(values).mean()).epsilon(1e-15));
  }
}

TEST_CASE("equal values have no variance and their own mean", "[summary]") {
  for (const double value : {0.1, 1.0 / 3.0, 1e-200, 123456.789, -1e150}) {
    for (const std::size_t n : {2u, 3u, 7u, 1'000u}) {
      const Moments moments = moments_of(std::vector<double>(n, value));
      CHECK(moments.mean() == value);
      CHECK(moments.variance() == 0.0);
    }
  }
}

TEST_CASE("one unit in the last place is seen", "[summary]") {
  const double one = 1.0;
  const double next = std::nextafter(1.0, 2.0);
  const Moments moments = moments_of({one, next, one, next});
  CHECK(moments.variance() == Approx(0x1p-104 / 3.0).epsilon(1e-15));
}

TEST_CASE("variance agrees with a two-pass sum in long double", "[summary]") {
  Generator generator(21);
  std::lognormal_distribution<double> lognormal(3.0, 2.0);
  std::vector<double> values(10'000);
  for (double& value : values) value = lognormal(generator);
  long double mean = 0.0L;
  for (const double value : values) mean += value;
  mean /= static_cast<long double>(values.size());
  long double squares = 0.0L;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const auto variance = static_cast<double>(squares / static_cast<long double>(values.size() - 1));
  CHECK(moments_of(values).mean() == Approx(static_cast<double>(mean)).epsilon(1e-15));
  CHECK(moments_of(values).variance() == Approx(variance).epsilon(1e-14));
}

TEST_CASE("neither order, split nor column shows in the bytes of moments", "[summary]") {
  Generator generator(22);
  std::cauchy_distribution<double> cauchy;
  std::vector<double> values = {0.0, -0.0, 1e-310, 1e-170, 1e160};
  while (values.size() < 3'000) values.push_back(cauchy(generator));
  Moments single;
  for (const double value : values) single.add(value);
  for (int round = 0; round < 20; ++round) {
    const Moments joined =
        add_in_shards(Moments(), values, generator,
                      [](Moments& moments, const double* v, std::size_t n) { moments.add(v, n); });
    REQUIRE(bytes_of(joined) == bytes_of(single));
  }
  CHECK(bytes_of(moments_of({0.0, -0.0})) == bytes_of(moments_of({-0.0, 0.0})));
}

TEST_CASE("moments survive storage and refuse damage", "[summary]") {
  const Moments moments = moments_of({1.5, -2.25, 1e100, 0.1});
  const std::string bytes = bytes_of(moments);
  detente::summary::ByteReader reader(bytes);
  CHECK(Moments::read(reader) == moments);
  CHECK(reader.at_end());
  CHECK(survives_damage<Moments>(bytes));
  const std::string empty = bytes_of(Moments());
  detente::summary::ByteReader empty_reader(empty);
  CHECK(Moments::read(empty_reader) == Moments());
}

TEST_CASE("extremes of moments are numbers", "[summary]") {
  std::string bytes = bytes_of(moments_of({1.0, 2.0}));
  CHECK_FALSE(is_refused<Moments>(bytes));
  bytes.replace(bytes.size() - 8, 8, 8, '\xff');
  CHECK(is_refused<Moments>(bytes));
}
