#include "detente/program/layout.hpp"

namespace detente::program {

Layout::Layout(const model::Model& model) {
  std::uint32_t next = 0;
  const auto take = [&next](std::size_t n) {
    const std::uint32_t first = next;
    next += static_cast<std::uint32_t>(n);
    return first;
  };
  n_transitions_ = static_cast<std::uint32_t>(model.transitions.size());
  const std::size_t n_elements = model.transitions.size() + model.events.size();
  parameters_ = take(model.parameters.size());
  variables_ = take(model.variables.size());
  states_ = take(model.chains.size());
  entered_ = take(model.chains.size());
  for (const model::Chain& chain : model.chains) visits_.push_back(take(chain.states.size()));
  clocks_ = take(n_elements);
  firings_ = take(n_elements);
  counts_ = take(n_elements);
  for (const model::Transition& transition : model.transitions) {
    arguments_.push_back(take(transition.intensity.arguments.size()));
  }
  armed_ = take(model.events.size());
  readings_ = next;
}

}  // namespace detente::program
