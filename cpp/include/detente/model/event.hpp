#pragma once

/// What happens without belonging to a chain.

#include <optional>
#include <string>

#include "detente/model/calendar.hpp"
#include "detente/model/effect.hpp"
#include "detente/model/intensity.hpp"

namespace detente::model {

struct Event {
  std::string name;
  enum class Kind : std::uint8_t {
    hazard,   ///< a point process with an intensity
    on,       ///< once, at `time`
    every,    ///< at period, 2 period, ...
    trigger,  ///< when a condition turns true
  } kind = Kind::hazard;
  Intensity intensity;              ///< hazard
  double time = 0.0;                ///< on
  std::string on;                   ///< as written
  Duration every;                   ///< every
  expr::ExpressionPtr trigger;      ///< trigger
  bool once = false;                ///< trigger: the first time alone
  expr::ExpressionPtr when;         ///< guard; null: always
  expr::ExpressionPtr probability;  ///< null: 1
  Effects effects;
  std::string source;
  std::string description;
  diagnostic::SourceSpan span;
};

}  // namespace detente::model
