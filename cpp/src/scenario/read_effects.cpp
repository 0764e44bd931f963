#include <algorithm>

#include "detente/expr/simplify.hpp"
#include "scenario/messages.hpp"
#include "scenario/parts.hpp"

namespace detente::scenario {

using messages::in_ticks;
using model::Branch;

std::optional<model::StateId> read_state(Reading& reading, const Value& value,
                                         std::uint32_t chain) {
  const std::vector<std::string> states = reading.names.states(chain);
  const std::string& name = reading.names.chain_name(chain);
  if (states.empty()) return std::nullopt;  // Reported where they should stand.
  if (!value.is_scalar()) {
    reading.diagnostics.add(
        messages::wrong_kind(value.span(), "this", "a state of " + in_ticks(name), kind_of(value)));
    return std::nullopt;
  }
  const auto found = std::find(states.begin(), states.end(), value.text());
  if (found == states.end()) {
    reading.diagnostics.add(messages::unknown_state(value.span(), name, value.text(), states));
    return std::nullopt;
  }
  return model::StateId{static_cast<std::uint32_t>(found - states.begin())};
}

std::vector<Branch> read_branches(Reading& reading, const Value& value, std::uint32_t chain,
                                  std::string_view key, Reads reads) {
  std::vector<Branch> branches;
  if (value.is_scalar()) {
    if (const auto state = read_state(reading, value, chain))
      branches.push_back({*state, expr::constant(1.0)});
    return branches;
  }
  if (!value.is_mapping() || value.node->entries.empty()) {
    reading.error("E123", value.span(),
                  in_ticks(key) + " should be a state of " +
                      in_ticks(reading.names.chain_name(chain)) +
                      " or `state: weight`, and this is " +
                      (value.is_mapping() ? "an empty mapping" : kind_of(value)),
                  "for example `" + std::string(key) + ": {one: 0.6, other: 0.4}`");
    return branches;
  }
  double sum = 0.0;
  bool all_constant = true;
  for (const NamedValue& named : named_values(value, in_ticks(key), reading.diagnostics)) {
    Value state_name{make_scalar(named.name), named.value.path};
    auto placed = std::make_shared<Node>(*state_name.node);
    placed->span = named.name_span;
    state_name.node = std::move(placed);
    const auto state = read_state(reading, state_name, chain);
    const expr::ExpressionPtr weight = reading.non_negative(named.value, "a weight", reads);
    if (!weight) all_constant = false;
    if (!state || !weight) continue;
    const auto constant = expr::constant_value(weight);
    all_constant = all_constant && constant;
    sum += constant.value_or(0.0);
    branches.push_back({*state, weight});
  }
  if (all_constant && branches.size() == value.node->entries.size() && !(sum > 0.0)) {
    reading.error("E312", value.span(), "all weights are zero, so no state can be chosen");
  }
  return branches;
}

model::Effects read_effects(Reading& reading, const Value& value,
                            std::optional<std::uint32_t> own_chain) {
  model::Effects effects;
  for (const NamedValue& named : named_values(value, "`effects`", reading.diagnostics)) {
    const Names::Declared* declared = reading.names.find(named.name);
    if (!declared) {
      reading.unknown_name(named.name_span, "variable or chain", named.name, [&reading] {
        std::vector<std::string> known = reading.names.names_of(Element::variable);
        for (std::string& chain : reading.names.names_of(Element::chain))
          known.push_back(std::move(chain));
        return known;
      });
    } else if (declared->spoiled) {
      continue;
    } else if (declared->element == Element::variable) {
      auto change = reading.expression(named.value, {expr::Type::number, &effects.mark_count});
      if (change) effects.assignments.push_back({{declared->index}, std::move(change)});
    } else if (declared->element == Element::chain && own_chain == declared->index) {
      reading.error("E313", named.name_span,
                    "the transition itself moves " + in_ticks(named.name) +
                        "; its effects cannot move it again",
                    "give the target under `to`, with weights where there are several");
    } else if (declared->element == Element::chain) {
      auto branches =
          read_branches(reading, named.value, declared->index, named.name, Reads::everything);
      if (!branches.empty()) effects.moves.push_back({{declared->index}, std::move(branches)});
    } else {
      reading.error("E314", named.name_span,
                    "effects change variables and chains, and " + in_ticks(named.name) + " is a " +
                        std::string(name_of(declared->element)),
                    declared->element == Element::parameter
                        ? "make it a variable that starts at the parameter"
                    : declared->element == Element::lever
                        ? "levers are set by policies; make it a variable"
                        : "");
    }
  }
  return effects;
}

std::vector<model::HazardRatio> read_ratios(Reading& reading, const Value& value) {
  std::vector<model::HazardRatio> ratios;
  for (const NamedValue& named : named_values(value, "`hazard_ratios`", reading.diagnostics)) {
    auto ratio = reading.non_negative(named.value, "a hazard ratio");
    if (ratio) ratios.push_back({named.name, std::move(ratio)});
  }
  return ratios;
}

namespace {

using model::BaselineFamily;

struct FamilyRow {
  std::string_view name;
  BaselineFamily family;
};
constexpr FamilyRow families[] = {
    {"exponential", BaselineFamily::exponential}, {"weibull", BaselineFamily::weibull},
    {"gompertz", BaselineFamily::gompertz},       {"lognormal", BaselineFamily::lognormal},
    {"loglogistic", BaselineFamily::loglogistic}, {"gamma", BaselineFamily::gamma},
    {"piecewise", BaselineFamily::piecewise},
};

/// Shapes and scales are above zero, rates at least zero; gompertz's shape and meanlog are free.
void check_argument(Reading& reading, std::string_view family, std::string_view key,
                    const Value& value, const expr::ExpressionPtr& argument) {
  const auto constant = argument ? expr::constant_value(argument) : std::nullopt;
  if (!constant || key == "meanlog" || (family == "gompertz" && key == "shape")) return;
  const bool zero_allowed = key == "rate" && family != "gamma";
  if (*constant > 0.0 || (zero_allowed && *constant == 0.0)) return;
  reading.error("E315", value.span(),
                in_ticks(key) + " of a " + in_ticks(family) + " baseline must be " +
                    (zero_allowed ? "at least 0: " : "above 0: ") + messages::number(*constant));
}

void read_piecewise(Reading& reading, const Form& form, model::Intensity& intensity) {
  if (!form.is_complete()) return;
  const Value& times = *form.find("times");
  intensity.times = reading.constants(times, "times");
  for (std::size_t i = 0; i < intensity.times.size(); ++i) {
    if (intensity.times[i] <= (i == 0 ? 0.0 : intensity.times[i - 1])) {
      reading.error("E316",
                    times.is_sequence()
                        ? times.item(std::min(i, times.node->items.size() - 1)).span()
                        : times.span(),
                    "`times` must ascend from above 0: " + messages::number(intensity.times[i]),
                    "the first rate holds from 0 to the first time");
      break;
    }
  }
  const std::vector<Value> rates = items(*form.find("rates"), "`rates`", reading.diagnostics);
  for (const Value& rate : rates)
    intensity.arguments.push_back(reading.non_negative(rate, "a rate"));
  if (form.find("rates")->is_sequence() && times.is_sequence() &&
      rates.size() != times.node->items.size() + 1) {
    reading.error("E316", form.find("rates")->span(),
                  "n times part n + 1 rates; here are " + std::to_string(times.node->items.size()) +
                      " times and " + std::to_string(rates.size()) + " rates");
  }
}

}  // namespace

model::Intensity read_baseline(Reading& reading, const Value& value) {
  model::Intensity intensity;
  intensity.kind = model::Intensity::Kind::baseline;
  intensity.span = value.span();
  const Form outer(value, sections::baseline(), "", reading.diagnostics);
  const std::string_view name = outer.chosen(Need::exactly_one);
  if (name.empty()) return intensity;
  for (const FamilyRow& row : families) {
    if (row.name == name) intensity.family = row.family;
  }
  const Section& section = *sections::baseline().find(name)->section;
  const Form form(*outer.find(name), section, name, reading.diagnostics);
  if (intensity.family == BaselineFamily::piecewise) {
    read_piecewise(reading, form, intensity);
    return intensity;
  }
  for (const Field& field : section.fields) {
    const Value* argument = form.find(field.name);
    if (!argument) continue;
    intensity.arguments.push_back(reading.number(*argument));
    check_argument(reading, name, field.name, *argument, intensity.arguments.back());
  }
  return intensity;
}

}  // namespace detente::scenario
