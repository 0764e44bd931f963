#include "detente/program/factors.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "detente/diagnostic/error.hpp"
#include "detente/expr/evaluate.hpp"
#include "detente/program/baseline.hpp"
#include "program/dynamics.hpp"

namespace detente::program {

namespace {

using expr::Expression;
using expr::ExpressionPtr;
using expr::Function;

/// Takes an expression apart into factors.
class Taker {
 public:
  explicit Taker(const model::Model& model) : model_(model) {}

  void product(const ExpressionPtr& e, bool divides) {
    if (e->kind == Expression::Kind::call) {
      switch (e->function) {
        case Function::mul:
          product(e->arguments[0], divides);
          product(e->arguments[1], divides);
          return;
        case Function::div:
          product(e->arguments[0], divides);
          product(e->arguments[1], !divides);
          return;
        case Function::exp:
          exponent(e->arguments[0], divides);
          return;
        default:
          break;
      }
    }
    add(Factor::Kind::value, e, divides, name_of(e));
  }

  void add(Factor::Kind kind, const ExpressionPtr& e, bool divides, const std::string& name) {
    std::string unique = name;
    for (int k = 2; !used_.insert(unique).second; ++k) {
      unique = name + " (" + std::to_string(k) + ")";
    }
    factors_.push_back({kind, std::move(unique), e, divides});
  }

  std::vector<Factor> take() { return std::move(factors_); }

 private:
  // exp(a + b) = exp(a) exp(b), exp(-a) = 1 / exp(a)
  void exponent(const ExpressionPtr& e, bool divides) {
    if (e->kind == Expression::Kind::call) {
      switch (e->function) {
        case Function::add:
        case Function::sub:
          exponent(e->arguments[0], divides);
          exponent(e->arguments[1], divides != (e->function == Function::sub));
          return;
        case Function::neg:
          exponent(e->arguments[0], !divides);
          return;
        default:
          break;
      }
    }
    const std::string name = name_of(e);
    add(Factor::Kind::exponent, e, divides, divides ? "exp(-" + name + ")" : "exp(" + name + ")");
  }

  std::string name_of(const ExpressionPtr& e) const {
    for (const model::Let& let : model_.lets) {
      if (let.expression == e) return let.name;
    }
    return e->text.empty() ? expr::to_text(*e) : e->text;
  }

  const model::Model& model_;
  std::vector<Factor> factors_;
  std::set<std::string> used_;
};

}  // namespace

std::vector<Factor> factors_of(const model::Model& model, const model::Intensity& intensity) {
  Taker taker(model);
  if (intensity.kind == model::Intensity::Kind::baseline) {
    taker.add(Factor::Kind::baseline, nullptr, false, "baseline");
  } else {
    taker.product(intensity.hazard, false);
  }
  for (const model::HazardRatio& ratio : intensity.ratios) {
    taker.add(Factor::Kind::value, ratio.value, false, ratio.name);
  }
  return taker.take();
}

FactorProbe::FactorProbe(const Program& program, std::uint32_t transition)
    : program_(program),
      transition_(transition),
      factors_(factors_of(program.model(), program.model().transitions[transition].intensity)) {}

std::size_t FactorProbe::output_count() const {
  const model::Intensity& intensity = transition().intensity;
  const bool has_baseline = intensity.kind == model::Intensity::Kind::baseline;
  return 1 + factors_.size() + (has_baseline ? intensity.arguments.size() + 1 : 0);
}

std::shared_ptr<const RecordCode> FactorProbe::code(const JointState& state) const {
  const std::vector<model::StateId>& from = transition().from;
  const std::uint8_t current = state[transition().chain.index];
  const std::uint64_t states =
      program_.blended_with(chain(), current) | (std::uint64_t{1} << current);
  const bool leaves = std::any_of(from.begin(), from.end(), [states](model::StateId source) {
    return ((states >> source.index) & 1U) != 0;
  });
  if (!leaves) return nullptr;
  return codes_.at(program_.joint_index(state), [&] { return compile(state); });
}

RecordCode FactorProbe::compile(const JointState& state) const {
  const model::Intensity& intensity = transition().intensity;
  Graph g;
  Translator translate(g, program_.setting_of(state));
  const Moment now = translate.lane_now();
  const NodeId guard = transition().when ? translate(transition().when, now, now) : g.constant(1.0);
  std::vector<NodeId> outputs{
      g.apply(Op::logical_and, leaves_node(translate, transition()), guard)};
  for (const Factor& factor : factors_) {
    outputs.push_back(factor.expression ? translate(factor.expression, now, now) : g.constant(0.0));
  }
  if (intensity.kind == model::Intensity::Kind::baseline) {
    for (std::uint32_t k = 0; k < intensity.arguments.size(); ++k) {
      outputs.push_back(baseline_argument_node(g, program_, translate, transition_, k));
    }
    const NodeId entered =
        g.leaf({LeafKind::field, program_.layout().entered(transition().chain.index)});
    outputs.push_back(g.apply(Op::max, g.constant(0.0), g.apply(Op::sub, now.time, entered)));
  }
  return RecordCode(g, outputs);
}

double FactorProbe::log_of(std::size_t index, const double* results, std::size_t stride) const {
  const Factor& factor = factors_[index];
  const double value = results[(1 + index) * stride];
  const double sign = factor.divides ? -1.0 : 1.0;
  switch (factor.kind) {
    case Factor::Kind::exponent:
      return sign * value;
    case Factor::Kind::value:
      return sign * std::log(value);
    case Factor::Kind::baseline: {
      const model::Intensity& intensity = transition().intensity;
      std::vector<double> arguments(intensity.arguments.size());
      const double* next = results + (1 + factors_.size()) * stride;
      for (double& argument : arguments) {
        argument = *next;
        next += stride;
      }
      return std::log(hazard(intensity.family, arguments, intensity.times, *next));
    }
  }
  throw diagnostic::InternalError("unknown kind of factor");
}

}  // namespace detente::program
