#include "detente/expr/simplify.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "detente/expr/evaluate.hpp"

namespace detente::expr {

namespace {

using Kind = Expression::Kind;

bool is_constant(const ExpressionPtr& node) { return node->kind == Kind::constant; }
bool is_constant(const ExpressionPtr& node, double value) {
  return is_constant(node) && node->value == value;
}
bool is_call(const ExpressionPtr& node, Function function) {
  return node->kind == Kind::call && node->function == function;
}

ExpressionPtr constant_like(const Expression& like, double value) {
  Expression node;
  node.kind = Kind::constant;
  node.type = like.type;
  node.value = value;
  node.text = like.text;
  node.span = like.span;
  return std::make_shared<const Expression>(std::move(node));
}

ExpressionPtr call_like(const Expression& like, Function function,
                        std::vector<ExpressionPtr> arguments) {
  Expression node;
  node.kind = Kind::call;
  node.type = like.type;
  node.function = function;
  node.arguments = std::move(arguments);
  node.text = like.text;
  node.span = like.span;
  return std::make_shared<const Expression>(std::move(node));
}

// Null unless all arguments are constants and the result is finite.
ExpressionPtr folded(Function function, const std::vector<ExpressionPtr>& arguments,
                     const Expression& like) {
  std::vector<double> values;
  for (const ExpressionPtr& argument : arguments) {
    if (!is_constant(argument)) return nullptr;
    values.push_back(argument->value);
  }
  const double value = value_of(function, values);
  return std::isfinite(value) ? constant_like(like, value) : nullptr;
}

ExpressionPtr folded_logic(Function function, const ExpressionPtr& a, const ExpressionPtr& b,
                           const Expression& like) {
  const bool is_and = function == Function::logical_and;
  const double settles = is_and ? 0.0 : 1.0;
  if (is_constant(a, settles) || is_constant(b, settles)) return constant_like(like, settles);
  if (is_constant(a)) return b;
  if (is_constant(b)) return a;
  return a == b ? a : nullptr;
}

// Null where no identity applies. A boolean may take the place of the number it is.
ExpressionPtr identity(Function function, const std::vector<ExpressionPtr>& x,
                       const Expression& like) {
  switch (function) {
    case Function::neg:
      return is_call(x[0], Function::neg) ? x[0]->arguments[0] : nullptr;
    case Function::logical_not:
      return is_call(x[0], Function::logical_not) ? x[0]->arguments[0] : nullptr;
    case Function::add:
      if (is_constant(x[0], 0.0)) return x[1];
      return is_constant(x[1], 0.0) ? x[0] : nullptr;
    case Function::sub:
      return is_constant(x[1], 0.0) ? x[0] : nullptr;
    case Function::mul:
      if (is_constant(x[0], 1.0)) return x[1];
      return is_constant(x[1], 1.0) ? x[0] : nullptr;
    case Function::div:
    case Function::pow:
      return is_constant(x[1], 1.0) ? x[0] : nullptr;
    case Function::logical_and:
    case Function::logical_or:
      return folded_logic(function, x[0], x[1], like);
    case Function::select:
      if (is_constant(x[0])) return x[0]->value != 0.0 ? x[1] : x[2];
      return x[1] == x[2] ? x[1] : nullptr;
    default:
      return nullptr;
  }
}

/// Values of constant trees; what has none is remembered too.
class ConstantReading {
 public:
  std::optional<double> operator()(const Expression& node) {
    if (node.kind == Kind::constant) return node.value;
    if (node.kind != Kind::call) return std::nullopt;
    const auto known = values_.find(&node);
    if (known != values_.end()) return known->second;
    const std::optional<double> value = compute(node);
    values_.emplace(&node, value);
    return value;
  }

 private:
  std::optional<double> compute(const Expression& node) {
    std::vector<double> values;
    for (const ExpressionPtr& argument : node.arguments) {
      const std::optional<double> value = (*this)(*argument);
      if (!value) return std::nullopt;
      values.push_back(*value);
    }
    return value_of(node.function, values);
  }

  std::unordered_map<const Expression*, std::optional<double>> values_;
};

class DepthReading {
 public:
  std::size_t operator()(const Expression& node) {
    const auto known = depths_.find(&node);
    if (known != depths_.end()) return known->second;
    std::size_t below = 0;
    for (const ExpressionPtr& argument : node.arguments)
      below = std::max(below, (*this)(*argument));
    if (node.window.after_first) below = std::max(below, (*this)(*node.window.after_first));
    depths_.emplace(&node, below + 1);
    return below + 1;
  }

 private:
  std::unordered_map<const Expression*, std::size_t> depths_;
};

}  // namespace

ExpressionPtr simplified_call(Function function, std::vector<ExpressionPtr> arguments,
                              const Expression& like) {
  if (ExpressionPtr node = folded(function, arguments, like)) return node;
  if (ExpressionPtr node = identity(function, arguments, like)) return node;
  return call_like(like, function, std::move(arguments));
}

std::optional<double> constant_value(const Expression& expression) {
  return ConstantReading()(expression);
}

std::optional<double> constant_value(const ExpressionPtr& expression) {
  return expression ? constant_value(*expression) : std::nullopt;
}

Substitution::Substitution(Replacement replace) : replace_(std::move(replace)) {}

ExpressionPtr Substitution::operator()(const ExpressionPtr& expression) {
  if (!expression) return expression;
  const auto known = done_.find(expression);
  if (known != done_.end()) return known->second;
  ExpressionPtr result = rebuild(expression);
  done_.emplace(expression, result);
  return result;
}

ExpressionPtr Substitution::rebuild(const ExpressionPtr& expression) {
  if (expression->kind == Kind::symbol || expression->kind == Kind::chain_in) {
    ExpressionPtr replaced = replace_(*expression);
    return replaced ? replaced : expression;
  }
  std::vector<ExpressionPtr> arguments;
  arguments.reserve(expression->arguments.size());
  for (const ExpressionPtr& argument : expression->arguments)
    arguments.push_back((*this)(argument));
  ExpressionPtr first = (*this)(expression->window.after_first);
  if (arguments == expression->arguments && first == expression->window.after_first) {
    return expression;
  }
  if (expression->kind == Kind::call) {
    return simplified_call(expression->function, std::move(arguments), *expression);
  }
  Expression node = *expression;
  node.arguments = std::move(arguments);
  node.window.after_first = std::move(first);
  return std::make_shared<const Expression>(std::move(node));
}

ExpressionPtr substitute(const ExpressionPtr& expression, const Replacement& replace) {
  return Substitution(replace)(expression);
}

std::size_t depth(const Expression& expression) { return DepthReading()(expression); }

}  // namespace detente::expr
