#include "detente/model/correlated.hpp"

#include <cstddef>

namespace detente::model {

std::vector<std::pair<ParameterId, ParameterId>> correlated_pairs(const Model& model) {
  std::vector<std::pair<ParameterId, ParameterId>> pairs;
  for (const RankCorrelation& pair : model.correlations) {
    if (pair.rank != 0.0) pairs.emplace_back(pair.first, pair.second);
  }
  for (const JointNormal& joint : model.joints) {
    const std::size_t n = joint.of.size();
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i + 1; j < n; ++j) {
        if (joint.covariance[i * n + j] != 0.0) pairs.emplace_back(joint.of[i], joint.of[j]);
      }
    }
  }
  return pairs;
}

}  // namespace detente::model
