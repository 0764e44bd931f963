#include "program/blending.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "detente/program/program.hpp"
#include "program/dynamics.hpp"

namespace detente::program {

namespace {

using expr::Expression;
using expr::ExpressionPtr;
using expr::SymbolKind;

constexpr std::size_t most_transitions = 8;

/// What an expression has to do with a chain.
struct Ties {
  bool reads_chain = false;
  bool moves = false;      ///< between firings, other than with the date
  bool is_costly = false;  ///< what moves in it hangs on the chain's state
};

class Reader {
 public:
  Reader(const Program& program, std::uint32_t chain) : program_(program), chain_(chain) {}

  Ties operator()(const ExpressionPtr& e) const {
    if (!e) return {};
    if (const auto known = known_.find(e.get()); known != known_.end()) return known->second;
    const Ties ties = read(*e);
    known_.emplace(e.get(), ties);
    return ties;
  }

  /// Whether all that a hazard is made of stays as it is between firings.
  bool is_held(const model::Intensity& intensity, const ExpressionPtr& when) const {
    return intensity.kind == model::Intensity::Kind::hazard && !(*this)(when).moves &&
           !of_factors(intensity).moves;
  }

  bool is_costly(const model::Intensity& intensity, const ExpressionPtr& when) const {
    const Ties factors = of_factors(intensity);
    const Ties guard = (*this)(when);
    const bool has_baseline = intensity.kind == model::Intensity::Kind::baseline;
    return factors.is_costly || guard.is_costly ||
           (guard.reads_chain && (factors.moves || has_baseline));
  }

 private:
  static void add(Ties& sum, const Ties& ties) {
    sum.reads_chain = sum.reads_chain || ties.reads_chain;
    sum.moves = sum.moves || ties.moves;
    sum.is_costly = sum.is_costly || ties.is_costly;
  }

  Ties read(const Expression& e) const {
    switch (e.kind) {
      case Expression::Kind::symbol:
        return of_symbol(e.symbol);
      case Expression::Kind::chain_in:
        return {e.symbol.index == chain_, false, false};
      default:
        return of_arguments(e);
    }
  }

  Ties of_symbol(const expr::Symbol& symbol) const {
    switch (symbol.kind) {
      case SymbolKind::variable:
        return {false, program_.model().variables[symbol.index].moves(), false};
      case SymbolKind::lever:
        return (*this)(program_.levers()[symbol.index].rule);
      default:
        return {false, symbol.follows_time(), false};
    }
  }

  Ties of_arguments(const Expression& e) const {
    Ties sum;
    for (const ExpressionPtr& argument : e.arguments) add(sum, (*this)(argument));
    if (e.kind != Expression::Kind::call) return sum;
    if (e.function == expr::Function::select) {
      const bool is_choice = (*this)(e.arguments[0]).reads_chain;
      const bool is_moving = (*this)(e.arguments[1]).moves || (*this)(e.arguments[2]).moves;
      sum.is_costly = sum.is_costly || (is_choice && is_moving);
    } else if (e.function == expr::Function::mul) {
      const bool is_switched =
          std::any_of(e.arguments.begin(), e.arguments.end(), [this](const ExpressionPtr& factor) {
            return factor->type == expr::Type::boolean && (*this)(factor).reads_chain;
          });
      sum.is_costly = sum.is_costly || (is_switched && sum.moves);
    }
    return sum;
  }

  Ties of_factors(const model::Intensity& intensity) const {
    Ties sum = (*this)(intensity.hazard);
    for (const model::HazardRatio& ratio : intensity.ratios) add(sum, (*this)(ratio.value));
    return sum;
  }

  const Program& program_;
  std::uint32_t chain_;
  mutable std::map<const Expression*, Ties> known_;
};

bool is_blended(const Program& program, std::uint32_t chain) {
  const model::Model& model = program.model();
  const Reader read(program, chain);
  const std::vector<model::TransitionId>& own = model.chains[chain].transitions;
  if (own.size() > most_transitions) return false;
  const bool all_held = std::all_of(own.begin(), own.end(), [&](model::TransitionId id) {
    const model::Transition& transition = model.transitions[id.index];
    return read.is_held(transition.intensity, transition.when);
  });
  if (!all_held) return false;
  const auto is_costly = [&read](const auto& element) {
    return read.is_costly(element.intensity, element.when);
  };
  if (std::any_of(model.transitions.begin(), model.transitions.end(), is_costly)) return false;
  if (std::any_of(model.events.begin(), model.events.end(), is_costly)) return false;
  const bool costs_dynamics =
      std::any_of(model.variables.begin(), model.variables.end(), [&](const auto& variable) {
        return read(variable.drift).is_costly || read(variable.volatility).is_costly ||
               read(variable.to).is_costly || read(variable.rate).is_costly;
      });
  if (costs_dynamics) return false;
  return std::none_of(program.signals().begin(), program.signals().end(),
                      [&](const ExpressionPtr& signal) { return read(signal).is_costly; });
}

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

}  // namespace

std::vector<std::uint64_t> blended_chains(const Program& program) {
  std::vector<std::uint64_t> all;
  for (std::uint32_t c = 0; c < program.model().chains.size(); ++c) {
    const std::uint64_t states = is_blended(program, c) ? possible_states(program, c) : 0;
    all.push_back(std::has_single_bit(states) ? 0 : states);  // one state is no matter
  }
  return all;
}

}  // namespace detente::program
