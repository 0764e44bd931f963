#pragma once

/// Uncertain numbers, drawn once per path.

#include <optional>
#include <string>
#include <vector>

#include "detente/diagnostic/source.hpp"
#include "detente/model/id.hpp"
#include "detente/random/prior.hpp"

namespace detente::model {

struct Parameter {
  std::string name;
  random::Prior prior;  ///< the marginal; of a joint member, the marginal of the joint
  std::string source;   ///< key of `sources`, "judgement", or empty
  std::string unit;
  std::string description;
  std::string yaml;  ///< the prior as it was written, in flow style, for the writer
  diagnostic::SourceSpan span;
};

/// `rank`: Spearman's correlation of two parameters through a Gaussian copula.
struct RankCorrelation {
  ParameterId first, second;
  double rank = 0.0;
  diagnostic::SourceSpan span;
};

/// Parameters that share a multivariate normal.
struct JointNormal {
  std::vector<ParameterId> of;
  std::vector<double> mean;
  std::vector<double> covariance;  ///< row by row
  diagnostic::SourceSpan span;
};

struct Source {
  std::string key;
  std::string cite;
  std::optional<std::string> date;  ///< ISO date
  std::string url;
  std::string note;
};

}  // namespace detente::model
