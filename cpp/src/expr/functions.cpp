#include "detente/expr/functions.hpp"

#include <algorithm>
#include <array>

namespace detente::expr {

namespace {

using F = Function;
using S = std::string_view;

constexpr FunctionRow plain(S name, F function, std::size_t least, std::size_t most, S arguments,
                            S meaning) {
  FunctionRow row;
  row.name = name;
  row.function = function;
  row.least = least;
  row.most = most;
  row.arguments = arguments;
  row.meaning = meaning;
  return row;
}

constexpr FunctionRow of_x(S name, F function, S meaning) {
  return plain(name, function, 1, 1, "x", meaning);
}

constexpr FunctionRow mark(S name, Mark kind, std::size_t count, S arguments, S meaning) {
  FunctionRow row = plain(name, F::abs, count, count, arguments, meaning);
  row.family = FunctionRow::Family::mark;
  row.mark = kind;
  return row;
}

constexpr FunctionRow temporal(S name, Temporal kind, std::size_t count, S arguments, S meaning) {
  FunctionRow row = plain(name, F::abs, count, count, arguments, meaning);
  row.family = FunctionRow::Family::temporal;
  row.temporal = kind;
  return row;
}

constexpr FunctionRow history(S name, SymbolKind kind, S arguments, S meaning) {
  FunctionRow row = plain(name, F::abs, 1, 1, arguments, meaning);
  row.family = FunctionRow::Family::history;
  row.history = kind;
  return row;
}

// clang-format off: a table
constexpr std::array rows{
    plain("if", F::select, 3, 3, "condition, a, b", "a where the condition holds, else b"),
    of_x("exp", F::exp, "e to the power of x"),
    of_x("log", F::log, "natural logarithm of x > 0"),
    of_x("log1p", F::log1p, "log(1 + x), accurate for small x"),
    of_x("expm1", F::expm1, "exp(x) - 1, accurate for small x"),
    of_x("sqrt", F::sqrt, "square root of x >= 0"),
    of_x("abs", F::abs, "size of x without its sign"),
    plain("min", F::min, 2, any_number, "a, b, ...", "the least of two or more numbers"),
    plain("max", F::max, 2, any_number, "a, b, ...", "the greatest of two or more numbers"),
    plain("clamp", F::clamp, 3, 3, "x, low, high", "x, but not below low and not above high"),
    of_x("logistic", F::logistic, "1 / (1 + exp(-x))"),
    of_x("logit", F::logit, "log(x / (1 - x)) of 0 < x < 1"),
    of_x("step", F::step, "1 where x >= 0, else 0"),
    plain("smoothstep", F::smoothstep, 3, 3, "from, to, x",
          "0 below from, 1 above to, 3 s^2 - 2 s^3 between, s the share of the way"),
    of_x("sin", F::sin, "sine of x in radians"),
    of_x("cos", F::cos, "cosine of x in radians"),
    of_x("floor", F::floor, "the greatest whole number not above x"),
    of_x("ceil", F::ceil, "the least whole number not below x"),
    history("sojourn", SymbolKind::sojourn, "chain", "time since the chain entered its state"),
    history("visits", SymbolKind::visits, "chain.state",
            "how often the state was entered, the start included"),
    history(
        "count", SymbolKind::count_event, "firing",
        "how often the event or transition fired (`chain.transition` where a name is not unique)"),
    mark("normal", Mark::normal, 2, "mean, sd", "effects: a normal number"),
    mark("lognormal", Mark::lognormal, 2, "meanlog, sdlog", "effects: exp of a normal number"),
    mark("uniform", Mark::uniform, 2, "low, high",
         "effects: a number between low and high, all alike"),
    mark("beta", Mark::beta, 2, "alpha, beta", "effects: a beta number between 0 and 1"),
    mark("bernoulli", Mark::bernoulli, 1, "p", "effects: 1 with probability p, else 0"),
    temporal("eventually", Temporal::eventually, 1, "formula, within = T, after = X",
             "outcomes: the formula holds at some time of the window"),
    temporal("always", Temporal::always, 1, "formula, within = T, after = X",
             "outcomes: the formula holds at all times of the window"),
    temporal("until", Temporal::until, 2, "held, reached, within = T, after = X",
             "outcomes: reached comes within the window, and held holds before it"),
    temporal("first", Temporal::first, 1, "formula, after = X",
             "outcomes, behind `after =`: the first time at which the formula holds"),
};
// clang-format on

}  // namespace

std::span<const FunctionRow> functions() { return rows; }

const FunctionRow* find_function(std::string_view name) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [name](const FunctionRow& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

std::string signature(const FunctionRow& row) {
  return std::string(row.name) + '(' + std::string(row.arguments) + ')';
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const FunctionRow& row : rows) names.emplace_back(row.name);
  return names;
}

}  // namespace detente::expr
