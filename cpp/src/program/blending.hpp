#pragma once

/// Which chains a pool does not tell apart.

#include <cstdint>
#include <vector>

namespace detente::program {

class Program;

/// By chain: 0, or the states that it can come to be in, as bits, if lanes in different states of it share their code. The
/// state then is a number of the lane's own that is read at firings; transitions out of different states share a clock,
/// whose hazard is chosen between theirs (Graph::choose); what the chain switches off is worked out all the same. So it
/// is where a step costs hardly more than in the mean over the states, and where no sojourn of the chain has a baseline.
///
/// What does not read the chain costs as much either way, so that it does not count.
std::vector<std::uint64_t> blended_chains(const Program& program);

}  // namespace detente::program
