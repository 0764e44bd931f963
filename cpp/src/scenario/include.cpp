#include "scenario/include.hpp"

#include <map>
#include <string>
#include <system_error>
#include <utility>

#include "scenario/document.hpp"
#include "scenario/files.hpp"
#include "scenario/messages.hpp"

namespace detente::scenario {

using diagnostic::Diagnostics;
using diagnostic::SourceText;
using messages::in_ticks;
namespace filesystem = std::filesystem;

namespace {

/// What is wrong with a path under `include`, and what to do about it.
std::pair<std::string, std::string> wording(FileProblem problem, const std::string& path) {
  switch (problem) {
    case FileProblem::empty:
      return {"this names no file to include", "write a path, as in `include: shared/truce.yaml`"};
    case FileProblem::address:
      return {"files are included from the scenario's folder, not from a server: " + in_ticks(path),
              "save the file beside the scenario and name it relative to this file"};
    case FileProblem::absolute:
      return {
          "a file is included by its path from this file's folder, and this path is absolute: " +
              in_ticks(path),
          "put the file beside the scenario and name it relative to this file"};
    case FileProblem::outside:
      return {"the file lies outside the scenario's folder: " + in_ticks(path),
              "move it into that folder, or the scenario above both"};
    case FileProblem::missing:
      return {"there is no such file to include: " + in_ticks(path),
              "paths count from the folder of the file that they stand in"};
    case FileProblem::no_file:
      return {"this is a folder or a device, not a file to include: " + in_ticks(path),
              "include the files one by one, as in `include: [a.yaml, b.yaml]`"};
  }
  return {};
}

/// What messages call an included file: its path as seen from where the user named the scenario.
std::string name_beside(const SourceText& includer, const std::string& path) {
  const bool is_file = includer.name().rfind('<', 0) != 0;
  const filesystem::path parent =
      is_file ? filesystem::path(includer.name()).parent_path() : filesystem::path();
  return (parent / path).lexically_normal().string();
}

/// Goes from file to file, depth first.
class Inclusion {
 public:
  Inclusion(std::optional<filesystem::path> folder, Diagnostics& diagnostics)
      : folder_(std::move(folder)), diagnostics_(diagnostics) {}

  /// The part's position, after those of the files that it includes.
  std::size_t add(const NodePtr& root, const std::shared_ptr<const SourceText>& source,
                  std::optional<filesystem::path> file) {
    const bool is_top = open_.empty();
    Form form({root, ""}, is_top ? sections::top() : sections::part(), "", diagnostics_);
    auto folder = is_top ? folder_ : file->parent_path();
    if (is_top) {
      bytes_ = source->text().size();
      nodes_ = root->node_count;
    }
    open_.push_back({source->name(), file, folder});
    std::set<std::size_t> includes;
    for (const Value& path : paths_in(form)) {
      const auto position = follow(path);
      if (!position) {
        complete_ = false;
        continue;
      }
      includes.insert(*position);
      includes.insert(parts_[*position].includes.begin(), parts_[*position].includes.end());
    }
    open_.pop_back();
    parts_.push_back(
        {std::move(form), std::move(includes), source, std::move(folder), std::move(file)});
    return parts_.size() - 1;
  }

  /// Nothing when a file could not be had: what others take from it would be missing.
  std::vector<Part> take() { return complete_ ? std::move(parts_) : std::vector<Part>{}; }

 private:
  struct Open {
    std::string name;
    std::optional<filesystem::path> file;
    std::optional<filesystem::path> folder;
  };

  void refuse(std::string code, const Value& path, std::string message, std::string hint) {
    diagnostics_.add(
        messages::error(std::move(code), path.span(), std::move(message), std::move(hint)));
  }

  /// `limit` is of the scenario and all that it includes.
  void refuse_more_than(const std::string& limit, const Value& path) {
    refuse("E142", path,
           "a scenario may have " + limit +
               " together with all that it includes, and with this file it has more",
           "data columns belong in CSV files, read by `empirical: {file, column}`");
  }

  std::vector<Value> paths_in(const Form& form) {
    const Value* value = form.find("include");
    if (!value) return {};
    std::vector<Value> paths =
        value->is_sequence() ? items(*value, "`include`", diagnostics_) : std::vector{*value};
    std::erase_if(paths, [&](const Value& path) {
      if (path.is_scalar()) return false;
      diagnostics_.add(messages::wrong_kind(path.span(), "`include`", "a path or a list of paths",
                                            kind_of(path),
                                            "write it as `include: [a.yaml, b.yaml]`"));
      complete_ = false;
      return true;
    });
    return paths;
  }

  /// The position of the file that a path names; none when it cannot be had, which is reported.
  std::optional<std::size_t> follow(const Value& path) {
    const auto file = find(path);
    if (!file || is_open(*file, path)) return std::nullopt;
    if (const auto known = done_.find(*file); known != done_.end()) return known->second;
    // What is too much has been reported; the files after it are not read.
    if (bytes_ > max_file_bytes || nodes_ > max_nodes) return std::nullopt;
    if (!may_open(path)) return std::nullopt;
    const auto text = read_file(*file, max_file_bytes + 1);
    if (!text) {
      refuse("E140", path, "the file cannot be read: " + in_ticks(path.text()), "");
      return std::nullopt;
    }
    bytes_ += text->size();
    if (bytes_ > max_file_bytes) {
      refuse_more_than("4 MiB", path);
      return std::nullopt;
    }
    const auto source =
        make_source(name_beside(*path.node->span.source, path.text()), *text, path.span());
    const NodePtr root = parse_document(source, diagnostics_);
    std::optional<std::size_t> position;
    if (root) nodes_ += root->node_count;
    if (nodes_ > max_nodes) {
      refuse_more_than("200000 values", path);
      return std::nullopt;
    }
    if (root) position = add(root, source, *file);
    done_[*file] = position;
    return position;
  }

  std::optional<filesystem::path> find(const Value& path) {
    if (!folder_) {
      refuse("E140", path,
             "a scenario that is not read from a file has no folder to look in for " +
                 in_ticks(path.text()),
             "save the scenario, or say which folder its paths count from");
      return std::nullopt;
    }
    const auto found = find_file(*folder_, *open_.back().folder, path.text());
    if (const auto* file = std::get_if<filesystem::path>(&found)) return *file;
    const FileProblem problem = std::get<FileProblem>(found);
    auto [message, hint] = wording(problem, path.text());
    if (problem == FileProblem::missing) {
      const std::string near = nearest_file(*open_.back().folder, path.text());
      if (!near.empty()) hint = "did you mean " + in_ticks(near) + "?";
    }
    refuse("E140", path, std::move(message), std::move(hint));
    return std::nullopt;
  }

  /// Whether the file is one of those that are being included: then it would include itself.
  bool is_open(const filesystem::path& file, const Value& path) {
    for (std::size_t i = 0; i < open_.size(); ++i) {
      if (open_[i].file != file) continue;
      std::string chain;
      for (std::size_t k = i; k < open_.size(); ++k) chain += in_ticks(open_[k].name) + " -> ";
      refuse("E141", path, "these files include one another: " + chain + in_ticks(open_[i].name),
             "take what both need into a file that includes neither");
      return true;
    }
    return false;
  }

  bool may_open(const Value& path) {
    if (open_.size() > max_include_depth) {
      refuse("E142", path, "files include one another more than 8 deep",
             "include the file from the scenario itself");
      return false;
    }
    if (++opened_ > max_included_files) {
      refuse("E142", path, "a scenario may include 100 files, and this is one more",
             "put what is used together into one file");
      return false;
    }
    return true;
  }

  std::optional<filesystem::path> folder_;  ///< no file outside it is read
  Diagnostics& diagnostics_;
  std::vector<Part> parts_;
  std::vector<Open> open_;  ///< from the scenario to the file that is being read
  std::map<filesystem::path, std::optional<std::size_t>> done_;
  std::size_t opened_ = 0;
  std::size_t bytes_ = 0;  ///< of all texts together
  std::size_t nodes_ = 0;  ///< of all documents together
  bool complete_ = true;
};

}  // namespace

bool has_includes(const Node& root) { return root.find("include") || root.find("override"); }

std::vector<Part> parts_of(const NodePtr& root, const std::shared_ptr<const SourceText>& top,
                           const std::optional<filesystem::path>& folder,
                           const std::optional<filesystem::path>& file, Diagnostics& diagnostics) {
  Inclusion inclusion(folder, diagnostics);
  std::optional<filesystem::path> own;
  std::error_code failed;
  if (file) own = filesystem::weakly_canonical(*file, failed);
  inclusion.add(root, top, own);
  return inclusion.take();
}

}  // namespace detente::scenario
