#pragma once

/// What code has found, read as columns.

#include <algorithm>
#include <vector>

#include "detente/engine/buffer.hpp"
#include "detente/program/code.hpp"

namespace detente::engine {

/// Results of a code as columns of tile_lanes numbers, scalars written out into `splats`.
inline void collect_columns(const program::Code& code, const program::Frame& frame,
                            Buffer<double>& splats, std::vector<const double*>& values) {
  values.clear();
  splats.reserve(code.outputs().size() * column_stride);
  for (std::size_t i = 0; i < code.outputs().size(); ++i) {
    const double* column = frame.at(code.outputs()[i]);
    if (code.outputs()[i].kind == program::Operand::Kind::scalar) {
      double* splat = splats.data() + i * column_stride;
      std::fill_n(splat, tile_lanes, column[0]);
      column = splat;
    }
    values.push_back(column);
  }
}

}  // namespace detente::engine
