/// Files that include one another.

#include "scenario/include.hpp"

#include <string>

#include "detente/scenario/reader.hpp"
#include "scenario/document.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace detente;
using namespace detente::scenario;
using support::contains;
using support::Folder;
using support::message_of;
using support::time_section;
namespace filesystem = std::filesystem;

TEST_CASE("paths count from the folder of the file that names them", "[scenario]") {
  const Folder folder;
  folder.write("shared/a.yaml", "detente: 1\ninclude: [deep/b.yaml, c.yaml]\n");
  folder.write("shared/deep/b.yaml", "detente: 1\nparameters: {b: 1}\ninclude: ../c.yaml\n");
  folder.write("shared/c.yaml", "detente: 1\nparameters: {c: 2}\n");
  const auto top = folder.write("top.yaml", "detente: 1\ninclude: shared/a.yaml\n" + time_section);
  const Scenario scenario = load(top);
  CHECK(scenario.model->parameters.size() == 2);
  const filesystem::path shared = filesystem::canonical(folder.path() / "shared");
  // Each file once, after what it includes.
  REQUIRE(scenario.included_files.size() == 3);
  CHECK(scenario.included_files[0] == shared / "c.yaml");
  CHECK(scenario.included_files[1] == shared / "deep/b.yaml");
  CHECK(scenario.included_files[2] == shared / "a.yaml");
}

TEST_CASE("a text includes files once it has a folder", "[scenario]") {
  const Folder folder;
  folder.write("a.yaml", "detente: 1\nparameters: {a: 1}\n");
  const std::string text = "detente: 1\ninclude: a.yaml\n" + time_section;
  CHECK(parse(text, "<string>", {}, folder.path()).model->parameters.size() == 1);
  std::string message;
  try {
    parse(text);
  } catch (const diagnostic::ScenarioError& error) {
    message = error.what();
  }
  CHECK(message ==
        "<string>:2:10: error[E140]: a scenario that is not read from a file has no folder to look "
        "in for `a.yaml`\n"
        "    2 | include: a.yaml\n"
        "      |          ^~~~~~\n"
        "      = hint: save the scenario, or say which folder its paths count from\n"
        "\n1 error");
}

TEST_CASE("columns of an included file lie beside it", "[scenario]") {
  const Folder folder;
  folder.write("shared/data/t.csv", "years\n1\n3\n");
  folder.write("shared/a.yaml",
               "detente: 1\nparameters: {t: {empirical: {file: data/t.csv, column: years}}}\n");
  const auto top = folder.write("top.yaml", "detente: 1\ninclude: shared/a.yaml\n" + time_section);
  const Scenario scenario = load(top);
  CHECK(scenario.model->parameters[0].prior.mean() == 2.0);
  CHECK(contains(scenario.yaml, "values: [1, 3]"));
}

TEST_CASE("a link out of the scenario's folder is not followed", "[scenario]") {
  const Folder folder, elsewhere;
  elsewhere.write("secret.yaml", "detente: 1\n");
  filesystem::create_symlink(elsewhere.path() / "secret.yaml", folder.path() / "a.yaml");
  const auto top = folder.write("top.yaml", "detente: 1\ninclude: a.yaml\n" + time_section);
  CHECK(contains(message_of(top), "error[E140]: the file lies outside the scenario's folder"));
}

TEST_CASE("a name with a zero in it is no file", "[scenario]") {
  const Folder folder;
  folder.write("a.yaml", "detente: 1\n");
  const auto top = folder.write("top.yaml", "detente: 1\ninclude: \"a.yaml\\0b\"\n" + time_section);
  CHECK(contains(message_of(top), "error[E140]: there is no such file to include"));
}

TEST_CASE("two names of one file are one file", "[scenario]") {
  const Folder folder;
  folder.write("a.yaml", "detente: 1\nparameters: {a: 1}\n");
  filesystem::create_symlink(folder.path() / "a.yaml", folder.path() / "b.yaml");
  const auto top =
      folder.write("top.yaml", "detente: 1\ninclude: [a.yaml, b.yaml, ./a.yaml]\n" + time_section);
  CHECK(load(top).included_files.size() == 1);
}

TEST_CASE("eight files deep is allowed", "[scenario]") {
  const Folder folder;
  for (int i = 1; i < 8; ++i) {
    folder.write(std::to_string(i) + ".yaml",
                 "detente: 1\ninclude: " + std::to_string(i + 1) + ".yaml\n");
  }
  folder.write("8.yaml", "detente: 1\n");
  const auto top = folder.write("top.yaml", "detente: 1\ninclude: 1.yaml\n" + time_section);
  CHECK(load(top).included_files.size() == max_include_depth);
}

TEST_CASE("number and size of included files are bounded", "[scenario]") {
  const Folder folder;
  std::string list;
  for (std::size_t i = 0; i <= max_included_files; ++i) {
    const std::string name = std::to_string(i) + ".yaml";
    folder.write(name, "detente: 1\n");
    list += (i > 0 ? ", " : "") + name;
  }
  const auto many =
      folder.write("many.yaml", "detente: 1\ninclude: [" + list + "]\n" + time_section);
  CHECK(contains(message_of(many), "error[E142]: a scenario may include 100 files"));
  // Two that are within the limit each, and not together.
  const std::string half = "detente: 1\n#" + std::string(max_file_bytes / 2, 'x') + "\n";
  folder.write("half.yaml", half);
  folder.write("other_half.yaml", half);
  const auto large = folder.write(
      "large.yaml", "detente: 1\ninclude: [half.yaml, other_half.yaml]\n" + time_section);
  CHECK(contains(message_of(large), "error[E142]: a scenario may have 4 MiB together"));
}

TEST_CASE("the scenario itself counts among what it includes", "[scenario]") {
  const Folder folder;
  const std::string half = "#" + std::string(max_file_bytes / 2, 'x') + "\n";
  folder.write("half.yaml", "detente: 1\n" + half);
  const auto large =
      folder.write("large.yaml", "detente: 1\ninclude: half.yaml\n" + half + time_section);
  CHECK(contains(message_of(large), "error[E142]: a scenario may have 4 MiB together"));
  std::string values = "1";
  for (std::size_t i = 0; i < max_nodes / 2; ++i) values += ", 1";
  const std::string parameters = "parameters: {NAME: {empirical: {values: [" + values + "]}}}\n";
  const auto named = [&](const char* name) {
    std::string text = parameters;
    return text.replace(text.find("NAME"), 4, name);
  };
  folder.write("many.yaml", "detente: 1\n" + named("a"));
  const auto top =
      folder.write("top.yaml", "detente: 1\ninclude: many.yaml\n" + named("b") + time_section);
  CHECK(contains(message_of(top), "error[E142]: a scenario may have 200000 values together"));
}

TEST_CASE("after what is too much no more is read", "[scenario]") {
  const Folder folder;
  const std::string half = "#" + std::string(max_file_bytes / 2, 'x') + "\n";
  for (const char* name : {"a.yaml", "b.yaml"}) {
    folder.write(name, "detente: 1\n" + half);
  }
  folder.write("c.yaml", "detente: [\n");
  const auto top =
      folder.write("top.yaml", "detente: 1\ninclude: [a.yaml, b.yaml, c.yaml]\n" + time_section);
  const std::string message = message_of(top);
  CHECK(contains(message, "error[E142]"));
  CHECK(contains(message, "\n1 error"));
}

TEST_CASE("all files that cannot be included are reported, each once", "[scenario]") {
  const Folder folder;
  folder.write("broken.yaml", "detente: 1\nparameters: {a: {normal: {mean: 0\n");
  folder.write("a.yaml", "detente: 1\ninclude: broken.yaml\n");
  const auto top = folder.write(
      "top.yaml",
      "detente: 1\ninclude: [broken.yaml, a.yaml, missing.yaml, broken.yaml]\n" + time_section);
  const std::string message = message_of(top);
  CHECK(contains(message, "error[E101]"));
  CHECK(contains(message, "error[E140]: there is no such file to include: `missing.yaml`"));
  CHECK(contains(message, "\n2 errors"));
}

TEST_CASE("a missing file is named after the nearest one", "[scenario]") {
  const Folder folder;
  folder.write("shared/truce.yaml", "detente: 1\n");
  const auto top =
      folder.write("top.yaml", "detente: 1\ninclude: shared/truces.yaml\n" + time_section);
  CHECK(contains(message_of(top), "did you mean `shared/truce.yaml`?"));
}
