#pragma once

/// Scenarios back to YAML.

#include <string>
#include <string_view>

#include "detente/scenario/reader.hpp"

namespace detente::scenario {

/// The canonical text: the scenario with its overrides, without comments, what it includes and
/// aliases written out, values of CSV columns in place of their files. Two texts that differ in layout alone have the
/// same one. Reading it gives an equal model.
std::string to_yaml(const Scenario& scenario);

/// 64-bit FNV-1a of a text (Fowler, Noll and Vo) as 16 hexadecimal digits; of the canonical text it
/// names the content of a scenario.
std::string content_hash(std::string_view text);

/// content_hash(to_yaml(scenario)).
std::string scenario_hash(const Scenario& scenario);

}  // namespace detente::scenario
