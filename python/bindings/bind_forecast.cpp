/// What a run returns. Columns are views, which keep the forecast alive and cannot be written to; what is worked out when it
/// is asked for (bands) is the caller's own.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <vector>

#include "array_view.hpp"
#include "bindings.hpp"
#include "detente/engine/forecast.hpp"
#include "detente/summary/interval.hpp"

namespace py = pybind11;
namespace engine = detente::engine;

namespace {

py::ssize_t size_of(std::size_t n) { return static_cast<py::ssize_t>(n); }

// Views of [path][element][date] in three dimensions.
template <class T>
py::array kept_view(const py::object& self, const std::vector<T>& values, std::size_t n_elements) {
  const auto& kept = self.cast<const engine::KeptPaths&>();
  const std::size_t n_rows = static_cast<std::size_t>(kept.n_paths) * n_elements;
  const std::size_t n_dates = n_rows == 0 ? 0 : values.size() / n_rows;
  return array_view(values,
                    {static_cast<py::ssize_t>(kept.n_paths), size_of(n_elements), size_of(n_dates)},
                    self);
}

void bind_estimate(py::module_& module) {
  using engine::Estimate;
  py::class_<Estimate>(module, "Estimate")
      .def_readonly("name", &Estimate::name)
      .def_readonly("kind", &Estimate::kind)
      .def_readonly("unit", &Estimate::unit)
      .def_readonly("estimate", &Estimate::estimate)
      .def_readonly("standard_error", &Estimate::standard_error)
      .def_readonly("low", &Estimate::low)
      .def_readonly("high", &Estimate::high)
      .def_readonly("n", &Estimate::n)
      .def_readonly("hits", &Estimate::hits)
      .def_readonly("has_given", &Estimate::has_given)
      .def_readonly("given_share", &Estimate::given_share)
      .def_readonly("censored_share", &Estimate::censored_share)
      .def_readonly("standard_deviation", &Estimate::standard_deviation)
      .def_readonly("minimum", &Estimate::minimum)
      .def_readonly("maximum", &Estimate::maximum)
      .def_readonly("restricted_mean", &Estimate::restricted_mean)
      .def_readonly("band_low", &Estimate::band_low)
      .def_readonly("band_high", &Estimate::band_high)
      .def_readonly("between_variance", &Estimate::between_variance)
      .def_readonly("within_variance", &Estimate::within_variance)
      .def_readonly("epistemic_share", &Estimate::epistemic_share)
      .def_readonly("n_draws", &Estimate::n_draws)
      .def_property_readonly("quantiles", view_of(&Estimate::quantiles))
      .def_property_readonly("incidence", view_of(&Estimate::incidence))
      .def_property_readonly("incidence_low", view_of(&Estimate::incidence_low))
      .def_property_readonly("incidence_high", view_of(&Estimate::incidence_high));
}

void bind_over_time(py::module_& module) {
  using engine::Band, engine::Occupancy;
  py::class_<Occupancy>(module, "Occupancy")
      .def_readonly("chain", &Occupancy::chain)
      .def_readonly("states", &Occupancy::states)
      .def_property_readonly("share", [](const py::object& self) {
        const auto& occupancy = self.cast<const Occupancy&>();
        const std::size_t n_states = occupancy.states.size();
        const std::size_t n_dates = n_states == 0 ? 0 : occupancy.share.size() / n_states;
        return array_view(occupancy.share, {size_of(n_states), size_of(n_dates)}, self);
      });
  py::class_<Band>(module, "Band")
      .def_readonly("variable", &Band::variable)
      .def_readonly("unit", &Band::unit)
      .def("mean", [](const Band& self) { return array_of(self.mean()); })
      .def("quantiles", [](const Band& self) { return array_of(self.quantiles()); });
}

void bind_kept(py::module_& module) {
  using engine::KeptPaths, engine::OutcomeColumn;
  py::class_<KeptPaths>(module, "KeptPaths")
      .def_readonly("chains", &KeptPaths::chains)
      .def_readonly("variables", &KeptPaths::variables)
      .def_readonly("n_paths", &KeptPaths::n_paths)
      .def_property_readonly("states",
                             [](const py::object& self) {
                               const auto& kept = self.cast<const KeptPaths&>();
                               return kept_view(self, kept.states, kept.chains.size());
                             })
      .def_property_readonly("values", [](const py::object& self) {
        const auto& kept = self.cast<const KeptPaths&>();
        return kept_view(self, kept.values, kept.variables.size());
      });
  py::class_<OutcomeColumn>(module, "OutcomeColumn")
      .def_readonly("name", &OutcomeColumn::name)
      .def_property_readonly("values", view_of(&OutcomeColumn::values));
}

}  // namespace

void bind_forecast(py::module_& module) {
  using engine::Forecast, engine::PolicyForecast;
  module.def("two_sided_student_quantile", &detente::summary::two_sided_student_quantile,
             py::arg("level"), py::arg("degrees"));
  bind_estimate(module);
  bind_over_time(module);
  bind_kept(module);

  py::class_<PolicyForecast>(module, "PolicyForecast")
      .def_readonly("name", &PolicyForecast::name)
      .def_readonly("outcomes", &PolicyForecast::outcomes)
      .def_readonly("occupancy", &PolicyForecast::occupancy)
      .def_readonly("bands", &PolicyForecast::bands)
      .def_readonly("kept", &PolicyForecast::kept)
      .def_readonly("columns", &PolicyForecast::columns);

  py::class_<Forecast>(module, "Forecast")
      .def_property_readonly_static("quantile_levels",
                                    [](const py::object&) { return Forecast::quantile_levels(); })
      .def_readonly("title", &Forecast::title)
      .def_readonly("scenario_hash", &Forecast::scenario_hash)
      .def_readonly("seed", &Forecast::seed)
      .def_property_readonly("paths_per_draw",
                             [](const Forecast& forecast) { return forecast.draws.paths_per_draw; })
      .def_property_readonly("sobol", [](const Forecast& forecast) { return forecast.draws.sobol; })
      .def_readonly("first_path", &Forecast::first_path)
      .def_readonly("n_paths", &Forecast::n_paths)
      .def_readonly("n_paths_requested", &Forecast::n_paths_requested)
      .def_readonly("threads", &Forecast::threads)
      .def_readonly("instruction_set", &Forecast::instruction_set)
      .def_readonly("wall_seconds", &Forecast::wall_seconds)
      .def_property_readonly("times", view_of(&Forecast::times))
      .def_readonly("dates", &Forecast::dates)
      .def_readonly("policies", &Forecast::policies)
      .def_readonly("parameter_names", &Forecast::parameter_names)
      .def_readonly("parameter_columns", &Forecast::parameter_columns)
      .def_property_readonly("partial", &Forecast::partial)
      .def(
          "merged_with",
          [](const Forecast& self, const Forecast& following, bool over_gap) {
            return self.merged_with(following,
                                    over_gap ? engine::Gap::left_out : engine::Gap::refused);
          },
          py::arg("following"), py::arg("over_gap") = false,
          py::call_guard<py::gil_scoped_release>())
      .def("serialize", [](const Forecast& self) { return py::bytes(self.serialize()); })
      .def_static("deserialize", [](const py::bytes& bytes) {
        return Forecast::deserialize(static_cast<std::string>(bytes));
      });
}
