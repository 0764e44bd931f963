#pragma once

/// The files that a scenario may read: those in its folder or below it.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>

namespace detente::scenario {

/// Why a path names no file that a scenario may read.
enum class FileProblem {
  empty,
  address,   ///< of a server
  absolute,  ///< from the root of the disk, or from a home folder
  outside,   ///< it leads out of the scenario's folder, links followed
  missing,
  no_file,  ///< a folder or a device
};

/// The file that `path` means in the folder `from`, which is that of the file that names it;
/// `folder` is that of the scenario. Without links and dots, so that one file has one path.
std::variant<std::filesystem::path, FileProblem> find_file(const std::filesystem::path& folder,
                                                           const std::filesystem::path& from,
                                                           const std::string& path);

/// For one that is missing: a path like it that names a file beside it; empty when there is none.
std::string nearest_file(const std::filesystem::path& from, const std::string& path);

/// The file's first bytes, at most so many; nothing when it cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& file, std::size_t max_bytes);

}  // namespace detente::scenario
