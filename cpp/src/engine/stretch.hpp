#pragma once

/// Lanes of one joint state over a stretch of time, a whole step or the rest of one, once its code has run on them: what
/// each clock burns and has left. Hazards are held over a stretch.

#include <vector>

#include "detente/engine/block_scratch.hpp"
#include "detente/program/specialise.hpp"

namespace detente::engine {

class Stretch {
 public:
  /// After StateProgram::step_code, over a step of this length. `room` must outlive it.
  static Stretch of_step(const program::StateProgram& state, const program::Code& code,
                         const program::Frame& frame, double length, std::vector<ClockView>& room) {
    return {state, code, frame, length, room};
  }
  /// After StateProgram::sub_code.
  static Stretch of_rest(const program::StateProgram& state, const program::Frame& frame,
                         std::vector<ClockView>& room) {
    return {state, state.sub_code(), frame, -1.0, room};
  }

  const program::Code& code() const { return code_; }
  const program::Frame& frame() const { return frame_; }
  std::size_t clock_count() const { return n_; }
  const ClockView& view(std::size_t j) const { return views_[j]; }
  const program::ActiveClock& clock(std::size_t j) const { return state_.clocks()[j]; }

  /// What clock j burns to the end of the stretch.
  double burnt(std::size_t j, std::size_t lane) const {
    return views_[j].burnt[lane * views_[j].burnt_step];
  }
  /// Its hazard; with a baseline, what multiplies it. A step's code gives products only, which are divided again.
  double rate(std::size_t j, std::size_t lane) const {
    const ClockView& view = views_[j];
    if (view.rate != nullptr) return view.rate[lane * view.rate_step];
    const double burnt_in_step = burnt(j, lane);
    if (!view.has_baseline) return burnt_in_step * inverse_length_;
    const double growth = view.at_end[lane * view.at_end_step] - view.cumulative[lane];
    return growth > 0.0 ? burnt_in_step / growth : burnt_in_step;
  }
  /// The first clock whose hazard is negative or no number on a lane; clock_count() where all are sound. The hazard of a
  /// whole step has the sign of what it burns.
  std::size_t first_unsound(std::size_t lane) const {
    std::size_t j = 0;
    while (j < n_ && burnt(j, lane) >= 0.0 &&
           (views_[j].rate == nullptr || views_[j].rate[lane * views_[j].rate_step] >= 0.0)) {
      ++j;
    }
    return j;
  }
  double left(std::size_t j, std::size_t lane) const { return views_[j].left[lane]; }
  double cumulative(std::size_t j, std::size_t lane) const { return views_[j].cumulative[lane]; }

 private:
  Stretch(const program::StateProgram& state, const program::Code& code,
          const program::Frame& frame, double length, std::vector<ClockView>& room)
      : state_(state), code_(code), frame_(frame), inverse_length_(1.0 / length) {
    const std::vector<program::ActiveClock>& clocks = state.clocks();
    const auto step_of = [](program::Operand operand) {
      return operand.kind == program::Operand::Kind::scalar ? std::size_t{0} : std::size_t{1};
    };
    n_ = clocks.size();
    room.resize(n_);
    views_ = room.data();
    const bool is_step = length > 0.0;
    for (std::size_t j = 0; j < n_; ++j) {
      const program::ActiveClock& clock = clocks[j];
      ClockView& view = room[j];
      const program::Operand burnt = code.outputs()[is_step ? j : n_ + j];
      view.burnt = frame.at(burnt);
      view.burnt_step = step_of(burnt);
      view.rate = is_step ? nullptr : frame.at(code.outputs()[j]);
      view.rate_step = step_of(code.outputs()[j]);
      view.left = frame.at({program::Operand::Kind::column, clock.column});
      view.has_baseline = clock.has_baseline;
      if (!clock.has_baseline) continue;
      view.cumulative = frame.at({program::Operand::Kind::column, clock.cumulative_column});
      const program::Operand at_end = is_step ? state.step_cumulative(code, clock.baseline_index)
                                              : code.outputs()[2 * n_ + clock.baseline_index];
      view.at_end = frame.at(at_end);
      view.at_end_step = step_of(at_end);
    }
  }

  const program::StateProgram& state_;
  const program::Code& code_;
  const program::Frame& frame_;
  double inverse_length_;  ///< of a step
  std::size_t n_ = 0;
  const ClockView* views_ = nullptr;
};

}  // namespace detente::engine
