#include "detente/engine/run.hpp"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <future>
#include <memory>
#include <new>

#include "detente/diagnostic/error.hpp"
#include "detente/random/stream.hpp"
#include "engine/accumulators.hpp"
#include "engine/block_bands.hpp"
#include "engine/draws.hpp"
#include "engine/failure.hpp"
#include "engine/in_order.hpp"
#include "engine/policies.hpp"
#include "engine/prepared.hpp"
#include "engine/run_shape.hpp"
#include "engine/worker.hpp"

namespace detente::engine {

namespace {

/// The first blocks of a long run, so that one that is stopped early has something to show.
constexpr std::size_t first_block_paths = tile_lanes;

/// One block under all policies, from when it is begun until it is counted.
struct Work {
  std::size_t number = 0;  ///< of the block
  std::uint64_t first_path = 0;
  std::size_t n = 0;
  Buffer<double> parameters;
  std::size_t stride = 0;
  std::vector<BlockResult> results;
  std::vector<BlockBands> bands;  ///< by policy
  bool stopped = false;
};

class Ensemble {
 public:
  Ensemble(std::shared_ptr<const model::Model> model, const RunOptions& options)
      : model_(std::move(model)),
        options_(options),
        policies_(chosen_policies(*model_, options.policies)),
        threads_(thread_count(options.threads)),
        prepared_(prepare(model_, policies_)),
        state_(std::make_shared<Accumulators>(labels(), options.seed, options.first_path)),
        block_paths_(block_size(options, threads_)),
        is_long_(options.block_paths == 0 &&
                 options.n_paths > 4 * most_block_paths * static_cast<std::uint64_t>(threads_)),
        blocks_(static_cast<std::size_t>(threads_) + 1) {
    reserve_kept();
  }

  /// Blocks run side by side, and count in the order of their paths.
  void work() {
    if (threads_ == 1) return run_blocks();
    tbb::task_arena arena(threads_);
    arena.execute([this] {
      tbb::parallel_for(
          0, threads_, [this](int) { run_blocks(); }, tbb::simple_partitioner());
    });
  }

  void stop() {
    stop_.set();
    blocks_.close();
  }
  int threads() const { return threads_; }
  std::uint64_t paths_done() const { return done_.load(std::memory_order_relaxed); }
  bool stopped() const { return stop_.is_set(); }
  void ask_in_passing(std::function<void()> ask) { stop_.ask_in_passing(std::move(ask)); }

  bool has_failed() const { return failure_.has_value(); }
  /// RunError where a path has failed.
  void require_sound() const {
    if (!failure_) return;
    throw diagnostic::RunError(
        describe(*failure_, *prepared_.tasks[failed_policy_], options_.seed, options_.draws));
  }

  Forecast finish(double wall_seconds) {
    Forecast forecast = summarise(state_);
    forecast.n_paths_requested = options_.n_paths;
    forecast.threads = threads_;
    forecast.wall_seconds = wall_seconds;
    for (std::size_t p = 0; p < policies_.size(); ++p) {
      forecast.policies[p].columns = std::move(columns_[p]);
      forecast.policies[p].kept = std::move(kept_[p]);
    }
    forecast.parameter_columns = std::move(parameter_columns_);
    for (const model::Parameter& parameter : model_->parameters) {
      forecast.parameter_names.push_back(parameter.name);
    }
    return forecast;
  }

 private:
  Levels levels() const {
    if (options_.levels.empty()) return {};
    return {options_.levels.data(), options_.first_path / options_.draws.paths_per_draw};
  }

  Labels labels() const {
    Labels labels = labels_of(*model_, policies_, prepared_.tasks[0]->program().grid().report_times,
                              options_.scenario_hash);
    labels.draws = options_.draws;
    labels.is_uncertain = prepared_.draws->vary();
    return labels;
  }

  // Room for all rows at once: columns that grew would be copied, and leave holes where they were.
  void reserve_kept() {
    columns_.resize(policies_.size());
    kept_.resize(policies_.size());
    for (KeptPaths& kept : kept_) {
      for (const model::Chain& chain : model_->chains) kept.chains.push_back(chain.name);
      for (const model::Variable& variable : model_->variables) {
        kept.variables.push_back(variable.name);
      }
    }
    if (!options_.keep_outcomes) return;
    if (options_.n_paths > std::vector<double>().max_size()) throw std::bad_alloc();
    for (std::vector<OutcomeColumn>& columns : columns_) {
      for (const Labels::Outcome& outcome : state_->labels.outcomes) {
        columns.push_back({outcome.name, {}});
        columns.back().values.reserve(static_cast<std::size_t>(options_.n_paths));
      }
    }
    for (const model::Parameter& parameter : model_->parameters) {
      parameter_columns_.push_back({parameter.name, {}});
      parameter_columns_.back().values.reserve(static_cast<std::size_t>(options_.n_paths));
    }
  }

  void run_blocks() {
    Buffer<double> records;  // of one block after another
    try {
      while (auto work = blocks_.begin([this](std::size_t number) { return next(number); })) {
        simulate(*work, records);
        const std::size_t number = work->number;
        blocks_.end(number, std::move(work), [this](Work& ended) { merge(ended); });
      }
    } catch (...) {
      stop();  // nobody waits for the block that is missing now
      throw;
    }
  }

  std::unique_ptr<Work> next(std::size_t number) {
    if (started_ >= options_.n_paths) return nullptr;
    auto work = std::make_unique<Work>();
    work->number = number;
    work->first_path = options_.first_path + started_;
    const bool is_first = number < static_cast<std::size_t>(threads_);
    const std::size_t n = is_long_ && is_first ? first_block_paths : block_paths_;
    work->n = static_cast<std::size_t>(std::min<std::uint64_t>(n, options_.n_paths - started_));
    started_ += work->n;
    return work;
  }

  void simulate(Work& work, Buffer<double>& records) {
    const std::uint64_t key = random::seed_key(options_.seed);
    work.stride = rounded_lanes(work.n);
    work.parameters = Buffer<double>(model_->parameters.size() * work.stride);
    prepared_.draws->fill(key, work.first_path, options_.draws, work.n, work.parameters.data(),
                          work.stride, levels());
    for (std::size_t p = 0; p < prepared_.tasks.size(); ++p) {
      Block::Options options;
      // Not the last policy's: the block is through then, and they are joined soon.
      if (p > 0) work.bands.back().pack();
      work.bands.emplace_back(model_->variables.size(), state_->labels.times.size());
      options.bands = &work.bands.back();
      options.room = &records;
      options.first_path = work.first_path;
      options.n = work.n;
      options.seed_key = key;
      options.parameters = work.parameters.data();
      options.parameter_stride = work.stride;
      const std::uint64_t before = work.first_path - options_.first_path;
      options.n_kept = static_cast<std::size_t>(std::min<std::uint64_t>(
          work.n, options_.keep_paths - std::min(before, options_.keep_paths)));
      options.stop = &stop_;
      work.results.push_back(Block(*prepared_.tasks[p], options).run());
      if (work.results.back().stopped) {
        work.stopped = true;
        break;
      }
    }
  }

  // Blocks come in the order of their paths. After a stop or a failure nothing is added, so that what is there are the
  // first paths, all policies of each.
  void merge(Work& work) {
    if (work.stopped || failure_ || is_closed_) {
      is_closed_ = true;
      return;
    }
    for (std::size_t p = 0; p < policies_.size(); ++p) {
      const std::optional<Failure>& failure = work.results[p].failure;
      if (failure && (!failure_ || failure->path < failure_->path)) {
        failure_ = failure;
        failed_policy_ = p;
      }
    }
    if (failure_) {
      stop();
      return;
    }
    merge_parts(work);
    if (options_.keep_outcomes) {
      for (std::size_t i = 0; i < parameter_columns_.size(); ++i) {
        const double* column = work.parameters.data() + i * work.stride;
        parameter_columns_[i].values.insert(parameter_columns_[i].values.end(), column,
                                            column + work.n);
      }
    }
    state_->n_paths += work.n;
    done_.store(state_->n_paths, std::memory_order_relaxed);
  }

  void merge_parts(Work& work) {
    const std::size_t n_parts = state_->labels.outcomes.size() + model_->variables.size() + 1;
    const auto one = [this, &work, n_parts](std::size_t k) {
      merge_part(work, k / n_parts, k % n_parts);
    };
    const std::size_t n = policies_.size() * n_parts;
    if (threads_ == 1) {
      for (std::size_t k = 0; k < n; ++k) one(k);
      return;
    }
    // Isolated: a thread that waits for the others would take up a block meanwhile, and hold the sum up for its length.
    tbb::this_task_arena::isolate([&one, n] { tbb::parallel_for(std::size_t{0}, n, one); });
  }

  // An outcome, the bands of a variable, or all the rest of a policy.
  void merge_part(Work& work, std::size_t p, std::size_t part) {
    PolicyAccumulator& sums = state_->policies[p];
    const std::size_t n_outcomes = sums.outcomes.size();
    if (part < n_outcomes) {
      sums.add_outcome(part, work.results[p]);
    } else if (part - n_outcomes < sums.bands.size()) {
      work.bands[p].add_to(sums.bands[part - n_outcomes], part - n_outcomes);
    } else {
      sums.add_occupancy(work.results[p]);
      keep(work, p);
    }
  }

  void keep(const Work& work, std::size_t p) {
    const BlockResult& result = work.results[p];
    const std::size_t n = work.n;
    if (options_.keep_outcomes) {
      for (std::size_t o = 0; o < model_->outcomes.size(); ++o) {
        std::vector<double>& column = columns_[p][o].values;
        for (std::size_t i = 0; i < n; ++i) {
          const bool counts = result.standings[o * n + i] == outcome::Standing::counts;
          const double value = result.outcomes[o * n + i];
          column.push_back(
              counts && std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN());
        }
      }
      if (!result.utility.empty()) {
        std::vector<double>& column = columns_[p].back().values;
        column.insert(column.end(), result.utility.begin(), result.utility.end());
      }
    }
    KeptPaths& kept = kept_[p];
    const std::size_t n_dates = state_->labels.times.size();
    kept.n_paths += result.n_kept;
    for (std::size_t i = 0; i < result.n_kept; ++i) {
      for (std::size_t row = 0; row < model_->chains.size() * n_dates; ++row) {
        kept.states.push_back(result.states[row * result.n_kept + i]);
      }
      for (std::size_t row = 0; row < model_->variables.size() * n_dates; ++row) {
        kept.values.push_back(result.values[row * result.n_kept + i]);
      }
    }
  }

  std::shared_ptr<const model::Model> model_;
  RunOptions options_;
  std::vector<std::size_t> policies_;
  int threads_;
  Prepared prepared_;
  std::shared_ptr<Accumulators> state_;
  std::size_t block_paths_;
  bool is_long_;
  std::uint64_t started_ = 0;  ///< paths
  InOrder<Work> blocks_;
  std::atomic<std::uint64_t> done_{0};
  StopSignal stop_;
  bool is_closed_ = false;
  std::optional<Failure> failure_;
  std::size_t failed_policy_ = 0;
  std::vector<std::vector<OutcomeColumn>> columns_;
  std::vector<KeptPaths> kept_;
  std::vector<OutcomeColumn> parameter_columns_;
};

/// Tells the caller how far a run is, on the caller's thread, and stops it where the caller says so.
class Reporter {
 public:
  Reporter(const ProgressCallback& progress, Ensemble& ensemble, std::uint64_t n_paths)
      : progress_(progress), ensemble_(ensemble), n_paths_(n_paths) {}

  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

  void ask() {
    if (!progress_ || ensemble_.stopped()) return;
    try {
      if (!progress_({ensemble_.paths_done(), n_paths_, seconds()})) ensemble_.stop();
    } catch (...) {
      error_ = std::current_exception();
      ensemble_.stop();
    }
  }

  /// What the caller threw when asked goes back to the caller.
  void require_sound() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  const ProgressCallback& progress_;
  Ensemble& ensemble_;
  std::uint64_t n_paths_;
  Clock::time_point begin_ = Clock::now();
  std::exception_ptr error_;
};

}  // namespace

Forecast run(std::shared_ptr<const model::Model> model, const RunOptions& options,
             const ProgressCallback& progress, bool answers_at_once) {
  if (options.n_paths == 0) throw diagnostic::RunError("a run needs at least one path");
  if (options.threads < 0) throw diagnostic::RunError("the number of threads cannot be negative");
  require_draws(options.draws, *model, options.first_path, options.n_paths);
  require_levels(options.levels, model->parameters.size(), options.first_path, options.n_paths,
                 options.draws.paths_per_draw);
  Ensemble ensemble(std::move(model), options);
  Reporter reporter(progress, ensemble, options.n_paths);
  Forecast forecast;
  const auto work = [&] {
    ensemble.work();
    if (!ensemble.has_failed()) forecast = ensemble.finish(reporter.seconds());
  };
  if (ensemble.threads() == 1 && (!progress || answers_at_once)) {
    ensemble.ask_in_passing([&reporter] { reporter.ask(); });
    work();
  } else {
    // Summed up there as well: the sums are in that core's caches, and the caller is asked for progress meanwhile.
    std::future<void> end = run_aside(work);
    while (end.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready) reporter.ask();
    end.get();
  }
  reporter.require_sound();
  ensemble.require_sound();
  if (progress && !ensemble.stopped()) {
    progress({ensemble.paths_done(), options.n_paths, reporter.seconds()});
  }
  return forecast;
}

}  // namespace detente::engine
