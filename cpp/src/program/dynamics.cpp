#include "program/dynamics.hpp"

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

/// The standard normal of a variable: its own where it is not correlated, else a row of the Cholesky factor.
NodeId noise_node(Graph& g, const Program& program, std::uint32_t variable) {
  const std::vector<double>& row = program.noise_row(variable);
  NodeId sum = g.constant(0.0);
  for (std::uint32_t k = 0; k < row.size(); ++k) {
    if (row[k] == 0.0) continue;
    const NodeId own = g.leaf({LeafKind::noise, k});
    sum = g.apply(Op::add, sum, g.apply(Op::mul, g.constant(row[k]), own));
  }
  return sum;
}

}  // namespace

NodeId increment_node(Graph& g, const Program& program, Translator& translate, std::uint32_t index,
                      const Span& span) {
  const Variable& variable = program.model().variables[index];
  const NodeId zero = g.constant(0.0);
  const auto read = [&](const expr::ExpressionPtr& e) {
    return e ? translate(e, span.now, span.read) : zero;
  };
  const NodeId x = translate.variable(index);
  const NodeId volatility = read(variable.volatility);
  const NodeId noise = g.is_constant(volatility, 0.0) ? zero : noise_node(g, program, index);
  switch (variable.form) {
    case Variable::Form::euler: {
      const NodeId drift = g.apply(Op::mul, read(variable.drift), span.length);
      const NodeId shock = g.apply(Op::mul, g.apply(Op::mul, volatility, span.root_length), noise);
      return g.apply(Op::add, drift, shock);
    }
    case Variable::Form::reverting: {
      // Exact: X(t+h) = m + (X - m) exp(-k h) + s sqrt((1 - exp(-2 k h)) / (2 k)) Z (Uhlenbeck, Ornstein 1930).
      const NodeId rate = read(variable.rate);
      const NodeId gain = g.apply(
          Op::neg, g.apply(Op::expm1, g.apply(Op::neg, g.apply(Op::mul, rate, span.length))));
      const NodeId pull = g.apply(Op::mul, g.apply(Op::sub, read(variable.to), x), gain);
      if (g.is_constant(volatility, 0.0)) return pull;
      const NodeId twice = g.apply(Op::mul, g.constant(2.0), rate);
      const NodeId flat = g.apply(Op::eq, rate, zero);
      const NodeId safe = g.apply(Op::select, flat, g.constant(1.0), twice);
      const NodeId lost = g.apply(
          Op::neg, g.apply(Op::expm1, g.apply(Op::neg, g.apply(Op::mul, twice, span.length))));
      const NodeId variance = g.apply(Op::select, flat, span.length, g.apply(Op::div, lost, safe));
      const NodeId width = g.apply(Op::mul, volatility, g.apply(Op::sqrt, variance));
      return g.apply(Op::add, pull, g.apply(Op::mul, width, noise));
    }
    case Variable::Form::growth: {
      // Exact: X(t+h) = X exp((g - s^2/2) h + s sqrt(h) Z).
      const NodeId half = g.apply(Op::mul, g.constant(0.5), g.apply(Op::square, volatility));
      const NodeId trend =
          g.apply(Op::mul, g.apply(Op::sub, read(variable.drift), half), span.length);
      const NodeId shock = g.apply(Op::mul, g.apply(Op::mul, volatility, span.root_length), noise);
      return g.apply(Op::mul, x, g.apply(Op::expm1, g.apply(Op::add, trend, shock)));
    }
  }
  throw diagnostic::InternalError("unknown form of a variable");
}

NodeId guard_node(Graph& g, Translator& translate, const expr::ExpressionPtr& when,
                  const Span& span) {
  return when ? translate(when, span.now, span.read) : g.constant(1.0);
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
