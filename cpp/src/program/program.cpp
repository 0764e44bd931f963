#include "detente/program/program.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <set>

#include "detente/diagnostic/error.hpp"
#include "detente/random/stream.hpp"
#include "program/blending.hpp"
#include "program/deciding.hpp"

namespace detente::program {

namespace {

using expr::Expression;

/// Whether an expression changes smoothly with time.
bool is_smooth_in_time(const expr::ExpressionPtr& e) {
  if (!e) return false;
  if (e->kind == Expression::Kind::symbol && e->symbol.follows_time()) return true;
  for (const auto& argument : e->arguments) {
    if (is_smooth_in_time(argument)) return true;
  }
  return e->window.after_first && is_smooth_in_time(e->window.after_first);
}

bool is_smooth(const model::Intensity& intensity) {
  if (is_smooth_in_time(intensity.hazard)) return true;
  for (const model::HazardRatio& ratio : intensity.ratios) {
    if (is_smooth_in_time(ratio.value)) return true;
  }
  return false;
}

}  // namespace

bool needs_regular_steps(const model::Model& model) {
  for (const model::Variable& variable : model.variables) {
    if (variable.moves()) return true;
  }
  for (const model::Transition& transition : model.transitions) {
    if (is_smooth(transition.intensity) || is_smooth_in_time(transition.when)) return true;
  }
  for (const model::Event& event : model.events) {
    if (is_smooth(event.intensity) || is_smooth_in_time(event.when) ||
        is_smooth_in_time(event.trigger)) {
      return true;
    }
  }
  for (const model::Outcome& outcome : model.outcomes) {
    if (is_smooth_in_time(outcome.expression) || is_smooth_in_time(outcome.given)) return true;
  }
  for (const model::Policy& policy : model.policies) {
    for (const model::LeverRule& rule : policy.rules) {
      if (is_smooth_in_time(rule.expression)) return true;
    }
  }
  return false;
}

Program::Program(std::shared_ptr<const model::Model> model, std::size_t policy,
                 std::vector<expr::ExpressionPtr> signals, double run_off)
    : model_(std::move(model)),
      policy_(policy),
      signals_(std::move(signals)),
      layout_(*model_),
      grid_(make_grid(*model_, model_->policies[policy], run_off, needs_regular_steps(*model_))),
      levers_(bind_levers(*model_, model_->policies[policy], grid_)) {
  for (std::uint32_t e = 0; e < model_->events.size(); ++e) {
    if (model_->events[e].kind == model::Event::Kind::trigger) triggers_.push_back(e);
  }
  name_streams();
  factor_noise();
  compile_start();
  blended_ = blended_states(*this);
  deciding_ = deciding_chains(*this);
  affected_ = program::affected_signals(*this);
}

// Streams belong to names, so that an edit elsewhere leaves them alone. Two names with one hash would share their
// numbers: the later one moves on to the next free hash of its own name.
void Program::name_streams() {
  std::set<std::uint32_t> used;
  const auto stream = [&used](const std::string& name) {
    std::string salted = name;
    std::uint32_t id = random::StreamId(salted).value();
    while (!used.insert(id).second) {
      salted += '\'';
      id = random::StreamId(salted).value();
    }
    return id;
  };
  const auto add_element = [&](const std::string& name, const model::Effects& effects) {
    ElementStreams streams;
    streams.clock = stream(name);
    streams.branch = stream(name + "/branch");
    streams.probability = stream(name + "/probability");
    for (const model::ForcedMove& move : effects.moves) {
      streams.moves.push_back(stream(name + "/move/" + model_->chains[move.chain.index].name));
    }
    for (std::uint32_t k = 0; k < effects.mark_count; ++k) {
      streams.marks.push_back(stream(name + "/mark/" + std::to_string(k)));
    }
    streams_.push_back(std::move(streams));
  };
  for (const model::Parameter& parameter : model_->parameters) {
    parameter_streams_.push_back(stream("parameter/" + parameter.name));
  }
  for (const model::Variable& variable : model_->variables) {
    noise_streams_.push_back(stream("variable/" + variable.name));
  }
  for (const model::Chain& chain : model_->chains) {
    start_streams_.push_back(stream("chain/" + chain.name + "/start"));
  }
  for (const model::Transition& transition : model_->transitions) {
    names_.push_back(transition.name);
    add_element("transition/" + model_->chains[transition.chain.index].name + "/" + transition.name,
                transition.effects);
  }
  for (const model::Event& event : model_->events) {
    names_.push_back(event.name);
    add_element("event/" + event.name, event.effects);
  }
}

void Program::factor_noise() {
  const auto n = static_cast<Eigen::Index>(model_->variables.size());
  Eigen::MatrixXd correlation = Eigen::MatrixXd::Identity(n, n);
  for (const model::NoiseCorrelation& pair : model_->noise_correlations) {
    const auto i = static_cast<Eigen::Index>(pair.first.index);
    const auto j = static_cast<Eigen::Index>(pair.second.index);
    correlation(i, j) = correlation(j, i) = pair.value;
  }
  const Eigen::MatrixXd factor = correlation.llt().matrixL();
  for (Eigen::Index i = 0; i < n; ++i) {
    std::vector<double> row(static_cast<std::size_t>(i) + 1);
    for (Eigen::Index k = 0; k <= i; ++k) row[static_cast<std::size_t>(k)] = factor(i, k);
    noise_rows_.push_back(std::move(row));
  }
}

void Program::compile_start() {
  Graph g;
  Translator translate(g, setting_of_any_state());
  const Moment start = translate.lane_now();
  std::vector<NodeId> outputs;
  for (const model::Variable& variable : model_->variables) {
    NodeId value = translate(variable.start, start, start);
    if (variable.low) value = g.apply(Op::max, value, g.constant(*variable.low));
    if (variable.high) value = g.apply(Op::min, value, g.constant(*variable.high));
    outputs.push_back(value);
  }
  for (const model::Chain& chain : model_->chains) {
    for (const model::Branch& branch : chain.start) {
      outputs.push_back(translate(branch.weight, start, start));
    }
  }
  start_ = RecordCode(g, outputs);
}

Translator::Setting Program::setting_of_any_state() const {
  Translator::Setting setting;
  setting.model = model_.get();
  setting.layout = &layout_;
  setting.levers = &levers_;
  return setting;
}

Translator::Setting Program::setting_of(const JointState& state, std::vector<bool> moving) const {
  Translator::Setting setting = setting_of_any_state();
  setting.state = &state;
  for (std::size_t c = 0; c < state.size(); ++c) {
    setting.blended.push_back(blended_with(c, state[c]));
  }
  setting.moving = std::move(moving);
  return setting;
}

std::uint64_t Program::joint_index(const JointState& state) const {
  std::uint64_t index = 0;
  for (std::size_t c = 0; c < state.size(); ++c) {
    index = index * model_->chains[c].states.size() + first_blended(c, state[c]);
  }
  return index;
}

std::shared_ptr<const StateProgram> Program::at(const JointState& state) const {
  return states_.at(joint_index(state), [&] { return StateProgram(*this, state); });
}

std::shared_ptr<const FiringProgram> Program::firing(ElementId element,
                                                     const JointState& state) const {
  JointState decisive = state;
  for (std::size_t c = 0; c < state.size(); ++c) {
    if (!deciding_[element][c]) decisive[c] = 0;
  }
  return firings_.at({element, joint_index(decisive)},
                     [&] { return compile_firing(*this, element, state); });
}

}  // namespace detente::program
