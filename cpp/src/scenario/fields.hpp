#pragma once

/// Every key of the language, once: the reader, its hints, the JSON Schema and the reference come
/// from here.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace detente::scenario {

/// What a key takes.
enum class FieldType : std::uint8_t {
  version,  ///< 1
  text,
  name,        ///< name of an element
  source_key,  ///< key of `sources`, or `judgement`
  flag,        ///< true, false
  constant,    ///< a number or an expression without names
  integer,
  expression,    ///< a number
  condition,     ///< a boolean
  formula,       ///< a boolean, or temporal operators
  date,          ///< YYYY-MM-DD
  month_day,     ///< MM-DD
  duration,      ///< a number with or without a unit
  moment,        ///< a date, or a duration after the start
  range,         ///< [low, high] or a mapping
  names,         ///< list of names
  constants,     ///< list of constants
  matrix,        ///< list of lists of constants
  expressions,   ///< list of expressions
  quantiles,     ///< share: constant
  settings,      ///< lever: constant
  rules,         ///< lever: expression
  ratios,        ///< label: expression
  effects,       ///< variable: expression, chain: state or weights
  states,        ///< list of names, or name: state
  start_states,  ///< a state, or state: weight
  state_names,   ///< a state, or a list of states
  targets,       ///< a state, or state: weight
  counted,       ///< name of an event or a transition
  section,       ///< a mapping with the keys of `section`
  sections,      ///< a list of such mappings
  named,         ///< name: such a mapping
  named_texts,   ///< name: expression
  files,         ///< a path, or a list of paths
};

/// How a key stands with the others of its section.
enum class Need : std::uint8_t {
  optional,
  required,
  exactly_one,  ///< of the keys so marked
  at_most_one,  ///< of the keys so marked
};

struct Section;

struct Field {
  std::string_view name;
  FieldType type = FieldType::text;
  Need need = Need::optional;
  std::string_view default_value = "";  ///< as written in a scenario; empty: none
  std::string_view doc = "";
  std::string_view example = "";
  const Section* section = nullptr;  ///< of section, sections and named
};

struct Section {
  std::string_view key;    ///< of `$defs` in the schema
  std::string_view title;  ///< as messages call it: "a transition"
  std::string_view doc;
  std::vector<Field> fields;
  /// Key for which a bare value stands: `sources: {x: text}` means `{cite: text}`. Empty: none.
  std::string_view shorthand = "";

  const Field* find(std::string_view name) const;
  std::vector<std::string> names() const;
  std::vector<std::string> names(Need need) const;
};

/// The sections by their keys. Built once.
namespace sections {
/// A whole scenario: a file with all that it includes.
const Section& root();
/// Its own file and one that it includes, which need not say all.
const Section& top();
const Section& part();
/// What a file replaces of the files that it includes: the sections that go by names.
const Section& override_of();
const Section& time();
const Section& source();
const Section& lever();
const Section& parameter();
const Section& correlation();
const Section& joint();
const Section& multivariate_normal();
const Section& variable();
const Section& reverting();
const Section& range();
const Section& noise_correlation();
const Section& season();
const Section& chain();
const Section& state();
const Section& transition();
const Section& baseline();
const Section& event();
const Section& policy();
const Section& scheduled();
const Section& outcome();
}  // namespace sections

/// All of them, outermost first.
std::vector<const Section*> all_sections();

}  // namespace detente::scenario
