#pragma once

/// The code of one joint state: only the clocks that can fire from it, only the variables that move in it,
/// everything that the state decides folded away. Columns of the pool that runs it:
///
///   clocks | cumulative baseline hazards | moving variables | normals (4 steps) | held values
///
/// Held values change at firings only; they are computed when a lane arrives in the pool.

#include <memory>
#include <optional>
#include <vector>

#include "detente/program/kept.hpp"
#include "detente/program/record_code.hpp"
#include "detente/program/translate.hpp"

namespace detente::program {

class Program;
class StateCompiler;

inline constexpr ElementId no_element = ~ElementId{0};

/// An element whose clock runs in this state. Transitions out of different blended states share one: at
/// most one of them can fire from where the lane is.
struct ActiveClock {
  ElementId element = 0;            ///< the first of those that share it
  std::vector<ElementId> elements;  ///< all of them
  std::vector<ElementId> by_state;  ///< of blended states: whose clock it is; else empty
  std::uint32_t chain = 0;          ///< theirs
  std::uint16_t column = 0;
  bool has_baseline = false;
  std::uint16_t cumulative_column = 0;
  std::uint16_t baseline_index = 0;  ///< among the clocks with a baseline
  model::BaselineFamily family = model::BaselineFamily::exponential;
  std::vector<Operand> arguments;  ///< pool columns or scalars
  const std::vector<double>* times = nullptr;
};

/// A variable that moves between firings in this state.
struct MovingVariable {
  std::uint32_t variable = 0;
  std::uint16_t column = 0;
  /// With a range: number of its increment, which the new value does not tell, among those of a step; else -1.
  std::int32_t increment = -1;
};

/// What a step does to a variable that nothing else moves, and what it adds to one that jumps.
struct StepMove {
  double before = 0.0, after = 0.0;
  double increment = 0.0;
};

/// Arguments of baselines that are read on entering a state of `chain`.
struct EntryCode {
  std::uint32_t chain = 0;
  std::vector<std::uint32_t> fields;  ///< where outputs go in the record
  RecordCode code;
};

/// Held columns and the code that they are worked out by, on records.
struct HeldCode {
  RecordCode code;
  std::vector<std::uint16_t> columns;
};

class StateProgram {
 public:
  StateProgram(const Program& program, const JointState& state);

  const JointState& state() const { return state_; }
  const std::vector<ActiveClock>& clocks() const { return clocks_; }
  const std::vector<MovingVariable>& variables() const { return variables_; }
  std::uint16_t baseline_count() const { return n_baselines_; }
  std::uint16_t column_count() const { return column_count_; }
  std::uint16_t noise_column() const { return noise_column_; }
  /// Variables whose own normals are needed, in the order of their columns.
  const std::vector<std::uint32_t>& noises() const { return noises_; }
  const ScalarBank& scalars() const { return bank_; }

  /// Results of a step: per clock its cumulative hazard over the step, per moving variable its new value, per
  /// baseline its cumulative hazard at the step's end, per moving variable with a range its increment before that.
  const Code& step_code(bool regular) const { return regular ? regular_step_ : general_step_; }
  Operand step_hazard(const Code& code, std::size_t clock) const { return code.outputs()[clock]; }
  Operand step_value(const Code& code, std::size_t v) const {
    return code.outputs()[clocks_.size() + v];
  }
  Operand step_cumulative(const Code& code, std::size_t baseline) const {
    return code.outputs()[clocks_.size() + variables_.size() + baseline];
  }
  /// What a step does to variable v on a lane where it has the value `before`.
  StepMove step_move(const Code& code, std::size_t v, const Frame& frame, std::size_t lane,
                     double before) const {
    const double after = frame.value(step_value(code, v), lane);
    if (variables_[v].increment < 0) return {before, after, after - before};
    const std::size_t first = clocks_.size() + variables_.size() + n_baselines_;
    const Operand increment =
        code.outputs()[first + static_cast<std::size_t>(variables_[v].increment)];
    return {before, after, frame.value(increment, lane)};
  }

  /// Results of a sub-interval from the lane's own time to the step's end, on gathered lanes: per clock its hazard
  /// (with a baseline: the product of its ratios), then per clock its cumulative hazard, then per baseline its
  /// cumulative hazard at the end. Column column_count() holds the lane's own time.
  const Code& sub_code() const { return sub_; }
  /// Columns of the pool that a sub-interval needs, in increasing order.
  const std::vector<std::uint16_t>& sub_columns() const { return sub_columns_; }

  /// Whether the hazards of the rest of a step are those of its start though these moving fields of the record have jumped.
  bool keeps_rates(const std::vector<std::uint32_t>& fields) const;

  /// What runs on arriving lanes: the held columns, then the cumulative ones.
  const HeldCode& arrival() const { return arrival_; }
  /// Of these, what follows one of the fields. It is kept, since each block asks for it again.
  std::shared_ptr<const HeldCode> held_by(const std::vector<std::uint32_t>& fields) const;
  const std::vector<EntryCode>& entries() const { return entries_; }

  /// Signals (expressions that readings follow) that change between firings in this state, and the code that reads
  /// them on the pool's columns at the start of a step.
  const std::vector<std::uint32_t>& moving_signals() const { return moving_signals_; }
  const Code& signal_code() const { return signal_code_; }
  /// Those of them that are read at every step.
  const std::vector<std::uint32_t>& stepped_signals() const { return stepped_signals_; }
  const Code& stepped_code() const { return stepped_code_; }
  /// All signals, on records.
  const RecordCode& signals() const { return signals_; }
  /// Conditions of triggered events, on records; results in the order of Program::triggers().
  const RecordCode& triggers() const { return triggers_; }

  std::size_t bytes() const;  ///< what it holds in memory, itself included

 private:
  void find_clocks(const Program& program, StateCompiler& compiler);
  bool share_clock(const Program& program, ElementId element);
  void find_moving_variables(const Program& program);
  void build_codes(const Program& program, StateCompiler& compiler);
  void find_sub_columns();
  void build_record_codes(const Program& program);

  JointState state_;
  std::vector<bool> moving_;
  std::vector<ActiveClock> clocks_;
  std::vector<MovingVariable> variables_;
  std::uint16_t n_baselines_ = 0;
  std::uint16_t column_count_ = 0;
  std::uint16_t noise_column_ = 0;
  std::vector<std::uint32_t> noises_;
  ScalarBank bank_;
  Code regular_step_, general_step_, sub_;
  std::vector<std::uint16_t> sub_columns_;
  std::vector<std::uint32_t> rate_fields_;  ///< moving, that a hazard reads
  bool rates_follow_time_ = false;          ///< within a step
  HeldCode arrival_;
  std::unique_ptr<Kept<std::vector<std::uint32_t>, HeldCode>> held_by_;  // made once, with the rest
  std::vector<EntryCode> entries_;
  std::vector<std::uint32_t> moving_signals_;
  Code signal_code_;
  std::vector<std::uint32_t> stepped_signals_;
  Code stepped_code_;
  RecordCode signals_;
  RecordCode triggers_;
};

}  // namespace detente::program
