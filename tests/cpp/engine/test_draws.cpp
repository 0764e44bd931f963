#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "detente/diagnostic/error.hpp"
#include "detente/engine/run.hpp"
#include "detente/engine/trace.hpp"
#include "engine/scenarios.hpp"
#include "support/catch.hpp"

namespace detente::engine {
namespace {

using testing::body_of;
using testing::error_of;
using testing::merge_error;
using testing::model_of;
using testing::options_of;
using testing::sealed;
using testing::truce;
using testing::turns;

RunOptions with_draws(std::uint64_t paths_per_draw, std::uint64_t n_paths,
                      std::uint64_t first_path = 0) {
  RunOptions options = options_of(n_paths, first_path);
  options.draws.paths_per_draw = paths_per_draw;
  return options;
}

TEST_CASE("paths of a draw share its parameters and nothing else", "[engine]") {
  RunOptions options = options_of(100);
  options.keep_outcomes = true;
  const Forecast single = run(truce(), options);
  options = with_draws(7, 700);
  options.keep_outcomes = true;
  const Forecast shared = run(truce(), options);
  for (std::size_t i = 0; i < shared.parameter_columns.size(); ++i) {
    const std::vector<double>& draws = single.parameter_columns[i].values;
    for (std::size_t path = 0; path < 700; ++path) {
      REQUIRE(shared.parameter_columns[i].values[path] == draws[path / 7]);
    }
  }
  // Where chains start is no parameter: ceasefire from the start on a tenth of the paths, not of the draws.
  const std::vector<double>& times = shared.policies[0].columns[2].values;
  REQUIRE(shared.policies[0].columns[2].name == "to_ceasefire");
  std::size_t n_mixed = 0;
  for (std::size_t draw = 0; draw < 100; ++draw) {
    std::size_t n_begun = 0;
    for (std::size_t path = 7 * draw; path < 7 * draw + 7; ++path)
      n_begun += times[path] == 0.0 ? 1 : 0;
    n_mixed += n_begun > 0 && n_begun < 7 ? 1 : 0;
  }
  CHECK(n_mixed > 30);
}

TEST_CASE("parameters are held at given levels, draw by draw", "[engine]") {
  // truce: b_trust normal(0.5, 0.2); rate hangs on it. Paths 14 ... 34 are of draws 2, 3 and 4.
  const double open = std::numeric_limits<double>::quiet_NaN();
  RunOptions options = with_draws(7, 21, 14);
  options.keep_outcomes = true;
  const Forecast free = run(truce(), options);
  options.levels = {0.5, open, open, open, 0.8, 0.5};
  const Forecast held = run(truce(), options);
  const std::vector<double>& trust = held.parameter_columns[0].values;
  const std::vector<double>& rate = held.parameter_columns[1].values;
  CHECK(trust[0] == Approx(0.5));
  CHECK(trust[6] == Approx(0.5));
  CHECK(trust[14] == Approx(0.5 + 0.2 * 0.8416212336));
  CHECK(rate[14] > rate[0]);
  for (std::size_t path = 7; path < 14; ++path) {
    CHECK(trust[path] == free.parameter_columns[0].values[path]);
    CHECK(rate[path] == free.parameter_columns[1].values[path]);
  }
  for (const std::uint32_t block_paths : {1U, 5U}) {
    options.block_paths = block_paths;
    CHECK(run(truce(), options).serialize() == held.serialize());
  }
}

TEST_CASE("levels that do not fit are refused", "[engine]") {
  RunOptions options = with_draws(7, 21, 14);
  options.levels = {0.5, 0.5};
  CHECK(error_of(truce(), options) ==
        "levels need a row of 2 parameters for each of 3 draws: 6 numbers, not 2");
  options.levels = {0.5, 0.5, 0.5, 0.5, 0.5, 1.0};
  CHECK(error_of(truce(), options) == "levels lie above 0 and below 1");
}

TEST_CASE("threads and blocks do not change a bit where paths share draws", "[engine]") {
  for (const std::uint64_t paths_per_draw : {10U, 300U, 5000U}) {
    const std::string whole = run(truce(), with_draws(paths_per_draw, 1000)).serialize();
    for (const int threads : {1, 2}) {
      for (const std::uint32_t block_paths : {1U, 7U, 256U, 0U}) {
        RunOptions options = with_draws(paths_per_draw, 1000);
        options.threads = threads;
        options.block_paths = block_paths;
        INFO(paths_per_draw << " paths a draw, " << threads << " threads, blocks of "
                            << block_paths);
        CHECK(run(truce(), options).serialize() == whole);
      }
    }
  }
}

TEST_CASE("results merge bit for bit where a draw is cut, too", "[engine]") {
  const std::string whole = run(truce(), with_draws(10, 300)).serialize();
  for (const std::uint64_t split : {1U, 9U, 10U, 155U, 299U}) {
    const Forecast first = run(truce(), with_draws(10, split));
    const Forecast second = run(truce(), with_draws(10, 300 - split, split));
    INFO("split at " << split);
    CHECK(first.merged_with(second).serialize() == whole);
    CHECK(Forecast::deserialize(first.serialize()).merged_with(second).serialize() == whole);
  }
}

TEST_CASE("results with other draws are not merged", "[engine]") {
  const Forecast first = run(truce(), with_draws(10, 30));
  CHECK(merge_error(first, run(truce(), with_draws(5, 30, 30))) ==
        "these results cannot be merged: their paths per draw differ, 10 and 5");
  CHECK(merge_error(first, run(truce(), options_of(30, 30))) ==
        "these results cannot be merged: their paths per draw differ, 10 and 1");
}

TEST_CASE("a draw has at least one path", "[engine]") {
  CHECK(error_of(truce(), with_draws(0, 10)) == "a draw needs at least one path");
  CHECK_THROWS_AS(trace(truce(), "drift", 0, 1, {0, false}), diagnostic::RunError);
}

TEST_CASE("a traced path has the draw that the run gave it", "[engine]") {
  RunOptions options = with_draws(20, 100);
  options.keep_outcomes = true;
  const Forecast forecast = run(truce(), options);
  for (const std::uint64_t path : {0U, 19U, 20U, 99U}) {
    const Trace traced = trace(truce(), "late", path, options.seed, {20, false});
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(traced.parameters[i].value == forecast.parameter_columns[i].values[path]);
    }
    for (std::size_t o = 0; o < traced.outcomes.size(); ++o) {
      const double expected = forecast.policies[1].columns[o].values[path];
      const double value = traced.outcomes[o].value;
      CHECK((value == expected || (std::isnan(value) && std::isnan(expected))));
    }
  }
}

TEST_CASE("estimates do not depend on how paths are summed, errors do", "[engine]") {
  const Forecast shared = run(truce(), with_draws(50, 5000));
  for (const Estimate& estimate : shared.policies[0].outcomes) {
    INFO(estimate.name);
    CHECK(estimate.n_draws == 100);
    CHECK(estimate.low < estimate.estimate);
    CHECK(estimate.high > estimate.estimate);
    CHECK(estimate.band_low <= estimate.band_high);
    CHECK(estimate.epistemic_share >= 0.0);
    CHECK(estimate.epistemic_share < 1.0);
    CHECK(estimate.within_variance > 0.0);
  }
  // The rate of opening talks is uncertain: how soon a ceasefire comes hangs on the draw.
  const Estimate& ceasefire = shared.policies[0].outcomes[0];
  const double naive = std::sqrt(ceasefire.estimate * (1.0 - ceasefire.estimate) / 5000.0);
  CHECK(ceasefire.standard_error > 1.25 * naive);
  CHECK(ceasefire.band_high - ceasefire.band_low > 0.1);
  const Estimate& time = shared.policies[0].outcomes[2];
  CHECK(time.incidence_high.back() == Approx(time.high));
  CHECK(time.incidence_low.back() == Approx(time.low));
}

TEST_CASE("one path per draw has no band", "[engine]") {
  const Forecast single = run(truce(), options_of(200));
  CHECK(single.draws.paths_per_draw == 1);
  for (const Estimate& estimate : single.policies[0].outcomes) {
    CHECK(std::isnan(estimate.band_low));
    CHECK(std::isnan(estimate.epistemic_share));
    CHECK(estimate.n_draws == 0);
  }
}

TEST_CASE("without uncertain parameters draws do not matter", "[engine]") {
  const Forecast single = run(turns(), options_of(400));
  const Forecast shared = run(turns(), with_draws(20, 400));
  CHECK(shared.draws.paths_per_draw == 20);
  REQUIRE(!single.policies[0].outcomes.empty());
  for (std::size_t o = 0; o < single.policies[0].outcomes.size(); ++o) {
    const Estimate& a = single.policies[0].outcomes[o];
    const Estimate& b = shared.policies[0].outcomes[o];
    CHECK(a.estimate == b.estimate);
    CHECK(a.standard_error == b.standard_error);
    CHECK(a.low == b.low);
    CHECK(a.high == b.high);
    CHECK(std::isnan(b.band_low));
  }
}

TEST_CASE("parameters can be scrambled Sobol' points", "[engine]") {
  RunOptions options = with_draws(5, 4 * 5 * 256);
  options.keep_outcomes = true;
  options.draws.sobol = true;
  const auto model = model_of(
      "detente: 1\ntitle: t\ntime: {horizon: 1, step: 1}\nparameters: {a: {uniform: {low: 0, high: "
      "1024}}, c: 3, b: {uniform: {low: 0, high: 1024}}}\noutcomes: {a: {value: a}}\n");
  const Forecast forecast = run(model, options);
  REQUIRE(forecast.parameter_columns.size() == 3);
  for (const std::size_t uncertain : {std::size_t{0}, std::size_t{2}}) {
    const std::vector<double>& values = forecast.parameter_columns[uncertain].values;
    std::set<int> cells;
    for (std::size_t path = 0; path < values.size(); ++path) {
      REQUIRE(values[path] == values[path - path % 5]);
      cells.insert(static_cast<int>(values[path]));
    }
    CHECK(cells.size() == 1024);
  }
  CHECK(forecast.parameter_columns[1].values[7] == 3.0);
  options.seed += 1;
  CHECK(run(model, options).parameter_columns[0].values != forecast.parameter_columns[0].values);
}

TEST_CASE("Sobol' points do not depend on blocks, threads or shards, and are traced", "[engine]") {
  RunOptions options = with_draws(3, 1000);
  options.draws.sobol = true;
  const Forecast forecast = run(truce(), options);
  const std::string whole = forecast.serialize();
  CHECK(whole != run(truce(), with_draws(3, 1000)).serialize());
  for (const std::uint32_t block_paths : {7U, 256U}) {
    options.block_paths = block_paths;
    options.threads = 2;
    CHECK(run(truce(), options).serialize() == whole);
  }
  RunOptions first = options, second = options;
  first.n_paths = second.first_path = 401;
  second.n_paths = 599;
  second.keep_outcomes = true;
  const Forecast part = run(truce(), second);
  CHECK(run(truce(), first).merged_with(part).serialize() == whole);
  CHECK(Forecast::deserialize(whole).draws == options.draws);
  const Trace traced = trace(truce(), "late", 700, options.seed, options.draws);
  for (std::size_t i = 0; i < traced.parameters.size(); ++i) {
    CHECK(traced.parameters[i].value == part.parameter_columns[i].values[700 - 401]);
  }
  CHECK(merge_error(run(truce(), first), run(truce(), with_draws(3, 599, 401))) ==
        "these results cannot be merged: the parameters of one are Sobol' points, those of the "
        "other independent");
}

TEST_CASE("Sobol' points that there are not are refused", "[engine]") {
  RunOptions options = options_of(2, (std::uint64_t{1} << 32) - 1);
  options.draws.sobol = true;
  CHECK(error_of(truce(), options) ==
        "Sobol' points are numbered up to 2^32 - 1, and path 4294967296 has a later draw");
  options.draws.paths_per_draw = 2;
  CHECK(run(truce(), options).n_paths == 2);
  std::string text = "detente: 1\ntitle: t\ntime: {horizon: 1, step: 1}\nparameters:\n";
  for (int i = 0; i < 3668; ++i) {
    text += "  p" + std::to_string(i) + ": {uniform: {low: 0, high: 1}}\n";
  }
  CHECK(error_of(model_of(text + "outcomes: {p: {value: p0}}\n"), options) ==
        "Sobol' points have 3667 dimensions at most, and the scenario has 3668 uncertain "
        "parameters");
}

TEST_CASE("states that say less of draws can still be read", "[engine]") {
  // A body begins with the paths per draw (1 byte), whether draws vary, whether they are Sobol' points.
  const std::string bytes = run(truce(), with_draws(5, 50)).serialize();
  CHECK(sealed(body_of(bytes)) == bytes);
  const std::string body = body_of(bytes);
  const Forecast second =
      Forecast::deserialize(sealed(body.substr(0, 2) + body.substr(3), "detente-forecast-2"));
  CHECK(second.draws == DrawRule{5, false});
  CHECK(second.serialize() == bytes);
  const std::string single = body_of(run(truce(), options_of(50)).serialize());
  const Forecast first = Forecast::deserialize(sealed(single.substr(3), "detente-forecast-1"));
  CHECK(first.draws == DrawRule{1, false});
  CHECK(first.n_paths == 50);
}

}  // namespace
}  // namespace detente::engine
