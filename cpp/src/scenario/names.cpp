#include "scenario/names.hpp"

#include <algorithm>

#include "detente/expr/parser.hpp"
#include "scenario/messages.hpp"

namespace detente::scenario {

using expr::Resolution;
using expr::SymbolKind;
using expr::Type;

std::string_view name_of(Element element) {
  switch (element) {
    case Element::parameter:
      return "parameter";
    case Element::lever:
      return "lever";
    case Element::variable:
      return "variable";
    case Element::let:
      return "shared expression";
    case Element::chain:
      return "chain";
    case Element::season:
      return "season";
    case Element::event:
      return "event";
  }
  return "";
}

void Names::declare(Element element, const std::string& name, std::uint32_t index,
                    const diagnostic::SourceSpan& span, diagnostic::Diagnostics& diagnostics) {
  if (expr::is_reserved(name)) {
    diagnostics.add(messages::reserved_name(span, name, name_of(element)));
    return;
  }
  if (!expr::is_name(name)) {
    diagnostics.add(messages::bad_name(span, name, name_of(element)));
    return;
  }
  const auto [found, is_new] = declared_.emplace(name, Declared{element, index, span, false});
  if (is_new) {
    order_.push_back(name);
  } else {
    found->second.spoiled = true;
    diagnostics.add(messages::duplicate_name(span, name, name_of(element),
                                             name_of(found->second.element), found->second.span));
  }
}

void Names::add_chain(std::string name, std::vector<std::string> states) {
  chain_names_.push_back(std::move(name));
  chain_states_.push_back(std::move(states));
}

void Names::spoil(const std::string& name) {
  const auto found = declared_.find(name);
  if (found != declared_.end()) found->second.spoiled = true;
}

const Names::Declared* Names::find(std::string_view name) const {
  const auto found = declared_.find(std::string(name));
  return found == declared_.end() ? nullptr : &found->second;
}

std::vector<std::string> Names::names_of(Element element) const {
  std::vector<std::string> out;
  for (const std::string& name : order_) {
    if (declared_.at(name).element == element) out.push_back(name);
  }
  return out;
}

Resolution Names::resolve(std::string_view name) const {
  const auto symbol = [](SymbolKind kind, std::uint32_t index, Type type) {
    Resolution found;
    found.kind = Resolution::Kind::symbol;
    found.symbol = {kind, index, 0};
    found.type = type;
    return found;
  };
  if (outcomes_shown_) {
    const auto found = std::find(outcomes_.begin(), outcomes_.end(), name);
    if (found != outcomes_.end()) {
      return symbol(SymbolKind::outcome, static_cast<std::uint32_t>(found - outcomes_.begin()),
                    Type::number);
    }
  }
  const Declared* declared = find(name);
  if (!declared) return {};
  Resolution found;
  if (declared->spoiled) {
    found.kind = Resolution::Kind::failed;
    return found;
  }
  found.index = declared->index;
  switch (declared->element) {
    case Element::parameter:
      return symbol(SymbolKind::parameter, declared->index, Type::number);
    case Element::lever:
      return symbol(SymbolKind::lever, declared->index, Type::number);
    case Element::variable:
      return symbol(SymbolKind::variable, declared->index, Type::number);
    case Element::season:
      return symbol(SymbolKind::season, declared->index, Type::boolean);
    case Element::let:
      return let_ ? let_(declared->index) : Resolution{};
    case Element::chain:
      found.kind = Resolution::Kind::chain;
      return found;
    case Element::event:
      found.kind = Resolution::Kind::event;
      return found;
  }
  return {};
}

bool Names::may_suggest() const {
  constexpr std::size_t max_suggestions = 100;
  return ++suggestions_ <= max_suggestions;
}

std::vector<expr::TransitionName> Names::transitions_named(std::string_view name) const {
  const auto found = transitions_.find(std::string(name));
  return found == transitions_.end() ? std::vector<expr::TransitionName>{} : found->second;
}

std::vector<std::string> Names::transition_names(std::optional<std::uint32_t> chain) const {
  std::vector<std::string> out;
  if (!may_suggest()) return out;
  for (const expr::TransitionName& transition : transition_order_) {
    if (!chain || transition.chain == *chain) out.push_back(transition.name);
  }
  return out;
}

std::vector<std::string> Names::names() const {
  if (!may_suggest()) return {};
  std::vector<std::string> out = order_;
  if (outcomes_shown_) out.insert(out.end(), outcomes_.begin(), outcomes_.end());
  return out;
}

std::optional<double> Names::time_of_date(int year, int month, int day) const {
  if (!calendar_.start) return std::nullopt;
  return calendar_.time_of(model::make_date(year, month, day));
}

}  // namespace detente::scenario
