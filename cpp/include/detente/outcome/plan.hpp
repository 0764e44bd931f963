#pragma once

/// All that is read off the paths of a scenario: which signals are followed, by which monitors, and how outcomes and
/// utility are put together from them at the end.

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "detente/model/model.hpp"
#include "detente/outcome/monitor.hpp"

namespace detente::outcome {

/// Whether a path's reading counts.
enum class Standing : std::uint8_t {
  counts,
  excluded,  ///< `given` does not hold
  censored,  ///< a window was still open at the horizon (run_off: false)
};

struct OutcomeReading {
  double value = 0.0;  ///< probability: 0 or 1; time_to: infinity when not seen
  Standing standing = Standing::counts;
};

class Plan {
 public:
  explicit Plan(const model::Model& model);

  const std::vector<expr::ExpressionPtr>& signals() const { return signals_; }
  const std::vector<Monitor>& monitors() const { return monitors_; }
  /// How far past the horizon a window can reach; 0 with `run_off: false`.
  double run_off() const { return run_off_; }
  /// Fields from `first_field` on: the signals' last values, then the monitors.
  std::uint32_t field_count() const;
  void place(std::uint32_t first_field);

  /// First reading, at time 0, with the signals' values.
  void begin(double* record, const double* signals) const;
  /// A reading after a firing.
  void read(double* record, double time, const double* signals) const;
  /// The same with `monitors` alone, where no other follows a signal that has changed.
  void read(double* record, double time, const double* signals,
            const std::vector<std::uint32_t>& monitors) const;
  /// The monitors that follow one of the signals marked, and those that open their windows, in the order of readings.
  std::vector<std::uint32_t> followers(const std::vector<bool>& signals) const;
  /// The same after a firing that changed the signals `numbers` alone, to `values`: reads `monitors` only, which must
  /// be those that follow one of them and may be more. `is_past`: past the horizon.
  void read_touched(double* record, double time, const std::vector<std::uint32_t>& monitors,
                    const std::vector<std::uint32_t>& numbers, const double* values,
                    bool is_past) const;
  /// Whether a monitor other than `value` follows the signal, so that it is read at every step where it moves.
  bool is_stepped(std::uint32_t signal) const { return is_stepped_[signal]; }
  /// Fields of the signals' last values.
  std::uint32_t signal_field(std::uint32_t signal) const { return first_signal_ + signal; }
  /// A reading of the windows at a grid point: `numbers[i]` is a signal that moved, `values[i][lane]` what it is now.
  void read_windows(double* record, double time, const std::vector<std::uint32_t>& numbers,
                    const double* const* values, std::size_t lane) const;
  /// Takes the `value` readings that are due at `time`, from the signals' fields.
  void take_values(double* record, double time) const;
  bool has_values_at(double time) const;
  /// Ends all readings at the horizon; true when a window has to be followed past it.
  bool finish(double* record) const;
  /// Readings of windows past the horizon, with all signals.
  void read_run_off(double* record, double time, const double* signals) const;
  /// Decides windows that have closed by `time`; true while one is open.
  bool is_open(double* record, double time) const;

  /// After `finish` and the run-off: the path's reading of outcome `i`.
  OutcomeReading reading(std::size_t i, const double* record) const;

 private:
  /// Formula over verdicts and signals at the horizon, in postfix order.
  struct Term {
    enum class Kind : std::uint8_t { constant, window, signal, negation, conjunction, disjunction };
    Kind kind = Kind::constant;
    bool value = false;       ///< constant; window: the verdict is negated
    std::uint32_t index = 0;  ///< monitor or signal
  };
  using Formula = std::vector<Term>;
  struct Outcome {
    model::Outcome::Kind kind;
    std::uint32_t monitor = 0;  ///< all but probability
    Formula formula;            ///< probability
    bool has_given = false;
    Formula given;
  };

  std::uint32_t signal_of(const expr::ExpressionPtr& expression);
  std::uint32_t add(Monitor monitor);
  std::uint32_t add_first(const expr::Expression& first);
  std::uint32_t add_window(const expr::Expression& temporal, bool& negated);
  void add_formula(const expr::ExpressionPtr& expression, Formula& formula);
  double opening_of(const Monitor& monitor, const double* record) const;
  void read_one(const Monitor& monitor, double* record, double time, double step,
                const double* now) const;
  /// 0 false, 1 true, 2 undecided
  int evaluate(const Formula& formula, const double* record) const;

  double horizon_;
  bool runs_off_;
  double run_off_ = 0.0;
  std::vector<expr::ExpressionPtr> signals_;
  std::vector<Monitor> monitors_;
  std::vector<Outcome> outcomes_;
  std::vector<bool> is_stepped_;
  std::uint32_t first_signal_ = 0;
};

}  // namespace detente::outcome
