#include <algorithm>
#include <limits>
#include <map>

#include "detente/expr/evaluate.hpp"
#include "detente/expr/parser.hpp"
#include "scenario/messages.hpp"
#include "scenario/parts.hpp"

namespace detente::scenario {

using messages::in_ticks;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

class PolicyReader {
 public:
  PolicyReader(Reading& reading, const NamedValue& named) : reading_(reading), named_(named) {}

  model::Policy read() {
    const Form form(named_.value, sections::policy(), named_.name, reading_.diagnostics);
    policy_.name = named_.name;
    policy_.span = named_.name_span;
    policy_.description = reading_.text(form, "description");
    if (const Value* set = form.find("set")) policy_.set = read_settings(*set, "`set`");
    if (const Value* schedule = form.find("schedule")) read_schedule(*schedule);
    if (const Value* rules = form.find("rules")) read_rules(*rules);
    check_circles();
    return std::move(policy_);
  }

 private:
  std::optional<std::uint32_t> lever_of(const NamedValue& named) {
    const Names::Declared* declared = reading_.names.find(named.name);
    if (declared && declared->spoiled) return std::nullopt;
    if (declared && declared->element == Element::lever) return declared->index;
    if (declared) {
      reading_.error("E314", named.name_span,
                     "policies set levers, and " + in_ticks(named.name) + " is a " +
                         std::string(name_of(declared->element)),
                     "declare a lever under `levers`, and use it where the policy should act");
    } else {
      reading_.unknown_name(named.name_span, "lever", named.name,
                            [this] { return reading_.names.names_of(Element::lever); });
    }
    return std::nullopt;
  }

  std::vector<model::LeverSetting> read_settings(const Value& value, std::string_view what) {
    std::vector<model::LeverSetting> out;
    for (const NamedValue& named : named_values(value, what, reading_.diagnostics)) {
      const auto index = lever_of(named);
      if (!index) {
        continue;
      }
      const model::Lever& lever = reading_.model.levers[*index];
      const auto number = reading_.constant(
          named.value, named.name, {lever.low.value_or(-infinity), lever.high.value_or(infinity)});
      if (number) out.push_back({{*index}, *number});
      spans_.emplace(*index, named.name_span);
    }
    return out;
  }

  void read_schedule(const Value& value) {
    double previous = -1.0;
    for (const Value& item : items(value, "`schedule`", reading_.diagnostics)) {
      const Form form(item, sections::scheduled(), "", reading_.diagnostics);
      model::ScheduledSetting setting;
      if (const Value* set = form.find("set")) setting.set = read_settings(*set, "`set`");
      const Value* on = form.find("on");
      const auto time = on ? reading_.moment(*on, "on") : std::nullopt;
      if (!time) continue;
      setting.time = *time;
      setting.on = on->text();
      if (*time <= previous) {
        reading_.error("E318", on->span(),
                       "the dates of a schedule must ascend: " + in_ticks(on->text()),
                       "put the entries in the order of their dates, one entry for each date");
      }
      if (*time > reading_.model.calendar.horizon) {
        reading_.warning("W502", on->span(), "this entry of `schedule` lies after the horizon");
      }
      previous = std::max(previous, *time);
      policy_.schedule.push_back(std::move(setting));
    }
  }

  void read_rules(const Value& value) {
    for (const NamedValue& named : named_values(value, "`rules`", reading_.diagnostics)) {
      const auto index = lever_of(named);
      auto rule = reading_.number(named.value);
      if (!index || !rule) continue;
      if (const auto set = spans_.find(*index); set != spans_.end()) {
        reading_.error("E319", named.name_span,
                       "the lever " + in_ticks(named.name) + " has a rule and is set on line " +
                           std::to_string(set->second.line) + " too; the rule would always win",
                       "keep one of the two");
      }
      rule_spans_.emplace(*index, named.name_span);
      policy_.rules.push_back({{*index}, std::move(rule)});
    }
  }

  /// A rule may read levers, not those whose rules read it in turn.
  void check_circles() {
    std::map<std::uint32_t, std::vector<std::uint32_t>> reads;
    for (const model::LeverRule& rule : policy_.rules) {
      for (const expr::Symbol& symbol : expr::symbols_of(*rule.expression)) {
        if (symbol.kind == expr::SymbolKind::lever && rule_spans_.count(symbol.index) > 0) {
          reads[rule.lever.index].push_back(symbol.index);
        }
      }
    }
    // Takes away what reads nothing that is left; what stays goes in circles.
    for (bool changed = true; changed;) {
      changed = false;
      for (auto it = reads.begin(); it != reads.end();) {
        auto& others = it->second;
        std::erase_if(others, [&](std::uint32_t lever) { return reads.count(lever) == 0; });
        if (others.empty()) {
          it = reads.erase(it);
          changed = true;
        } else {
          ++it;
        }
      }
    }
    if (reads.empty()) return;
    std::vector<std::string> names;
    for (const auto& [lever, others] : reads) names.push_back(reading_.model.levers[lever].name);
    reading_.error("E307", rule_spans_.at(reads.begin()->first),
                   "rules go round in a circle: each of " + messages::enumeration(names) +
                       " needs the value of itself or of another one of them",
                   "a rule reads the state: variables, chains, parameters and other levers");
  }

  Reading& reading_;
  const NamedValue& named_;
  model::Policy policy_;
  std::map<std::uint32_t, diagnostic::SourceSpan> spans_;  ///< of levers set or scheduled
  std::map<std::uint32_t, diagnostic::SourceSpan> rule_spans_;
};

}  // namespace

void read_policies(Reading& reading, const std::vector<NamedValue>& values) {
  for (const NamedValue& named : values) {
    if (!expr::is_name(named.name)) {
      reading.diagnostics.add(messages::bad_name(named.name_span, named.name, "policy"));
    }
    reading.model.policies.push_back(PolicyReader(reading, named).read());
  }
  if (values.empty()) {
    model::Policy baseline;
    baseline.name = "baseline";
    reading.model.policies.push_back(std::move(baseline));
  }
}

}  // namespace detente::scenario
