#include "detente/outcome/plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "detente/diagnostic/error.hpp"

namespace detente::outcome {

namespace {

using expr::Expression;
using expr::ExpressionPtr;
using Kind = model::Outcome::Kind;

constexpr std::size_t most_signals = 256;

bool has_temporal(const Expression& e) {
  return e.kind == Expression::Kind::temporal ||
         std::any_of(e.arguments.begin(), e.arguments.end(),
                     [](const ExpressionPtr& argument) { return has_temporal(*argument); });
}

}  // namespace

std::uint32_t Plan::signal_of(const ExpressionPtr& expression) {
  for (std::uint32_t i = 0; i < signals_.size(); ++i) {
    if (expr::same(*signals_[i], *expression)) return i;
  }
  if (signals_.size() == most_signals) {
    throw diagnostic::RunError(
        "the outcomes follow more than 256 different expressions; split the scenario's outcomes "
        "over two files");
  }
  signals_.push_back(expression);
  return static_cast<std::uint32_t>(signals_.size() - 1);
}

std::uint32_t Plan::add(Monitor monitor) {
  monitors_.push_back(monitor);
  return static_cast<std::uint32_t>(monitors_.size() - 1);
}

// What a window waits for stands before it in the list, so that both see one reading in the right order.
std::uint32_t Plan::add_first(const Expression& first) {
  Monitor monitor;
  monitor.kind = MonitorKind::first;
  monitor.signal = signal_of(first.arguments[0]);
  monitor.from = first.window.after;
  if (first.window.after_first) {
    monitor.after = static_cast<std::int32_t>(add_first(*first.window.after_first));
  }
  return add(monitor);
}

std::uint32_t Plan::add_window(const Expression& temporal, bool& negated) {
  Monitor monitor;
  negated = temporal.temporal == expr::Temporal::always;
  monitor.kind =
      temporal.temporal == expr::Temporal::until ? MonitorKind::until : MonitorKind::eventually;
  monitor.negated_signal = negated;
  monitor.signal = signal_of(temporal.arguments[0]);
  if (monitor.kind == MonitorKind::until) monitor.second_signal = signal_of(temporal.arguments[1]);
  monitor.within = temporal.window.within;
  monitor.from = temporal.window.after;
  if (temporal.window.after_first) {
    monitor.after = static_cast<std::int32_t>(add_first(*temporal.window.after_first));
  }
  // A window can reach past the horizon when it may open up to it.
  if (runs_off_ && monitor.within >= 0.0) {
    const double latest = temporal.window.after_first ? horizon_ : temporal.window.after;
    if (latest <= horizon_) run_off_ = std::max(run_off_, latest + monitor.within - horizon_);
  }
  return add(monitor);
}

void Plan::add_formula(const ExpressionPtr& expression, Formula& formula) {
  const Expression& e = *expression;
  Term term;
  if (!has_temporal(e)) {
    term.kind = Term::Kind::signal;
    term.index = signal_of(expression);
    formula.push_back(term);
    return;
  }
  if (e.kind == Expression::Kind::temporal) {
    if (e.temporal == expr::Temporal::first) {
      throw diagnostic::InternalError("`first` stands alone in a formula");
    }
    term.kind = Term::Kind::window;
    term.index = add_window(e, term.value);
    formula.push_back(term);
    return;
  }
  add_formula(e.arguments[0], formula);
  if (e.function == expr::Function::logical_not) {
    term.kind = Term::Kind::negation;
    formula.push_back(term);
    return;
  }
  for (std::size_t k = 1; k < e.arguments.size(); ++k) {
    add_formula(e.arguments[k], formula);
    term.kind = e.function == expr::Function::logical_and ? Term::Kind::conjunction
                                                          : Term::Kind::disjunction;
    formula.push_back(term);
  }
}

Plan::Plan(const model::Model& model)
    : horizon_(model.calendar.horizon), runs_off_(model.calendar.run_off) {
  for (const model::Outcome& stated : model.outcomes) {
    Outcome outcome;
    outcome.kind = stated.kind;
    if (stated.kind == Kind::probability) {
      add_formula(stated.expression, outcome.formula);
    } else {
      Monitor monitor;
      monitor.signal = signal_of(stated.expression);
      monitor.from = stated.from;
      monitor.until = stated.until >= 0.0 ? stated.until : horizon_;
      switch (stated.kind) {
        case Kind::time_to:
          monitor.kind = MonitorKind::first;
          break;
        case Kind::duration:
          monitor.kind = MonitorKind::duration;
          break;
        case Kind::count:
          monitor.kind = MonitorKind::count;
          break;
        case Kind::integral:
          monitor.kind = MonitorKind::integral;
          break;
        case Kind::maximum:
          monitor.kind = MonitorKind::maximum;
          break;
        case Kind::minimum:
          monitor.kind = MonitorKind::minimum;
          break;
        default:
          monitor.kind = MonitorKind::value;
          monitor.until = stated.at >= 0.0 ? stated.at : horizon_;
          break;
      }
      outcome.monitor = add(monitor);
    }
    if (stated.given) {
      outcome.has_given = true;
      add_formula(stated.given, outcome.given);
    }
    outcomes_.push_back(std::move(outcome));
  }
  is_stepped_.assign(signals_.size(), false);
  for (const Monitor& monitor : monitors_) {
    if (monitor.kind == MonitorKind::value) continue;
    is_stepped_[monitor.signal] = true;
    if (monitor.kind == MonitorKind::until) is_stepped_[monitor.second_signal] = true;
  }
}

std::uint32_t Plan::field_count() const {
  return static_cast<std::uint32_t>(signals_.size() + monitors_.size() * monitor_fields);
}

void Plan::place(std::uint32_t first_field) {
  first_signal_ = first_field;
  auto next = static_cast<std::uint32_t>(first_field + signals_.size());
  for (Monitor& monitor : monitors_) {
    monitor.field = next;
    next += monitor_fields;
  }
}

double Plan::opening_of(const Monitor& monitor, const double* record) const {
  if (monitor.after < 0) return monitor.from;
  return record[monitors_[static_cast<std::size_t>(monitor.after)].field];
}

void Plan::read_one(const Monitor& monitor, double* record, double time, double step,
                    const double* now) const {
  const double* held = record + first_signal_;
  Reading reading;
  reading.time = time;
  reading.held = held[monitor.signal];
  reading.now = now[monitor.signal];
  reading.second_held = held[monitor.second_signal];
  reading.second_now = now[monitor.second_signal];
  reading.opening = opening_of(monitor, record);
  reading.step = step;
  outcome::read(monitor, record, reading);
}

void Plan::begin(double* record, const double* signals) const {
  for (const Monitor& monitor : monitors_) outcome::begin(monitor, record);
  std::copy_n(signals, signals_.size(), record + first_signal_);
  for (const Monitor& monitor : monitors_) read_one(monitor, record, 0.0, 0.0, signals);
}

void Plan::read(double* record, double time, const double* signals) const {
  for (const Monitor& monitor : monitors_) read_one(monitor, record, time, 0.0, signals);
  std::copy_n(signals, signals_.size(), record + first_signal_);
}

void Plan::read(double* record, double time, const double* signals,
                const std::vector<std::uint32_t>& monitors) const {
  for (const std::uint32_t m : monitors) read_one(monitors_[m], record, time, 0.0, signals);
  std::copy_n(signals, signals_.size(), record + first_signal_);
}

std::vector<std::uint32_t> Plan::followers(const std::vector<bool>& signals) const {
  std::vector<bool> is_read(monitors_.size(), false);
  for (std::size_t m = monitors_.size(); m-- > 0;) {  // what a window waits for stands before it
    const Monitor& monitor = monitors_[m];
    if (monitor.kind == MonitorKind::value) continue;
    is_read[m] = is_read[m] || signals[monitor.signal] ||
                 (monitor.kind == MonitorKind::until && signals[monitor.second_signal]);
    if (is_read[m] && monitor.after >= 0) is_read[static_cast<std::size_t>(monitor.after)] = true;
  }
  std::vector<std::uint32_t> followers;
  for (std::uint32_t m = 0; m < monitors_.size(); ++m) {
    if (is_read[m]) followers.push_back(m);
  }
  return followers;
}

// The other monitors lose nothing: what they follow is the same before and after, so their next reading finds it held
// all the while.
void Plan::read_touched(double* record, double time, const std::vector<std::uint32_t>& monitors,
                        const std::vector<std::uint32_t>& numbers, const double* values,
                        bool is_past) const {
  std::array<double, most_signals> now;
  double* held = record + first_signal_;
  std::copy_n(held, signals_.size(), now.begin());
  for (std::size_t i = 0; i < numbers.size(); ++i) now[numbers[i]] = values[i];
  for (const std::uint32_t m : monitors) {
    const Monitor& monitor = monitors_[m];
    const bool is_open = monitor.is_window() && verdict(monitor, record) == Verdict::open;
    if (!is_past || is_open) read_one(monitor, record, time, 0.0, now.data());
  }
  if (is_past) return;
  for (std::size_t i = 0; i < numbers.size(); ++i) held[numbers[i]] = values[i];
}

void Plan::read_windows(double* record, double time, const std::vector<std::uint32_t>& numbers,
                        const double* const* values, std::size_t lane) const {
  std::array<double, most_signals> now;
  double* held = record + first_signal_;
  std::copy_n(held, signals_.size(), now.begin());
  for (std::size_t i = 0; i < numbers.size(); ++i) now[numbers[i]] = values[i][lane];
  const bool is_past = time > horizon_ + same_time;
  for (const Monitor& monitor : monitors_) {
    const bool is_open = monitor.is_window() && verdict(monitor, record) == Verdict::open;
    if (is_past ? is_open : monitor.is_window() || monitor.kind == MonitorKind::first) {
      read_one(monitor, record, time, 0.0, now.data());
    }
  }
}

void Plan::take_values(double* record, double time) const {
  for (const Monitor& monitor : monitors_) {
    if (monitor.kind != MonitorKind::value || std::abs(monitor.until - time) > same_time) continue;
    record[monitor.field] = record[first_signal_ + monitor.signal];
  }
}

bool Plan::has_values_at(double time) const {
  return std::any_of(monitors_.begin(), monitors_.end(), [time](const Monitor& monitor) {
    return monitor.kind == MonitorKind::value && std::abs(monitor.until - time) <= same_time;
  });
}

bool Plan::finish(double* record) const {
  const double* signals = record + first_signal_;
  bool must_follow = false;
  for (const Monitor& monitor : monitors_) {
    read_one(monitor, record, horizon_, 0.0, signals);
    if (!monitor.is_window()) continue;
    const Verdict state = verdict(monitor, record);
    if (state == Verdict::waiting) set_verdict(monitor, record, Verdict::is_false);
    if (state != Verdict::open) continue;
    const double closing = opening_of(monitor, record) + monitor.within;
    if (monitor.within < 0.0 || closing <= horizon_ + same_time) {
      set_verdict(monitor, record, Verdict::is_false);
    } else if (!runs_off_) {
      set_verdict(monitor, record, Verdict::censored);
    } else {
      must_follow = true;
    }
  }
  return must_follow;
}

void Plan::read_run_off(double* record, double time, const double* signals) const {
  for (const Monitor& monitor : monitors_) {
    if (monitor.is_window() && verdict(monitor, record) == Verdict::open) {
      read_one(monitor, record, time, 0.0, signals);
    }
  }
}

bool Plan::is_open(double* record, double time) const {
  bool any = false;
  for (const Monitor& monitor : monitors_) {
    if (!monitor.is_window() || verdict(monitor, record) != Verdict::open) continue;
    if (time >= opening_of(monitor, record) + monitor.within) {
      set_verdict(monitor, record, Verdict::is_false);
    } else {
      any = true;
    }
  }
  return any;
}

int Plan::evaluate(const Formula& formula, const double* record) const {
  constexpr int undecided = 2;
  // Most formulas are short, and are asked of every path.
  std::array<int, 32> room;
  std::vector<int> more(formula.size() > room.size() ? formula.size() : 0);
  int* top = formula.size() > room.size() ? more.data() : room.data();  // behind the last
  const auto push = [&top](int value) { *top++ = value; };
  const auto pop = [&top] { return *--top; };
  for (const Term& term : formula) {
    switch (term.kind) {
      case Term::Kind::constant:
        push(term.value ? 1 : 0);
        break;
      case Term::Kind::signal:
        push(record[first_signal_ + term.index] != 0.0 ? 1 : 0);
        break;
      case Term::Kind::window: {
        const Verdict state = verdict(monitors_[term.index], record);
        const bool holds = (state == Verdict::is_true) != term.value;
        push(state == Verdict::censored ? undecided : holds ? 1 : 0);
        break;
      }
      case Term::Kind::negation: {
        const int a = pop();
        push(a == undecided ? undecided : 1 - a);
        break;
      }
      case Term::Kind::conjunction: {
        const int b = pop();
        const int a = pop();
        push(a == 0 || b == 0 ? 0 : std::max(a, b));
        break;
      }
      case Term::Kind::disjunction: {
        const int b = pop();
        const int a = pop();
        push(a == 1 || b == 1 ? 1 : std::max(a, b));
        break;
      }
    }
  }
  return pop();
}

OutcomeReading Plan::reading(std::size_t i, const double* record) const {
  const Outcome& outcome = outcomes_[i];
  OutcomeReading reading;
  if (outcome.kind == Kind::probability) {
    const int truth = evaluate(outcome.formula, record);
    reading.value = truth == 1 ? 1.0 : 0.0;
    if (truth == 2) reading.standing = Standing::censored;
  } else {
    reading.value = reading_of(monitors_[outcome.monitor], record);
  }
  if (outcome.has_given) {
    const int given = evaluate(outcome.given, record);
    if (given == 0) {
      reading.standing = Standing::excluded;
    } else if (given == 2) {
      reading.standing = Standing::censored;
    }
  }
  return reading;
}

}  // namespace detente::outcome
