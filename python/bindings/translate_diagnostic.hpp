#pragma once

/// Diagnostics as objects of detente.errors.

#include <pybind11/pybind11.h>

#include "detente/diagnostic/diagnostic.hpp"

pybind11::object to_python(const detente::diagnostic::Diagnostic& item);
/// Sorted as they are printed.
pybind11::list to_python(const detente::diagnostic::Diagnostics& diagnostics);
