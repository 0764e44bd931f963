#include <algorithm>
#include <utility>

#include "detente/diagnostic/messages.hpp"
#include "detente/expr/simplify.hpp"
#include "expr/checker.hpp"

namespace detente::expr {

namespace {

namespace messages = diagnostic::messages;
using Kind = AstNode::Kind;

std::string argument_of(std::size_t index, std::string_view function) {
  constexpr std::string_view ordinals[] = {"the first", "the second", "the third"};
  const std::string which =
      index < 3 ? std::string(ordinals[index]) : "the " + std::to_string(index + 1) + "th";
  return which + " argument of `" + std::string(function) + "`";
}

std::string shown(double value) {
  std::string text = std::to_string(value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

ExpressionPtr Checker::call(const AstNode& node) {
  const FunctionRow* row = find_function(node.name);
  if (row == nullptr) {
    const bool is_name = scope_.resolve(node.name).kind != Resolution::Kind::none ||
                         node.name == "time" || node.name == "year";
    report(is_name ? messages::name_called(ast_.mark(node), node.name)
                   : messages::unknown_function(ast_.mark(node), node.name, function_names()));
    return nullptr;
  }
  if (!has_arguments(node, *row)) return nullptr;
  switch (row->family) {
    case FunctionRow::Family::plain:
      return plain_call(node, *row);
    case FunctionRow::Family::mark:
      return mark_call(node, *row);
    case FunctionRow::Family::history:
      return history_call(node, *row);
    case FunctionRow::Family::temporal:
      return temporal_call(node, *row);
  }
  return nullptr;
}

// The number of arguments, and the names of those that have one.
bool Checker::has_arguments(const AstNode& node, const FunctionRow& row) {
  const bool is_temporal = row.family == FunctionRow::Family::temporal;
  const bool is_first = is_temporal && row.temporal == Temporal::first;
  bool right = true;
  std::vector<std::string> allowed;
  if (is_temporal) allowed.emplace_back("after");
  if (is_temporal && !is_first) allowed.emplace_back("within");
  for (std::size_t i = 0; i < node.named.size(); ++i) {
    const auto& [name, value] = node.named[i];
    const auto same_name = [&name = name](const auto& other) { return other.name == name; };
    const auto end = node.named.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
      report(messages::unknown_argument(ast_.span(value), name, row.name, allowed));
      right = false;
    } else if (std::any_of(node.named.begin(), end, same_name)) {
      report(messages::repeated_argument(ast_.span(value), name, row.name));
      right = false;
    }
  }
  const std::size_t count = node.children.size();
  if (count < row.least || count > row.most) {
    std::string hint;
    if (is_temporal && count > row.most) {
      hint = is_first ? "name it: `after = ...`" : "name them: `within = ...`, `after = ...`";
    }
    report(messages::wrong_argument_count(ast_.mark(node), signature(row), row.least, row.most,
                                          count, std::move(hint)));
    right = false;
  }
  return right;
}

ExpressionPtr Checker::plain_call(const AstNode& node, const FunctionRow& row) {
  if (row.function == Function::select) return choice(node);
  std::vector<ExpressionPtr> arguments;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    ExpressionPtr argument = number(node.children[i], argument_of(i, row.name));
    if (argument) arguments.push_back(std::move(argument));
  }
  if (arguments.size() != node.children.size()) return nullptr;
  if (!possible_arguments(node, row, arguments)) return nullptr;
  const bool any_count = row.most == any_number;
  if (!any_count) return call_node(node, row.function, Type::number, std::move(arguments));
  ExpressionPtr result = arguments[0];  // min and max take two at a time
  for (std::size_t i = 1; i < arguments.size() && result; ++i) {
    result = call_node(node, row.function, Type::number, {std::move(result), arguments[i]});
  }
  return result;
}

ExpressionPtr Checker::choice(const AstNode& node) {
  ExpressionPtr asked = condition(node.children[0], "the condition of `if`");
  ExpressionPtr a = number(node.children[1], argument_of(1, "if"));
  ExpressionPtr b = number(node.children[2], argument_of(2, "if"));
  if (!asked || !a || !b) return nullptr;
  const bool both = a->type == Type::boolean && b->type == Type::boolean;
  return call_node(node, Function::select, both ? Type::boolean : Type::number,
                   {std::move(asked), std::move(a), std::move(b)});
}

ExpressionPtr Checker::mark_call(const AstNode& node, const FunctionRow& row) {
  if (context_.mark_count == nullptr) {
    report(messages::mark_outside_effects(ast_.mark(node), row.name));
    return nullptr;
  }
  Expression result = blank(node, Type::number);
  result.kind = Expression::Kind::mark;
  result.mark = row.mark;
  result.mark_index = (*context_.mark_count)++;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    ExpressionPtr argument = number(node.children[i], argument_of(i, row.name));
    if (argument) result.arguments.push_back(std::move(argument));
  }
  if (result.arguments.size() != node.children.size()) return nullptr;
  if (!possible_arguments(node, row, result.arguments)) return nullptr;
  return std::make_shared<const Expression>(std::move(result));
}

// What can be seen to be impossible before any run.
bool Checker::possible_arguments(const AstNode& node, const FunctionRow& row,
                                 const std::vector<ExpressionPtr>& arguments) {
  const auto known = [&](std::size_t i) { return constant_value(arguments[i]); };
  const auto require = [&](std::size_t i, bool holds, std::string_view requirement) {
    if (holds) return true;
    report(messages::impossible_argument(ast_.span(node.children[i]), row.name, requirement,
                                         shown(*known(i))));
    return false;
  };
  const auto ordered = [&](std::size_t low, std::size_t high, std::string_view requirement) {
    const bool both = known(low) && known(high);
    return !both || require(high, *known(low) <= *known(high), requirement);
  };
  const auto at_least_0 = [&](std::size_t i, std::string_view requirement) {
    return !known(i) || require(i, *known(i) >= 0.0, requirement);
  };
  const auto above_0 = [&](std::size_t i, std::string_view requirement) {
    return !known(i) || require(i, *known(i) > 0.0, requirement);
  };
  if (row.family == FunctionRow::Family::plain) {
    if (row.function == Function::clamp) return ordered(1, 2, "low not above high");
    if (row.function != Function::smoothstep || !known(0) || !known(1)) return true;
    return require(1, *known(0) != *known(1), "`from` and `to` that differ");
  }
  switch (row.mark) {
    case Mark::normal:
      return at_least_0(1, "an sd of 0 or more");
    case Mark::lognormal:
      return at_least_0(1, "an sdlog of 0 or more");
    case Mark::uniform:
      return ordered(0, 1, "low not above high");
    case Mark::beta: {
      const bool alpha = above_0(0, "an alpha above 0");
      return above_0(1, "a beta above 0") && alpha;
    }
    case Mark::bernoulli:
      return !known(0) ||
             require(0, *known(0) >= 0.0 && *known(0) <= 1.0, "a probability between 0 and 1");
  }
  return true;
}

ExpressionPtr Checker::history_call(const AstNode& node, const FunctionRow& row) {
  switch (row.history) {
    case SymbolKind::sojourn:
      return sojourn(node);
    case SymbolKind::visits:
      return visits(node);
    default:
      return count(node);
  }
}

std::optional<std::uint32_t> Checker::chain_argument(const AstNode& argument, const AstNode& node,
                                                     std::string_view form) {
  const bool named = argument.kind == Kind::name || argument.kind == Kind::member;
  if (!named) {
    report(messages::chain_argument_expected(ast_.span(argument), node.name, form));
    return std::nullopt;
  }
  const Resolution found = scope_.resolve(argument.name);
  if (found.kind == Resolution::Kind::chain) return found.index;
  if (found.kind == Resolution::Kind::failed) return std::nullopt;
  report(messages::unknown_chain(ast_.mark(argument), argument.name, node.name,
                                 names_of_kind(Resolution::Kind::chain)));
  return std::nullopt;
}

ExpressionPtr Checker::sojourn(const AstNode& node) {
  const AstNode& argument = node.children[0];
  const std::optional<std::uint32_t> chain = chain_argument(argument, node, "sojourn(chain)");
  if (!chain) return nullptr;
  if (argument.kind == Kind::member) {
    report(messages::chain_argument_expected(ast_.mark(argument), node.name,
                                             "sojourn(" + argument.name + ")"));
    return nullptr;
  }
  return symbol_node(node, {SymbolKind::sojourn, *chain, 0}, Type::number);
}

ExpressionPtr Checker::visits(const AstNode& node) {
  const AstNode& argument = node.children[0];
  const std::optional<std::uint32_t> chain = chain_argument(argument, node, "visits(chain.state)");
  if (!chain) return nullptr;
  const std::vector<std::string> states = scope_.states(*chain);
  if (argument.kind != Kind::member) {
    const std::string state = states.empty() ? "state" : states.front();
    report(messages::chain_argument_expected(ast_.mark(argument), node.name,
                                             "visits(" + argument.name + "." + state + ")"));
    return nullptr;
  }
  const auto found = std::find(states.begin(), states.end(), argument.member);
  if (found == states.end()) {
    report(messages::unknown_state(ast_.mark(argument), argument.member, argument.name, states));
    return nullptr;
  }
  const auto state = static_cast<std::uint32_t>(found - states.begin());
  return symbol_node(node, {SymbolKind::visits, *chain, state}, Type::number);
}

ExpressionPtr Checker::count(const AstNode& node) {
  const AstNode& argument = node.children[0];
  if (argument.kind == Kind::member) return count_of_member(node);
  if (argument.kind != Kind::name) {
    report(messages::chain_argument_expected(ast_.span(argument), node.name, "count(event)"));
    return nullptr;
  }
  std::vector<Symbol> found;
  std::vector<std::string> forms;
  const Resolution named = scope_.resolve(argument.name);
  if (named.kind == Resolution::Kind::failed) return nullptr;
  if (named.kind == Resolution::Kind::event) {
    found.push_back({SymbolKind::count_event, named.index, 0});
  }
  for (const TransitionName& transition : scope_.transitions_named(argument.name)) {
    found.push_back({SymbolKind::count_transition, transition.index, 0});
    forms.push_back("count(" + scope_.chain_name(transition.chain) + "." + transition.name + ")");
  }
  if (found.size() > 1) {
    report(messages::ambiguous_firing(ast_.mark(argument), argument.name, forms));
    return nullptr;
  }
  if (found.size() == 1) return symbol_node(node, found.front(), Type::number);
  std::vector<std::string> known = names_of_kind(Resolution::Kind::event);
  const std::vector<std::string> transitions = scope_.transition_names(std::nullopt);
  known.insert(known.end(), transitions.begin(), transitions.end());
  report(messages::unknown_firing(ast_.mark(argument), argument.name, known));
  return nullptr;
}

ExpressionPtr Checker::count_of_member(const AstNode& node) {
  const AstNode& argument = node.children[0];
  const std::optional<std::uint32_t> chain =
      chain_argument(argument, node, "count(chain.transition)");
  if (!chain) return nullptr;
  for (const TransitionName& transition : scope_.transitions_named(argument.member)) {
    if (transition.chain != *chain) continue;
    return symbol_node(node, {SymbolKind::count_transition, transition.index, 0}, Type::number);
  }
  report(messages::unknown_transition(ast_.mark(argument), argument.member, argument.name,
                                      scope_.transition_names(*chain)));
  return nullptr;
}

}  // namespace detente::expr
