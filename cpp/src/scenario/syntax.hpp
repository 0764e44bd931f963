#pragma once

/// What can be said of a text before it is parsed, and of one that cannot be.

#include <memory>
#include <optional>
#include <string>

#include "detente/diagnostic/diagnostic.hpp"
#include "scenario/place.hpp"

namespace detente::scenario {

/// A text that should not reach the YAML parser: too large, not UTF-8, with control characters, or with
/// so many open brackets, or commas inside them on one line, that the parser would look ahead over all
/// of it: what a bracket opens could be a key until its line ends.
std::optional<diagnostic::Diagnostic> unreadable(
    const std::shared_ptr<const diagnostic::SourceText>& source);

/// The mistake behind what the YAML parser says, `reason`, at a place: an unclosed bracket or quote
/// further up, a missing blank, a tab, a wrong indentation; else its own words.
diagnostic::Diagnostic syntax_error(Place place, const std::string& reason);

}  // namespace detente::scenario
