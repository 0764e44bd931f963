#include "detente/diagnostic/suggestion.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace detente::diagnostic {

namespace {

constexpr std::size_t longest_name =
    64;  // longer names are no slips of the finger, and cost quadratic time

std::string folded(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

// Restricted Damerau-Levenshtein distance ("optimal string alignment") by rows; Damerau 1964,
// Commun. ACM 7(3), 171.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.empty() || name.size() > longest_name) return {};
  const std::string wanted = folded(name);
  std::size_t best = (wanted.size() + 2) / 3 + 1;
  std::string found;
  for (const std::string& candidate : candidates) {
    if (candidate == name || candidate.size() > longest_name) continue;
    const std::size_t edits = distance(wanted, folded(candidate));
    const bool all_changed = edits >= std::max(wanted.size(), candidate.size());
    if (edits < best && !all_changed) {
      best = edits;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates,
                         std::string otherwise) {
  const std::string near = nearest(name, candidates);
  return near.empty() ? std::move(otherwise) : "did you mean `" + near + "`?";
}

}  // namespace detente::diagnostic
