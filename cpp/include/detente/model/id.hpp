#pragma once

/// Strong ids: positions in the model's lists, never a bare int.

#include <cstdint>

namespace detente::model {

template <class Tag>
struct Id {
  std::uint32_t index = 0;
  bool operator==(const Id&) const = default;
  auto operator<=>(const Id&) const = default;
};

using ParameterId = Id<struct ParameterTag>;
using LeverId = Id<struct LeverTag>;
using VariableId = Id<struct VariableTag>;
using ChainId = Id<struct ChainTag>;
using StateId = Id<struct StateTag>;            ///< within its chain
using TransitionId = Id<struct TransitionTag>;  ///< over all chains, in file order
using EventId = Id<struct EventTag>;
using SeasonId = Id<struct SeasonTag>;
using OutcomeId = Id<struct OutcomeTag>;

}  // namespace detente::model
