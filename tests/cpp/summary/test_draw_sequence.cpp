#include "detente/summary/draw_sequence.hpp"

#include <cmath>

#include "detente/summary/between_draws.hpp"
#include "detente/summary/incidence_draws.hpp"
#include "summary/shuffled.hpp"
#include "support/catch.hpp"

using detente::diagnostic::RunError;
using detente::summary::BetweenDraws;
using detente::summary::IncidenceDraw;
using detente::summary::IncidenceDraws;
using detente::summary::Moments;
using detente::summary::test::bytes_of;
using detente::summary::test::Generator;

namespace {

using Sequence = detente::summary::DrawSequence<Moments, BetweenDraws>;

std::vector<double> values_of(std::size_t n) {
  Generator generator(51);
  std::normal_distribution<double> normal(10.0, 3.0);
  std::vector<double> values(n);
  for (double& value : values) value = normal(generator);
  return values;
}

// Paths first ... end - 1, path p having values[p].
Sequence sequence_of(std::uint64_t per_draw, const std::vector<double>& values, std::size_t first,
                     std::size_t end) {
  Sequence sequence(per_draw, first, Moments(), BetweenDraws());
  sequence.add(end - first, [&](Moments& draw, std::size_t i, std::size_t count) {
    draw.add(values.data() + first + i, count);
  });
  return sequence;
}

BetweenDraws by_hand(std::uint64_t per_draw, const std::vector<double>& values, std::size_t first,
                     std::size_t end) {
  BetweenDraws between;
  for (std::size_t p = first; p < end;) {
    Moments draw;
    const std::uint64_t number = p / per_draw;
    for (; p < end && p / per_draw == number; ++p) draw.add(values[p]);
    between.add(draw);
  }
  return between;
}

}  // namespace

TEST_CASE("paths of one number over paths per draw are one draw", "[summary]") {
  const std::vector<double> values = values_of(200);
  for (const std::uint64_t per_draw : {1U, 2U, 7U, 64U, 150U, 500U}) {
    for (const std::size_t first : {0U, 1U, 13U, 64U, 199U}) {
      for (const std::size_t end : {first, std::size_t{199}, std::size_t{200}}) {
        INFO(per_draw << " per draw, paths " << first << " to " << end);
        CHECK(sequence_of(per_draw, values, first, end).total() ==
              by_hand(per_draw, values, first, end));
      }
    }
  }
}

TEST_CASE("touching ranges join exactly wherever they were cut", "[summary]") {
  const std::vector<double> values = values_of(120);
  for (const std::uint64_t per_draw : {1U, 3U, 10U, 50U, 1000U}) {
    for (const std::size_t start : {0U, 4U}) {
      const Sequence whole = sequence_of(per_draw, values, start, 120);
      for (std::size_t cut = start; cut <= 120; ++cut) {
        const std::size_t second = cut + (120 - cut) / 3;
        Sequence first = sequence_of(per_draw, values, start, cut);
        Sequence rest = sequence_of(per_draw, values, cut, second);
        rest.merge(sequence_of(per_draw, values, second, 120));
        first.merge(rest);
        INFO(per_draw << " per draw, cut at " << cut << " and " << second);
        REQUIRE(bytes_of(first) == bytes_of(whole));
      }
    }
  }
}

TEST_CASE("ranges that do not touch, or have other draws, do not join", "[summary]") {
  const std::vector<double> values = values_of(30);
  Sequence first = sequence_of(5, values, 0, 12);
  CHECK_THROWS_AS(first.merge(sequence_of(5, values, 13, 20)), RunError);
  CHECK_THROWS_AS(first.merge(sequence_of(5, values, 11, 20)), RunError);
  CHECK_THROWS_AS(first.merge(sequence_of(6, values, 12, 20)), RunError);
  CHECK_THROWS_AS(Sequence(0, 0, Moments(), BetweenDraws()), RunError);
}

TEST_CASE("a sequence of draws survives storage", "[summary]") {
  const std::vector<double> values = values_of(40);
  const Sequence sequence = sequence_of(7, values, 3, 33);
  const std::string bytes = bytes_of(sequence);
  detente::summary::ByteReader reader(bytes);
  Sequence back = Sequence::read(reader, Moments());
  CHECK(reader.at_end());
  CHECK(bytes_of(back) == bytes);
  back.merge(sequence_of(7, values, 33, 40));
  CHECK(bytes_of(back) == bytes_of(sequence_of(7, values, 3, 40)));
}

TEST_CASE("an incidence has at each date the error of its share", "[summary]") {
  Generator generator(53);
  std::uniform_real_distribution<double> uniform;
  IncidenceDraws incidence(3);
  std::vector<BetweenDraws> by_date(3);
  for (int i = 0; i < 50; ++i) {
    IncidenceDraw draw(3);
    std::vector<Moments> reached(3);
    const double rate = uniform(generator);
    for (int path = 0; path < 1 + i % 9; ++path) {
      ++draw.n;
      const double time = uniform(generator) / rate;
      const std::size_t date = time < 0.5 ? 0 : time < 1.0 ? 1 : time < 2.0 ? 2 : 3;
      if (date < 3) ++draw.first_seen[date];
      for (std::size_t d = 0; d < 3; ++d) reached[d].add(date <= d ? 1.0 : 0.0);
    }
    incidence.add(draw);
    for (std::size_t d = 0; d < 3; ++d) by_date[d].add(reached[d]);
  }
  const std::vector<double> errors = incidence.standard_errors();
  for (std::size_t d = 0; d < 3; ++d) CHECK(errors[d] == Approx(by_date[d].standard_error()));
  CHECK(std::isnan(IncidenceDraws(2).standard_errors()[0]));
  const std::string bytes = bytes_of(incidence);
  detente::summary::ByteReader reader(bytes);
  CHECK(IncidenceDraws::read(reader) == incidence);
  CHECK(detente::summary::test::survives_damage<IncidenceDraws>(bytes));
}

TEST_CASE("no room is made for more dates of draws than there are bytes", "[summary]") {
  for (const char tag : {'e', 's'}) {
    detente::summary::ByteWriter writer;
    writer.u8(static_cast<std::uint8_t>(tag));
    writer.count(std::uint64_t{1} << 40);
    detente::summary::ByteReader reader(writer.bytes());
    if (tag == 'e') {
      CHECK_THROWS_AS(IncidenceDraw::read(reader), RunError);
    } else {
      CHECK_THROWS_AS(IncidenceDraws::read(reader), RunError);
    }
  }
}
