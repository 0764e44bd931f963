#include "detente/engine/memory.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "detente/diagnostic/error.hpp"
#include "detente/engine/carried_noise.hpp"
#include "detente/random/stream.hpp"
#include "engine/accumulators.hpp"
#include "engine/policies.hpp"
#include "engine/prepared.hpp"
#include "engine/run_shape.hpp"

namespace detente::engine {

namespace {

/// So much smaller are the bands of a block that waits, at least.
constexpr std::size_t packing = 4;

using summary::QuantileSketch;

constexpr std::size_t most_pilot_paths = 256;
/// Vectors of slots that a block fills and empties, registers, small tables.
constexpr std::size_t scratch_bytes = tile_lanes * std::size_t{1024};
/// What the allocator adds to a piece, and what it cannot use again at once.
constexpr double allocator_share = 1.2;

/// What a pool held in the pilot.
struct PoolUse {
  std::size_t peak = 0;  ///< lanes
  std::size_t lane_bytes = 0;
  std::size_t own_bytes = 0;  ///< whatever the lanes
};

/// Room that a pool makes for so many lanes, as Pool::add does: whole tiles.
std::size_t room_for(double lanes) {
  const auto n = std::max(static_cast<std::size_t>(std::ceil(lanes)), std::size_t{1});
  return (n + tile_lanes - 1) / tile_lanes * column_stride;
}

/// Joint states that a block meets and a pilot has not, from the numbers of those in which it had one lane and two (Chao
/// 1984, Nonparametric estimation of the number of classes in a population), and no more than lanes.
double states_unseen(const std::vector<PoolUse>& uses, double growth) {
  double once = 0.0, twice = 0.0;
  for (const PoolUse& use : uses) {
    once += use.peak == 1 ? 1.0 : 0.0;
    twice += use.peak == 2 ? 1.0 : 0.0;
  }
  return std::min(once * (growth - 1.0), once * std::max(once - 1.0, 1.0) / (2.0 * (twice + 1.0)));
}

/// Bytes of pools in a block of n paths, from those in a block of n_pilot.
std::size_t pool_bytes(const std::vector<PoolUse>& uses, std::size_t n, std::size_t n_pilot) {
  const double growth = static_cast<double>(n) / static_cast<double>(n_pilot);
  double bytes = 0.0, bytes_of_pools = 0.0;
  for (const PoolUse& use : uses) {
    const double lanes = growth * static_cast<double>(use.peak);
    // Peaks of few lanes are known less well than those of many: three Poisson standard deviations more.
    const double most = lanes + 3.0 * growth * std::sqrt(static_cast<double>(use.peak));
    const double room = static_cast<double>(room_for(std::min(most, static_cast<double>(n))));
    bytes += room * static_cast<double>(use.lane_bytes) + static_cast<double>(use.own_bytes);
    bytes_of_pools += static_cast<double>(column_stride * use.lane_bytes + use.own_bytes);
  }
  const double mean = bytes_of_pools / static_cast<double>(std::max<std::size_t>(uses.size(), 1));
  return static_cast<std::size_t>(bytes + states_unseen(uses, growth) * mean);
}

std::vector<PoolUse> play(const Task& task, const Draws& draws, const RunOptions& options,
                          std::size_t n) {
  const std::size_t stride = rounded_lanes(n);
  const model::Model& model = task.program().model();
  Buffer<double> parameters(model.parameters.size() * stride);
  const std::uint64_t key = random::seed_key(options.seed);
  draws.fill(key, options.first_path, options.draws, n, parameters.data(), stride);
  Block::Options of_block;
  of_block.first_path = options.first_path;
  of_block.n = n;
  of_block.seed_key = key;
  of_block.parameters = parameters.data();
  of_block.parameter_stride = stride;
  Block block(task, of_block);
  block.run();
  const std::size_t n_elements = model.element_count();
  std::vector<PoolUse> uses;
  for (const auto& pool : block.pools()) {
    PoolUse use;
    use.peak = pool->peak();
    use.lane_bytes = pool->watch().column_count * sizeof(double) + sizeof(std::uint64_t) +
                     2 * sizeof(Slot);  // pending and slots
    use.own_bytes = sizeof(Pool) + model.variables.size() * sizeof(std::ptrdiff_t) +
                    n_elements * (sizeof(ElementNotes) + sizeof(std::uint32_t) + 64) +
                    2 * pool->program().scalars().size() * sizeof(double) + pool->program().bytes();
    uses.push_back(use);
  }
  return uses;
}

/// Of a chain of draws of one path: the record and what goes with it, and what the block reports.
std::size_t path_bytes(const Task& task, std::size_t n_kept_of_path) {
  const model::Model& model = task.program().model();
  const std::size_t n_reports = task.program().grid().report_times.size();
  const std::size_t record = task.shape().size * sizeof(double);
  const std::size_t places = 6 * sizeof(std::uint64_t) + 6 * sizeof(Slot);
  const std::size_t noise = CarriedNoise::bytes_per_slot(model);
  const std::size_t reported = model.variables.size() * sizeof(double);
  const std::size_t kept =
      n_reports * (model.variables.size() * sizeof(double) + model.chains.size());
  return record + places + noise + reported + n_kept_of_path * kept;
}

std::size_t sketch_bytes(std::size_t capacity) { return QuantileSketch::most_bytes(capacity); }

std::size_t outcome_bytes(const std::string& kind, std::size_t n_dates, bool has_draws) {
  const bool is_share = kind == "probability";
  const bool is_time = kind == "time_to";
  std::size_t bytes = sizeof(OutcomeAccumulator) + sizeof(Estimate) + 2 * sketch_bytes(16);
  if (!is_share) bytes += sketch_bytes(QuantileSketch::default_capacity);
  if (is_time) bytes += 5 * n_dates * sizeof(double);
  if (!has_draws) return bytes;
  bytes += sizeof(DrawAccumulator) + sketch_bytes(QuantileSketch::default_capacity);
  return bytes + (is_time ? 8 * n_dates * sizeof(double) : 0);
}

std::size_t band_bytes(const Labels& labels) {
  const std::size_t date =
      sizeof(summary::ExactSum) + sketch_bytes(QuantileSketch::compact_capacity);
  return labels.variables.size() * labels.times.size() * date;
}

std::size_t policy_summary_bytes(const Labels& labels) {
  const std::size_t n_dates = labels.times.size();
  std::size_t bytes = 0;
  for (const Labels::Outcome& outcome : labels.outcomes) {
    bytes += outcome_bytes(outcome.kind, n_dates, labels.has_draws());
  }
  for (const Labels::Chain& chain : labels.chains) {
    bytes += 2 * chain.states.size() * n_dates * sizeof(double);
  }
  return bytes + band_bytes(labels);
}

std::uint64_t with_allocator(std::size_t bytes) {
  return static_cast<std::uint64_t>(allocator_share * static_cast<double>(bytes));
}

/// What grows with what is kept of single paths; doubles, because the product may exceed 64 bits.
std::uint64_t kept_bytes(double bytes) {
  constexpr double most = 9e18;
  return static_cast<std::uint64_t>(std::min(bytes, most));
}

}  // namespace

MemoryNeed memory_needed(std::shared_ptr<const model::Model> model, const RunOptions& options) {
  if (options.n_paths == 0) throw diagnostic::RunError("a run needs at least one path");
  require_draws(options.draws, *model, options.first_path, options.n_paths);
  const std::vector<std::size_t> policies = chosen_policies(*model, options.policies);
  const Prepared prepared = prepare(model, policies);
  const int n_threads = thread_count(options.threads);
  const auto n = static_cast<std::size_t>(
      std::min<std::uint64_t>(block_size(options, n_threads), options.n_paths));
  const auto n_pilot = std::min(n, most_pilot_paths);
  Labels labels = labels_of(*model, policies, prepared.tasks[0]->program().grid().report_times, "");
  labels.draws = options.draws;
  labels.is_uncertain = prepared.draws->vary();
  const std::size_t n_dates = labels.times.size();
  std::size_t n_states = 0;
  for (const Labels::Chain& chain : labels.chains) n_states += chain.states.size();

  MemoryNeed need;
  need.threads =
      std::min<std::uint64_t>(static_cast<std::uint64_t>(n_threads), (options.n_paths - 1) / n + 1);
  std::size_t block = 0;
  for (const auto& task : prepared.tasks) {
    const std::vector<PoolUse> uses = play(*task, *prepared.draws, options, n_pilot);
    const std::size_t kept_share = options.keep_paths > 0 ? 1 : 0;
    block = std::max(block, n * path_bytes(*task, kept_share) + pool_bytes(uses, n, n_pilot));
  }
  need.block = with_allocator(block + scratch_bytes + band_bytes(labels));
  const std::size_t result = labels.outcomes.size() * n * (sizeof(double) + 1) +
                             n_states * n_dates * sizeof(std::uint64_t);
  const std::size_t draws = model->parameters.size() * rounded_lanes(n) * sizeof(double);
  // The last policy's bands are joined as they are.
  const std::size_t bands = band_bytes(labels) * (packing + policies.size() - 1) / packing;
  need.waiting = (need.threads + 1) * with_allocator(draws + policies.size() * result + bands);
  need.summaries = policies.size() * with_allocator(policy_summary_bytes(labels));
  const auto n_policies = static_cast<double>(policies.size());
  if (options.keep_outcomes) {
    const double columns = n_policies * static_cast<double>(labels.outcomes.size()) +
                           static_cast<double>(model->parameters.size());
    need.readings = kept_bytes(columns * static_cast<double>(options.n_paths) * sizeof(double));
  }
  const double n_kept = static_cast<double>(std::min(options.keep_paths, options.n_paths));
  const double history = static_cast<double>(
      n_dates * (model->variables.size() * sizeof(double) + model->chains.size()));
  // Vectors that grow hold the old rows beside the new.
  need.histories = kept_bytes(2.0 * n_policies * n_kept * history);
  return need;
}

}  // namespace detente::engine
