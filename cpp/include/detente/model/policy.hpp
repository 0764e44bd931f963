#pragma once

/// Levers, and the policies that set them.

#include <optional>
#include <string>
#include <vector>

#include "detente/expr/expression.hpp"
#include "detente/model/id.hpp"

namespace detente::model {

struct Lever {
  std::string name;
  double default_value = 0.0;
  std::optional<double> low, high;
  std::string unit;
  std::string description;
  diagnostic::SourceSpan span;
};

struct LeverSetting {
  LeverId lever;
  double value = 0.0;
};

/// From `time` on (a grid point), these values hold.
struct ScheduledSetting {
  double time = 0.0;
  std::string on;  ///< as written
  std::vector<LeverSetting> set;
};

/// `lever` equals the expression, re-read at every grid point and after every event.
struct LeverRule {
  LeverId lever;
  expr::ExpressionPtr expression;
};

struct Policy {
  std::string name;
  std::string description;
  std::vector<LeverSetting> set;
  std::vector<ScheduledSetting> schedule;  ///< ascending times
  std::vector<LeverRule> rules;
  diagnostic::SourceSpan span;
};

}  // namespace detente::model
