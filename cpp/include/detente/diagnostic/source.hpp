#pragma once

/// Texts that a scenario is read from, and places in them.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace detente::diagnostic {

class SourceText;

/// A stretch of one line of a text. Shared ownership, because diagnostics outlive the reader.
struct SourceSpan {
  std::shared_ptr<const SourceText> source;  ///< null: no place is known
  std::uint32_t line = 0;                    ///< from 1; 0: unknown
  std::uint32_t column = 0;                  ///< from 1, in code points
  std::uint32_t length = 1;                  ///< code points, at least 1
  std::string path;  ///< place in the document, e.g. `chains.conflict.transitions[2].hazard`
};

/// One text with a name (a file's path as the user gave it, or "<string>"), split in lines once.
class SourceText {
 public:
  /// `included_from`: the place in another text that asks for this one.
  SourceText(std::string name, std::string text,
             std::optional<SourceSpan> included_from = std::nullopt);

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  std::size_t line_count() const { return line_starts_.size(); }
  /// The line without its line end; `line` counts from 1. An empty view beyond the end.
  std::string_view line(std::uint32_t line) const;
  /// Code points of a line before one of its bytes. Quick in lines of any length, as is the next.
  std::size_t code_points_before(std::uint32_t line, std::size_t byte) const;
  /// The byte of a line at which its code point `column` begins, from 1; the line's end beyond it.
  std::size_t byte_of(std::uint32_t line, std::uint32_t column) const;
  /// Following it from text to text gives the chain of includes, innermost first.
  const std::optional<SourceSpan>& included_from() const { return included_from_; }

 private:
  std::string name_;
  std::string text_;
  /// A byte of the text, and how many code points stand before it.
  struct Mark {
    std::size_t byte = 0;
    std::size_t code_points = 0;
  };
  std::size_t start_of(std::uint32_t line) const { return line_starts_[line - 1]; }
  std::size_t code_points_before_byte(std::size_t byte) const;

  std::vector<std::size_t> line_starts_;
  std::vector<Mark> marks_;  ///< every few hundred bytes, in order
  std::optional<SourceSpan> included_from_;
};

}  // namespace detente::diagnostic
