#include <memory>

#include "detente/expr/check.hpp"
#include "detente/expr/parser.hpp"
#include "expr/scope.hpp"
#include "support/catch.hpp"

namespace detente::expr {
namespace {

using diagnostic::SourceSpan;
using diagnostic::SourceText;

/// Line, column and length in `file` of each piece of `text` that is `wanted`, when the scalar
/// begins at line and column.
std::string places(const std::string& file, std::uint32_t line, std::uint32_t column,
                   const std::string& text, const std::string& wanted) {
  const SourceSpan first{std::make_shared<const SourceText>("f", file), line, column, 1, "p"};
  const TextPlace place = place_text(text, first);
  std::string result;
  for (std::size_t at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1)) {
    const SourceSpan span = place.span(text, at, at + wanted.size());
    result += std::to_string(span.line) + ':' + std::to_string(span.column) + '+' +
              std::to_string(span.length) + ' ';
  }
  return result;
}

TEST_CASE("a plain scalar on one line is found where it stands", "[expr]") {
  CHECK(places("  a: x + bad\n", 1, 6, "x + bad", "bad") == "1:10+3 ");
  CHECK(places("\xC3\xA4: x + bad\n", 1, 4, "x + bad", "bad") == "1:8+3 ");
}

TEST_CASE("a folded plain scalar is found on each of its lines", "[expr]") {
  CHECK(places("a: x + bad\n   + y\n     + bad\n", 1, 4, "x + bad + y + bad", "bad") ==
        "1:8+3 3:8+3 ");
}

TEST_CASE("a quoted scalar begins behind its quote, and escapes shift what follows", "[expr]") {
  CHECK(places("a: \"x + bad\"", 1, 4, "x + bad", "bad") == "1:9+3 ");
  CHECK(places("a: 'x''y + bad'", 1, 4, "x'y + bad", "bad") == "1:12+3 ");
  CHECK(places("a: \"x\\\"y + bad\"", 1, 4, "x\"y + bad", "bad") == "1:12+3 ");
  CHECK(places("a: \"x + \\\n   bad\"", 1, 4, "x + bad", "bad") == "2:4+3 ");
  CHECK(places("a: \"x\\n + bad\"", 1, 4, "x\n + bad", "bad") == "1:11+3 ");
}

TEST_CASE("a block scalar begins on the line below its indicator", "[expr]") {
  const std::string file = "a: |\n  x\n  + bad\n\n  - bad\n";
  CHECK(places(file, 1, 4, "x\n+ bad\n\n- bad\n", "bad") == "3:5+3 5:5+3 ");
  CHECK(places("a: >-\n\n    x\n    + bad\n", 1, 4, "x + bad", "bad") == "4:7+3 ");
}

TEST_CASE("an anchor or a tag before the scalar is passed over", "[expr]") {
  CHECK(places("a: &here x + bad\n", 1, 4, "x + bad", "bad") == "1:14+3 ");
  CHECK(places("a: !!str \"x + bad\"\n", 1, 4, "x + bad", "bad") == "1:15+3 ");
}

TEST_CASE("where text and file differ, places stay in the file", "[expr]") {
  // The text does not come from this place at all.
  CHECK(places("a: zzz\n", 1, 4, "x + bad", "bad") == "1:4+1 ");
  CHECK(places("a: x + zzz\n", 1, 4, "x + bad", "bad") == "1:8+1 ");
  CHECK(places("", 1, 1, "x + bad", "bad") == "1:1+1 ");
}

TEST_CASE("without a file there is no line, but a path", "[expr]") {
  diagnostic::Diagnostics diagnostics;
  SourceSpan span;
  span.path = "levers.a";
  parse_and_check("1 +", span, testing::SmallScope(), {}, diagnostics);
  REQUIRE(diagnostics.sorted().size() == 1);
  CHECK(diagnostics.sorted()[0].span.line == 0);
  CHECK(diagnostics.sorted()[0].span.path == "levers.a");
  CHECK(diagnostics.format() ==
        "levers.a: error[E202]: the expression ends too early; an operand is expected\n\n1 error");
}

TEST_CASE("an error in a block scalar points to its own line", "[expr]") {
  const std::string file = "hazard: |\n  0.5\n    * (1 + trsut)\n";
  const SourceSpan first{std::make_shared<const SourceText>("x.yaml", file), 1, 9, 1, "hazard"};
  diagnostic::Diagnostics diagnostics;
  parse_and_check("0.5\n  * (1 + trsut)\n", first, testing::SmallScope(), {}, diagnostics);
  CHECK(diagnostics.format() ==
        "x.yaml:3:12: error[E203]: unknown name `trsut`\n"
        "    3 |     * (1 + trsut)\n"
        "      |            ^~~~~\n"
        "      = hint: did you mean `trust`?\n\n1 error");
}

}  // namespace
}  // namespace detente::expr
