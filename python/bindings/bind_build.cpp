/// What this build is and what it can do on this processor.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "detente/kernel/dispatch.hpp"
#include "detente/random/stream.hpp"

namespace py = pybind11;
namespace kernel = detente::kernel;
namespace random_numbers = detente::random;

void bind_build(py::module_& module) {
  module.attr("compiler") = DETENTE_COMPILER;
  module.attr("build_type") = DETENTE_BUILD_TYPE;
  module.def(
      "instruction_set", [] { return std::string(kernel::active().name); },
      "The one in use; RuntimeError when DETENTE_ISA names one that is not there.");
  module.def(
      "instruction_sets",
      [] {
        std::vector<std::string> names;
        for (const kernel::Table* table : kernel::available()) names.emplace_back(table->name);
        return names;
      },
      "Those that this build has and this processor runs, lowest first.");
  module.def("philox4x32", &random_numbers::philox4x32, py::arg("counter"), py::arg("key"));
}
