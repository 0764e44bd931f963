#pragma once

/// Continuous state: Ito diffusions on the grid.

#include <optional>
#include <string>

#include "detente/expr/expression.hpp"
#include "detente/model/id.hpp"

namespace detente::model {

enum class AtBounds : std::uint8_t { clamp, reflect };

struct Variable {
  std::string name;
  enum class Form : std::uint8_t {
    euler,      ///< dX = drift dt + volatility dW
    reverting,  ///< dX = rate (to - X) dt + volatility dW, exact
    growth,     ///< dX = growth X dt + volatility X dW, exact
  } form = Form::euler;
  expr::ExpressionPtr start;        ///< read at the start from parameters and levers
  expr::ExpressionPtr drift;        ///< euler: drift; growth: the growth rate; null: 0
  expr::ExpressionPtr to, rate;     ///< reverting
  expr::ExpressionPtr volatility;   ///< null: 0
  std::optional<double> low, high;  ///< range
  AtBounds at_bounds = AtBounds::clamp;
  std::string unit;
  std::string source;
  std::string description;
  diagnostic::SourceSpan span;

  /// Whether it may move between firings; else nothing but effects changes it.
  bool moves() const { return drift || volatility || rate; }
};

struct NoiseCorrelation {
  VariableId first, second;
  double value = 0.0;
  diagnostic::SourceSpan span;
};

}  // namespace detente::model
