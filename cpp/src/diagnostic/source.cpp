#include "detente/diagnostic/source.hpp"

#include <algorithm>
#include <utility>

#include "detente/diagnostic/utf8.hpp"

namespace detente::diagnostic {

namespace {

constexpr std::size_t bytes_between_marks = 512;

}  // namespace

SourceText::SourceText(std::string name, std::string text, std::optional<SourceSpan> included_from)
    : name_(std::move(name)), text_(std::move(text)), included_from_(std::move(included_from)) {
  line_starts_.push_back(0);
  // Line feeds alone end lines, as in the marks of the YAML reader.
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(i + 1);
  }
  std::size_t code_points = 0;
  for (std::size_t i = 0; i < text_.size(); i += code_point_at(text_, i).bytes) {
    if (marks_.empty() || i >= marks_.back().byte + bytes_between_marks) {
      marks_.push_back({i, code_points});
    }
    ++code_points;
  }
}

std::size_t SourceText::code_points_before_byte(std::size_t byte) const {
  const auto after =
      std::upper_bound(marks_.begin(), marks_.end(), byte,
                       [](std::size_t wanted, const Mark& mark) { return wanted < mark.byte; });
  if (after == marks_.begin()) return 0;
  const Mark& mark = *(after - 1);
  const auto between = std::string_view(text_).substr(mark.byte, byte - mark.byte);
  return mark.code_points + count_code_points(between);
}

std::size_t SourceText::code_points_before(std::uint32_t line, std::size_t byte) const {
  if (line == 0 || line > line_starts_.size()) return 0;
  const std::size_t start = start_of(line);
  return code_points_before_byte(start + std::min(byte, this->line(line).size())) -
         code_points_before_byte(start);
}

std::size_t SourceText::byte_of(std::uint32_t line, std::uint32_t column) const {
  if (line == 0 || line > line_starts_.size() || column <= 1) return 0;
  const std::size_t start = start_of(line);
  const std::size_t end = start + this->line(line).size();
  const std::size_t wanted = code_points_before_byte(start) + column - 1;
  const auto after = std::upper_bound(
      marks_.begin(), marks_.end(), wanted,
      [](std::size_t count, const Mark& mark) { return count < mark.code_points; });
  if (after == marks_.begin()) return 0;
  const Mark& mark = *(after - 1);
  std::size_t at = mark.byte;
  for (std::size_t n = mark.code_points; n < wanted && at < end; ++n) {
    at += code_point_at(text_, at).bytes;
  }
  return std::clamp(at, start, end) - start;
}

std::string_view SourceText::line(std::uint32_t line) const {
  if (line == 0 || line > line_starts_.size()) return {};
  const std::size_t begin = line_starts_[line - 1];
  const std::size_t end = line < line_starts_.size() ? line_starts_[line] : text_.size();
  std::string_view view = std::string_view(text_).substr(begin, end - begin);
  while (!view.empty() && (view.back() == '\n' || view.back() == '\r')) view.remove_suffix(1);
  return view;
}

}  // namespace detente::diagnostic
