#include "scenario/columns.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <system_error>

#include "scenario/files.hpp"
#include "scenario/messages.hpp"

namespace detente::scenario {

using messages::in_ticks;
namespace filesystem = std::filesystem;

namespace {

constexpr std::uintmax_t max_column_file_bytes = 64u << 20;
constexpr std::size_t max_columns = 10'000;  ///< that are looked for a name
constexpr std::size_t max_values = 100'000;
/// They are written out in the scenario's text, which has limits of its own.
constexpr std::size_t max_values_together = 150'000;

/// The file, if the scenario may read it.
std::optional<filesystem::path> file_beside(Reading& reading, const Value& value) {
  const std::string text = reading.text(value, "file");
  if (!reading.folder) {
    reading.error(
        "E340", value.span(),
        "a scenario that is not read from a file has no folder to look in for " + in_ticks(text),
        "save the scenario, or give the numbers as `empirical: {values: [...]}`");
    return std::nullopt;
  }
  const filesystem::path& from = reading.folder_of(value.span());
  const auto found = find_file(*reading.folder, from, text);
  const auto* file = std::get_if<filesystem::path>(&found);
  const FileProblem* problem = std::get_if<FileProblem>(&found);
  if (problem && (*problem == FileProblem::absolute || *problem == FileProblem::outside ||
                  *problem == FileProblem::address)) {
    reading.error("E340", value.span(),
                  "the file lies outside the scenario's folder: " + in_ticks(text),
                  "move it beside the scenario and name it relative to that folder");
    return std::nullopt;
  }
  if (problem) {
    reading.error("E340", value.span(),
                  from == *reading.folder
                      ? "there is no such file in the scenario's folder: " + in_ticks(text)
                      : "there is no such file in the folder of this file: " + in_ticks(text));
    return std::nullopt;
  }
  std::error_code failed;
  const std::uintmax_t bytes = filesystem::file_size(*file, failed);
  if (failed || bytes > max_column_file_bytes) {
    reading.error("E340", value.span(), "a file of columns may have 64 MiB: " + in_ticks(text));
    return std::nullopt;
  }
  reading.column_bytes += bytes;
  if (reading.column_bytes > max_column_file_bytes) {
    reading.error("E340", value.span(),
                  "columns may be read from 64 MiB together, a file anew for each of its columns, "
                  "and with this they are more: " +
                      in_ticks(text),
                  "leave out of the file what is not read");
    return std::nullopt;
  }
  return *file;
}

/// Rows and fields of a CSV text, one at a time. Only what is asked for is kept.
class CsvReader {
 public:
  explicit CsvReader(const std::string& text) : text_(text) {}

  /// The first fields of the next row.
  std::vector<std::string> first_fields(std::size_t most) {
    std::vector<std::string> fields;
    std::string text;
    read_row([&](std::size_t position) {
      if (position >= most) return skip();
      read(text);
      fields.push_back(text);
    });
    return fields;
  }
  /// The field at a position of the next row, empty where the row ends before; false at the end.
  bool next_field_at(std::size_t wanted, std::string& field) {
    field.clear();
    return read_row([&](std::size_t position) { position == wanted ? read(field) : skip(); });
  }
  std::size_t line() const { return line_; }

 private:
  template <class Take>
  bool read_row(Take take) {
    if (at_ >= text_.size()) return false;
    ++line_;
    for (std::size_t position = 0;; ++position) {
      take(position);
      if (at_ >= text_.size()) return true;
      const char end = text_[at_++];
      if (end == '\n') return true;
    }
  }

  void read(std::string& out) {
    out.clear();
    if (at_ < text_.size() && text_[at_] == '"') {
      for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == '"' && (at_ + 1 >= text_.size() || text_[++at_] != '"')) break;
        out += text_[at_];
      }
    }
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') {
      if (text_[at_] != '\r') out += text_[at_];
      ++at_;
    }
    const auto first = out.find_first_not_of(" \t");
    if (first == out.npos) return out.clear();
    out = out.substr(first, out.find_last_not_of(" \t") - first + 1);
  }

  /// Past a field; quotes hide commas and line ends.
  void skip() {
    if (at_ < text_.size() && text_[at_] == '"') {
      for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == '"' && (at_ + 1 >= text_.size() || text_[++at_] != '"')) break;
      }
    }
    at_ = std::min(text_.find_first_of(",\n", at_), text_.size());
  }

  const std::string& text_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
};

/// The number in a cell; none where it is something else.
std::optional<double> number_in(const std::string& cell) {
  double number = 0.0;
  const auto [end, status] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  if (status != std::errc() || end != cell.data() + cell.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

std::optional<std::vector<double>> read_column(Reading& reading, const Form& form) {
  const Value* column = form.find("column");
  if (!column) {
    reading.error("E121", form.span(), "`empirical` with a `file` lacks `column`",
                  "for example `empirical: {file: data/durations.csv, column: years}`");
    return std::nullopt;
  }
  const auto path = file_beside(reading, *form.find("file"));
  if (!path) return std::nullopt;
  std::ifstream stream(*path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);
  CsvReader rows(text);
  const std::vector<std::string> header = rows.first_fields(max_columns);
  const std::string name = reading.text(*column, "column");
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) {
    reading.unknown_name(column->span(), "column", name, [&header] { return header; });
    return std::nullopt;
  }
  const auto position = static_cast<std::size_t>(found - header.begin());
  std::vector<double> values;
  std::string cell;
  while (rows.next_field_at(position, cell)) {
    if (cell.empty()) continue;
    const auto number = number_in(cell);
    if (!number) {
      reading.error("E341", column->span(),
                    "column " + in_ticks(name) + " holds something that is not a number, in row " +
                        std::to_string(rows.line()) + " of the file: " + in_ticks(cell));
      return std::nullopt;
    }
    values.push_back(*number);
    if (values.size() > max_values) {
      reading.error("E341", column->span(),
                    "a column may hold 100000 numbers, and " + in_ticks(name) + " holds more",
                    "a sample of them tells the same");
      return std::nullopt;
    }
    if (++reading.column_numbers > max_values_together) {
      reading.error("E341", column->span(),
                    "the columns of a scenario may hold 150000 numbers together, and with " +
                        in_ticks(name) + " they hold more",
                    "a sample of them tells the same");
      return std::nullopt;
    }
  }
  if (values.empty()) {
    reading.error("E341", column->span(), "column " + in_ticks(name) + " holds no number");
    return std::nullopt;
  }
  return values;
}

}  // namespace detente::scenario
