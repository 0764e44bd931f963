#pragma once

/// Trees to YAML text, always the same text for the same tree.

#include <string>
#include <string_view>

#include "scenario/node.hpp"

namespace detente::scenario {

/// In braces and brackets, on one line.
std::string flow_yaml(const Node& node);
/// A scalar, in double quotes where it needs them.
std::string scalar_yaml(std::string_view text);
/// A whole document: two levels by indentation, or more where a line would be long.
std::string document_yaml(const Node& node);

}  // namespace detente::scenario
