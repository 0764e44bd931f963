#include "detente/expr/check.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "detente/diagnostic/messages.hpp"
#include "detente/expr/evaluate.hpp"
#include "detente/expr/parser.hpp"
#include "detente/expr/simplify.hpp"
#include "expr/checker.hpp"

namespace detente::expr {

namespace {

namespace messages = diagnostic::messages;
using Kind = AstNode::Kind;

// What is built may be deeper than what is written, through `let`; the passes over it recurse.
constexpr std::size_t max_built_depth = 1024;

Function function_of(Operator operation) {
  switch (operation) {
    case Operator::negative:
      return Function::neg;
    case Operator::logical_not:
      return Function::logical_not;
    case Operator::subtract:
      return Function::sub;
    case Operator::multiply:
      return Function::mul;
    case Operator::divide:
      return Function::div;
    case Operator::power:
      return Function::pow;
    case Operator::less:
      return Function::lt;
    case Operator::less_equal:
      return Function::le;
    case Operator::greater:
      return Function::gt;
    case Operator::greater_equal:
      return Function::ge;
    case Operator::equal:
      return Function::eq;
    case Operator::not_equal:
      return Function::ne;
    case Operator::logical_and:
      return Function::logical_and;
    case Operator::logical_or:
      return Function::logical_or;
    case Operator::positive:
    case Operator::add:
      break;
  }
  return Function::add;
}

bool is_comparison(Operator operation) {
  return operation >= Operator::less && operation <= Operator::not_equal;
}

std::string side_of(const char* side, Operator operation) {
  return std::string("the ") + side + " side of `" + std::string(sign_of(operation)) + "`";
}

bool mentions_time(const Expression& expression) {
  const std::vector<Symbol> symbols = symbols_of(expression);
  return std::any_of(symbols.begin(), symbols.end(),
                     [](const Symbol& symbol) { return symbol.kind == SymbolKind::time; });
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view without_parentheses(std::string_view text) {
  while (text.size() >= 2 && text.front() == '(' && text.back() == ')') {
    int open = 0;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
      open += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
      if (open == 0) return text;  // the first parenthesis closes before the end
    }
    text = text.substr(1, text.size() - 2);
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  }
  return text;
}

bool is_day(int year, int month, int day) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= (month == 2 && leap ? 29 : days[month - 1]);
}

}  // namespace

ExpressionPtr Checker::run() {
  const AstNode& root = ast_.root;
  if (context_.expected == Type::formula) place_ = Place::formula;
  ExpressionPtr result;
  if (context_.expected == Type::number) {
    result = number(root, "this expression");
  } else if (context_.expected == Type::boolean) {
    result = condition(root, "this expression");
  } else {
    result = value(root);
  }
  if (!result) return nullptr;
  if (context_.expected == Type::formula && result->type == Type::number) {
    report(messages::formula_expected(ast_.span(root), text(root)));
    return nullptr;
  }
  if (depth(*result) > max_built_depth) {
    report(messages::nested_too_deep(ast_.span(root), max_built_depth));
    return nullptr;
  }
  return result;
}

ExpressionPtr Checker::value(const AstNode& node) {
  switch (node.kind) {
    case Kind::number:
      return constant_node(node, node.number);
    case Kind::duration:
      if (scope_.has_calendar()) return constant_node(node, node.number * years_in(node.unit));
      report(messages::duration_without_calendar(ast_.mark(node), text(node)));
      return nullptr;
    case Kind::date:
      if (date(node)) report(messages::date_misplaced(ast_.mark(node), text(node)));
      return nullptr;
    case Kind::name:
      return name(node);
    case Kind::member:
      report(messages::dot_as_value(ast_.mark(node), node.name, node.member));
      return nullptr;
    case Kind::call:
      return call(node);
    case Kind::unary:
      return unary(node);
    case Kind::binary:
      return binary(node);
    case Kind::membership:
      return membership(node);
  }
  return nullptr;
}

ExpressionPtr Checker::number(const AstNode& node, std::string_view what) {
  ExpressionPtr result = value(node);
  if (result && result->type == Type::formula) {
    report(messages::number_expected(ast_.span(node), what, "a formula along the path"));
    return nullptr;
  }
  return result;
}

ExpressionPtr Checker::condition(const AstNode& node, std::string_view what) {
  ExpressionPtr result = value(node);
  if (!result || result->type == Type::boolean) return result;
  if (result->type == Type::formula) {
    report(messages::state_formula_expected(ast_.span(node), what));
  } else {
    report(messages::condition_expected(ast_.span(node), what, text(node)));
  }
  return nullptr;
}

ExpressionPtr Checker::name(const AstNode& node) {
  const Resolution found = scope_.resolve(node.name);
  switch (found.kind) {
    case Resolution::Kind::symbol:
      return symbol_node(node, found.symbol, found.type);
    case Resolution::Kind::let:
      return found.expression;
    case Resolution::Kind::failed:
      return nullptr;
    case Resolution::Kind::chain: {
      const std::vector<std::string> states = scope_.states(found.index);
      report(messages::chain_as_value(ast_.mark(node), node.name,
                                      states.empty() ? "state" : states.front()));
      return nullptr;
    }
    case Resolution::Kind::event:
      report(messages::event_as_value(ast_.mark(node), node.name));
      return nullptr;
    case Resolution::Kind::none:
      break;
  }
  return builtin(node);
}

ExpressionPtr Checker::builtin(const AstNode& node) {
  if (node.name == "time") return symbol_node(node, {SymbolKind::time, 0, 0}, Type::number);
  if (node.name == "year") return symbol_node(node, {SymbolKind::year, 0, 0}, Type::number);
  if (const FunctionRow* row = find_function(node.name)) {
    report(messages::function_without_call(ast_.mark(node), node.name, row->arguments));
  } else {
    report(messages::unknown_name(ast_.mark(node), node.name, known_names()));
  }
  return nullptr;
}

ExpressionPtr Checker::unary(const AstNode& node) {
  const AstNode& child = node.children[0];
  if (node.operation == Operator::logical_not) return logic(node);
  ExpressionPtr operand =
      number(child, "the operand of `" + std::string(sign_of(node.operation)) + "`");
  if (!operand || node.operation == Operator::positive) return operand;
  return call_node(node, Function::neg, Type::number, {std::move(operand)});
}

ExpressionPtr Checker::binary(const AstNode& node) {
  const Operator operation = node.operation;
  if (operation == Operator::logical_and || operation == Operator::logical_or) return logic(node);
  if (is_comparison(operation)) return comparison(node);
  ExpressionPtr left = number(node.children[0], side_of("left", operation));
  ExpressionPtr right = number(node.children[1], side_of("right", operation));
  if (!left || !right) return nullptr;
  if (operation == Operator::divide && constant_value(*right) == 0.0) {
    report(messages::division_by_zero(ast_.mark(node)));
    return nullptr;
  }
  return call_node(node, function_of(operation), Type::number, {std::move(left), std::move(right)});
}

// `and`, `or`, `not`: over conditions, or over formulas at the top of one.
ExpressionPtr Checker::logic(const AstNode& node) {
  std::vector<ExpressionPtr> operands;
  Type type = Type::boolean;
  bool complete = true;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const AstNode& child = node.children[i];
    const std::string what = node.children.size() == 1
                                 ? "the operand of `not`"
                                 : side_of(i == 0 ? "left" : "right", node.operation);
    ExpressionPtr operand = place_ == Place::formula ? value(child) : condition(child, what);
    if (operand && operand->type == Type::number) {
      report(messages::condition_expected(ast_.span(child), what, text(child)));
      operand = nullptr;
    }
    complete = complete && operand != nullptr;
    if (operand && operand->type == Type::formula) type = Type::formula;
    operands.push_back(std::move(operand));
  }
  if (!complete) return nullptr;
  return call_node(node, function_of(node.operation), type, std::move(operands));
}

ExpressionPtr Checker::comparison(const AstNode& node) {
  const AstNode& left = node.children[0];
  const AstNode& right = node.children[1];
  const std::optional<std::uint32_t> left_chain = chain_named(left);
  const std::optional<std::uint32_t> right_chain = chain_named(right);
  if (left_chain || right_chain) return comparison_of_chain(node, left_chain, right_chain);
  if (right.kind == Kind::date) return comparison_with_date(node, right, left);
  if (left.kind == Kind::date) return comparison_with_date(node, left, right);
  ExpressionPtr a = number(left, side_of("left", node.operation));
  // Behind a chain that is unknown or wrong stands a state, which is no second mistake.
  const bool asks_for_state =
      node.operation == Operator::equal || node.operation == Operator::not_equal;
  if (!a && asks_for_state && left.kind == Kind::name && right.kind == Kind::name &&
      scope_.resolve(right.name).kind == Resolution::Kind::none && !is_reserved(right.name)) {
    return nullptr;
  }
  ExpressionPtr b = number(right, side_of("right", node.operation));
  if (!a || !b) return nullptr;
  return call_node(node, function_of(node.operation), Type::boolean, {std::move(a), std::move(b)});
}

ExpressionPtr Checker::comparison_with_date(const AstNode& node, const AstNode& date_node,
                                            const AstNode& other) {
  const bool date_first = &date_node == &node.children[0];
  const std::optional<double> moment = date(date_node);
  if (other.kind == Kind::date) {
    if (moment) report(messages::date_misplaced(ast_.mark(date_node), text(date_node)));
    return nullptr;
  }
  ExpressionPtr compared = number(other, side_of(date_first ? "right" : "left", node.operation));
  if (!moment || !compared) return nullptr;
  if (!mentions_time(*compared)) {
    report(messages::date_misplaced(ast_.mark(date_node), text(date_node)));
    return nullptr;
  }
  std::vector<ExpressionPtr> sides{std::move(compared), constant_node(date_node, *moment)};
  if (date_first) std::swap(sides[0], sides[1]);
  return call_node(node, function_of(node.operation), Type::boolean, std::move(sides));
}

std::optional<double> Checker::date(const AstNode& node) {
  if (!is_day(node.year, node.month, node.day)) {
    report(messages::no_such_date(ast_.mark(node), text(node)));
    return std::nullopt;
  }
  const std::optional<double> moment = scope_.time_of_date(node.year, node.month, node.day);
  if (!moment) report(messages::date_without_calendar(ast_.mark(node), text(node)));
  return moment;
}

Expression Checker::blank(const AstNode& node, Type type) const {
  Expression result;
  result.type = type;
  result.text = text(node);
  result.span = ast_.span(node);
  return result;
}

ExpressionPtr Checker::constant_node(const AstNode& node, double value, Type type) const {
  Expression result = blank(node, type);
  result.value = value;
  return std::make_shared<const Expression>(std::move(result));
}

ExpressionPtr Checker::symbol_node(const AstNode& node, const Symbol& symbol, Type type) const {
  Expression result = blank(node, type);
  result.kind = Expression::Kind::symbol;
  result.symbol = symbol;
  return std::make_shared<const Expression>(std::move(result));
}

ExpressionPtr Checker::call_node(const AstNode& node, Function function, Type type,
                                 std::vector<ExpressionPtr> arguments) {
  const bool known = std::all_of(arguments.begin(), arguments.end(), [](const ExpressionPtr& x) {
    return x->kind == Expression::Kind::constant;
  });
  if (known) {
    std::vector<double> values;
    for (const ExpressionPtr& argument : arguments) values.push_back(argument->value);
    const double result = value_of(function, values);
    if (!std::isfinite(result)) {
      report(messages::not_finite(ast_.span(node), text(node), result));
      return nullptr;
    }
  }
  return simplified_call(function, std::move(arguments), blank(node, type));
}

// Without parentheses around the whole; line breaks and runs of blanks become one blank.
std::string Checker::text(const AstNode& node) const {
  std::string result;
  const std::string_view whole(ast_.text);
  std::string_view rest = without_parentheses(whole.substr(node.begin, node.end - node.begin));
  while (!rest.empty()) {
    const auto* const blank = std::find_if(rest.begin(), rest.end(), is_blank);
    const auto* const word = std::find_if_not(blank, rest.end(), is_blank);
    result.append(rest.begin(), blank);
    if (blank != word && !result.empty()) result += ' ';
    rest.remove_prefix(static_cast<std::size_t>(word - rest.begin()));
  }
  return result;
}

std::vector<std::string> Checker::known_names() const {
  std::vector<std::string> names = scope_.names();
  names.emplace_back("time");
  names.emplace_back("year");
  return names;
}

std::vector<std::string> Checker::names_of_kind(Resolution::Kind kind) const {
  std::vector<std::string> names = scope_.names();
  std::erase_if(names, [&](const std::string& name) { return scope_.resolve(name).kind != kind; });
  return names;
}

ExpressionPtr check(const Ast& ast, const Scope& scope, const CheckContext& context,
                    diagnostic::Diagnostics& diagnostics) {
  return Checker(ast, scope, context, diagnostics).run();
}

ExpressionPtr parse_and_check(std::string_view text, const TextPlace& place, const Scope& scope,
                              const CheckContext& context, diagnostic::Diagnostics& diagnostics) {
  const std::optional<Ast> ast = parse(text, place, diagnostics);
  return ast ? check(*ast, scope, context, diagnostics) : nullptr;
}

ExpressionPtr parse_and_check(std::string_view text, const diagnostic::SourceSpan& first,
                              const Scope& scope, const CheckContext& context,
                              diagnostic::Diagnostics& diagnostics) {
  return parse_and_check(text, place_text(text, first), scope, context, diagnostics);
}

}  // namespace detente::expr
