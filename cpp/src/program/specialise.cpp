#include "detente/program/specialise.hpp"

#include <algorithm>

#include "detente/program/baseline.hpp"
#include "detente/program/program.hpp"
#include "program/dynamics.hpp"

namespace detente::program {

namespace {

using model::Intensity;

const Intensity& intensity_of(const Program& program, ElementId element) {
  const model::Model& model = program.model();
  return program.is_transition(element)
             ? model.transitions[element].intensity
             : model.events[element - program.layout().transition_count()].intensity;
}

const expr::ExpressionPtr& when_of(const Program& program, ElementId element) {
  const model::Model& model = program.model();
  return program.is_transition(element)
             ? model.transitions[element].when
             : model.events[element - program.layout().transition_count()].when;
}

/// Whether the element may fire, as far as states say: of a transition also that it leaves the chain's state.
NodeId guard_of(Graph& g, const Program& program, Translator& translate, ElementId element,
                const Span& span) {
  const NodeId guard = guard_node(g, translate, when_of(program, element), span);
  return program.is_transition(element)
             ? g.apply(Op::logical_and,
                       leaves_node(translate, program.model().transitions[element]), guard)
             : guard;
}

/// Whether it leaves a state that the pool does not tell from others.
bool is_blended(const Program& program, const JointState& state, ElementId element) {
  if (!program.is_transition(element)) return false;
  const std::uint32_t chain = program.model().transitions[element].chain.index;
  return program.blended_with(chain, state[chain]) != 0;
}

/// Makes a clock one of the states that its element leaves.
void begin_sharing(const Program& program, ActiveClock& clock) {
  const model::Transition& transition = program.model().transitions[clock.element];
  clock.chain = transition.chain.index;
  clock.by_state.assign(program.model().chains[clock.chain].states.size(), no_element);
  for (const model::StateId from : transition.from) clock.by_state[from.index] = clock.element;
}

/// Held nodes that lane code reads directly, and all other leaves of lane code.
class Frontier {
 public:
  explicit Frontier(const Graph& graph) : graph_(graph), seen_(graph.size(), 0) {}

  void visit(const std::vector<NodeId>& outputs) {
    std::vector<NodeId> stack(outputs.begin(), outputs.end());
    while (!stack.empty()) {
      const NodeId id = stack.back();
      stack.pop_back();
      if (seen_[id] != 0) continue;
      seen_[id] = 1;
      if (graph_.is_scalar(id)) continue;
      if (graph_.is_held(id)) {
        held_.push_back(id);
        continue;
      }
      const Node& node = graph_[id];
      if (node.op == Op::leaf) {
        if (node.leaf.kind == LeafKind::noise) noises_.push_back(node.leaf.index);
        continue;
      }
      const int n = arity(node.op);
      stack.push_back(node.a);
      if (n >= 2) stack.push_back(node.b);
      if (n >= 3) stack.push_back(node.c);
    }
  }
  std::vector<NodeId> held() const { return sorted(held_); }
  std::vector<std::uint32_t> noises() const { return sorted(noises_); }

 private:
  static std::vector<std::uint32_t> sorted(std::vector<std::uint32_t> values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
  }
  const Graph& graph_;
  std::vector<std::uint8_t> seen_;
  std::vector<NodeId> held_;
  std::vector<std::uint32_t> noises_;
};

}  // namespace

/// Builds a StateProgram; kept apart so that the program itself holds results only.
class StateCompiler {
 public:
  StateCompiler(const Program& program, const JointState& state, Graph& graph,
                std::vector<bool> moving)
      : program_(program),
        graph_(graph),
        translate_(graph, program.setting_of(state, std::move(moving))) {}

  Span step(bool regular) {
    const double length = program_.grid().regular_length;
    Span span;
    span.now = translate_.step_middle();
    span.read = translate_.step_start();
    span.length = regular ? graph_.constant(length) : translate_.step_scalar(StepScalar::length);
    span.root_length = regular ? graph_.apply(Op::sqrt, graph_.constant(length))
                               : translate_.step_scalar(StepScalar::root_length);
    return span;
  }

  Span sub() {
    Span span;
    span.now = translate_.lane_middle();
    span.read = translate_.lane_now();
    const NodeId now = graph_.leaf({LeafKind::now, 0});
    span.length = graph_.apply(Op::max, graph_.constant(0.0),
                               graph_.apply(Op::sub, translate_.step_scalar(StepScalar::end), now));
    span.root_length = span.length;  // no variable moves in a sub-interval
    return span;
  }

  const Program& program_;
  Graph& graph_;
  Translator translate_;
};

StateProgram::StateProgram(const Program& program, const JointState& state)
    : state_(state), held_by_(std::make_unique<Kept<std::vector<std::uint32_t>, HeldCode>>()) {
  find_moving_variables(program);
  Graph graph;
  StateCompiler compiler(program, state_, graph, moving_);
  find_clocks(program, compiler);
  build_codes(program, compiler);
  build_record_codes(program);
}

void StateProgram::find_moving_variables(const Program& program) {
  const std::size_t n = program.model().variables.size();
  Graph scratch;
  StateCompiler compiler(program, state_, scratch, std::vector<bool>(n, true));
  moving_.assign(n, false);
  const Span span = compiler.step(false);
  for (std::uint32_t v = 0; v < n; ++v) {
    const NodeId increment =
        moved_node(scratch, program, compiler.translate_, v, span, Moved::increment);
    moving_[v] = !scratch.is_constant(increment, 0.0);
    if (moving_[v]) variables_.push_back({v, 0});
  }
}

// A clock that has been found for other states of the element's chain serves the element too; false where there is none.
bool StateProgram::share_clock(const Program& program, ElementId element) {
  if (!is_blended(program, state_, element)) return false;
  const model::Transition& transition = program.model().transitions[element];
  for (ActiveClock& clock : clocks_) {
    if (clock.by_state.empty() || clock.chain != transition.chain.index) continue;
    if (!can_share_clock(program.model(), clock.elements, element)) continue;
    for (const model::StateId from : transition.from) clock.by_state[from.index] = element;
    clock.elements.push_back(element);
    return true;
  }
  return false;
}

void StateProgram::find_clocks(const Program& program, StateCompiler& compiler) {
  Graph& g = compiler.graph_;
  Translator& translate = compiler.translate_;
  const Span span{translate.step_middle(), translate.step_start(), 0, 0};
  const auto add = [&](ElementId element) {
    const Intensity& intensity = intensity_of(program, element);
    const NodeId guard = guard_of(g, program, translate, element, span);
    const NodeId ratio = ratio_node(g, translate, intensity, guard, span);
    if (g.is_constant(ratio, 0.0)) return;  // switched off by the state or the policy
    if (share_clock(program, element)) return;
    ActiveClock clock;
    clock.element = element;
    clock.elements = {element};
    clock.column = static_cast<std::uint16_t>(clocks_.size());
    clock.has_baseline = intensity.kind == Intensity::Kind::baseline;
    if (clock.has_baseline) {
      clock.family = intensity.family;
      clock.times = &intensity.times;
      clock.baseline_index = n_baselines_++;
    }
    clocks_.push_back(clock);
    if (is_blended(program, state_, element)) begin_sharing(program, clocks_.back());
  };
  const model::Model& model = program.model();
  for (std::uint32_t t = 0; t < model.transitions.size(); ++t) {
    if (!g.is_constant(leaves_node(translate, model.transitions[t]), 0.0)) add(t);
  }
  for (std::uint32_t e = 0; e < model.events.size(); ++e) {
    if (model.events[e].kind == model::Event::Kind::hazard) {
      add(program.layout().event_element(e));
    }
  }
}

void StateProgram::build_codes(const Program& program, StateCompiler& compiler) {
  const model::Model& model = program.model();
  const Layout& layout = program.layout();
  Graph& g = compiler.graph_;
  Translator& translate = compiler.translate_;

  // Baselines: arguments, cumulative hazard now (a column) and at the end of the step.
  const Moment arrival_now = translate.lane_now();
  std::vector<std::vector<NodeId>> arguments(clocks_.size());
  std::vector<NodeId> at_end, at_arrival;
  std::vector<NodeId> cumulative_leaf(clocks_.size(), 0);
  for (std::size_t j = 0; j < clocks_.size(); ++j) {
    if (!clocks_[j].has_baseline) continue;
    const ElementId element = clocks_[j].element;
    const Intensity& intensity = intensity_of(program, element);
    for (std::uint32_t k = 0; k < intensity.arguments.size(); ++k) {
      arguments[j].push_back(baseline_argument_node(g, program, translate, element, k));
    }
    const NodeId entered =
        g.leaf({LeafKind::field, layout.entered(model.transitions[element].chain.index)});
    const auto age = [&](NodeId time) {
      return g.apply(Op::max, g.constant(0.0), g.apply(Op::sub, time, entered));
    };
    at_end.push_back(cumulative_node(g, clocks_[j].family, arguments[j], intensity.times,
                                     age(translate.step_scalar(StepScalar::end))));
    at_arrival.push_back(cumulative_node(g, clocks_[j].family, arguments[j], intensity.times,
                                         age(arrival_now.time)));
    cumulative_leaf[j] = g.leaf({LeafKind::cumulative, clocks_[j].baseline_index});
  }

  const auto hazards = [&](const Span& span, std::vector<NodeId>& rates,
                           std::vector<NodeId>& integrals) {
    for (std::size_t j = 0; j < clocks_.size(); ++j) {
      const NodeId rate =
          clocks_[j].by_state.empty()
              ? ratio_node(g, translate, intensity_of(program, clocks_[j].element),
                           guard_of(g, program, translate, clocks_[j].element, span), span)
              : shared_ratio_node(g, model, translate, clocks_[j].elements, span);
      rates.push_back(rate);
      const NodeId length =
          clocks_[j].has_baseline
              ? g.apply(Op::sub, at_end[clocks_[j].baseline_index], cumulative_leaf[j])
              : span.length;
      integrals.push_back(g.times(rate, length));
    }
  };
  const auto step_outputs = [&](bool regular) {
    const Span span = compiler.step(regular);
    std::vector<NodeId> rates, outputs, increments;
    hazards(span, rates, outputs);
    for (MovingVariable& moving : variables_) {
      const model::Variable& variable = model.variables[moving.variable];
      const bool is_ranged = variable.low || variable.high;
      const Moved what = is_ranged ? Moved::increment : Moved::value;
      const NodeId moved = moved_node(g, program, translate, moving.variable, span, what);
      outputs.push_back(moved);
      if (!is_ranged) continue;
      outputs.back() =
          limited(g, variable, g.apply(Op::add, translate.variable(moving.variable), moved));
      moving.increment = static_cast<std::int32_t>(increments.size());
      increments.push_back(moved);
    }
    outputs.insert(outputs.end(), at_end.begin(), at_end.end());
    outputs.insert(outputs.end(), increments.begin(), increments.end());
    return outputs;
  };
  const std::vector<NodeId> regular = step_outputs(true);
  const std::vector<NodeId> general = step_outputs(false);
  std::vector<NodeId> sub, sub_integrals;
  hazards(compiler.sub(), sub, sub_integrals);
  for (const NodeId id : reach(g, sub).leaves) {
    const Leaf leaf = g[id].leaf;
    rates_follow_time_ = rates_follow_time_ || leaf.kind == LeafKind::now;
    if (leaf.kind == LeafKind::moving_field) rate_fields_.push_back(leaf.index);
  }
  sub.insert(sub.end(), sub_integrals.begin(), sub_integrals.end());
  sub.insert(sub.end(), at_end.begin(), at_end.end());

  // Signals that move between firings, read at the start of a step.
  std::vector<NodeId> signals, stepped;
  for (std::uint32_t i = 0; i < program.signals().size(); ++i) {
    const Moment at = translate.step_start();
    const NodeId node = translate(program.signals()[i], at, at);
    if (g.is_constant(node) || g.is_held(node)) continue;
    moving_signals_.push_back(i);
    signals.push_back(node);
    if (!program.is_stepped(i)) continue;
    stepped_signals_.push_back(i);
    stepped.push_back(node);
  }

  std::vector<NodeId> all_arguments;
  for (const auto& list : arguments) {
    all_arguments.insert(all_arguments.end(), list.begin(), list.end());
  }
  Frontier frontier(g);
  std::vector<NodeId> everything;
  for (const std::vector<NodeId>& outputs : {regular, general, sub, signals, all_arguments}) {
    everything.insert(everything.end(), outputs.begin(), outputs.end());
  }
  frontier.visit(everything);

  // Columns.
  Places places;
  auto next = static_cast<std::uint16_t>(clocks_.size());
  for (std::size_t j = 0; j < clocks_.size(); ++j) {
    if (!clocks_[j].has_baseline) continue;
    clocks_[j].cumulative_column = next;
    places[cumulative_leaf[j]] = {Operand::Kind::column, next++};
  }
  for (MovingVariable& moving : variables_) {
    moving.column = next;
    places[translate.variable(moving.variable)] = {Operand::Kind::column, next++};
  }
  noises_ = frontier.noises();
  noise_column_ = next;
  next = static_cast<std::uint16_t>(next + 4 * noises_.size());
  for (std::size_t i = 0; i < noises_.size(); ++i) {
    places[g.leaf({LeafKind::noise, noises_[i]})] = {Operand::Kind::noise,
                                                     static_cast<std::uint16_t>(i)};
  }
  std::vector<NodeId> arrival_outputs = frontier.held();
  for (const NodeId id : arrival_outputs) {
    arrival_.columns.push_back(next);
    places[id] = {Operand::Kind::column, next++};
  }
  for (std::size_t j = 0; j < clocks_.size(); ++j) {
    if (!clocks_[j].has_baseline) continue;
    arrival_outputs.push_back(at_arrival[clocks_[j].baseline_index]);
    arrival_.columns.push_back(clocks_[j].cumulative_column);
  }
  column_count_ = next;
  places[g.leaf({LeafKind::now, 0})] = {Operand::Kind::column, column_count_};

  std::vector<NodeId> usual = all_arguments;
  for (const std::vector<NodeId>& outputs : {regular, sub, signals}) {
    usual.insert(usual.end(), outputs.begin(), outputs.end());
  }
  bank_.build(g, usual, places);
  bank_.build(g, general, places, ScalarBank::Part::irregular);
  for (std::size_t j = 0; j < clocks_.size(); ++j) {
    for (const NodeId argument : arguments[j]) clocks_[j].arguments.push_back(places.at(argument));
  }
  regular_step_ = build_code(g, regular, places);
  general_step_ = build_code(g, general, places);
  sub_ = build_code(g, sub, places);
  signal_code_ = build_code(g, signals, places);
  stepped_code_ = build_code(g, stepped, places);
  arrival_.code = RecordCode(g, arrival_outputs);
  find_sub_columns();

  // Arguments that are read on entering a state.
  for (std::uint32_t chain = 0; chain < model.chains.size(); ++chain) {
    EntryCode entry;
    entry.chain = chain;
    std::vector<NodeId> outputs;
    for (std::size_t j = 0; j < clocks_.size(); ++j) {
      const ElementId element = clocks_[j].element;
      if (!clocks_[j].has_baseline || model.transitions[element].chain.index != chain) continue;
      const Intensity& intensity = intensity_of(program, element);
      for (std::uint32_t k = 0; k < intensity.arguments.size(); ++k) {
        const NodeId argument = translate(intensity.arguments[k], arrival_now, arrival_now);
        if (is_fixed_on_path(g, argument, program)) continue;
        entry.fields.push_back(layout.argument(element, k));
        outputs.push_back(argument);
      }
    }
    if (outputs.empty()) continue;
    entry.code = RecordCode(g, outputs);
    entries_.push_back(std::move(entry));
  }
}

void StateProgram::find_sub_columns() {
  std::vector<bool> is_read(column_count_ + std::size_t{1}, false);
  const auto mark = [&is_read](Operand operand) {
    if (operand.kind == Operand::Kind::column) is_read[operand.index] = true;
  };
  for (const Instruction& instruction : sub_.instructions()) {
    for (const Operand operand : {instruction.a, instruction.b, instruction.c}) mark(operand);
  }
  for (const Operand operand : sub_.outputs()) mark(operand);
  for (const ActiveClock& clock : clocks_) {
    is_read[clock.column] = true;
    if (clock.has_baseline) is_read[clock.cumulative_column] = true;
    for (const Operand operand : clock.arguments) mark(operand);
  }
  for (std::uint16_t c = 0; c < column_count_; ++c) {
    if (is_read[c]) sub_columns_.push_back(c);
  }
}

bool StateProgram::keeps_rates(const std::vector<std::uint32_t>& fields) const {
  if (rates_follow_time_ || n_baselines_ > 0) return false;
  return std::none_of(fields.begin(), fields.end(), [this](std::uint32_t field) {
    return std::find(rate_fields_.begin(), rate_fields_.end(), field) != rate_fields_.end();
  });
}

std::shared_ptr<const HeldCode> StateProgram::held_by(
    const std::vector<std::uint32_t>& fields) const {
  return held_by_->at(fields, [&] {
    const std::vector<bool> reads = arrival_.code.outputs_reading(fields);
    HeldCode held;
    std::vector<std::size_t> outputs;
    for (std::size_t k = 0; k < reads.size(); ++k) {
      if (!reads[k]) continue;
      outputs.push_back(k);
      held.columns.push_back(arrival_.columns[k]);
    }
    held.code = arrival_.code.restricted_to(outputs);
    return held;
  });
}

void StateProgram::build_record_codes(const Program& program) {
  Graph g;
  Translator translate(g, program.setting_of(state_));
  const Moment now = translate.lane_now();
  std::vector<NodeId> outputs;
  for (const auto& signal : program.signals()) outputs.push_back(translate(signal, now, now));
  signals_ = RecordCode(g, outputs);
  outputs.clear();
  for (const std::uint32_t event : program.triggers()) {
    outputs.push_back(translate(program.model().events[event].trigger, now, now));
  }
  triggers_ = RecordCode(g, outputs);
}

std::size_t StateProgram::bytes() const {
  std::size_t bytes = sizeof(*this) + clocks_.capacity() * sizeof(ActiveClock) +
                      variables_.capacity() * sizeof(MovingVariable) + bank_.bytes();
  for (const Code* code : {&regular_step_, &general_step_, &sub_, &signal_code_, &stepped_code_}) {
    bytes += code->bytes();
  }
  for (const RecordCode* code : {&arrival_.code, &signals_, &triggers_}) bytes += code->bytes();
  for (const EntryCode& entry : entries_) {
    bytes += sizeof(entry) + entry.fields.capacity() * sizeof(std::uint32_t) + entry.code.bytes();
  }
  return bytes;
}

}  // namespace detente::program
