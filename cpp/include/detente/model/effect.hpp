#pragma once

/// What a firing changes: simultaneous assignments. All right-hand sides are read before any is applied.

#include <vector>

#include "detente/expr/expression.hpp"
#include "detente/model/id.hpp"

namespace detente::model {

struct Assignment {
  VariableId variable;
  expr::ExpressionPtr value;
};

/// One possible target of a branch or a forced move. A weight that does not depend on the path is a constant.
struct Branch {
  StateId to;
  expr::ExpressionPtr weight;
};

/// A chain moved by an effect; one branch: a plain move.
struct ForcedMove {
  ChainId chain;
  std::vector<Branch> branches;
};

struct Effects {
  std::vector<Assignment> assignments;
  std::vector<ForcedMove> moves;
  std::uint32_t mark_count = 0;  ///< random marks in all expressions of this block
};

}  // namespace detente::model
