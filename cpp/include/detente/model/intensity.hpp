#pragma once

/// What gives a transition its hazard.

#include <string>
#include <vector>

#include "detente/expr/expression.hpp"

namespace detente::model {

/// Families of baseline hazards in the time since entering the state. Arguments in the order of the comment.
enum class BaselineFamily : std::uint8_t {
  exponential,  ///< rate: h = rate
  weibull,      ///< shape k, scale s: H = (t/s)^k
  gompertz,     ///< rate r, shape a: h = r exp(a t), H = r (exp(a t) - 1) / a
  lognormal,    ///< meanlog, sdlog: S = 1 - Phi((log t - meanlog) / sdlog)
  loglogistic,  ///< shape k, scale s: S = 1 / (1 + (t/s)^k)
  gamma,        ///< shape, rate: S = Q(shape, rate t)
  piecewise,    ///< times t1 < t2 < ..., rates r0, r1, ...: rate r_i on [t_i, t_i+1), t_0 = 0
};

struct HazardRatio {
  std::string name;
  expr::ExpressionPtr value;
};

struct Intensity {
  enum class Kind : std::uint8_t { hazard, baseline } kind = Kind::hazard;
  expr::ExpressionPtr hazard;  ///< per year (per unit of time without a calendar)
  BaselineFamily family = BaselineFamily::exponential;
  std::vector<expr::ExpressionPtr> arguments;  ///< read on entering the state
  std::vector<double> times;  ///< piecewise only; `arguments` are the rates, one more than times
  std::vector<HazardRatio> ratios;  ///< allowed for both kinds
  diagnostic::SourceSpan span;
};

}  // namespace detente::model
