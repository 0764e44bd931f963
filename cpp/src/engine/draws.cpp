#include "engine/draws.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "detente/diagnostic/error.hpp"
#include "detente/kernel/dispatch.hpp"
#include "detente/random/sobol.hpp"
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

void require_draws(const DrawRule& rule, const model::Model& model, std::uint64_t first_path,
                   std::uint64_t n_paths) {
  if (rule.paths_per_draw == 0) throw diagnostic::RunError("a draw needs at least one path");
  if (!rule.sobol || n_paths == 0) return;
  const auto n_uncertain = static_cast<std::size_t>(
      std::count_if(model.parameters.begin(), model.parameters.end(),
                    [](const auto& parameter) { return !parameter.prior.is_constant(); }));
  if (n_uncertain > random::SobolPoints::most_dimensions()) {
    throw diagnostic::RunError("Sobol' points have " +
                               std::to_string(random::SobolPoints::most_dimensions()) +
                               " dimensions at most, and the scenario has " +
                               std::to_string(n_uncertain) + " uncertain parameters");
  }
  if ((first_path + n_paths - 1) / rule.paths_per_draw >= random::SobolPoints::most_points) {
    throw diagnostic::RunError("Sobol' points are numbered up to 2^32 - 1, and path " +
                               std::to_string(first_path + n_paths - 1) + " has a later draw");
  }
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
    tables_.push_back(is_constant ? nullptr : random::prior_table(parameter.prior));
  }
}

bool Draws::vary() const {
  return std::any_of(tables_.begin(), tables_.end(),
                     [](const auto& table) { return table != nullptr; });
}

// The seed of a dimension is that of its parameter's stream, at a draw that no path has.
void Draws::fill_sobol(std::uint64_t seed_key, const std::uint64_t* draws, std::size_t lanes,
                       double* columns, std::size_t stride) const {
  constexpr auto no_draw = ~std::uint64_t{0};
  std::vector<std::size_t> uncertain;
  std::vector<std::uint32_t> seeds;
  for (std::size_t p = 0; p < streams_.size(); ++p) {
    if (tables_[p] == nullptr) continue;
    uncertain.push_back(p);
    seeds.push_back(random::philox4x32({0, streams_[p], static_cast<std::uint32_t>(no_draw),
                                        static_cast<std::uint32_t>(no_draw >> 32)},
                                       seed_key)[0]);
  }
  const std::size_t n_points = draws[lanes - 1] - draws[0] + 1;
  std::vector<double> points(seeds.size() * n_points);
  random::SobolPoints(std::move(seeds)).fill(draws[0], n_points, points.data(), n_points);
  for (std::size_t d = 0; d < uncertain.size(); ++d) {
    const double* point = points.data() + d * n_points;
    double* column = columns + uncertain[d] * stride;
    for (std::size_t i = 0; i < lanes; ++i) column[i] = point[draws[i] - draws[0]];
  }
}

void Draws::fill(std::uint64_t seed_key, std::uint64_t first_path, const DrawRule& rule,
                 std::size_t n, double* columns, std::size_t stride, const Levels& levels) const {
  const std::size_t lanes = rounded_lanes(n);
  Buffer<std::uint64_t> draws(lanes);
  Buffer<std::uint32_t> indices(lanes);
  for (std::size_t i = 0; i < lanes; ++i) {
    draws[i] = (first_path + std::min(i, n - 1)) / rule.paths_per_draw;
  }
  const kernel::Table& table = kernel::active();
  const auto quantile = table.column[static_cast<std::size_t>(kernel::Operation::normal_quantile)];
  const std::size_t n_parameters = streams_.size();
  if (rule.sobol) fill_sobol(seed_key, draws.data(), lanes, columns, stride);
  for (std::size_t p = 0; p < n_parameters; ++p) {
    double* z = columns + p * stride;
    if (tables_[p] == nullptr) {
      std::fill_n(z, lanes, constants_[p]);
      continue;
    }
    if (!rule.sobol) {
      table.uniforms(z, {seed_key, streams_[p]}, draws.data(), indices.data(), lanes);
    }
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
