#pragma once

/// Scenarios from YAML.

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "detente/diagnostic/diagnostic.hpp"
#include "detente/diagnostic/error.hpp"
#include "detente/model/model.hpp"

namespace detente::scenario {

/// Changes to a scenario before it is read.
struct Overrides {
  /// Parameter: a number, or a prior as YAML text (`{normal: {mean: 0, sd: 1}}`). Source, unit and
  /// description stay. A parameter fixed at a number leaves its correlations and its joint prior;
  /// the others keep theirs.
  std::map<std::string, std::variant<double, std::string>> parameters;
  /// Lever: its new default. Policies that set it still do.
  std::map<std::string, double> levers;
  /// The `policies` section anew, as YAML text.
  std::optional<std::string> policies;
  /// Names of the policies to keep, in this order; empty: all.
  std::vector<std::string> keep_policies;

  bool empty() const {
    return parameters.empty() && levers.empty() && !policies && keep_policies.empty();
  }
};

/// A scenario that was read without errors.
struct Scenario {
  std::shared_ptr<const model::Model> model;  ///< shared: runs, traces and bindings hold it
  std::string yaml;  ///< canonical text, see writer.hpp: reading it gives an equal model
  std::string hash;  ///< of that text, 16 hexadecimal digits
  std::string name;  ///< of the text, as given
  std::optional<std::filesystem::path> folder;  ///< of the file; none for a text
  /// What it includes, in the order in which it is taken: absolute paths, links followed.
  std::vector<std::filesystem::path> included_files;
  diagnostic::Diagnostics warnings;
};

/// Reads a file. Throws ScenarioError with all diagnostics when it cannot be read or anything in it
/// is wrong.
Scenario load(const std::filesystem::path& path, const Overrides& overrides = {});

/// Reads a text. `name` stands for the file in messages; `folder` is where the files that it includes
/// and its CSV columns are, if anywhere.
Scenario parse(std::string text, std::string name = "<string>", const Overrides& overrides = {},
               std::optional<std::filesystem::path> folder = std::nullopt);

}  // namespace detente::scenario
