#pragma once

/// Code that runs on records of paths, outside the step loop: effects, branch weights, guards of dated events,
/// readings after a firing. Its inputs are gathered from the records into columns first.

#include <array>
#include <optional>
#include <vector>

#include "detente/program/code.hpp"
#include "detente/program/grid.hpp"

namespace detente::program {

/// Scalar slots of a piece of code: constants, scalars of the step, and what is computed from them alone.
class ScalarBank {
 public:
  /// What is worked out for every step, or for those alone that are longer or shorter than most.
  enum class Part : std::uint8_t { usual, irregular };
  /// Gives every scalar node below `outputs` that has no place yet a slot in `places`. Each part is built once, in order.
  void build(const Graph& graph, const std::vector<NodeId>& outputs, Places& places,
             Part part = Part::usual);

  std::size_t slot_count() const { return constants_.size(); }
  /// Of the room below, in doubles.
  std::size_t size() const { return constants_.size() * kernel::lane_quantum; }
  /// Whether the scalars are other ones at other steps.
  bool follows_step() const { return !part(Part::usual).inputs.empty(); }
  /// The scalars, one a slot; of those that change with the step NaN, or what constants alone tell.
  const double* constants() const { return constants_.data(); }
  /// Fills `room` (aligned) with the constants. A slot is a column of one quantum of lanes there, all alike.
  void initialise(double* room) const;
  /// The scalars of a step, one a slot; of the usual part. They are worked out in `room`.
  void set_step(double* scalars, const double* step, double* room) const;
  /// The scalars of the lane_quantum steps from `k` on: of slot s, where it changes with the step, in rows[j * slot_count()
  /// + s] for step k + j. They are worked out in `room`, which has been initialised, a lane each. Those of the irregular
  /// part are where one of the steps is not regular.
  void set_steps(double* rows, const Grid& grid, std::size_t k, double* room) const;
  /// The number that stands in a slot at every step; none where it is computed or changes with the step.
  std::optional<double> constant(std::uint16_t slot) const;
  std::size_t bytes() const {  ///< beside the object itself
    std::size_t bytes = constants_.capacity() * sizeof(double);
    for (const Contents& part : parts_) {
      bytes += part.inputs.capacity() * sizeof(Input) +
               part.changing.capacity() * sizeof(std::uint16_t) + part.code.bytes();
    }
    return bytes;
  }

 private:
  struct Input {
    std::uint16_t slot;
    std::uint32_t scalar;
  };
  struct Contents {
    std::vector<Input> inputs;
    std::vector<std::uint16_t> changing;  ///< slots of inputs and of what is computed
    Code code;
  };
  const Contents& part(Part part) const { return parts_[static_cast<std::size_t>(part)]; }
  static void compute(const Contents& part, double* room);
  void set_steps(const Contents& part, double* rows, const Grid& grid, std::size_t k,
                 double* room) const;

  std::vector<double> constants_;  ///< one a slot
  std::array<Contents, 2> parts_;
};

class RecordCode {
 public:
  RecordCode() = default;
  /// `graph` is read during construction only.
  RecordCode(const Graph& graph, const std::vector<NodeId>& outputs);

  /// By output, whether it reads one of these fields of the record.
  std::vector<bool> outputs_reading(const std::vector<std::uint32_t>& fields) const;
  /// Whether one of these fields is among its inputs.
  bool reads_any(const std::vector<std::uint32_t>& fields) const;
  /// Code for some of the outputs alone.
  RecordCode restricted_to(const std::vector<std::size_t>& outputs) const;

  /// Leaves to be gathered: column i holds inputs()[i].
  const std::vector<Leaf>& inputs() const { return inputs_; }
  const Code& code() const { return code_; }
  const ScalarBank& scalars() const { return bank_; }
  /// Whether its outputs are constants: nothing is read and nothing worked out.
  bool is_constant() const { return is_constant_; }
  std::size_t bytes() const {  ///< beside the object itself
    return inputs_.capacity() * sizeof(Leaf) + bank_.bytes() + code_.bytes();
  }

 private:
  void find_whether_constant();

  std::vector<Leaf> inputs_;
  ScalarBank bank_;
  Code code_;
  bool is_constant_ = true;
};

}  // namespace detente::program
