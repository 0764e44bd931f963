#include "detente/expr/parser.hpp"

#include "expr/scope.hpp"
#include "support/catch.hpp"

namespace detente::expr {
namespace {

using testing::checked;
using testing::expecting;
using testing::value;

std::string code_of(const std::string& text) {
  return checked(text, expecting(std::nullopt)).summary();
}

std::string hint_of(const std::string& text) {
  const testing::Checked result = checked(text, expecting(std::nullopt));
  return result.diagnostics.empty() ? "no diagnostic" : result.diagnostics.front().hint;
}

TEST_CASE("operators bind as in mathematics", "[expr]") {
  CHECK(value("1 + 2 * 3") == 7);
  CHECK(value("(1 + 2) * 3") == 9);
  CHECK(value("10 - 4 - 3") == 3);
  CHECK(value("24 / 4 / 2") == 3);
  CHECK(value("2^3^2") == 512);
  CHECK(value("-2^2") == -4);
  CHECK(value("(-2)^2") == 4);
  CHECK(value("2^-1") == 0.5);
  CHECK(value("2^-2^2") == 1.0 / 16);
  CHECK(value("-trust^2") == -0.0625);
  CHECK(value("2 * -3 + 1") == -5);
  CHECK(value("+3 - -3") == 6);
  CHECK(value("-3 * 2^2") == -12);
}

TEST_CASE("`not` binds looser than comparison, tighter than `and`, which is tighter than `or`",
          "[expr]") {
  CHECK(value("not front > 20") == 1);
  CHECK(value("not 1 > 2 and 3 > 2") == 1);
  CHECK(value("not (1 > 2 and 3 > 2)") == 1);
  CHECK(value("not 3 > 2 and 1 > 2") == 0);
  CHECK(value("2 > 1 or 2 > 1 and 1 > 2") == 1);
  CHECK(value("(2 > 1 or 2 > 1) and 1 > 2") == 0);
  CHECK(value("not not front == 18") == 1);
  CHECK(value("front > 10 and not conflict == talks") == 1);
  CHECK(value("not conflict in [war, talks]") == 0);
  CHECK(value("conflict not in [war, talks]") == 0);
}

TEST_CASE("numbers are read in every usual form", "[expr]") {
  CHECK(value("0.5") == 0.5);
  CHECK(value(".5") == 0.5);
  CHECK(value("5.") == 5);
  CHECK(value("1e3") == 1000);
  CHECK(value("1.5E-2") == 0.015);
  CHECK(value("2e+1") == 20);
  CHECK(value("1e-999") == 0);
  CHECK(code_of("1e999") == "E207@1+5");
  CHECK(code_of("1.2.3") == "E201@1+5");
  CHECK(code_of("1_000") == "E201@1+5");
  CHECK(code_of("1,5") == "E202@2+1");
}

TEST_CASE("durations are worth years", "[expr]") {
  CHECK(value("6 months") == 0.5);
  CHECK(value("1 year") == 1);
  CHECK(value("2 weeks") == 14 / 365.25);
  CHECK(value("10 days") == 10 / 365.25);
  CHECK(value("36 hours") == Approx(1.5 / 365.25).epsilon(1e-15));
  CHECK(value("1/2 year") == 0.5);
  CHECK(value("2 * year") == 4051);
  CHECK(hint_of("6 mnths") == "did you mean `months`?");
}

TEST_CASE("a syntax error names what was found and what is expected", "[expr]") {
  CHECK(code_of("") == "E202@1+1");
  CHECK(code_of("   ") == "E202@1+1");
  CHECK(code_of("1 +") == "E202@4+1");
  CHECK(code_of("1 + * 2") == "E202@5+1");
  CHECK(code_of("(1 + 2") == "E202@7+1");
  CHECK(code_of("1 + 2)") == "E202@6+1");
  CHECK(code_of("f(1") == "E202@4+1");
  CHECK(code_of("min(1, )") == "E202@8+1");
  CHECK(code_of("trust front") == "E202@7+5");
  CHECK(code_of("conflict in []") == "E202@14+1");
  CHECK(code_of("conflict in [war") == "E202@17+1");
  CHECK(code_of("conflict.") == "E202@10+1");
  CHECK(code_of("[1, 2]") == "E202@1+1");
  CHECK(code_of("and 1") == "E202@1+3");
  CHECK(code_of("1 + not 2") == "E202@5+3");
  CHECK(code_of("visits(conflict.war") == "E202@20+1");
  CHECK(checked("1 +").diagnostics[0].message ==
        "the expression ends too early; an operand is expected");
  CHECK(checked("1 2").diagnostics[0].message == "unexpected `2`; an operator is expected");
}

TEST_CASE("a syntax error hints at what other languages write", "[expr]") {
  CHECK(hint_of("trust = 2") == "equality is written `==`");
  CHECK(hint_of("trust ** 2") == "a power is written `^`");
  CHECK(hint_of("trust && winter") == "write `and`");
  CHECK(hint_of("trust || winter") == "write `or`");
  CHECK(hint_of("!winter") == "write `not`");
  CHECK(hint_of("trust \xE2\x89\xA4 2") == "write `<=`");
  CHECK(hint_of("5 % 2") == "write a share as a number, `0.05` for 5 %");
  CHECK(hint_of("conflict == 'war'") == "names and states stand without quotes");
  CHECK(hint_of("winter AND winter") == "did you mean `and`?");
  CHECK(hint_of("2 trust") == "multiply with `*`");
  CHECK(hint_of("trust (2)") == "multiply with `*`: `trust * (...)`");
  CHECK(hint_of("(1, 5)") == "a decimal point is written `.`");
  CHECK(hint_of("if trust > 1") == "a choice is written `if(condition, a, b)`");
}

TEST_CASE("comparisons do not chain", "[expr]") {
  CHECK(code_of("1 < trust < 2") == "E208@11+1");
  CHECK(hint_of("1 < trust < 2") == "join them by `and`: `1 < trust and trust < ...`");
  CHECK(code_of("conflict == war == talks") == "E208@17+2");
  CHECK(code_of("1 < 2 + 3 * 4 >= 2") == "E208@15+2");
  CHECK(code_of("conflict == war in [talks]") == "E208@17+2");
  CHECK(code_of("conflict in [war] == 1") == "E208@19+2");
  CHECK(code_of("(1 < 2) == (2 < 3)").empty());
  CHECK(code_of("1 < 2 and 2 < 3 or 3 < 4").empty());
}

TEST_CASE("nesting, operators in a row and length are bounded", "[expr]") {
  const auto nested = [](std::size_t n) { return std::string(n, '(') + "1" + std::string(n, ')'); };
  CHECK(code_of(nested(max_nesting)).empty());
  CHECK(code_of(nested(max_nesting + 1)).substr(0, 4) == "E211");
  CHECK(code_of(std::string(100000, '(')).substr(0, 4) == "E211");
  CHECK(code_of(std::string(5000, '-') + "1").substr(0, 4) == "E211");
  CHECK(code_of(std::string(8000, '(')).substr(0, 4) == "E211");
  CHECK(code_of("1" + std::string(max_text_bytes - 1, ' ')).empty());
  CHECK(code_of("1" + std::string(max_text_bytes, ' ')).substr(0, 4) == "E211");
  std::string row = "trust";
  for (std::size_t i = 1; i < max_tree_depth; ++i) row += "+trust";
  CHECK(code_of(row).empty());
  CHECK(code_of(row + "+trust").substr(0, 4) == "E211");
  std::string powers = "1";
  for (int i = 0; i < 1000; ++i) powers += "^1";
  CHECK(code_of(powers).substr(0, 4) == "E211");
  std::string nots;
  for (int i = 0; i < 1000; ++i) nots += "not ";
  CHECK(code_of(nots + "winter").substr(0, 4) == "E211");
}

TEST_CASE("names of an expression are listed once, in order", "[expr]") {
  diagnostic::Diagnostics diagnostics;
  const std::string text = "b + a * f(b, c, after = d) + e.g";
  const std::optional<Ast> ast =
      parse(text, place_text(text, testing::start_of(text)), diagnostics);
  REQUIRE(ast);
  std::string names;
  for (const NameUse& use : names_in(*ast)) {
    names += use.name + '@' + std::to_string(use.span.column) + ' ';
  }
  CHECK(names == "b@1 a@5 c@14 d@25 e@30 ");
}

TEST_CASE("reserved words and names are told apart", "[expr]") {
  CHECK(is_reserved("time"));
  CHECK(is_reserved("not"));
  CHECK_FALSE(is_reserved("times"));
  CHECK(is_name("_a1"));
  CHECK_FALSE(is_name("1a"));
  CHECK_FALSE(is_name("a-b"));
  CHECK_FALSE(is_name(""));
  CHECK_FALSE(
      is_name("gr\xC3\xB6\xC3\x9F"
              "e"));
}

}  // namespace
}  // namespace detente::expr
