/// Scenarios: reading, overriding, writing, and what is in them.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bindings.hpp"
#include "detente/model/correlated.hpp"
#include "detente/scenario/json_schema.hpp"
#include "detente/scenario/reader.hpp"
#include "translate_diagnostic.hpp"

namespace py = pybind11;
namespace model = detente::model;
namespace scenario = detente::scenario;

namespace {

std::string kind_of(const model::Outcome& outcome) {
  using Kind = model::Outcome::Kind;
  switch (outcome.kind) {
    case Kind::probability:
      return "probability";
    case Kind::time_to:
      return "time_to";
    case Kind::duration:
      return "duration";
    case Kind::count:
      return "count";
    case Kind::value:
      return "value";
    case Kind::integral:
      return "integral";
    case Kind::maximum:
      return "maximum";
    case Kind::minimum:
      return "minimum";
  }
  return {};
}

std::optional<std::string> start_of(const model::Calendar& calendar) {
  if (!calendar.start) return std::nullopt;
  return model::to_string(*calendar.start);
}

// A getter for a list of the model; its items keep the scenario alive.
template <class Item>
auto list_of(std::vector<Item> model::Model::*member) {
  return [member](const scenario::Scenario& self) -> const std::vector<Item>& {
    return (*self.model).*member;
  };
}

void bind_uncertain_numbers(py::module_& module) {
  using detente::random::Prior;
  py::class_<Prior>(module, "Prior")
      .def_property_readonly("name", [](const Prior& self) { return std::string(self.name()); })
      .def("mean", &Prior::mean)
      .def("standard_deviation", &Prior::standard_deviation)
      .def("density", &Prior::density, py::arg("x"))
      .def("cdf", &Prior::cdf, py::arg("x"))
      .def("quantile", &Prior::quantile, py::arg("u"));
  py::class_<model::Parameter>(module, "Parameter")
      .def_readonly("name", &model::Parameter::name)
      .def_readonly("prior", &model::Parameter::prior)
      .def_readonly("source", &model::Parameter::source)
      .def_readonly("unit", &model::Parameter::unit)
      .def_readonly("description", &model::Parameter::description)
      .def_readonly("yaml", &model::Parameter::yaml);
  py::class_<model::Source>(module, "Source")
      .def_readonly("key", &model::Source::key)
      .def_readonly("cite", &model::Source::cite)
      .def_readonly("date", &model::Source::date)
      .def_readonly("url", &model::Source::url)
      .def_readonly("note", &model::Source::note);
}

void bind_elements(py::module_& module) {
  py::class_<model::Lever>(module, "Lever")
      .def_readonly("name", &model::Lever::name)
      .def_readonly("default_value", &model::Lever::default_value)
      .def_readonly("low", &model::Lever::low)
      .def_readonly("high", &model::Lever::high)
      .def_readonly("unit", &model::Lever::unit)
      .def_readonly("description", &model::Lever::description);
  py::class_<model::Policy>(module, "Policy")
      .def_readonly("name", &model::Policy::name)
      .def_readonly("description", &model::Policy::description);
  py::class_<model::State>(module, "State")
      .def_readonly("name", &model::State::name)
      .def_readonly("description", &model::State::description)
      .def_readonly("color", &model::State::color);
  py::class_<model::Chain>(module, "Chain")
      .def_readonly("name", &model::Chain::name)
      .def_readonly("description", &model::Chain::description)
      .def_readonly("states", &model::Chain::states);
  py::class_<model::Variable>(module, "Variable")
      .def_readonly("name", &model::Variable::name)
      .def_readonly("unit", &model::Variable::unit)
      .def_readonly("source", &model::Variable::source)
      .def_readonly("description", &model::Variable::description);
  py::class_<model::Outcome>(module, "Outcome")
      .def_readonly("name", &model::Outcome::name)
      .def_property_readonly("kind", &kind_of)
      .def_readonly("unit", &model::Outcome::unit)
      .def_readonly("description", &model::Outcome::description)
      .def_readonly("source", &model::Outcome::source)
      .def_readonly("text", &model::Outcome::text);
}

std::vector<std::pair<std::string, std::string>> correlated_names(
    const scenario::Scenario& scenario) {
  std::vector<std::pair<std::string, std::string>> names;
  for (const auto& [one, other] : model::correlated_pairs(*scenario.model)) {
    const auto& parameters = scenario.model->parameters;
    names.emplace_back(parameters[one.index].name, parameters[other.index].name);
  }
  return names;
}

}  // namespace

void bind_scenario(py::module_& module) {
  using scenario::Overrides, scenario::Scenario;
  bind_uncertain_numbers(module);
  bind_elements(module);

  py::class_<Overrides>(module, "Overrides")
      .def(py::init<>())
      .def_readwrite("parameters", &Overrides::parameters)
      .def_readwrite("levers", &Overrides::levers)
      .def_readwrite("policies", &Overrides::policies)
      .def_readwrite("keep_policies", &Overrides::keep_policies);

  py::class_<Scenario>(module, "Scenario")
      .def_property_readonly("title", [](const Scenario& self) { return self.model->title; })
      .def_property_readonly("description",
                             [](const Scenario& self) { return self.model->description; })
      .def_readonly("name", &Scenario::name)
      .def_readonly("yaml", &Scenario::yaml)
      .def_readonly("hash", &Scenario::hash)
      .def_readonly("included_files", &Scenario::included_files)
      .def_property_readonly("warnings",
                             [](const Scenario& self) { return to_python(self.warnings); })
      .def_property_readonly("start",
                             [](const Scenario& self) { return start_of(self.model->calendar); })
      .def_property_readonly("horizon",
                             [](const Scenario& self) { return self.model->calendar.horizon; })
      .def_property_readonly("step",
                             [](const Scenario& self) { return self.model->calendar.step.years(); })
      .def_property_readonly("utility",
                             [](const Scenario& self) { return self.model->utility_text; })
      .def_property_readonly("sources", list_of(&model::Model::sources))
      .def_property_readonly("levers", list_of(&model::Model::levers))
      .def_property_readonly("parameters", list_of(&model::Model::parameters))
      .def_property_readonly("correlated_pairs", &correlated_names)
      .def_property_readonly("variables", list_of(&model::Model::variables))
      .def_property_readonly("chains", list_of(&model::Model::chains))
      .def_property_readonly("policies", list_of(&model::Model::policies))
      .def_property_readonly("outcomes", list_of(&model::Model::outcomes));

  module.def("load", &scenario::load, py::arg("path"), py::arg("overrides") = Overrides(),
             py::call_guard<py::gil_scoped_release>());
  module.def(
      "parse",
      [](const std::string& text, const std::string& name, const Overrides& overrides,
         const std::optional<std::filesystem::path>& folder) {
        return scenario::parse(text, name, overrides, folder);
      },
      py::arg("text"), py::arg("name") = "<string>", py::arg("overrides") = Overrides(),
      py::arg("folder") = py::none(), py::call_guard<py::gil_scoped_release>());
  module.def("json_schema", &scenario::json_schema);
}
