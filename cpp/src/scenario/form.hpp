#pragma once

/// Mappings opened by their section: kinds, unknown, missing and excluding keys are reported in one
/// place.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detente/diagnostic/diagnostic.hpp"
#include "scenario/fields.hpp"
#include "scenario/node.hpp"

namespace detente::scenario {

/// A node and its place in the document.
struct Value {
  NodePtr node;
  std::string path;

  diagnostic::SourceSpan span() const;
  bool is_null() const { return node->kind == Node::Kind::null; }
  bool is_scalar() const { return node->kind == Node::Kind::scalar; }
  bool is_sequence() const { return node->kind == Node::Kind::sequence; }
  bool is_mapping() const { return node->kind == Node::Kind::mapping; }
  const std::string& text() const { return node->text; }
  Value item(std::size_t i) const;
};

/// A key of a mapping with its value.
struct NamedValue {
  std::string name;
  diagnostic::SourceSpan name_span;
  Value value;
};

/// "a list", "a mapping", "nothing", or the text in backticks.
std::string kind_of(const Value& value);

/// The entries of a mapping of any keys, in order; a null is an empty mapping; anything else is
/// reported.
std::vector<NamedValue> named_values(const Value& value, std::string_view what,
                                     diagnostic::Diagnostics& diagnostics);
/// The items of a list; a null is an empty list; anything else is reported.
std::vector<Value> items(const Value& value, std::string_view what,
                         diagnostic::Diagnostics& diagnostics);

class Form {
 public:
  /// Opens a mapping as `section` and reports what is wrong with its keys. `name` is that of the
  /// element, for messages. A value that is no mapping is reported and gives a form without keys.
  Form(const Value& value, const Section& section, std::string_view name,
       diagnostic::Diagnostics& diagnostics);

  /// Null when the key is absent or has no value.
  const Value* find(std::string_view key) const;
  bool has(std::string_view key) const { return find(key) != nullptr; }
  diagnostic::SourceSpan key_span(std::string_view key) const;
  /// The only key present among those of `need`; empty when there is none.
  std::string_view chosen(Need need) const;
  /// Whether the mapping was one, and complete.
  bool is_complete() const { return complete_; }
  const std::string& where() const { return where_; }
  diagnostic::SourceSpan span() const { return span_; }

 private:
  void report_unknown(const Node& mapping, std::size_t i, diagnostic::Diagnostics& diagnostics);
  void read_entries(const Value& value, diagnostic::Diagnostics& diagnostics);
  void check_needs(diagnostic::Diagnostics& diagnostics);

  const Section& section_;
  std::string where_;
  std::string path_;
  diagnostic::SourceSpan span_;
  std::vector<NamedValue> values_;
  bool complete_ = true;
};

}  // namespace detente::scenario
