#pragma once

/// The checker of one expression; its parts by concept: names and operators (check.cpp), states of
/// chains (check_chains.cpp), functions (check_calls.cpp), temporal operators (check_formulas.cpp).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detente/expr/check.hpp"
#include "detente/expr/functions.hpp"

namespace detente::expr {

class Checker {
 public:
  Checker(const Ast& ast, const Scope& scope, const CheckContext& context,
          diagnostic::Diagnostics& diagnostics)
      : ast_(ast), scope_(scope), context_(context), diagnostics_(diagnostics) {}

  /// The whole expression as its context expects it; null when wrong.
  ExpressionPtr run();

 private:
  /// Where a node stands along the path: temporal operators are allowed at the top of formulas
  /// alone.
  enum class Place : std::uint8_t { outside, formula, inside_temporal };

  // check.cpp: each returns null after a report
  ExpressionPtr value(const AstNode& node);
  ExpressionPtr number(const AstNode& node, std::string_view what);
  ExpressionPtr condition(const AstNode& node, std::string_view what);
  ExpressionPtr name(const AstNode& node);
  ExpressionPtr builtin(const AstNode& node);
  ExpressionPtr unary(const AstNode& node);
  ExpressionPtr binary(const AstNode& node);
  ExpressionPtr logic(const AstNode& node);
  ExpressionPtr comparison(const AstNode& node);
  ExpressionPtr comparison_with_date(const AstNode& node, const AstNode& date,
                                     const AstNode& other);
  std::optional<double> date(const AstNode& node);

  // check_chains.cpp
  ExpressionPtr comparison_of_chain(const AstNode& node, std::optional<std::uint32_t> left,
                                    std::optional<std::uint32_t> right);
  ExpressionPtr membership(const AstNode& node);
  std::optional<std::uint32_t> chain_named(const AstNode& node) const;
  std::optional<std::uint32_t> state_named(const AstNode& node, std::uint32_t chain);
  ExpressionPtr chain_in(const AstNode& node, std::uint32_t chain, std::uint64_t states);

  // check_calls.cpp
  ExpressionPtr call(const AstNode& node);
  bool has_arguments(const AstNode& node, const FunctionRow& row);
  ExpressionPtr plain_call(const AstNode& node, const FunctionRow& row);
  ExpressionPtr choice(const AstNode& node);
  ExpressionPtr mark_call(const AstNode& node, const FunctionRow& row);
  ExpressionPtr history_call(const AstNode& node, const FunctionRow& row);
  ExpressionPtr sojourn(const AstNode& node);
  ExpressionPtr visits(const AstNode& node);
  ExpressionPtr count(const AstNode& node);
  ExpressionPtr count_of_member(const AstNode& node);
  std::optional<std::uint32_t> chain_argument(const AstNode& argument, const AstNode& node,
                                              std::string_view form);
  bool possible_arguments(const AstNode& node, const FunctionRow& row,
                          const std::vector<ExpressionPtr>& arguments);

  // check_formulas.cpp
  ExpressionPtr temporal_call(const AstNode& node, const FunctionRow& row);
  ExpressionPtr temporal_node(const AstNode& node, const FunctionRow& row);
  ExpressionPtr state_formula(const AstNode& node, std::string_view what);
  bool within(const AstNode& node, Window& window);
  bool after(const AstNode& node, Window& window);
  std::optional<double> window_number(const AstNode& node, std::string_view argument);

  // Building nodes
  Expression blank(const AstNode& node, Type type) const;
  ExpressionPtr constant_node(const AstNode& node, double value, Type type = Type::number) const;
  ExpressionPtr symbol_node(const AstNode& node, const Symbol& symbol, Type type) const;
  ExpressionPtr call_node(const AstNode& node, Function function, Type type,
                          std::vector<ExpressionPtr> arguments);

  std::string text(const AstNode& node) const;
  void report(diagnostic::Diagnostic diagnostic) { diagnostics_.add(std::move(diagnostic)); }
  std::vector<std::string> known_names() const;
  std::vector<std::string> names_of_kind(Resolution::Kind kind) const;

  const Ast& ast_;
  const Scope& scope_;
  const CheckContext& context_;
  diagnostic::Diagnostics& diagnostics_;
  Place place_ = Place::outside;
};

}  // namespace detente::expr
