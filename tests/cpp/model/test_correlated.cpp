#include "detente/model/correlated.hpp"

#include "support/catch.hpp"

namespace detente::model {
namespace {

using Pairs = std::vector<std::pair<ParameterId, ParameterId>>;

TEST_CASE("parameters are paired by rank correlations and covariances that are not 0", "[model]") {
  Model model;
  model.correlations.push_back({{0}, {2}, 0.4, {}});
  model.correlations.push_back({{1}, {2}, 0.0, {}});
  model.joints.push_back({{{3}, {4}, {5}}, {0, 0, 0}, {1, 0.2, 0, 0.2, 1, -0.1, 0, -0.1, 1}, {}});
  CHECK(correlated_pairs(model) == Pairs{{{0}, {2}}, {{3}, {4}}, {{4}, {5}}});
  CHECK(correlated_pairs(Model()).empty());
}

}  // namespace
}  // namespace detente::model
