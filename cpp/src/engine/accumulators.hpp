#pragma once

/// The mergeable state of a forecast: counts and exact sums, so that neither threads nor blocks nor shards can
/// change a bit of it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "detente/engine/block.hpp"
#include "detente/engine/draw_rule.hpp"
#include "detente/engine/forecast.hpp"
#include "detente/summary/bands.hpp"
#include "detente/summary/incidence.hpp"
#include "detente/summary/moments.hpp"
#include "detente/summary/occupancy.hpp"
#include "detente/summary/proportion.hpp"
#include "detente/summary/quantiles.hpp"
#include "engine/draw_accumulator.hpp"

namespace detente::engine {

/// One outcome of one policy.
struct OutcomeAccumulator {
  enum class Kind : std::uint8_t { share, time, number };
  /// `draws`: where paths share draws of uncertain parameters.
  OutcomeAccumulator(Kind kind, const std::vector<double>& dates, double horizon,
                     const std::optional<DrawRange>& draws);

  Kind kind;
  std::uint64_t n_excluded = 0;
  std::uint64_t n_censored = 0;
  summary::Proportion share;       ///< share
  summary::Incidence incidence;    ///< time
  summary::Moments moments;        ///< number
  summary::QuantileSketch sketch;  ///< number
  std::optional<DrawAccumulator> by_draw;

  void add(const double* values, const outcome::Standing* standings, std::size_t n);
  void merge(const OutcomeAccumulator& other);
  std::uint64_t n_counted() const;

 private:
  void add_by_draw(const double* values, const outcome::Standing* standings, std::size_t n);
};

/// Names and units of what is summed, and the axes.
struct Labels {
  struct Outcome {
    std::string name, kind, unit;
    bool has_given = false;
    friend bool operator==(const Outcome&, const Outcome&) = default;
  };
  struct Chain {
    std::string name;
    std::vector<std::string> states;
    friend bool operator==(const Chain&, const Chain&) = default;
  };
  struct Variable {
    std::string name, unit;
    friend bool operator==(const Variable&, const Variable&) = default;
  };
  std::string title, scenario_hash;
  std::vector<double> times;  ///< report dates, years from the start
  std::vector<std::string> dates;
  double horizon = 0.0;
  std::vector<std::string> policies;
  std::vector<Outcome> outcomes;  ///< utility last where there is one
  std::vector<Chain> chains;
  std::vector<Variable> variables;
  DrawRule draws;
  bool is_uncertain = false;  ///< draws differ

  /// Whether paths are grouped by draws that differ.
  bool has_draws() const { return draws.paths_per_draw > 1 && is_uncertain; }
  /// Whether what is summed is the same: then the sums can be added.
  bool sums_like(const Labels& other) const;
};

/// Labels of a run of these policies.
Labels labels_of(const model::Model& model, const std::vector<std::size_t>& policies,
                 const std::vector<double>& times, const std::string& scenario_hash);

struct PolicyAccumulator {
  PolicyAccumulator() = default;
  PolicyAccumulator(const Labels& labels, std::uint64_t first_path);

  std::vector<OutcomeAccumulator> outcomes;
  std::vector<summary::Occupancy> occupancy;
  std::vector<summary::Bands> bands;

  /// Outcome o and the occupancy of the paths that follow. All these, and bands, may be added at the same time.
  void add_outcome(std::size_t o, const BlockResult& block);
  void add_occupancy(const BlockResult& block);
  void merge(const PolicyAccumulator& other);
};

/// All policies over one range of paths.
class Accumulators {
 public:
  Accumulators(Labels the_labels, std::uint64_t the_seed, std::uint64_t the_first_path);

  Labels labels;
  std::uint64_t seed = 0;
  std::uint64_t first_path = 0;
  std::uint64_t n_paths = 0;
  std::vector<PolicyAccumulator> policies;

  std::string serialize() const;
  static Accumulators deserialize(const std::string& bytes);
};

/// The numbers of a forecast from its state.
Forecast summarise(std::shared_ptr<const Accumulators> accumulators);

}  // namespace detente::engine
