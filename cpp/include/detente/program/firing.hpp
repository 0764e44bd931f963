#pragma once

/// The code of a firing: what an element does when it fires in a joint state.

#include <cstdint>
#include <vector>

#include "detente/program/record_code.hpp"
#include "detente/program/translate.hpp"

namespace detente::program {

class Program;

/// What happens when an element fires in a joint state; results on records in this order: guard, probability,
/// new values of the assigned variables, weights of the branches, weights of each forced move.
struct FiringProgram {
  RecordCode code;
  std::vector<std::uint32_t> assigned;      ///< variables
  std::vector<std::uint8_t> branch_states;  ///< transitions: targets
  struct Move {
    std::uint32_t chain;
    std::vector<std::uint8_t> states;
  };
  std::vector<Move> moves;
  std::uint32_t mark_count = 0;
  /// Whether it leaves a lane in its pool: it moves no chain, or only between blended states. The rest is for
  /// these.
  bool keeps_pool = false;
  std::vector<std::uint32_t> moved;    ///< chains
  std::vector<std::uint32_t> changed;  ///< fields of the record, the clock apart
  /// The signals that follow them or time, and the code of these, on records.
  std::vector<std::uint32_t> touched_signals;
  RecordCode touched;
};

FiringProgram compile_firing(const Program& program, ElementId element, const JointState& state);

}  // namespace detente::program
