#pragma once

/// Discrete state machines. The transitions that leave one state are competing risks.

#include <string>
#include <vector>

#include "detente/model/effect.hpp"
#include "detente/model/id.hpp"
#include "detente/model/intensity.hpp"

namespace detente::model {

struct State {
  std::string name;
  std::string description;
  std::string color;
};

struct Transition {
  std::string name;  ///< unique in its chain; default `from_to_to`
  ChainId chain;
  std::vector<StateId> from;     ///< one or more
  std::vector<Branch> branches;  ///< one or more targets
  Intensity intensity;
  expr::ExpressionPtr when;  ///< guard; null: always
  Effects effects;
  std::string source;
  std::string description;
  diagnostic::SourceSpan span;
};

struct Chain {
  std::string name;
  std::string description;
  std::vector<State> states;  ///< at most 64
  std::vector<Branch> start;  ///< one branch: that state; else weights
  std::vector<TransitionId> transitions;
  diagnostic::SourceSpan span;
};

}  // namespace detente::model
