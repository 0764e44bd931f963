#include <algorithm>
#include <set>

#include "detente/expr/parser.hpp"
#include "scenario/messages.hpp"
#include "scenario/parts.hpp"

namespace detente::scenario {

using messages::in_ticks;

namespace {

constexpr std::size_t max_states = 64;
constexpr std::size_t max_chains = 64;  ///< a block remembers in 64 bits which a path has entered
constexpr double max_joint_states = 9e18;  ///< their numbers have 64 bits

bool check_state_name(Reading& reading, const NamedValue& named, std::vector<std::string>& seen) {
  if (expr::is_reserved(named.name)) {
    reading.diagnostics.add(messages::reserved_name(named.name_span, named.name, "state"));
  } else if (!expr::is_name(named.name)) {
    reading.diagnostics.add(messages::bad_name(named.name_span, named.name, "state"));
  } else if (std::find(seen.begin(), seen.end(), named.name) != seen.end()) {
    reading.error("E301", named.name_span,
                  "the state " + in_ticks(named.name) + " is listed twice");
  } else {
    seen.push_back(named.name);
    return true;
  }
  return false;
}

std::vector<model::State> read_states(Reading& reading, const Value& value,
                                      const std::string& chain) {
  std::vector<NamedValue> named;
  if (value.is_sequence()) {
    for (const Value& item : items(value, "`states`", reading.diagnostics)) {
      if (item.is_scalar()) {
        named.push_back({item.text(), item.span(), {std::make_shared<Node>(), item.path}});
      } else {
        reading.error("E123", item.span(),
                      "a state in a list is a name, and this is " + kind_of(item),
                      "states with descriptions are a mapping, for example `states: {war: "
                      "full-scale fighting}`");
      }
    }
  } else if (value.is_mapping()) {
    named = named_values(value, "`states`", reading.diagnostics);
  } else {
    items(value, "`states`", reading.diagnostics);
  }
  std::vector<model::State> states;
  std::vector<std::string> seen;
  for (const NamedValue& state : named) {
    const Form form(state.value, sections::state(), state.name, reading.diagnostics);
    if (!check_state_name(reading, state, seen)) continue;
    if (seen.size() > max_states) break;
    states.push_back({state.name, reading.text(form, "description"), reading.text(form, "color")});
  }
  if (named.empty() && (value.is_sequence() || value.is_mapping())) {
    reading.error("E360", value.span(), "the chain " + in_ticks(chain) + " has no states");
  }
  if (seen.size() > max_states) {
    reading.error("E361", value.span(),
                  "a chain may have 64 states, and " + in_ticks(chain) + " has " +
                      std::to_string(named.size()),
                  "two chains that run beside one another often need fewer");
  }
  return states;
}

/// State names of `from` or `to` without any check, joined for the default name.
std::string joined_states(const Value* value) {
  std::string out;
  const auto add = [&](const std::string& name) { out += (out.empty() ? "" : "_or_") + name; };
  if (!value) return out;
  if (value->is_scalar()) add(value->text());
  for (const NodePtr& item : value->node->items) add(item->text);
  for (const Entry& entry : value->node->entries) add(entry.key);
  return out;
}

std::string transition_name(const Value& value) {
  const auto part = [&](std::string_view key) -> std::optional<Value> {
    const Entry* entry = value.is_mapping() ? value.node->find(key) : nullptr;
    if (!entry) return std::nullopt;
    return Value{entry->value, ""};
  };
  if (const auto name = part("name"); name && name->is_scalar()) return name->text();
  const auto from = part("from"), to = part("to");
  return joined_states(from ? &*from : nullptr) + "_to_" + joined_states(to ? &*to : nullptr);
}

void check_joint_states(Reading& reading) {
  double joint_states = 1.0;
  std::size_t n_chains = 0;
  for (const model::Chain& chain : reading.model.chains) {
    joint_states *= static_cast<double>(std::max<std::size_t>(chain.states.size(), 1));
    if (++n_chains <= max_chains && joint_states <= max_joint_states) continue;
    reading.error("E361", chain.span,
                  "a scenario may have " + std::to_string(max_chains) +
                      " chains, whose numbers of states multiply to 9e18 at most, and " +
                      in_ticks(chain.name) + " is one too many",
                  "what acts on nothing else here belongs into a scenario of its own; what many "
                  "like units do may be counted by a variable");
    return;
  }
}

}  // namespace

std::vector<DeclaredChain> declare_chains(Reading& reading, const std::vector<NamedValue>& values) {
  std::vector<DeclaredChain> out;
  std::uint32_t transition = 0;
  for (const NamedValue& named : values) {
    const auto chain = static_cast<std::uint32_t>(out.size());
    DeclaredChain declared{
        named, Form(named.value, sections::chain(), named.name, reading.diagnostics), {}};
    model::Chain model;
    model.name = named.name;
    model.span = named.name_span;
    model.description = reading.text(declared.form, "description");
    if (const Value* states = declared.form.find("states")) {
      model.states = read_states(reading, *states, named.name);
    }
    std::vector<std::string> names;
    for (const model::State& state : model.states) names.push_back(state.name);
    reading.names.add_chain(named.name, names);
    if (names.empty()) reading.names.spoil(named.name);
    if (const Value* transitions = declared.form.find("transitions")) {
      declared.transitions = items(*transitions, "`transitions`", reading.diagnostics);
    }
    for (const Value& value : declared.transitions) {
      model.transitions.push_back({transition});
      reading.names.add_transition({transition_name(value), chain, transition++});
    }
    reading.model.chains.push_back(std::move(model));
    out.push_back(std::move(declared));
  }
  check_joint_states(reading);
  return out;
}

namespace {

class TransitionReader {
 public:
  TransitionReader(Reading& reading, std::uint32_t chain) : reading_(reading), chain_(chain) {}

  model::Transition read(const Value& value) {
    model::Transition transition;
    transition.name = transition_name(value);
    transition.chain = {chain_};
    const Form form(value, sections::transition(), transition.name, reading_.diagnostics);
    const Value* name = form.find("name");
    transition.span = name ? name->span() : form.span();
    check_name(transition);
    if (const Value* from = form.find("from")) transition.from = read_from(*from);
    if (const Value* to = form.find("to")) {
      transition.branches = read_branches(reading_, *to, chain_, "to", Reads::everything);
    }
    read_intensity(form, transition.intensity);
    if (const Value* when = form.find("when")) transition.when = reading_.condition(*when);
    if (const Value* effects = form.find("effects")) {
      transition.effects = read_effects(reading_, *effects, chain_);
    }
    transition.source = reading_.source(form);
    transition.description = reading_.text(form, "description");
    return transition;
  }

 private:
  void check_name(const model::Transition& transition) {
    const auto [known, is_new] = lines_.emplace(transition.name, transition.span.line);
    if (!is_new) {
      reading_.error("E301", transition.span,
                     "a second transition " + in_ticks(transition.name) +
                         " in one chain; the first is on line " + std::to_string(known->second),
                     "give one of them another `name`");
    } else if (!expr::is_name(transition.name) && transition.name != "_to_") {
      reading_.diagnostics.add(messages::bad_name(transition.span, transition.name, "transition"));
    }
  }

  std::vector<model::StateId> read_from(const Value& value) {
    std::vector<model::StateId> from;
    const std::vector<Value> states = value.is_sequence()
                                          ? items(value, "`from`", reading_.diagnostics)
                                          : std::vector<Value>{value};
    if (states.empty()) {
      reading_.error("E123", value.span(), "`from` names no state");
    }
    for (const Value& state : states) {
      const auto id = read_state(reading_, state, chain_);
      if (!id) continue;
      if (std::find(from.begin(), from.end(), *id) != from.end()) {
        reading_.error("E301", state.span(),
                       "the state " + in_ticks(state.text()) + " is listed twice");
      } else {
        from.push_back(*id);
      }
    }
    return from;
  }

  void read_intensity(const Form& form, model::Intensity& intensity) {
    if (const Value* hazard = form.find("hazard")) {
      intensity.hazard = reading_.non_negative(*hazard, "a hazard");
      intensity.span = hazard->span();
    } else if (const Value* baseline = form.find("baseline")) {
      intensity = read_baseline(reading_, *baseline);
    }
    if (const Value* ratios = form.find("hazard_ratios"))
      intensity.ratios = read_ratios(reading_, *ratios);
  }

  Reading& reading_;
  std::uint32_t chain_;
  std::unordered_map<std::string, std::uint32_t> lines_;
};

}  // namespace

void read_chains(Reading& reading, const std::vector<DeclaredChain>& chains) {
  for (std::uint32_t chain = 0; chain < chains.size(); ++chain) {
    const DeclaredChain& declared = chains[chain];
    if (const Value* start = declared.form.find("start")) {
      reading.model.chains[chain].start =
          read_branches(reading, *start, chain, "start", Reads::before_the_start);
    }
    TransitionReader transitions(reading, chain);
    for (const Value& value : declared.transitions) {
      reading.model.transitions.push_back(transitions.read(value));
    }
  }
}

void warn_of_unreachable_states(Reading& reading) {
  model::Model& model = reading.model;
  std::vector<std::set<std::uint32_t>> entered(model.chains.size());
  const auto enter = [&](std::uint32_t chain, const std::vector<model::Branch>& branches) {
    for (const model::Branch& branch : branches) entered[chain].insert(branch.to.index);
  };
  const auto effects = [&](const model::Effects& changes) {
    for (const model::ForcedMove& move : changes.moves) enter(move.chain.index, move.branches);
  };
  for (std::uint32_t c = 0; c < model.chains.size(); ++c) enter(c, model.chains[c].start);
  for (const model::Transition& transition : model.transitions) {
    enter(transition.chain.index, transition.branches);
    effects(transition.effects);
  }
  for (const model::Event& event : model.events) effects(event.effects);
  for (std::uint32_t c = 0; c < model.chains.size(); ++c) {
    for (std::uint32_t s = 0; s < model.chains[c].states.size(); ++s) {
      if (entered[c].count(s) == 0) {
        reading.warning("W501", model.chains[c].span,
                        "the state " + in_ticks(model.chains[c].states[s].name) + " of " +
                            in_ticks(model.chains[c].name) +
                            " is never entered: no start, transition or effect leads to it");
      }
    }
  }
}

}  // namespace detente::scenario
