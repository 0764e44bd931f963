#pragma once

/// Which chains a pool does not tell apart.

#include <cstdint>
#include <vector>

namespace detente::program {

class Program;

/// By chain: 0, or the states that it can come to be in, as bits, if lanes in different states of it share their code. The
/// state then is a number of the lane's own that is read at firings, and all transitions have clocks on all lanes: those
/// that do not leave the lane's state burn nothing. So it is where that is all it costs: no hazard of the chain follows
/// what moves between firings, and nothing that moves is worked out in some of its states only.
///
/// It is the chain's own matter. What else the scenario has does not count, so that an addition elsewhere leaves the last
/// digits of what is there alone.
std::vector<std::uint64_t> blended_chains(const Program& program);

}  // namespace detente::program
