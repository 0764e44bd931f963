#pragma once

/// A folder of scenario files for one test, and what reading them reports.

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "detente/scenario/reader.hpp"

namespace detente::support {

/// Gone with the object.
class Folder {
 public:
  Folder() {
    static std::atomic<int> made{0};
    path_ = std::filesystem::temp_directory_path() /
            ("detente_test_" + std::to_string(::getpid()) + "_" + std::to_string(made++));
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Writes a file, with the folders that it lies in.
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

 private:
  std::filesystem::path path_;
};

/// What loading a file reports; empty when it is right.
inline std::string message_of(const std::filesystem::path& file) {
  try {
    scenario::load(file);
  } catch (const diagnostic::ScenarioError& error) {
    return error.what();
  }
  return {};
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

/// What every scenario needs besides what a test is about.
inline const std::string time_section = "time: {horizon: 50, step: 0.1}\n";

}  // namespace detente::support
