#pragma once

/// The compiled step of a joint state in words, with what each line of it costs: what slows a scenario.

#include <cstddef>
#include <string>
#include <vector>

#include "detente/program/specialise.hpp"

namespace detente::program {

/// An operation over the lanes of a pool, as `name = operation operands`: registers are r0, r1, ...; held values,
/// which change at firings alone, h0, h1, ...; numbers that change with the calendar alone s0, s1, ...
struct ListedInstruction {
  std::string text;
  double nanoseconds = 0.0;  ///< per lane
};

/// What one element or reading needs at every regular step of a lane, less what a line above has worked out already.
struct ListedLine {
  enum class Kind : std::uint8_t {
    normals,   ///< the noise of all variables
    hazard,    ///< integrated over the step, and burnt from its clock
    variable,  ///< its new value
    baseline,  ///< cumulative hazard at the step's end
    reading,   ///< an expression that outcomes follow
  };
  Kind kind = Kind::hazard;
  std::string name;  ///< element, variable, or the expression read
  std::vector<ListedInstruction> instructions = {};
  double nanoseconds = 0.0;  ///< per lane and step, all of it
};

struct Listing {
  std::vector<ListedLine> lines;
  std::size_t n_held = 0;  ///< values worked out when a lane arrives, not at every step
};

/// Measures each operation on this machine, on full tiles: some milliseconds.
Listing list_step(const Program& program, const JointState& state);

}  // namespace detente::program
