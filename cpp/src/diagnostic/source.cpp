#include "detente/diagnostic/source.hpp"

#include <utility>

namespace detente::diagnostic {

SourceText::SourceText(std::string name, std::string text, std::optional<SourceSpan> included_from)
    : name_(std::move(name)), text_(std::move(text)), included_from_(std::move(included_from)) {
  line_starts_.push_back(0);
  // Line feeds alone end lines, as in the marks of the YAML reader.
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(i + 1);
  }
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
