#include "detente/engine/run.hpp"

#include <cmath>
#include <limits>
#include <new>
#include <string>
#include <vector>

#include "detente/diagnostic/error.hpp"
#include "detente/engine/memory.hpp"
#include "detente/kernel/dispatch.hpp"
#include "engine/scenarios.hpp"
#include "support/catch.hpp"

namespace detente::engine {
namespace {

using testing::error_of;
using testing::model_of;
using testing::options_of;
using testing::truce;
using testing::turns;

std::string bytes_of(const RunOptions& options) { return run(truce(), options).serialize(); }

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Whether `part` is what `whole` holds from `first` on.
bool stands_in(const std::vector<double>& part, const std::vector<double>& whole,
               std::size_t first) {
  if (part.empty() || whole.size() < first + part.size()) return false;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (!same_number(part[i], whole[first + i])) return false;
  }
  return true;
}

void check_columns_stand_in(const Forecast& part, const Forecast& whole, std::size_t first) {
  REQUIRE(part.policies.size() == whole.policies.size());
  for (std::size_t p = 0; p < whole.policies.size(); ++p) {
    const auto& columns = part.policies[p].columns;
    REQUIRE(columns.size() == 8);
    for (std::size_t o = 0; o < columns.size(); ++o) {
      INFO(columns[o].name);
      CHECK(stands_in(columns[o].values, whole.policies[p].columns[o].values, first));
    }
  }
  REQUIRE(part.parameter_columns.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(stands_in(part.parameter_columns[i].values, whole.parameter_columns[i].values, first));
  }
}

TEST_CASE("threads and blocks do not change a bit of the result", "[engine]") {
  RunOptions options = options_of(5000);
  options.block_paths = 4096;
  const std::string whole = bytes_of(options);
  for (const int threads : {1, 2}) {
    for (const std::uint32_t block_paths : {256U, 512U, 4096U, 0U}) {
      options.threads = threads;
      options.block_paths = block_paths;
      INFO(threads << " threads, blocks of " << block_paths);
      CHECK(bytes_of(options) == whole);
    }
  }
}

TEST_CASE("blocks may hold any number of paths", "[engine]") {
  RunOptions options = options_of(1000);
  const std::string whole = bytes_of(options);
  for (const std::uint32_t block_paths : {1U, 7U, 255U, 257U, 999U}) {
    options.block_paths = block_paths;
    INFO("blocks of " << block_paths);
    CHECK(bytes_of(options) == whole);
  }
}

TEST_CASE("another seed gives another result", "[engine]") {
  RunOptions options = options_of(1000);
  const std::string first = bytes_of(options);
  options.seed += 1;
  CHECK(bytes_of(options) != first);
}

TEST_CASE("two halves merge to the whole, bit for bit", "[engine]") {
  const std::string whole = bytes_of(options_of(3000));
  for (const std::uint64_t split : {1U, 777U, 1024U, 1536U, 2999U}) {
    const Forecast first = run(truce(), options_of(split));
    const Forecast second = run(truce(), options_of(3000 - split, split));
    INFO("split at " << split);
    CHECK(first.merged_with(second).serialize() == whole);
  }
}

TEST_CASE("the first paths of a larger run are those of a smaller one", "[engine]") {
  RunOptions options = options_of(1500);
  options.keep_outcomes = true;
  const Forecast whole = run(truce(), options);
  options.n_paths = 421;
  check_columns_stand_in(run(truce(), options), whole, 0);
  options.first_path = 777;
  options.n_paths = 100;
  check_columns_stand_in(run(truce(), options), whole, 777);
}

TEST_CASE("a policy gives the same alone as beside others", "[engine]") {
  RunOptions options = options_of(800);
  options.keep_outcomes = true;
  const Forecast both = run(truce(), options);
  options.policies = {"late"};
  const Forecast alone = run(truce(), options);
  REQUIRE(alone.policies.size() == 1);
  REQUIRE(alone.policies[0].name == "late");
  for (std::size_t o = 0; o < alone.policies[0].columns.size(); ++o) {
    CHECK(stands_in(alone.policies[0].columns[o].values, both.policies[1].columns[o].values, 0));
  }
}

TEST_CASE("kept paths are the first and stand in the states that occupancy counts", "[engine]") {
  RunOptions options = options_of(600);
  options.keep_paths = 600;
  options.block_paths = 256;
  const Forecast forecast = run(truce(), options);
  const PolicyForecast& policy = forecast.policies[0];
  REQUIRE(policy.kept.n_paths == 600);
  const std::size_t n_dates = forecast.times.size();
  REQUIRE(policy.kept.states.size() == 600 * n_dates);
  for (std::size_t state = 0; state < 3; ++state) {
    for (std::size_t date = 0; date < n_dates; ++date) {
      std::size_t n = 0;
      for (std::size_t path = 0; path < 600; ++path) {
        n += policy.kept.states[path * n_dates + date] == static_cast<std::int8_t>(state) ? 1 : 0;
      }
      CHECK(policy.occupancy[0].share[state * n_dates + date] ==
            Approx(static_cast<double>(n) / 600).epsilon(1e-12));
    }
  }
}

TEST_CASE("estimates are the means of the columns", "[engine]") {
  RunOptions options = options_of(1200);
  options.keep_outcomes = true;
  const Forecast forecast = run(truce(), options);
  for (const PolicyForecast& policy : forecast.policies) {
    for (std::size_t o = 0; o < policy.outcomes.size(); ++o) {
      const Estimate& estimate = policy.outcomes[o];
      double sum = 0.0;
      std::uint64_t n = 0;
      for (const double value : policy.columns[o].values) {
        if (std::isnan(value)) continue;
        sum += estimate.kind == "time_to" ? 1.0 : value;
        ++n;
      }
      INFO(estimate.name);
      if (estimate.kind == "time_to") n = estimate.n;
      CHECK(estimate.n == n);
      CHECK(estimate.estimate == Approx(sum / static_cast<double>(n)).epsilon(1e-12));
    }
  }
}

TEST_CASE("an unknown policy is named beside those that exist", "[engine]") {
  RunOptions options = options_of(10);
  options.policies = {"drift", "quick"};
  CHECK(error_of(truce(), options) == "the scenario has no policy `quick`; it has: drift, late");
}

TEST_CASE("options that make no run are refused", "[engine]") {
  CHECK(error_of(truce(), options_of(0)) == "a run needs at least one path");
  CHECK_THROWS_AS(memory_needed(truce(), options_of(0)), diagnostic::RunError);
  RunOptions options = options_of(10);
  options.threads = -1;
  CHECK(error_of(truce(), options) == "the number of threads cannot be negative");
  // More paths than columns can have rows are too many for the memory, like a few less.
  options = options_of(std::uint64_t{1} << 62);
  options.keep_outcomes = true;
  CHECK_THROWS_AS(run(turns(), options), std::bad_alloc);
}

std::shared_ptr<const model::Model> with_hazard(const std::string& hazard) {
  return model_of(R"(
detente: 1
time: {horizon: 2, step: 0.1}
parameters: {b: {normal: {mean: 1, sd: 0.35}}}
chains:
  side:
    start: a
    states: [a, b]
    transitions:
      - {name: go, from: a, to: b, hazard: ")" +
                  hazard + R"("}
outcomes: {gone: {probability: side == b}}
)");
}

/// The first path, from `first_path` on, on which the parameter is negative.
std::uint64_t first_negative(std::uint64_t first_path) {
  RunOptions options = options_of(3000, first_path);
  options.keep_outcomes = true;
  const Forecast fine = run(with_hazard("max(0, b)"), options);
  const std::vector<double>& draws = fine.parameter_columns[0].values;
  std::size_t i = 0;
  while (i < draws.size() && draws[i] >= 0.0) ++i;
  REQUIRE(i < draws.size());
  return first_path + i;
}

void check_lowest_failing_path(const std::string& hazard, const std::string& problem) {
  const auto model = with_hazard(hazard);
  for (const std::uint64_t first_path : {0U, 1000U}) {
    const std::uint64_t path = first_negative(first_path);
    RunOptions options = options_of(3000, first_path);
    const std::string alone = error_of(model, options);
    INFO(alone);
    CHECK(contains(alone, "E401"));
    CHECK(contains(alone, problem));
    CHECK(contains(alone, "`go`"));
    CHECK(contains(alone, "policy `baseline`, path " + std::to_string(path) + ","));
    for (const std::uint32_t block_paths : {64U, 256U, 4096U}) {
      options.threads = 2;
      options.block_paths = block_paths;
      CHECK(error_of(model, options) == alone);
    }
    options.n_paths = path - first_path;
    CHECK((options.n_paths == 0 || error_of(model, options).empty()));
  }
}

TEST_CASE("a negative hazard stops the run at the lowest path, whatever the threads", "[engine]") {
  check_lowest_failing_path("b", "is negative");
}

TEST_CASE("a hazard that is no number stops the run at the lowest path", "[engine]") {
  check_lowest_failing_path("sqrt(b)", "is not a number");
}

TEST_CASE("weights and baselines that only a path shows to be wrong stop the run", "[engine]") {
  const auto error_with = [](const std::string& start, const std::string& to,
                             const std::string& how) {
    return error_of(model_of("detente: 1\ntime: {horizon: 1, step: 0.25}\nparameters:\n"
                             "  low: {normal: {mean: -1, sd: 0.001}}\n"
                             "  huge: {normal: {mean: 800, sd: 0.001}}\n"
                             "chains:\n  c:\n    start: " +
                             start +
                             "\n    states: [u, v, w]\n"
                             "    transitions: [{name: go, from: u, to: " +
                             to + ", " + how + "}]\n"),
                    options_of(20));
  };
  CHECK(error_with("u", "v", "hazard: 1").empty());
  CHECK(contains(error_with("{u: 1, v: low}", "v", "hazard: 1"), "E402"));
  CHECK(contains(error_with("{u: 1, v: exp(huge)}", "v", "hazard: 1"), "E402"));
  CHECK(contains(error_with("u", "{v: exp(huge), w: 1}", "hazard: 50"), "E402"));
  CHECK(contains(error_with("u", "v", "baseline: {weibull: {shape: low, scale: 1}}"), "E401"));
  CHECK(contains(error_with("u", "v", "baseline: {weibull: {shape: 2, scale: low}}"), "E401"));
}

TEST_CASE("a run stopped by its caller gives the first paths", "[engine]") {
  RunOptions options = options_of(4'000'000);
  options.threads = 2;
  options.block_paths = 256;
  std::uint64_t seen = 0;
  const Forecast partial = run(truce(), options, [&seen](const Progress& progress) {
    CHECK(progress.n_paths == 4'000'000);
    CHECK(progress.paths_done >= seen);
    seen = progress.paths_done;
    return progress.paths_done < 256;
  });
  CHECK(partial.partial());
  CHECK(partial.n_paths_requested == 4'000'000);
  REQUIRE(partial.n_paths >= 256);
  REQUIRE(partial.n_paths < 4'000'000);
  CHECK(partial.n_paths % 256 == 0);
  const Forecast same = run(truce(), options_of(partial.n_paths));
  CHECK_FALSE(same.partial());
  for (std::size_t p = 0; p < 2; ++p) {
    for (std::size_t o = 0; o < same.policies[p].outcomes.size(); ++o) {
      CHECK(partial.policies[p].outcomes[o].n == same.policies[p].outcomes[o].n);
      CHECK(partial.policies[p].outcomes[o].estimate == same.policies[p].outcomes[o].estimate);
      CHECK(partial.policies[p].outcomes[o].standard_error ==
            same.policies[p].outcomes[o].standard_error);
    }
  }
}

TEST_CASE("a run that takes no time tells that it is done", "[engine]") {
  std::vector<std::uint64_t> told;
  const Forecast forecast = run(truce(), options_of(16), [&told](const Progress& progress) {
    told.push_back(progress.paths_done);
    return progress.paths_done < 16;
  });
  REQUIRE_FALSE(told.empty());
  CHECK(told.back() == 16);
  CHECK_FALSE(forecast.partial());
}

TEST_CASE("what the caller's progress throws comes back to the caller", "[engine]") {
  struct Interrupted {};
  RunOptions options = options_of(4'000'000);
  CHECK_THROWS_AS(run(truce(), options, [](const Progress&) -> bool { throw Interrupted{}; }),
                  Interrupted);
}

/// The default table again, however the test ends.
struct DefaultKernel {
  ~DefaultKernel() { kernel::force(""); }
};

TEST_CASE("all instruction sets give the same estimates", "[engine]") {
  const DefaultKernel restore;
  std::vector<Forecast> forecasts;
  for (const kernel::Table* table : kernel::available()) {
    kernel::force(table->name);
    forecasts.push_back(run(truce(), options_of(4000)));
    CHECK(forecasts.back().instruction_set == table->name);
  }
  for (const Forecast& forecast : forecasts) {
    for (std::size_t p = 0; p < 2; ++p) {
      for (std::size_t o = 0; o < forecast.policies[p].outcomes.size(); ++o) {
        const Estimate& a = forecasts[0].policies[p].outcomes[o];
        const Estimate& b = forecast.policies[p].outcomes[o];
        INFO(forecast.instruction_set << ": " << a.name);
        REQUIRE(a.standard_error > 0.0);
        // The variates are the same, so that only roundings near a crossing tell the sets apart.
        CHECK(std::abs(a.estimate - b.estimate) < 0.2 * a.standard_error);
      }
    }
  }
}

TEST_CASE("constant hazards give the stationary law", "[engine]") {
  // In the long run side is a, b, c in proportion to 1, 0.8 / 1.3, 0.5 / 2.
  const std::size_t n = 20000;
  const Forecast forecast = run(turns(), options_of(n));
  const double total = 1 + 0.8 / 1.3 + 0.5 / 2;
  const double expected[] = {1 / total, 0.8 / 1.3 / total, 0.5 / 2 / total};
  const std::size_t n_dates = forecast.times.size();
  for (std::size_t state = 0; state < 3; ++state) {
    const double share = forecast.policies[0].occupancy[0].share[(state + 1) * n_dates - 1];
    const double error = std::sqrt(expected[state] * (1 - expected[state]) / n);
    CHECK(std::abs(share - expected[state]) < 5 * error);
  }
}

TEST_CASE("a variable that comes to a stand within a step has moved by the step",
          "[engine][laws]") {
  // It grows by the step where the chain is in `a` at the step's start; in `b` nothing moves it, and a hazard is as large
  // as it has become. With what it was before the last step, a quarter less, the events would be too few.
  const auto model = model_of(R"yaml(
detente: 1
title: stand
time: {horizon: 9, step: 0.25}
variables:
  y: {start: 0, drift: "if(side == a, 1, 0)"}
chains:
  side:
    start: a
    states: [a, b]
    transitions: [{name: go, from: a, to: b, hazard: 4}]
events:
  echo: {hazard: "if(side == b, y, 0)", effects: {}}
outcomes:
  left: {time_to: side == b}
  y_end: {value: y}
  y_top: {maximum: y}
  echoes: {count: echo}
)yaml");
  RunOptions options = options_of(20000);
  options.keep_outcomes = true;
  const Forecast forecast = run(model, options);
  const auto& columns = forecast.policies[0].columns;
  double surplus = 0.0;
  double variance = 0.0;
  for (std::size_t i = 0; i < 20000; ++i) {
    const double left = columns[0].values[i];
    if (std::isnan(left)) continue;
    const double y = 0.25 * std::ceil(left / 0.25);
    REQUIRE(std::abs(columns[1].values[i] - y) < 1e-9);
    REQUIRE(std::abs(columns[2].values[i] - y) < 1e-9);
    const double expected =
        y * (9.0 - y) + (y - 0.25) * (y - left);  // the step's rest at the old value
    surplus += columns[3].values[i] - expected;
    variance += expected;
  }
  CHECK(std::abs(surplus) < 5.0 * std::sqrt(variance));
}

/// Chains of two states that do not know each other. Hazards that follow time keep their states apart in pools of their own.
std::string many_chains(std::size_t n_chains, const std::string& time_trend) {
  std::string text = "detente: 1\ntitle: t\ntime: {horizon: 4, step: 0.5, report: 2}\nchains:\n";
  for (std::size_t c = 0; c < n_chains; ++c) {
    const std::string number = std::to_string(c);
    text += "  c" + number + ": {start: a, states: [a, b], transitions: [{name: go" + number +
            ", from: a, to: b, hazard: 0.8" + time_trend + "}, {name: back" + number +
            ", from: b, to: a, hazard: 0.4" + time_trend + "}]}\n";
  }
  return text + "outcomes: {b: {probability: c0 == b}}\n";
}

TEST_CASE("more joint states than are kept change nothing", "[engine][laws]") {
  // Twelve chains have 4096 joint states. Where pools tell them apart a block lets go those that it has left. Each chain by itself is in
  // b with probability 2/3 (1 - exp(-1.2 t)); 12 x 2000 chains.
  const std::string trend = GENERATE("", " + 0 * time");
  const auto model = model_of(many_chains(12, trend));
  RunOptions options = options_of(2000);
  options.threads = 1;
  const Forecast forecast = run(model, options);
  const auto& policy = forecast.policies[0];
  REQUIRE(policy.occupancy.size() == 12);
  for (std::size_t date = 0; date < 3; ++date) {
    const double expected = 2.0 / 3.0 * (1.0 - std::exp(-1.2 * 2.0 * static_cast<double>(date)));
    double share = 0.0;
    for (const auto& chain : policy.occupancy) share += chain.share[3 + date] / 12.0;
    const double error = std::sqrt(expected * (1.0 - expected) / (12.0 * 2000.0));
    INFO("date " << date << ": " << share << ", expected " << expected << " +- " << error);
    CHECK(std::abs(share - expected) <= 5.0 * error);
  }
  const std::string whole = forecast.serialize();
  for (const std::uint32_t block_paths : {100U, 1000U}) {
    options.block_paths = block_paths;
    CHECK(run(model, options).serialize() == whole);
  }
}

TEST_CASE("as many chains run as a scenario may have", "[engine]") {
  const auto model = model_of(many_chains(62, GENERATE("", " + 0 * time")));
  const Forecast forecast = run(model, options_of(3));
  CHECK(forecast.n_paths == 3);
}

}  // namespace
}  // namespace detente::engine
