/// What a transition's hazard is made of on single paths. Columns are views: they keep the inspection alive.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "array_view.hpp"
#include "bindings.hpp"
#include "detente/engine/inspection.hpp"
#include "detente/scenario/reader.hpp"

namespace py = pybind11;
namespace engine = detente::engine;

namespace {

py::ssize_t size_of(std::size_t n) { return static_cast<py::ssize_t>(n); }

// A view of [row][element], `n_rows` rows.
template <class Owner, class T>
auto rows_of(std::vector<T> Owner::*member, std::vector<std::uint64_t> Owner::*counted) {
  return [member, counted](const py::object& self) {
    const auto& owner = self.cast<const Owner&>();
    const std::size_t n_rows = (owner.*counted).size();
    const std::vector<T>& values = owner.*member;
    const std::size_t width = n_rows == 0 ? 0 : values.size() / n_rows;
    return array_view(values, {size_of(n_rows), size_of(width)}, self);
  };
}

}  // namespace

void bind_inspection(py::module_& module) {
  using engine::InspectedMoves, engine::InspectedPolicy, engine::Inspection, engine::Inspector;
  py::class_<InspectedMoves>(module, "InspectedMoves")
      .def_property_readonly("path", view_of(&InspectedMoves::path))
      .def_property_readonly("time", view_of(&InspectedMoves::time))
      .def_property_readonly("element", view_of(&InspectedMoves::element))
      .def_property_readonly("source", view_of(&InspectedMoves::from))
      .def_property_readonly("target", view_of(&InspectedMoves::to))
      .def_property_readonly("values", rows_of(&InspectedMoves::values, &InspectedMoves::path))
      .def_property_readonly("states", rows_of(&InspectedMoves::states, &InspectedMoves::path));
  py::class_<InspectedPolicy>(module, "InspectedPolicy")
      .def_readonly("name", &InspectedPolicy::name)
      .def_property_readonly("log_factors", view_of(&InspectedPolicy::log_factors))
      .def_readonly("moves", &InspectedPolicy::moves)
      .def_property_readonly("outcomes", view_of(&InspectedPolicy::outcomes));
  py::class_<Inspection>(module, "Inspection")
      .def_readonly("first_path", &Inspection::first_path)
      .def_readonly("n_paths", &Inspection::n_paths)
      .def_readonly("policies", &Inspection::policies)
      .def_property_readonly("parameters", view_of(&Inspection::parameters));
  py::class_<Inspector>(module, "Inspector")
      .def(py::init([](const detente::scenario::Scenario& scenario, std::uint32_t transition,
                       std::vector<std::string> policies, std::uint64_t seed,
                       std::uint64_t paths_per_draw, bool sobol, int threads) {
             return std::make_unique<Inspector>(
                 scenario.model,
                 Inspector::Options{
                     transition, std::move(policies), seed, {paths_per_draw, sobol}, threads});
           }),
           py::arg("scenario"), py::arg("transition"), py::arg("policies"), py::arg("seed"),
           py::arg("paths_per_draw"), py::arg("sobol"), py::arg("threads"))
      .def_property_readonly("times", &Inspector::times)
      .def_property_readonly("dates", &Inspector::dates)
      .def_property_readonly("factors", &Inspector::factors)
      .def_property_readonly("elements", &Inspector::elements)
      .def("paths", &Inspector::paths, py::arg("first_path"), py::arg("n_paths"),
           py::call_guard<py::gil_scoped_release>());
}
