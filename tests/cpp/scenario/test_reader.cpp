#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "detente/expr/evaluate.hpp"
#include "detente/expr/simplify.hpp"
#include "detente/scenario/reader.hpp"
#include "detente/scenario/writer.hpp"
#include "support/catch.hpp"

using namespace detente;
using namespace detente::scenario;
namespace filesystem = std::filesystem;

namespace {

const std::string calendar =
    "detente: 1\ntime: {start: 2024-12-01, horizon: 10 years, step: 1 week, report: 1 month}\n";
const std::string plain = "detente: 1\ntime: {horizon: 50, step: 0.1}\n";

std::shared_ptr<const model::Model> read(const std::string& text, const Overrides& overrides = {}) {
  return parse(text, "t.yaml", overrides).model;
}

std::string message_of(const std::string& text, const Overrides& overrides = {}) {
  try {
    parse(text, "t.yaml", overrides);
  } catch (const diagnostic::ScenarioError& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

const std::string truce = calendar + R"(
levers: {pressure: {default: 0, range: [0, 1]}}
parameters:
  a: {normal: {mean: 1, sd: 0.5}, source: judgement, unit: per year, description: first}
  b: {lognormal: {median: 2, sigma: 0.3}}
  c: {beta: {mean: 0.4, sd: 0.1}}
correlations:
  - {of: [a, b, c], rank: 0.3}
joint:
  - multivariate_normal: {of: [m, n], mean: [1, 2], covariance: [[4, 1], [1, 9]]}
chains:
  conflict:
    start: {war: 0.9, talks: 0.1}
    states: {war: fighting, talks: , ceasefire: {description: guns silent, color: green}}
    transitions:
      - {from: [war, talks], to: ceasefire, hazard: exp(a) * (1 + pressure)}
      - name: relapse
        from: ceasefire
        to: {war: b, talks: 1}
        baseline: {gompertz: {rate: c, shape: -0.1}}
        hazard_ratios: {x: 2}
policies:
  drift: {}
  quick: {set: {pressure: 1}}
outcomes:
  ceasefires: {duration: conflict == ceasefire}
utility: ceasefires - a
)";

}  // namespace

TEST_CASE("a scenario is read into its model", "[scenario]") {
  const auto model = read(truce);
  CHECK(model->calendar.horizon == Approx(10.0).margin(0.01));
  REQUIRE(model->parameters.size() == 5);
  CHECK(model->parameters[0].source == "judgement");
  CHECK(model->parameters[0].yaml == "normal: {mean: 1, sd: 0.5}");
  CHECK(model->parameters[3].name == "m");
  CHECK(model->parameters[4].prior.standard_deviation() == Approx(3.0));
  CHECK(model->correlations.size() == 3);
  REQUIRE(model->chains.size() == 1);
  CHECK(model->chains[0].start.size() == 2);
  CHECK(model->chains[0].states[2].color == "green");
  REQUIRE(model->transitions.size() == 2);
  CHECK(model->transitions[0].name == "war_or_talks_to_ceasefire");
  CHECK(model->transitions[0].from.size() == 2);
  CHECK(model->transitions[1].intensity.family == model::BaselineFamily::gompertz);
  CHECK(model->transitions[1].branches.size() == 2);
  CHECK(model->utility);
}

TEST_CASE("without policies there is one, baseline", "[scenario]") {
  const auto model = read(plain);
  REQUIRE(model->policies.size() == 1);
  CHECK(model->policies[0].name == "baseline");
  CHECK_FALSE(model->calendar.start.has_value());
  CHECK(model->calendar.horizon == 50.0);
}

TEST_CASE("durations and dates become years from the start", "[scenario]") {
  const auto model = read(calendar + R"(
events:
  dated: {on: 2025-12-01}
  after: {on: 6 months}
  yearly: {every: 1 year}
variables: {x: {start: 0}}
outcomes:
  mean: {integral: x, from: 2025-06-01, until: 2 years}
)");
  CHECK(model->events[0].time == Approx(365 / 365.25));
  CHECK(model->events[1].time == Approx(182 / 365.25));  // to 1 June
  CHECK(model->events[2].every.unit == model::Duration::Unit::year);
  CHECK(model->outcomes[0].from == Approx(182 / 365.25));
  CHECK(model->outcomes[0].until == Approx(730 / 365.25));
  const auto to_date =
      read("detente: 1\ntime: {start: 2024-12-01, horizon: 2035-12-31, step: 7 days}\n");
  CHECK(to_date->calendar.horizon == Approx(4047 / 365.25));
}

TEST_CASE("shared expressions may stand in any order and are one node", "[scenario]") {
  const auto model = read(plain + R"(
parameters: {p: 2}
let:
  twice: 2 * once
  once: p + 1
variables:
  x: {start: twice}
  y: {start: twice}
)");
  CHECK(model->variables[0].start == model->variables[1].start);
  CHECK(model->lets[0].expression == model->variables[0].start);
}

TEST_CASE("a long row of shared expressions neither overflows nor takes long", "[scenario]") {
  std::string text = plain + "parameters: {p: 2}\nlet:\n  a0: p\n";
  for (int i = 1; i < 900; ++i) {
    text += "  a" + std::to_string(i) + ": a" + std::to_string(i - 1) + " + 1\n";
  }
  CHECK(read(text)->lets.size() == 900);
  std::string doubling = plain + "parameters: {p: 2}\nlet:\n  a0: p\n";
  for (int i = 1; i < 60; ++i) {
    const std::string last = "a" + std::to_string(i - 1);
    doubling += "  a" + std::to_string(i) + ": " + last + " * " + last + "\n";
  }
  CHECK(contains(message_of(doubling), "error[E305]"));
}

TEST_CASE("reading what was written gives an equal scenario", "[scenario]") {
  const Scenario first = parse(truce);
  const Scenario second = parse(to_yaml(first));
  CHECK(second.yaml == first.yaml);
  CHECK(second.hash == first.hash);
  CHECK(second.model->parameters.size() == first.model->parameters.size());
  REQUIRE(second.model->transitions.size() == first.model->transitions.size());
  for (std::size_t i = 0; i < first.model->transitions.size(); ++i) {
    const auto& a = first.model->transitions[i];
    const auto& b = second.model->transitions[i];
    CHECK(a.name == b.name);
    CHECK(a.from == b.from);
    if (a.intensity.hazard) CHECK(expr::same(*a.intensity.hazard, *b.intensity.hazard));
    for (std::size_t k = 0; k < a.intensity.arguments.size(); ++k) {
      CHECK(expr::same(*a.intensity.arguments[k], *b.intensity.arguments[k]));
    }
  }
  CHECK(expr::same(*first.model->utility, *second.model->utility));
}

TEST_CASE("the hash is of the content, not of its layout", "[scenario]") {
  const std::string other = "# a comment\n" + truce;
  CHECK(parse(other).hash == parse(truce).hash);
  Overrides overrides;
  overrides.levers["pressure"] = 0.5;
  CHECK(parse(truce, "t.yaml", overrides).hash != parse(truce).hash);
  CHECK(content_hash("") == "cbf29ce484222325");
  CHECK(content_hash("a") == "af63dc4c8601ec8c");  // published value of FNV-1a
}

TEST_CASE("texts that YAML would read otherwise are written in quotes", "[scenario]") {
  const std::string text =
      plain + "title: \"null\"\ndescription: \"a: b # c \\\"d\\\" \\\\ \\n- e\"\n";
  const Scenario first = parse(text);
  const auto model = parse(first.yaml).model;
  CHECK(model->title == "null");
  CHECK(model->description == first.model->description);
  CHECK(contains(model->description, "\n- e"));
}

TEST_CASE("parameters are overridden by numbers and by priors", "[scenario]") {
  Overrides overrides;
  overrides.parameters["b"] = "{uniform: {low: 0, high: 4}}";
  overrides.parameters["a"] = 3.5;
  overrides.levers["pressure"] = 1.0;
  const auto model = read(truce, overrides);
  CHECK(model->parameters[0].prior.is_constant());
  CHECK(model->parameters[0].prior.mean() == 3.5);
  CHECK(model->parameters[0].unit == "per year");
  CHECK(model->parameters[0].source == "judgement");
  CHECK(model->parameters[1].prior.mean() == 2.0);
  // A fixed parameter leaves its correlations; the others keep theirs.
  CHECK(model->correlations.size() == 1);
  CHECK(model->levers[0].default_value == 1.0);
}

TEST_CASE("a fixed member leaves its joint prior and the other keeps its marginal", "[scenario]") {
  Overrides overrides;
  overrides.parameters["m"] = 0.0;
  const auto model = read(truce, overrides);
  CHECK(model->joints.empty());
  const auto& last = model->parameters[4];
  CHECK(model->parameters[3].name == "n");
  CHECK(model->parameters[3].prior.mean() == 2.0);
  CHECK(model->parameters[3].prior.standard_deviation() == Approx(3.0));
  CHECK(last.name == "m");
  CHECK(last.prior.is_constant());
}

TEST_CASE("policies are replaced and chosen", "[scenario]") {
  Overrides overrides;
  overrides.keep_policies = {"quick"};
  CHECK(read(truce, overrides)->policies.size() == 1);
  overrides = {};
  overrides.policies = "mild: {set: {pressure: 0.3}}";
  CHECK(read(truce, overrides)->policies[0].set[0].value == 0.3);
}

TEST_CASE("wrong overrides are errors that name the near ones", "[scenario]") {
  Overrides overrides;
  overrides.parameters["aa"] = 1.0;
  CHECK(contains(message_of(truce, overrides), "did you mean `a`?"));
  overrides = {};
  overrides.levers["presure"] = 1.0;
  CHECK(contains(message_of(truce, overrides), "did you mean `pressure`?"));
  overrides = {};
  overrides.parameters["a"] = "{normal: {mean: 1, sd: -1}}";
  CHECK(contains(message_of(truce, overrides), "<parameters.a>:1:24: error[E330]"));
  overrides = {};
  overrides.keep_policies = {"slow"};
  CHECK(contains(message_of(truce, overrides), "unknown policy `slow`"));
  overrides = {};
  overrides.parameters["a"] = "{normal: ";
  CHECK(contains(message_of(truce, overrides), "error[E101]"));
}

TEST_CASE("columns are read beside the scenario and written out with it", "[scenario]") {
  const filesystem::path folder = filesystem::path(DETENTE_SCENARIO_TESTS) / "bad";
  const std::string text =
      plain + "parameters:\n  t: {empirical: {file: columns.csv, column: years}, unit: years}\n";
  const Scenario scenario = parse(text, "t.yaml", {}, folder);
  CHECK(scenario.model->parameters[0].prior.mean() == Approx((0.4 + 1.1 + 2.7) / 3));
  CHECK(contains(scenario.yaml, "values: [0.4, 1.1, 2.7]"));
  CHECK(parse(scenario.yaml).model->parameters[0].prior.mean() == Approx((0.4 + 1.1 + 2.7) / 3));
  CHECK(contains(message_of(text), "error[E340]"));
}

TEST_CASE("states that nothing leads to are a warning", "[scenario]") {
  const Scenario scenario = parse(plain + "chains: {c: {start: a, states: [a, b]}}\n");
  REQUIRE(scenario.warnings.sorted().size() == 1);
  CHECK(scenario.warnings.sorted()[0].code == "W501");
}

TEST_CASE("unknown keys of one mapping are reported up to twenty", "[scenario]") {
  std::string text = "detente: 1\ntime:\n  horizon: 1\n  step: 1\n";
  for (int i = 0; i < 30; ++i) text += "  unknown" + std::to_string(i) + ": 1\n";
  CHECK(contains(message_of(text), "\n20 errors"));
}

TEST_CASE("files that cannot be read are errors", "[scenario]") {
  CHECK_THROWS_AS(load("no/such/file.yaml"), diagnostic::ScenarioError);
  CHECK_THROWS_WITH(load(DETENTE_SCENARIO_TESTS), Catch::Matchers::Contains("this is a folder"));
}

TEST_CASE("all scenarios of the project are read", "[scenario]") {
  std::size_t n = 0;
  for (const char* folder : {DETENTE_SCENARIOS, DETENTE_SCENARIO_TESTS "/good"}) {
    for (const auto& entry : filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".yaml") continue;
      INFO(entry.path().filename().string());
      const Scenario scenario = load(entry.path());
      CHECK(parse(scenario.yaml).hash == scenario.hash);
      ++n;
    }
  }
  CHECK(n >= 1);
}

TEST_CASE("random damage to a scenario gives a message or a model, never a crash", "[scenario]") {
  std::uint32_t state = 12345;
  const auto random = [&](std::size_t below) {
    state = state * 1664525u + 1013904223u;
    return static_cast<std::size_t>(state >> 8) % below;
  };
  const std::string signs = "{}[]:,\"'#&*!|>-? \n\t%@`~0aA()=<.";
  for (int round = 0; round < 400; ++round) {
    std::string text = truce;
    for (std::size_t k = 0; k < 1 + random(3); ++k) {
      const std::size_t at = random(text.size());
      const std::size_t kind = random(3);
      if (kind == 0) text[at] = signs[random(signs.size())];
      if (kind == 1) text.erase(at, 1 + random(8));
      if (kind == 2) text.insert(at, 1, signs[random(signs.size())]);
    }
    INFO(text);
    try {
      const Scenario scenario = parse(text);
      CHECK(parse(scenario.yaml).hash == scenario.hash);
    } catch (const diagnostic::ScenarioError& error) {
      CHECK(contains(error.what(), "error[E"));
    }
  }
}
