#pragma once

/// Parse tree to checked expression: names resolved, types and arguments checked, constants folded.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detente/diagnostic/diagnostic.hpp"
#include "detente/expr/ast.hpp"
#include "detente/expr/expression.hpp"

namespace detente::expr {

/// What a name stands for in a scope.
struct Resolution {
  enum class Kind : std::uint8_t {
    none,    ///< unknown here
    failed,  ///< known, but wrong and reported where it is defined; its users are dropped silently
    symbol,  ///< `symbol` of `type`
    let,     ///< a shared sub-expression, `expression`
    chain,   ///< chain number `index`
    event,   ///< event number `index`
  };
  Kind kind = Kind::none;
  Symbol symbol;
  Type type = Type::number;  ///< of a symbol: number, or boolean (seasons)
  ExpressionPtr expression;
  std::uint32_t index = 0;
};

/// A transition's name for `count(name)` and `count(chain.name)`.
struct TransitionName {
  std::string name;
  std::uint32_t chain = 0;
  std::uint32_t index = 0;  ///< over all chains, in file order
};

/// The names that an expression may use. `time` and `year` need not be resolved: they are known
/// everywhere.
class Scope {
 public:
  virtual ~Scope() = default;

  virtual Resolution resolve(std::string_view name) const = 0;
  /// All names that `resolve` knows, for suggestions.
  virtual std::vector<std::string> names() const = 0;

  virtual std::string chain_name(std::uint32_t chain) const = 0;
  /// The states of a chain in order; at most 64.
  virtual std::vector<std::string> states(std::uint32_t chain) const = 0;
  /// Transitions that have this name, of all chains.
  virtual std::vector<TransitionName> transitions_named(std::string_view name) const = 0;
  /// What a misspelt transition may have meant, of one chain or all; none says nothing.
  virtual std::vector<std::string> transition_names(std::optional<std::uint32_t> chain) const = 0;

  /// Whether the scenario has a `start`: durations and dates need one.
  virtual bool has_calendar() const = 0;
  /// Years from the start to a day that exists; nullopt without a calendar.
  virtual std::optional<double> time_of_date(int year, int month, int day) const = 0;
};

/// What is expected of an expression at its place.
struct CheckContext {
  /// number: booleans are taken too, as 0 or 1; boolean: booleans alone; formula: a boolean or a
  /// combination of temporal operators, which are allowed here alone; none: a number or a boolean,
  /// as it comes (`let`).
  std::optional<Type> expected = Type::number;
  /// Effects only: marks are allowed and take the numbers from *mark_count on, which is raised.
  /// Null: no marks.
  std::uint32_t* mark_count = nullptr;
};

/// Checks a parse tree; null when it has errors (E203 to E213), all of which are added to
/// `diagnostics`.
ExpressionPtr check(const Ast& ast, const Scope& scope, const CheckContext& context,
                    diagnostic::Diagnostics& diagnostics);

/// Parses and checks. `place`: see place_text; a SourceSpan is the first character of the scalar in
/// its file.
ExpressionPtr parse_and_check(std::string_view text, const TextPlace& place, const Scope& scope,
                              const CheckContext& context, diagnostic::Diagnostics& diagnostics);
ExpressionPtr parse_and_check(std::string_view text, const diagnostic::SourceSpan& first,
                              const Scope& scope, const CheckContext& context,
                              diagnostic::Diagnostics& diagnostics);

}  // namespace detente::expr
