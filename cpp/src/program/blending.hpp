#pragma once

/// Which chains a pool does not tell apart.

#include <vector>

namespace detente::program {

class Program;

/// By chain: whether lanes in different states of it share their code, in which the state is a number of the lane's own
/// that is read at firings. All transitions of the chain then have clocks on all lanes; those that do not leave the lane's
/// state burn nothing. So it is where that is all it costs: no hazard of the chain follows what moves between firings, and
/// nothing that moves is worked out in some of its states only.
///
/// It is the chain's own matter. What else the scenario has does not count, so that an addition elsewhere leaves the last
/// digits of what is there alone.
std::vector<bool> blended_chains(const Program& program);

}  // namespace detente::program
