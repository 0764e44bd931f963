#include "scenario/syntax.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "detente/diagnostic/utf8.hpp"
#include "scenario/document.hpp"
#include "scenario/messages.hpp"

namespace detente::scenario {

using diagnostic::Diagnostic;
using diagnostic::SourceSpan;
using diagnostic::SourceText;

namespace {

/// A bracket or quote that is open at the end of a text.
struct Opening {
  char character = '\0';
  std::size_t offset = 0;
};

/// The innermost one, as far as this can be told without parsing: quotes count where a value can
/// begin.
std::optional<Opening> innermost_opening(std::string_view text) {
  std::vector<Opening> open;
  char before = '\n';  // the last character that is not a blank
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool at_blank = i == 0 || text[i - 1] == ' ' || text[i - 1] == '\n';
    if (c == '#' && at_blank) {
      i = std::min(text.find('\n', i), text.size()) - 1;
      continue;
    }
    if ((c == '"' || c == '\'') &&
        std::string_view(":,[{-\n").find(before) != std::string_view::npos) {
      const std::size_t length = quoted_bytes(text.substr(i));
      const std::string_view quoted = text.substr(i, length);
      const bool closed = length >= 2 && quoted.back() == c;
      // One that is closed at the very end, lines below, was closed by the next opening quote.
      const bool runs_on = i + length == text.size() && quoted.find('\n') != text.npos;
      if (!closed || runs_on) return Opening{c, i};
      i += length - 1;
    } else if (c == '[' || c == '{') {
      open.push_back({c, i});
    } else if ((c == ']' || c == '}') && !open.empty()) {
      open.pop_back();
    }
    if (c != ' ') before = c;
  }
  if (open.empty()) return std::nullopt;
  return open.back();
}

/// The line above with something on it, 0: none.
std::uint32_t line_above(const SourceText& source, std::uint32_t line) {
  while (--line > 0) {
    if (source.line(line).find_first_not_of(" \t") != std::string_view::npos) return line;
  }
  return 0;
}

/// `illegal map value`: most often the line above lacks a blank or this one stands too far right.
std::optional<Diagnostic> misplaced_entry(const std::shared_ptr<const SourceText>& source,
                                          std::uint32_t line) {
  Place above;
  above.source = source;
  above.line = line_above(*source, line);
  if (above.line == 0) return std::nullopt;
  const std::string_view text = source->line(above.line);
  const std::size_t first = text.find_first_not_of(' ');
  const std::size_t colon = text.find(':');
  if (colon != text.npos && colon + 1 < text.size() && text[colon + 1] != ' ' &&
      text.find(": ") == text.npos) {
    above.byte = colon;
    return messages::no_blank_after_colon(above.span(1));
  }
  const std::size_t indent = source->line(line).find_first_not_of(' ');
  if (indent != text.npos && first != text.npos && indent > first && text.back() != ':') {
    Place here;
    here.source = source;
    here.line = line;
    here.byte = indent;
    return messages::indented_below_value(here.span(1));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Diagnostic> unreadable(const std::shared_ptr<const SourceText>& source) {
  const std::string& text = source->text();
  if (text.size() > max_file_bytes) {
    return messages::too_large(place_at(source, 0).span(1), text.size());
  }
  std::size_t depth = 0;
  std::size_t commas = 0;  // inside brackets, on this line
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const diagnostic::CodePoint point = diagnostic::code_point_at(text, i);
    if (!point.well_formed) return messages::not_utf8(place_at(source, i).span(1), byte);
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F) {
      return messages::control_character(place_at(source, i).span(1), byte);
    }
    if (byte == '[' || byte == '{') {
      if (++depth > 8 * max_document_nesting)
        return messages::too_deep(place_at(source, i).span(1));
    } else if ((byte == ']' || byte == '}') && depth > 0) {
      --depth;
    } else if (byte == ',' && depth > 0) {
      if (++commas > max_nodes) return messages::too_many_nodes(place_at(source, i).span(1));
    } else if (byte == '\n') {
      commas = 0;
    }
    i += point.bytes;
  }
  return std::nullopt;
}

Diagnostic syntax_error(Place place, const std::string& reason) {
  const std::shared_ptr<const SourceText>& source = place.source;
  const std::string_view line = source->line(place.line);
  const std::size_t tab = line.find('\t');
  if (tab != line.npos && tab == line.find_first_not_of(' ')) {
    place.byte = tab;
    return messages::tab_indents(place.span(1));
  }
  if (reason.rfind("illegal map value", 0) == 0) {
    if (auto misplaced = misplaced_entry(source, place.line)) return *misplaced;
  }
  const std::string& text = source->text();
  const auto opening = innermost_opening(std::string_view(text).substr(0, place.offset()));
  const auto begins = [&](const char* words) { return reason.rfind(words, 0) == 0; };
  const bool is_flow = reason.find("flow not found") != reason.npos || begins("illegal EOF") ||
                       begins("illegal map");
  const bool is_quote = opening && (opening->character == '"' || opening->character == '\'') &&
                        (is_flow || begins("end of map") || begins("end of sequence"));
  if (is_quote || (opening && is_flow)) {
    const SourceSpan span = place_at(source, opening->offset).span(1);
    if (span.line != place.line || is_quote) {
      return messages::not_closed(span, opening->character, place.line);
    }
    const std::string_view rest = place.rest();
    if (!rest.empty() && (rest.front() == '[' || rest.front() == '{')) {
      return messages::bracket_in_text(place.span(1), rest.front());
    }
  }
  if (place.byte > 0 && (line[place.byte - 1] == '"' || line[place.byte - 1] == '\'')) {
    return messages::text_after_quote(place.span(1));
  }
  return messages::syntax(place.span(1), reason);
}

}  // namespace detente::scenario
