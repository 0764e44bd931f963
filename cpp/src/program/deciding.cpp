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

/// What a firing changes: the count of its element, variables, chains.
struct Changes {
  expr::Symbol count;
  std::vector<std::uint32_t> variables;
  std::vector<bool> chains;
};

Changes changes_of(const Program& program, const expr::Symbol& count,
                   const model::Effects& effects) {
  Changes changes{count, {}, no_reads(program).chains};
  for (const model::Assignment& assignment : effects.assignments) {
    changes.variables.push_back(assignment.variable.index);
  }
  for (const model::ForcedMove& move : effects.moves) changes.chains[move.chain.index] = true;
  return changes;
}

bool is_changed(const Changes& changes, const expr::Symbol& symbol) {
  switch (symbol.kind) {
    case expr::SymbolKind::variable:
      return std::find(changes.variables.begin(), changes.variables.end(), symbol.index) !=
             changes.variables.end();
    case expr::SymbolKind::sojourn:
    case expr::SymbolKind::visits:
      return changes.chains[symbol.index];
    default:
      return symbol == changes.count;
  }
}

/// Whether a firing may find a signal changed: what follows time is read at all of them.
bool is_touched(const Reads& signal, const Changes& changes) {
  bool is_touched =
      std::any_of(signal.symbols.begin(), signal.symbols.end(), [&](const expr::Symbol& symbol) {
        return is_changed(changes, symbol) || symbol.follows_time();
      });
  for (std::size_t c = 0; c < signal.chains.size(); ++c) {
    is_touched = is_touched || (signal.chains[c] && changes.chains[c]);
  }
  return is_touched;
}

/// Adds the chains that signals read which follow what changes.
void add_touched(const std::vector<Reads>& signals, const Changes& changes, Reads& reads) {
  for (const Reads& signal : signals) {
    if (!is_touched(signal, changes)) continue;
    for (std::size_t c = 0; c < reads.chains.size(); ++c) {
      reads.chains[c] = reads.chains[c] || signal.chains[c];
    }
  }
}

Changes changes_by(const Program& program, ElementId element) {
  const model::Model& model = program.model();
  if (!program.is_transition(element)) {
    const std::uint32_t index = element - program.layout().transition_count();
    return changes_of(program, {expr::SymbolKind::count_event, index}, model.events[index].effects);
  }
  const model::Transition& transition = model.transitions[element];
  Changes changes =
      changes_of(program, {expr::SymbolKind::count_transition, element}, transition.effects);
  changes.chains[transition.chain.index] = true;
  return changes;
}

bool moves(const Program& program, const expr::Symbol& symbol) {
  switch (symbol.kind) {
    case expr::SymbolKind::variable:
      return program.model().variables[symbol.index].moves();
    case expr::SymbolKind::lever:
      return program.levers()[symbol.index].kind == LeverBinding::Kind::scheduled;
    case expr::SymbolKind::season:
      return true;
    default:
      return symbol.follows_time();
  }
}

/// Adds chains that a firing moves where pools tell some of their states apart: whether the lane stays hangs on them.
void add_moved(const Program& program, const Changes& changes, Reads& reads) {
  for (std::size_t c = 0; c < reads.chains.size(); ++c) {
    for (std::size_t s = 0; changes.chains[c] && s < program.model().chains[c].states.size(); ++s) {
      reads.chains[c] = reads.chains[c] || program.blended_with(c, s) != 0;
    }
  }
}

std::vector<bool> chains_of_transition(const Program& program, std::uint32_t index,
                                       const std::vector<Reads>& signals) {
  const model::Transition& transition = program.model().transitions[index];
  Reads reads = no_reads(program);
  add_effects(program, transition.effects, reads);
  for (const model::Branch& branch : transition.branches) collect(program, branch.weight, reads);
  add_touched(signals, changes_by(program, index), reads);
  add_moved(program, changes_by(program, index), reads);
  return reads.chains;
}

std::vector<bool> chains_of_event(const Program& program, std::uint32_t index,
                                  const std::vector<Reads>& signals) {
  const model::Event& event = program.model().events[index];
  Reads reads = no_reads(program);
  collect(program, event.when, reads);
  collect(program, event.probability, reads);
  add_effects(program, event.effects, reads);
  const Changes changes = changes_by(program, program.layout().event_element(index));
  add_touched(signals, changes, reads);
  add_moved(program, changes, reads);
  return reads.chains;
}

}  // namespace

std::vector<std::vector<bool>> deciding_chains(const Program& program) {
  std::vector<std::vector<bool>> all;
  const std::vector<Reads> signals = reads_of_signals(program);
  for (std::uint32_t t = 0; t < program.model().transitions.size(); ++t) {
    all.push_back(chains_of_transition(program, t, signals));
  }
  for (std::uint32_t e = 0; e < program.model().events.size(); ++e) {
    all.push_back(chains_of_event(program, e, signals));
  }
  return all;
}

std::vector<std::vector<bool>> affected_signals(const Program& program) {
  const std::vector<Reads> signals = reads_of_signals(program);
  const std::size_t n_elements = program.model().element_count();
  std::vector<std::vector<bool>> all(n_elements);
  for (ElementId element = 0; element < n_elements; ++element) {
    const Changes changes = changes_by(program, element);
    for (const Reads& signal : signals) {
      const bool is_moving =
          std::any_of(signal.symbols.begin(), signal.symbols.end(),
                      [&](const expr::Symbol& symbol) { return moves(program, symbol); });
      all[element].push_back(is_moving || is_touched(signal, changes));
    }
  }
  return all;
}

}  // namespace detente::program
