#pragma once

/// How a run is cut: how many threads, how many paths in a block.

#include <cstddef>

#include "detente/engine/run.hpp"

namespace detente::engine {

/// Threads of a run: those asked for, or for 0 all that this process may use.
int thread_count(int asked);

/// Paths of a block.
std::size_t block_size(const RunOptions& options, int threads);

}  // namespace detente::engine
