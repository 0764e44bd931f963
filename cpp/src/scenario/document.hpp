#pragma once

/// YAML text to a tree with places. The only source that knows the YAML library.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "detente/diagnostic/diagnostic.hpp"
#include "scenario/node.hpp"

namespace detente::scenario {

inline constexpr std::size_t max_file_bytes = 4u << 20;
inline constexpr std::size_t max_document_nesting = 64;  ///< lists and mappings inside one another
inline constexpr std::size_t max_alias_nodes = 10'000;   ///< nodes that aliases add, written out
inline constexpr std::size_t max_nodes = 200'000;

/// The text as a SourceText: without byte order mark, every line end `\n`.
std::shared_ptr<const diagnostic::SourceText> make_source(
    std::string name, std::string text,
    std::optional<diagnostic::SourceSpan> included_from = std::nullopt);

/// The root of the only document in the text; null when the text cannot be read as one, which is
/// then reported: not UTF-8 text, YAML syntax, unknown anchors, limits exceeded (E101 to E113). A
/// key that stands twice is reported too; the first one counts and reading goes on.
NodePtr parse_document(std::shared_ptr<const diagnostic::SourceText> source,
                       diagnostic::Diagnostics& diagnostics);

}  // namespace detente::scenario
