#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "detente/diagnostic/error.hpp"
#include "detente/engine/inspection.hpp"
#include "detente/program/factors.hpp"
#include "detente/random/stream.hpp"
#include "engine/draws.hpp"
#include "engine/failure.hpp"
#include "engine/policies.hpp"
#include "engine/prepared.hpp"
#include "engine/run_shape.hpp"

namespace detente::engine {

namespace {

/// Small blocks keep the columns of a block in the cache and give every thread work.
constexpr std::size_t block_paths = 512;

/// A block under one policy.
struct Portion {
  std::size_t policy = 0;
  std::size_t before = 0;  ///< paths before it
  std::size_t n = 0;
  BlockResult result;
};

void place_columns(const Portion& portion, std::size_t n_paths, const std::vector<double>& from,
                   std::vector<double>& to) {
  for (std::size_t row = 0; row * portion.n < from.size(); ++row) {
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(row * portion.n), portion.n,
                to.begin() + static_cast<std::ptrdiff_t>(row * n_paths + portion.before));
  }
}

void place_outcomes(const Portion& portion, std::size_t n_paths, std::vector<double>& to) {
  const BlockResult& result = portion.result;
  std::vector<double> values(result.outcomes);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool counts = result.standings[i] == outcome::Standing::counts;
    if (!counts || !std::isfinite(values[i])) values[i] = std::numeric_limits<double>::quiet_NaN();
  }
  place_columns(portion, n_paths, values, to);
}

void add_moves(const Portion& portion, std::uint64_t first_path, InspectedMoves& to) {
  const BlockResult& result = portion.result;
  const std::size_t n = result.moves.size();
  if (n == 0) return;
  const std::size_t n_values = result.moved_values.size() / n;
  const std::size_t n_states = result.moved_states.size() / n;
  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = i;
  // What a path does comes in the order of its time already.
  std::stable_sort(order.begin(), order.end(), [&result](std::size_t a, std::size_t b) {
    return result.moves[a].slot < result.moves[b].slot;
  });
  for (const std::size_t i : order) {
    const ChainMove& move = result.moves[i];
    to.path.push_back(first_path + portion.before + move.slot);
    to.time.push_back(move.time);
    to.element.push_back(move.element);
    to.from.push_back(static_cast<std::int8_t>(move.from));
    to.to.push_back(static_cast<std::int8_t>(move.to));
    const auto values = result.moved_values.begin() + static_cast<std::ptrdiff_t>(i * n_values);
    to.values.insert(to.values.end(), values, values + static_cast<std::ptrdiff_t>(n_values));
    const auto states = result.moved_states.begin() + static_cast<std::ptrdiff_t>(i * n_states);
    to.states.insert(to.states.end(), states, states + static_cast<std::ptrdiff_t>(n_states));
  }
}

}  // namespace

struct Inspector::Parts {
  Parts(std::shared_ptr<const model::Model> asked, Options given)
      : model(std::move(asked)),
        options(std::move(given)),
        prepared(prepare(model, chosen_policies(*model, options.policies))) {
    for (const auto& task : prepared.tasks) {
      probes.push_back(std::make_unique<program::FactorProbe>(task->program(), options.transition));
    }
    const program::Program& program = prepared.tasks[0]->program();
    times = program.grid().report_times;
    for (const double time : times) dates.push_back(model->calendar.label_of(time));
    for (const program::Factor& factor : probes[0]->factors()) factors.push_back(factor.name);
    for (const model::Transition& transition : model->transitions) {
      elements.push_back(transition.name);
    }
    for (const model::Event& event : model->events) elements.push_back(event.name);
  }

  std::shared_ptr<const model::Model> model;
  Options options;
  Prepared prepared;
  std::vector<std::unique_ptr<program::FactorProbe>> probes;  ///< one for each policy
  std::vector<double> times;
  std::vector<std::string> dates, factors, elements;
};

Inspector::Inspector(std::shared_ptr<const model::Model> model, Options options)
    : parts_(std::make_unique<Parts>(std::move(model), std::move(options))) {
  require_draws(parts_->options.draws, *parts_->model, 0, 0);
}

Inspector::~Inspector() = default;

const std::vector<double>& Inspector::times() const { return parts_->times; }
const std::vector<std::string>& Inspector::dates() const { return parts_->dates; }
const std::vector<std::string>& Inspector::factors() const { return parts_->factors; }
const std::vector<std::string>& Inspector::elements() const { return parts_->elements; }

Inspection Inspector::paths(std::uint64_t first_path, std::uint64_t n_paths) const {
  const Parts& parts = *parts_;
  const model::Model& model = *parts.model;
  const std::uint64_t key = random::seed_key(parts.options.seed);
  const auto n = static_cast<std::size_t>(n_paths);
  const std::size_t stride = rounded_lanes(n);
  Buffer<double> parameters(model.parameters.size() * stride);
  parts.prepared.draws->fill(key, first_path, parts.options.draws, n, parameters.data(), stride);
  std::vector<Portion> portions;
  for (std::size_t p = 0; p < parts.prepared.tasks.size(); ++p) {
    for (std::size_t before = 0; before < n; before += block_paths) {
      portions.push_back({p, before, std::min(block_paths, n - before), {}});
    }
  }
  tbb::task_arena arena(thread_count(parts.options.threads));
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, portions.size(), [&](std::size_t i) {
      Portion& portion = portions[i];
      Block::Options options;
      options.first_path = first_path + portion.before;
      options.n = portion.n;
      options.seed_key = key;
      options.parameters = parameters.data() + portion.before;
      options.parameter_stride = stride;
      options.factors = parts.probes[portion.policy].get();
      portion.result = Block(*parts.prepared.tasks[portion.policy], options).run();
    });
  });

  Inspection inspection;
  inspection.first_path = first_path;
  inspection.n_paths = n_paths;
  const Portion* failed = nullptr;
  for (const Portion& portion : portions) {
    const std::optional<Failure>& failure = portion.result.failure;
    if (!failure) continue;
    if (failed == nullptr || failure->path < failed->result.failure->path) failed = &portion;
  }
  if (failed != nullptr) {
    throw diagnostic::RunError(describe(*failed->result.failure,
                                        *parts.prepared.tasks[failed->policy], parts.options.seed,
                                        parts.options.draws));
  }
  for (const auto& task : parts.prepared.tasks) {
    InspectedPolicy& policy = inspection.policies.emplace_back();
    policy.name = task->program().policy().name;
    policy.log_factors.resize(parts.factors.size() * parts.times.size() * n);
    policy.outcomes.resize(model.outcomes.size() * n);
  }
  for (const Portion& portion : portions) {
    InspectedPolicy& policy = inspection.policies[portion.policy];
    place_columns(portion, n, portion.result.log_factors, policy.log_factors);
    place_outcomes(portion, n, policy.outcomes);
    add_moves(portion, first_path, policy.moves);
  }
  for (std::size_t i = 0; i < model.parameters.size(); ++i) {
    const double* column = parameters.data() + i * stride;
    inspection.parameters.insert(inspection.parameters.end(), column, column + n);
  }
  return inspection;
}

}  // namespace detente::engine
