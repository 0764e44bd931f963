#include "engine/accumulators.hpp"

#include <cmath>

namespace detente::engine {

OutcomeAccumulator::OutcomeAccumulator(Kind the_kind, const std::vector<double>& dates,
                                       double horizon, const std::optional<DrawRange>& draws)
    : kind(the_kind),
      incidence(the_kind == Kind::time ? dates : std::vector<double>{}, horizon,
                the_kind == Kind::time ? summary::QuantileSketch::default_capacity : 16),
      sketch(the_kind == Kind::number ? summary::QuantileSketch::default_capacity : 16) {
  if (draws) by_draw.emplace(*draws, incidence.dates());
}

void OutcomeAccumulator::add(const double* values, const outcome::Standing* standings,
                             std::size_t n) {
  if (by_draw) add_by_draw(values, standings, n);
  std::vector<double> counted;
  counted.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    switch (standings[i]) {
      case outcome::Standing::excluded:
        ++n_excluded;
        break;
      case outcome::Standing::censored:
        ++n_censored;
        break;
      case outcome::Standing::counts:
        counted.push_back(values[i]);
        break;
    }
  }
  switch (kind) {
    case Kind::share:
      for (const double value : counted) share.add(value != 0.0);
      break;
    case Kind::time:
      for (double& value : counted) {
        if (std::isinf(value)) value = std::numeric_limits<double>::quiet_NaN();
      }
      incidence.add(counted.data(), counted.size());
      break;
    case Kind::number:
      moments.add(counted.data(), counted.size());
      sketch.add(counted.data(), counted.size());
      break;
  }
}

// The estimate is the mean of these: of a time, whether it was reached.
void OutcomeAccumulator::add_by_draw(const double* values, const outcome::Standing* standings,
                                     std::size_t n) {
  if (kind == Kind::number) return by_draw->add(values, standings, n);
  std::vector<double> is_true(n);
  for (std::size_t i = 0; i < n; ++i) {
    const bool holds = kind == Kind::share ? values[i] != 0.0 : values[i] <= incidence.horizon();
    is_true[i] = holds ? 1.0 : 0.0;
  }
  by_draw->add(is_true.data(), standings, n);
  if (kind == Kind::time) by_draw->add_times(values, standings, n);
}

void OutcomeAccumulator::merge(const OutcomeAccumulator& other) {
  n_excluded += other.n_excluded;
  n_censored += other.n_censored;
  share.merge(other.share);
  incidence.merge(other.incidence);
  moments.merge(other.moments);
  sketch.merge(other.sketch);
  if (by_draw) by_draw->merge(*other.by_draw);
}

std::uint64_t OutcomeAccumulator::n_counted() const {
  switch (kind) {
    case Kind::share:
      return share.n;
    case Kind::time:
      return incidence.n();
    case Kind::number:
      return moments.n();
  }
  return 0;
}

namespace {

OutcomeAccumulator::Kind kind_of(const std::string& kind) {
  if (kind == "probability") return OutcomeAccumulator::Kind::share;
  if (kind == "time_to") return OutcomeAccumulator::Kind::time;
  return OutcomeAccumulator::Kind::number;
}

std::string name_of(model::Outcome::Kind kind) {
  using Kind = model::Outcome::Kind;
  switch (kind) {
    case Kind::probability:
      return "probability";
    case Kind::time_to:
      return "time_to";
    case Kind::duration:
      return "duration";
    case Kind::count:
      return "count";
    case Kind::value:
      return "value";
    case Kind::integral:
      return "integral";
    case Kind::maximum:
      return "maximum";
    case Kind::minimum:
      return "minimum";
  }
  return "";
}

}  // namespace

Labels labels_of(const model::Model& model, const std::vector<std::size_t>& policies,
                 const std::vector<double>& times, const std::string& scenario_hash) {
  Labels labels;
  labels.title = model.title;
  labels.scenario_hash = scenario_hash;
  labels.times = times;
  for (const double time : times) labels.dates.push_back(model.calendar.label_of(time));
  labels.horizon = model.calendar.horizon;
  for (const std::size_t policy : policies) labels.policies.push_back(model.policies[policy].name);
  for (const model::Outcome& outcome : model.outcomes) {
    labels.outcomes.push_back(
        {outcome.name, name_of(outcome.kind), outcome.unit, outcome.given != nullptr});
  }
  if (model.utility) labels.outcomes.push_back({"utility", "utility", "", false});
  for (const model::Chain& chain : model.chains) {
    Labels::Chain label{chain.name, {}};
    for (const model::State& state : chain.states) label.states.push_back(state.name);
    labels.chains.push_back(std::move(label));
  }
  for (const model::Variable& variable : model.variables) {
    labels.variables.push_back({variable.name, variable.unit});
  }
  return labels;
}

bool Labels::sums_like(const Labels& other) const {
  return times == other.times && horizon == other.horizon && outcomes == other.outcomes &&
         chains == other.chains && variables == other.variables && has_draws() == other.has_draws();
}

PolicyAccumulator::PolicyAccumulator(const Labels& labels, std::uint64_t first_path) {
  std::optional<DrawRange> draws;
  if (labels.has_draws()) draws = DrawRange{labels.draws.paths_per_draw, first_path};
  for (const Labels::Outcome& outcome : labels.outcomes) {
    outcomes.emplace_back(kind_of(outcome.kind), labels.times, labels.horizon, draws);
  }
  for (const Labels::Chain& chain : labels.chains) {
    occupancy.emplace_back(chain.states.size(), labels.times.size());
  }
  for (std::size_t v = 0; v < labels.variables.size(); ++v) bands.emplace_back(labels.times.size());
}

void PolicyAccumulator::add_outcome(std::size_t o, const BlockResult& block) {
  const std::size_t n = block.n;
  if (o == block.outcomes.size() / n) {
    const std::vector<outcome::Standing> all(n, outcome::Standing::counts);
    outcomes[o].add(block.utility.data(), all.data(), n);
  } else {
    outcomes[o].add(block.outcomes.data() + o * n, block.standings.data() + o * n, n);
  }
}

void PolicyAccumulator::add_occupancy(const BlockResult& block) {
  std::size_t row = 0;
  for (summary::Occupancy& chain : occupancy) {
    for (std::size_t s = 0; s < chain.n_states(); ++s, ++row) {
      for (std::size_t d = 0; d < chain.n_dates(); ++d) {
        chain.add(d, s, block.occupancy[row * chain.n_dates() + d]);
      }
    }
  }
}

void PolicyAccumulator::merge(const PolicyAccumulator& other) {
  for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i].merge(other.outcomes[i]);
  for (std::size_t i = 0; i < occupancy.size(); ++i) occupancy[i].merge(other.occupancy[i]);
  for (std::size_t i = 0; i < bands.size(); ++i) bands[i].merge(other.bands[i]);
}

Accumulators::Accumulators(Labels the_labels, std::uint64_t the_seed, std::uint64_t the_first_path)
    : labels(std::move(the_labels)), seed(the_seed), first_path(the_first_path) {
  for (std::size_t p = 0; p < labels.policies.size(); ++p) {
    policies.emplace_back(labels, first_path);
  }
}

}  // namespace detente::engine
