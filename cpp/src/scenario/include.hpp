#pragma once

/// A scenario with the files that it includes.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "detente/diagnostic/diagnostic.hpp"
#include "scenario/form.hpp"

namespace detente::scenario {

inline constexpr std::size_t max_include_depth = 8;  ///< files that include one another
inline constexpr std::size_t max_included_files = 100;

/// One file of a scenario, its sections not yet those of the whole.
struct Part {
  Form form;
  std::set<std::size_t> includes;  ///< positions of the parts that it includes, directly or not
  std::shared_ptr<const diagnostic::SourceText> source;
  std::optional<std::filesystem::path> folder;
  std::optional<std::filesystem::path> file;  ///< none: a text that no file holds
};

/// Whether a document asks for other files, or replaces something of theirs.
bool has_includes(const Node& root);

/// The file `top`, whose document is `root`, and all that it includes, each file once and after
/// those that it includes: `top` is the last. Paths count from the folder of the file that names
/// them and stay in the folder of `top`. Reports files that cannot be had and files that include
/// themselves (E140 to E142), then nothing is given back; and keys that the documents cannot have.
std::vector<Part> parts_of(const NodePtr& root,
                           const std::shared_ptr<const diagnostic::SourceText>& top,
                           const std::optional<std::filesystem::path>& folder,
                           const std::optional<std::filesystem::path>& file,
                           diagnostic::Diagnostics& diagnostics);

}  // namespace detente::scenario
