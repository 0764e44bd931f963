#include "detente/engine/trace.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "detente/diagnostic/error.hpp"
#include "detente/expr/evaluate.hpp"
#include "detente/kernel/dispatch.hpp"
#include "detente/random/stream.hpp"
#include "engine/draws.hpp"
#include "engine/failure.hpp"
#include "engine/prepared.hpp"

namespace detente::engine {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Reads symbols from a record, for the values of hazard ratios.
class RecordEnvironment final : public expr::Environment {
 public:
  RecordEnvironment(const program::Program& program, const double* record, double time)
      : program_(program), record_(record), time_(time) {
    const program::Grid& grid = program.grid();
    while (step_ + 1 < grid.points.size() && grid.points[step_ + 1].time <= time) ++step_;
  }

  double value(const expr::Symbol& symbol) const override {
    using Kind = expr::SymbolKind;
    const program::Layout& layout = program_.layout();
    switch (symbol.kind) {
      case Kind::parameter:
        return record_[layout.parameter(symbol.index)];
      case Kind::lever:
        return lever(program_.levers()[symbol.index]);
      case Kind::variable:
        return record_[layout.variable(symbol.index)];
      case Kind::season:
        return scalar(program::StepScalar::first_season + symbol.index);
      case Kind::time:
        return time_;
      case Kind::year:
        return program_.model().calendar.year_of(time_);
      case Kind::sojourn:
        return time_ - record_[layout.entered(symbol.index)];
      case Kind::visits:
        return record_[layout.visits(symbol.index, symbol.state)];
      case Kind::count_transition:
        return record_[layout.count(symbol.index)];
      case Kind::count_event:
        return record_[layout.count(layout.event_element(symbol.index))];
      case Kind::outcome:
        break;
    }
    return none;
  }
  std::uint32_t state(std::uint32_t chain) const override {
    return static_cast<std::uint32_t>(record_[program_.layout().state(chain)]);
  }

 private:
  double scalar(std::uint32_t index) const { return program_.grid().step(step_)[index]; }
  double lever(const program::LeverBinding& lever) const {
    switch (lever.kind) {
      case program::LeverBinding::Kind::constant:
        return lever.value;
      case program::LeverBinding::Kind::scheduled:
        return scalar(lever.scalar);
      case program::LeverBinding::Kind::rule:
        return expr::evaluate(*lever.rule, *this);
    }
    return none;
  }

  const program::Program& program_;
  const double* record_;
  double time_;
  std::size_t step_ = 0;
};

class Historian final : public Observer {
 public:
  Historian(const program::Program& program, std::uint64_t seed_key, std::uint64_t path,
            Trace& trace)
      : program_(program), seed_key_(seed_key), path_(path), trace_(trace) {}

  void crossing(double, program::ElementId, const std::vector<Competitor>& competitors) override {
    competitors_ = competitors;
  }

  void fired(double time, program::ElementId element, const double* before,
             const double* after) override {
    const model::Model& model = program_.model();
    const program::Layout& layout = program_.layout();
    TraceFiring firing;
    firing.time = time;
    firing.date = model.calendar.label_of(time);
    firing.element = program_.element_name(element);
    firing.kind = kind_of(element);
    firing.hazard = none;
    firing.cumulative_hazard = none;
    if (program_.is_transition(element)) {
      firing.chain = model.chains[model.transitions[element].chain.index].name;
    }
    const bool has_clock = firing.kind == "transition" || firing.kind == "event";
    if (has_clock) {
      const RecordEnvironment environment(program_, before, time);
      for (const Competitor& competitor : competitors_) {
        ActiveHazard active;
        active.element = program_.element_name(competitor.element);
        active.hazard = competitor.hazard;
        active.clock_left = competitor.clock_left;
        for (const model::HazardRatio& ratio : intensity(competitor.element).ratios) {
          active.ratios.push_back({ratio.name, expr::evaluate(*ratio.value, environment)});
        }
        if (competitor.element == element) firing.hazard = competitor.hazard;
        firing.competing.push_back(std::move(active));
      }
      const auto index = static_cast<std::uint32_t>(after[layout.firings(element)] - 1.0);
      firing.cumulative_hazard = exponential(program_.streams(element).clock, index);
    }
    for (std::uint32_t c = 0; c < model.chains.size(); ++c) {
      const auto from = static_cast<std::size_t>(before[layout.state(c)]);
      const auto to = static_cast<std::size_t>(after[layout.state(c)]);
      const bool is_entry = after[layout.entered(c)] != before[layout.entered(c)];
      if (from == to && !is_entry) continue;
      firing.states.push_back({model.chains[c].name, model.chains[c].states[from].name,
                               model.chains[c].states[to].name});
    }
    for (std::uint32_t v = 0; v < model.variables.size(); ++v) {
      const double from = before[layout.variable(v)];
      const double to = after[layout.variable(v)];
      if (from != to) firing.variables.push_back({model.variables[v].name, from, to});
    }
    trace_.firings.push_back(std::move(firing));
  }

  void grid_point(double time, const double* record) override {
    const model::Model& model = program_.model();
    TraceRow row;
    row.time = time;
    row.date = model.calendar.label_of(time);
    for (std::uint32_t c = 0; c < model.chains.size(); ++c) {
      const auto state = static_cast<std::size_t>(record[program_.layout().state(c)]);
      row.states.push_back(model.chains[c].states[state].name);
    }
    for (std::uint32_t v = 0; v < model.variables.size(); ++v) {
      row.variables.push_back(record[program_.layout().variable(v)]);
    }
    trace_.rows.push_back(std::move(row));
  }

 private:
  const model::Intensity& intensity(program::ElementId element) const {
    const model::Model& model = program_.model();
    return program_.is_transition(element)
               ? model.transitions[element].intensity
               : model.events[element - model.transitions.size()].intensity;
  }

  std::string kind_of(program::ElementId element) const {
    if (program_.is_transition(element)) return "transition";
    switch (program_.model().events[element - program_.model().transitions.size()].kind) {
      case model::Event::Kind::hazard:
        return "event";
      case model::Event::Kind::on:
        return "dated";
      case model::Event::Kind::every:
        return "periodic";
      case model::Event::Kind::trigger:
        return "trigger";
    }
    return "";
  }

  // The clock's own draw, read again from its stream.
  double exponential(std::uint32_t stream, std::uint32_t index) const {
    Buffer<double> out(kernel::lane_quantum);
    Buffer<std::uint64_t> paths(kernel::lane_quantum);
    Buffer<std::uint32_t> indices(kernel::lane_quantum);
    std::fill_n(paths.data(), kernel::lane_quantum, path_);
    std::fill_n(indices.data(), kernel::lane_quantum, index);
    kernel::active().exponentials(out.data(), {seed_key_, stream}, paths.data(), indices.data(),
                                  kernel::lane_quantum);
    return out[0];
  }

  const program::Program& program_;
  std::uint64_t seed_key_;
  std::uint64_t path_;
  Trace& trace_;
  std::vector<Competitor> competitors_;
};

std::size_t policy_number(const model::Model& model, const std::string& name) {
  for (std::size_t p = 0; p < model.policies.size(); ++p) {
    if (model.policies[p].name == name) return p;
  }
  std::string known;
  for (const model::Policy& policy : model.policies) {
    known += (known.empty() ? "" : ", ") + policy.name;
  }
  throw diagnostic::RunError("the scenario has no policy `" + name + "`; it has: " + known);
}

}  // namespace

Trace trace(std::shared_ptr<const model::Model> model, const std::string& policy,
            std::uint64_t path, std::uint64_t seed, const DrawRule& rule) {
  require_draws(rule, *model, path, 1);
  const Prepared prepared = prepare(model, {policy_number(*model, policy)});
  const Task& task = *prepared.tasks[0];
  const std::uint64_t key = random::seed_key(seed);
  Trace trace;
  trace.policy = policy;
  trace.seed = seed;
  trace.path = path;
  for (const model::Chain& chain : model->chains) trace.chain_names.push_back(chain.name);
  for (const model::Variable& variable : model->variables) {
    trace.variable_names.push_back(variable.name);
  }
  const std::size_t stride = kernel::lane_quantum;
  Buffer<double> parameters(model->parameters.size() * stride);
  prepared.draws->fill(key, path, rule, 1, parameters.data(), stride);
  for (std::size_t p = 0; p < model->parameters.size(); ++p) {
    trace.parameters.push_back({model->parameters[p].name, parameters[p * stride]});
  }
  Historian historian(task.program(), key, path, trace);
  Block::Options options;
  options.first_path = path;
  options.n = 1;
  options.seed_key = key;
  options.parameters = parameters.data();
  options.parameter_stride = stride;
  options.observer = &historian;
  const BlockResult result = Block(task, options).run();
  if (result.failure) throw diagnostic::RunError(describe(*result.failure, task, seed, rule));
  for (std::size_t o = 0; o < model->outcomes.size(); ++o) {
    const bool counts = result.standings[o] == outcome::Standing::counts;
    const double value = result.outcomes[o];
    trace.outcomes.push_back(
        {model->outcomes[o].name, counts && std::isfinite(value) ? value : none});
  }
  if (!result.utility.empty()) trace.outcomes.push_back({"utility", result.utility[0]});
  return trace;
}

}  // namespace detente::engine
