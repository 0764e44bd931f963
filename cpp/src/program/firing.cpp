#include "detente/program/firing.hpp"

#include <algorithm>

#include "detente/program/program.hpp"
#include "program/dynamics.hpp"

namespace detente::program {

namespace {

/// Whether a node follows one of the fields, or time.
bool follows(const Graph& graph, NodeId output, const std::vector<std::uint32_t>& fields) {
  const std::vector<NodeId> leaves = reach(graph, {output}).leaves;
  return std::any_of(leaves.begin(), leaves.end(), [&](NodeId id) {
    const Leaf& leaf = graph[id].leaf;
    if (leaf.kind == LeafKind::now) return true;
    const bool is_field = leaf.kind == LeafKind::field || leaf.kind == LeafKind::moving_field;
    return is_field && std::find(fields.begin(), fields.end(), leaf.index) != fields.end();
  });
}

bool keeps_pool(const Program& program, ElementId element, const JointState& state,
                const FiringProgram& firing) {
  const auto stays = [&](std::uint32_t chain, const std::vector<std::uint8_t>& to) {
    const std::uint64_t states = program.blended_with(chain, state[chain]);
    return std::all_of(to.begin(), to.end(),
                       [states](std::uint8_t target) { return ((states >> target) & 1U) != 0; });
  };
  if (program.is_transition(element) &&
      !stays(program.model().transitions[element].chain.index, firing.branch_states)) {
    return false;
  }
  return std::all_of(firing.moves.begin(), firing.moves.end(),
                     [&](const auto& move) { return stays(move.chain, move.states); });
}

void find_changed(const Program& program, ElementId element, FiringProgram& firing) {
  const Layout& layout = program.layout();
  std::vector<std::uint32_t>& fields = firing.changed;
  fields.push_back(layout.count(element));
  for (const std::uint32_t variable : firing.assigned) fields.push_back(layout.variable(variable));
  const auto move = [&](std::uint32_t chain, const std::vector<std::uint8_t>& states) {
    firing.moved.push_back(chain);
    fields.push_back(layout.state(chain));
    fields.push_back(layout.entered(chain));
    for (const std::uint8_t state : states) fields.push_back(layout.visits(chain, state));
  };
  if (program.is_transition(element)) {
    move(program.model().transitions[element].chain.index, firing.branch_states);
  }
  for (const FiringProgram::Move& forced : firing.moves) move(forced.chain, forced.states);
}

// What is known of the chains once it has fired: a transition always moves its own, and those that it forces.
Translator::Setting setting_after(const Program& program, ElementId element, JointState& state,
                                  const FiringProgram& firing) {
  Translator::Setting setting = program.setting_of(state);
  if (!program.is_transition(element)) return setting;
  const auto note = [&](std::uint32_t chain, const std::vector<std::uint8_t>& states) {
    if (states.size() > 1) return;
    state[chain] = states[0];
    setting.blended[chain] = 0;
  };
  note(program.model().transitions[element].chain.index, firing.branch_states);
  for (const FiringProgram::Move& move : firing.moves) note(move.chain, move.states);
  return setting;
}

void find_touched(const Program& program, Graph& g, Translator& before, Translator& after,
                  FiringProgram& firing) {
  const Moment now = before.lane_now();
  std::vector<NodeId> outputs;
  for (std::uint32_t i = 0; i < program.signals().size(); ++i) {
    const expr::ExpressionPtr& signal = program.signals()[i];
    if (!follows(g, before(signal, now, now), firing.changed)) continue;
    firing.touched_signals.push_back(i);
    outputs.push_back(after(signal, now, now));
  }
  firing.touched = RecordCode(g, outputs);
}

}  // namespace

FiringProgram compile_firing(const Program& program, ElementId element, const JointState& state) {
  const model::Model& model = program.model();
  FiringProgram firing;
  Graph g;
  Translator translate(g, program.setting_of(state));
  const Moment now = translate.lane_now();
  const auto read = [&](const expr::ExpressionPtr& e) { return translate(e, now, now); };
  std::vector<NodeId> outputs;
  const bool is_transition = program.is_transition(element);
  const model::Event* event =
      is_transition ? nullptr : &model.events[element - program.layout().transition_count()];
  // The guard of a hazard element has done its work: its clock ran only while it held.
  const bool guarded = event != nullptr && event->kind != model::Event::Kind::hazard && event->when;
  outputs.push_back(guarded ? read(event->when) : g.constant(1.0));
  outputs.push_back(event != nullptr && event->probability ? read(event->probability)
                                                           : g.constant(1.0));
  const model::Effects& effects =
      is_transition ? model.transitions[element].effects : event->effects;
  firing.mark_count = effects.mark_count;
  for (const model::Assignment& assignment : effects.assignments) {
    firing.assigned.push_back(assignment.variable.index);
    outputs.push_back(
        limited(g, model.variables[assignment.variable.index], read(assignment.value)));
  }
  if (is_transition) {
    for (const model::Branch& branch : model.transitions[element].branches) {
      firing.branch_states.push_back(static_cast<std::uint8_t>(branch.to.index));
      outputs.push_back(read(branch.weight));
    }
  }
  for (const model::ForcedMove& move : effects.moves) {
    FiringProgram::Move target{move.chain.index, {}};
    for (const model::Branch& branch : move.branches) {
      target.states.push_back(static_cast<std::uint8_t>(branch.to.index));
      outputs.push_back(read(branch.weight));
    }
    firing.moves.push_back(std::move(target));
  }
  firing.code = RecordCode(g, outputs);
  firing.keeps_pool = keeps_pool(program, element, state, firing);
  if (!firing.keeps_pool) return firing;
  find_changed(program, element, firing);
  JointState left = state;
  Translator after(g, setting_after(program, element, left, firing));
  find_touched(program, g, translate, after, firing);
  return firing;
}

}  // namespace detente::program
