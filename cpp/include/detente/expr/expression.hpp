#pragma once

/// Checked expressions: typed trees whose names are resolved. Built by `check` (check.hpp) from parsed text,
/// compiled by the program floor. Immutable and shared: a `let` is one node that several parents hold.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "detente/diagnostic/source.hpp"

namespace detente::expr {

enum class Type : std::uint8_t { number, boolean, state, formula };

/// What a name stands for. `index` counts within its kind, in the order of the file.
enum class SymbolKind : std::uint8_t {
  parameter,
  lever,
  variable,
  season,            ///< number 0/1 or boolean
  time,              ///< years since the start (plain time without a calendar)
  year,              ///< calendar year as a decimal
  sojourn,           ///< index: chain; time since its state was entered
  visits,            ///< index: chain, state: how often the state was entered, the start included
  count_transition,  ///< index: transition (numbered over all chains in file order)
  count_event,       ///< index: event
  outcome,           ///< utility only: the path's reading of an outcome
};

struct Symbol {
  SymbolKind kind = SymbolKind::time;
  std::uint32_t index = 0;
  std::uint32_t state = 0;
  bool operator==(const Symbol&) const = default;

  /// Whether it changes smoothly with time.
  bool follows_time() const {
    return kind == SymbolKind::time || kind == SymbolKind::year || kind == SymbolKind::sojourn;
  }
};

/// Functions and operators of the language. Comparison and logic give 0 or 1.
enum class Function : std::uint8_t {
  neg,
  logical_not,
  abs,
  exp,
  log,
  log1p,
  expm1,
  sqrt,
  logistic,
  logit,
  step,
  sin,
  cos,
  floor,
  ceil,
  add,
  sub,
  mul,
  div,
  pow,
  min,
  max,
  lt,
  le,
  gt,
  ge,
  eq,
  ne,
  logical_and,
  logical_or,
  select,  ///< if(condition, a, b)
  clamp,   ///< clamp(x, low, high)
  smoothstep,  ///< smoothstep(from, to, x) = 3 s^2 - 2 s^3 with s = clamp((x - from) / (to - from), 0, 1)
};

/// Random marks, allowed in effects only.
enum class Mark : std::uint8_t { normal, lognormal, uniform, beta, bernoulli };

/// Temporal operators, allowed in outcomes only.
enum class Temporal : std::uint8_t { eventually, always, until, first };

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

/// The window of a temporal operator: [opening, opening + within], closed.
struct Window {
  double after =
      0.0;  ///< fixed opening time in years from the start; used when after_first is null
  ExpressionPtr after_first;  ///< a `first(...)` node, or null
  double within = -1.0;       ///< length in years; negative: to the horizon
};

struct Expression {
  enum class Kind : std::uint8_t {
    constant,  ///< value (booleans: 0/1)
    symbol,    ///< symbol
    chain_in,  ///< boolean: the state of chain `symbol.index` is one of the bits of `states`
    call,      ///< function over arguments
    mark,      ///< a random mark; `mark_index` numbers the marks of one effects block in file order
    temporal,  ///< temporal operator over arguments (until: two) with a window
  };
  Kind kind = Kind::constant;
  Type type = Type::number;
  double value = 0.0;
  Symbol symbol;
  std::uint64_t states = 0;
  Function function = Function::add;
  Mark mark = Mark::normal;
  std::uint32_t mark_index = 0;
  Temporal temporal = Temporal::eventually;
  Window window;
  std::vector<ExpressionPtr> arguments;
  std::string text;  ///< the source text of this node, for messages, trace and explain
  diagnostic::SourceSpan span;
};

/// A constant without a place in a text.
ExpressionPtr constant(double value, Type type = Type::number);

/// Whether two trees mean the same (places and texts are ignored).
bool same(const Expression& a, const Expression& b);

}  // namespace detente::expr
