#pragma once

/// How a run is cut: which policies, how many threads, how many paths in a block.

#include <cstddef>
#include <string>
#include <vector>

#include "detente/engine/run.hpp"

namespace detente::engine {

inline constexpr std::size_t most_block_paths = 4096;  // more gain nothing and take memory

/// Positions of the policies of these names in the order of the model; all for none. RunError where one is unknown.
std::vector<std::size_t> chosen_policies(const model::Model& model,
                                         const std::vector<std::string>& names);

/// Threads of a run: those asked for, or all that this process may use.
int thread_count(const RunOptions& options);

/// Paths of a block.
std::size_t block_size(const RunOptions& options, int threads);

}  // namespace detente::engine
