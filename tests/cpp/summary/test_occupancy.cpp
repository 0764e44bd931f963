#include <cmath>

#include "detente/diagnostic/error.hpp"
#include "detente/summary/occupancy.hpp"
#include "summary/shuffled.hpp"
#include "support/catch.hpp"

using detente::diagnostic::RunError;
using detente::summary::Occupancy;
using detente::summary::test::add_in_shards;
using detente::summary::test::bytes_of;
using detente::summary::test::Generator;
using detente::summary::test::is_refused;
using detente::summary::test::survives_damage;

TEST_CASE("shares of states at a date add up to one", "[summary]") {
  Occupancy occupancy(3, 2);
  occupancy.add(0, 0, 60);
  occupancy.add(0, 2, 40);
  for (int i = 0; i < 4; ++i) occupancy.add(1, 1);
  CHECK(occupancy.count(0, 2) == 40);
  CHECK(occupancy.total(0) == 100);
  CHECK(occupancy.share(0, 0) == 0.6);
  CHECK(occupancy.proportion(0, 2).hits == 40);
  CHECK(occupancy.shares() == std::vector<double>{0.6, 0.0, 0.0, 1.0, 0.4, 0.0});
  CHECK(std::isnan(Occupancy(2, 1).share(0, 0)));
}

TEST_CASE("neither order nor split shows in the bytes of occupancy", "[summary]") {
  Generator generator(71);
  std::vector<std::pair<std::size_t, std::size_t>> visits(3'000);
  for (auto& [date, state] : visits) {
    date = generator() % 5;
    state = generator() % 4;
  }
  const auto add = [](Occupancy& o, const std::pair<std::size_t, std::size_t>* v, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) o.add(v[i].first, v[i].second);
  };
  Occupancy whole(4, 5);
  add(whole, visits.data(), visits.size());
  for (int round = 0; round < 5; ++round) {
    REQUIRE(bytes_of(add_in_shards(Occupancy(4, 5), visits, generator, add)) == bytes_of(whole));
  }
  CHECK_THROWS_AS(whole.merge(Occupancy(5, 4)), RunError);
}

TEST_CASE("occupancy survives storage and refuses damage", "[summary]") {
  Occupancy occupancy(3, 7);
  occupancy.add(6, 2, 1'000'000);
  const std::string bytes = bytes_of(occupancy);
  detente::summary::ByteReader reader(bytes);
  CHECK(Occupancy::read(reader) == occupancy);
  CHECK(reader.at_end());
  CHECK(survives_damage<Occupancy>(bytes));
}

TEST_CASE("no room is made for more counts than there are bytes", "[summary]") {
  const auto sized = [](std::uint64_t n_states, std::uint64_t n_dates, std::size_t n_bytes) {
    detente::summary::ByteWriter writer;
    writer.u8('o');
    writer.count(n_states);
    writer.count(n_dates);
    return writer.release() + std::string(n_bytes, '\0');
  };
  CHECK_FALSE(is_refused<Occupancy>(sized(3, 4, 12)));
  CHECK(is_refused<Occupancy>(sized(std::uint64_t{1} << 40, 1, 100)));
  CHECK(is_refused<Occupancy>(sized(1 << 20, 1 << 20, 1 << 20)));
}
