#include "detente/diagnostic/diagnostic.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "detente/diagnostic/utf8.hpp"

namespace detente::diagnostic {

namespace {

constexpr std::size_t longest_shown_line =
    240;  // code points; longer lines are cut around the span
constexpr std::size_t shown_before_span = 80;
constexpr std::size_t gutter_width = 5;

// Control characters would let a scenario write to the reader's terminal; damaged bytes are no
// text.
void append_code_point(std::string& out, std::string_view text, std::size_t offset,
                       const CodePoint& point) {
  const bool control =
      (point.value < 0x20 && point.value != '\t') || (point.value >= 0x7F && point.value < 0xA0);
  if (control) {
    out += '?';
  } else if (!point.well_formed) {
    out += "\xEF\xBF\xBD";
  } else {
    out += text.substr(offset, point.bytes);
  }
}

std::string cleaned(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = code_point_at(text, i);
    append_code_point(out, text, i, point);
    i += point.bytes;
  }
  return out;
}

std::string place_prefix(const SourceSpan& span) {
  std::string text = span.source ? cleaned(span.source->name()) : cleaned(span.path);
  if (span.source && span.line > 0) {
    text += ':' + std::to_string(span.line);
    if (span.column > 0) text += ':' + std::to_string(span.column);
  }
  return text.empty() ? text : text + ": ";
}

struct Excerpt {
  std::string line;
  std::string carets;
};

// Walks the line once: code points before the span become blanks of the same width (tabs stay
// tabs), those in it become the caret and its tail.
Excerpt excerpt_of(const SourceSpan& span) {
  const std::string_view line = span.source->line(span.line);
  const std::size_t count = count_code_points(line);
  const std::size_t begin = span.column > 0 ? span.column - 1 : 0;
  const std::size_t end = begin + std::max<std::size_t>(span.length, 1);
  const bool cut = count > longest_shown_line;
  const std::size_t first = cut && begin > shown_before_span ? begin - shown_before_span : 0;
  const std::size_t last = cut ? std::min(count, first + longest_shown_line) : count;

  Excerpt excerpt;
  if (first > 0) {
    excerpt.line = "...";
    excerpt.carets = "   ";
  }
  bool marked = false;
  std::size_t index = 0;
  for (std::size_t i = 0; i < line.size() && index < last; ++index) {
    const CodePoint point = code_point_at(line, i);
    if (index >= first) {
      append_code_point(excerpt.line, line, i, point);
      const auto width = static_cast<std::size_t>(display_width(point.value));
      if (index < begin) {
        excerpt.carets += point.value == '\t' ? std::string("\t") : std::string(width, ' ');
      } else if (index < end) {
        excerpt.carets += std::string(std::max<std::size_t>(width, 1), '~');
        if (!marked) excerpt.carets[excerpt.carets.size() - std::max<std::size_t>(width, 1)] = '^';
        marked = true;
      }
    }
    i += point.bytes;
  }
  if (!marked) excerpt.carets += '^';  // the place is the line's end
  if (last < count) excerpt.line += "...";
  return excerpt;
}

std::string padded_left(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

std::string gutter_of(const SourceSpan& span) {
  const std::string number = span.line > 0 ? std::to_string(span.line) : std::string();
  return std::string(std::max(gutter_width, number.size()), ' ');
}

// The line of the text and the carets below it, each on a line of its own.
std::string source_line(const SourceSpan& span) {
  if (!span.source || span.line == 0 || span.line > span.source->line_count()) return {};
  const Excerpt excerpt = excerpt_of(span);
  return '\n' + padded_left(std::to_string(span.line), gutter_width) + " | " + excerpt.line + '\n' +
         gutter_of(span) + " | " + excerpt.carets;
}

// From where the text is included, and from where that one is.
std::string include_chain(const SourceSpan& span) {
  std::string text;
  for (const SourceText* source = span.source.get(); source && source->included_from();
       source = source->included_from()->source.get()) {
    std::string place = place_prefix(*source->included_from());
    place.erase(place.find_last_not_of(": ") + 1);
    text += '\n' + gutter_of(span) + " = note: included from " + place;
  }
  return text;
}

auto order_key(const Diagnostic& diagnostic) {
  const SourceSpan& span = diagnostic.span;
  return std::make_tuple(span.source ? std::string_view(span.source->name()) : std::string_view(),
                         span.line, span.column);
}

bool same(const Diagnostic& a, const Diagnostic& b) {
  return order_key(a) == order_key(b) && a.code == b.code && a.message == b.message &&
         a.span.length == b.span.length && (a.span.source || a.span.path == b.span.path);
}

std::string counted(std::size_t count, const char* what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

}  // namespace

std::string format(const Diagnostic& diagnostic) {
  const SourceSpan& span = diagnostic.span;
  std::string text = place_prefix(span);
  text += diagnostic.severity == Severity::error ? "error[" : "warning[";
  text += diagnostic.code + "]: " + cleaned(diagnostic.message) + source_line(span);
  if (!diagnostic.hint.empty()) {
    text += '\n' + gutter_of(span) + " = hint: " + cleaned(diagnostic.hint);
  }
  text += include_chain(span);
  for (const Note& note : diagnostic.notes) {
    text += '\n' + place_prefix(note.span) + "note: " + cleaned(note.message);
    text += source_line(note.span) + include_chain(note.span);
  }
  return text;
}

void Diagnostics::add(Diagnostic diagnostic) { items_.push_back(std::move(diagnostic)); }

bool Diagnostics::has_errors() const {
  return std::any_of(items_.begin(), items_.end(),
                     [](const Diagnostic& item) { return item.severity == Severity::error; });
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> items = items_;
  std::stable_sort(items.begin(), items.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return order_key(a) < order_key(b);
  });
  std::vector<Diagnostic> distinct;
  for (Diagnostic& item : items) {
    // Equal ones need not be neighbours, but they are among those of the same place.
    const auto first = std::find_if(distinct.rbegin(), distinct.rend(), [&](const Diagnostic& d) {
      return order_key(d) != order_key(item);
    });
    const bool known =
        std::any_of(distinct.rbegin(), first, [&](const Diagnostic& d) { return same(d, item); });
    if (!known) distinct.push_back(std::move(item));
  }
  return distinct;
}

std::string Diagnostics::format() const {
  std::string text;
  std::size_t n_errors = 0;
  std::size_t n_warnings = 0;
  for (const Diagnostic& item : sorted()) {
    (item.severity == Severity::error ? n_errors : n_warnings) += 1;
    text += diagnostic::format(item) + "\n\n";
  }
  std::string counts = n_errors > 0 ? counted(n_errors, "error") : std::string();
  if (n_warnings > 0) counts += (counts.empty() ? "" : ", ") + counted(n_warnings, "warning");
  return text + counts;
}

}  // namespace detente::diagnostic
