#pragma once

/// Columns of numbers beside a scenario.

#include <optional>
#include <vector>

#include "scenario/form.hpp"
#include "scenario/reading.hpp"

namespace detente::scenario {

/// The column of `empirical: {file, column}`; reports a file outside the scenario's folder, one
/// that cannot be read, an unknown column, a cell that is no number. Empty cells are skipped.
/// Fields may be quoted as in RFC 4180.
std::optional<std::vector<double>> read_column(Reading& reading, const Form& form);

}  // namespace detente::scenario
