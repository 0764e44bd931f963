#pragma once

/// Everything that is written `name(...)`: one row per function.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detente/expr/expression.hpp"

namespace detente::expr {

struct FunctionRow {
  enum class Family : std::uint8_t {
    plain,     ///< numbers to a number (`if`: a condition and two values)
    mark,      ///< a random number, in effects
    temporal,  ///< along the path, in outcomes
    history,   ///< takes a chain, a state or a firing: sojourn, visits, count
  };
  std::string_view name;
  Family family = Family::plain;
  Function function = Function::abs;         ///< plain
  Mark mark = Mark::normal;                  ///< mark
  Temporal temporal = Temporal::eventually;  ///< temporal
  SymbolKind history = SymbolKind::sojourn;  ///< history (count: count_event)
  std::size_t least = 1, most = 1;           ///< arguments by position
  std::string_view arguments;                ///< their names
  std::string_view meaning;                  ///< one line for the reference
};

inline constexpr std::size_t any_number = static_cast<std::size_t>(-1);

/// All rows, in the order of the reference.
std::span<const FunctionRow> functions();

/// The row of a name; null: no such function.
const FunctionRow* find_function(std::string_view name);

/// `name(arguments)`.
std::string signature(const FunctionRow& row);

/// The names of all functions, for suggestions.
std::vector<std::string> function_names();

}  // namespace detente::expr
