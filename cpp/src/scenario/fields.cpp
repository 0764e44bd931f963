#include "scenario/fields.hpp"

#include "scenario/field_records.hpp"

namespace detente::scenario {

const Field* Section::find(std::string_view name) const {
  for (const Field& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::vector<std::string> Section::names() const {
  std::vector<std::string> out;
  for (const Field& field : fields) out.emplace_back(field.name);
  return out;
}

std::vector<std::string> Section::names(Need need) const {
  std::vector<std::string> out;
  for (const Field& field : fields) {
    if (field.need == need) out.emplace_back(field.name);
  }
  return out;
}

namespace sections {

Section arguments(std::string_view key, std::string_view title, std::string_view doc,
                  std::vector<std::pair<std::string_view, std::string_view>> names,
                  FieldType type) {
  Section section{key, title, doc, {}, ""};
  for (const auto& [name, meaning] : names) {
    section.fields.push_back({name, type, Need::required, "", meaning, "", nullptr});
  }
  return section;
}

// clang-format off
namespace {

using enum FieldType;
constexpr Need optional = Need::optional;
constexpr Need required = Need::required;
constexpr Need exactly_one = Need::exactly_one;

}  // namespace

namespace {

/// What a scenario is made of, whichever file says it.
std::vector<Field> contents() {
  return {
      {"sources", named, optional, "", "what parameters are drawn from, by key", "", &source()},
      {"time", FieldType::section, required, "", "start, horizon and grid", "{start: 2024-12-01, horizon: 10 years, step: 1 week, report: 1 month}", &time()},
      {"levers", named, optional, "", "numbers that policies set", "", &lever()},
      {"parameters", named, optional, "", "uncertain numbers, drawn once per path", "", &parameter()},
      {"correlations", FieldType::sections, optional, "", "rank correlations of parameters", "", &correlation()},
      {"joint", FieldType::sections, optional, "", "parameters that are drawn together", "", &joint()},
      {"let", named_texts, optional, "", "shared expressions by name; the order does not matter", "{calm: \"conflict in [ceasefire, settled]\"}", nullptr},
      {"variables", named, optional, "", "continuous state", "", &variable()},
      {"noise_correlations", FieldType::sections, optional, "", "correlations of the noise of variables", "", &noise_correlation()},
      {"seasons", named, optional, "", "windows that recur each year, read as booleans or as 0 and 1", "", &season()},
      {"chains", named, optional, "", "discrete states and the transitions between them", "", &chain()},
      {"events", named, optional, "", "what happens without belonging to a chain", "", &event()},
      {"policies", named, optional, "{baseline: {}}", "settings of the levers that are compared", "", &policy()},
      {"outcomes", named, optional, "", "what is read off each path", "", &outcome()},
      {"utility", expression, optional, "", "what the outcomes are worth together; may read outcomes, parameters and levers", "0.6 * peace_years - added_deaths / 100", nullptr},
  };
}

Section file(std::string_view title, std::string_view doc, Need need_of_time) {
  Section section{
      "scenario", title, doc,
      {
          {"detente", version, required, "", "version of the language", "1", nullptr},
          {"title", text, optional, "", "one line for tables and plots", "A truce and its guarantee", nullptr},
          {"description", text, optional, "", "what the scenario asks, for readers", "", nullptr},
          {"include", files, optional, "", "files beside this one whose sections are taken over", "[shared/relapse.yaml, shared/guarantee.yaml]", nullptr},
          {"override", FieldType::section, optional, "", "entries of the included files that this file replaces, by section and name", "{parameters: {tau: {lognormal: {median: 3, sigma: 0.4}}}}", &override_of()},
      },
      ""};
  for (Field field : contents()) {
    if (field.name == "time") field.need = need_of_time;
    section.fields.push_back(field);
  }
  return section;
}

}  // namespace

const Section& root() {
  static const Section it = file("the scenario", "a scenario", required);
  return it;
}

const Section& top() {
  static const Section it = file("the scenario", "a scenario", optional);
  return it;
}

const Section& part() {
  static const Section it = file("the included file", "a scenario, or a file that scenarios include", optional);
  return it;
}

const Section& override_of() {
  static const Section it = [] {
    Section section{"override", "`override`", "What replaces entries of the included files; each stands whole, in the place of the one that it replaces.", {}, ""};
    for (const Field& field : contents()) {
      if (field.type == named || field.type == named_texts) section.fields.push_back({field.name, field.type, optional, "", field.doc, "", field.section});
    }
    return section;
  }();
  return it;
}

const Section& time() {
  static const Section it{
      "time", "`time`", "Start, horizon and grid. Without `start` time is a plain number.",
      {
          {"start", date, optional, "", "first day; hazards are then per year", "2024-12-01", nullptr},
          {"horizon", moment, required, "", "end of the forecast: how long, or a date", "10 years", nullptr},
          {"step", duration, required, "", "grid step: variables move once in it", "1 week", nullptr},
          {"report", duration, optional, "", "interval of the report dates; without it the start and the horizon are reported", "1 month", nullptr},
          {"run_off", flag, optional, "true", "follow a window that opened before the horizon to its end; false: leave undecided paths out", "false", nullptr},
      },
      ""};
  return it;
}

const Section& source() {
  static const Section it{
      "source", "the source", "A publication, a data set, a report. A bare text is its `cite`.",
      {
          {"cite", text, required, "", "author, year, title, publisher", "Fortna 2004, Peace Time, Princeton UP", nullptr},
          {"date", date, optional, "", "when it was published", "2004-01-01", nullptr},
          {"url", text, optional, "", "where it is found", "", nullptr},
          {"note", text, optional, "", "what was taken from it", "", nullptr},
      },
      "cite"};
  return it;
}

const Section& lever() {
  static const Section it{
      "lever", "the lever", "A number that a policy sets. A bare number is its `default`.",
      {
          {"default", constant, required, "", "value where a policy sets none", "0", nullptr},
          {"range", FieldType::range, optional, "", "values that a policy may set", "[0, 1]", nullptr},
          measured,
          described,
      },
      "default"};
  return it;
}

const Section& range() {
  static const Section it{
      "range", "the range", "Bounds; `null` or no key: none.",
      {
          {"low", constant, optional, "", "lower bound", "0", nullptr},
          {"high", constant, optional, "", "upper bound", "100", nullptr},
          {"at_bounds", text, optional, "clamp", "of a variable: `clamp` stops there, `reflect` turns back", "reflect", nullptr},
      },
      ""};
  return it;
}

const Section& policy() {
  static const Section it{
      "policy", "the policy", "A named setting of levers. All policies are simulated on the same randomness.",
      {
          {"set", settings, optional, "{}", "levers from the start on", "{pressure: 1}", nullptr},
          {"schedule", FieldType::sections, optional, "[]", "levers from later dates on, in order", "[{on: 2025-06-01, set: {pressure: 1}}]", &scheduled()},
          {"rules", FieldType::rules, optional, "{}", "levers that follow the state, read at every grid point and event", "{pressure: \"if(front > 20, 1, 0)\"}", nullptr},
          described,
      },
      ""};
  return it;
}

const Section& scheduled() {
  static const Section it{
      "scheduled", "the entry of `schedule`", "Levers from a date on.",
      {
          {"on", moment, required, "", "a date, or so long after the start", "2025-06-01", nullptr},
          {"set", settings, required, "", "levers", "{pressure: 1}", nullptr},
      },
      ""};
  return it;
}

const Section& outcome() {
  static const Section it{
      "outcome", "the outcome", "What is read off each path.",
      {
          {"probability", formula, exactly_one, "", "share of the paths on which a formula holds", "eventually(conflict == ceasefire, within = 1 year)", nullptr},
          {"time_to", condition, exactly_one, "", "time until a condition first holds, censored at the horizon", "conflict == ceasefire", nullptr},
          {"duration", condition, exactly_one, "", "time during which a condition holds", "conflict == war", nullptr},
          {"count", counted, exactly_one, "", "how often an event or a transition fires; `chain.name` where two chains use one name", "strike", nullptr},
          {"value", expression, exactly_one, "", "an expression at the horizon, or `at` a time", "deaths", nullptr},
          {"integral", expression, exactly_one, "", "an expression, integrated over time", "grid_gap", nullptr},
          {"maximum", expression, exactly_one, "", "largest value of an expression", "front", nullptr},
          {"minimum", expression, exactly_one, "", "smallest value of an expression", "front", nullptr},
          {"given", formula, optional, "", "report over the paths on which this holds", "eventually(conflict == ceasefire)", nullptr},
          {"at", moment, optional, "", "with `value` alone: when; without it the horizon", "2026-12-31", nullptr},
          {"from", moment, optional, "", "with duration, count, integral, maximum, minimum: from when on", "2026-01-01", nullptr},
          {"until", moment, optional, "", "the same: until when", "2026-12-31", nullptr},
          measured,
          sourced,
          described,
      },
      ""};
  return it;
}
// clang-format on

}  // namespace sections

namespace {

void add_with_nested(const Section& section, std::vector<const Section*>& out) {
  for (const Section* known : out) {
    if (known == &section) return;
  }
  out.push_back(&section);
  for (const Field& field : section.fields) {
    if (field.section) add_with_nested(*field.section, out);
  }
}

}  // namespace

std::vector<const Section*> all_sections() {
  std::vector<const Section*> out;
  add_with_nested(sections::root(), out);
  add_with_nested(sections::range(), out);
  return out;
}

}  // namespace detente::scenario
