#pragma once

/// Says in words why a path could not go on.

#include <string>

#include "detente/engine/block.hpp"
#include "detente/engine/draw_rule.hpp"

namespace detente::engine {

/// `error[E4xx]: ...` with the element, path, time, policy, seed, how draws are made and the values of the names in the expression.
std::string describe(const Failure& failure, const Task& task, std::uint64_t seed,
                     const DrawRule& rule);

}  // namespace detente::engine
