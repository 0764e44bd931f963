#pragma once

/// A whole scenario: complete and cross-checked once constructed by the reader.

#include <string>
#include <utility>
#include <vector>

#include "detente/model/calendar.hpp"
#include "detente/model/chain.hpp"
#include "detente/model/event.hpp"
#include "detente/model/outcome.hpp"
#include "detente/model/parameter.hpp"
#include "detente/model/policy.hpp"
#include "detente/model/variable.hpp"

namespace detente::model {

struct Let {
  std::string name;
  expr::ExpressionPtr expression;
  std::string text;
};

struct Model {
  std::string title;
  std::string description;
  std::vector<Source> sources;
  Calendar calendar;
  std::vector<Lever> levers;
  std::vector<Parameter> parameters;
  std::vector<RankCorrelation> correlations;
  std::vector<JointNormal> joints;
  std::vector<Let> lets;
  std::vector<Variable> variables;
  std::vector<NoiseCorrelation> noise_correlations;
  std::vector<Season> seasons;
  std::vector<Chain> chains;
  std::vector<Transition> transitions;  ///< of all chains, in file order
  std::vector<Event> events;
  std::vector<Policy> policies;  ///< at least one
  std::vector<Outcome> outcomes;
  expr::ExpressionPtr utility;  ///< null: none
  std::string utility_text;

  /// All that fires: transitions, then events.
  std::size_t element_count() const { return transitions.size() + events.size(); }
};

}  // namespace detente::model
