#include "detente/program/listing.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>
#include <string_view>

#include "detente/expr/evaluate.hpp"
#include "detente/kernel/dispatch.hpp"
#include "detente/program/program.hpp"

namespace detente::program {

namespace {

constexpr std::size_t measured_lanes = 256;
constexpr int calls_per_trial = 64;
constexpr int trials = 7;
constexpr double nanoseconds_per_second = 1e9;
constexpr std::size_t normals_per_call = 4;

/// Nanoseconds per lane of anything that runs over a tile: the least of several trials, for other programs only ever
/// lengthen one.
template <class Run>
double measured(Run run) {
  using clock = std::chrono::steady_clock;
  double least = std::numeric_limits<double>::infinity();
  for (int trial = 0; trial < trials; ++trial) {
    const auto begin = clock::now();
    for (int call = 0; call < calls_per_trial; ++call) run();
    const std::chrono::duration<double> took = clock::now() - begin;
    least = std::min(least, took.count());
  }
  return least * nanoseconds_per_second / (calls_per_trial * measured_lanes);
}

struct alignas(kernel::alignment) Column {
  std::array<double, measured_lanes> lane;
};

/// What operations cost here, each measured once.
class Costs {
 public:
  Costs() : columns_(6) {
    for (std::size_t c = 0; c < columns_.size(); ++c)
      columns_[c].lane.fill(0.25 + 0.125 * static_cast<double>(c));
    for (std::size_t i = 0; i < measured_lanes; ++i) paths_[i] = i;
  }

  double of(kernel::ColumnFunction function) {
    const auto [place, is_new] = known_.try_emplace(function, 0.0);
    if (is_new) {
      place->second =
          measured([&] { function(column(0), column(1), column(2), column(3), measured_lanes); });
    }
    return place->second;
  }

  /// One normal a lane.
  double normal() {
    const double four = measured([this] {
      table_.normals(column(0), column(1), column(4), column(5), {1, 2}, paths_.data(), 3,
                     measured_lanes);
    });
    return four / normals_per_call;
  }

  /// Comparing a clock with what it burns, and burning it.
  double clock(bool is_scalar) {
    const auto check = is_scalar ? table_.check_scalar : table_.check;
    const double compared =
        measured([&] { check(marks_.data(), column(1), column(2), measured_lanes); });
    return compared +
           of(operation(is_scalar ? kernel::Operation::sub_vs : kernel::Operation::sub_vv));
  }

  double copy() { return of(operation(kernel::Operation::copy)); }

 private:
  double* column(std::size_t c) { return columns_[c].lane.data(); }
  kernel::ColumnFunction operation(kernel::Operation which) const {
    return table_.column[static_cast<std::size_t>(which)];
  }

  const kernel::Table& table_ = kernel::active();
  std::vector<Column> columns_;
  alignas(kernel::alignment) std::array<std::uint64_t, measured_lanes> paths_{};
  std::array<std::uint8_t, measured_lanes / 8> marks_{};
  std::map<kernel::ColumnFunction, double> known_;
};

/// Names of the places that code reads.
class Names {
 public:
  Names(const Program& program, const StateProgram& state)
      : state_(state), columns_(state.column_count()) {
    for (const ActiveClock& clock : state.clocks()) {
      columns_[clock.column] = "clock of " + program.element_name(clock.element);
      if (clock.has_baseline) {
        columns_[clock.cumulative_column] = "cumulative of " + program.element_name(clock.element);
      }
    }
    const std::vector<model::Variable>& variables = program.model().variables;
    for (const MovingVariable& moving : state.variables()) {
      columns_[moving.column] = variables[moving.variable].name;
    }
    for (const std::uint32_t variable : state.noises()) {
      noises_.push_back("normal of " + variables[variable].name);
    }
    for (const std::uint16_t column : state.arrival().columns) {
      if (columns_[column].empty()) columns_[column] = "h" + std::to_string(n_held_++);
    }
  }

  std::size_t n_held() const { return n_held_; }

  std::string operator()(Operand operand) const {
    switch (operand.kind) {
      case Operand::Kind::reg:
        return "r" + std::to_string(operand.index);
      case Operand::Kind::column:
        return columns_[operand.index];
      case Operand::Kind::noise:
        return noises_[operand.index];
      case Operand::Kind::scalar:
        return scalar(operand.index);
      case Operand::Kind::quantum:
      case Operand::Kind::none:
        break;
    }
    return "";
  }

 private:
  std::string scalar(std::uint16_t slot) const {
    const std::optional<double> value = state_.scalars().constant(slot);
    if (!value) return "s" + std::to_string(slot);
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.6g", *value);
    return text.data();
  }

  const StateProgram& state_;
  std::vector<std::string> columns_;
  std::vector<std::string> noises_;
  std::size_t n_held_ = 0;
};

/// Hands out the instructions of a piece of code, output by output: those of an output end with the one that writes
/// it, and its register is not written again.
class Reader {
 public:
  Reader(const Code& code, const Names& names, Costs& costs)
      : code_(code), names_(names), costs_(costs) {}

  void move_to(ListedLine& line, Operand output) {
    if (output.kind != Operand::Kind::reg) return;
    const std::vector<Instruction>& all = code_.instructions();
    std::size_t end = next_;
    for (std::size_t i = next_; i < all.size(); ++i) {
      if (all[i].out == output) end = i + 1;
    }
    for (; next_ < end; ++next_) {
      const Instruction& instruction = all[next_];
      line.instructions.push_back({text_of(instruction), costs_.of(instruction.function)});
      line.nanoseconds += line.instructions.back().nanoseconds;
    }
  }

 private:
  std::string text_of(const Instruction& instruction) const {
    const NamedFunction named = named_function(instruction.function);
    std::string text = names_(instruction.out) + " = ";
    if (named.name == std::string_view("growth")) {
      return text + "exp(" + names_(instruction.a) + " * " + names_(instruction.b) + ") * " +
             names_(instruction.c);
    }
    text += named.name;
    const std::array<Operand, 3> operands{instruction.a, instruction.b, instruction.c};
    for (int k = 0; k < named.arity; ++k) {
      text += (k == 0 ? " " : ", ") + names_(operands[static_cast<std::size_t>(k)]);
    }
    return text;
  }

  const Code& code_;
  const Names& names_;
  Costs& costs_;
  std::size_t next_ = 0;
};

/// Of all the elements that share a clock.
std::string name_of(const Program& program, const ActiveClock& clock) {
  std::string name;
  for (const ElementId element : clock.elements) {
    name += (name.empty() ? "" : ", ") + program.element_name(element);
  }
  return name;
}

void list_normals(const StateProgram& state, Costs& costs, Listing& listing) {
  if (state.noises().empty()) return;
  ListedLine line{ListedLine::Kind::normals, "noise of all variables"};
  line.nanoseconds = static_cast<double>(state.noises().size()) * costs.normal();
  listing.lines.push_back(std::move(line));
}

void list_dynamics(const Program& program, const StateProgram& state, const Names& names,
                   Costs& costs, Listing& listing) {
  const Code& code = state.step_code(true);
  Reader reader(code, names, costs);
  const std::vector<ActiveClock>& clocks = state.clocks();
  for (std::size_t j = 0; j < clocks.size(); ++j) {
    ListedLine line{ListedLine::Kind::hazard, name_of(program, clocks[j])};
    const Operand burnt = state.step_hazard(code, j);
    reader.move_to(line, burnt);
    line.nanoseconds += costs.clock(burnt.kind == Operand::Kind::scalar);
    listing.lines.push_back(std::move(line));
  }
  for (std::size_t v = 0; v < state.variables().size(); ++v) {
    ListedLine line{ListedLine::Kind::variable,
                    program.model().variables[state.variables()[v].variable].name};
    reader.move_to(line, state.step_value(code, v));
    line.nanoseconds += costs.copy();
    listing.lines.push_back(std::move(line));
  }
  for (const ActiveClock& clock : clocks) {
    if (!clock.has_baseline) continue;
    ListedLine line{ListedLine::Kind::baseline, program.element_name(clock.element)};
    reader.move_to(line, state.step_cumulative(code, clock.baseline_index));
    line.nanoseconds += costs.copy();
    listing.lines.push_back(std::move(line));
  }
}

void list_readings(const Program& program, const StateProgram& state, const Names& names,
                   Costs& costs, Listing& listing) {
  const Code& code = state.stepped_code();
  Reader reader(code, names, costs);
  for (std::size_t i = 0; i < state.stepped_signals().size(); ++i) {
    const expr::ExpressionPtr& signal = program.signals()[state.stepped_signals()[i]];
    ListedLine line{ListedLine::Kind::reading, expr::to_text(*signal)};
    reader.move_to(line, code.outputs()[i]);
    line.nanoseconds += costs.copy();
    listing.lines.push_back(std::move(line));
  }
}

}  // namespace

Listing list_step(const Program& program, const JointState& state) {
  const std::shared_ptr<const StateProgram> kept = program.at(state);
  const StateProgram& compiled = *kept;
  const Names names(program, compiled);
  Costs costs;
  Listing listing;
  listing.n_held = names.n_held();
  list_normals(compiled, costs, listing);
  list_dynamics(program, compiled, names, costs, listing);
  list_readings(program, compiled, names, costs, listing);
  return listing;
}

}  // namespace detente::program
