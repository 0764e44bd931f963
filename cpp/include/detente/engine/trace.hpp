#pragma once

/// Replays one path alone, with its history.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "detente/engine/draw_rule.hpp"
#include "detente/model/model.hpp"

namespace detente::engine {

struct NamedValue {
  std::string name;
  double value = 0.0;
};

struct ValueChange {
  std::string name;
  double before = 0.0;
  double after = 0.0;
};

struct StateChange {
  std::string chain, before, after;
};

/// The hazard of one element that could have fired, at the moment of a firing.
struct ActiveHazard {
  std::string element;
  double hazard = 0.0;  ///< per unit of time, ratios included
  std::vector<NamedValue> ratios;
  double clock_left = 0.0;  ///< what remains of its Exp(1) clock (0 for the one that fired)
};

struct TraceFiring {
  double time = 0.0;
  std::string date;
  std::string element;  ///< transition or event name
  std::string kind;     ///< transition, event, dated, periodic, trigger
  std::string chain;    ///< transitions only
  double cumulative_hazard =
      0.0;  ///< integrated over the time it was enabled since its last firing: its Exp(1) draw
  double hazard = 0.0;  ///< at the firing; NaN for dated, periodic and triggered events
  std::vector<ActiveHazard> competing;
  std::vector<StateChange> states;
  std::vector<ValueChange> variables;
};

/// State at a grid point.
struct TraceRow {
  double time = 0.0;
  std::string date;
  std::vector<std::string> states;  ///< per chain
  std::vector<double> variables;
};

struct Trace {
  std::string policy;
  std::uint64_t seed = 0;
  std::uint64_t path = 0;
  std::vector<std::string> chain_names, variable_names;
  std::vector<NamedValue> parameters;
  std::vector<TraceFiring> firings;
  std::vector<TraceRow> rows;
  std::vector<NamedValue>
      outcomes;  ///< the path's readings, `utility` last; NaN as in the outcome columns
};

/// The path of a run of this seed whose draws are made so. RunError when the policy is unknown or the path fails.
Trace trace(std::shared_ptr<const model::Model> model, const std::string& policy,
            std::uint64_t path, std::uint64_t seed, const DrawRule& rule = {});

}  // namespace detente::engine
