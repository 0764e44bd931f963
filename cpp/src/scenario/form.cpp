#include "scenario/form.hpp"

#include <algorithm>

#include "detente/diagnostic/suggestion.hpp"
#include "detente/diagnostic/utf8.hpp"

#include "scenario/messages.hpp"

namespace detente::scenario {

using diagnostic::Diagnostics;
using diagnostic::SourceSpan;

namespace {

constexpr std::size_t max_unknown_keys = 20;  ///< reported of one mapping

SourceSpan placed(SourceSpan span, const std::string& path) {
  span.path = path;
  return span;
}

std::string child_path(const std::string& parent, const std::string& key) {
  return parent.empty() ? key : parent + "." + key;
}

}  // namespace

SourceSpan Value::span() const { return placed(node->span, path); }

Value Value::item(std::size_t i) const {
  return {node->items[i], path + "[" + std::to_string(i) + "]"};
}

std::string kind_of(const Value& value) {
  switch (value.node->kind) {
    case Node::Kind::null:
      return "empty";
    case Node::Kind::scalar:
      return messages::in_ticks(value.text());
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::mapping:
      return "a mapping";
  }
  return "";
}

std::vector<NamedValue> named_values(const Value& value, std::string_view what,
                                     Diagnostics& diagnostics) {
  std::vector<NamedValue> out;
  if (value.is_mapping()) {
    out.reserve(value.node->entries.size());
    for (const Entry& entry : value.node->entries) {
      std::string path = child_path(value.path, entry.key);
      out.push_back({entry.key, placed(entry.key_span, path), {entry.value, path}});
    }
  } else if (!value.is_null()) {
    diagnostics.add(messages::wrong_kind(
        value.span(), what, "a mapping `name: ...`", kind_of(value),
        value.is_sequence()
            ? "write `name:` before each entry, without `- `"
            : "write it in braces, as `{name: ...}`, or indented on the next lines"));
  }
  return out;
}

std::vector<Value> items(const Value& value, std::string_view what, Diagnostics& diagnostics) {
  std::vector<Value> out;
  if (value.is_sequence()) {
    out.reserve(value.node->items.size());
    for (std::size_t i = 0; i < value.node->items.size(); ++i) out.push_back(value.item(i));
  } else if (!value.is_null()) {
    diagnostics.add(messages::wrong_kind(
        value.span(), what, "a list", kind_of(value),
        value.is_mapping() ? "begin each item with `- `" : "write it in brackets, as `[a, b]`"));
  }
  return out;
}

Form::Form(const Value& value, const Section& section, std::string_view name,
           Diagnostics& diagnostics)
    : section_(section), where_(section.title), path_(value.path), span_(value.span()) {
  if (!name.empty()) where_ += " `" + std::string(name) + "`";
  if (value.is_mapping()) {
    read_entries(value, diagnostics);
  } else if (value.is_scalar() && !section.shorthand.empty()) {
    values_.push_back({std::string(section.shorthand), value.span(), value});
  } else if (!value.is_null()) {
    diagnostics.add(messages::wrong_kind(value.span(), where_, "a mapping `key: value`",
                                         kind_of(value),
                                         "its keys are " + messages::enumeration(section.names())));
    complete_ = false;
    return;
  }
  check_needs(diagnostics);
}

namespace {

/// Whether the key `i` of a mapping in braces is what a comma cut off the text before it.
bool is_cut_off(const Node& mapping, std::size_t i) {
  if (mapping.style != Node::Style::flow || i == 0) return false;
  const Node& before = *mapping.entries[i - 1].value;
  return mapping.entries[i].value->kind == Node::Kind::null && before.kind == Node::Kind::scalar &&
         before.style == Node::Style::plain;
}

/// The place of a colon inside a key without a value: `{hazard:0.8}`.
std::optional<SourceSpan> inner_colon(const Entry& entry) {
  const std::size_t colon = entry.key.find(':');
  if (entry.value->kind != Node::Kind::null || colon == entry.key.npos) return std::nullopt;
  SourceSpan span = entry.key_span;
  span.column +=
      static_cast<std::uint32_t>(diagnostic::count_code_points(entry.key.substr(0, colon)));
  span.length = 1;
  return span;
}

/// The keys whose own mapping has this key.
std::vector<std::string> owners_of(std::string_view key, const Section& section) {
  constexpr std::size_t shown = 3;
  std::vector<std::string> owners;
  for (const Field& field : section.fields) {
    const bool owns = field.type == FieldType::section && field.section->find(key);
    if (owns && owners.size() < shown) owners.emplace_back(field.name);
  }
  return owners;
}

}  // namespace

void Form::report_unknown(const Node& mapping, std::size_t i, Diagnostics& diagnostics) {
  const Entry& entry = mapping.entries[i];
  const SourceSpan span = placed(entry.key_span, child_path(path_, entry.key));
  const std::string nearest = diagnostic::nearest(entry.key, section_.names());
  const std::vector<std::string> owners = owners_of(entry.key, section_);
  if (const auto colon = inner_colon(entry)) {
    diagnostics.add(messages::no_blank_after_colon(placed(*colon, path_)));
  } else if (is_cut_off(mapping, i)) {
    const Node& before = *mapping.entries[i - 1].value;
    diagnostics.add(messages::cut_at_comma(placed(before.span, path_), before.text));
  } else if (nearest.empty() && i > 0 && mapping.entries[i - 1].value->kind == Node::Kind::null) {
    diagnostics.add(messages::unindented_key(span, entry.key, where_, mapping.entries[i - 1].key));
  } else if (nearest.empty() && !owners.empty()) {
    diagnostics.add(messages::misplaced_key(span, entry.key, where_, owners));
  } else {
    diagnostics.add(messages::unknown_key(span, entry.key, where_, section_.names()));
  }
  // What is misspelt is read as what it most likely means, so that its uses are no further mistakes.
  if (!nearest.empty() && !mapping.find(nearest) && entry.value->kind != Node::Kind::null) {
    values_.push_back({nearest, span, {entry.value, child_path(path_, entry.key)}});
  }
}

void Form::read_entries(const Value& value, Diagnostics& diagnostics) {
  std::size_t unknown = 0;
  std::vector<NamedValue> entries = named_values(value, where_, diagnostics);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (section_.find(entries[i].name)) {
      values_.push_back(std::move(entries[i]));
      continue;
    }
    complete_ = false;
    if (++unknown <= max_unknown_keys) report_unknown(*value.node, i, diagnostics);
  }
}

void Form::check_needs(Diagnostics& diagnostics) {
  std::vector<std::string> one, most;
  for (const Field& field : section_.fields) {
    const auto found = std::find_if(values_.begin(), values_.end(),
                                    [&](const NamedValue& v) { return v.name == field.name; });
    const bool present = found != values_.end();
    if (present && found->value.is_null()) {
      if (field.need == Need::required || field.need == Need::exactly_one) {
        diagnostics.add(messages::no_value(found->name_span, field.name, field.example));
        complete_ = false;
      }
    }
    if (!present && field.need == Need::required) {
      diagnostics.add(
          messages::missing_key(span_, where_, {std::string(field.name)}, field.example));
      complete_ = false;
    }
    if (present && field.need == Need::exactly_one) one.emplace_back(field.name);
    if (present && field.need == Need::at_most_one) most.emplace_back(field.name);
  }
  const std::vector<std::string> choices = section_.names(Need::exactly_one);
  // An unknown key is most often one of these misspelt; the one message is enough.
  if (!choices.empty() && one.empty() && complete_) {
    diagnostics.add(messages::missing_key(span_, where_, choices, {}));
    complete_ = false;
  }
  if (one.size() > 1) {
    diagnostics.add(messages::several_of(key_span(one[1]), where_, one, one));
    complete_ = false;
  }
  if (most.size() > 1) {
    diagnostics.add(messages::several_of(key_span(most[1]), where_, most, most));
    complete_ = false;
  }
}

const Value* Form::find(std::string_view key) const {
  for (const NamedValue& entry : values_) {
    if (entry.name == key) return entry.value.is_null() ? nullptr : &entry.value;
  }
  return nullptr;
}

SourceSpan Form::key_span(std::string_view key) const {
  for (const NamedValue& entry : values_) {
    if (entry.name == key) return entry.name_span;
  }
  return span_;
}

std::string_view Form::chosen(Need need) const {
  for (const NamedValue& entry : values_) {
    const Field* field = section_.find(entry.name);
    if (field->need == need && !entry.value.is_null()) return field->name;
  }
  return {};
}

}  // namespace detente::scenario
