/// Errors of the library as the Python exceptions of detente.errors.

#include <pybind11/pybind11.h>

#include <string>

#include "bindings.hpp"
#include "detente/diagnostic/diagnostic.hpp"
#include "detente/diagnostic/error.hpp"
#include "translate_diagnostic.hpp"

namespace py = pybind11;
namespace diagnostic = detente::diagnostic;

py::object to_python(const diagnostic::Diagnostic& item) {
  const auto& span = item.span;
  const bool is_error = item.severity == diagnostic::Severity::error;
  return py::module_::import("detente.errors")
      .attr("Diagnostic")(py::arg("code") = item.code,
                          py::arg("severity") = is_error ? "error" : "warning",
                          py::arg("file") = span.source ? span.source->name() : std::string(),
                          py::arg("line") = span.line, py::arg("column") = span.column,
                          py::arg("length") = span.length, py::arg("path") = span.path,
                          py::arg("message") = item.message, py::arg("hint") = item.hint,
                          py::arg("text") = diagnostic::format(item));
}

py::list to_python(const diagnostic::Diagnostics& diagnostics) {
  py::list list;
  for (const auto& item : diagnostics.sorted()) list.append(to_python(item));
  return list;
}

namespace {

// The text first, then what else the exception carries.
template <class... Arguments>
void raise(const char* type_name, Arguments&&... arguments) {
  const py::object type = py::module_::import("detente.errors").attr(type_name);
  const py::object exception = type(std::forward<Arguments>(arguments)...);
  PyErr_SetObject(type.ptr(), exception.ptr());
}

}  // namespace

void bind_diagnostic(py::module_&) {
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const diagnostic::ScenarioError& error) {
      raise("ScenarioError", error.what(), to_python(error.diagnostics()));
    } catch (const diagnostic::RunError& error) {
      raise("RunError", error.what());
    } catch (const diagnostic::InternalError& error) {
      raise("InternalError", error.what());
    }
  });
}
