#include <algorithm>
#include <cctype>

#include "detente/diagnostic/utf8.hpp"
#include "detente/expr/ast.hpp"

namespace detente::expr {

namespace {

using diagnostic::code_point_at;
using diagnostic::count_code_points;
using diagnostic::SourceSpan;
using diagnostic::SourceText;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// A position in a file that moves forward.
class Cursor {
 public:
  Cursor(const SourceText& source, std::uint32_t line, std::uint32_t column)
      : source_(&source), line_(line), view_(source.line(line)), at_(source.byte_of(line, column)) {
    column_ = static_cast<std::uint32_t>(source.code_points_before(line, at_)) + 1;
  }

  bool at_line_end() const { return at_ >= view_.size(); }
  bool at_file_end() const { return at_line_end() && line_ >= source_->line_count(); }
  char current() const { return at_line_end() ? '\n' : view_[at_]; }
  char following() const { return at_ + 1 < view_.size() ? view_[at_ + 1] : '\n'; }
  std::uint32_t line() const { return line_; }
  std::uint32_t column() const { return column_; }

  /// `|` or `>`, then indentation and chomping, and nothing else on the line but a comment.
  bool at_block_header() const {
    if (current() != '|' && current() != '>') return false;
    const std::size_t rest = view_.find_first_not_of("+-123456789 \t\r", at_ + 1);
    return rest == view_.npos || view_[rest] == '#';
  }

  void forward() {
    if (at_line_end()) {
      next_line();
    } else {
      at_ += code_point_at(view_, at_).bytes;
      ++column_;
    }
  }
  void next_line() {
    if (line_ >= source_->line_count()) {
      at_ = view_.size();
      return;
    }
    ++line_;
    view_ = source_->line(line_);
    at_ = 0;
    column_ = 1;
  }
  void skip_blanks() {
    while (!at_file_end() && is_blank(current())) forward();
  }
  void skip_blanks_of_line() {
    while (!at_line_end() && is_blank(current())) forward();
  }
  void skip_word() {
    while (!is_blank(current())) forward();
  }

 private:
  const SourceText* source_;
  std::uint32_t line_;
  std::string_view view_;
  std::size_t at_;
  std::uint32_t column_ = 1;
};

/// Walks text and file side by side; what YAML removes or rewrites ends a stretch.
class Matcher {
 public:
  Matcher(std::string_view text, const SourceSpan& first)
      : text_(text), cursor_(*first.source, first.line, first.column) {}

  void run(TextPlace& place) {
    enter_scalar();
    start_stretch();
    while (at_ < text_.size() && !cursor_.at_file_end()) {
      if (is_blank(text_[at_])) {
        match_blanks();
      } else if (!match_character()) {
        break;
      }
    }
    place.starts = std::move(starts_);
    place.matched = at_;
  }

 private:
  void enter_scalar() {
    while (cursor_.current() == '&' || cursor_.current() == '!') {  // an anchor or a tag before it
      cursor_.skip_word();
      cursor_.skip_blanks();
    }
    quote_ = cursor_.current();
    if (quote_ == '"' || quote_ == '\'') {
      cursor_.forward();
    } else if (cursor_.at_block_header()) {
      cursor_.next_line();
      cursor_.skip_blanks();
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    } else {
      quote_ = 0;
    }
  }

  void start_stretch() {
    if (!starts_.empty() && starts_.back().offset == at_) starts_.pop_back();
    starts_.push_back({at_, cursor_.line(), cursor_.column()});
  }

  void match_blanks() {
    const std::size_t begin = at_;
    const std::uint32_t line = cursor_.line();
    const std::uint32_t column = cursor_.column();
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    cursor_.skip_blanks();
    while (quote_ == '"' && cursor_.current() == '\\' && std::isalpha(cursor_.following()) != 0) {
      cursor_.forward();  // \n, \t: a blank written as an escape
      cursor_.forward();
      cursor_.skip_blanks();
    }
    const bool in_step = cursor_.line() == line && cursor_.column() - column == at_ - begin;
    if (!in_step) start_stretch();
  }

  bool match_character() {
    if (quote_ == '"' && cursor_.current() == '\\' && cursor_.following() == '\n') {
      cursor_.next_line();  // a line end that is not part of the text
      cursor_.skip_blanks_of_line();
      start_stretch();
    }
    const bool escaped = (quote_ == '"' && cursor_.current() == '\\') ||
                         (quote_ == '\'' && cursor_.current() == '\'');
    if (escaped) cursor_.forward();
    if (cursor_.at_line_end() || cursor_.current() != text_[at_]) return false;
    cursor_.forward();
    at_ += code_point_at(text_, at_).bytes;
    if (escaped) start_stretch();
    return true;
  }

  std::string_view text_;
  Cursor cursor_;
  std::size_t at_ = 0;
  char quote_ = 0;
  std::vector<TextPlace::Start> starts_;
};

}  // namespace

SourceSpan TextPlace::span(std::string_view text, std::size_t begin, std::size_t end) const {
  SourceSpan span;
  span.source = source;
  span.path = path;
  if (starts.empty()) return span;
  const std::size_t last = std::min(matched, text.size());
  begin = std::min(begin, last);
  end = std::clamp(end, begin, last);
  const auto after = std::upper_bound(
      starts.begin(), starts.end(), begin,
      [](std::size_t offset, const Start& start) { return offset < start.offset; });
  const Start& start = after == starts.begin() ? starts.front() : *(after - 1);
  if (after != starts.end()) end = std::min(end, std::max(begin, after->offset));
  const std::size_t from = std::min(start.offset, begin);
  std::string_view marked = text.substr(begin, end - begin);
  marked = marked.substr(0, marked.find('\n'));
  while (!marked.empty() && is_blank(marked.back())) marked.remove_suffix(1);
  span.line = start.line;
  if (start.line == 0) return span;
  span.column =
      start.column + static_cast<std::uint32_t>(count_code_points(text.substr(from, begin - from)));
  span.length = std::max(1u, static_cast<std::uint32_t>(count_code_points(marked)));
  return span;
}

TextPlace place_text(std::string_view text, const SourceSpan& first) {
  TextPlace place;
  place.source = first.source;
  place.path = first.path;
  if (first.source && first.line > 0 && first.column > 0) {
    Matcher(text, first).run(place);
  } else {
    place.starts.push_back({0, first.line, first.column});
  }
  return place;
}

}  // namespace detente::expr
