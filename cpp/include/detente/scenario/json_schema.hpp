#pragma once

/// The language as a JSON Schema, for completion and checks in editors.

#include <string>

namespace detente::scenario {

/// JSON Schema, draft 2020-12, of a scenario, written from the same list of keys as the reader's.
std::string json_schema();

}  // namespace detente::scenario
