#pragma once

/// Plans of batches: which scenarios to run with which seeds and changes.

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "detente/diagnostic/diagnostic.hpp"
#include "detente/scenario/reader.hpp"

namespace detente::scenario {

/// A text of a plan and where it stands.
struct PlanItem {
  std::string text;
  diagnostic::SourceSpan span;
};

/// A parameter or lever and the values that it takes in turn: numbers, or priors as YAML text.
struct PlanChange {
  std::string name;
  diagnostic::SourceSpan span;
  std::vector<std::variant<double, std::string>> values;
  std::vector<diagnostic::SourceSpan> value_spans;  ///< one for each
};

/// A plan that was read without errors. Scenarios, paths, seeds and the values of changes are
/// crossed.
struct Plan {
  std::string title;
  std::vector<PlanItem> scenarios;  ///< files or names of shipped scenarios; at least one
  std::vector<PlanItem> policies;   ///< empty: all
  std::vector<PlanChange> parameters;
  std::vector<PlanChange> levers;
  std::vector<std::string> seeds;    ///< integers of any size
  std::vector<std::uint64_t> paths;  ///< each at least 1
  std::uint64_t paths_per_draw = 1;  ///< at least 1
  bool sobol = false;
  std::uint64_t keep_paths = 0;
  bool keep_outcomes = false;
};

/// Reads a file. Throws ScenarioError with all diagnostics when it cannot be read or anything in it
/// is wrong.
Plan load_plan(const std::filesystem::path& path);

/// A scenario that is neither a file nor one of the `known` names.
diagnostic::Diagnostic unknown_scenario(const PlanItem& item,
                                        const std::vector<std::string>& known);

/// The policies, parameters and levers that a plan names and this scenario of it does not have, and
/// the values that do not fit there.
diagnostic::Diagnostics misfits(const Plan& plan, const Scenario& scenario);

}  // namespace detente::scenario
