/// Runs and traces. Workers never see Python: the progress callback comes on the calling thread, which
/// takes the interpreter lock for it, looks for signals and asks the user's callback.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "detente/engine/memory.hpp"
#include "detente/engine/run.hpp"
#include "detente/engine/trace.hpp"
#include "detente/scenario/reader.hpp"

namespace py = pybind11;
namespace engine = detente::engine;
using detente::scenario::Scenario;

namespace {

// Asks Python whether to go on. Holds a Python exception until the run has come back.
class ProgressReporter {
 public:
  explicit ProgressReporter(py::object callback) : callback_(std::move(callback)) {}

  bool operator()(const engine::Progress& progress) {
    if (stopped_) return false;
    const py::gil_scoped_acquire lock;
    try {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      stopped_ = !callback_.is_none() && is_due() && asked_to_stop(progress);
    } catch (py::error_already_set& error) {
      exception_ = error.value();
      stopped_ = true;
    }
    return !stopped_;
  }

  /// None, or what was raised: by a signal handler or by the callback.
  const py::object& exception() const { return exception_; }

 private:
  // People read progress ten times a second at most.
  bool is_due() {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_call_ < std::chrono::milliseconds(95)) return false;
    last_call_ = now;
    return true;
  }

  bool asked_to_stop(const engine::Progress& progress) {
    const py::object answer =
        callback_(progress.paths_done, progress.n_paths, progress.wall_seconds);
    return answer.is(py::bool_(false));
  }

  py::object callback_;
  py::object exception_ = py::none();
  bool stopped_ = false;
  std::chrono::steady_clock::time_point last_call_{};
};

py::tuple run(const Scenario& scenario, const engine::RunOptions& options,
              const py::object& callback) {
  ProgressReporter reporter(callback);
  const bool is_silent = callback.is_none();  // signals are looked for, nothing more
  std::unique_ptr<engine::Forecast> forecast;
  {
    const py::gil_scoped_release release;
    forecast = std::make_unique<engine::Forecast>(engine::run(
        scenario.model, options,
        [&reporter](const engine::Progress& progress) { return reporter(progress); },
        /* answers_at_once = */ is_silent));
  }
  return py::make_tuple(py::cast(std::move(forecast)), reporter.exception());
}

void bind_trace(py::module_& module) {
  using engine::ActiveHazard, engine::NamedValue, engine::StateChange, engine::Trace;
  using engine::TraceFiring, engine::TraceRow, engine::ValueChange;

  py::class_<NamedValue>(module, "NamedValue")
      .def_readonly("name", &NamedValue::name)
      .def_readonly("value", &NamedValue::value);
  py::class_<ValueChange>(module, "ValueChange")
      .def_readonly("name", &ValueChange::name)
      .def_readonly("before", &ValueChange::before)
      .def_readonly("after", &ValueChange::after);
  py::class_<StateChange>(module, "StateChange")
      .def_readonly("chain", &StateChange::chain)
      .def_readonly("before", &StateChange::before)
      .def_readonly("after", &StateChange::after);
  py::class_<ActiveHazard>(module, "ActiveHazard")
      .def_readonly("element", &ActiveHazard::element)
      .def_readonly("hazard", &ActiveHazard::hazard)
      .def_readonly("ratios", &ActiveHazard::ratios)
      .def_readonly("clock_left", &ActiveHazard::clock_left);
  py::class_<TraceFiring>(module, "TraceFiring")
      .def_readonly("time", &TraceFiring::time)
      .def_readonly("date", &TraceFiring::date)
      .def_readonly("element", &TraceFiring::element)
      .def_readonly("kind", &TraceFiring::kind)
      .def_readonly("chain", &TraceFiring::chain)
      .def_readonly("cumulative_hazard", &TraceFiring::cumulative_hazard)
      .def_readonly("hazard", &TraceFiring::hazard)
      .def_readonly("competing", &TraceFiring::competing)
      .def_readonly("states", &TraceFiring::states)
      .def_readonly("variables", &TraceFiring::variables);
  py::class_<TraceRow>(module, "TraceRow")
      .def_readonly("time", &TraceRow::time)
      .def_readonly("date", &TraceRow::date)
      .def_readonly("states", &TraceRow::states)
      .def_readonly("variables", &TraceRow::variables);
  py::class_<Trace>(module, "Trace")
      .def_readonly("policy", &Trace::policy)
      .def_readonly("path", &Trace::path)
      .def_readonly("chain_names", &Trace::chain_names)
      .def_readonly("variable_names", &Trace::variable_names)
      .def_readonly("parameters", &Trace::parameters)
      .def_readonly("firings", &Trace::firings)
      .def_readonly("rows", &Trace::rows)
      .def_readonly("outcomes", &Trace::outcomes);
}

}  // namespace

void bind_engine(py::module_& module) {
  using engine::RunOptions;
  py::class_<RunOptions>(module, "RunOptions")
      .def(py::init<>())
      .def_readwrite("n_paths", &RunOptions::n_paths)
      .def_readwrite("first_path", &RunOptions::first_path)
      .def_readwrite("seed", &RunOptions::seed)
      .def_property(
          "paths_per_draw", [](const RunOptions& options) { return options.draws.paths_per_draw; },
          [](RunOptions& options, std::uint64_t n) { options.draws.paths_per_draw = n; })
      .def_property(
          "sobol", [](const RunOptions& options) { return options.draws.sobol; },
          [](RunOptions& options, bool sobol) { options.draws.sobol = sobol; })
      .def_readwrite("levels", &RunOptions::levels)
      .def_readwrite("policies", &RunOptions::policies)
      .def_readwrite("threads", &RunOptions::threads)
      .def_readwrite("keep_paths", &RunOptions::keep_paths)
      .def_readwrite("keep_outcomes", &RunOptions::keep_outcomes)
      .def_readwrite("scenario_hash", &RunOptions::scenario_hash)
      .def_readwrite("block_paths", &RunOptions::block_paths);
  module.attr("MOST_BLOCK_PATHS") = engine::most_block_paths;
  module.def("run", &run, py::arg("scenario"), py::arg("options"), py::arg("progress") = py::none(),
             "The forecast, and the exception that stopped the run or None.");

  using engine::MemoryNeed;
  py::class_<MemoryNeed>(module, "MemoryNeed")
      .def_readonly("threads", &MemoryNeed::threads)
      .def_readonly("block", &MemoryNeed::block)
      .def_readonly("waiting", &MemoryNeed::waiting)
      .def_readonly("summaries", &MemoryNeed::summaries)
      .def_readonly("readings", &MemoryNeed::readings)
      .def_readonly("histories", &MemoryNeed::histories)
      .def("total", &MemoryNeed::total);
  module.def(
      "memory_needed",
      [](const Scenario& scenario, const RunOptions& options) {
        return engine::memory_needed(scenario.model, options);
      },
      py::arg("scenario"), py::arg("options"), py::call_guard<py::gil_scoped_release>());

  bind_trace(module);
  module.def(
      "trace",
      [](const Scenario& scenario, const std::string& policy, std::uint64_t path,
         std::uint64_t seed, std::uint64_t paths_per_draw, bool sobol) {
        return engine::trace(scenario.model, policy, path, seed, {paths_per_draw, sobol});
      },
      py::arg("scenario"), py::arg("policy"), py::arg("path"), py::arg("seed"),
      py::arg("paths_per_draw"), py::arg("sobol"), py::call_guard<py::gil_scoped_release>());
}
