#include <algorithm>

#include "detente/expr/parser.hpp"
#include "detente/expr/simplify.hpp"
#include "scenario/messages.hpp"
#include "scenario/parts.hpp"

namespace detente::scenario {

using expr::Resolution;
using messages::in_ticks;

namespace {

/// Shared expressions that are read inside one another: each may take a lot of the stack.
constexpr std::size_t max_nested = 8;

}  // namespace

Lets::Lets(Reading& reading, const std::vector<NamedValue>& values)
    : reading_(reading),
      values_(values),
      progress_(values.size(), Progress::unread),
      expressions_(values.size()) {
  reading_.names.set_let_source([this](std::uint32_t index) { return resolve(index); });
}

Resolution Lets::resolve(std::uint32_t index) {
  Resolution found;
  if (progress_[index] == Progress::being_read) {
    report_cycle(index);
    found.kind = Resolution::Kind::failed;
    return found;
  }
  if (progress_[index] == Progress::unread) {
    progress_[index] = Progress::being_read;
    being_read_.push_back(index);
    if (being_read_.size() > max_nested) {
      report_long_cycle();
    } else {
      expressions_[index] = reading_.expression(values_[index].value, {std::nullopt, nullptr});
    }
    being_read_.pop_back();
    progress_[index] = Progress::read;
  }
  found.kind = expressions_[index] ? Resolution::Kind::let : Resolution::Kind::failed;
  found.expression = expressions_[index];
  return found;
}

/// Readers nest in circles alone, since others are read in order.
void Lets::report_long_cycle() {
  std::string cycle;
  for (const std::uint32_t index : being_read_) cycle += in_ticks(values_[index].name) + " reads ";
  reading_.error("E307", values_[being_read_.front()].name_span,
                 "shared expressions go round in a long circle: " + cycle + "and so on",
                 "one of them must do without the next");
}

void Lets::report_cycle(std::uint32_t index) {
  const auto first = std::find(being_read_.begin(), being_read_.end(), index);
  std::string cycle;
  for (auto it = first; it != being_read_.end(); ++it)
    cycle += in_ticks(values_[*it].name) + " reads ";
  cycle += in_ticks(values_[index].name);
  reading_.error("E307", values_[index].name_span,
                 "shared expressions go round in a circle: " + cycle,
                 "one of them must do without the next");
}

namespace {

/// The shared expressions that an expression names.
std::vector<std::uint32_t> lets_named_by(const Value& value, const Names& names) {
  std::vector<std::uint32_t> lets;
  if (!value.is_scalar()) return lets;
  diagnostic::Diagnostics ignored;
  const auto ast = expr::parse(value.text(), {}, ignored);
  if (!ast) return lets;
  for (const expr::NameUse& use : expr::names_in(*ast)) {
    const Names::Declared* declared = names.find(use.name);
    if (declared && declared->element == Element::let) lets.push_back(declared->index);
  }
  return lets;
}

}  // namespace

/// Reads those first that others name, so that a long row of shared expressions does not nest its
/// readers. A state that has the name of a shared expression makes the order worse, never the
/// result.
void Lets::read_in_order() {
  std::vector<std::vector<std::uint32_t>> names_of_let;
  names_of_let.reserve(values_.size());
  for (const NamedValue& let : values_)
    names_of_let.push_back(lets_named_by(let.value, reading_.names));
  enum class Mark : std::uint8_t { fresh, open, done };
  std::vector<Mark> marks(values_.size(), Mark::fresh);
  std::vector<std::pair<std::uint32_t, std::size_t>> stack;
  for (std::uint32_t root = 0; root < values_.size(); ++root) {
    if (marks[root] != Mark::fresh) continue;
    stack.emplace_back(root, 0);
    marks[root] = Mark::open;
    while (!stack.empty()) {
      auto& [index, next] = stack.back();
      if (next < names_of_let[index].size()) {
        const std::uint32_t child = names_of_let[index][next++];
        if (marks[child] == Mark::fresh) {
          marks[child] = Mark::open;
          stack.emplace_back(child, 0);
        }
      } else {
        marks[index] = Mark::done;
        resolve(index);
        stack.pop_back();
      }
    }
  }
}

void Lets::finish() {
  read_in_order();
  for (std::size_t i = 0; i < values_.size(); ++i) {
    reading_.model.lets.push_back({values_[i].name, expressions_[i], values_[i].value.node->text});
  }
}

namespace {

void check_start(Reading& reading, const model::Variable& variable) {
  const auto start = variable.start ? expr::constant_value(variable.start) : std::nullopt;
  if (!start) return;
  if ((variable.low && *start < *variable.low) || (variable.high && *start > *variable.high)) {
    reading.error("E311", variable.start->span,
                  "the variable " + in_ticks(variable.name) +
                      " starts outside its range: " + messages::number(*start));
  }
}

}  // namespace

void read_variables(Reading& reading, const std::vector<NamedValue>& values) {
  using Form_ = model::Variable::Form;
  for (const NamedValue& named : values) {
    const Form form(named.value, sections::variable(), named.name, reading.diagnostics);
    model::Variable variable;
    variable.name = named.name;
    variable.span = named.name_span;
    if (const Value* start = form.find("start")) {
      variable.start = reading.number(*start, Reads::before_the_start);
    }
    if (const Value* drift = form.find("drift")) variable.drift = reading.number(*drift);
    if (const Value* growth = form.find("growth")) {
      variable.form = Form_::growth;
      variable.drift = reading.number(*growth);
    }
    if (const Value* reverting = form.find("reverting")) {
      variable.form = Form_::reverting;
      const Form inner(*reverting, sections::reverting(), "", reading.diagnostics);
      if (const Value* to = inner.find("to")) variable.to = reading.number(*to);
      if (const Value* rate = inner.find("rate")) {
        variable.rate = reading.non_negative(*rate, "the rate of `reverting`");
      }
    }
    if (const Value* volatility = form.find("volatility")) {
      variable.volatility = reading.non_negative(*volatility, "a volatility");
    }
    if (const Value* range = form.find("range")) {
      const Bounds bounds = read_range(reading, *range, true);
      variable.low = bounds.low;
      variable.high = bounds.high;
      variable.at_bounds = bounds.at_bounds;
    }
    variable.unit = reading.text(form, "unit");
    variable.source = reading.source(form);
    variable.description = reading.text(form, "description");
    check_start(reading, variable);
    reading.model.variables.push_back(std::move(variable));
  }
}

}  // namespace detente::scenario
