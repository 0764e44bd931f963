/// What the files of a scenario say together.

#include "scenario/merge.hpp"

#include <string>
#include <vector>

#include "detente/scenario/reader.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace detente;
using namespace detente::scenario;
using support::contains;
using support::Folder;
using support::message_of;
using support::time_section;
namespace filesystem = std::filesystem;

namespace {

std::vector<std::string> names_of(const std::vector<model::Parameter>& parameters) {
  std::vector<std::string> names;
  for (const model::Parameter& parameter : parameters) names.push_back(parameter.name);
  return names;
}

}  // namespace

TEST_CASE("sections are united, what is included first", "[scenario]") {
  const Folder folder;
  folder.write(
      "a.yaml",
      "detente: 1\ntitle: not taken over\nparameters: {a: 1, b: {normal: {mean: 0, sd: 1}}}\n"
      "policies: {first: {}}\noutcomes: {x: {value: a}}\n");
  folder.write("b.yaml",
               "detente: 1\nparameters: {c: {normal: {mean: 0, sd: 1}}}\n"
               "correlations: [{of: [b, c], rank: 0.1}]\n");
  const auto top = folder.write(
      "top.yaml",
      "detente: 1\nparameters: {d: {normal: {mean: 0, sd: 1}}}\npolicies: {second: {}}\n"
      "correlations: [{of: [c, d], rank: 0.2}]\ninclude: [a.yaml, b.yaml]\n" +
          time_section);
  const Scenario scenario = load(top);
  const model::Model& model = *scenario.model;
  CHECK(model.title.empty());
  CHECK(names_of(model.parameters) == std::vector<std::string>{"a", "b", "c", "d"});
  REQUIRE(model.policies.size() == 2);
  CHECK(model.policies[0].name == "first");
  REQUIRE(model.correlations.size() == 2);
  CHECK(model.outcomes.size() == 1);
}

TEST_CASE("the canonical text holds what was included", "[scenario]") {
  const Folder folder;
  folder.write("a.yaml", "detente: 1\nparameters: {a: 1}\n");
  const auto top = folder.write(
      "top.yaml",
      "detente: 1\ninclude: a.yaml\noverride: {parameters: {a: 2}}\nparameters: {b: 3}\n" +
          time_section);
  const Scenario scenario = load(top);
  CHECK(scenario.yaml ==
        "detente: 1\ntime:\n  horizon: 50\n  step: 0.1\nparameters:\n  a: 2\n  b: 3\n");
  CHECK(parse(scenario.yaml).hash == scenario.hash);
}

TEST_CASE("an override stands whole in the place of what it replaces", "[scenario]") {
  const Folder folder;
  folder.write("a.yaml",
               "detente: 1\nparameters: {a: {normal: {mean: 0, sd: 1}, unit: years}, b: 1}\n"
               "let: {c: a + b}\n");
  const auto top = folder.write(
      "top.yaml", "detente: 1\ninclude: a.yaml\noverride: {parameters: {a: 7}, let: {c: a - b}}\n" +
                      time_section);
  const auto model = load(top).model;
  CHECK(names_of(model->parameters) == std::vector<std::string>{"a", "b"});
  CHECK(model->parameters[0].prior.mean() == 7.0);
  CHECK(model->parameters[0].unit.empty());
  CHECK(model->lets[0].text == "a - b");
}

TEST_CASE("an override in one file holds for the whole scenario", "[scenario]") {
  const Folder folder;
  folder.write("base.yaml", "detente: 1\nparameters: {a: 1}\n");
  folder.write("left.yaml", "detente: 1\ninclude: base.yaml\noverride: {parameters: {a: 2}}\n");
  folder.write("right.yaml", "detente: 1\ninclude: base.yaml\n");
  folder.write("other.yaml", "detente: 1\ninclude: base.yaml\noverride: {parameters: {a: 3}}\n");
  const auto one =
      folder.write("one.yaml", "detente: 1\ninclude: [left.yaml, right.yaml]\n" + time_section);
  CHECK(load(one).model->parameters[0].prior.mean() == 2.0);
  const auto two =
      folder.write("two.yaml", "detente: 1\ninclude: [left.yaml, other.yaml]\n" + time_section);
  CHECK(contains(message_of(two),
                 "error[E143]: the parameter `a` is not the same in two files of the scenario"));
  const auto settled = folder.write("settled.yaml",
                                    "detente: 1\ninclude: [left.yaml, other.yaml]\n"
                                    "override: {parameters: {a: 4}}\n" +
                                        time_section);
  CHECK(load(settled).model->parameters[0].prior.mean() == 4.0);
}

TEST_CASE("two files may say the same, and one that includes a name may not repeat it",
          "[scenario]") {
  const Folder folder;
  folder.write("a.yaml", "detente: 1\nsources: {x: {cite: A book}}\n");
  folder.write("b.yaml", "detente: 1\nsources:\n  x:\n    cite: 'A book'\n");
  const auto both =
      folder.write("both.yaml", "detente: 1\ninclude: [a.yaml, b.yaml]\n" + time_section);
  CHECK(load(both).model->sources.size() == 1);
  const auto again = folder.write(
      "again.yaml", "detente: 1\ninclude: a.yaml\nsources: {x: {cite: A book}}\n" + time_section);
  CHECK(contains(message_of(again), "the source `x` is defined by an included file already"));
}

TEST_CASE("time is taken key by key, and utility from the file that includes the others",
          "[scenario]") {
  const Folder folder;
  folder.write("a.yaml",
               "detente: 1\ntime: {horizon: 50, step: 0.1, report: 5}\nutility: x\n"
               "outcomes: {x: {value: 1}, y: {value: 2}}\n");
  const auto plain = folder.write("plain.yaml", "detente: 1\ninclude: a.yaml\n");
  CHECK(load(plain).model->calendar.horizon == 50.0);
  CHECK(load(plain).model->utility_text == "x");
  const auto own =
      folder.write("own.yaml", "detente: 1\ninclude: a.yaml\ntime: {horizon: 20}\nutility: y\n");
  CHECK(load(own).model->calendar.horizon == 20.0);
  CHECK(load(own).model->utility_text == "y");
  folder.write("b.yaml", "detente: 1\nutility: y\n");
  const auto two = folder.write("two.yaml", "detente: 1\ninclude: [a.yaml, b.yaml]\n");
  CHECK(contains(message_of(two),
                 "error[E143]: the `utility` is not the same in two files of the scenario"));
}

TEST_CASE("a section that is no mapping is reported once and in its file", "[scenario]") {
  const Folder folder;
  folder.write("a.yaml", "detente: 1\nparameters: [a, b]\n");
  const auto top =
      folder.write("top.yaml", "detente: 1\ninclude: a.yaml\nparameters: {c: 1}\n" + time_section);
  const std::string message = message_of(top);
  CHECK(contains(message, "a.yaml:2:13: error[E123]: `parameters` should be a mapping"));
  CHECK(contains(message, "\n1 error"));
}

TEST_CASE("overrides from outside meet what was included", "[scenario]") {
  const Folder folder;
  folder.write("a.yaml", "detente: 1\nparameters: {a: 1}\nlevers: {u: {default: 0}}\n");
  const auto top = folder.write("top.yaml", "detente: 1\ninclude: a.yaml\n" + time_section);
  Overrides overrides;
  overrides.parameters["a"] = 9.0;
  overrides.levers["u"] = 0.5;
  const auto model = load(top, overrides).model;
  CHECK(model->parameters[0].prior.mean() == 9.0);
  CHECK(model->levers[0].default_value == 0.5);
}

TEST_CASE("a scenario may include a whole scenario and vary it", "[scenario]") {
  const Folder folder;
  folder.write("whole.yaml",
               "detente: 1\ntitle: The whole\nparameters: {a: 1}\noutcomes: {x: {value: a}}\n" +
                   time_section);
  const auto variant = folder.write(
      "variant.yaml",
      "detente: 1\ntitle: A variant\ninclude: whole.yaml\noverride: {parameters: {a: 2}}\n");
  const auto model = load(variant).model;
  CHECK(model->title == "A variant");
  CHECK(model->outcomes.size() == 1);
  CHECK(model->parameters[0].prior.mean() == 2.0);
}
