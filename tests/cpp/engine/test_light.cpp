/// Firings that leave a lane where it is are a short cut: without it every reading must come out the same.

#include <cmath>
#include <string>

#include "detente/engine/run.hpp"
#include "engine/scenarios.hpp"
#include "support/catch.hpp"

namespace detente::engine {
namespace {

/// Every kind of reading over a variable that moves and jumps, with windows that close early and windows that pass
/// the horizon.
const std::string jumps = R"yaml(
detente: 1
time: {horizon: 3, step: 0.05, report: 0.5}
variables:
  x: {start: 0, reverting: {to: 0, rate: 1}, volatility: 0.2}
  y: {start: 1, drift: 0.1}
  z: {start: 0, drift: 1 - z, volatility: 0.1}  # no hazard reads it
  w: {start: 1}                                 # moves at firings alone
chains:
  s:
    start: a
    states: [a, b]
    transitions:
      - {from: a, to: b, hazard: 0.5 + 0.2 * y}
      - {from: b, to: a, hazard: 1}
events:
  strike: {hazard: "4 + 2 * step(x)", effects: {x: "x + normal(0.3, 0.2)"}}
  quake: {hazard: 2, when: s == a, effects: {y: y + 1}}
  shift: {hazard: 2 + 0.3 * w, effects: {w: "w + uniform(0, 1) - 0.2", y: y + 0.1 * w}}
  tick: {hazard: 30 + x + w, effects: {z: "z + uniform(0, 1)"}}
outcomes:
  top: {maximum: x}
  early_top: {maximum: x, until: 1}
  late_low: {minimum: x, from: 1, until: 2.02}
  strikes: {count: strike}
  early_strikes: {count: strike, until: 1}
  late_strikes: {count: strike, from: 1.5}
  busy_years: {duration: count(strike) >= 3}
  high_years: {duration: x > 0.5}
  area: {integral: x, until: 1.7}
  crossed: {probability: "eventually(x > 1, within = 1)"}
  followed: {probability: "eventually(x > 0.8, within = 2, after = first(count(strike) >= 2))"}
  kept: {probability: "until(x < 1.2, count(strike) >= 4, within = 2)"}
  stayed: {probability: "always(y < 4, within = 2)"}
  to_high: {time_to: x > 0.9}
  at_date: {value: count(strike), at: 1.3}
  shifts: {count: shift}
  w_end: {value: w}
  w_years: {integral: w, from: 0.7}
  ticks: {count: tick}
  late_ticks: {count: tick, from: 1.37}
  z_top: {maximum: z, until: 2.2}
  z_area: {integral: z}
  mixed: {value: "x + count(strike)"}
  many: {probability: count(strike) > 12, given: "eventually(count(quake) >= 1, within = 1)"}
)yaml";

/// A condition that never holds, which has to be looked at after every firing: nothing is light then.
const std::string never = "  never: {trigger: x > 1000000, effects: {}}\n";

Forecast play(const std::string& text) {
  RunOptions options;
  options.n_paths = 1500;
  options.keep_outcomes = true;
  options.threads = 1;
  return run(testing::model_of(text), options);
}

void check_short_cut(const std::string& text) {
  std::string heavy = text;
  heavy.insert(heavy.find("outcomes:"), never);
  const Forecast with = play(text);
  const Forecast without = play(heavy);
  const auto& columns = with.policies[0].columns;
  REQUIRE(!columns.empty());
  for (std::size_t o = 0; o < columns.size(); ++o) {
    const auto& other = without.policies[0].columns[o].values;
    std::size_t n_different = 0;
    for (std::size_t i = 0; i < other.size(); ++i) {
      const double a = columns[o].values[i];
      const double b = other[i];
      // Durations and integrals are summed over other pieces.
      const bool is_same = std::isnan(a) ? std::isnan(b) : std::abs(a - b) <= 1e-9;
      n_different += is_same ? 0 : 1;
    }
    INFO(columns[o].name);
    CHECK(other.size() == 1500);
    CHECK(n_different == 0);
  }
}

TEST_CASE("readings do not depend on whether a firing leaves a lane where it is", "[engine]") {
  check_short_cut(jumps);
}

TEST_CASE("a formula read at the end is up to date though all that follows has closed",
          "[engine]") {
  check_short_cut(jumps.substr(0, jumps.find("  top:")) +
                  "  early_strikes: {count: strike, until: 1}\n"
                  "  many: {probability: count(strike) > 12}\n");
}

}  // namespace
}  // namespace detente::engine
