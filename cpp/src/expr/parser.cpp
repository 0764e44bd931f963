#include "detente/expr/parser.hpp"

#include <algorithm>
#include <utility>

#include "detente/diagnostic/messages.hpp"
#include "detente/diagnostic/suggestion.hpp"
#include "expr/lexer.hpp"

namespace detente::expr {

namespace {

namespace messages = diagnostic::messages;
using diagnostic::Diagnostic;
using Kind = Token::Kind;
using NodeKind = AstNode::Kind;

/// Binding powers, weakest first.
enum Power : int {
  none,
  disjunction,
  conjunction,
  negation,
  comparison,
  sum,
  product,
  sign,
  power
};

struct Infix {
  Operator operation;
  Power power;
};

std::optional<Infix> infix_of(Kind kind) {
  switch (kind) {
    case Kind::plus:
      return Infix{Operator::add, sum};
    case Kind::minus:
      return Infix{Operator::subtract, sum};
    case Kind::star:
      return Infix{Operator::multiply, product};
    case Kind::slash:
      return Infix{Operator::divide, product};
    case Kind::caret:
      return Infix{Operator::power, power};
    case Kind::less:
      return Infix{Operator::less, comparison};
    case Kind::less_equal:
      return Infix{Operator::less_equal, comparison};
    case Kind::greater:
      return Infix{Operator::greater, comparison};
    case Kind::greater_equal:
      return Infix{Operator::greater_equal, comparison};
    case Kind::equal:
      return Infix{Operator::equal, comparison};
    case Kind::not_equal:
      return Infix{Operator::not_equal, comparison};
    default:
      return std::nullopt;
  }
}

std::optional<DurationUnit> unit_of(std::string_view name) {
  if (name == "hour" || name == "hours") return DurationUnit::hour;
  if (name == "day" || name == "days") return DurationUnit::day;
  if (name == "week" || name == "weeks") return DurationUnit::week;
  if (name == "month" || name == "months") return DurationUnit::month;
  if (name == "year" || name == "years") return DurationUnit::year;
  return std::nullopt;
}

/// Thrown inside the parser alone: the first mistake ends it.
struct SyntaxError {
  Diagnostic diagnostic;
};

class Parser {
 public:
  Parser(std::string_view text, const TextPlace& place, std::vector<Token> tokens)
      : text_(text), place_(place), tokens_(std::move(tokens)) {}

  AstNode run() {
    if (current().kind == Kind::end) fail("an expression");
    AstNode root = expression(none);
    if (current().kind != Kind::end) fail_after_operand();
    return root;
  }

 private:
  /// Counts how deep the parser is inside itself.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) {
      if (++parser_.nesting_ > max_nesting) {
        throw SyntaxError{messages::nested_too_deep(parser_.span(parser_.current()), max_nesting)};
      }
    }
    ~Level() { --parser_.nesting_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };

  const Token& current() const { return tokens_[at_]; }
  const Token& following() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  std::string_view text_of(const Token& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }
  diagnostic::SourceSpan span(const Token& token) const {
    return place_.span(text_, token.begin, token.end);
  }
  bool is_word(const Token& token, std::string_view word) const {
    return token.kind == Kind::name && text_of(token) == word;
  }
  Token take() {
    const Token token = current();
    if (token.kind != Kind::end) ++at_;
    return token;
  }
  Token take(Kind kind, std::string_view expected) {
    if (current().kind != kind) fail(expected);
    return take();
  }

  [[noreturn]] void fail(std::string_view expected, std::string hint = {}) const {
    throw SyntaxError{
        messages::unexpected_token(span(current()), text_of(current()), expected, std::move(hint))};
  }

  // Something stands where an operator or the end should.
  [[noreturn]] void fail_after_operand() const {
    const std::string_view found = text_of(current());
    switch (current().kind) {
      case Kind::right_parenthesis:
        fail("the end of the expression", "no `(` is open here");
      case Kind::assign:
        fail("an operator", "equality is written `==`");
      case Kind::comma:
        fail("an operator", "a decimal point is written `.`");
      case Kind::star:
        fail("an operator", "a power is written `^`");
      case Kind::left_parenthesis:
        fail("an operator", "multiply with `*`");
      case Kind::name:
        break;
      default:
        fail("an operator");
    }
    const std::string word = diagnostic::nearest(found, {"and", "or", "in"});
    const bool after_number = at_ > 0 && tokens_[at_ - 1].kind == Kind::number;
    if (!word.empty()) fail("an operator", "did you mean `" + word + "`?");
    if (after_number) {
      const std::string unit =
          diagnostic::nearest(found, {"hours", "days", "weeks", "months", "years"});
      if (!unit.empty() && found.size() > 2) fail("an operator", "did you mean `" + unit + "`?");
      fail("an operator", "multiply with `*`");
    }
    fail("an operator");
  }

  AstNode leaf(NodeKind kind, const Token& token) const {
    AstNode node;
    node.kind = kind;
    node.begin = node.mark_begin = token.begin;
    node.end = node.mark_end = token.end;
    return node;
  }

  // A node over finished parts; `mark` is the operator's or function's token.
  AstNode parent(NodeKind kind, const Token& mark, std::size_t begin, std::size_t end,
                 std::vector<AstNode> children) const {
    AstNode node;
    node.kind = kind;
    node.begin = begin;
    node.end = end;
    node.mark_begin = mark.begin;
    node.mark_end = mark.end;
    for (const AstNode& child : children) node.height = std::max(node.height, child.height + 1);
    node.children = std::move(children);
    if (node.height > max_tree_depth) {
      throw SyntaxError{messages::too_many_operators(span(mark), max_tree_depth)};
    }
    return node;
  }

  AstNode expression(Power floor) {
    AstNode left = prefix(floor);
    bool compared = false;
    while (true) {
      if (floor < comparison && starts_membership()) {
        if (compared) fail_chained(left);
        left = membership(std::move(left));
        compared = true;
        continue;
      }
      const std::optional<Infix> infix = next_infix();
      if (!infix) return left;
      const bool right_first = infix->power == power;
      if (right_first ? infix->power < floor : infix->power <= floor) return left;
      if (infix->power == comparison && compared) fail_chained(left);
      compared = infix->power == comparison || (compared && infix->power > comparison);
      left = binary(std::move(left), *infix, right_first);
    }
  }

  std::optional<Infix> next_infix() const {
    if (is_word(current(), "and")) return Infix{Operator::logical_and, conjunction};
    if (is_word(current(), "or")) return Infix{Operator::logical_or, disjunction};
    return infix_of(current().kind);
  }

  AstNode binary(AstNode left, const Infix& infix, bool right_first) {
    const Token token = take();
    std::optional<Level> level;
    if (right_first) level.emplace(*this);
    AstNode right = expression(infix.power);
    const std::size_t begin = left.begin;
    const std::size_t end = right.end;
    std::vector<AstNode> children;
    children.push_back(std::move(left));
    children.push_back(std::move(right));
    AstNode node = parent(NodeKind::binary, token, begin, end, std::move(children));
    node.operation = infix.operation;
    return node;
  }

  [[noreturn]] void fail_chained(const AstNode& left) const {
    const AstNode& middle = left.children.back();
    const std::string first(text_.substr(left.begin, left.end - left.begin));
    const std::string shared(text_.substr(middle.begin, middle.end - middle.begin));
    const std::string sign(text_of(current()));
    std::string hint = "join them, as in `a < b and b < c`";
    const bool numbers = left.kind == NodeKind::binary;
    if (numbers && first.size() <= 40 && shared.size() <= 20) {
      hint = "join them by `and`: `" + first + " and " + shared + ' ' + sign + " ...`";
    }
    throw SyntaxError{messages::chained_comparison(span(current()), std::move(hint))};
  }

  bool starts_membership() const {
    return is_word(current(), "in") || (is_word(current(), "not") && is_word(following(), "in"));
  }

  AstNode membership(AstNode left) {
    const bool negated = is_word(current(), "not");
    Token mark = take();
    if (negated) mark.end = take().end;
    const Level level(*this);
    std::vector<AstNode> children;
    const std::size_t begin = left.begin;
    children.push_back(std::move(left));
    if (current().kind != Kind::left_bracket) {
      if (current().kind != Kind::name) fail("a list of states, `[...]`");
      throw SyntaxError{messages::list_expected(span(current()), text_of(current()))};
    }
    take();
    do {
      children.push_back(leaf_of_list());
    } while (take_comma());
    const Token close = take(Kind::right_bracket, "`,` or `]`");
    AstNode node = parent(NodeKind::membership, mark, begin, close.end, std::move(children));
    node.negated = negated;
    return node;
  }

  AstNode leaf_of_list() {
    if (current().kind == Kind::number) return leaf(NodeKind::number, take());
    const Token token = take(Kind::name, "a state");
    AstNode node = leaf(NodeKind::name, token);
    node.name = text_of(token);
    return node;
  }

  bool take_comma() {
    if (current().kind != Kind::comma) return false;
    take();
    return true;
  }

  AstNode prefix(Power floor) {
    const Token& token = current();
    switch (token.kind) {
      case Kind::minus:
        return signed_operand(Operator::negative);
      case Kind::plus:
        return signed_operand(Operator::positive);
      case Kind::number:
        return number();
      case Kind::date:
        return date();
      case Kind::left_parenthesis:
        return parenthesis();
      case Kind::name:
        return word(floor);
      case Kind::left_bracket:
        fail("an operand", "a list stands behind `in` alone");
      case Kind::star:
        fail("an operand",
             at_ > 0 && tokens_[at_ - 1].kind == Kind::star ? "a power is written `^`" : "");
      case Kind::assign:
        fail("an operand", "comparisons are written `==`, `!=`, `<`, `<=`, `>`, `>=`");
      default:
        fail("an operand");
    }
  }

  AstNode signed_operand(Operator operation) {
    const Token token = take();
    const Level level(*this);
    AstNode operand = expression(sign);
    const std::size_t end = operand.end;
    std::vector<AstNode> children;
    children.push_back(std::move(operand));
    AstNode node = parent(NodeKind::unary, token, token.begin, end, std::move(children));
    node.operation = operation;
    return node;
  }

  AstNode negated_condition() {
    const Token token = take();
    const Level level(*this);
    // `not` itself may follow: one power less.
    AstNode operand = expression(conjunction);
    const std::size_t end = operand.end;
    std::vector<AstNode> children;
    children.push_back(std::move(operand));
    AstNode node = parent(NodeKind::unary, token, token.begin, end, std::move(children));
    node.operation = Operator::logical_not;
    return node;
  }

  AstNode number() {
    const Token token = take();
    AstNode node = leaf(NodeKind::number, token);
    node.number = token.number;
    if (current().kind != Kind::name) return node;
    const std::optional<DurationUnit> unit = unit_of(text_of(current()));
    if (!unit) return node;
    node.kind = NodeKind::duration;
    node.unit = *unit;
    node.end = node.mark_end = take().end;
    return node;
  }

  AstNode date() {
    const Token token = take();
    AstNode node = leaf(NodeKind::date, token);
    node.year = token.year;
    node.month = token.month;
    node.day = token.day;
    return node;
  }

  AstNode parenthesis() {
    const Token open = take();
    const Level level(*this);
    AstNode node = expression(none);
    if (current().kind != Kind::right_parenthesis) fail_unclosed("`)`");
    node.begin = open.begin;
    node.end = take().end;
    return node;
  }

  [[noreturn]] void fail_unclosed(std::string_view expected) const {
    if (current().kind == Kind::end || current().kind == Kind::right_bracket) fail(expected);
    if (current().kind == Kind::comma) fail(expected, "a decimal point is written `.`");
    fail_after_operand();
  }

  AstNode word(Power floor) {
    const std::string_view name = text_of(current());
    if (name == "not") {
      if (floor > negation) throw SyntaxError{messages::not_after_operator(span(current()))};
      return negated_condition();
    }
    if (name == "and" || name == "or" || name == "in") fail("an operand");
    if (following().kind == Kind::left_parenthesis) return call();
    if (name == "if") fail("an operand", "a choice is written `if(condition, a, b)`");
    const Token token = take();
    AstNode node = leaf(NodeKind::name, token);
    node.name = name;
    if (current().kind != Kind::dot) return node;
    take();
    const Token member = take(Kind::name, "a state or transition after the dot");
    node.kind = NodeKind::member;
    node.member = text_of(member);
    node.end = node.mark_end = member.end;
    return node;
  }

  AstNode call() {
    const Token name = take();
    take();
    const Level level(*this);
    std::vector<AstNode> children;
    std::vector<AstNode::Named> named;
    if (current().kind != Kind::right_parenthesis) {
      do {
        const bool by_name = current().kind == Kind::name && following().kind == Kind::assign;
        if (by_name) {
          named.push_back(named_argument());
        } else {
          if (!named.empty()) fail("an argument with a name", "arguments by position come first");
          children.push_back(expression(none));
        }
      } while (take_comma());
    }
    if (current().kind != Kind::right_parenthesis) fail_in_call();
    const std::size_t end = take().end;
    AstNode node = parent(NodeKind::call, name, name.begin, end, std::move(children));
    for (const auto& [key, value] : named) node.height = std::max(node.height, value.height + 1);
    node.name = text_of(name);
    node.named = std::move(named);
    return node;
  }

  AstNode::Named named_argument() {
    const Token name = take();
    take();
    AstNode value = expression(none);
    return {std::string(text_of(name)), std::move(value)};
  }

  [[noreturn]] void fail_in_call() const {
    if (current().kind == Kind::end || current().kind == Kind::right_bracket) fail("`,` or `)`");
    fail_after_operand();
  }

  std::string_view text_;
  const TextPlace& place_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t nesting_ = 0;
};

}  // namespace

std::optional<Ast> parse(std::string_view text, const TextPlace& place,
                         diagnostic::Diagnostics& diagnostics) {
  if (text.size() > max_text_bytes) {
    diagnostics.add(
        messages::expression_too_long(place.span(text, 0, 1), text.size(), max_text_bytes));
    return std::nullopt;
  }
  std::vector<Token> tokens = tokens_of(text, place, diagnostics);
  if (tokens.empty()) return std::nullopt;
  try {
    AstNode root = Parser(text, place, std::move(tokens)).run();
    return Ast{std::string(text), place, std::move(root)};
  } catch (SyntaxError& error) {
    diagnostics.add(std::move(error.diagnostic));
    return std::nullopt;
  }
}

}  // namespace detente::expr
