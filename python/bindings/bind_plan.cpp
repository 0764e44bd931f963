/// Plans of batches: reading, and what of them does not fit a scenario.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <string>
#include <vector>

#include "bindings.hpp"
#include "detente/scenario/plan.hpp"
#include "translate_diagnostic.hpp"

namespace py = pybind11;
namespace scenario = detente::scenario;

void bind_plan(py::module_& module) {
  using scenario::Plan, scenario::PlanChange, scenario::PlanItem, scenario::Scenario;
  py::class_<PlanItem>(module, "PlanItem").def_readonly("text", &PlanItem::text);
  py::class_<PlanChange>(module, "PlanChange")
      .def_readonly("name", &PlanChange::name)
      .def_readonly("values", &PlanChange::values);
  py::class_<Plan>(module, "Plan")
      .def_readonly("title", &Plan::title)
      .def_readonly("scenarios", &Plan::scenarios)
      .def_readonly("policies", &Plan::policies)
      .def_readonly("parameters", &Plan::parameters)
      .def_readonly("levers", &Plan::levers)
      .def_readonly("seeds", &Plan::seeds)
      .def_readonly("paths", &Plan::paths)
      .def_readonly("paths_per_draw", &Plan::paths_per_draw)
      .def_readonly("sobol", &Plan::sobol)
      .def_readonly("keep_paths", &Plan::keep_paths)
      .def_readonly("keep_outcomes", &Plan::keep_outcomes)
      .def("misfits",
           [](const Plan& self, const Scenario& scenario) {
             return to_python(scenario::misfits(self, scenario));
           })
      .def("unknown_scenario",
           [](const Plan& self, std::size_t index, const std::vector<std::string>& known) {
             return to_python(scenario::unknown_scenario(self.scenarios.at(index), known));
           });
  module.def("load_plan", &scenario::load_plan, py::arg("path"),
             py::call_guard<py::gil_scoped_release>());
}
