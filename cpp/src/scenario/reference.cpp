#include "scenario/reference.hpp"

#include "detente/expr/functions.hpp"

namespace detente::scenario {

namespace {

std::string code(std::string_view text) {
  return text.empty() ? std::string() : "`" + std::string(text) + "`";
}

/// What a key takes, in words.
std::string_view words_of(FieldType type) {
  switch (type) {
    case FieldType::version:
      return "`1`";
    case FieldType::text:
      return "text";
    case FieldType::name:
      return "name";
    case FieldType::source_key:
      return "source";
    case FieldType::flag:
      return "`true`, `false`";
    case FieldType::constant:
      return "number";
    case FieldType::integer:
      return "whole number";
    case FieldType::expression:
      return "expression";
    case FieldType::condition:
      return "condition";
    case FieldType::formula:
      return "formula";
    case FieldType::date:
      return "date";
    case FieldType::month_day:
      return "day of the year";
    case FieldType::duration:
      return "duration";
    case FieldType::moment:
      return "date or duration";
    case FieldType::range:
      return "range";
    case FieldType::names:
      return "list of names";
    case FieldType::constants:
      return "list of numbers";
    case FieldType::matrix:
      return "list of lists of numbers";
    case FieldType::expressions:
      return "list of expressions";
    case FieldType::quantiles:
      return "share: number";
    case FieldType::settings:
      return "lever: number";
    case FieldType::rules:
      return "lever: expression";
    case FieldType::ratios:
      return "label: expression";
    case FieldType::effects:
      return "variable: expression, chain: state or weights";
    case FieldType::states:
      return "list of names, or name: state";
    case FieldType::start_states:
    case FieldType::targets:
      return "state, or state: weight";
    case FieldType::state_names:
      return "state or list of states";
    case FieldType::counted:
      return "event or transition";
    case FieldType::files:
      return "file or list of files";
    case FieldType::section:
      return "mapping";
    case FieldType::sections:
      return "list of mappings";
    case FieldType::named:
      return "name: mapping";
    case FieldType::named_texts:
      return "name: expression";
  }
  return "";
}

std::string need_of(const Field& field) {
  switch (field.need) {
    case Need::required:
      return "required";
    case Need::exactly_one:
      return "one of these";
    case Need::at_most_one:
      return "one of these or none";
    case Need::optional:
      return code(field.default_value);
  }
  return "";
}

}  // namespace

std::string key_table(const Section& section) {
  std::string out = "| key | takes | default | meaning | example |\n|---|---|---|---|---|\n";
  for (const Field& field : section.fields) {
    out += "| `" + std::string(field.name) + "` | " + std::string(words_of(field.type)) + " | " +
           need_of(field) + " | " + std::string(field.doc) + " | " + code(field.example) + " |\n";
  }
  return out;
}

std::string family_table(const Section& section) {
  std::string out = "| family | arguments | meaning |\n|---|---|---|\n";
  for (const Field& field : section.fields) {
    if (field.need != Need::exactly_one) continue;
    std::string arguments;
    if (field.section) {
      for (const Field& argument : field.section->fields) {
        arguments +=
            (arguments.empty() ? "" : "; ") + code(argument.name) + " " + std::string(argument.doc);
      }
    }
    out += "| `" + std::string(field.name) + "` | " + arguments + " | " +
           std::string(field.section ? field.section->doc : field.doc) + ", for example " +
           code(field.example) + " |\n";
  }
  return out;
}

std::string function_table() {
  std::string out = "| function | meaning |\n|---|---|\n";
  for (const expr::FunctionRow& row : expr::functions()) {
    out += "| " + code(expr::signature(row)) + " | " + std::string(row.meaning) + " |\n";
  }
  return out;
}

std::string reference_table(std::string_view name) {
  if (name == "functions") return function_table();
  if (name == "priors") return family_table(sections::parameter());
  if (name == "baselines") return family_table(sections::baseline());
  for (const Section* section : all_sections()) {
    if (section->key == name) return key_table(*section);
  }
  return {};
}

}  // namespace detente::scenario
