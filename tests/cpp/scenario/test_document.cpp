#include <ctime>
#include <string>

#include "scenario/document.hpp"
#include "support/catch.hpp"

using namespace detente;
using namespace detente::scenario;
using diagnostic::Diagnostics;

namespace {

NodePtr parse(const std::string& text, Diagnostics& diagnostics) {
  return parse_document(make_source("t.yaml", text), diagnostics);
}

NodePtr parsed(const std::string& text) {
  Diagnostics diagnostics;
  NodePtr root = parse(text, diagnostics);
  INFO(diagnostics.format());
  REQUIRE(root);
  REQUIRE(diagnostics.empty());
  return root;
}

/// The code of the first diagnostic.
std::string refusal(const std::string& text) {
  Diagnostics diagnostics;
  parse(text, diagnostics);
  REQUIRE(diagnostics.has_errors());
  return diagnostics.sorted().front().code;
}

/// Of the processor, which other programs on the machine do not add to.
double seconds_to_refuse(const std::string& text, const std::string& code) {
  const std::clock_t start = std::clock();
  CHECK(refusal(text) == code);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

TEST_CASE("every value knows its line, column and length", "[scenario]") {
  const NodePtr root = parsed("a: one\nb: {c: 'two', d: [3, \"f\xC3\xBCnf\", x]}\n");
  const Node& one = *root->find("a")->value;
  CHECK(one.span.line == 1);
  CHECK(one.span.column == 4);
  CHECK(one.span.length == 3);
  const Node& b = *root->find("b")->value;
  CHECK(b.style == Node::Style::flow);
  const Node& two = *b.find("c")->value;
  CHECK(two.style == Node::Style::quoted);
  CHECK(two.span.column == 8);
  CHECK(two.span.length == 5);
  // Columns count code points, not bytes.
  const Node& x = *b.find("d")->value->items.at(2);
  CHECK(x.span.column == 30);
  CHECK(b.find("d")->key_span.column == 15);
}

TEST_CASE("anchors and tags before a value do not move its place", "[scenario]") {
  const NodePtr root = parsed("a: &name one\nb: *name\n");
  CHECK(root->find("a")->value->span.column == 10);
  CHECK(root->find("b")->value == root->find("a")->value);
}

TEST_CASE("a key without a value has the place of the key", "[scenario]") {
  const NodePtr root = parsed("a:\nb: ~\n");
  CHECK(root->find("a")->value->kind == Node::Kind::null);
  CHECK(root->find("a")->value->span.line == 1);
  CHECK(root->find("b")->value->span.line == 2);
  CHECK(root->find("b")->value->span.column == 4);
}

TEST_CASE("folded and literal texts begin at their indicator", "[scenario]") {
  const NodePtr root = parsed("a: >-\n  one\n  two\nb: |\n  x\n");
  CHECK(root->find("a")->value->style == Node::Style::block);
  CHECK(root->find("a")->value->text == "one two");
  CHECK(root->find("a")->value->span.column == 4);
  CHECK(root->find("b")->value->text == "x\n");
}

TEST_CASE("byte order mark and line ends of other systems are accepted", "[scenario]") {
  const NodePtr root = parsed(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: |\r\n  x\r\n  y\rc: 2\n");
  CHECK(root->find("a")->key_span.column == 1);
  CHECK(root->find("b")->value->text == "x\ny\n");
  CHECK(root->find("c")->key_span.line == 5);
}

TEST_CASE("texts that are not UTF-8 text are refused", "[scenario]") {
  CHECK(refusal("a: \xFF\n") == "E102");
  CHECK(refusal("a: \xC3\n") == "E102");      // cut off
  CHECK(refusal("a: \xC0\xAF\n") == "E102");  // overlong
  CHECK(refusal("a: \xE0\x80\xAF\n") == "E102");
  CHECK(refusal("a: \xF0\x80\x80\xAF\n") == "E102");
  CHECK(refusal("a: \xED\xA0\x80\n") == "E102");      // surrogate
  CHECK(refusal("a: \xF4\x90\x80\x80\n") == "E102");  // past the last character
  CHECK(refusal(std::string("a: 1\0b: 2\n", 10)) == "E103");
  CHECK(refusal("a: \x04\n") == "E103");
  CHECK(refusal("a: \x7F\n") == "E103");
  CHECK(refusal("\xFF\xFE"
                "a\0:\0") == "E102");  // UTF-16
}

TEST_CASE("a key that stands twice is reported with both lines, and the first one counts",
          "[scenario]") {
  Diagnostics diagnostics;
  const NodePtr root = parse("a: 1\nb: 2\na: 3\n", diagnostics);
  REQUIRE(root);
  CHECK(root->find("a")->value->text == "1");
  CHECK(root->entries.size() == 2);
  REQUIRE(diagnostics.sorted().size() == 1);
  CHECK(diagnostics.sorted()[0].code == "E108");
  CHECK(diagnostics.sorted()[0].span.line == 3);
}

TEST_CASE("limits end hostile texts at once", "[scenario]") {
  constexpr double limit = 1.0;
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int k = 0; k < 9; ++k) bomb += ", " + last;
    bomb += "]\n";
  }
  CHECK(seconds_to_refuse(bomb, "E107") < limit);
  CHECK(seconds_to_refuse(std::string(1 << 20, '['), "E105") < limit);
  CHECK(seconds_to_refuse(std::string(1 << 20, '{'), "E105") < limit);
  std::string nested = "a:\n";
  for (int i = 1; i < 200; ++i) nested += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  CHECK(seconds_to_refuse(nested, "E105") < limit);
  std::string dashes;
  for (int i = 0; i < 100'000; ++i) dashes += "- ";
  CHECK(seconds_to_refuse(dashes, "E105") < limit);
  CHECK(seconds_to_refuse("a: " + std::string(10u << 20, '1'), "E104") < limit);
  CHECK(refusal("a: &x {b: *x}\n") == "E107");
}

TEST_CASE("brackets and commas of texts are no lists", "[scenario]") {
  parsed("a: x ] y ] z\nb: [1]\n");
  const std::string commas(max_nodes * 2 / 3, ',');
  parsed("a: \"" + commas + commas + "\"\n");
  parsed("a: [\n  \"" + commas + "\",\n  \"" + commas + "\"]\n");
}

TEST_CASE("a document that holds nothing is refused", "[scenario]") {
  CHECK(refusal("") == "E110");
  CHECK(refusal("---\n") == "E110");
  CHECK(refusal("~\n") == "E110");
}

TEST_CASE("as many nested lists as are allowed are read", "[scenario]") {
  const std::size_t depth = max_document_nesting;
  parsed(std::string(depth, '[') + "1" + std::string(depth, ']'));
  CHECK(refusal(std::string(depth + 1, '[') + "1" + std::string(depth + 1, ']')) == "E105");
}
