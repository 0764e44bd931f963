// Any text is a scenario or is refused with errors that lie in it. A scenario that was read is written
// and read again, and a few paths of it run, unless it asks for many steps.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "detente/diagnostic/error.hpp"
#include "detente/engine/run.hpp"
#include "detente/scenario/reader.hpp"

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

bool is_short(const detente::scenario::Scenario& scenario) {
  const detente::model::Model& model = *scenario.model;
  return model.calendar.horizon / model.calendar.step.years() < 300.0 && model.policies.size() <= 8;
}

void run_a_little(const detente::scenario::Scenario& scenario) {
  detente::engine::RunOptions options;
  options.n_paths = 3;
  options.threads = 1;
  options.keep_outcomes = true;
  // A path may fire without end, which takes long to tell: it is stopped.
  int calls = 0;
  try {
    detente::engine::run(scenario.model, options,
                         [&calls](const detente::engine::Progress&) { return ++calls < 10; });
  } catch (const detente::diagnostic::RunError& error) {
    expect(error.what()[0] != '\0');
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const detente::scenario::Scenario scenario = detente::scenario::parse(text);
    expect(detente::scenario::parse(scenario.yaml).yaml == scenario.yaml);
    if (is_short(scenario)) run_a_little(scenario);
  } catch (const detente::diagnostic::ScenarioError& error) {
    expect(error.diagnostics().has_errors());
  }
  return 0;
}
