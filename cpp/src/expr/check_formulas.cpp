#include <utility>

#include "detente/diagnostic/messages.hpp"
#include "detente/expr/simplify.hpp"
#include "expr/checker.hpp"

namespace detente::expr {

namespace {

namespace messages = diagnostic::messages;
using Kind = AstNode::Kind;

}  // namespace

ExpressionPtr Checker::temporal_call(const AstNode& node, const FunctionRow& row) {
  if (place_ == Place::inside_temporal) {
    report(messages::nested_temporal(ast_.mark(node), row.name));
    return nullptr;
  }
  if (place_ == Place::outside) {
    report(messages::temporal_outside_outcomes(ast_.mark(node), row.name));
    return nullptr;
  }
  if (row.temporal == Temporal::first) {
    report(messages::first_outside_after(ast_.mark(node)));
    return nullptr;
  }
  return temporal_node(node, row);
}

ExpressionPtr Checker::temporal_node(const AstNode& node, const FunctionRow& row) {
  const Place outer = std::exchange(place_, Place::inside_temporal);
  Expression result = blank(node, Type::formula);
  result.kind = Expression::Kind::temporal;
  result.temporal = row.temporal;
  bool right = true;
  for (const AstNode& child : node.children) {
    ExpressionPtr formula = condition(child, "the formula of `" + std::string(row.name) + "`");
    right = right && formula != nullptr;
    result.arguments.push_back(std::move(formula));
  }
  for (const auto& [name, argument] : node.named) {
    const bool read =
        name == "within" ? within(argument, result.window) : after(argument, result.window);
    right = right && read;
  }
  place_ = outer;
  return right ? std::make_shared<const Expression>(std::move(result)) : nullptr;
}

bool Checker::within(const AstNode& node, Window& window) {
  if (node.kind == Kind::date) {
    if (date(node)) report(messages::window_not_constant(ast_.span(node), "within"));
    return false;
  }
  const std::optional<double> length = window_number(node, "within");
  if (length) window.within = *length;
  return length.has_value();
}

bool Checker::after(const AstNode& node, Window& window) {
  const FunctionRow* row = node.kind == Kind::call ? find_function(node.name) : nullptr;
  const bool is_first = row != nullptr && row->family == FunctionRow::Family::temporal &&
                        row->temporal == Temporal::first;
  if (is_first) {
    if (!has_arguments(node, *row)) return false;
    window.after_first = temporal_node(node, *row);
    return window.after_first != nullptr;
  }
  if (node.kind == Kind::date) {
    const std::optional<double> moment = date(node);
    if (!moment) return false;
    if (*moment < 0.0) {
      report(messages::window_before_start(ast_.mark(node), text(node)));
      return false;
    }
    window.after = *moment;
    return true;
  }
  const std::optional<double> opening = window_number(node, "after");
  if (opening) window.after = *opening;
  return opening.has_value();
}

std::optional<double> Checker::window_number(const AstNode& node, std::string_view argument) {
  const ExpressionPtr read = number(node, "`" + std::string(argument) + "`");
  if (!read) return std::nullopt;
  const std::optional<double> known = constant_value(read);
  if (!known || read->type != Type::number) {
    report(messages::window_not_constant(ast_.span(node), argument));
    return std::nullopt;
  }
  if (*known < 0.0) {
    report(messages::window_negative(ast_.span(node), argument, *known));
    return std::nullopt;
  }
  return known;
}

}  // namespace detente::expr
