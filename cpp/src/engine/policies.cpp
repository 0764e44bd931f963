#include "engine/policies.hpp"

#include <algorithm>

#include "detente/diagnostic/error.hpp"

namespace detente::engine {

std::vector<std::size_t> chosen_policies(const model::Model& model,
                                         const std::vector<std::string>& names) {
  std::vector<std::size_t> chosen;
  for (std::size_t p = 0; p < model.policies.size(); ++p) {
    const std::string& name = model.policies[p].name;
    if (names.empty() || std::find(names.begin(), names.end(), name) != names.end()) {
      chosen.push_back(p);
    }
  }
  for (const std::string& name : names) {
    const bool is_known =
        std::any_of(model.policies.begin(), model.policies.end(),
                    [&name](const model::Policy& policy) { return policy.name == name; });
    if (is_known) continue;
    std::string known;
    for (const model::Policy& policy : model.policies) {
      known += (known.empty() ? "" : ", ") + policy.name;
    }
    throw diagnostic::RunError("the scenario has no policy `" + name + "`; it has: " + known);
  }
  return chosen;
}

}  // namespace detente::engine
