#pragma once

/// The files of a scenario to one document.

#include <vector>

#include "detente/diagnostic/diagnostic.hpp"
#include "scenario/include.hpp"
#include "scenario/node.hpp"

namespace detente::scenario {

/// One document of the parts, the last of which is the scenario itself. Sections that go by names are
/// united and lists joined, in the order of the parts. A name that two parts define is an error
/// unless one of them overrides it and includes the other (E143), or both say the same and neither
/// includes the other; an override of what nothing included defines is E144. Of `time` every key,
/// and `utility`, are those of the part that includes the others; `title` and `description` are the
/// scenario's own.
NodePtr merged(const std::vector<Part>& parts, diagnostic::Diagnostics& diagnostics);

}  // namespace detente::scenario
