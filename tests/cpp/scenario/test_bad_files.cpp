/// Broken scenarios: each file of tests/scenarios/bad has its exact message beside it.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "detente/scenario/reader.hpp"
#include "support/catch.hpp"

using namespace detente;
namespace filesystem = std::filesystem;

namespace {

std::string content(const filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("every broken scenario has its exact message", "[scenario]") {
  const filesystem::path folder = filesystem::path(DETENTE_SCENARIO_TESTS) / "bad";
  std::vector<filesystem::path> files;
  for (const auto& entry : filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    // E4xx break when they run, not when they are read.
    if (entry.path().extension() == ".yaml" && name.rfind("E4", 0) != 0)
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 80);
  // Messages name a file as the user does, and what it includes after that.
  const filesystem::path before = filesystem::current_path();
  filesystem::current_path(folder);
  for (const filesystem::path& file : files) {
    const std::string name = file.filename().string();
    INFO(name);
    std::string message;
    try {
      scenario::load(name);
    } catch (const diagnostic::ScenarioError& error) {
      message = error.what();
    }
    CHECK(message + "\n" == content(filesystem::path(file).replace_extension(".expected")));
    CHECK(message.find("error[" + name.substr(0, 4) + "]") != message.npos);
  }
  filesystem::current_path(before);
}

TEST_CASE("a broken text is answered at once, however long it is", "[scenario]") {
  std::string text = "detente: 1\ntime: {horizon: 1, step: 0.1}\nvariables:\n";
  for (int i = 0; i < 9000; ++i)
    text += "  v" + std::to_string(i) + ": {start: u" + std::to_string(i) + "}\n";
  std::string message;
  try {
    scenario::parse(text);
  } catch (const diagnostic::ScenarioError& error) {
    message = error.what();
  }
  CHECK(message.find("error[E199]") != message.npos);
}
