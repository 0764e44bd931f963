#pragma once

/// Variates for a column of lanes, by the active kernel table. The column rules of kernel/table.hpp
/// hold: pointers aligned to `kernel::alignment`, sizes a multiple of `kernel::lane_quantum`.

#include <cstdint>
#include <span>

#include "detente/kernel/dispatch.hpp"
#include "detente/random/stream.hpp"

namespace detente::random {

/// Uniforms on (0, 1): u[i] is `Stream(key, path[i], stream).uniform(index[i])`.
inline void fill_uniforms(std::span<double> u, std::uint64_t key, StreamId stream,
                          std::span<const std::uint64_t> path,
                          std::span<const std::uint32_t> index) {
  kernel::active().uniforms(u.data(), {key, stream.value()}, path.data(), index.data(), u.size());
}

/// Standard exponentials: e[i] is `Stream(key, path[i], stream).exponential(index[i])`.
inline void fill_exponentials(std::span<double> e, std::uint64_t key, StreamId stream,
                              std::span<const std::uint64_t> path,
                              std::span<const std::uint32_t> index) {
  kernel::active().exponentials(e.data(), {key, stream.value()}, path.data(), index.data(),
                                e.size());
}

/// Standard normals, four columns at once: zk[i] is `Stream(key, path[i],
/// stream).normals(index)[k]`.
inline void fill_normals(std::span<double> z0, std::span<double> z1, std::span<double> z2,
                         std::span<double> z3, std::uint64_t key, StreamId stream,
                         std::span<const std::uint64_t> path, std::uint32_t index) {
  kernel::active().normals(z0.data(), z1.data(), z2.data(), z3.data(), {key, stream.value()},
                           path.data(), index, z0.size());
}

}  // namespace detente::random
