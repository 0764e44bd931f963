#pragma once

/// Which chains decide what a firing does.

#include <vector>

namespace detente::program {

class Program;

/// By element, whether its firing program may depend on the state of each chain: joint states that differ elsewhere
/// share it.
std::vector<std::vector<bool>> deciding_chains(const Program& program);

}  // namespace detente::program
