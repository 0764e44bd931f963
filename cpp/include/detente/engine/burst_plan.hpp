#pragma once

/// Where the lanes of a pool are worked on together while they fire again and again: columns of the pool, of the fields
/// of the record that firings read or write, and of what the clocks burn in the rest of the step.
///
///   the pool's columns | own time | fields | rests, one a clock

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "detente/program/firing.hpp"
#include "detente/program/program.hpp"

namespace detente::engine {

struct BurstPlan {
  /// Stands in for the column of an input that is drawn: a mark.
  static constexpr std::size_t drawn = ~std::size_t{0};

  /// What may fire; one for each clock of the pool, in their order.
  struct Element {
    program::ElementId id = 0;
    std::shared_ptr<const program::FiringProgram> firing;
    bool changes_held = false;
    bool keeps_rates = false;
    std::vector<std::size_t> inputs;     ///< columns of the inputs of the firing's code
    std::vector<std::size_t> assigned;   ///< columns of the variables assigned
    std::size_t firings = 0, count = 0;  ///< columns
  };

  bool fits = false;  ///< whether the pool's lanes can be worked on so at all
  std::vector<Element> elements;
  std::vector<std::size_t> arrival_inputs;  ///< columns of the inputs of the arrival's code
  std::vector<std::uint32_t> fields;        ///< of the record
  std::size_t now = 0, first_field = 0, first_rest = 0, column_count = 0;
  std::vector<std::size_t> used;   ///< columns that hold something, the pool's first
  std::size_t n_pool_columns = 0;  ///< of these the pool's
  bool has_rests = false;          ///< whether any element keeps the rates
  bool has_held = false;           ///< whether any element changes what is held

  std::size_t clock_of(program::ElementId id) const {
    std::size_t j = 0;
    while (elements[j].id != id) ++j;
    return j;
  }
};

}  // namespace detente::engine
