#include "scenario/place.hpp"

#include <algorithm>
#include <string>

#include "detente/diagnostic/utf8.hpp"

namespace detente::scenario {

using diagnostic::SourceSpan;
using diagnostic::SourceText;

std::string_view Place::rest() const {
  const std::string_view text = source->line(line);
  return text.substr(std::min(byte, text.size()));
}

SourceSpan Place::span(std::size_t bytes) const {
  const std::string_view text = source->line(line);
  const std::size_t begin = std::min(byte, text.size());
  SourceSpan span;
  span.source = source;
  span.line = line;
  span.column = static_cast<std::uint32_t>(source->code_points_before(line, begin)) + 1;
  const std::size_t length = diagnostic::count_code_points(text.substr(begin, bytes));
  span.length = static_cast<std::uint32_t>(std::max<std::size_t>(1, length));
  return span;
}

std::size_t Place::offset() const {
  const std::string& text = source->text();
  std::size_t at = 0;
  for (std::uint32_t above = 1; above < line; ++above) at = text.find('\n', at) + 1;
  return std::min(at + byte, text.size());
}

Place place_at(const std::shared_ptr<const SourceText>& source, std::size_t offset) {
  const std::string& text = source->text();
  Place place;
  place.source = source;
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(offset);
  place.line = static_cast<std::uint32_t>(std::count(text.begin(), end, '\n')) + 1;
  const std::size_t line_end = offset == 0 ? text.npos : text.rfind('\n', offset - 1);
  place.byte = line_end == text.npos ? offset : offset - line_end - 1;
  return place;
}

std::size_t quoted_bytes(std::string_view rest) {
  const char quote = rest.front();
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (quote == '"' && rest[i] == '\\') {
      ++i;
    } else if (rest[i] == quote) {
      if (quote == '\'' && i + 1 < rest.size() && rest[i + 1] == quote) {
        ++i;
      } else {
        return i + 1;
      }
    }
  }
  return rest.size();
}

}  // namespace detente::scenario
