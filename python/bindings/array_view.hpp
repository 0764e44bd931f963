#pragma once

/// C++ columns as NumPy arrays that share their memory.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <utility>
#include <vector>

/// A read-only array over `values`, which must live as long as `owner`, a Python object that the
/// array keeps alive. Row by row in `shape`, whose product is the number of values.
template <class T>
pybind11::array array_view(const std::vector<T>& values, std::vector<pybind11::ssize_t> shape,
                           pybind11::handle owner) {
  pybind11::array array(pybind11::dtype::of<T>(), std::move(shape), values.data(), owner);
  array.attr("setflags")(pybind11::arg("write") = false);
  return array;
}

/// The same in one dimension.
template <class T>
pybind11::array array_view(const std::vector<T>& values, pybind11::handle owner) {
  return array_view(values, {static_cast<pybind11::ssize_t>(values.size())}, owner);
}

/// A getter for `def_property_readonly`: a member column of `Owner` as a one-dimensional view.
template <class Owner, class T>
auto view_of(std::vector<T> Owner::*member) {
  return [member](const pybind11::object& self) {
    return array_view(self.cast<const Owner&>().*member, self);
  };
}
