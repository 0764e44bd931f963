#include "program/dynamics.hpp"

#include <algorithm>

#include "detente/diagnostic/error.hpp"
#include "detente/program/program.hpp"

namespace detente::program {

using model::Intensity;
using model::Variable;

NodeId limited(Graph& g, const Variable& variable, NodeId value) {
  if (!variable.low && !variable.high) return value;
  if (variable.at_bounds == model::AtBounds::clamp) {
    if (variable.low) value = g.apply(Op::max, value, g.constant(*variable.low));
    if (variable.high) value = g.apply(Op::min, value, g.constant(*variable.high));
    return value;
  }
  if (!variable.high) {
    const NodeId low = g.constant(*variable.low);
    return g.apply(Op::add, low, g.apply(Op::abs, g.apply(Op::sub, value, low)));
  }
  if (!variable.low) {
    const NodeId high = g.constant(*variable.high);
    return g.apply(Op::sub, high, g.apply(Op::abs, g.apply(Op::sub, value, high)));
  }
  // Folding at both ends: a triangle wave of half-period `width`.
  const double width = *variable.high - *variable.low;
  const NodeId low = g.constant(*variable.low);
  const NodeId turns = g.apply(Op::div, g.apply(Op::sub, value, low), g.constant(width));
  const NodeId pairs = g.apply(Op::floor, g.apply(Op::mul, turns, g.constant(0.5)));
  const NodeId phase = g.apply(Op::sub, turns, g.apply(Op::mul, pairs, g.constant(2.0)));
  const NodeId away = g.apply(Op::abs, g.apply(Op::sub, phase, g.constant(1.0)));
  const NodeId folded = g.apply(
      Op::add, low, g.apply(Op::mul, g.constant(width), g.apply(Op::sub, g.constant(1.0), away)));
  const NodeId inside = g.apply(Op::logical_and, g.apply(Op::ge, value, low),
                                g.apply(Op::le, value, g.constant(*variable.high)));
  return g.apply(Op::select, inside, value, folded);
}

namespace {

bool is_slow(const Graph& g, NodeId id) { return g.is_scalar(id) || g.is_held(id); }

/// `from` and `scale` times the standard normal of a variable: its own where it is not correlated, else a row of the
/// Cholesky factor.
NodeId add_noise(Graph& g, const Program& program, std::uint32_t variable, NodeId scale,
                 NodeId from) {
  const std::vector<double>& row = program.noise_row(variable);
  // A scale that moves multiplies the sum once; one that does not is part of the weights.
  const bool is_inside = is_slow(g, scale);
  NodeId sum = is_inside ? from : g.constant(0.0);
  for (std::uint32_t k = 0; k < row.size(); ++k) {
    if (row[k] == 0.0) continue;
    const NodeId own = g.leaf({LeafKind::noise, k});
    const NodeId weight = g.constant(row[k]);
    const NodeId scaled = is_inside ? g.apply(Op::mul, scale, weight) : weight;
    sum = g.apply(Op::add, sum, g.apply(Op::mul, scaled, own));
  }
  return is_inside ? sum : g.apply(Op::add, from, g.apply(Op::mul, scale, sum));
}

}  // namespace

NodeId moved_node(Graph& g, const Program& program, Translator& translate, std::uint32_t index,
                  const Span& span, Moved what) {
  const Variable& variable = program.model().variables[index];
  const NodeId zero = g.constant(0.0);
  const auto read = [&](const expr::ExpressionPtr& e) {
    return e ? translate(e, span.now, span.read) : zero;
  };
  const NodeId x = translate.variable(index);
  const NodeId from = what == Moved::value ? x : zero;
  const NodeId volatility = read(variable.volatility);
  const bool has_noise = !g.is_constant(volatility, 0.0);
  const auto with_noise = [&](NodeId scale, NodeId rest) {
    return has_noise ? add_noise(g, program, index, scale, rest) : rest;
  };
  const NodeId root_scale = g.apply(Op::mul, volatility, span.root_length);
  switch (variable.form) {
    case Variable::Form::euler: {
      const NodeId drift = g.apply(Op::mul, read(variable.drift), span.length);
      return with_noise(root_scale, g.apply(Op::add, from, drift));
    }
    case Variable::Form::reverting: {
      // Exact: X(t+h) = m + (X - m) exp(-k h) + s sqrt((1 - exp(-2 k h)) / (2 k)) Z (Uhlenbeck, Ornstein 1930).
      const NodeId rate = read(variable.rate);
      const NodeId to = read(variable.to);
      const NodeId gain = g.apply(
          Op::neg, g.apply(Op::expm1, g.apply(Op::neg, g.apply(Op::mul, rate, span.length))));
      NodeId mean = g.apply(Op::add, from, g.apply(Op::mul, g.apply(Op::sub, to, x), gain));
      if (what == Moved::value && is_slow(g, gain)) {
        const NodeId kept = g.apply(Op::sub, g.constant(1.0), gain);
        mean = g.apply(Op::add, g.apply(Op::mul, kept, x), g.apply(Op::mul, gain, to));
      }
      if (!has_noise) return mean;
      const NodeId twice = g.apply(Op::mul, g.constant(2.0), rate);
      const NodeId flat = g.apply(Op::eq, rate, zero);
      const NodeId safe = g.apply(Op::select, flat, g.constant(1.0), twice);
      const NodeId lost = g.apply(
          Op::neg, g.apply(Op::expm1, g.apply(Op::neg, g.apply(Op::mul, twice, span.length))));
      const NodeId variance = g.apply(Op::select, flat, span.length, g.apply(Op::div, lost, safe));
      return with_noise(g.apply(Op::mul, volatility, g.apply(Op::sqrt, variance)), mean);
    }
    case Variable::Form::growth: {
      // Exact: X(t+h) = X exp((g - s^2/2) h + s sqrt(h) Z).
      const NodeId half = g.apply(Op::mul, g.constant(0.5), g.apply(Op::square, volatility));
      const NodeId trend =
          g.apply(Op::mul, g.apply(Op::sub, read(variable.drift), half), span.length);
      const NodeId exponent = with_noise(root_scale, trend);
      return g.apply(Op::mul, x, g.apply(what == Moved::value ? Op::exp : Op::expm1, exponent));
    }
  }
  throw diagnostic::InternalError("unknown form of a variable");
}

NodeId guard_node(Graph& g, Translator& translate, const expr::ExpressionPtr& when,
                  const Span& span) {
  return when ? translate(when, span.now, span.read) : g.constant(1.0);
}

std::uint64_t states_left(const model::Transition& transition) {
  std::uint64_t states = 0;
  for (const model::StateId from : transition.from) states |= std::uint64_t{1} << from.index;
  return states;
}

NodeId leaves_node(Translator& translate, const model::Transition& transition) {
  return translate.is_in(transition.chain.index, states_left(transition));
}

NodeId ratio_node(Graph& g, Translator& translate, const Intensity& intensity, NodeId guard,
                  const Span& span) {
  NodeId product = g.constant(1.0);
  for (const model::HazardRatio& ratio : intensity.ratios) {
    product = g.apply(Op::mul, product, translate(ratio.value, span.now, span.read));
  }
  if (intensity.kind == Intensity::Kind::hazard) {
    product = g.apply(Op::mul, translate(intensity.hazard, span.now, span.read), product);
  }
  return g.apply(Op::select, guard, product, g.constant(0.0));
}

bool can_share_clock(const model::Model& model, const std::vector<ElementId>& others,
                     ElementId element) {
  const std::uint64_t states = states_left(model.transitions[element]);
  return std::none_of(others.begin(), others.end(), [&](ElementId other) {
    return (states_left(model.transitions[other]) & states) != 0;
  });
}

NodeId shared_ratio_node(Graph& g, const model::Model& model, Translator& translate,
                         const std::vector<ElementId>& elements, const Span& span) {
  std::uint64_t states = 0;
  NodeId ratio = 0;
  for (auto element = elements.rbegin(); element != elements.rend(); ++element) {
    const model::Transition& transition = model.transitions[*element];
    const NodeId guard = guard_node(g, translate, transition.when, span);
    const NodeId own = ratio_node(g, translate, transition.intensity, guard, span);
    ratio = states == 0 ? own : g.choose(leaves_node(translate, transition), own, ratio);
    states |= states_left(transition);
  }
  NodeId leaves = translate.is_in(model.transitions[elements[0]].chain.index, states);
  const Node node = g[ratio];
  if (node.op == Op::select && g.is_constant(node.c, 0.0)) {  // one choice for both reasons
    leaves = g.apply(Op::logical_and, leaves, node.a);
    ratio = node.b;
  }
  return g.guarded(leaves, ratio);
}

bool is_fixed_on_path(const Graph& g, NodeId id, const Program& program) {
  const Node& node = g[id];
  if (node.op == Op::constant) return true;
  if (node.op == Op::leaf) {
    return node.leaf.kind == LeafKind::field &&
           node.leaf.index < program.layout().parameter(0) + program.model().parameters.size();
  }
  const int n = arity(node.op);
  return is_fixed_on_path(g, node.a, program) && (n < 2 || is_fixed_on_path(g, node.b, program)) &&
         (n < 3 || is_fixed_on_path(g, node.c, program));
}

NodeId baseline_argument_node(Graph& g, const Program& program, Translator& translate,
                              std::uint32_t transition, std::uint32_t k) {
  const Moment now = translate.lane_now();
  const Intensity& intensity = program.model().transitions[transition].intensity;
  const NodeId argument = translate(intensity.arguments[k], now, now);
  if (is_fixed_on_path(g, argument, program)) return argument;
  return g.leaf({LeafKind::field, program.layout().argument(transition, k)});
}

}  // namespace detente::program
