#pragma once

/// What is read off a path.

#include <optional>
#include <string>

#include "detente/expr/expression.hpp"
#include "detente/model/id.hpp"

namespace detente::model {

struct Outcome {
  std::string name;
  enum class Kind : std::uint8_t {
    probability,  ///< formula
    time_to,      ///< state formula
    duration,     ///< state formula
    count,        ///< transition or event
    value,        ///< expression at a date or the horizon
    integral,     ///< expression
    maximum,
    minimum,
  } kind = Kind::value;
  expr::ExpressionPtr
      expression;  ///< formula or number; count: a count_transition or count_event symbol
  expr::ExpressionPtr given;  ///< formula; null: every path
  double at = -1.0;           ///< value: time; negative: the horizon
  double from = 0.0;          ///< duration, count, integral, maximum, minimum
  double until = -1.0;        ///< negative: the horizon
  std::string unit;
  std::string description;
  std::string source;
  std::string text;  ///< the expression as written
  diagnostic::SourceSpan span;
};

}  // namespace detente::model
