#pragma once

/// Small scenarios that the tests of this floor share.

#include <memory>
#include <string>

#include "detente/diagnostic/error.hpp"
#include "detente/engine/run.hpp"
#include "detente/scenario/reader.hpp"
#include "detente/summary/bytes.hpp"

namespace detente::engine::testing {

inline std::shared_ptr<const model::Model> model_of(const std::string& text) {
  return scenario::parse(text).model;
}

/// A bit of everything: uncertain parameters, correlated noise, a baseline, marks, a trigger, windows that run past
/// the horizon, a condition, a utility, two policies.
inline std::shared_ptr<const model::Model> truce() {
  static const std::shared_ptr<const model::Model> model = model_of(R"yaml(
detente: 1
title: A truce
time: {start: 2024-12-01, horizon: 3 years, step: 1 week, report: 6 months}
levers: {pressure: {default: 0, range: [0, 1]}}
parameters:
  b_trust: {normal: {mean: 0.5, sd: 0.2}}
  rate: {gamma: {shape: 4, rate: 8}}
correlations:
  - {of: [b_trust, rate], rank: 0.4}
variables:
  trust: {start: 0.2, reverting: {to: 0.1, rate: 0.3}, volatility: 0.1, range: [-1, 1]}
  front: {start: 18, drift: "if(conflict == war, 0.9, 0)", volatility: "if(conflict == war, 0.6, 0)", range: [0, 100]}
noise_correlations:
  - {of: [trust, front], value: -0.3}
seasons:
  winter: {from: 11-15, to: 03-15}
chains:
  conflict:
    start: {war: 0.9, ceasefire: 0.1}
    states: [war, talks, ceasefire]
    transitions:
      - {name: open_talks, from: war, to: talks, hazard: 2 * rate * (1 + pressure) * exp(b_trust * trust)}
      - {name: end_talks, from: talks, to: {ceasefire: 0.6, war: "0.4 - 0.1 * trust"}, hazard: 1.5, effects: {trust: trust + 0.05}}
      - {name: relapse, from: ceasefire, to: war, baseline: {weibull: {shape: 0.5, scale: 3}}, hazard_ratios: {trust: exp(-b_trust * trust)}, effects: {trust: trust - 0.3}}
events:
  strike: {hazard: 3 * (1 + winter), effects: {front: "front + 0.01 * lognormal(0, 0.5)"}}
  vote: {on: 2025-05-20, probability: 0.7, effects: {trust: trust - 0.1}}
  alarm: {trigger: front > 19, effects: {trust: trust - 0.02}}
policies:
  drift: {}
  late: {schedule: [{on: 2025-06-01, set: {pressure: 1}}]}
outcomes:
  ceasefire_1y: {probability: "eventually(conflict == ceasefire, within = 1 year)"}
  relapse_2y: {probability: "eventually(conflict == war, within = 2 years, after = first(conflict == ceasefire))", given: "eventually(conflict == ceasefire)"}
  to_ceasefire: {time_to: conflict == ceasefire}
  peace: {duration: conflict == ceasefire, unit: years}
  strikes: {count: strike}
  worst_front: {maximum: front}
  trust_sum: {integral: trust}
utility: peace - 0.1 * worst_front - relapse_2y
)yaml");
  return model;
}

/// Hazards that are constant in each state, so that clocks can be followed by hand; `open` pauses whenever the path
/// is elsewhere.
inline std::shared_ptr<const model::Model> turns() {
  static const std::shared_ptr<const model::Model> model = model_of(R"(
detente: 1
time: {horizon: 40, step: 0.25, report: 10}
chains:
  side:
    start: a
    states: [a, b, c]
    transitions:
      - {name: open, from: a, to: b, hazard: 0.8}
      - {name: leap, from: a, to: c, hazard: 0.5}
      - {name: back, from: b, to: a, hazard: 1.3}
      - {name: fall, from: c, to: a, hazard: 2}
events:
  knock: {hazard: 0.7, when: side != c}
outcomes:
  in_b: {duration: side == b}
  knocks: {count: knock}
  to_c: {time_to: side == c}
)");
  return model;
}

inline RunOptions options_of(std::uint64_t n_paths, std::uint64_t first_path = 0) {
  RunOptions options;
  options.n_paths = n_paths;
  options.first_path = first_path;
  options.seed = 20241201;
  options.threads = 1;
  return options;
}

/// What a saved state holds under its checksum, and such a body under a right one.
inline std::string body_of(const std::string& bytes) {
  summary::ByteReader whole(bytes);
  whole.text();
  whole.u64();
  return whole.text();
}
inline std::string sealed(const std::string& body, const std::string& form = "detente-forecast-3") {
  summary::ByteWriter whole;
  whole.text(form);
  whole.u64(summary::checksum(body));
  whole.text(body);
  return whole.release();
}

/// What a run says that does not go through; empty when it does.
inline std::string error_of(const std::shared_ptr<const model::Model>& model,
                            const RunOptions& options) {
  try {
    run(model, options);
  } catch (const diagnostic::RunError& error) {
    return error.what();
  }
  return {};
}

/// The same of a merge.
inline std::string merge_error(const Forecast& first, const Forecast& second) {
  try {
    first.merged_with(second);
  } catch (const diagnostic::RunError& error) {
    return error.what();
  }
  return {};
}

}  // namespace detente::engine::testing
