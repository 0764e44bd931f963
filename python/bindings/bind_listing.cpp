/// What the step of a joint state is compiled to, and what it costs.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "bindings.hpp"
#include "detente/engine/task.hpp"
#include "detente/program/listing.hpp"
#include "detente/scenario/reader.hpp"

namespace py = pybind11;
namespace program = detente::program;

namespace {

const char* kind_of(const program::ListedLine& line) {
  switch (line.kind) {
    case program::ListedLine::Kind::normals:
      return "normals";
    case program::ListedLine::Kind::hazard:
      return "hazard";
    case program::ListedLine::Kind::variable:
      return "variable";
    case program::ListedLine::Kind::baseline:
      return "baseline";
    case program::ListedLine::Kind::reading:
      return "reading";
  }
  return "";
}

struct PolicyListing {
  std::size_t n_steps = 0;
  std::vector<program::Listing> states;
};

PolicyListing list_steps(const detente::scenario::Scenario& scenario, std::size_t policy,
                         const std::vector<program::JointState>& states) {
  const py::gil_scoped_release release;
  const detente::engine::Task task(scenario.model, policy);
  PolicyListing listing;
  listing.n_steps = task.program().grid().horizon_index;
  for (const program::JointState& state : states) {
    listing.states.push_back(program::list_step(task.program(), state));
  }
  return listing;
}

}  // namespace

void bind_listing(py::module_& module) {
  py::class_<program::ListedInstruction>(module, "ListedInstruction")
      .def_readonly("text", &program::ListedInstruction::text)
      .def_readonly("nanoseconds", &program::ListedInstruction::nanoseconds);
  py::class_<program::ListedLine>(module, "ListedLine")
      .def_property_readonly("kind", kind_of)
      .def_readonly("name", &program::ListedLine::name)
      .def_readonly("instructions", &program::ListedLine::instructions)
      .def_readonly("nanoseconds", &program::ListedLine::nanoseconds);
  py::class_<program::Listing>(module, "Listing")
      .def_readonly("lines", &program::Listing::lines)
      .def_readonly("n_held", &program::Listing::n_held);
  py::class_<PolicyListing>(module, "PolicyListing")
      .def_readonly("n_steps", &PolicyListing::n_steps)
      .def_readonly("states", &PolicyListing::states);
  module.def("list_steps", list_steps, py::arg("scenario"), py::arg("policy"), py::arg("states"));
}
