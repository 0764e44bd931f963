#pragma once

/// What the lists of keys have in common: the keys that many sections hold, and sections that are
/// nothing but arguments.

#include <string_view>
#include <utility>
#include <vector>

#include "scenario/fields.hpp"

namespace detente::scenario::sections {

// clang-format off
inline constexpr Field described{"description", FieldType::text, Need::optional, "", "what it is, for tables and plots", "outside push for a deal"};
inline constexpr Field sourced{"source", FieldType::source_key, Need::optional, "", "where it comes from: a key of `sources`, or `judgement`", "judgement"};
inline constexpr Field measured{"unit", FieldType::text, Need::optional, "", "unit of its values, for tables and plots", "thousand"};
// clang-format on

/// A section with one required key per argument.
Section arguments(std::string_view key, std::string_view title, std::string_view doc,
                  std::vector<std::pair<std::string_view, std::string_view>> names, FieldType type);

}  // namespace detente::scenario::sections
