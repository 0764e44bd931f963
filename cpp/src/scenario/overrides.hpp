#pragma once

/// Changes applied to a document before it is read.

#include "detente/diagnostic/diagnostic.hpp"
#include "detente/scenario/reader.hpp"
#include "scenario/node.hpp"

namespace detente::scenario {

/// The document with the overrides in it. Unknown names and texts that are not YAML are reported.
NodePtr with_overrides(NodePtr root, const Overrides& overrides,
                       diagnostic::Diagnostics& diagnostics);

}  // namespace detente::scenario
