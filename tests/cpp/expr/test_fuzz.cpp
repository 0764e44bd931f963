#include <cmath>
#include <random>

#include "detente/diagnostic/utf8.hpp"
#include "detente/expr/parser.hpp"
#include "expr/scope.hpp"
#include "support/catch.hpp"

namespace detente::expr {
namespace {

using testing::SmallScope;

/// A block scalar that holds the text: every line of it indented below the indicator.
std::string as_block(const std::string& text) {
  std::string block = "|\n  ";
  for (const char c : text) {
    block += c;
    if (c == '\n') block += "  ";
  }
  return block;
}

/// Whether the outcome is a tree, or errors whose spans all lie in the text.
bool is_handled(const std::string& text, const CheckContext& context) {
  const SmallScope scope;
  const diagnostic::SourceSpan first = testing::start_of(as_block(text));
  diagnostic::Diagnostics diagnostics;
  const ExpressionPtr result = parse_and_check(text, first, scope, context, diagnostics);
  if ((result == nullptr) != diagnostics.has_errors()) return false;
  for (const diagnostic::Diagnostic& item : diagnostics.sorted()) {
    const auto columns = diagnostic::count_code_points(first.source->line(item.span.line));
    const bool inside = item.span.line >= 1 && item.span.line <= first.source->line_count() &&
                        item.span.column >= 1 && item.span.column <= columns + 1 &&
                        item.span.column + item.span.length <= columns + 2;
    if (!inside || item.message.empty() || item.code.size() != 4) return false;
    if (format(item).empty()) return false;
  }
  if (result && result->type != Type::formula) {
    diagnostic::Diagnostics none;
    const std::string written = to_text(*result);
    const bool cut = written.size() > max_text_bytes;
    if (!cut && !parse(written, place_text(written, testing::start_of(written)), none))
      return false;
  }
  return true;
}

CheckContext context_of(std::size_t round, std::uint32_t& marks) {
  constexpr Type types[] = {Type::number, Type::boolean, Type::formula};
  CheckContext context;
  context.expected = round % 4 == 3 ? std::nullopt : std::optional<Type>(types[round % 4]);
  context.mark_count = round % 3 == 0 ? &marks : nullptr;
  return context;
}

TEST_CASE("random bytes are an expression or errors inside the text", "[expr]") {
  std::mt19937 random(20240229);
  const std::string usual = "0123456789.+-*/^()[],<>=! aeintrdofx_\n\t";
  std::uint32_t marks = 0;
  std::size_t n_handled = 0;
  for (std::size_t round = 0; round < 20000; ++round) {
    std::string text;
    const std::size_t length = random() % 40;
    for (std::size_t i = 0; i < length; ++i) {
      const bool any_byte = random() % 8 == 0;
      text += any_byte ? static_cast<char>(random() % 256) : usual[random() % usual.size()];
    }
    if (!is_handled(text, context_of(round, marks))) FAIL("unhandled: " << text);
    ++n_handled;
  }
  CHECK(n_handled == 20000);
}

TEST_CASE("random words are an expression or errors inside the text", "[expr]") {
  const std::vector<std::string> words{"1",
                                       "2.5",
                                       "1e3",
                                       "6 months",
                                       "2026-12-31",
                                       "2026-02-30",
                                       "trust",
                                       "front",
                                       "pressure",
                                       "conflict",
                                       "guarantee",
                                       "war",
                                       "talks",
                                       "strike",
                                       "lapse",
                                       "winter",
                                       "time",
                                       "year",
                                       "unknown",
                                       "+",
                                       "-",
                                       "*",
                                       "/",
                                       "^",
                                       "(",
                                       ")",
                                       "(",
                                       ")",
                                       "[",
                                       "]",
                                       ",",
                                       ".",
                                       "=",
                                       "==",
                                       "!=",
                                       "<",
                                       ">=",
                                       "and",
                                       "or",
                                       "not",
                                       "in",
                                       "not in",
                                       "if(",
                                       "exp(",
                                       "log(",
                                       "min(",
                                       "clamp(",
                                       "sojourn(",
                                       "visits(",
                                       "count(",
                                       "normal(",
                                       "bernoulli(",
                                       "eventually(",
                                       "until(",
                                       "first(",
                                       "within =",
                                       "after =",
                                       "conflict ==",
                                       "conflict in [",
                                       "\n",
                                       "  ",
                                       "sqrt(",
                                       "abs(",
                                       "smoothstep("};
  std::mt19937 random(20260101);
  std::uint32_t marks = 0;
  std::size_t n_handled = 0;
  for (std::size_t round = 0; round < 40000; ++round) {
    std::string text;
    const std::size_t length = 1 + random() % 16;
    for (std::size_t i = 0; i < length; ++i) text += words[random() % words.size()] + ' ';
    if (!is_handled(text, context_of(round, marks))) FAIL("unhandled: " << text);
    ++n_handled;
  }
  CHECK(n_handled == 40000);
}

/// A random expression that parses, of depth at most `depth`.
std::string grown(std::mt19937& random, int depth) {
  static const std::vector<std::string> leaves{"1",           "0",        "0.5",
                                               "trust",       "front",    "tau",
                                               "winter",      "pressure", "conflict == war",
                                               "(front > 2)", "time",     "1 year"};
  static const std::vector<std::string> operators{" + ", " - ",   " * ",  " / ", "^",
                                                  " < ", " and ", " or ", " == "};
  if (depth == 0 || random() % 5 == 0) return '(' + leaves[random() % leaves.size()] + ')';
  const auto part = [&] { return grown(random, depth - 1); };
  switch (random() % 6) {
    case 0:
      return "(-" + part() + ')';
    case 1:
      return "(not " + part() + ')';
    case 2:
      return "if(" + part() + ", " + part() + ", " + part() + ')';
    case 3:
      return "max(" + part() + ", " + part() + ')';
    default: {
      std::string left = part();
      return '(' + left + operators[random() % operators.size()] + part() + ')';
    }
  }
}

TEST_CASE("random trees are read, written and read back as the same", "[expr]") {
  std::mt19937 random(7);
  int read = 0;
  for (int round = 0; round < 5000; ++round) {
    const std::string text = grown(random, 5);
    const testing::Checked first = testing::checked(text, testing::expecting(std::nullopt));
    if (!first.expression) continue;
    ++read;
    const std::string written = to_text(*first.expression);
    const testing::Checked second = testing::checked(written, testing::expecting(std::nullopt));
    INFO(text << " -> " << written);
    REQUIRE(second.expression);
    const testing::SmallEnvironment environment;
    const double a = evaluate(*first.expression, environment);
    const double b = evaluate(*second.expression, environment);
    REQUIRE((a == b || (std::isnan(a) && std::isnan(b))));
  }
  CHECK(read > 200);
}

}  // namespace
}  // namespace detente::expr
