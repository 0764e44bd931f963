#include "detente/engine/forecast.hpp"

#include <cmath>
#include <limits>

#include "detente/diagnostic/error.hpp"
#include "detente/kernel/dispatch.hpp"
#include "engine/accumulators.hpp"

namespace detente::engine {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

void set_share(Estimate& estimate, const summary::Proportion& share) {
  estimate.estimate = share.estimate();
  estimate.standard_error = share.standard_error();
  const summary::Interval interval = share.wilson();
  estimate.low = interval.low;
  estimate.high = interval.high;
  estimate.n = share.n;
  estimate.hits = share.hits;
}

void set_time(Estimate& estimate, const summary::Incidence& incidence) {
  set_share(estimate, incidence.by_horizon());
  for (const double level : Forecast::quantile_levels()) {
    estimate.quantiles.push_back(incidence.quantile(level));
  }
  estimate.incidence = incidence.shares();
  for (const summary::Interval& interval : incidence.intervals()) {
    estimate.incidence_low.push_back(interval.low);
    estimate.incidence_high.push_back(interval.high);
  }
  estimate.restricted_mean = incidence.restricted().mean();
  estimate.standard_deviation = incidence.restricted().standard_deviation();
  estimate.minimum = incidence.times().minimum();
  estimate.maximum = incidence.times().maximum();
}

void set_number(Estimate& estimate, const OutcomeAccumulator& outcome) {
  const summary::Moments& moments = outcome.moments;
  const summary::Moments::Reading reading = moments.reading();
  estimate.estimate = reading.mean;
  estimate.standard_error = reading.standard_error;
  const summary::Interval interval = summary::normal_interval(reading.mean, reading.standard_error);
  estimate.low = interval.low;
  estimate.high = interval.high;
  estimate.n = moments.n();
  estimate.standard_deviation = reading.standard_deviation;
  estimate.minimum = moments.minimum();
  estimate.maximum = moments.maximum();
  estimate.quantiles = outcome.sketch.quantiles(Forecast::quantile_levels());
}

/// Errors of paths that share draws, and the band.
void set_by_draw(Estimate& estimate, const OutcomeAccumulator& outcome) {
  const summary::BetweenDraws between = outcome.by_draw->between();
  const std::uint64_t n_draws = between.n_draws();
  estimate.n_draws = n_draws;
  estimate.standard_error = between.standard_error();
  const summary::Proportion share{estimate.hits, estimate.n};
  const summary::Interval interval =
      outcome.kind == OutcomeAccumulator::Kind::number
          ? summary::student_interval(estimate.estimate, estimate.standard_error, n_draws)
          : share.wilson_by_draw(estimate.standard_error, n_draws);
  estimate.low = interval.low;
  estimate.high = interval.high;
  const summary::Interval band = between.band();
  estimate.band_low = band.low;
  estimate.band_high = band.high;
  estimate.between_variance = between.between_variance();
  estimate.within_variance = between.within_variance();
  estimate.epistemic_share = between.epistemic_share();
  if (outcome.kind != OutcomeAccumulator::Kind::time) return;
  const std::vector<double> errors = outcome.by_draw->incidence_errors();
  for (std::size_t d = 0; d < errors.size(); ++d) {
    const summary::Interval at_date =
        outcome.incidence.by_date(d).wilson_by_draw(errors[d], n_draws);
    estimate.incidence_low[d] = at_date.low;
    estimate.incidence_high[d] = at_date.high;
  }
}

Estimate estimate_of(const Labels::Outcome& label, const OutcomeAccumulator& outcome,
                     std::uint64_t n_paths) {
  Estimate estimate;
  estimate.name = label.name;
  estimate.kind = label.kind;
  estimate.unit = label.unit;
  estimate.has_given = label.has_given;
  estimate.standard_deviation = estimate.minimum = estimate.maximum = none;
  estimate.restricted_mean = none;
  switch (outcome.kind) {
    case OutcomeAccumulator::Kind::share: {
      set_share(estimate, outcome.share);
      const double p = estimate.estimate;
      estimate.standard_deviation = std::sqrt(p * (1.0 - p));
      break;
    }
    case OutcomeAccumulator::Kind::time:
      set_time(estimate, outcome.incidence);
      break;
    case OutcomeAccumulator::Kind::number:
      set_number(estimate, outcome);
      break;
  }
  if (outcome.by_draw) set_by_draw(estimate, outcome);
  const auto all = static_cast<double>(n_paths);
  estimate.censored_share = static_cast<double>(outcome.n_censored) / all;
  estimate.given_share = 1.0 - static_cast<double>(outcome.n_excluded) / all;
  return estimate;
}

template <class T>
void append_rows(std::vector<T>& first, const std::vector<T>& second) {
  first.insert(first.end(), second.begin(), second.end());
}

void require(bool condition, const std::string& sentence) {
  if (!condition) throw diagnostic::RunError("these results cannot be merged: " + sentence);
}

}  // namespace

const std::vector<double>& Forecast::quantile_levels() {
  static const std::vector<double> levels{0.05, 0.25, 0.5, 0.75, 0.95};
  return levels;
}

std::vector<double> Band::mean() const { return values->means(); }

std::vector<std::vector<double>> Band::quantiles() const {
  return values->quantiles(Forecast::quantile_levels());
}

Forecast summarise(std::shared_ptr<const Accumulators> accumulators) {
  const Labels& labels = accumulators->labels;
  Forecast forecast;
  forecast.title = labels.title;
  forecast.scenario_hash = labels.scenario_hash;
  forecast.seed = accumulators->seed;
  forecast.draws = labels.draws;
  forecast.first_path = accumulators->first_path;
  forecast.n_paths = accumulators->n_paths;
  forecast.n_paths_requested = accumulators->n_paths;
  forecast.instruction_set = kernel::active().name;
  forecast.times = labels.times;
  forecast.dates = labels.dates;
  for (std::size_t p = 0; p < labels.policies.size(); ++p) {
    const PolicyAccumulator& policy = accumulators->policies[p];
    PolicyForecast out;
    out.name = labels.policies[p];
    for (std::size_t o = 0; o < labels.outcomes.size(); ++o) {
      out.outcomes.push_back(
          estimate_of(labels.outcomes[o], policy.outcomes[o], accumulators->n_paths));
    }
    for (std::size_t c = 0; c < labels.chains.size(); ++c) {
      out.occupancy.push_back(
          {labels.chains[c].name, labels.chains[c].states, policy.occupancy[c].shares()});
    }
    for (std::size_t v = 0; v < labels.variables.size(); ++v) {
      const Labels::Variable& label = labels.variables[v];
      out.bands.push_back({label.name, label.unit, {accumulators, &policy.bands[v]}});
    }
    forecast.policies.push_back(std::move(out));
  }
  forecast.accumulators = std::move(accumulators);
  return forecast;
}

Forecast Forecast::merged_with(const Forecast& next, Gap gap) const {
  const Accumulators& a = *accumulators;
  const Accumulators& b = *next.accumulators;
  require(a.labels.scenario_hash == b.labels.scenario_hash, "they come from different scenarios");
  require(a.labels.policies == b.labels.policies, "their policies differ");
  require(a.seed == b.seed, "their seeds differ");
  const std::uint64_t per_draw = a.labels.draws.paths_per_draw;
  require(per_draw == b.labels.draws.paths_per_draw,
          "their paths per draw differ, " + std::to_string(per_draw) + " and " +
              std::to_string(b.labels.draws.paths_per_draw));
  require(a.labels.draws.sobol == b.labels.draws.sobol,
          "the parameters of one are Sobol' points, those of the other independent");
  // A hash can be written into any file.
  require(a.labels.sums_like(b.labels), "they come from different scenarios");
  const std::uint64_t end = a.first_path + a.n_paths;
  const bool fits = gap == Gap::refused ? b.first_path == end : b.first_path >= end;
  require(fits, "the second must begin with path " + std::to_string(end) +
                    (gap == Gap::left_out ? " or later" : "") + ", it begins with path " +
                    std::to_string(b.first_path));
  require(b.first_path == end || per_draw == 1,
          "paths that share draws of the parameters cannot be joined over a gap");
  auto sum = std::make_shared<Accumulators>(a);
  sum->n_paths += b.n_paths;
  for (std::size_t p = 0; p < sum->policies.size(); ++p) {
    sum->policies[p].merge(b.policies[p]);
  }
  Forecast merged = summarise(sum);
  merged.n_paths_requested = n_paths_requested + next.n_paths_requested;
  merged.threads = threads;
  merged.wall_seconds = wall_seconds + next.wall_seconds;
  merged.parameter_names = parameter_names;
  merged.parameter_columns = parameter_columns;
  if (parameter_columns.size() == next.parameter_columns.size()) {
    for (std::size_t i = 0; i < parameter_columns.size(); ++i) {
      append_rows(merged.parameter_columns[i].values, next.parameter_columns[i].values);
    }
  }
  for (std::size_t p = 0; p < policies.size(); ++p) {
    merged.policies[p].kept = policies[p].kept;
    if (policies[p].columns.size() != next.policies[p].columns.size()) continue;
    merged.policies[p].columns = policies[p].columns;
    for (std::size_t i = 0; i < policies[p].columns.size(); ++i) {
      append_rows(merged.policies[p].columns[i].values, next.policies[p].columns[i].values);
    }
  }
  return merged;
}

std::string Forecast::serialize() const { return accumulators->serialize(); }

Forecast Forecast::deserialize(const std::string& bytes) {
  return summarise(std::make_shared<Accumulators>(Accumulators::deserialize(bytes)));
}

}  // namespace detente::engine
