#pragma once

/// Policies by their names.

#include <string>
#include <vector>

#include "detente/model/model.hpp"

namespace detente::engine {

/// Positions of the policies named, in file order; all for no names. RunError names what there is where one is unknown.
std::vector<std::size_t> chosen_policies(const model::Model& model,
                                         const std::vector<std::string>& names);

}  // namespace detente::engine
