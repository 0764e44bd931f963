#pragma once

/// Places in the text of a scenario, by line and byte.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "detente/diagnostic/source.hpp"

namespace detente::scenario {

/// A place in a text, from the line and byte at which the YAML library marks it.
struct Place {
  std::shared_ptr<const diagnostic::SourceText> source;
  std::uint32_t line = 1;  ///< from 1
  std::size_t byte = 0;    ///< in the line, from 0

  /// The line from here on.
  std::string_view rest() const;
  /// So many bytes from here, as a span in code points.
  diagnostic::SourceSpan span(std::size_t bytes) const;
  /// Byte of the whole text.
  std::size_t offset() const;
};

/// The place of a byte of the whole text.
Place place_at(const std::shared_ptr<const diagnostic::SourceText>& source, std::size_t offset);

/// Bytes of a quoted scalar on its first line, quotes included; `rest` begins with the quote.
std::size_t quoted_bytes(std::string_view rest);

}  // namespace detente::scenario
