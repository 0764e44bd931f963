#pragma once

/// Which states of a chain a pool does not tell apart.

#include <cstdint>
#include <vector>

namespace detente::program {

class Program;

/// By chain and state: 0, or the states, as bits, whose lanes share their code with those in this one. The state then is a
/// number of the lane's own that is read at firings; transitions out of different states share a clock, whose hazard is
/// chosen between theirs (Graph::choose); what the chain switches off is worked out all the same. So it is where a step
/// costs hardly more than in the mean over the states, among states that no baseline leaves and that the chain can come to.
///
/// What does not read the chain costs as much either way, so that it does not count.
std::vector<std::vector<std::uint64_t>> blended_states(const Program& program);

}  // namespace detente::program
