#include "detente/expr/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "detente/diagnostic/contract.hpp"

namespace detente::expr {

namespace {

using Kind = Expression::Kind;

double truth(bool value) { return value ? 1.0 : 0.0; }

double smoothstep(double from, double to, double x) {
  const double s = std::min(std::max((x - from) / (to - from), 0.0), 1.0);
  return s * s * (3.0 - 2.0 * s);
}

/// Values of nodes; a shared part is read once, so a mark in it is one number.
class Evaluation {
 public:
  explicit Evaluation(const Environment& environment) : environment_(environment) {}

  double operator()(const Expression& node) {
    const auto known = values_.find(&node);
    if (known != values_.end()) return known->second;
    const double value = compute(node);
    values_.emplace(&node, value);
    return value;
  }

 private:
  double compute(const Expression& node) {
    switch (node.kind) {
      case Kind::constant:
        return node.value;
      case Kind::symbol:
        return environment_.value(node.symbol);
      case Kind::chain_in:
        return truth(((node.states >> environment_.state(node.symbol.index)) & 1u) != 0);
      case Kind::call:
        return call(node);
      case Kind::mark: {
        const std::vector<double> arguments = values_of(node);
        return environment_.mark(node.mark, node.mark_index, arguments);
      }
      case Kind::temporal:
        break;
    }
    DETENTE_UNREACHABLE("a formula along the path has no value at one moment");
  }

  // What is not asked for is not read: a branch that is not taken, what stands behind a settled
  // `and`.
  double call(const Expression& node) {
    const auto argument = [&](std::size_t i) { return (*this)(*node.arguments[i]); };
    switch (node.function) {
      case Function::select:
        return argument(0) != 0.0 ? argument(1) : argument(2);
      case Function::logical_and:
        return truth(argument(0) != 0.0 && argument(1) != 0.0);
      case Function::logical_or:
        return truth(argument(0) != 0.0 || argument(1) != 0.0);
      default:
        return value_of(node.function, values_of(node));
    }
  }

  std::vector<double> values_of(const Expression& node) {
    std::vector<double> values;
    values.reserve(node.arguments.size());
    for (const ExpressionPtr& argument : node.arguments) values.push_back((*this)(*argument));
    return values;
  }

  const Environment& environment_;
  std::unordered_map<const Expression*, double> values_;
};

/// Calls `visit` once for every node, parents first, in the order of the text.
template <class Visit>
class Walk {
 public:
  explicit Walk(Visit visit) : visit_(std::move(visit)) {}
  void operator()(const Expression& node) {
    if (!seen_.insert(&node).second) return;
    visit_(node);
    for (const ExpressionPtr& argument : node.arguments) (*this)(*argument);
    if (node.window.after_first) (*this)(*node.window.after_first);
  }

 private:
  Visit visit_;
  std::unordered_set<const Expression*> seen_;
};

template <class T>
void add_once(std::vector<T>& items, const T& item) {
  if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
}

}  // namespace

double Environment::mark(Mark, std::uint32_t, std::span<const double>) const {
  DETENTE_UNREACHABLE("a mark where no effect is applied");
}

double value_of(Function function, std::span<const double> x) {
  switch (function) {
    case Function::neg:
      return -x[0];
    case Function::logical_not:
      return truth(x[0] == 0.0);
    case Function::abs:
      return std::fabs(x[0]);
    case Function::exp:
      return std::exp(x[0]);
    case Function::log:
      return std::log(x[0]);
    case Function::log1p:
      return std::log1p(x[0]);
    case Function::expm1:
      return std::expm1(x[0]);
    case Function::sqrt:
      return std::sqrt(x[0]);
    case Function::logistic:
      return 1.0 / (1.0 + std::exp(-x[0]));
    case Function::logit:
      return std::log(x[0] / (1.0 - x[0]));
    case Function::step:
      return truth(x[0] >= 0.0);
    case Function::sin:
      return std::sin(x[0]);
    case Function::cos:
      return std::cos(x[0]);
    case Function::floor:
      return std::floor(x[0]);
    case Function::ceil:
      return std::ceil(x[0]);
    case Function::add:
      return x[0] + x[1];
    case Function::sub:
      return x[0] - x[1];
    case Function::mul:
      return x[0] * x[1];
    case Function::div:
      return x[0] / x[1];
    case Function::pow:
      return std::pow(x[0], x[1]);
    case Function::min:
      return std::min(x[0], x[1]);
    case Function::max:
      return std::max(x[0], x[1]);
    case Function::lt:
      return truth(x[0] < x[1]);
    case Function::le:
      return truth(x[0] <= x[1]);
    case Function::gt:
      return truth(x[0] > x[1]);
    case Function::ge:
      return truth(x[0] >= x[1]);
    case Function::eq:
      return truth(x[0] == x[1]);
    case Function::ne:
      return truth(x[0] != x[1]);
    case Function::logical_and:
      return truth(x[0] != 0.0 && x[1] != 0.0);
    case Function::logical_or:
      return truth(x[0] != 0.0 || x[1] != 0.0);
    case Function::select:
      return x[0] != 0.0 ? x[1] : x[2];
    case Function::clamp:
      return std::min(std::max(x[0], x[1]), x[2]);
    case Function::smoothstep:
      return smoothstep(x[0], x[1], x[2]);
  }
  DETENTE_UNREACHABLE("a function without a rule");
}

double evaluate(const Expression& expression, const Environment& environment) {
  return Evaluation(environment)(expression);
}

std::vector<Symbol> symbols_of(const Expression& expression) {
  std::vector<Symbol> symbols;
  Walk walk([&](const Expression& node) {
    if (node.kind == Kind::symbol) add_once(symbols, node.symbol);
  });
  walk(expression);
  return symbols;
}

std::vector<std::uint32_t> chains_of(const Expression& expression) {
  std::vector<std::uint32_t> chains;
  Walk walk([&](const Expression& node) {
    if (node.kind == Kind::chain_in) add_once(chains, node.symbol.index);
  });
  walk(expression);
  return chains;
}

}  // namespace detente::expr
