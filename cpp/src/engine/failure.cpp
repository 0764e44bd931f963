#include "engine/failure.hpp"

#include <cmath>
#include <sstream>

#include "detente/diagnostic/diagnostic.hpp"
#include "detente/expr/evaluate.hpp"

namespace detente::engine {

namespace {

using expr::SymbolKind;

std::string number(double value) {
  std::ostringstream out;
  out.precision(6);
  out << value;
  return out.str();
}

/// Names and values of what an expression reads.
class Names {
 public:
  Names(const Failure& failure, const program::Program& program)
      : failure_(failure), program_(program) {}

  void add(const expr::ExpressionPtr& expression) {
    if (!expression) return;
    for (const expr::Symbol& symbol : expr::symbols_of(*expression)) add(symbol);
    for (const std::uint32_t chain : expr::chains_of(*expression)) {
      const model::Chain& c = program_.model().chains[chain];
      put(c.name, c.states[failure_.state[chain]].name);
    }
  }
  void add(const model::Intensity& intensity) {
    add(intensity.hazard);
    for (const auto& argument : intensity.arguments) add(argument);
    for (const model::HazardRatio& ratio : intensity.ratios) add(ratio.value);
  }
  const std::string& text() const { return text_; }

 private:
  void put(const std::string& name, const std::string& value) {
    const std::string entry = name + " = " + value;
    if ((", " + text_ + ",").find(", " + entry + ",") != std::string::npos) return;
    text_ += (text_.empty() ? "" : ", ") + entry;
  }

  void add(const expr::Symbol& symbol) {
    const model::Model& model = program_.model();
    const program::Layout& layout = program_.layout();
    const auto field = [this](std::uint32_t index) { return failure_.record[index]; };
    switch (symbol.kind) {
      case SymbolKind::parameter:
        return put(model.parameters[symbol.index].name,
                   number(field(layout.parameter(symbol.index))));
      case SymbolKind::variable:
        return put(model.variables[symbol.index].name,
                   number(field(layout.variable(symbol.index))));
      case SymbolKind::lever: {
        const program::LeverBinding& lever = program_.levers()[symbol.index];
        if (lever.kind == program::LeverBinding::Kind::rule) return add(lever.rule);
        return put(model.levers[symbol.index].name, number(lever_value(lever)));
      }
      case SymbolKind::sojourn:
        return put("sojourn(" + model.chains[symbol.index].name + ")",
                   number(failure_.time - field(layout.entered(symbol.index))));
      case SymbolKind::time:
        return put("time", number(failure_.time));
      case SymbolKind::year:
        return put("year", number(model.calendar.year_of(failure_.time)));
      case SymbolKind::season:
        return put(model.seasons[symbol.index].name,
                   number(scalar(program::StepScalar::first_season + symbol.index)));
      case SymbolKind::visits:
        return put("visits(" + model.chains[symbol.index].name + "." +
                       model.chains[symbol.index].states[symbol.state].name + ")",
                   number(field(layout.visits(symbol.index, symbol.state))));
      case SymbolKind::count_transition:
        return put("count(" + model.transitions[symbol.index].name + ")",
                   number(field(layout.count(symbol.index))));
      case SymbolKind::count_event:
        return put("count(" + model.events[symbol.index].name + ")",
                   number(field(layout.count(layout.event_element(symbol.index)))));
      case SymbolKind::outcome:
        return;
    }
  }

  double lever_value(const program::LeverBinding& lever) const {
    return lever.kind == program::LeverBinding::Kind::constant ? lever.value : scalar(lever.scalar);
  }

  double scalar(std::uint32_t index) const {
    const program::Grid& grid = program_.grid();
    std::size_t k = 0;
    while (k + 1 < grid.points.size() && grid.points[k + 1].time <= failure_.time) ++k;
    return grid.step(k)[index];
  }

  const Failure& failure_;
  const program::Program& program_;
  std::string text_;
};

std::string element_text(const program::Program& program, program::ElementId element) {
  const model::Model& model = program.model();
  if (element < model.transitions.size()) {
    return "transition `" + model.transitions[element].name + "` of chain `" +
           model.chains[model.transitions[element].chain.index].name + "`";
  }
  const std::size_t event = element - model.transitions.size();
  if (event < model.events.size()) return "event `" + model.events[event].name + "`";
  return "the start";
}

diagnostic::SourceSpan span_of(const model::Intensity& intensity) {
  return intensity.hazard ? intensity.hazard->span : intensity.span;
}

}  // namespace

std::string describe(const Failure& failure, const Task& task, std::uint64_t seed,
                     const DrawRule& rule) {
  const program::Program& program = task.program();
  const model::Model& model = program.model();
  const std::string where = element_text(program, failure.element);
  Names names(failure, program);
  diagnostic::Diagnostic d;
  const bool has_draws = rule.paths_per_draw > 1;
  const std::string per_draw = std::to_string(rule.paths_per_draw);
  d.hint = "replay it with `detente trace FILE --path " + std::to_string(failure.path) +
           " --policy " + program.policy().name + " --seed " + std::to_string(seed) +
           (has_draws ? " --paths-per-draw " + per_draw : "") + (rule.sobol ? " --sobol" : "") +
           "`";
  const bool is_transition = failure.element < model.transitions.size();
  const std::size_t event = failure.element - model.transitions.size();
  const auto effects = [&]() -> const model::Effects& {
    return is_transition ? model.transitions[failure.element].effects : model.events[event].effects;
  };
  switch (failure.kind) {
    case Failure::Kind::hazard: {
      const model::Intensity& intensity = is_transition
                                              ? model.transitions[failure.element].intensity
                                              : model.events[event].intensity;
      names.add(intensity);
      d.code = "E401";
      d.span = span_of(intensity);
      d.message = "the hazard of " + where +
                  (std::isnan(failure.value)
                       ? " is not a number"
                       : " is negative (a hazard is a rate, at least 0): " + number(failure.value));
      d.hint = "keep it at or above 0, for example with max(0, ...) or exp(...); " + d.hint;
      break;
    }
    case Failure::Kind::weight: {
      d.code = "E402";
      d.span = failure.element < model.transitions.size()
                   ? model.transitions[failure.element].span
                   : (event < model.events.size() ? model.events[event].span
                                                  : model.chains[failure.item].span);
      if (is_transition) {
        for (const model::Branch& branch : model.transitions[failure.element].branches) {
          names.add(branch.weight);
        }
      }
      if (event < model.events.size() || is_transition) {
        for (const model::ForcedMove& move : effects().moves) {
          for (const model::Branch& branch : move.branches) names.add(branch.weight);
        }
      }
      d.message =
          "the branch weights of " + where + " for chain `" + model.chains[failure.item].name +
          "` are no distribution (each must be at least 0, one above 0): " + number(failure.value);
      break;
    }
    case Failure::Kind::probability:
      names.add(model.events[event].probability);
      d.code = "E403";
      d.span = model.events[event].probability->span;
      d.message = "the probability of " + where + " lies outside 0 to 1: " + number(failure.value);
      break;
    case Failure::Kind::assignment: {
      d.code = "E404";
      for (const model::Assignment& assignment : effects().assignments) {
        if (assignment.variable.index != failure.item) continue;
        d.span = assignment.value->span;
        names.add(assignment.value);
      }
      d.message = "an effect of " + where + " gives `" + model.variables[failure.item].name +
                  "` a value that is not finite: " + number(failure.value);
      break;
    }
    case Failure::Kind::outcome: {
      const model::Outcome& outcome = model.outcomes[failure.item];
      names.add(outcome.expression);
      d.code = "E405";
      d.span = outcome.expression ? outcome.expression->span : outcome.span;
      d.message = "outcome `" + outcome.name + "` is not a number";
      break;
    }
    case Failure::Kind::cascade:
      d.code = "E406";
      d.span = is_transition ? model.transitions[failure.element].span
                             : (event < model.events.size() ? model.events[event].span
                                                            : diagnostic::SourceSpan{});
      d.message = where + " and what it sets off fire without end (over 100000 times in one step)";
      d.hint = "lower the hazard, take a shorter step, or give the trigger `once: true`; " + d.hint;
      break;
  }
  d.message += "; policy `" + program.policy().name + "`, path " + std::to_string(failure.path) +
               ", seed " + std::to_string(seed) +
               (has_draws ? ", " + per_draw + " paths per draw" : "") + ", time " +
               model.calendar.label_of(failure.time);
  if (!names.text().empty()) d.message += "; " + names.text();
  return diagnostic::format(d);
}

}  // namespace detente::engine
