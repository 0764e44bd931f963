// The state of a forecast as bytes, and back.

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "detente/diagnostic/error.hpp"
#include "detente/summary/bytes.hpp"
#include "engine/accumulators.hpp"
#include "summary/damage.hpp"

namespace detente::engine {

using summary::ByteReader;
using summary::ByteWriter;
using summary::require_stored;

namespace {

/// What a state begins with, by what it tells of draws: nothing, how many paths share one, and what they are made from.
constexpr std::array<std::string_view, 3> magics = {"detente-forecast-1", "detente-forecast-2",
                                                    "detente-forecast-3"};
constexpr std::string_view magic = magics.back();

void write(ByteWriter& writer, const std::vector<std::string>& texts) {
  writer.count(texts.size());
  for (const std::string& text : texts) writer.text(text);
}

std::vector<std::string> read_texts(ByteReader& reader) {
  std::vector<std::string> texts(reader.length(8));
  for (std::string& text : texts) text = reader.text();
  return texts;
}

void write(ByteWriter& writer, const Labels& labels) {
  writer.count(labels.draws.paths_per_draw);
  writer.u8(labels.is_uncertain ? 1 : 0);
  writer.u8(labels.draws.sobol ? 1 : 0);
  writer.text(labels.title);
  writer.text(labels.scenario_hash);
  writer.count(labels.times.size());
  for (const double time : labels.times) writer.f64(time);
  write(writer, labels.dates);
  writer.f64(labels.horizon);
  write(writer, labels.policies);
  writer.count(labels.outcomes.size());
  for (const Labels::Outcome& outcome : labels.outcomes) {
    writer.text(outcome.name);
    writer.text(outcome.kind);
    writer.text(outcome.unit);
    writer.u8(outcome.has_given ? 1 : 0);
  }
  writer.count(labels.chains.size());
  for (const Labels::Chain& chain : labels.chains) {
    writer.text(chain.name);
    write(writer, chain.states);
  }
  writer.count(labels.variables.size());
  for (const Labels::Variable& variable : labels.variables) {
    writer.text(variable.name);
    writer.text(variable.unit);
  }
}

Labels read_labels(ByteReader& reader, std::string_view form) {
  Labels labels;
  if (form != magics[0]) {
    labels.draws.paths_per_draw = reader.count();
    labels.is_uncertain = reader.u8() != 0;
  }
  if (form == magics[2]) labels.draws.sobol = reader.u8() != 0;
  labels.title = reader.text();
  labels.scenario_hash = reader.text();
  labels.times.resize(reader.length(8));
  for (double& time : labels.times) time = reader.f64();
  labels.dates = read_texts(reader);
  require_stored(labels.dates.size() == labels.times.size(), "the labels of report dates");
  labels.horizon = reader.f64();
  labels.policies = read_texts(reader);
  labels.outcomes.resize(reader.length(25));
  for (Labels::Outcome& outcome : labels.outcomes) {
    outcome.name = reader.text();
    outcome.kind = reader.text();
    outcome.unit = reader.text();
    outcome.has_given = reader.u8() != 0;
  }
  labels.chains.resize(reader.length(9));
  for (Labels::Chain& chain : labels.chains) {
    chain.name = reader.text();
    chain.states = read_texts(reader);
  }
  labels.variables.resize(reader.length(16));
  for (Labels::Variable& variable : labels.variables) {
    variable.name = reader.text();
    variable.unit = reader.text();
  }
  return labels;
}

void write(ByteWriter& writer, const PolicyAccumulator& policy) {
  for (const OutcomeAccumulator& outcome : policy.outcomes) {
    writer.count(outcome.n_excluded);
    writer.count(outcome.n_censored);
    switch (outcome.kind) {
      case OutcomeAccumulator::Kind::share:
        outcome.share.write(writer);
        break;
      case OutcomeAccumulator::Kind::time:
        outcome.incidence.write(writer);
        break;
      case OutcomeAccumulator::Kind::number:
        outcome.moments.write(writer);
        outcome.sketch.write(writer);
        break;
    }
    if (outcome.by_draw) outcome.by_draw->write(writer);
  }
  for (const summary::Occupancy& chain : policy.occupancy) chain.write(writer);
  for (const summary::Bands& bands : policy.bands) bands.write(writer);
}

void read_time(ByteReader& reader, summary::Incidence& incidence) {
  summary::Incidence stored = summary::Incidence::read(reader);
  require_stored(stored.dates() == incidence.dates() && stored.horizon() == incidence.horizon(),
                 "the dates of an outcome");
  incidence = std::move(stored);
}

/// Bytes that a policy takes at least.
double least_bytes(const Labels& labels) {
  const auto n_dates = static_cast<double>(labels.times.size());
  double n_states = 0.0;
  for (const Labels::Chain& chain : labels.chains) {
    n_states += static_cast<double>(chain.states.size());
  }
  return 5.0 * static_cast<double>(labels.outcomes.size()) + n_states * n_dates +
         24.0 * static_cast<double>(labels.variables.size()) * n_dates;
}

/// Into the sums of a policy without paths, whose axes are those of the labels.
void read(ByteReader& reader, PolicyAccumulator& policy) {
  for (OutcomeAccumulator& outcome : policy.outcomes) {
    outcome.n_excluded = reader.count();
    outcome.n_censored = reader.count();
    switch (outcome.kind) {
      case OutcomeAccumulator::Kind::share:
        outcome.share = summary::Proportion::read(reader);
        break;
      case OutcomeAccumulator::Kind::time:
        read_time(reader, outcome.incidence);
        break;
      case OutcomeAccumulator::Kind::number:
        outcome.moments = summary::Moments::read(reader);
        outcome.sketch = summary::QuantileSketch::read(reader);
        break;
    }
    if (outcome.by_draw) outcome.by_draw->read(reader);
  }
  for (summary::Occupancy& chain : policy.occupancy) {
    summary::Occupancy stored = summary::Occupancy::read(reader);
    require_stored(stored.n_states() == chain.n_states() && stored.n_dates() == chain.n_dates(),
                   "the states and dates of a chain");
    chain = std::move(stored);
  }
  for (summary::Bands& bands : policy.bands) {
    summary::Bands stored = summary::Bands::read(reader);
    require_stored(stored.n_dates() == bands.n_dates(), "the dates of a variable");
    bands = std::move(stored);
  }
}

[[noreturn]] void damaged() {
  throw diagnostic::RunError(
      "these bytes are not a whole detente forecast: they are cut short, changed, or something "
      "else; "
      "run the scenario again or take an intact copy");
}

}  // namespace

std::string Accumulators::serialize() const {
  ByteWriter writer;
  write(writer, labels);
  writer.u64(seed);
  writer.u64(first_path);
  writer.u64(n_paths);
  for (const PolicyAccumulator& policy : policies) write(writer, policy);
  ByteWriter whole;
  whole.text(magic);
  whole.u64(summary::checksum(writer.bytes()));
  whole.text(writer.bytes());
  return whole.release();
}

Accumulators Accumulators::deserialize(const std::string& bytes) {
  ByteReader whole(bytes);
  if (bytes.size() < magic.size() + 8) damaged();
  const std::string form = whole.text();
  if (std::find(magics.begin(), magics.end(), form) == magics.end()) damaged();
  const std::uint64_t sum = whole.u64();
  const std::string body = whole.text();
  if (!whole.at_end() || summary::checksum(body) != sum) damaged();
  ByteReader reader(body);
  Labels labels = read_labels(reader, form);
  const std::uint64_t seed = reader.u64();
  const std::uint64_t first_path = reader.u64();
  // Room is made for what the labels name before it is read.
  require_stored(least_bytes(labels) * static_cast<double>(labels.policies.size()) <=
                     static_cast<double>(reader.remaining()),
                 "it names more than it can hold");
  Accumulators state(std::move(labels), seed, first_path);
  state.n_paths = reader.u64();
  for (PolicyAccumulator& policy : state.policies) read(reader, policy);
  if (!reader.at_end()) damaged();
  return state;
}

}  // namespace detente::engine
