#pragma once

/// Folding: constants, branches that are known, identities that hold for every finite value.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "detente/expr/expression.hpp"

namespace detente::expr {

/// A call of `function` in its simplest form. Results that are not finite are left as calls, so
/// that the run reports them where they happen. Folded: constants; `if` with a known condition; 0
/// and x, 1 and x, 0 or x, 1 or x; not not x; x + 0, x - 0, 1 x, x / 1, x^1, -(-x). Left alone: 0
/// x, x - x, x^0, which are not 0 or 1 for every x. `like` gives text, place and type of the
/// result.
ExpressionPtr simplified_call(Function function, std::vector<ExpressionPtr> arguments,
                              const Expression& like);

/// The value of a tree without symbols, chains, marks and temporal operators; nullopt otherwise.
std::optional<double> constant_value(const Expression& expression);
std::optional<double> constant_value(const ExpressionPtr& expression);

/// What a leaf (symbol or chain_in) becomes; null: it stays.
using Replacement = std::function<ExpressionPtr(const Expression& leaf)>;

/// Rebuilds expressions with replaced leaves and folds what becomes known. Parts without a replaced
/// leaf are the same nodes as before, and a node shared before is shared after, over all
/// expressions given to one object.
class Substitution {
 public:
  explicit Substitution(Replacement replace);
  ExpressionPtr operator()(const ExpressionPtr& expression);

 private:
  ExpressionPtr rebuild(const ExpressionPtr& expression);

  Replacement replace_;
  std::unordered_map<ExpressionPtr, ExpressionPtr> done_;
};

/// One expression alone.
ExpressionPtr substitute(const ExpressionPtr& expression, const Replacement& replace);

/// Length of the longest way from the root to a leaf, a leaf alone: 1.
std::size_t depth(const Expression& expression);

}  // namespace detente::expr
