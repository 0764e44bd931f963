#pragma once

/// Which chains decide what a firing does, and which signals it may change.

#include <vector>

namespace detente::program {

class Program;

/// By element, whether its firing program may depend on the state of each chain: joint states that differ elsewhere
/// share it.
std::vector<std::vector<bool>> deciding_chains(const Program& program);

/// By element, the signals that a firing of it may change, and those that move by themselves.
std::vector<std::vector<bool>> affected_signals(const Program& program);

}  // namespace detente::program
