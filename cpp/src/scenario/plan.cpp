#include "detente/scenario/plan.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "scenario/document.hpp"
#include "scenario/emit.hpp"
#include "scenario/fields.hpp"
#include "scenario/files.hpp"
#include "scenario/form.hpp"
#include "scenario/messages.hpp"
#include "scenario/reading.hpp"

namespace detente::scenario {

using diagnostic::Diagnostics;
using messages::in_ticks;

namespace {

constexpr double most_jobs = 10'000.0;
constexpr std::size_t most_seed_digits = 100;
constexpr double most_paths = 9007199254740992.0;  ///< 2^53: beyond, a double skips integers

// clang-format off
/// The keys of a plan. They are no part of the scenario language, so neither its schema nor its
/// reference knows them.
const Section& plan_section() {
  using enum FieldType;
  static const Section it{
      "plan", "the plan", "which scenarios a batch runs, with which seeds and changes",
      {
          {"detente", version, Need::required, "", "version of the language", "1", nullptr},
          {"title", text, Need::optional, "", "one line for the index", "", nullptr},
          {"scenarios", names, Need::required, "", "files beside the plan, or names of shipped scenarios", "[ukraine-2024, truce.yaml]", nullptr},
          {"policies", names, Need::optional, "", "those to run; all by default", "[drift, quick]", nullptr},
          {"parameters", settings, Need::optional, "", "parameter: a number, a prior, or a list of them", "{tau: [2, 4]}", nullptr},
          {"levers", settings, Need::optional, "", "lever: its default, or a list of them", "{pressure: [0, 1]}", nullptr},
          {"seeds", constants, Need::optional, "0", "an integer or a list of them", "[1, 2, 3]", nullptr},
          {"paths", constants, Need::optional, "100000", "paths per policy, or a list", "20000", nullptr},
          {"paths_per_draw", integer, Need::optional, "1", "so many paths share a draw of the parameters", "20", nullptr},
          {"sobol", flag, Need::optional, "false", "draw the parameters as scrambled Sobol' points", "true", nullptr},
          {"keep_outcomes", flag, Need::optional, "false", "keep every path's readings", "true", nullptr},
          {"keep_paths", integer, Need::optional, "0", "so many first paths are kept whole", "20", nullptr},
      },
      ""};
  return it;
}
// clang-format on

/// The items of a list, or the one value that stands in its place.
std::vector<Value> one_or_more(const Value& value) {
  if (!value.is_sequence()) return {value};
  std::vector<Value> out;
  for (std::size_t i = 0; i < value.node->items.size(); ++i) out.push_back(value.item(i));
  return out;
}

bool is_integer(const std::string& text) {
  const std::size_t begin = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  return text.size() > begin && text.find_first_not_of("0123456789", begin) == std::string::npos;
}

class PlanReader {
 public:
  PlanReader(Reading& reading, const Value& root)
      : reading_(reading), form_(root, plan_section(), "", reading.diagnostics) {}

  Plan read() {
    if (const Value* version = form_.find("detente")) check_version(*version);
    plan_.title = reading_.text(form_, "title");
    plan_.scenarios = texts("scenarios");
    plan_.policies = texts("policies");
    plan_.parameters = changes("parameters");
    plan_.levers = changes("levers");
    read_seeds();
    read_paths();
    if (const Value* shared = form_.find("paths_per_draw")) {
      plan_.paths_per_draw = count(*shared, "paths_per_draw", 1.0).value_or(1);
    }
    if (const Value* sobol = form_.find("sobol")) {
      plan_.sobol = reading_.flag(*sobol, "sobol").value_or(false);
    }
    if (const Value* keep = form_.find("keep_outcomes")) {
      plan_.keep_outcomes = reading_.flag(*keep, "keep_outcomes").value_or(false);
    }
    if (const Value* keep = form_.find("keep_paths")) {
      plan_.keep_paths = count(*keep, "keep_paths", 0.0).value_or(0);
    }
    check_jobs();
    return std::move(plan_);
  }

 private:
  void check_version(const Value& version) {
    if (version.is_scalar() && version.text() == "1") return;
    reading_.error("E125", version.span(),
                   "this version reads `detente: 1`, and this is " + kind_of(version));
  }

  /// Every choice is crossed with every other one: a few lists make very many jobs.
  void check_jobs() {
    const auto size = [](const auto& list) { return static_cast<double>(list.size()); };
    double jobs = size(plan_.scenarios) * size(plan_.seeds) * size(plan_.paths);
    for (const PlanChange& change : plan_.parameters) jobs *= size(change.values);
    for (const PlanChange& change : plan_.levers) jobs *= size(change.values);
    if (jobs <= most_jobs) return;
    reading_.error("E154", form_.span(),
                   "a plan may have 10000 jobs, and this has " + messages::number(jobs),
                   "share the scenarios, values or seeds out to several plans");
  }

  /// Texts, each of which may stand once.
  std::vector<PlanItem> texts(std::string_view key) {
    std::vector<PlanItem> out;
    const Value* value = form_.find(key);
    if (!value) return out;
    for (const Value& item : one_or_more(*value)) {
      std::string text = reading_.text(item, key);
      if (text.empty()) continue;
      if (is_repeated(out, text)) {
        reading_.error("E150", item.span(), in_ticks(text) + " stands twice in " + in_ticks(key),
                       "name each of them once");
        continue;
      }
      out.push_back({std::move(text), item.span()});
    }
    if (out.empty() && !reading_.diagnostics.has_errors()) {
      reading_.error("E151", value->span(), in_ticks(key) + " names nothing");
    }
    return out;
  }

  static bool is_repeated(const std::vector<PlanItem>& items, const std::string& text) {
    return std::any_of(items.begin(), items.end(),
                       [&text](const PlanItem& item) { return item.text == text; });
  }

  std::vector<PlanChange> changes(std::string_view key) {
    std::vector<PlanChange> out;
    const Value* value = form_.find(key);
    if (!value) return out;
    for (const NamedValue& named : named_values(*value, in_ticks(key), reading_.diagnostics)) {
      PlanChange change{named.name, named.name_span, {}, {}};
      for (const Value& item : one_or_more(named.value)) add_value(change, item, key);
      if (change.values.empty() && !reading_.diagnostics.has_errors()) {
        reading_.error("E151", named.name_span, in_ticks(named.name) + " has no value");
      }
      out.push_back(std::move(change));
    }
    return out;
  }

  /// Whether a prior makes sense is checked in each scenario that takes it.
  void add_value(PlanChange& change, const Value& item, std::string_view key) {
    if (key == "parameters" && item.is_mapping()) {
      change.values.emplace_back(flow_yaml(*item.node));
    } else if (const auto number = reading_.constant(item, change.name)) {
      change.values.emplace_back(*number);
    } else {
      return;
    }
    change.value_spans.push_back(item.span());
  }

  void read_seeds() {
    const Value* value = form_.find("seeds");
    if (!value) {
      plan_.seeds = {"0"};
      return;
    }
    for (const Value& item : one_or_more(*value)) {
      if (item.is_scalar() && is_integer(item.text())) {
        if (item.text().size() > most_seed_digits) {
          reading_.error("E152", item.span(), "a seed may have 100 digits in a plan");
        }
        plan_.seeds.push_back(item.text());
      } else {
        reading_.error("E152", item.span(), "a seed is an integer, and this is " + kind_of(item));
      }
    }
    if (value->is_sequence() && value->node->items.empty()) {
      reading_.error("E151", value->span(), "`seeds` names nothing");
    }
  }

  void read_paths() {
    const Value* value = form_.find("paths");
    if (!value) {
      plan_.paths = {100'000};
      return;
    }
    for (const Value& item : one_or_more(*value)) {
      if (const auto n = count(item, "paths", 1.0)) plan_.paths.push_back(*n);
    }
    if (value->is_sequence() && value->node->items.empty()) {
      reading_.error("E151", value->span(), "`paths` names nothing");
    }
  }

  std::optional<std::uint64_t> count(const Value& value, std::string_view key, double least) {
    const auto number = reading_.constant(value, key, {least, most_paths});
    if (!number) return std::nullopt;
    if (*number != std::floor(*number)) {
      reading_.error("E152", value.span(),
                     in_ticks(key) + " is a whole number, and this is " + kind_of(value));
      return std::nullopt;
    }
    return static_cast<std::uint64_t>(*number);
  }

  Reading& reading_;
  Form form_;
  Plan plan_;
};

[[noreturn]] void refuse(const std::filesystem::path& path, std::string message) {
  Diagnostics diagnostics;
  diagnostic::SourceSpan span;
  span.path = path.string();
  diagnostics.add(messages::error("E115", span, std::move(message)));
  throw diagnostic::ScenarioError(diagnostics);
}

template <class Elements>
std::vector<std::string> names_of(const Elements& elements) {
  std::vector<std::string> names;
  for (const auto& element : elements) names.push_back(element.name);
  return names;
}

/// Whether the name is there; reported where it is not.
template <class Element>
bool is_known(const diagnostic::SourceSpan& span, std::string_view kind, const std::string& name,
              const std::vector<Element>& elements, Diagnostics& found) {
  const std::vector<std::string> known = names_of(elements);
  if (std::find(known.begin(), known.end(), name) != known.end()) return true;
  found.add(messages::unknown_name(span, kind, name, known));
  return false;
}

/// Reads the scenario with each value of a change alone; what is wrong then is wrong with the value.
template <class Set>
void report_misfits(const PlanChange& change, const Scenario& scenario, Set set,
                    Diagnostics& found) {
  for (std::size_t i = 0; i < change.values.size(); ++i) {
    Overrides overrides;
    set(overrides, change.values[i]);
    try {
      parse(scenario.yaml, scenario.name, overrides);
    } catch (const diagnostic::ScenarioError& error) {
      const diagnostic::Diagnostic first = error.diagnostics().sorted().front();
      found.add(messages::error("E153", change.value_spans[i],
                                in_ticks(change.name) + " cannot have this value in " +
                                    in_ticks(scenario.name) + ": " + first.message,
                                first.hint));
    }
  }
}

}  // namespace

Plan load_plan(const std::filesystem::path& path) {
  std::error_code failed;
  if (!std::filesystem::exists(path, failed)) refuse(path, "there is no such file");
  if (std::filesystem::is_directory(path, failed)) refuse(path, "this is a folder, not a plan");
  auto text = read_file(path, max_file_bytes + 1);
  if (!text) refuse(path, "the file cannot be read");
  Diagnostics diagnostics;
  const NodePtr root = parse_document(make_source(path.string(), std::move(*text)), diagnostics);
  if (!root) throw diagnostic::ScenarioError(diagnostics);
  Reading reading(diagnostics, path.parent_path());
  Plan plan = PlanReader(reading, {root, ""}).read();
  if (diagnostics.has_errors()) throw diagnostic::ScenarioError(diagnostics);
  return plan;
}

diagnostic::Diagnostic unknown_scenario(const PlanItem& item,
                                        const std::vector<std::string>& known) {
  return messages::unknown_name(item.span, "scenario", item.text, known);
}

Diagnostics misfits(const Plan& plan, const Scenario& scenario) {
  const model::Model& model = *scenario.model;
  Diagnostics found;
  for (const PlanItem& policy : plan.policies) {
    is_known(policy.span, "policy", policy.text, model.policies, found);
  }
  for (const PlanChange& change : plan.parameters) {
    if (!is_known(change.span, "parameter", change.name, model.parameters, found)) continue;
    const auto set = [&change](Overrides& overrides, const auto& value) {
      overrides.parameters[change.name] = value;
    };
    report_misfits(change, scenario, set, found);
  }
  for (const PlanChange& change : plan.levers) {
    if (!is_known(change.span, "lever", change.name, model.levers, found)) continue;
    const auto set = [&change](Overrides& overrides, const auto& value) {
      overrides.levers[change.name] = std::get<double>(value);
    };
    report_misfits(change, scenario, set, found);
  }
  return found;
}

}  // namespace detente::scenario
