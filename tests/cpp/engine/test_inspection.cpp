#include "detente/engine/inspection.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "detente/diagnostic/error.hpp"
#include "detente/engine/run.hpp"
#include "detente/engine/trace.hpp"
#include "engine/scenarios.hpp"
#include "support/catch.hpp"

namespace detente::engine {
namespace {

using testing::options_of;
using testing::truce;

constexpr std::uint64_t n_paths = 700;  // more than a block
constexpr std::uint32_t relapse = 2;    // of the transitions of `truce`

Inspector inspector(int threads = 1) {
  Inspector::Options options;
  options.transition = relapse;
  options.seed = options_of(1).seed;
  options.threads = threads;
  return {truce(), options};
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

TEST_CASE("inspected paths have the readings and draws of a run", "[engine]") {
  RunOptions options = options_of(n_paths);
  options.keep_outcomes = true;
  const Forecast forecast = run(truce(), options);
  const Inspection inspection = inspector().paths(0, n_paths);
  std::size_t n_different = 0;
  for (std::size_t p = 0; p < forecast.policies.size(); ++p) {
    CHECK(inspection.policies[p].name == forecast.policies[p].name);
    for (std::size_t o = 0; o < truce()->outcomes.size(); ++o) {
      for (std::size_t i = 0; i < n_paths; ++i) {
        const double expected = forecast.policies[p].columns[o].values[i];
        const double found = inspection.policies[p].outcomes[o * n_paths + i];
        n_different += same(found, expected) ? 0 : 1;
      }
    }
  }
  for (std::size_t i = 0; i < n_paths; ++i) {
    n_different += inspection.parameters[i] == forecast.parameter_columns[0].values[i] ? 0 : 1;
  }
  CHECK(n_different == 0);
}

TEST_CASE("moves are those of the traces, up to the horizon", "[engine]") {
  const Inspector inspecting = inspector();
  const Inspection inspection = inspecting.paths(600, 60);
  const InspectedMoves& moves = inspection.policies[0].moves;
  const model::Chain& chain = truce()->chains[0];
  std::size_t next = 0;
  for (std::uint64_t path = 600; path < 660; ++path) {
    const Trace traced = trace(truce(), "drift", path, options_of(1).seed);
    for (const TraceFiring& firing : traced.firings) {
      if (firing.states.empty() || firing.time > truce()->calendar.horizon) continue;
      INFO("path " << path << ", " << firing.element << " at " << firing.time);
      REQUIRE(next < moves.path.size());
      CHECK(moves.path[next] == path);
      CHECK(moves.time[next] == firing.time);
      CHECK(inspecting.elements()[moves.element[next]] == firing.element);
      CHECK(chain.states[static_cast<std::size_t>(moves.from[next])].name ==
            firing.states[0].before);
      CHECK(chain.states[static_cast<std::size_t>(moves.to[next])].name == firing.states[0].after);
      for (const ValueChange& change : firing.variables) {
        if (change.name == "trust") CHECK(moves.values[next * 2] == change.after);
      }
      ++next;
    }
  }
  CHECK(next == moves.path.size());
  CHECK(next > 100);
}

TEST_CASE("inspected paths do not depend on threads and portions", "[engine]") {
  const Inspection whole = inspector(2).paths(0, n_paths);
  const Inspection part = inspector(1).paths(100, 50);
  const std::size_t n_rows = whole.policies[1].log_factors.size() / n_paths;
  std::size_t n_different = 0, n_at_risk = 0;
  for (std::size_t row = 0; row < n_rows; ++row) {
    for (std::size_t i = 0; i < 50; ++i) {
      const double expected = whole.policies[1].log_factors[row * n_paths + 100 + i];
      n_different += same(part.policies[1].log_factors[row * 50 + i], expected) ? 0 : 1;
      n_at_risk += std::isnan(expected) ? 0 : 1;
    }
  }
  CHECK(n_different == 0);
  CHECK(n_at_risk > 20);
}

TEST_CASE("an inspection of an unknown policy names those that exist", "[engine]") {
  Inspector::Options options;
  options.policies = {"quick"};
  std::string text;
  try {
    const Inspector unknown(truce(), options);
  } catch (const diagnostic::RunError& error) {
    text = error.what();
  }
  CHECK(text == "the scenario has no policy `quick`; it has: drift, late");
}

}  // namespace
}  // namespace detente::engine
