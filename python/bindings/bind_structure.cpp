/// What moves the chains and what the policies set: the model with names in place of ids.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "detente/expr/evaluate.hpp"
#include "detente/scenario/reader.hpp"

namespace py = pybind11;
namespace model = detente::model;

namespace {

struct NamedTransition {
  std::string name, chain;
  std::vector<std::string> sources, targets;
};

struct NamedSettings {
  std::map<std::string, double> levers;
  std::map<std::string, std::string> rules;
  std::vector<std::pair<std::string, std::map<std::string, double>>> schedule;
};

std::vector<NamedTransition> transitions_of(const model::Model& all) {
  std::vector<NamedTransition> named;
  for (const model::Transition& transition : all.transitions) {
    const model::Chain& chain = all.chains[transition.chain.index];
    NamedTransition& one = named.emplace_back(NamedTransition{transition.name, chain.name, {}, {}});
    for (const model::StateId from : transition.from) {
      one.sources.push_back(chain.states[from.index].name);
    }
    for (const model::Branch& branch : transition.branches) {
      one.targets.push_back(chain.states[branch.to.index].name);
    }
  }
  return named;
}

/// By chain: the events and transitions whose effects move it.
std::map<std::string, std::vector<std::string>> movers_of(const model::Model& all) {
  std::map<std::string, std::vector<std::string>> movers;
  for (const model::Chain& chain : all.chains) movers[chain.name];
  const auto add = [&](const std::string& name, const model::Effects& effects) {
    for (const model::ForcedMove& move : effects.moves) {
      movers[all.chains[move.chain.index].name].push_back(name);
    }
  };
  for (const model::Event& event : all.events) add(event.name, event.effects);
  for (const model::Transition& transition : all.transitions) {
    add(transition.name, transition.effects);
  }
  return movers;
}

/// Names of `count` outcomes that count over the whole of every path, by position of the transition.
std::map<std::size_t, std::string> counted_transitions_of(const model::Model& all) {
  std::map<std::size_t, std::string> counted;
  for (const model::Outcome& outcome : all.outcomes) {
    if (outcome.kind != model::Outcome::Kind::count || outcome.given) continue;
    if (outcome.from > 0.0 || outcome.until >= 0.0) continue;
    const detente::expr::Symbol& symbol = outcome.expression->symbol;
    if (symbol.kind != detente::expr::SymbolKind::count_transition) continue;
    counted[symbol.index] = outcome.name;
  }
  return counted;
}

std::map<std::string, NamedSettings> settings_of(const model::Model& all) {
  const auto named = [&all](const std::vector<model::LeverSetting>& set) {
    std::map<std::string, double> values;
    for (const model::LeverSetting& setting : set) {
      values[all.levers[setting.lever.index].name] = setting.value;
    }
    return values;
  };
  std::map<std::string, NamedSettings> settings;
  for (const model::Policy& policy : all.policies) {
    NamedSettings& one = settings[policy.name];
    one.levers = named(policy.set);
    for (const model::LeverRule& rule : policy.rules) {
      one.rules[all.levers[rule.lever.index].name] = detente::expr::to_text(*rule.expression);
    }
    for (const model::ScheduledSetting& dated : policy.schedule) {
      one.schedule.emplace_back(dated.on, named(dated.set));
    }
  }
  return settings;
}

}  // namespace

void bind_structure(py::module_& module) {
  py::class_<NamedTransition>(module, "Transition")
      .def_readonly("name", &NamedTransition::name)
      .def_readonly("chain", &NamedTransition::chain)
      .def_readonly("sources", &NamedTransition::sources)
      .def_readonly("targets", &NamedTransition::targets);
  py::class_<NamedSettings>(module, "PolicySettings")
      .def_readonly("levers", &NamedSettings::levers)
      .def_readonly("rules", &NamedSettings::rules)
      .def_readonly("schedule", &NamedSettings::schedule);

  using detente::scenario::Scenario;
  const auto of = [&module](const char* name, auto read) {
    module.def(
        name, [read](const Scenario& scenario) { return read(*scenario.model); },
        py::arg("scenario"));
  };
  of("transitions", transitions_of);
  of("movers", movers_of);
  of("counted_transitions", counted_transitions_of);
  of("policy_settings", settings_of);
}
