#pragma once

/// Lanes of one joint state over a stretch of time, a whole step or the rest of one, once its code has run on them: what
/// each clock burns and has left. Hazards are held over a stretch.

#include <array>
#include <span>
#include <vector>

#include "detente/engine/block.hpp"
#include "detente/program/specialise.hpp"

namespace detente::engine {

/// Arguments of a clock's baseline on one lane.
class BaselineArguments {
 public:
  BaselineArguments(const program::ActiveClock& clock, const program::Frame& frame,
                    std::size_t lane)
      : n_(clock.arguments.size()) {
    if (n_ > few_.size()) many_.resize(n_);
    double* out = many_.empty() ? few_.data() : many_.data();
    for (std::size_t k = 0; k < n_; ++k) out[k] = frame.value(clock.arguments[k], lane);
  }
  std::span<const double> values() const {
    return many_.empty() ? std::span<const double>(few_.data(), n_) : std::span(many_);
  }

 private:
  std::size_t n_;
  std::array<double, 16> few_;  // NOLINT(*-member-init): the first n_ are set
  std::vector<double> many_;
};

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

  const program::Frame& frame() const { return frame_; }
  std::size_t clock_count() const { return views_.size(); }
  const program::ActiveClock& clock(std::size_t j) const { return state_.clocks()[j]; }

  /// What clock j burns to the end of the stretch.
  double burnt(std::size_t j, std::size_t lane) const {
    return views_[j].burnt[lane * views_[j].burnt_step];
  }
  /// Its hazard; with a baseline, what multiplies it. A step's code gives products only, which are divided again.
  double rate(std::size_t j, std::size_t lane) const {
    if (views_[j].rate != nullptr) return views_[j].rate[lane * views_[j].rate_step];
    const double burnt_in_step = burnt(j, lane);
    if (!clock(j).has_baseline) return burnt_in_step * inverse_length_;
    const program::Operand at_end = state_.step_cumulative(code_, clock(j).baseline_index);
    const double growth = frame_.value(at_end, lane) - cumulative(j, lane);
    return growth > 0.0 ? burnt_in_step / growth : burnt_in_step;
  }
  /// The first clock whose hazard is negative or no number on a lane; clock_count() where all are sound.
  std::size_t first_unsound(std::size_t lane) const {
    std::size_t j = 0;
    while (j < clock_count() && rate(j, lane) >= 0.0 && burnt(j, lane) >= 0.0) ++j;
    return j;
  }
  double left(std::size_t j, std::size_t lane) const { return views_[j].left[lane]; }
  /// Cumulative hazard of its baseline where the stretch begins.
  double cumulative(std::size_t j, std::size_t lane) const {
    return frame_.columns[clock(j).cumulative_column * frame_.stride + lane];
  }

 private:
  Stretch(const program::StateProgram& state, const program::Code& code,
          const program::Frame& frame, double length, std::vector<ClockView>& room)
      : state_(state), code_(code), frame_(frame), inverse_length_(1.0 / length), views_(room) {
    const std::vector<program::ActiveClock>& clocks = state.clocks();
    const auto step_of = [](program::Operand operand) {
      return operand.kind == program::Operand::Kind::scalar ? std::size_t{0} : std::size_t{1};
    };
    room.resize(clocks.size());
    for (std::size_t j = 0; j < clocks.size(); ++j) {
      const bool is_step = length > 0.0;
      const program::Operand burnt = code.outputs()[is_step ? j : clocks.size() + j];
      const program::Operand rate = code.outputs()[j];
      room[j] = {frame.at(burnt), is_step ? nullptr : frame.at(rate),
                 frame.columns + clocks[j].column * frame.stride, step_of(burnt), step_of(rate)};
    }
  }

  const program::StateProgram& state_;
  const program::Code& code_;
  const program::Frame& frame_;
  double inverse_length_;  ///< of a step
  const std::vector<ClockView>& views_;
};

}  // namespace detente::engine
