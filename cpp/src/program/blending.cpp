#include "program/blending.hpp"

#include <algorithm>
#include <bit>
#include <set>

#include "detente/program/program.hpp"
#include "program/dynamics.hpp"

namespace detente::program {

namespace {

constexpr std::size_t most_transitions = 8;

/// In additions of columns, about; a choice between two is as much.
constexpr double cost_of_noise = 6.0;
constexpr double cost_of_function = 4.0;
constexpr double cost_of_baseline = 12.0;

/// What the pools less save of a step, spread over the lanes of a block: firings that take lanes from one to another, and
/// for each pool a call of each operation. Measured on the shipped scenarios and the benchmark's.
constexpr double saved_cost = 5.0;
constexpr double saved_share = 0.09;  ///< of what a step costs, for each state but one

double cost_of(const Node& node) {
  if (node.op == Op::leaf) return node.leaf.kind == LeafKind::noise ? cost_of_noise : 0.0;
  switch (node.op) {
    case Op::exp:
    case Op::expm1:
    case Op::log:
    case Op::log1p:
    case Op::pow:
    case Op::logistic:
    case Op::sqrt:
    case Op::div:
      return cost_of_function;
    default:
      return 1.0;
  }
}

/// What the nodes cost at every step.
double cost_of(const Graph& g, std::vector<NodeId> stack) {
  std::set<NodeId> seen;
  double cost = 0.0;
  while (!stack.empty()) {
    const NodeId id = stack.back();
    stack.pop_back();
    if (g.is_scalar(id) || g.is_held(id) || !seen.insert(id).second) continue;
    const Node& node = g[id];
    cost += cost_of(node);
    const int n = arity(node.op);
    if (n >= 1) stack.push_back(node.a);
    if (n >= 2) stack.push_back(node.b);
    if (n >= 3) stack.push_back(node.c);
  }
  return cost;
}

/// The code of a step, all chains read from the record but for one, as far as it hangs on that one.
class Steps {
 public:
  Steps(const Program& program, std::uint32_t chain)
      : program_(program), model_(program.model()), chain_(chain) {
    for (const model::Chain& each : model_.chains) {
      read_.push_back(~std::uint64_t{0} >> (64 - each.states.size()));
    }
  }

  /// In a state of the chain.
  double cost_in(std::size_t state) const {
    JointState joint(model_.chains.size(), 0);
    joint[chain_] = static_cast<std::uint8_t>(state);
    std::vector<std::uint64_t> read = read_;
    read[chain_] = 0;
    return cost(joint, read, false);
  }
  /// In any of the states, with shared clocks.
  double cost_in_all(std::uint64_t states) const {
    const JointState joint(model_.chains.size(), 0);
    std::vector<std::uint64_t> read = read_;
    read[chain_] = states;
    return cost(joint, read, true);
  }

 private:
  double cost(const JointState& joint, const std::vector<std::uint64_t>& read, bool shares) const {
    Translator::Setting setting = program_.setting_of_any_state();
    setting.state = &joint;
    setting.blended = read;
    for (const model::Variable& variable : model_.variables) {
      setting.moving.push_back(variable.moves());
    }
    Graph g;
    Translator translate(g, setting);
    const Moment now = translate.step_middle();
    const Span span{now, translate.step_start(), translate.step_scalar(StepScalar::length),
                    translate.step_scalar(StepScalar::root_length)};
    double baselines = 0.0;
    std::vector<NodeId> outputs;
    std::vector<std::vector<ElementId>> clocks;
    for (std::uint32_t t = 0; t < model_.transitions.size(); ++t) {
      const model::Transition& transition = model_.transitions[t];
      const NodeId guard = g.apply(Op::logical_and, leaves_node(translate, transition),
                                   guard_node(g, translate, transition.when, span));
      const NodeId ratio = ratio_node(g, translate, transition.intensity, guard, span);
      if (g.is_constant(ratio, 0.0)) continue;  // switched off by the state or the policy
      if (transition.intensity.kind == model::Intensity::Kind::baseline) {
        baselines += cost_of_baseline;
      }
      if (shares && transition.chain.index == chain_) {
        share(clocks, t);
      } else {
        outputs.push_back(ratio);
      }
    }
    for (const std::vector<ElementId>& elements : clocks) {
      outputs.push_back(shared_ratio_node(g, model_, translate, elements, span));
    }
    for (const model::Event& event : model_.events) {
      if (event.kind != model::Event::Kind::hazard) continue;
      outputs.push_back(ratio_node(g, translate, event.intensity,
                                   guard_node(g, translate, event.when, span), span));
    }
    for (std::uint32_t v = 0; v < model_.variables.size(); ++v) {
      outputs.push_back(moved_node(g, program_, translate, v, span, Moved::increment));
    }
    for (const expr::ExpressionPtr& signal : program_.signals()) {
      outputs.push_back(translate(signal, now, now));
    }
    return baselines + cost_of(g, std::move(outputs));
  }

  void share(std::vector<std::vector<ElementId>>& clocks, ElementId element) const {
    const auto clock = std::find_if(clocks.begin(), clocks.end(), [&](const auto& others) {
      return can_share_clock(model_, others, element);
    });
    if (clock == clocks.end()) {
      clocks.push_back({element});
    } else {
      clock->push_back(element);
    }
  }

  const Program& program_;
  const model::Model& model_;
  std::uint32_t chain_;
  std::vector<std::uint64_t> read_;
};

std::uint64_t targets(const std::vector<model::Branch>& branches) {
  std::uint64_t states = 0;
  for (const model::Branch& branch : branches) states |= std::uint64_t{1} << branch.to.index;
  return states;
}

std::uint64_t forced(const model::Effects& effects, std::uint32_t chain) {
  std::uint64_t states = 0;
  for (const model::ForcedMove& move : effects.moves) {
    if (move.chain.index == chain) states |= targets(move.branches);
  }
  return states;
}

/// Whether the policy switches a transition off, whatever the chains' states.
bool is_off(const Program& program, const model::Transition& transition) {
  Graph g;
  Translator translate(g, program.setting_of_any_state());
  const Moment now = translate.lane_now();
  const Span span{now, now, 0, 0};
  const NodeId guard = guard_node(g, translate, transition.when, span);
  return g.is_constant(ratio_node(g, translate, transition.intensity, guard, span), 0.0);
}

/// States of a chain that its start, its transitions and the effects of others lead to.
std::uint64_t possible_states(const Program& program, std::uint32_t chain) {
  const model::Model& model = program.model();
  std::uint64_t states = targets(model.chains[chain].start);
  for (const model::Transition& transition : model.transitions) {
    states |= forced(transition.effects, chain);
  }
  for (const model::Event& event : model.events) states |= forced(event.effects, chain);
  std::vector<const model::Transition*> running;
  for (const model::TransitionId id : model.chains[chain].transitions) {
    if (!is_off(program, model.transitions[id.index])) {
      running.push_back(&model.transitions[id.index]);
    }
  }
  for (std::uint64_t known = 0; known != states;) {
    known = states;
    for (const model::Transition* transition : running) {
      if ((states_left(*transition) & known) != 0) states |= targets(transition->branches);
    }
  }
  return states;
}

/// States that a baseline leaves: what it has burnt is a column of theirs.
std::uint64_t states_with_baselines(const model::Model& model, std::uint32_t chain) {
  std::uint64_t states = 0;
  for (const model::TransitionId id : model.chains[chain].transitions) {
    const model::Transition& transition = model.transitions[id.index];
    if (transition.intensity.kind == model::Intensity::Kind::baseline) {
      states |= states_left(transition);
    }
  }
  return states;
}

std::size_t transitions_out_of(const model::Model& model, std::uint32_t chain,
                               std::uint64_t states) {
  const std::vector<model::TransitionId>& own = model.chains[chain].transitions;
  return static_cast<std::size_t>(std::count_if(own.begin(), own.end(), [&](auto id) {
    return (states_left(model.transitions[id.index]) & states) != 0;
  }));
}

/// Whether lanes in these states of a chain may share their code.
bool may_blend(const Program& program, std::uint32_t chain, std::uint64_t states) {
  if (transitions_out_of(program.model(), chain, states) > most_transitions) return false;
  const Steps steps(program, chain);
  double apart = 0.0;
  for (std::uint64_t left = states; left != 0; left &= left - 1) {
    apart += steps.cost_in(static_cast<std::size_t>(std::countr_zero(left)));
  }
  const double shared = steps.cost_in_all(states);
  const int n_states = std::popcount(states);
  const double mean = apart / n_states;
  return shared - mean <= std::max(saved_cost, saved_share * (n_states - 1) * mean);
}

/// The states of a chain that share their code; none where each has its own.
std::uint64_t shared_states(const Program& program, std::uint32_t chain) {
  const std::uint64_t states =
      possible_states(program, chain) & ~states_with_baselines(program.model(), chain);
  return std::popcount(states) > 1 && may_blend(program, chain, states) ? states : 0;
}

}  // namespace

std::vector<std::vector<std::uint64_t>> blended_states(const Program& program) {
  std::vector<std::vector<std::uint64_t>> all;
  for (std::uint32_t c = 0; c < program.model().chains.size(); ++c) {
    std::vector<std::uint64_t>& of_chain =
        all.emplace_back(program.model().chains[c].states.size());
    const std::uint64_t states = shared_states(program, c);
    for (std::uint64_t left = states; left != 0; left &= left - 1) {
      of_chain[static_cast<std::size_t>(std::countr_zero(left))] = states;
    }
  }
  return all;
}

}  // namespace detente::program
