#include "scenario/files.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <vector>

#include "detente/diagnostic/suggestion.hpp"

namespace detente::scenario {

namespace filesystem = std::filesystem;

namespace {

bool lies_in(const filesystem::path& folder, const filesystem::path& file) {
  const auto [end, unused] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return end == folder.end();
}

}  // namespace

std::variant<filesystem::path, FileProblem> find_file(const filesystem::path& folder,
                                                      const filesystem::path& from,
                                                      const std::string& path) {
  if (path.empty()) return FileProblem::empty;
  // The system would read the name as far as that, and find another file than was checked.
  if (path.find('\0') != path.npos) return FileProblem::missing;
  if (path.find("://") != path.npos) return FileProblem::address;
  if (filesystem::path(path).is_absolute() || path.front() == '~') return FileProblem::absolute;
  std::error_code failed;
  const filesystem::path top = filesystem::weakly_canonical(folder, failed);
  if (failed) return FileProblem::missing;
  const filesystem::path file = filesystem::weakly_canonical(from / path, failed);
  if (failed) return FileProblem::missing;
  if (!lies_in(top, file)) return FileProblem::outside;
  if (!filesystem::exists(file, failed)) return FileProblem::missing;
  if (!filesystem::is_regular_file(file, failed)) return FileProblem::no_file;
  return file;
}

std::string nearest_file(const filesystem::path& from, const std::string& path) {
  constexpr std::size_t max_names = 1'000;
  const filesystem::path wanted(path);
  std::vector<std::string> names;
  std::error_code failed;
  for (filesystem::directory_iterator entry((from / wanted).parent_path(), failed), end;
       !failed && entry != end && names.size() < max_names; entry.increment(failed)) {
    std::error_code unknown;
    if (entry->is_regular_file(unknown)) names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());  // A folder has no order of its own.
  const std::string name = diagnostic::nearest(wanted.filename().string(), names);
  return name.empty() ? name : (wanted.parent_path() / name).string();
}

std::optional<std::string> read_file(const filesystem::path& file, std::size_t max_bytes) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::nullopt;
  std::string text(max_bytes, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

}  // namespace detente::scenario
