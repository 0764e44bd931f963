#include "detente/program/translate.hpp"

#include <algorithm>

#include "detente/diagnostic/error.hpp"

namespace detente::program {

using expr::Expression;
using expr::ExpressionPtr;
using expr::Function;
using expr::SymbolKind;

std::vector<LeverBinding> bind_levers(const model::Model& model, const model::Policy& policy,
                                      const Grid& grid) {
  std::vector<LeverBinding> levers(model.levers.size());
  for (std::size_t i = 0; i < levers.size(); ++i) levers[i].value = model.levers[i].default_value;
  for (const model::LeverSetting& setting : policy.set) {
    levers[setting.lever.index].value = setting.value;
  }
  const auto first = static_cast<std::uint32_t>(StepScalar::first_season + model.seasons.size());
  for (std::uint32_t k = 0; k < grid.scheduled_levers.size(); ++k) {
    levers[grid.scheduled_levers[k]].kind = LeverBinding::Kind::scheduled;
    levers[grid.scheduled_levers[k]].scalar = first + k;
  }
  for (const model::LeverRule& rule : policy.rules) {
    levers[rule.lever.index].kind = LeverBinding::Kind::rule;
    levers[rule.lever.index].rule = rule.expression;
  }
  return levers;
}

Moment Translator::step_middle() {
  const NodeId year = graph_.apply(Op::mul, graph_.constant(0.5),
                                   graph_.apply(Op::add, step_scalar(StepScalar::start_year),
                                                step_scalar(StepScalar::end_year)));
  return {step_scalar(StepScalar::middle), year};
}

Moment Translator::step_start() {
  return {step_scalar(StepScalar::start), step_scalar(StepScalar::start_year)};
}

Moment Translator::lane_now() {
  const NodeId now = graph_.leaf({LeafKind::now, 0});
  return {now, lane_year(now)};
}

Moment Translator::lane_middle() {
  const NodeId now = graph_.leaf({LeafKind::now, 0});
  const NodeId middle = graph_.apply(Op::mul, graph_.constant(0.5),
                                     graph_.apply(Op::add, now, step_scalar(StepScalar::end)));
  return {middle, lane_year(middle)};
}

// The calendar year is linear in time within a step (a year's end that falls inside one bends it by less than
// a thousandth of the step).
NodeId Translator::lane_year(NodeId time) {
  const NodeId start = step_scalar(StepScalar::start);
  const NodeId start_year = step_scalar(StepScalar::start_year);
  const NodeId span = graph_.apply(Op::sub, step_scalar(StepScalar::end_year), start_year);
  const NodeId length = step_scalar(StepScalar::length);
  const NodeId slope = graph_.apply(Op::select, graph_.apply(Op::gt, length, graph_.constant(0.0)),
                                    graph_.apply(Op::div, span, length), graph_.constant(0.0));
  return graph_.apply(Op::add, start_year,
                      graph_.apply(Op::mul, graph_.apply(Op::sub, time, start), slope));
}

NodeId Translator::variable(std::uint32_t index) {
  const bool moving = index < setting_.moving.size() && setting_.moving[index];
  return graph_.leaf(
      {moving ? LeafKind::moving_field : LeafKind::field, setting_.layout->variable(index)});
}

NodeId Translator::chain_field(std::uint32_t chain) {
  return graph_.leaf({LeafKind::field, setting_.layout->state(chain)});
}

NodeId Translator::symbol(const expr::Symbol& symbol, const Moment& now, const Moment& read) {
  const Layout& layout = *setting_.layout;
  const auto field = [this](std::uint32_t index) { return graph_.leaf({LeafKind::field, index}); };
  switch (symbol.kind) {
    case SymbolKind::parameter: {
      const auto& prior = setting_.model->parameters[symbol.index].prior;
      if (prior.is_constant()) return graph_.constant(prior.mean());
      return field(layout.parameter(symbol.index));
    }
    case SymbolKind::lever: {
      const LeverBinding& lever = (*setting_.levers)[symbol.index];
      if (lever.kind == LeverBinding::Kind::constant) return graph_.constant(lever.value);
      if (lever.kind == LeverBinding::Kind::scheduled) return step_scalar(lever.scalar);
      return (*this)(lever.rule, read, read);
    }
    case SymbolKind::variable:
      return variable(symbol.index);
    case SymbolKind::season:
      return step_scalar(StepScalar::first_season + symbol.index);
    case SymbolKind::time:
      return now.time;
    case SymbolKind::year:
      return now.year;
    case SymbolKind::sojourn:
      return graph_.apply(Op::max, graph_.constant(0.0),
                          graph_.apply(Op::sub, now.time, field(layout.entered(symbol.index))));
    case SymbolKind::visits:
      return field(layout.visits(symbol.index, symbol.state));
    case SymbolKind::count_transition:
      return field(layout.count(symbol.index));
    case SymbolKind::count_event:
      return field(layout.count(layout.event_element(symbol.index)));
    case SymbolKind::outcome:
      if (setting_.first_outcome_field == 0) break;
      return field(setting_.first_outcome_field + symbol.index);
  }
  throw diagnostic::InternalError("an outcome was read inside the simulation");
}

NodeId Translator::is_in(std::uint32_t chain, std::uint64_t states) {
  const std::uint64_t possible = setting_.blended.empty() ? 0 : setting_.blended[chain];
  if (possible != 0) {
    states &= possible;
    if (states == possible) return graph_.constant(1.0);
  } else if (setting_.state != nullptr) {
    const bool in = ((states >> (*setting_.state)[chain]) & 1U) != 0;
    return graph_.constant(in ? 1.0 : 0.0);
  }
  NodeId any = graph_.constant(0.0);
  const std::size_t n = setting_.model->chains[chain].states.size();
  for (std::size_t s = 0; s < n; ++s) {
    if (((states >> s) & 1U) == 0) continue;
    const NodeId equal =
        graph_.apply(Op::eq, chain_field(chain), graph_.constant(static_cast<double>(s)));
    any = graph_.apply(Op::logical_or, any, equal);
  }
  return any;
}

NodeId Translator::mark(const Expression& e, const Moment& now, const Moment& read) {
  const auto argument = [&](std::size_t k) { return (*this)(e.arguments[k], now, read); };
  const NodeId normal = graph_.leaf({LeafKind::mark_normal, e.mark_index});
  const NodeId uniform = graph_.leaf({LeafKind::mark_uniform, e.mark_index});
  const auto located = [&](NodeId centre, NodeId width, NodeId score) {
    return graph_.apply(Op::add, centre, graph_.apply(Op::mul, width, score));
  };
  switch (e.mark) {
    case expr::Mark::normal:
      return located(argument(0), argument(1), normal);
    case expr::Mark::lognormal:
      return graph_.apply(Op::exp, located(argument(0), argument(1), normal));
    case expr::Mark::uniform:
      return located(argument(0), graph_.apply(Op::sub, argument(1), argument(0)), uniform);
    case expr::Mark::beta:
      return graph_.apply(Op::beta_quantile, uniform, argument(0), argument(1));
    case expr::Mark::bernoulli:
      return graph_.apply(Op::lt, uniform, argument(0));
  }
  throw diagnostic::InternalError("unknown mark");
}

NodeId Translator::call(const Expression& e, const Moment& now, const Moment& read) {
  std::vector<NodeId> x;
  x.reserve(e.arguments.size());
  for (const ExpressionPtr& argument : e.arguments) x.push_back((*this)(argument, now, read));
  const auto unary = [&](Op op) { return graph_.apply(op, x[0]); };
  const auto fold = [&](Op op) {
    NodeId value = x[0];
    for (std::size_t k = 1; k < x.size(); ++k) value = graph_.apply(op, value, x[k]);
    return value;
  };
  switch (e.function) {
    case Function::neg:
      return unary(Op::neg);
    case Function::logical_not:
      return unary(Op::logical_not);
    case Function::abs:
      return unary(Op::abs);
    case Function::exp:
      return unary(Op::exp);
    case Function::log:
      return unary(Op::log);
    case Function::log1p:
      return unary(Op::log1p);
    case Function::expm1:
      return unary(Op::expm1);
    case Function::sqrt:
      return unary(Op::sqrt);
    case Function::logistic:
      return unary(Op::logistic);
    case Function::logit:
      return unary(Op::logit);
    case Function::step:
      return unary(Op::step);
    case Function::sin:
      return unary(Op::sin);
    case Function::cos:
      return unary(Op::cos);
    case Function::floor:
      return unary(Op::floor);
    case Function::ceil:
      return unary(Op::ceil);
    case Function::add:
      return fold(Op::add);
    case Function::sub:
      return fold(Op::sub);
    case Function::mul:
      return fold(Op::mul);
    case Function::div:
      return fold(Op::div);
    case Function::pow:
      return fold(Op::pow);
    case Function::min:
      return fold(Op::min);
    case Function::max:
      return fold(Op::max);
    case Function::lt:
      return fold(Op::lt);
    case Function::le:
      return fold(Op::le);
    case Function::gt:
      return fold(Op::gt);
    case Function::ge:
      return fold(Op::ge);
    case Function::eq:
      return fold(Op::eq);
    case Function::ne:
      return fold(Op::ne);
    case Function::logical_and:
      return fold(Op::logical_and);
    case Function::logical_or:
      return fold(Op::logical_or);
    case Function::select:
      return graph_.is_held(x[0]) ? graph_.choose(x[0], x[1], x[2])
                                  : graph_.apply(Op::select, x[0], x[1], x[2]);
    case Function::clamp:
      return graph_.apply(Op::clamp, x[0], x[1], x[2]);
    case Function::smoothstep: {
      const NodeId share = graph_.apply(Op::div, graph_.apply(Op::sub, x[2], x[0]),
                                        graph_.apply(Op::sub, x[1], x[0]));
      const NodeId s = graph_.apply(Op::clamp, share, graph_.constant(0.0), graph_.constant(1.0));
      const NodeId bend = graph_.apply(Op::sub, graph_.constant(3.0),
                                       graph_.apply(Op::mul, graph_.constant(2.0), s));
      return graph_.apply(Op::mul, graph_.apply(Op::square, s), bend);
    }
  }
  throw diagnostic::InternalError("unknown function");
}

NodeId Translator::operator()(const ExpressionPtr& expression, const Moment& now,
                              const Moment& read) {
  const MemoKey key{expression.get(), now.time, read.time};
  if (const auto known = memo_.find(key); known != memo_.end()) return known->second;
  NodeId id = 0;
  switch (expression->kind) {
    case Expression::Kind::constant:
      id = graph_.constant(expression->value);
      break;
    case Expression::Kind::symbol:
      id = symbol(expression->symbol, now, read);
      break;
    case Expression::Kind::chain_in:
      id = is_in(expression->symbol.index, expression->states);
      break;
    case Expression::Kind::call:
      id = call(*expression, now, read);
      break;
    case Expression::Kind::mark:
      id = mark(*expression, now, read);
      break;
    case Expression::Kind::temporal:
      throw diagnostic::InternalError("a temporal operator was read inside the simulation");
  }
  memo_.emplace(key, id);
  return id;
}

}  // namespace detente::program
