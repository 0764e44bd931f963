#include "detente/scenario/reader.hpp"

#include <utility>

#include "detente/scenario/writer.hpp"
#include "scenario/document.hpp"
#include "scenario/emit.hpp"
#include "scenario/files.hpp"
#include "scenario/include.hpp"
#include "scenario/merge.hpp"
#include "scenario/messages.hpp"
#include "scenario/overrides.hpp"
#include "scenario/parts.hpp"

namespace detente::scenario {

using diagnostic::Diagnostics;
using messages::in_ticks;

namespace {

constexpr std::size_t max_elements = 10'000;
constexpr std::size_t max_reported = 200;  ///< diagnostics of one file

/// A section that the language has a name for and this version does not read.
bool report_unavailable(Reading& reading, const Value& root) {
  const Entry* entry = root.node->find("observations");
  if (!entry) return false;
  reading.error("E120", entry->key_span,
                "the section `observations` is not available in this version",
                "remove it; parameters are drawn from their priors alone");
  return true;
}

NodePtr without_unavailable(const NodePtr& root) {
  auto copy = std::make_shared<Node>(*root);
  std::erase_if(copy->entries, [](const Entry& entry) { return entry.key == "observations"; });
  return copy;
}

/// One reading from root to model: names first, then what they mean.
class ScenarioReader {
 public:
  ScenarioReader(Reading& reading, const Value& root)
      : reading_(reading), form_(root, sections::root(), "", reading.diagnostics) {}

  void read() {
    read_head();
    if (const Value* time = form_.find("time")) read_time(reading_, *time);
    const auto sources = named("sources");
    const auto levers = declare(Element::lever, "levers");
    const auto parameters = declare(Element::parameter, "parameters");
    const auto variables = declare(Element::variable, "variables");
    const auto lets = declare(Element::let, "let");
    const auto chain_values = declare(Element::chain, "chains");
    const auto seasons = declare(Element::season, "seasons");
    const auto events = declare(Element::event, "events");
    const auto outcomes = named("outcomes");
    const auto policies = named("policies");
    for (const NamedValue& chain : chain_values) elements_ += transitions_of(chain);
    if (elements_ > max_elements) {
      reading_.error(
          "E362", form_.span(),
          "a scenario may have 10000 named elements, and this has " + std::to_string(elements_));
      return;
    }
    read_sources(reading_, sources);
    read_levers(reading_, levers);
    std::vector<DeclaredJoint> joints;
    if (const Value* joint = form_.find("joint")) {
      joints = declare_joints(reading_, *joint, static_cast<std::uint32_t>(parameters.size()));
    }
    const auto chains = declare_chains(reading_, chain_values);
    read_parameters(reading_, parameters);
    read_joints(reading_, joints);
    if (!joints.empty() || form_.has("correlations")) correlate();
    Lets shared(reading_, lets);
    shared.finish();
    read_variables(reading_, variables);
    if (const Value* noise = form_.find("noise_correlations"))
      read_noise_correlations(reading_, *noise);
    read_seasons(reading_, seasons);
    read_chains(reading_, chains);
    read_events(reading_, events);
    read_policies(reading_, policies);
    read_outcomes(reading_, outcomes);
    if (const Value* utility = form_.find("utility")) read_utility(reading_, *utility);
    check_grid(reading_, form_.span());
    if (!reading_.diagnostics.has_errors()) warn_of_unreachable_states(reading_);
    reading_.names.set_let_source({});
  }

 private:
  void read_head() {
    if (const Value* version = form_.find("detente")) {
      if (!version->is_scalar() || version->text() != "1") {
        reading_.error("E125", version->span(),
                       "this version reads `detente: 1`, and this is " + kind_of(*version));
      }
    }
    reading_.model.title = reading_.text(form_, "title");
    reading_.model.description = reading_.text(form_, "description");
  }

  std::vector<NamedValue> named(std::string_view section) {
    const Value* value = form_.find(section);
    if (!value) return {};
    auto values = named_values(*value, in_ticks(section), reading_.diagnostics);
    elements_ += values.size();
    return values;
  }

  std::vector<NamedValue> declare(Element element, std::string_view section) {
    auto values = named(section);
    if (elements_ > max_elements) return values;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      reading_.names.declare(element, values[i].name, i, values[i].name_span, reading_.diagnostics);
    }
    return values;
  }

  static std::size_t transitions_of(const NamedValue& chain) {
    const Entry* transitions =
        chain.value.is_mapping() ? chain.value.node->find("transitions") : nullptr;
    return transitions ? transitions->value->items.size() : 0;
  }

  void correlate() {
    const Value* value = form_.find("correlations");
    read_correlations(reading_, value ? *value : Value{std::make_shared<Node>(), "correlations"});
  }

  Reading& reading_;
  Form form_;
  std::size_t elements_ = 0;
};

/// `empirical: {file, column}` becomes `empirical: {values: [...]}`, so that the text stands alone.
NodePtr with_columns_written_out(const NodePtr& root, const Reading& reading) {
  const Entry* parameters = root->find("parameters");
  if (!parameters || reading.columns.empty()) return root;
  auto section = std::make_shared<Node>(*parameters->value);
  for (Entry& parameter : section->entries) {
    const auto column = reading.columns.find("parameters." + parameter.key + ".empirical");
    if (column == reading.columns.end()) continue;
    std::vector<NodePtr> values;
    for (const double value : column->second)
      values.push_back(make_scalar(messages::number(value)));
    auto changed = std::make_shared<Node>(*parameter.value);
    for (Entry& entry : changed->entries) {
      if (entry.key == "empirical")
        entry.value = make_mapping({{"values", {}, make_sequence(values)}});
    }
    parameter.value = std::move(changed);
  }
  auto copy = std::make_shared<Node>(*root);
  for (Entry& entry : copy->entries) {
    if (entry.key == "parameters") entry.value = section;
  }
  return copy;
}

/// The first of very many, so that a broken file of thousands of lines is answered at once.
Diagnostics shortened(const Diagnostics& all) {
  const std::vector<diagnostic::Diagnostic> sorted = all.sorted();
  if (sorted.size() <= max_reported) return all;
  Diagnostics out;
  for (std::size_t i = 0; i < max_reported; ++i) out.add(sorted[i]);
  out.add(messages::error(
      "E199", sorted[max_reported].span,
      "and " + std::to_string(sorted.size() - max_reported) + " more from here on"));
  return out;
}

/// A text, and where it is from.
struct Origin {
  std::string name;
  std::optional<std::filesystem::path> folder;
  std::optional<std::filesystem::path> file;
};

/// The document with what it includes; null when a file of it cannot be had.
NodePtr with_includes(const NodePtr& root, const std::shared_ptr<const diagnostic::SourceText>& top,
                      const Origin& origin, Reading& reading, Scenario& scenario) {
  if (root->kind != Node::Kind::mapping || !has_includes(*root)) return root;
  const std::vector<Part> parts =
      parts_of(root, top, origin.folder, origin.file, reading.diagnostics);
  if (parts.empty()) return nullptr;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    reading.included_folders.emplace(parts[i].source.get(), *parts[i].folder);
    scenario.included_files.push_back(*parts[i].file);
  }
  return merged(parts, reading.diagnostics);
}

Scenario read(std::string text, Origin origin, const Overrides& overrides) {
  Diagnostics diagnostics;
  Reading reading(diagnostics, origin.folder);
  Scenario scenario;
  const auto source = make_source(origin.name, std::move(text));
  NodePtr root = parse_document(source, diagnostics);
  if (root) root = with_includes(root, source, origin, reading, scenario);
  if (root && root->kind == Node::Kind::mapping && !overrides.empty()) {
    root = with_overrides(std::move(root), overrides, diagnostics);
  }
  if (!root) throw diagnostic::ScenarioError(shortened(diagnostics));
  if (root->kind == Node::Kind::mapping && report_unavailable(reading, {root, ""})) {
    root = without_unavailable(root);
  }
  ScenarioReader(reading, {root, ""}).read();
  if (diagnostics.has_errors()) throw diagnostic::ScenarioError(shortened(diagnostics));
  scenario.yaml = document_yaml(*with_columns_written_out(root, reading));
  scenario.model = std::make_shared<const model::Model>(std::move(reading.model));
  scenario.hash = content_hash(scenario.yaml);
  scenario.name = std::move(origin.name);
  scenario.folder = std::move(origin.folder);
  scenario.warnings = diagnostics;
  return scenario;
}

}  // namespace

Scenario parse(std::string text, std::string name, const Overrides& overrides,
               std::optional<std::filesystem::path> folder) {
  return read(std::move(text), {std::move(name), std::move(folder), std::nullopt}, overrides);
}

Scenario load(const std::filesystem::path& path, const Overrides& overrides) {
  const auto refuse = [&](std::string message) -> diagnostic::ScenarioError {
    Diagnostics diagnostics;
    diagnostic::SourceSpan span;
    span.path = path.string();
    diagnostics.add(messages::error("E115", span, std::move(message)));
    return diagnostic::ScenarioError(diagnostics);
  };
  std::error_code failed;
  if (!std::filesystem::exists(path, failed)) throw refuse("there is no such file");
  if (std::filesystem::is_directory(path, failed)) throw refuse("this is a folder, not a scenario");
  // One byte more than is allowed tells a file that is too large, whatever it is.
  auto text = read_file(path, max_file_bytes + 1);
  if (!text) throw refuse("the file cannot be read");
  const auto parent = path.parent_path();
  return read(std::move(*text), {path.string(), parent.empty() ? "." : parent, path}, overrides);
}

}  // namespace detente::scenario
