#pragma once

/// Text of an expression to tokens.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "detente/diagnostic/diagnostic.hpp"
#include "detente/expr/ast.hpp"

namespace detente::expr {

struct Token {
  enum class Kind : std::uint8_t {
    number,
    date,
    name,
    plus,
    minus,
    star,
    slash,
    caret,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    assign,
    comma,
    dot,
    left_parenthesis,
    right_parenthesis,
    left_bracket,
    right_bracket,
    end,
  };
  Kind kind = Kind::end;
  std::size_t begin = 0, end = 0;    ///< bytes in the text
  double number = 0.0;               ///< number
  int year = 0, month = 0, day = 0;  ///< date
};

/// The tokens of a text, `end` last; empty when there is a character or a number that is none of
/// the language, which is then reported (E201, E207).
std::vector<Token> tokens_of(std::string_view text, const TextPlace& place,
                             diagnostic::Diagnostics& diagnostics);

}  // namespace detente::expr
