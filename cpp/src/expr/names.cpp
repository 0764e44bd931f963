#include <algorithm>
#include <array>

#include "detente/expr/parser.hpp"

namespace detente::expr {

namespace {

void add_names(const Ast& ast, const AstNode& node, std::vector<NameUse>& uses) {
  if (node.kind == AstNode::Kind::name || node.kind == AstNode::Kind::member) {
    const bool known = std::any_of(uses.begin(), uses.end(),
                                   [&](const NameUse& use) { return use.name == node.name; });
    if (!known) uses.push_back({node.name, ast.mark(node)});
  }
  for (const AstNode& child : node.children) add_names(ast, child, uses);
  for (const auto& [name, value] : node.named) add_names(ast, value, uses);
}

}  // namespace

std::string_view sign_of(Operator operation) {
  switch (operation) {
    case Operator::negative:
    case Operator::subtract:
      return "-";
    case Operator::positive:
    case Operator::add:
      return "+";
    case Operator::logical_not:
      return "not";
    case Operator::multiply:
      return "*";
    case Operator::divide:
      return "/";
    case Operator::power:
      return "^";
    case Operator::less:
      return "<";
    case Operator::less_equal:
      return "<=";
    case Operator::greater:
      return ">";
    case Operator::greater_equal:
      return ">=";
    case Operator::equal:
      return "==";
    case Operator::not_equal:
      return "!=";
    case Operator::logical_and:
      return "and";
    case Operator::logical_or:
      return "or";
  }
  return "";
}

double years_in(DurationUnit unit) {
  constexpr double days_per_year = 365.25;
  switch (unit) {
    case DurationUnit::hour:
      return 1.0 / (24.0 * days_per_year);
    case DurationUnit::day:
      return 1.0 / days_per_year;
    case DurationUnit::week:
      return 7.0 / days_per_year;
    case DurationUnit::month:
      return 1.0 / 12.0;
    case DurationUnit::year:
      break;
  }
  return 1.0;
}

std::vector<NameUse> names_in(const Ast& ast) {
  std::vector<NameUse> uses;
  add_names(ast, ast.root, uses);
  return uses;
}

bool is_reserved(std::string_view name) {
  constexpr std::array<std::string_view, 7> words{"and", "or", "not", "in", "if", "time", "year"};
  return std::find(words.begin(), words.end(), name) != words.end();
}

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !is_letter(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

}  // namespace detente::expr
