#pragma once

/// Which parameters are not drawn independently of one another.

#include <utility>
#include <vector>

#include "detente/model/id.hpp"
#include "detente/model/model.hpp"

namespace detente::model {

/// The pairs of parameters with a stated rank correlation or, in a multivariate normal, a covariance
/// that is not 0; in the order of the file, correlations first.
std::vector<std::pair<ParameterId, ParameterId>> correlated_pairs(const Model& model);

}  // namespace detente::model
