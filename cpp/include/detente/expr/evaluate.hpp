#pragma once

/// The plain meaning of an expression, one tree node at a time: for start values, messages, and as
/// the reference that the compiled form is tested against.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "detente/expr/expression.hpp"

namespace detente::expr {

/// Values of the leaves.
class Environment {
 public:
  virtual ~Environment() = default;
  virtual double value(const Symbol& symbol) const = 0;
  /// The state that a chain is in.
  virtual std::uint32_t state(std::uint32_t chain) const = 0;
  /// The variate of a mark with these arguments; InternalError unless overridden.
  virtual double mark(Mark mark, std::uint32_t mark_index, std::span<const double> arguments) const;
};

/// One function at given arguments (as many as it takes); comparison and logic give 0 or 1.
/// Arguments outside a function's domain give NaN or an infinity, as IEEE arithmetic does.
double value_of(Function function, std::span<const double> arguments);

/// The value of a number or boolean. Formulas are read by monitors: InternalError.
double evaluate(const Expression& expression, const Environment& environment);

/// The symbols below an expression, each once, in order of first appearance.
std::vector<Symbol> symbols_of(const Expression& expression);

/// The chains whose state is asked below an expression (`chain == state`), each once, in order.
std::vector<std::uint32_t> chains_of(const Expression& expression);

/// The expression in the language of scenarios, shared parts written out: leaves as they were
/// written, constants with the fewest digits that give the same value.
std::string to_text(const Expression& expression);

}  // namespace detente::expr
