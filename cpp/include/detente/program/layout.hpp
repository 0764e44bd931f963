#pragma once

/// Which field of a path's record holds what. A record is a row of doubles; counts and states are whole numbers in it. What
/// reports and light firings touch stands together, on few cache lines.

#include <cstdint>
#include <vector>

#include "detente/model/model.hpp"

namespace detente::program {

/// So many fields, or a few more, that the next begins a cache line.
std::size_t rounded_to_lines(std::size_t n_fields);

/// Elements that fire: transitions first, then events, each in file order.
using ElementId = std::uint32_t;

class Layout {
 public:
  explicit Layout(const model::Model& model);

  std::uint32_t parameter(std::uint32_t i) const { return parameters_ + i; }
  std::uint32_t variable(std::uint32_t i) const { return variables_ + i; }
  std::uint32_t state(std::uint32_t chain) const { return states_ + chain; }
  std::uint32_t entered(std::uint32_t chain) const { return entered_ + chain; }
  std::uint32_t visits(std::uint32_t chain, std::uint32_t state) const {
    return visits_[chain] + state;
  }
  /// What is left of an element's Exp(1) clock; NaN until it is first enabled.
  std::uint32_t clock(ElementId element) const { return clocks_ + element; }
  /// Clocks drawn (hazard elements) or occasions met (others): the index of the next variates.
  std::uint32_t firings(ElementId element) const { return firings_ + 2 * element; }
  /// Firings whose effects happened.
  std::uint32_t count(ElementId element) const { return firings_ + 2 * element + 1; }
  /// Baseline arguments that were read on entering the state.
  std::uint32_t argument(std::uint32_t transition, std::uint32_t k) const {
    return arguments_[transition] + k;
  }
  /// Whether a trigger's condition held at its last reading.
  std::uint32_t armed(std::uint32_t event) const { return armed_ + event; }
  /// First field of the readings (outcome floor).
  std::uint32_t readings() const { return readings_; }
  /// Fields without the readings.
  std::uint32_t size() const { return readings_; }

  std::uint32_t transition_count() const { return n_transitions_; }
  ElementId event_element(std::uint32_t event) const { return n_transitions_ + event; }

 private:
  std::uint32_t parameters_ = 0, variables_ = 0, states_ = 0, entered_ = 0;
  std::vector<std::uint32_t> visits_;
  std::uint32_t clocks_ = 0, firings_ = 0;
  std::vector<std::uint32_t> arguments_;
  std::uint32_t armed_ = 0;
  std::uint32_t readings_ = 0;
  std::uint32_t n_transitions_ = 0;
};

}  // namespace detente::program
