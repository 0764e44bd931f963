#pragma once

/// C++ columns as NumPy arrays: that share their memory, and copies of what was worked out for the caller.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstddef>
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

inline pybind11::array_t<double> array_of(const std::vector<double>& values) {
  return pybind11::array_t<double>(static_cast<pybind11::ssize_t>(values.size()), values.data());
}

/// Rows of equal length as an array of two dimensions of its own.
inline pybind11::array_t<double> array_of(const std::vector<std::vector<double>>& rows) {
  const std::size_t n_columns = rows.empty() ? 0 : rows.front().size();
  pybind11::array_t<double> array({rows.size(), n_columns});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy(rows[i].begin(), rows[i].end(), array.mutable_data() + i * n_columns);
  }
  return array;
}
