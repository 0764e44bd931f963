#pragma once

/// The parse tree of one expression: what was written, names not yet looked up.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "detente/diagnostic/source.hpp"

namespace detente::expr {

/// Where the text of an expression lies in its file. A YAML scalar may be quoted, folded or run
/// over several lines, so that the text is not one stretch of the file; every stretch has its own
/// start.
struct TextPlace {
  struct Start {
    std::size_t offset = 0;  ///< byte of the expression's text at which the stretch begins
    std::uint32_t line = 0;  ///< its line and column in the file, from 1
    std::uint32_t column = 0;
  };
  std::shared_ptr<const diagnostic::SourceText> source;
  std::vector<Start> starts;  ///< ascending offsets; none: no place is known
  /// Bytes of the text that were found; what follows stands at their end.
  std::size_t matched = std::string::npos;
  std::string path;  ///< place in the document

  /// The span of bytes [begin, end) of `text`, cut where its first stretch ends; at least one
  /// column long.
  diagnostic::SourceSpan span(std::string_view text, std::size_t begin, std::size_t end) const;
};

/// Finds the stretches of `text` in the file, where `first` is the first character of the YAML
/// scalar: a character of the text itself, an opening quote, or the indicator (`|`, `>`) of a block
/// scalar. `length` of `first` is ignored. What cannot be matched any further stands where the
/// match ended, so that every span lies in the file.
TextPlace place_text(std::string_view text, const diagnostic::SourceSpan& first);

enum class DurationUnit : std::uint8_t { hour, day, week, month, year };

/// Years in one unit: 1 month = 1/12, 1 day = 1/365.25.
double years_in(DurationUnit unit);

/// Operators as written; `not in` is one operator.
enum class Operator : std::uint8_t {
  negative,
  positive,
  logical_not,
  add,
  subtract,
  multiply,
  divide,
  power,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  logical_and,
  logical_or,
};

/// The operator as it is written; a sign and its two-sided operator are written alike.
std::string_view sign_of(Operator operation);

struct AstNode {
  struct Named;
  enum class Kind : std::uint8_t {
    number,      ///< `number`
    duration,    ///< `number` `unit`
    date,        ///< `year` `month` `day`, not yet known to exist
    name,        ///< `name`
    member,      ///< `name` . `member`
    call,        ///< `name` ( `children`, `named` )
    unary,       ///< `operation` over one child
    binary,      ///< `operation` over two children
    membership,  ///< child in [ list ]: first child, then the members; `negated` for `not in`
  };
  Kind kind = Kind::number;
  std::size_t begin = 0, end = 0;  ///< bytes of the whole node
  std::size_t mark_begin = 0,
              mark_end = 0;  ///< bytes that a message points to: the operator, the function's name
  std::size_t height = 1;    ///< of the tree; a leaf: 1
  double number = 0.0;
  DurationUnit unit = DurationUnit::year;
  int year = 0, month = 0, day = 0;
  std::string name;
  std::string member;
  Operator operation = Operator::add;
  bool negated = false;
  std::vector<AstNode> children;
  std::vector<Named> named;  ///< `within = ...`, `after = ...`, in order
};

/// An argument with its name.
struct AstNode::Named {
  std::string name;
  AstNode value;
};

/// A whole parsed expression with its text and place.
struct Ast {
  std::string text;
  TextPlace place;
  AstNode root;

  diagnostic::SourceSpan span(const AstNode& node) const {
    return place.span(text, node.begin, node.end);
  }
  /// The part of the node that a message points to.
  diagnostic::SourceSpan mark(const AstNode& node) const {
    return place.span(text, node.mark_begin, node.mark_end);
  }
};

/// A name as used in an expression, with its place.
struct NameUse {
  std::string name;
  diagnostic::SourceSpan span;
};

/// Every name that stands alone or before a dot (no function names), each once, in order of
/// appearance. What follows `chain ==` is listed too, though it may be a state.
std::vector<NameUse> names_in(const Ast& ast);

}  // namespace detente::expr
