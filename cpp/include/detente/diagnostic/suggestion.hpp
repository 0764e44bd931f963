#pragma once

/// The nearest known name, for "did you mean".

#include <string>
#include <string_view>
#include <vector>

namespace detente::diagnostic {

/// The candidate nearest to `name` by Damerau-Levenshtein distance (insertions, deletions,
/// substitutions and swaps of neighbours; restricted form), letters of either case and `-` and `_`
/// being the same; the first of equals. Empty when none is near: more than one edit per three
/// letters of `name`, rounded up, or all of it changed.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

/// The hint "did you mean `x`?", or, when none is near, `otherwise`.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates,
                         std::string otherwise = {});

}  // namespace detente::diagnostic
