#pragma once

/// What a class says when the bytes it reads cannot be one of its states.

#include <string>

#include "detente/diagnostic/error.hpp"

namespace detente::summary {

/// RunError unless `holds`; `what` names the broken rule.
inline void require_stored(bool holds, const std::string& what) {
  if (!holds)
    throw diagnostic::RunError("the stored result is damaged (" + what + "); make it anew");
}

}  // namespace detente::summary
