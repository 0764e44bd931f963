#include <algorithm>
#include <cmath>
#include <limits>

#include "detente/diagnostic/error.hpp"
#include "detente/summary/bands.hpp"
#include "summary/shuffled.hpp"
#include "support/catch.hpp"

using detente::diagnostic::RunError;
using detente::summary::Bands;
using detente::summary::test::add_in_shards;
using detente::summary::test::bytes_of;
using detente::summary::test::Generator;
using detente::summary::test::is_refused;
using detente::summary::test::survives_damage;

namespace {

std::vector<double> ornstein_uhlenbeck(std::size_t n) {
  Generator generator(81);
  std::normal_distribution<double> normal(0.2, 0.7);
  std::vector<double> values(n);
  for (double& value : values) value = normal(generator);
  return values;
}

}  // namespace

TEST_CASE("bands give mean and quantiles per date", "[summary]") {
  Bands bands(3);
  std::vector<double> values = ornstein_uhlenbeck(20'000);
  const std::vector<double> start(100, 18.2);
  bands.add(0, start.data(), start.size());
  bands.add(1, values.data(), values.size());
  CHECK(bands.n(0) == 100);
  CHECK(bands.means()[0] == 18.2);
  CHECK(bands.quantiles(0.95)[0] == 18.2);
  CHECK(std::isnan(bands.mean(2)));
  CHECK(std::isnan(bands.quantile(2, 0.5)));

  long double sum = 0.0L;
  for (const double value : values) sum += value;
  CHECK(bands.mean(1) == Approx(static_cast<double>(sum / 20'000.0L)).epsilon(1e-14));
  std::sort(values.begin(), values.end());
  const std::vector<double> levels = {0.05, 0.25, 0.5, 0.75, 0.95};
  const auto rows = bands.quantiles(levels);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const double exact = values[detente::summary::quantile_rank(levels[i], 20'000) - 1];
    CHECK(std::fabs(rows[i][1] - exact) <= bands.sketch(1).resolution_at(exact));
    CHECK(rows[i][1] == bands.quantile(1, levels[i]));
  }
}

TEST_CASE("a lost value shows in the mean and not in the quantiles", "[summary]") {
  Bands bands(1);
  for (const double value : {1.0, std::numeric_limits<double>::quiet_NaN(), 3.0})
    bands.add(0, value);
  CHECK(bands.n(0) == 3);
  CHECK(std::isnan(bands.mean(0)));
  CHECK(bands.quantile(0, 0.5) == 1.0);
}

TEST_CASE("neither order nor split shows in the bytes of bands", "[summary]") {
  Generator generator(82);
  const std::vector<double> values = ornstein_uhlenbeck(6'000);
  Bands whole(2);
  whole.add(1, values.data(), values.size());
  for (int round = 0; round < 5; ++round) {
    const auto joined =
        add_in_shards(Bands(2), values, generator,
                      [](Bands& bands, const double* v, std::size_t n) { bands.add(1, v, n); });
    REQUIRE(bytes_of(joined) == bytes_of(whole));
    REQUIRE(joined == whole);
  }
  CHECK_THROWS_AS(whole.merge(Bands(3)), RunError);
  CHECK_THROWS_AS(whole.merge(Bands(2, 100)), RunError);
}

TEST_CASE("bands survive storage and refuse damage", "[summary]") {
  Bands bands(3, 64);
  const std::vector<double> values = ornstein_uhlenbeck(200);
  bands.add(1, values.data(), values.size());
  const std::string bytes = bytes_of(bands);
  detente::summary::ByteReader reader(bytes);
  CHECK(Bands::read(reader) == bands);
  CHECK(reader.at_end());
  CHECK(survives_damage<Bands>(bytes));
}

TEST_CASE("bands that say too much are refused", "[summary]") {
  using detente::summary::ExactSum;
  using detente::summary::QuantileSketch;
  const auto two = [](std::size_t first, std::size_t second) {
    detente::summary::ByteWriter writer;
    writer.u8('b');
    writer.count(2);
    for (const std::size_t capacity : {first, second}) {
      ExactSum().write(writer);
      QuantileSketch(capacity).write(writer);
    }
    return writer.release();
  };
  CHECK_FALSE(is_refused<Bands>(two(64, 64)));
  CHECK(is_refused<Bands>(two(64, 65)));
  detente::summary::ByteWriter many;
  many.u8('b');
  many.count(std::uint64_t{1} << 40);
  CHECK(is_refused<Bands>(many.bytes()));
}
