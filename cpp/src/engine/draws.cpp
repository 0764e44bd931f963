#include "engine/draws.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "detente/diagnostic/error.hpp"
#include "detente/kernel/dispatch.hpp"
#include "detente/random/stream.hpp"

namespace detente::engine {

namespace {

random::Copula copula_of(const model::Model& model) {
  std::vector<random::Correlation> correlations;
  for (const model::RankCorrelation& pair : model.correlations) {
    correlations.push_back(
        {pair.first.index, pair.second.index, pair.rank, random::Correlation::Kind::rank});
  }
  for (const model::JointNormal& joint : model.joints) {
    std::vector<std::size_t> positions;
    for (const model::ParameterId id : joint.of) positions.push_back(id.index);
    const random::MultivariateNormal law(joint.mean, joint.covariance);
    for (const random::Correlation& pair : law.correlations(positions)) {
      correlations.push_back(pair);
    }
  }
  return random::Copula(model.parameters.size(), correlations);
}

}  // namespace

void require_paths_per_draw(std::uint64_t paths_per_draw) {
  if (paths_per_draw == 0) throw diagnostic::RunError("a draw needs at least one path");
}

void require_levels(const std::vector<double>& levels, std::size_t n_parameters,
                    std::uint64_t first_path, std::uint64_t n_paths, std::uint64_t paths_per_draw) {
  if (levels.empty()) return;
  const std::uint64_t n_draws =
      (first_path + n_paths - 1) / paths_per_draw - first_path / paths_per_draw + 1;
  if (levels.size() != n_draws * n_parameters) {
    throw diagnostic::RunError("levels need a row of " + std::to_string(n_parameters) +
                               " parameters for each of " + std::to_string(n_draws) +
                               " draws: " + std::to_string(n_draws * n_parameters) +
                               " numbers, not " + std::to_string(levels.size()));
  }
  const bool all_fit = std::all_of(levels.begin(), levels.end(), [](double level) {
    return std::isnan(level) || (level > 0.0 && level < 1.0);
  });
  if (!all_fit) throw diagnostic::RunError("levels lie above 0 and below 1");
}

Draws::Draws(const model::Model& model) : copula_(copula_of(model)) {
  for (const model::Parameter& parameter : model.parameters) {
    streams_.push_back(random::StreamId("parameter/" + parameter.name).value());
    const bool is_constant = parameter.prior.is_constant();
    constants_.push_back(is_constant ? parameter.prior.mean() : 0.0);
    tables_.push_back(is_constant ? nullptr
                                  : std::make_unique<random::PriorTable>(parameter.prior));
  }
}

bool Draws::vary() const {
  return std::any_of(tables_.begin(), tables_.end(),
                     [](const auto& table) { return table != nullptr; });
}

void Draws::fill(std::uint64_t seed_key, std::uint64_t first_path, std::uint64_t paths_per_draw,
                 std::size_t n, double* columns, std::size_t stride, const Levels& levels) const {
  const std::size_t lanes = rounded_lanes(n);
  Buffer<std::uint64_t> draws(lanes);
  Buffer<std::uint32_t> indices(lanes);
  for (std::size_t i = 0; i < lanes; ++i) {
    draws[i] = (first_path + std::min(i, n - 1)) / paths_per_draw;
  }
  const kernel::Table& table = kernel::active();
  const auto quantile = table.column[static_cast<std::size_t>(kernel::Operation::normal_quantile)];
  const std::size_t n_parameters = streams_.size();
  for (std::size_t p = 0; p < n_parameters; ++p) {
    double* z = columns + p * stride;
    if (tables_[p] == nullptr) {
      std::fill_n(z, lanes, constants_[p]);
      continue;
    }
    table.uniforms(z, {seed_key, streams_[p]}, draws.data(), indices.data(), lanes);
    if (levels.values != nullptr) {
      for (std::size_t i = 0; i < lanes; ++i) {
        const double level = levels.values[(draws[i] - levels.first_draw) * n_parameters + p];
        if (!std::isnan(level)) z[i] = level;
      }
    }
    quantile(z, z, z, z, lanes);
  }
  // A row reads its own score and earlier ones, so the last row goes first.
  for (std::size_t p = n_parameters; p-- > 0;) {
    if (tables_[p] == nullptr) continue;
    double* z = columns + p * stride;
    if (!copula_.is_independent(p)) {
      for (std::size_t i = 0; i < lanes; ++i) {
        double score = 0.0;
        for (const random::Term& term : copula_.row(p)) {
          score += term.weight * columns[term.position * stride + i];
        }
        z[i] = score;
      }
    }
  }
  for (std::size_t p = 0; p < n_parameters; ++p) {
    if (tables_[p] == nullptr) continue;
    double* z = columns + p * stride;
    tables_[p]->values(z, z, lanes);
  }
}

}  // namespace detente::engine
