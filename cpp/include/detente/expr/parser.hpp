#pragma once

/// Text to parse tree.

#include <cstddef>
#include <optional>
#include <string_view>

#include "detente/diagnostic/diagnostic.hpp"
#include "detente/expr/ast.hpp"

namespace detente::expr {

inline constexpr std::size_t max_text_bytes = 8192;  ///< of one expression
inline constexpr std::size_t max_nesting = 64;       ///< of parentheses, calls, signs and powers
inline constexpr std::size_t max_tree_depth = 256;   ///< operators over results of operators

/// Parses one expression. Whatever the text, the result is a tree or exactly one diagnostic (E201,
/// E202, E208, E211) whose span lies in the text.
///
/// Binding, weakest first: `or`; `and`; `not`; comparisons, `in`, `not in` (which do not chain); `+
/// -`; `* /`; signs; `^` (from the right, `-a^2` is -(a^2), `2^-1` is allowed). Durations (`6
/// months`), dates (`2026-12-31`), calls with arguments by position and by name (`within = 1
/// year`), `chain.state`.
std::optional<Ast> parse(std::string_view text, const TextPlace& place,
                         diagnostic::Diagnostics& diagnostics);

/// Whether a name cannot be given to an element: `and or not in if time year`.
bool is_reserved(std::string_view name);

/// Whether a text is a name: a letter or underscore, then letters, digits, underscores (ASCII).
bool is_name(std::string_view text);

}  // namespace detente::expr
