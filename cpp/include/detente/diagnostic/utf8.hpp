#pragma once

/// Code points of UTF-8 text that may be damaged: a byte that starts no well-formed sequence stands
/// for one code point, U+FFFD.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace detente::diagnostic {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 1;  ///< in the text
  bool well_formed = true;
};

/// The code point that begins at `offset` < text.size().
CodePoint code_point_at(std::string_view text, std::size_t offset);

/// How many code points a text has.
std::size_t count_code_points(std::string_view text);

/// Columns of a terminal that a code point takes: 0 (combining), 1, or 2 (East Asian wide, emoji).
int display_width(std::uint32_t code_point);

}  // namespace detente::diagnostic
