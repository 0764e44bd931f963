/// Where nothing moves but at firings, lanes fire again and again in scratch columns. A variable that moves beside them
/// sends them the long way: no bit of any other number may change.

#include <bit>
#include <cstdint>
#include <string>

#include "detente/diagnostic/error.hpp"
#include "detente/engine/run.hpp"
#include "engine/scenarios.hpp"
#include "support/catch.hpp"

namespace detente::engine {
namespace {

/// Populations with marks, hazards that follow time, an event that no hazard reads, windows that close early and windows
/// that pass the horizon.
const std::string populations = R"yaml(
detente: 1
time: {horizon: 4, step: 0.5, report: 1}
parameters:
  arrivals: {lognormal: {median: 12, sigma: 0.3}}
variables:
  n: {start: 3}
  m: {start: 10}
  w: {start: 1}
  # nothing moves
chains:
  s: {start: a, states: [a, b], transitions: []}
events:
  arrive: {hazard: arrivals, effects: {n: n + 1}}
  die: {hazard: 0.8 * n, effects: {n: n - 1}}
  eat: {hazard: "0.02 * n * m * (1 + 0.5 * time)", when: m > 0, effects: {n: n + 1, m: m - 1}}
  grow: {hazard: 0.4 * m, effects: {m: m + 1, w: "w + normal(0.1, 0.2) + uniform(0, 0.1)"}}
  tick: {hazard: 7, effects: {w: "w * uniform(0.9, 1.1)"}}
outcomes:
  n_end: {value: n}
  m_end: {value: m}
  w_end: {value: w}
  n_then: {value: n, at: 1.3}
  deaths: {count: die}
  early_deaths: {count: die, until: 1}
  late_ticks: {count: tick, from: 1.37}
  eaten: {count: eat, from: 1, until: 3.2}
)yaml";

const std::string readings = R"yaml(
  n_top: {maximum: n}
  m_low: {minimum: m, from: 1, until: 2.02}
  n_years: {integral: n, until: 3.3}
  crowded: {duration: n > 12}
  crossed: {probability: "eventually(n > 16, within = 1)"}
  followed: {probability: "eventually(m > 14, within = 3, after = first(count(eat) >= 5))"}
  kept: {probability: "until(m < 16, count(die) >= 10, within = 2)"}
  to_many: {time_to: n > 15}
  many: {probability: count(tick) > 28, given: "eventually(count(eat) >= 2, within = 1)"}
)yaml";

/// A line of the texts, and what stands there instead where something moves besides.
const std::string still = "  # nothing moves\n";
const std::string moving = "  moving: {start: 0, volatility: 1}\n";

std::string with_moving(std::string text) {
  return text.replace(text.find(still), still.size(), moving);
}

Forecast play(const std::string& text) {
  RunOptions options;
  options.n_paths = 1300;
  options.block_paths = 600;
  options.keep_outcomes = true;
  options.threads = 1;
  return run(testing::model_of(text), options);
}

void check_same(const std::string& text) {
  const Forecast alone = play(text);
  const Forecast together = play(with_moving(text));
  const auto& columns = alone.policies[0].columns;
  REQUIRE(columns.size() == together.policies[0].columns.size());
  for (std::size_t o = 0; o < columns.size(); ++o) {
    const auto& other = together.policies[0].columns[o].values;
    REQUIRE(other.size() == 1300);
    std::size_t n_different = 0;
    for (std::size_t i = 0; i < other.size(); ++i) {
      n_different += std::bit_cast<std::uint64_t>(columns[o].values[i]) !=
                             std::bit_cast<std::uint64_t>(other[i])
                         ? 1
                         : 0;
    }
    INFO(columns[o].name);
    CHECK(n_different == 0);
  }
}

std::string failure_of(const std::string& text) {
  try {
    play(text);
  } catch (const diagnostic::RunError& error) {
    return error.what();
  }
  return "none";
}

/// A path that comes to its end: the same path, time and values are named either way.
void check_fails(const std::string& events) {
  const std::string text =
      "detente: 1\n"
      "time: {horizon: 4, step: 1, report: 4}\n"
      "variables:\n"
      "  n: {start: 3}\n" +
      still +
      "chains:\n"
      "  s: {start: a, states: [a, b], transitions: []}\n"
      "events:\n" +
      events + "outcomes:\n  n_end: {value: n}\n";
  const std::string message = failure_of(text);
  CHECK(message != "none");
  CHECK(message == failure_of(with_moving(text)));
}

TEST_CASE("lanes that fire again and again come out as by the long way", "[engine]") {
  check_same(populations);
  check_same(populations + readings);
  // Where no hazard follows time, `tick` leaves all hazards as they are; the steps are those of the reports, since nothing
  // else needs them.
  std::string steady = populations + readings;
  const std::string follows = " * (1 + 0.5 * time)";
  steady.erase(steady.find(follows), follows.size());
  const std::string halves = "step: 0.5";
  steady.replace(steady.find(halves), halves.size(), "step: 1");
  check_same(steady);
}

TEST_CASE("a path that fails among lanes that fire again and again fails as by the long way",
          "[engine]") {
  check_fails(
      "  arrive: {hazard: 5, effects: {n: n + 1}}\n"
      "  die: {hazard: 9 - n, effects: {n: n}}\n");
  check_fails(
      "  arrive: {hazard: 5, effects: {n: n + 1}}\n"
      "  die: {hazard: n, effects: {n: \"n - 1 + log(8.5 - n)\"}}\n");
  check_fails("  explode: {hazard: 100 * n, effects: {n: 2 * n}}\n");
}

}  // namespace
}  // namespace detente::engine
