#pragma once

/// A scenario made ready to run: draws and one task per policy. Kept for a few recent scenarios, so that running
/// one again costs no compilation.

#include <memory>
#include <vector>

#include "detente/engine/task.hpp"
#include "engine/draws.hpp"

namespace detente::engine {

struct Prepared {
  std::shared_ptr<const Draws> draws;
  std::vector<std::shared_ptr<const Task>> tasks;  ///< in the order of the policies asked for
};

/// Safe to call from several threads at once. Tasks are shared between runs: they are immutable but for the programs
/// of joint states, which they compile on demand under a lock of their own.
Prepared prepare(const std::shared_ptr<const model::Model>& model,
                 const std::vector<std::size_t>& policies);

}  // namespace detente::engine
