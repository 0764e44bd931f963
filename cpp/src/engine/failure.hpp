#pragma once

/// Says in words why a path could not go on.

#include <string>

#include "detente/engine/block.hpp"

namespace detente::engine {

/// `error[E4xx]: ...` with the element, path, time, policy, seed, paths per draw and the values of the names in the expression.
std::string describe(const Failure& failure, const Task& task, std::uint64_t seed,
                     std::uint64_t paths_per_draw);

}  // namespace detente::engine
