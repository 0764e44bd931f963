#pragma once

/// A scenario under one policy, ready to run: immutable, shared by all threads. Programs of joint states are compiled
/// when a path gets there, and kept while they are used or there is room.

#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "detente/program/firing.hpp"
#include "detente/program/kept.hpp"
#include "detente/program/specialise.hpp"

namespace detente::program {

/// Streams of an element's random numbers.
struct ElementStreams {
  std::uint32_t clock = 0;           ///< Exp(1) clocks
  std::uint32_t branch = 0;          ///< which branch
  std::uint32_t probability = 0;     ///< whether an event happens
  std::vector<std::uint32_t> moves;  ///< per forced move
  std::vector<std::uint32_t> marks;  ///< per random mark
};

class Program {
 public:
  /// `signals`: expressions that the readings of the outcome floor follow. `run_off`: how far past the horizon
  /// windows may reach.
  Program(std::shared_ptr<const model::Model> model, std::size_t policy,
          std::vector<expr::ExpressionPtr> signals, double run_off);

  /// Signals with is_stepped[i] false are read at certain dates alone (StateProgram::signal_code), the others at
  /// every step (StateProgram::stepped_code). All are stepped unless this says otherwise, before the first run.
  void set_stepped(std::vector<bool> is_stepped) { is_stepped_ = std::move(is_stepped); }
  bool is_stepped(std::size_t signal) const { return is_stepped_.empty() || is_stepped_[signal]; }

  const model::Model& model() const { return *model_; }
  const model::Policy& policy() const { return model_->policies[policy_]; }
  const Layout& layout() const { return layout_; }
  const Grid& grid() const { return grid_; }
  const std::vector<LeverBinding>& levers() const { return levers_; }
  const std::vector<expr::ExpressionPtr>& signals() const { return signals_; }
  const ElementStreams& streams(ElementId element) const { return streams_[element]; }
  const std::string& element_name(ElementId element) const { return names_[element]; }
  std::uint32_t noise_stream(std::uint32_t variable) const { return noise_streams_[variable]; }
  std::uint32_t start_stream(std::uint32_t chain) const { return start_streams_[chain]; }
  std::uint32_t parameter_stream(std::uint32_t parameter) const {
    return parameter_streams_[parameter];
  }
  /// Row of the Cholesky factor of the noise correlations: weight of each variable's own normal.
  const std::vector<double>& noise_row(std::uint32_t variable) const {
    return noise_rows_[variable];
  }
  /// Events fired by a condition, in file order.
  const std::vector<std::uint32_t>& triggers() const { return triggers_; }
  /// By signal, whether a firing of the element may change it, or it moves by itself.
  const std::vector<bool>& affected_signals(ElementId element) const { return affected_[element]; }
  /// The events that hold a clock.
  bool is_transition(ElementId element) const { return element < layout_.transition_count(); }

  /// Start values of the variables and weights of the chains' start states (chain after chain), on records.
  const RecordCode& start() const { return start_; }

  /// The states of a chain that pools do not tell from this one, itself among them, as bits; 0 where it stands alone. See
  /// blended_states.
  std::uint64_t blended_with(std::size_t chain, std::size_t state) const {
    return blended_[chain][state];
  }
  /// The lowest of those states, or the state itself.
  std::uint8_t first_blended(std::size_t chain, std::size_t state) const {
    const std::uint64_t states = blended_with(chain, state);
    const std::size_t lowest =
        states == 0 ? state : static_cast<std::size_t>(std::countr_zero(states));
    return static_cast<std::uint8_t>(lowest);
  }
  /// How to read expressions in a joint state; `moving`: see Translator::Setting.
  Translator::Setting setting_of(const JointState& state, std::vector<bool> moving = {}) const;
  /// The same, with all chains read from the record.
  Translator::Setting setting_of_any_state() const;
  /// The same for joint states that pools do not tell apart.
  std::uint64_t joint_index(const JointState& state) const;
  std::shared_ptr<const StateProgram> at(const JointState& state) const;
  std::shared_ptr<const FiringProgram> firing(ElementId element, const JointState& state) const;

 private:
  void name_streams();
  void factor_noise();
  void compile_start();

  std::shared_ptr<const model::Model> model_;
  std::size_t policy_;
  std::vector<expr::ExpressionPtr> signals_;
  std::vector<bool> is_stepped_;
  Layout layout_;
  Grid grid_;
  std::vector<LeverBinding> levers_;
  std::vector<std::string> names_;
  std::vector<ElementStreams> streams_;
  std::vector<std::uint32_t> noise_streams_, start_streams_, parameter_streams_;
  std::vector<std::vector<double>> noise_rows_;
  std::vector<std::uint32_t> triggers_;
  RecordCode start_;
  std::vector<std::vector<std::uint64_t>> blended_;
  std::vector<std::vector<bool>> affected_;
  std::vector<std::vector<bool>> deciding_;  ///< see deciding_chains

  mutable Kept<std::uint64_t, StateProgram> states_;
  mutable Kept<std::pair<ElementId, std::uint64_t>, FiringProgram> firings_;
};

/// Whether anything moves between dates and firings, so that regular steps are needed.
bool needs_regular_steps(const model::Model& model);

}  // namespace detente::program
