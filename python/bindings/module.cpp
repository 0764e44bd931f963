/// The private module detente._core: what Python needs of the library, and nothing of its own.

#include "bindings.hpp"

PYBIND11_MODULE(_core, module) {
  module.attr("__version__") = DETENTE_VERSION;
  bind_build(module);
  bind_diagnostic(module);
  bind_scenario(module);
  bind_plan(module);
  bind_structure(module);
  bind_forecast(module);
  bind_engine(module);
  bind_listing(module);
  bind_inspection(module);
}
