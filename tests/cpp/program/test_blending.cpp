/// Which chains pools do not tell apart, and that it makes no difference to what a scenario says.

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "detente/engine/run.hpp"
#include "detente/engine/task.hpp"
#include "detente/program/program.hpp"
#include "detente/scenario/reader.hpp"
#include "support/catch.hpp"

namespace detente::program {
namespace {

/// A chain for each reason.
constexpr const char* kinds = R"yaml(
detente: 1
time: {horizon: 3, step: 0.1, report: 1}
levers:
  open: {default: 1}
variables:
  x: {start: 0, drift: "if(governor == on, 0.5 * exp(-exp(x * x)), 0)", volatility: 0.2}
  jumps: {start: 0}
chains:
  steady:
    start: off
    states: [off, on]
    transitions:
      - {name: s_on, from: off, to: on, hazard: "open * if(timed == on, 2, 1) * (1 + jumps)"}
      - {name: s_off, from: on, to: off, hazard: 1}
  timed:
    start: off
    states: [off, on]
    transitions: [{name: t_on, from: off, to: on, baseline: {weibull: {shape: 1.5, scale: 1}}}]
  driven:
    start: off
    states: [off, on]
    transitions:
      - {name: d_on, from: off, to: on, hazard: "exp(-exp(exp(x))) * if(steady == on, 2, 1)", when: gate == on}
  tidal:
    start: low
    states: [low, high]
    transitions:
      - {name: rise, from: low, to: high, hazard: 2 * exp(0.5 * x)}
      - {name: fall, from: high, to: low, hazard: exp(-x)}
  late: {start: off, states: [off, on], transitions: [{name: l_on, from: off, to: on, hazard: 1 + time}]}
  governor: {start: off, states: [off, on], transitions: [{name: g_on, from: off, to: on, hazard: 1}]}
  gate: {start: off, states: [off, on], transitions: [{name: gate_on, from: off, to: on, hazard: 1}]}
  measured: {start: off, states: [off, on], transitions: [{name: m_on, from: off, to: on, hazard: 1}]}
  idle: {start: off, states: [off, on], transitions: [{name: i_on, from: off, to: on, hazard: 1 - open}]}
  moved: {start: off, states: [off, on], transitions: []}
  wide:
    start: a
    states: [a, b, c, d]
    transitions:
      - {name: ab, from: a, to: b, hazard: 1}
      - {name: ac, from: a, to: c, hazard: 1}
      - {name: ad, from: a, to: d, hazard: 1}
      - {name: ba, from: b, to: a, hazard: 1}
      - {name: bc, from: b, to: c, hazard: 1}
      - {name: bd, from: b, to: d, hazard: 1}
      - {name: ca, from: c, to: a, hazard: 1}
      - {name: cb, from: c, to: b, hazard: 1}
      - {name: cd, from: c, to: d, hazard: 1}
events:
  push: {on: 1, effects: {moved: {on: 1, off: 1}}}
policies:
  usual: {}
  shut: {set: {open: 0}}
outcomes:
  x_while_measured: {integral: "if(measured == on, exp(-exp(x + 1)), 0)"}
)yaml";

/// Names of the states of a chain that share their code with another.
std::vector<std::string> blended_in(const Program& program, std::size_t chain) {
  std::vector<std::string> names;
  const std::vector<model::State>& states = program.model().chains[chain].states;
  for (std::size_t s = 0; s < states.size(); ++s) {
    if (program.blended_with(chain, s) != 0) names.push_back(states[s].name);
  }
  return names;
}

TEST_CASE("states are blended where they are no more than a number of the lane", "[program]") {
  const auto scenario = scenario::parse(kinds, "kinds.yaml");
  const auto blended = [&](std::size_t policy) {
    const engine::Task task(scenario.model, policy);
    std::vector<std::string> names;
    for (std::size_t c = 0; c < scenario.model->chains.size(); ++c) {
      if (!blended_in(task.program(), c).empty()) names.push_back(scenario.model->chains[c].name);
    }
    return names;
  };
  // Not: a baseline; a hazard, a drift or a reading that is dear and not needed in all states, or the guard of one; one
  // state only; more than eight transitions.
  CHECK(blended(0) == std::vector<std::string>{"steady", "tidal", "late", "moved"});
  // Under this policy it stays off, and another one comes to move.
  CHECK(blended(1) == std::vector<std::string>{"tidal", "late", "idle", "moved"});
}

TEST_CASE("a state that a baseline leaves stands alone, the others of its chain do not",
          "[program]") {
  const auto scenario = scenario::parse(R"yaml(
detente: 1
time: {horizon: 3, step: 0.1, report: 1}
variables:
  x: {start: 0, volatility: 0.2}
chains:
  course:
    start: war
    states: [war, talks, truce, peace, never]
    transitions:
      - {name: meet, from: war, to: talks, hazard: exp(x)}
      - {name: fail, from: talks, to: war, hazard: 2 * exp(-x)}
      - {name: agree, from: talks, to: {truce: 3, peace: 1}, hazard: 1}
      - {name: relapse, from: truce, to: war, baseline: {weibull: {shape: 0.7, scale: 2}}}
outcomes:
  peace: {probability: course == peace}
)yaml",
                                        "course.yaml");
  const engine::Task task(scenario.model, 0);
  const Program& program = task.program();
  CHECK(blended_in(program, 0) == std::vector<std::string>{"war", "talks", "peace"});
  CHECK(program.joint_index({0}) == program.joint_index({1}));
  CHECK(program.joint_index({0}) == program.joint_index({3}));
  CHECK(program.joint_index({0}) != program.joint_index({2}));
  CHECK(program.at({1})->clocks().size() == 2);
  CHECK(program.at({2})->clocks().size() == 1);
  // A firing may lead out of a pool; one that cannot stays in it.
  CHECK(program.firing(0, {0})->keeps_pool);
  CHECK(program.firing(1, {1})->keeps_pool);
  CHECK_FALSE(program.firing(2, {1})->keeps_pool);
  CHECK_FALSE(program.firing(3, {2})->keeps_pool);
}

TEST_CASE("what a state switches off may be no number there", "[program][engine]") {
  // Once it is over x is 0, and its logarithm minus infinity.
  const auto scenario = scenario::parse(R"yaml(
detente: 1
time: {horizon: 60, step: 0.5, report: 60}
variables:
  x: {start: 1, drift: "if(course == over, -0.001, 0)", range: [0, null]}
chains:
  course:
    start: {war: 1, lull: 1}
    states: [war, lull, peace, over]
    transitions:
      - {name: end, from: [war, lull], to: peace, hazard: 2 * exp(-0.5 * log(x))}
      - {name: relapse, from: peace, to: war, hazard: 2 * exp(-0.5 * log(x))}
      - {name: settle, from: peace, to: over, hazard: 0.5, effects: {x: 0}}
outcomes:
  relapses: {count: relapse}
)yaml",
                                        "wars.yaml");
  const engine::Task task(scenario.model, 0);
  CHECK(blended_in(task.program(), 0) == std::vector<std::string>{"war", "lull", "peace", "over"});
  engine::RunOptions options;
  options.n_paths = 2000;
  const engine::Estimate relapses = engine::run(scenario.model, options).policies[0].outcomes[0];
  // Geometric: a relapse comes before the settlement with probability 0.8.
  CHECK(std::abs(relapses.estimate - 4.0) < 5.0 * relapses.standard_error);
}

/// Three chains, one of them with a state apart, and all that they touch: counts, visits, sojourns, effects, forced moves, dates, branches.
std::string entangled(const std::string& tie) {
  return R"yaml(
detente: 1
time: {horizon: 6, step: 0.1, report: 0.7}
parameters:
  rate: {lognormal: {median: 1, sigma: 0.4}}
variables:
  x: {start: 1, reverting: {to: "if(weather == fair, 1, 0.5)", rate: 2}, volatility: 0.3}
  scars: {start: 0}
chains:
  side:
    start: a
    states: [a, b, c]
    transitions:
      - {name: cross, from: a, to: {b: 2, c: 1}, hazard: "rate * exp(0.3 * x) * if(weather == storm, 2, 1)", effects: {weather: {fair: 1, storm: 1}}}
      - {name: back, from: b, to: a, baseline: {weibull: {shape: 1.4, scale: 1}}, hazard_ratios: {calm: "if(weather == fair, 0.5, 1)"}}
      - {name: turn, from: c, to: {a: 1, b: 1}, hazard: 1.2 * exp(0.4 * x), effects: {scars: scars + 0.5}}
  weather:
    start: fair
    states: [fair, rain, storm]
    transitions:
      - {name: worsen, from: [fair, rain], to: {rain: 2, storm: 1}, hazard: "0.8 + 0.2 * scars"}
      - {name: clear, from: [rain, storm], to: fair, hazard: 1.5, effects: {scars: scars + 1, x: x + 0.1}}
  season:
    start: low
    states: [low, high]
    transitions:
      - {name: rise, from: low, to: high, hazard: "if(weather == storm, 2, 0.5) * exp(0.2 * x)"}
      - {name: fall, from: high, to: low, hazard: "if(side == b, 3, 1) * exp(-x)", when: x > 0.5 or scars > 2}
events:
  hit: {hazard: "if(weather == storm, 6, 1) * exp(0.1 * x)", when: season == low or time > 1, effects: {x: "x + lognormal(-2, 0.5)"}}
  relief: {on: 2.05, probability: 0.5, effects: {weather: {fair: 3, rain: 1}}}
  shift: {every: 0.75, probability: 0.5, effects: {side: {a: 1, c: 2}}}
  round: {every: 1.3, when: season == high, effects: {scars: 0.5 * scars}}
policies:
  usual: {}
outcomes:
  storms: {count: worsen}
  hits: {count: hit}
  stormy: {duration: weather == storm}
  rainy_late: {probability: "eventually(weather == rain, after = 3, within = 1)"}
  first_storm: {time_to: weather == storm}
  visits_end: {value: "visits(weather.fair) + 10 * visits(season.high)"}
  long_storm: {probability: "eventually(weather == storm and sojourn(weather) > 0.5)"}
  x_area: {integral: x}
  x_top: {maximum: x}
  scars_end: {value: scars}
  both: {probability: "eventually(side == b and season == high, within = 2)"}
)yaml" + tie;
}

engine::Forecast forecast_of(const std::string& text) {
  const auto scenario = scenario::parse(text, "entangled.yaml");
  engine::RunOptions options;
  options.seed = 3;
  options.n_paths = 4000;
  options.keep_outcomes = true;
  return engine::run(scenario.model, options);
}

TEST_CASE("blended chains make no path another", "[program][engine]") {
  const std::string tie =
      "  tied: {maximum: \"if(weather == storm, exp(-exp(-exp(-exp(-exp(2 - x))))), 0)\"}\n"
      "  tied_third: {maximum: \"if(side == c, exp(-exp(-exp(-exp(-exp(x))))), 0)\"}\n"
      "  tied_too: {maximum: \"if(season == high, exp(-exp(-exp(-exp(1 - x)))), 0)\"}\n";
  for (const auto& [text, is_blended] :
       {std::pair{entangled(""), true}, std::pair{entangled(tie), false}}) {
    const auto scenario = scenario::parse(text, "entangled.yaml");
    const engine::Task task(scenario.model, 0);
    CHECK(blended_in(task.program(), 0).size() == (is_blended ? 2 : 0));
    CHECK(blended_in(task.program(), 1).empty() != is_blended);
    CHECK(blended_in(task.program(), 2).empty() != is_blended);
  }
  const engine::Forecast blended = forecast_of(entangled(""));
  const engine::Forecast apart = forecast_of(entangled(tie));
  const auto& columns = blended.policies[0].columns;
  for (std::size_t o = 0; o < columns.size(); ++o) {
    const auto& others = apart.policies[0].columns[o];
    REQUIRE(columns[o].name == others.name);
    REQUIRE(columns[o].values.size() == 4000);
    INFO(columns[o].name);
    double largest = 0.0;
    std::size_t n_unlike = 0;
    for (std::size_t i = 0; i < columns[o].values.size(); ++i) {
      const double a = columns[o].values[i], b = others.values[i];
      if (std::isnan(a) != std::isnan(b)) ++n_unlike;
      if (std::isnan(a) || std::isnan(b)) continue;
      largest = std::max(largest, std::abs(a));
      if (std::abs(a - b) > 1e-9 * std::max(1.0, std::abs(a))) ++n_unlike;
    }
    CHECK(largest > 0.0);
    CHECK(n_unlike == 0);
  }
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(blended.policies[0].occupancy[c].share == apart.policies[0].occupancy[c].share);
  }
  CHECK(blended.policies[0].bands[1].mean() == apart.policies[0].bands[1].mean());
}

}  // namespace
}  // namespace detente::program
