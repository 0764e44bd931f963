#pragma once

/// The parts of a scenario, one reader each. Names are declared first, then everything is read.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detente/model/model.hpp"
#include "scenario/reading.hpp"

namespace detente::scenario {

// time, sources
void read_time(Reading& reading, const Value& value);
void read_sources(Reading& reading, const std::vector<NamedValue>& values);
/// Refuses a grid that would not fit into memory, before anybody makes it. After everything is read.
void check_grid(Reading& reading, const diagnostic::SourceSpan& span);

/// A chain whose states and transitions have their names, not yet their meaning.
struct DeclaredChain {
  NamedValue named;
  Form form;
  std::vector<Value> transitions;
};
std::vector<DeclaredChain> declare_chains(Reading& reading, const std::vector<NamedValue>& values);
void read_chains(Reading& reading, const std::vector<DeclaredChain>& chains);
/// States that no start, transition or effect leads to. After everything is read.
void warn_of_unreachable_states(Reading& reading);

/// Shared expressions: each is read when it is first asked for, so that their order does not
/// matter.
class Lets {
 public:
  Lets(Reading& reading, const std::vector<NamedValue>& values);
  /// Reads those that nobody asked for, and hands all to the model.
  void finish();

 private:
  enum class Progress : std::uint8_t { unread, being_read, read };

  void read_in_order();
  expr::Resolution resolve(std::uint32_t index);
  void report_cycle(std::uint32_t index);
  void report_long_cycle();

  Reading& reading_;
  std::vector<NamedValue> values_;
  std::vector<Progress> progress_;
  std::vector<expr::ExpressionPtr> expressions_;
  std::vector<std::uint32_t> being_read_;
};

/// A joint prior and the names that it defines.
struct DeclaredJoint {
  Value value;
  std::vector<NamedValue> of;
};
std::vector<DeclaredJoint> declare_joints(Reading& reading, const Value& value,
                                          std::uint32_t first_index);
void read_levers(Reading& reading, const std::vector<NamedValue>& values);
void read_parameters(Reading& reading, const std::vector<NamedValue>& values);
void read_joints(Reading& reading, const std::vector<DeclaredJoint>& joints);
void read_correlations(Reading& reading, const Value& value);
void read_variables(Reading& reading, const std::vector<NamedValue>& values);
void read_noise_correlations(Reading& reading, const Value& value);
void read_seasons(Reading& reading, const std::vector<NamedValue>& values);
void read_events(Reading& reading, const std::vector<NamedValue>& values);
void read_policies(Reading& reading, const std::vector<NamedValue>& values);
void read_outcomes(Reading& reading, const std::vector<NamedValue>& values);
void read_utility(Reading& reading, const Value& value);

// What several of them hold
struct Bounds {
  std::optional<double> low, high;
  model::AtBounds at_bounds = model::AtBounds::clamp;
};
/// `[low, high]` or a mapping; `at_bounds` is for variables alone.
Bounds read_range(Reading& reading, const Value& value, bool of_variable);
/// A state of a chain; reports an unknown one.
std::optional<model::StateId> read_state(Reading& reading, const Value& value, std::uint32_t chain);
/// A state, or `state: weight`.
std::vector<model::Branch> read_branches(Reading& reading, const Value& value, std::uint32_t chain,
                                         std::string_view key, Reads reads);
/// `own_chain`: the chain that the firing transition moves.
model::Effects read_effects(Reading& reading, const Value& value,
                            std::optional<std::uint32_t> own_chain);
std::vector<model::HazardRatio> read_ratios(Reading& reading, const Value& value);
model::Intensity read_baseline(Reading& reading, const Value& value);

}  // namespace detente::scenario
