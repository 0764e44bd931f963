/// Plans of batches.

#include "detente/scenario/plan.hpp"

#include <string>

#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace detente;
using namespace detente::scenario;
using support::contains;
using support::Folder;
using support::time_section;

namespace {

std::string plan_error(const std::filesystem::path& file) {
  try {
    load_plan(file);
  } catch (const diagnostic::ScenarioError& error) {
    return error.what();
  }
  return {};
}

Scenario small() {
  return parse("detente: 1\nlevers: {push: {default: 0, range: [0, 1]}}\nparameters: {tau: 3}\n" +
               time_section);
}

}  // namespace

TEST_CASE("a plan holds what it says and what it leaves out", "[scenario]") {
  const Folder folder;
  const Plan plan = load_plan(folder.write(
      "plan.yaml",
      "detente: 1\nscenarios: [a.yaml, b]\nparameters: {tau: [2, {normal: {mean: 1, sd: 2}}]}\n"
      "levers: {push: 0.5}\nseeds: [3, -4]\n"));
  REQUIRE(plan.scenarios.size() == 2);
  CHECK(plan.scenarios[1].text == "b");
  CHECK(plan.scenarios[1].span.line == 2);
  CHECK(plan.scenarios[1].span.column == 21);
  REQUIRE(plan.parameters.size() == 1);
  CHECK(std::get<double>(plan.parameters[0].values[0]) == 2.0);
  CHECK(std::get<std::string>(plan.parameters[0].values[1]) == "{normal: {mean: 1, sd: 2}}");
  CHECK(std::get<double>(plan.levers[0].values[0]) == 0.5);
  CHECK(plan.seeds == std::vector<std::string>{"3", "-4"});
  CHECK(plan.paths == std::vector<std::uint64_t>{100'000});
  CHECK(plan.paths_per_draw == 1);
  CHECK(plan.keep_paths == 0);
  CHECK_FALSE(plan.sobol);
  CHECK_FALSE(plan.keep_outcomes);
}

TEST_CASE("all that is wrong with a plan is reported", "[scenario]") {
  const Folder folder;
  const std::string errors =
      plan_error(folder.write("plan.yaml",
                              "detente: 1\nscenarios: []\nseeds: [1.5]\npaths: 0\nkeep_paths: "
                              "-1\npaths_per_draw: 0\nsed: 3\n"));
  CHECK(contains(errors, "a seed is an integer"));
  CHECK(contains(errors, "paths"));
  CHECK(contains(errors, "keep_paths"));
  CHECK(contains(errors, "paths_per_draw"));
  CHECK(contains(errors, "unknown key `sed`"));
  CHECK(contains(plan_error(folder.path() / "nowhere.yaml"), "there is no such file"));
}

TEST_CASE("what is too much for a plan is refused", "[scenario]") {
  const Folder folder;
  const auto error_of = [&folder](const std::string& lines) {
    return plan_error(folder.write("plan.yaml", "detente: 1\nscenarios: a.yaml\n" + lines));
  };
  std::string hundred = "[1";
  for (int i = 2; i <= 100; ++i) hundred += ", " + std::to_string(i);
  hundred += "]";
  CHECK(error_of("seeds: " + hundred + "\npaths: " + hundred + "\n").empty());
  CHECK(contains(error_of("seeds: " + hundred + "\npaths: " + hundred + "\nlevers: {a: [0, 1]}\n"),
                 "error[E154]: a plan may have 10000 jobs, and this has 20000"));
  CHECK(contains(error_of("seeds: " + hundred + "\nparameters: {a: " + hundred + ", b: [1, 2]}\n"),
                 "error[E154]"));
  CHECK(error_of("seeds: " + std::string(100, '9') + "\n").empty());
  CHECK(contains(error_of("seeds: " + std::string(101, '9') + "\n"), "error[E152]"));
  CHECK(error_of("paths: 9007199254740992\n").empty());
  CHECK(contains(error_of("paths: 9007199254740994\n"), "error[E136]"));
  CHECK(contains(error_of("paths: 1.5\n"), "error[E152]: `paths` is a whole number"));
  CHECK(contains(error_of("policies: [drift, drift]\n"), "error[E150]"));
  CHECK(contains(plan_error(folder.path()), "this is a folder, not a plan"));
}

TEST_CASE("what a scenario does not have is reported where the plan names it", "[scenario]") {
  const Folder folder;
  const Plan plan = load_plan(
      folder.write("plan.yaml",
                   "detente: 1\nscenarios: a\npolicies: [fast]\nparameters: {taw: 1, tau: 2}\n"
                   "levers: {push: [0, 7]}\n"));
  const auto found = misfits(plan, small()).sorted();
  REQUIRE(found.size() == 3);
  CHECK(found[0].span.line == 3);
  CHECK(contains(found[1].message + found[1].hint, "tau"));
  CHECK(found[2].code == "E153");
  CHECK(found[2].span.column == 20);
  CHECK(misfits(load_plan(
                    folder.write("good.yaml", "detente: 1\nscenarios: a\nparameters: {tau: 2}\n")),
                small())
            .empty());
}
