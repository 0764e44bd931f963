#pragma once

/// Tables of the language reference, in Markdown.

#include <string>

#include "scenario/fields.hpp"

namespace detente::scenario {

/// One row per key of a section: key, what it takes, default, meaning, example.
std::string key_table(const Section& section);
/// One row per family of priors or baselines: its arguments with their meaning.
std::string family_table(const Section& section);
/// One row per function of the expression language.
std::string function_table();
/// A table by its name in the reference: the key of a section, `priors`, `baselines` or
/// `functions`; empty: unknown.
std::string reference_table(std::string_view name);

}  // namespace detente::scenario
