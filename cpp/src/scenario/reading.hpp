#pragma once

/// The state of one reading: what has been found so far, and how single values are read.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detente/diagnostic/diagnostic.hpp"
#include "detente/expr/check.hpp"
#include "detente/model/model.hpp"
#include "scenario/form.hpp"
#include "scenario/names.hpp"

namespace detente::scenario {

/// Bounds of a number, for its message.
struct Limits {
  double low;
  double high;
  bool open_low = false;  ///< low itself is out
  bool open_high = false;
};

class Reading {
 public:
  Reading(diagnostic::Diagnostics& found, std::optional<std::filesystem::path> scenario_folder)
      : diagnostics(found), folder(std::move(scenario_folder)) {}

  diagnostic::Diagnostics& diagnostics;
  std::optional<std::filesystem::path> folder;  ///< of the scenario's file
  /// Of the files that it includes.
  std::unordered_map<const diagnostic::SourceText*, std::filesystem::path> included_folders;
  /// From which the paths in a file count.
  const std::filesystem::path& folder_of(const diagnostic::SourceSpan& span) const {
    const auto included = included_folders.find(span.source.get());
    return included == included_folders.end() ? *folder : included->second;
  }
  model::Model model;
  Names names;
  bool calendar_is_wrong = false;  ///< reported; dates are then read no further
  double occurrences = 0.0;        ///< of the events that come every so often, together
  std::size_t column_bytes = 0;    ///< of the CSV files, each time that one is read
  std::size_t column_numbers = 0;  ///< read from them
  /// Numbers read from CSV columns, by the place of their prior in the document.
  std::unordered_map<std::string, std::vector<double>> columns;

  void error(std::string code, diagnostic::SourceSpan span, std::string message,
             std::string hint = {});
  void warning(std::string code, diagnostic::SourceSpan span, std::string message,
               std::string hint = {});

  /// A name that nothing has, with what it may mean, for which it is compared with the known ones.
  void unknown_name(diagnostic::SourceSpan span, std::string_view kind, std::string_view name,
                    const std::function<std::vector<std::string>()>& known);

  // Single values. Each reports what is wrong and then gives nothing (texts: an empty one).
  std::string text(const Form& form, std::string_view key);
  std::string text(const Value& value, std::string_view key);
  std::optional<bool> flag(const Value& value, std::string_view key);
  /// A number, or an expression without names.
  std::optional<double> constant(const Value& value, std::string_view key);
  std::optional<double> constant(const Value& value, std::string_view key, const Limits& limits);
  std::vector<double> constants(const Value& value, std::string_view key);
  std::optional<model::Date> date(const Value& value, std::string_view key);
  /// A duration; one with a unit needs a calendar. `key` above zero.
  std::optional<model::Duration> duration(const Value& value, std::string_view key);
  /// Years from the start of a date or of so long after the start; not before the start.
  std::optional<double> moment(const Value& value, std::string_view key);
  /// The key of a source, checked.
  std::string source(const Form& form);

  /// A checked expression; null when wrong, which has been reported.
  expr::ExpressionPtr expression(const Value& value, const expr::CheckContext& context,
                                 Reads reads = Reads::everything);
  expr::ExpressionPtr number(const Value& value, Reads reads = Reads::everything);
  expr::ExpressionPtr condition(const Value& value);
  /// A number that must not be negative: a constant that is gives an error.
  expr::ExpressionPtr non_negative(const Value& value, std::string_view what,
                                   Reads reads = Reads::everything);
  /// Keeps what has grown too large when its shared expressions are written out from going on.
  bool is_bounded(const expr::ExpressionPtr& expression);

 private:
  bool reads_allowed(const expr::Ast& ast, Reads reads);

  struct Extent {
    double nodes = 1.0;
    std::size_t depth = 1;
  };
  Extent extent_of(const expr::ExpressionPtr& expression);

  std::unordered_map<expr::ExpressionPtr, Extent> extents_;
  std::size_t expression_bytes_ = 0;
};

}  // namespace detente::scenario
