#include "detente/diagnostic/diagnostic.hpp"

#include <memory>

#include "detente/diagnostic/contract.hpp"
#include "detente/diagnostic/messages.hpp"
#include "detente/diagnostic/utf8.hpp"
#include "support/catch.hpp"

namespace detente::diagnostic {
namespace {

SourceSpan span_in(const std::string& text, std::uint32_t line, std::uint32_t column,
                   std::uint32_t length) {
  return {std::make_shared<const SourceText>("x.yaml", text), line, column, length, "some.path"};
}

Diagnostic at(SourceSpan span, std::string message = "it is wrong", std::string hint = {}) {
  return {"E203", Severity::error, std::move(span), std::move(message), std::move(hint)};
}

TEST_CASE("a diagnostic shows place, line, caret and hint", "[diagnostic]") {
  std::string text(30, '\n');
  text += "        when: conflict == frozzen\n";
  const Diagnostic diagnostic =
      messages::unknown_state(span_in(text, 31, 27, 7), "frozzen", "conflict", {"war", "frozen"});
  CHECK(
      format(diagnostic) ==
      "x.yaml:31:27: error[E203]: unknown name `frozzen`; a state of chain `conflict` is expected\n"
      "   31 |         when: conflict == frozzen\n"
      "      |                           ^~~~~~~\n"
      "      = hint: did you mean `frozen`?");
}

TEST_CASE("a caret stands under its code point after tabs and non-ASCII text", "[diagnostic]") {
  CHECK(format(at(span_in("\tgr\xC3\xB6\xC3\x9F"
                          "e: x",
                          1, 8, 1))) ==
        "x.yaml:1:8: error[E203]: it is wrong\n"
        "    1 | \tgr\xC3\xB6\xC3\x9F"
        "e: x\n"
        "      | \t      ^");
  // A wide character takes two columns of a terminal, a combining one none.
  CHECK(format(at(span_in("\xE6\x88\xA6: y", 1, 4, 1))) ==
        "x.yaml:1:4: error[E203]: it is wrong\n"
        "    1 | \xE6\x88\xA6: y\n"
        "      |     ^");
  CHECK(format(at(span_in("e\xCC\x81: y", 1, 5, 1))) ==
        "x.yaml:1:5: error[E203]: it is wrong\n"
        "    1 | e\xCC\x81: y\n"
        "      |    ^");
}

TEST_CASE("a span at the end of a line or beyond it has its caret after the text", "[diagnostic]") {
  const std::string expected =
      "error[E203]: it is wrong\n"
      "    1 | abc\n"
      "      |    ^";
  CHECK(format(at(span_in("abc", 1, 4, 1))) == "x.yaml:1:4: " + expected);
  CHECK(format(at(span_in("abc", 1, 90, 9))) == "x.yaml:1:90: " + expected);
}

TEST_CASE("a long line is cut around the span", "[diagnostic]") {
  const std::string line = std::string(500, 'a') + "bad" + std::string(500, 'c');
  const std::string text = format(at(span_in(line, 1, 501, 3)));
  CHECK(text == "x.yaml:1:501: error[E203]: it is wrong\n    1 | ..." + std::string(80, 'a') +
                    "bad" + std::string(157, 'c') + "...\n      |    " + std::string(80, ' ') +
                    "^~~");
}

TEST_CASE("control characters and damaged bytes of a text are not shown as they are",
          "[diagnostic]") {
  const std::string text = format(at(span_in("a\x1B[31m\xFFz", 1, 8, 1), "of \x1B[0m \xC3"));
  CHECK(text ==
        "x.yaml:1:8: error[E203]: of ?[0m \xEF\xBF\xBD\n"
        "    1 | a?[31m\xEF\xBF\xBDz\n"
        "      |        ^");
}

TEST_CASE("no byte past a text's end is read", "[diagnostic]") {
  const std::string_view text = "\xC3\xA9\xE2\x82\xAC";
  CHECK(code_point_at(text, 0).well_formed);
  CHECK(code_point_at(text, 2).well_formed);
  CHECK_FALSE(code_point_at(text.substr(0, 1), 0).well_formed);
  CHECK_FALSE(code_point_at(text.substr(0, 4), 2).well_formed);
}

TEST_CASE("a diagnostic in an included text says from where, innermost first", "[diagnostic]") {
  const auto top = std::make_shared<const SourceText>("top.yaml", "include: a.yaml\n");
  const auto outer = std::make_shared<const SourceText>("a.yaml", "\ninclude: b.yaml\n",
                                                        SourceSpan{top, 1, 10, 6, "include"});
  const auto inner = std::make_shared<const SourceText>("b.yaml", "k: x\n",
                                                        SourceSpan{outer, 2, 10, 6, "include"});
  CHECK(format(at({inner, 1, 4, 1, "k"}, "it is wrong", "do better")) ==
        "b.yaml:1:4: error[E203]: it is wrong\n"
        "    1 | k: x\n"
        "      |    ^\n"
        "      = hint: do better\n"
        "      = note: included from a.yaml:2:10\n"
        "      = note: included from top.yaml:1:10");
}

TEST_CASE("a note shows the other place of which a diagnostic speaks", "[diagnostic]") {
  Diagnostic twice = at(span_in("k: 1\nk: 2\n", 2, 1, 1), "it is there twice");
  twice.notes.push_back({span_in("k: 1\nk: 2\n", 1, 1, 1), "the first"});
  CHECK(format(twice) ==
        "x.yaml:2:1: error[E203]: it is there twice\n"
        "    2 | k: 2\n"
        "      | ^\n"
        "x.yaml:1:1: note: the first\n"
        "    1 | k: 1\n"
        "      | ^");
}

TEST_CASE("a diagnostic without a place still says where in the document", "[diagnostic]") {
  SourceSpan span;
  CHECK(format(at(span)) == "error[E203]: it is wrong");
  span.path = "levers.pressure";
  CHECK(format(at(span, "it is wrong", "do better")) ==
        "levers.pressure: error[E203]: it is wrong\n      = hint: do better");
}

TEST_CASE("diagnostics come in the order of the file, equal ones once, with a count",
          "[diagnostic]") {
  const auto source = std::make_shared<const SourceText>("x.yaml", "one\ntwo\n");
  Diagnostics diagnostics;
  CHECK(diagnostics.empty());
  diagnostics.add(at({source, 2, 1, 1, ""}, "second"));
  diagnostics.add(at({source, 1, 2, 1, ""}, "first"));
  diagnostics.add(at({source, 2, 1, 1, ""}, "another"));
  diagnostics.add(at({source, 2, 1, 1, ""}, "second"));
  diagnostics.add({"W501", Severity::warning, {source, 1, 1, 1, ""}, "beware", ""});
  const std::vector<Diagnostic> sorted = diagnostics.sorted();
  REQUIRE(sorted.size() == 4);
  CHECK(sorted[0].message == "beware");
  CHECK(sorted[1].message == "first");
  CHECK(sorted[2].message == "second");
  CHECK(sorted[3].message == "another");
  const std::string text = diagnostics.format();
  CHECK(text.substr(0, 30) == "x.yaml:1:1: warning[W501]: bew");
  CHECK(text.substr(text.size() - 22) == "^\n\n3 errors, 1 warning");
  CHECK(diagnostics.has_errors());
}

TEST_CASE("warnings alone are no errors", "[diagnostic]") {
  Diagnostics diagnostics;
  diagnostics.add({"W501", Severity::warning, {}, "beware", ""});
  CHECK_FALSE(diagnostics.has_errors());
  CHECK(diagnostics.format() == "warning[W501]: beware\n\n1 warning");
}

TEST_CASE("a text is split at line feeds, line ends not included", "[diagnostic]") {
  const SourceText text("name", "a\r\nbc\n\nd");
  CHECK(text.line_count() == 4);
  CHECK(text.line(1) == "a");
  CHECK(text.line(2) == "bc");
  CHECK(text.line(3).empty());
  CHECK(text.line(4) == "d");
  CHECK(text.line(5).empty());
  CHECK(text.line(0).empty());
}

TEST_CASE("contracts throw and name the condition", "[diagnostic]") {
  const auto expect = [](int n) { DETENTE_EXPECT(n > 0); };
  CHECK_NOTHROW(expect(1));
  CHECK_THROWS_AS(expect(0), InternalError);
  std::string text;
  try {
    expect(0);
  } catch (const InternalError& error) {
    text = error.what();
  }
  CHECK(text.find("expected n > 0 at test_diagnostic.cpp:") != text.npos);
  CHECK(text.find("please report it") != text.npos);
}

TEST_CASE("bytes and columns of lines of any length give one another", "[diagnostic]") {
  std::string line;
  for (int i = 0; i < 1'000; ++i) line += "a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80";  // 1 to 4 bytes
  const SourceText source("t.yaml", "short\n" + line + "\n" + line);
  for (const std::uint32_t at : {2u, 3u}) {
    std::size_t byte = 0;
    for (std::uint32_t column = 1; byte < line.size(); ++column) {
      if (source.byte_of(at, column) != byte) FAIL("column " << column);
      if (source.code_points_before(at, byte) != column - 1) FAIL("byte " << byte);
      byte += code_point_at(line, byte).bytes;
    }
    CHECK(source.byte_of(at, 1'000'000) == line.size());
    CHECK(source.code_points_before(at, line.size() + 9) == 4'000);
  }
  CHECK(source.byte_of(1, 3) == 2);
  CHECK(source.byte_of(9, 3) == 0);
  CHECK(SourceText("t.yaml", "").code_points_before(1, 5) == 0);
}

}  // namespace
}  // namespace detente::diagnostic
