#include "program/deciding.hpp"

#include <algorithm>

#include "detente/expr/evaluate.hpp"
#include "detente/program/program.hpp"

namespace detente::program {

namespace {

/// What an expression reads, the rules of levers included.
struct Reads {
  std::vector<expr::Symbol> symbols;
  std::vector<bool> chains;
};

void collect(const Program& program, const expr::ExpressionPtr& expression, Reads& reads) {
  if (!expression) return;
  for (const std::uint32_t chain : expr::chains_of(*expression)) reads.chains[chain] = true;
  for (const expr::Symbol& symbol : expr::symbols_of(*expression)) {
    if (std::find(reads.symbols.begin(), reads.symbols.end(), symbol) != reads.symbols.end()) {
      continue;
    }
    reads.symbols.push_back(symbol);
    if (symbol.kind == expr::SymbolKind::lever) {
      collect(program, program.levers()[symbol.index].rule, reads);
    }
  }
}

Reads no_reads(const Program& program) {
  return {{}, std::vector<bool>(program.model().chains.size(), false)};
}

std::vector<Reads> reads_of_signals(const Program& program) {
  std::vector<Reads> all;
  for (const expr::ExpressionPtr& signal : program.signals()) {
    all.push_back(no_reads(program));
    collect(program, signal, all.back());
  }
  return all;
}

void add_effects(const Program& program, const model::Effects& effects, Reads& reads) {
  for (const model::Assignment& assignment : effects.assignments) {
    collect(program, assignment.value, reads);
  }
  for (const model::ForcedMove& move : effects.moves) {
    for (const model::Branch& branch : move.branches) collect(program, branch.weight, reads);
  }
}

std::vector<bool> chains_of_transition(const Program& program,
                                       const model::Transition& transition) {
  Reads reads = no_reads(program);
  add_effects(program, transition.effects, reads);
  for (const model::Branch& branch : transition.branches) collect(program, branch.weight, reads);
  return reads.chains;
}

bool is_changed_by(const model::Event& event, std::uint32_t index, const expr::Symbol& symbol) {
  if (symbol.kind == expr::SymbolKind::count_event) return symbol.index == index;
  if (symbol.kind != expr::SymbolKind::variable) return false;
  const std::vector<model::Assignment>& assignments = event.effects.assignments;
  return std::any_of(assignments.begin(), assignments.end(),
                     [&symbol](const model::Assignment& assignment) {
                       return assignment.variable.index == symbol.index;
                     });
}

std::vector<bool> chains_of_event(const Program& program, std::uint32_t index,
                                  const std::vector<Reads>& signals) {
  const model::Event& event = program.model().events[index];
  Reads reads = no_reads(program);
  collect(program, event.when, reads);
  collect(program, event.probability, reads);
  add_effects(program, event.effects, reads);
  for (const Reads& signal : signals) {
    const bool is_touched = std::any_of(
        signal.symbols.begin(), signal.symbols.end(),
        [&](const expr::Symbol& symbol) { return is_changed_by(event, index, symbol); });
    if (!is_touched) continue;
    for (std::size_t c = 0; c < reads.chains.size(); ++c) {
      reads.chains[c] = reads.chains[c] || signal.chains[c];
    }
  }
  return reads.chains;
}

}  // namespace

std::vector<std::vector<bool>> deciding_chains(const Program& program) {
  std::vector<std::vector<bool>> all;
  for (const model::Transition& transition : program.model().transitions) {
    all.push_back(chains_of_transition(program, transition));
  }
  const std::vector<Reads> signals = reads_of_signals(program);
  for (std::uint32_t e = 0; e < program.model().events.size(); ++e) {
    all.push_back(chains_of_event(program, e, signals));
  }
  return all;
}

}  // namespace detente::program
