#include "detente/program/layout.hpp"

#include "detente/kernel/table.hpp"

namespace detente::program {

std::size_t rounded_to_lines(std::size_t n_fields) {
  constexpr std::size_t line = kernel::alignment / sizeof(double);
  return (n_fields + line - 1) / line * line;
}

Layout::Layout(const model::Model& model) {
  std::uint32_t next = 0;
  const auto take = [&next](std::size_t n) {
    const std::uint32_t first = next;
    next += static_cast<std::uint32_t>(n);
    return first;
  };
  n_transitions_ = static_cast<std::uint32_t>(model.transitions.size());
  const std::size_t n_elements = model.element_count();
  parameters_ = take(rounded_to_lines(model.parameters.size()));
  variables_ = take(model.variables.size());
  states_ = take(model.chains.size());
  firings_ = take(2 * n_elements);
  entered_ = take(model.chains.size());
  for (const model::Chain& chain : model.chains) visits_.push_back(take(chain.states.size()));
  clocks_ = take(n_elements);
  for (const model::Transition& transition : model.transitions) {
    arguments_.push_back(take(transition.intensity.arguments.size()));
  }
  armed_ = take(model.events.size());
  readings_ = next;
}

}  // namespace detente::program
