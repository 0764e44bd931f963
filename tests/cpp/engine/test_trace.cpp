#include "detente/engine/trace.hpp"

#include <cmath>
#include <map>
#include <string>

#include "detente/diagnostic/error.hpp"
#include "detente/engine/run.hpp"
#include "engine/scenarios.hpp"
#include "support/catch.hpp"

namespace detente::engine {
namespace {

using testing::options_of;
using testing::truce;
using testing::turns;

const std::uint64_t seed = options_of(1).seed;

TEST_CASE("a traced path has the outcomes that the run gave it", "[engine]") {
  RunOptions options = options_of(300);
  options.keep_outcomes = true;
  const Forecast forecast = run(truce(), options);
  for (const PolicyForecast& policy : forecast.policies) {
    for (const std::uint64_t path : {0U, 1U, 7U, 99U, 255U, 256U, 299U}) {
      const Trace traced = trace(truce(), policy.name, path, seed);
      REQUIRE(traced.outcomes.size() == policy.columns.size());
      for (std::size_t o = 0; o < traced.outcomes.size(); ++o) {
        INFO(policy.name << ", path " << path << ": " << traced.outcomes[o].name);
        CHECK(traced.outcomes[o].name == policy.columns[o].name);
        const double expected = policy.columns[o].values[path];
        const double value = traced.outcomes[o].value;
        CHECK((value == expected || (std::isnan(value) && std::isnan(expected))));
      }
      REQUIRE(traced.parameters.size() == 2);
      for (std::size_t i = 0; i < 2; ++i) {
        CHECK(traced.parameters[i].value == forecast.parameter_columns[i].values[path]);
      }
    }
  }
}

TEST_CASE("a clock's draw is the hazard integrated over the time it was enabled", "[engine]") {
  const std::map<std::string, double> rates{
      {"open", 0.8}, {"leap", 0.5}, {"back", 1.3}, {"fall", 2.0}, {"knock", 0.7}};
  const std::map<std::string, std::string> places{
      {"open", "a"}, {"leap", "a"}, {"back", "b"}, {"fall", "c"}};
  const auto is_enabled = [&places](const std::string& element, const std::string& state) {
    return element == "knock" ? state != "c" : places.at(element) == state;
  };
  std::size_t n_firings = 0;
  for (std::uint64_t path = 0; path < 20; ++path) {
    const Trace traced = trace(turns(), "baseline", path, seed);
    std::map<std::string, double> burnt;
    std::string state = "a";
    double last = 0.0;
    for (const TraceFiring& firing : traced.firings) {
      for (const auto& [element, rate] : rates) {
        if (is_enabled(element, state)) burnt[element] += rate * (firing.time - last);
      }
      last = firing.time;
      INFO("path " << path << ", " << firing.element << " at " << firing.time);
      REQUIRE(is_enabled(firing.element, state));
      CHECK(firing.cumulative_hazard == Approx(burnt[firing.element]).epsilon(1e-9).margin(1e-11));
      CHECK(firing.hazard == Approx(rates.at(firing.element)).epsilon(1e-14));
      burnt[firing.element] = 0.0;
      if (!firing.states.empty()) {
        CHECK(firing.states[0].before == state);
        state = firing.states[0].after;
      }
      ++n_firings;
    }
  }
  CHECK(n_firings > 500);
}

TEST_CASE("a trace lists the elements that could have fired", "[engine]") {
  const Trace traced = trace(turns(), "baseline", 3, seed);
  std::string state = "a";
  for (const TraceFiring& firing : traced.firings) {
    INFO(firing.element << " at " << firing.time);
    CHECK(firing.competing.size() == (state == "a" ? 3U : state == "b" ? 2U : 1U));
    for (const ActiveHazard& active : firing.competing) {
      if (active.element == firing.element) {
        CHECK(std::abs(active.clock_left) < 1e-9);
      } else {
        CHECK(active.clock_left > 0.0);
      }
    }
    if (!firing.states.empty()) state = firing.states[0].after;
  }
}

TEST_CASE("firings come in the order of time and change what the rows show", "[engine]") {
  const Trace traced = trace(truce(), "late", 12, seed);
  double last = 0.0;
  for (const TraceFiring& firing : traced.firings) {
    CHECK(firing.time >= last);
    last = firing.time;
  }
  REQUIRE(traced.rows.size() > 100);
  CHECK(traced.rows.front().time == 0.0);
  CHECK(traced.rows.front().date == "2024-12-01");
  for (std::size_t k = 1; k < traced.rows.size(); ++k) {
    const TraceRow& row = traced.rows[k];
    std::string state = traced.rows[k - 1].states[0];
    for (const TraceFiring& firing : traced.firings) {
      if (firing.time <= traced.rows[k - 1].time || firing.time > row.time) continue;
      for (const StateChange& change : firing.states) state = change.after;
    }
    CHECK(row.states[0] == state);
  }
}

TEST_CASE("what a run kept of a path is what its trace shows at the report dates", "[engine]") {
  RunOptions options = options_of(20);
  options.keep_paths = 20;
  const Forecast forecast = run(truce(), options);
  const KeptPaths& kept = forecast.policies[0].kept;
  const std::size_t n_dates = forecast.times.size();
  for (const std::uint64_t path : {0U, 13U, 19U}) {
    const Trace traced = trace(truce(), "drift", path, seed);
    std::size_t date = 0;
    for (const TraceRow& row : traced.rows) {
      if (date == n_dates || std::abs(row.time - forecast.times[date]) > 1e-9) continue;
      for (std::size_t v = 0; v < 2; ++v) {
        CHECK(row.variables[v] == kept.values[(path * 2 + v) * n_dates + date]);
      }
      ++date;
    }
    CHECK(date == n_dates);
  }
}

TEST_CASE("a trace of an unknown policy names those that exist", "[engine]") {
  std::string text;
  try {
    trace(truce(), "quick", 0, seed);
  } catch (const diagnostic::RunError& error) {
    text = error.what();
  }
  CHECK(text == "the scenario has no policy `quick`; it has: drift, late");
}

}  // namespace
}  // namespace detente::engine
