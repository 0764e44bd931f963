#include "detente/scenario/json_schema.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include "scenario/fields.hpp"

namespace detente::scenario {

namespace {

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// An object with its members in order, one to a line.
class Object {
 public:
  Object& add(std::string_view key, std::string value) {
    members_.emplace_back(key, std::move(value));
    return *this;
  }
  Object& text(std::string_view key, std::string_view value) { return add(key, json_text(value)); }
  bool empty() const { return members_.empty(); }

  std::string str(std::size_t indent) const {
    if (members_.empty()) return "{}";
    std::string out = "{\n";
    const std::string blanks(indent + 2, ' ');
    for (std::size_t i = 0; i < members_.size(); ++i) {
      out += blanks + json_text(members_[i].first) + ": " + members_[i].second;
      out += i + 1 < members_.size() ? ",\n" : "\n";
    }
    return out + std::string(indent, ' ') + "}";
  }

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

std::string reference(std::string_view definition) {
  return R"({"$ref": "#/$defs/)" + std::string(definition) + "\"}";
}

std::string map_of(const std::string& value) {
  return R"({"type": ["object", "null"], "additionalProperties": )" + value + "}";
}

std::string list_of(const std::string& value) {
  return R"({"type": "array", "items": )" + value + "}";
}

std::string any_of(const std::string& a, const std::string& b) {
  return R"({"anyOf": [)" + a + ", " + b + "]}";
}

/// What a key takes, as a schema on one line.
std::string schema_of(const Field& field) {
  const std::string number = reference("constant");
  const std::string expression = reference("expression");
  const std::string name = reference("name");
  switch (field.type) {
    case FieldType::version:
      return R"({"const": 1})";
    case FieldType::text:
      return R"({"type": ["string", "number"]})";
    case FieldType::name:
    case FieldType::counted:
    case FieldType::source_key:
      return R"({"type": "string"})";
    case FieldType::flag:
      return R"({"type": "boolean"})";
    case FieldType::constant:
      return number;
    case FieldType::integer:
      return R"({"type": "integer"})";
    case FieldType::expression:
    case FieldType::condition:
    case FieldType::formula:
      return expression;
    case FieldType::date:
      return reference("date");
    case FieldType::month_day:
      return reference("month_day");
    case FieldType::duration:
      return reference("duration");
    case FieldType::moment:
      return any_of(reference("date"), reference("duration"));
    case FieldType::range:
      return any_of(reference("bounds"), reference("range"));
    case FieldType::names:
      return list_of(name);
    case FieldType::constants:
      return list_of(number);
    case FieldType::matrix:
      return list_of(list_of(number));
    case FieldType::expressions:
      return list_of(expression);
    case FieldType::quantiles:
    case FieldType::settings:
      return map_of(number);
    case FieldType::rules:
    case FieldType::ratios:
    case FieldType::named_texts:
      return map_of(expression);
    case FieldType::effects:
      return map_of(any_of(expression, map_of(expression)));
    case FieldType::states:
      return any_of(list_of(name), map_of(reference("state")));
    case FieldType::start_states:
    case FieldType::targets:
      return any_of(name, map_of(expression));
    case FieldType::state_names:
      return any_of(name, list_of(name));
    case FieldType::files:
      return any_of(R"({"type": "string"})", list_of(R"({"type": "string"})"));
    case FieldType::section:
      return reference(field.section->key);
    case FieldType::sections:
      return list_of(reference(field.section->key));
    case FieldType::named:
      return map_of(reference(field.section->key));
  }
  return "true";
}

/// The schema with the words of the field beside it.
std::string property(const Field& field) {
  std::string schema = schema_of(field);
  std::string words = R"("description": )" + json_text(field.doc);
  if (!field.default_value.empty()) words += R"(, "x-default": )" + json_text(field.default_value);
  if (!field.example.empty()) words += R"(, "x-example": )" + json_text(field.example);
  schema.back() = ',';
  return schema + " " + words + "}";
}

std::string names_json(const std::vector<std::string>& names) {
  std::string out = "[";
  for (std::size_t i = 0; i < names.size(); ++i) out += (i > 0 ? ", " : "") + json_text(names[i]);
  return out + "]";
}

/// `exactly one of`, `at most one of` as JSON Schema has them.
std::string one_of(const std::vector<std::string>& names, bool may_be_none) {
  std::string out = "[";
  std::string any;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string required = R"({"required": [)" + json_text(names[i]) + "]}";
    out += (i > 0 ? ", " : "") + required;
    any += (i > 0 ? ", " : "") + required;
  }
  if (may_be_none) out += R"(, {"not": {"anyOf": [)" + any + "]}}";
  return out + "]";
}

/// An editor sees one file. Keys of `time` that are missing there may stand in another one that it
/// includes, or that includes it.
bool may_be_in_parts(const Section& section) { return &section == &sections::time(); }

Object section_object(const Section& section, std::size_t indent) {
  Object properties;
  for (const Field& field : section.fields) properties.add(field.name, property(field));
  Object object;
  object.text("description", section.doc).text("type", "object");
  object.add("properties", properties.str(indent + 2));
  const auto required = section.names(Need::required);
  if (!required.empty() && !may_be_in_parts(section)) {
    object.add("required", names_json(required));
  }
  const auto exactly = section.names(Need::exactly_one);
  const auto at_most = section.names(Need::at_most_one);
  if (!exactly.empty()) object.add("oneOf", one_of(exactly, false));
  if (!at_most.empty()) object.add("oneOf", one_of(at_most, true));
  object.add("additionalProperties", "false");
  return object;
}

/// Sections for which a bare value or nothing may stand say so.
std::string section_schema(const Section& section, std::size_t indent) {
  std::vector<std::string> alternatives;
  const bool may_be_null =
      section.names(Need::required).empty() && section.names(Need::exactly_one).empty();
  if (may_be_null) alternatives.emplace_back(R"({"type": "null"})");
  if (!section.shorthand.empty()) {
    alternatives.push_back(schema_of(*section.find(section.shorthand)));
  }
  if (alternatives.empty()) return section_object(section, indent).str(indent);
  std::string out = "{\"anyOf\": [";
  for (const std::string& alternative : alternatives) out += alternative + ", ";
  return out + section_object(section, indent).str(indent) + "]}";
}

void add_values(Object& definitions) {
  definitions.add(
      "name", R"({"description": "a letter or _, then letters, digits and _", "type": "string", )"
              R"("pattern": "^[A-Za-z_][A-Za-z0-9_]*$"})");
  definitions.add(
      "constant",
      R"({"description": "a number, or an expression without names", "type": ["number", "string"]})");
  definitions.add(
      "expression",
      R"({"description": "an expression of the scenario language", "type": ["string", "number", "boolean"]})");
  definitions.add(
      "date",
      R"({"description": "a day as YYYY-MM-DD", "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})");
  definitions.add(
      "month_day",
      R"({"description": "a day of the year as MM-DD", "type": "string", "pattern": "^[0-9]{2}-[0-9]{2}$"})");
  definitions.add(
      "duration",
      R"({"description": "a number, or a number with one of hours, days, weeks, months, years", "type": ["string", "number"]})");
  definitions.add(
      "bounds",
      R"({"description": "low and high; null: none", "type": "array", "items": {"type": ["number", "string", "null"]}, )"
      R"("minItems": 2, "maxItems": 2})");
}

}  // namespace

std::string json_schema() {
  Object definitions;
  add_values(definitions);
  for (const Section* section : all_sections()) {
    if (section == &sections::root()) continue;
    definitions.add(section->key, section_schema(*section, 4));
  }
  // Of one file: sections that are missing there may stand in another one.
  Object schema = section_object(sections::part(), 0);
  Object out;
  out.text("$schema", "https://json-schema.org/draft/2020-12/schema");
  out.text("title", "detente scenario");
  out.add("$defs", definitions.str(2));
  // The members of the root section follow those of the document.
  std::string text = out.str(0);
  std::string members = schema.str(0);
  text.erase(text.size() - 2);
  return text + ",\n" + members.substr(2) + "\n";
}

}  // namespace detente::scenario
