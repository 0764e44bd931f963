/// The reference of the language and the schema say what the reader does.

#include <fstream>
#include <iterator>
#include <string>

#include "detente/scenario/json_schema.hpp"
#include "detente/scenario/reader.hpp"
#include "scenario/fields.hpp"
#include "scenario/reference.hpp"
#include "support/catch.hpp"

using namespace detente;
using namespace detente::scenario;

namespace {

std::string content(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("the tables of the reference are those of the reader", "[scenario]") {
  const std::string text = content(DETENTE_SCENARIOS "/README.md");
  const std::string opening = "<!-- table: ";
  std::size_t n = 0;
  for (std::size_t at = text.find(opening); at != text.npos; at = text.find(opening, at + 1)) {
    const std::size_t begin = at + opening.size();
    const std::string name = text.substr(begin, text.find(' ', begin) - begin);
    const std::size_t table = text.find('\n', begin) + 1;
    INFO(name);
    const std::string expected = reference_table(name);
    CHECK_FALSE(expected.empty());
    CHECK(text.substr(table, text.find("<!-- end -->", table) - table) == expected);
    ++n;
  }
  CHECK(n >= 15);
}

TEST_CASE("every scenario in the reference is read", "[scenario]") {
  const std::string text = content(DETENTE_SCENARIOS "/README.md");
  const std::string opening = "```yaml\ndetente: 1\n";
  std::size_t n = 0;
  for (std::size_t at = text.find(opening); at != text.npos; at = text.find(opening, at + 1)) {
    const std::size_t begin = at + 8;
    const std::string yaml = text.substr(begin, text.find("```", begin) - begin);
    INFO(yaml);
    const Scenario scenario = parse(yaml, "README.md", {}, DETENTE_SCENARIOS);
    CHECK(scenario.warnings.empty());
    ++n;
  }
  CHECK(n >= 10);
}

TEST_CASE("every key has its word in the schema", "[scenario]") {
  const std::string schema = json_schema();
  for (const Section* section : all_sections()) {
    if (section != &sections::root()) {
      CHECK(schema.find("\"" + std::string(section->key) + "\": {") != schema.npos);
    }
    for (const Field& field : section->fields) {
      INFO(section->key << "." << field.name);
      CHECK_FALSE(field.doc.empty());
      CHECK(schema.find("\"" + std::string(field.name) + "\": {") != schema.npos);
    }
  }
}
