#pragma once

/// One function per family; each is in the file of its name.

#include <pybind11/pybind11.h>

void bind_build(pybind11::module_& module);
void bind_diagnostic(pybind11::module_& module);
void bind_scenario(pybind11::module_& module);
void bind_structure(pybind11::module_& module);
void bind_forecast(pybind11::module_& module);
void bind_engine(pybind11::module_& module);
void bind_plan(pybind11::module_& module);
void bind_listing(pybind11::module_& module);
void bind_inspection(pybind11::module_& module);
