#pragma once

/// Plays paths once more to see what the hazard of one transition is made of, and how its chain moves.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "detente/engine/draw_rule.hpp"
#include "detente/model/model.hpp"

namespace detente::engine {

/// Firings that moved the chain, ordered by path and time; one row each.
struct InspectedMoves {
  std::vector<std::uint64_t> path;
  std::vector<double> time;            ///< years from the start
  std::vector<std::uint32_t> element;  ///< position in Inspector::elements()
  std::vector<std::int8_t> from, to;   ///< states of the chain
  std::vector<double> values;          ///< [move][variable], just after the firing
  std::vector<std::int8_t> states;     ///< [move][chain], just after the firing
};

struct InspectedPolicy {
  std::string name;
  /// Logarithms of the factors, [factor][date][path]: NaN where the path is not at risk (the chain is in no state that
  /// the transition leaves, or its guard fails), infinite where a factor is 0, infinite or negative.
  std::vector<double> log_factors;
  InspectedMoves moves;
  std::vector<double> outcomes;  ///< [outcome][path]; NaN as in the outcome columns of a run
};

struct Inspection {
  std::uint64_t first_path = 0;
  std::uint64_t n_paths = 0;
  std::vector<InspectedPolicy> policies;
  std::vector<double> parameters;  ///< [parameter][path]
};

class Inspector {
 public:
  struct Options {
    std::uint32_t transition = 0;  ///< over all chains, in file order
    std::vector<std::string> policies;
    std::uint64_t seed = 0;
    DrawRule draws;
    int threads = 0;  ///< 0: all this process may use
  };
  /// RunError when a policy is unknown.
  Inspector(std::shared_ptr<const model::Model> model, Options options);
  ~Inspector();

  const std::vector<double>& times() const;       ///< report dates, years from the start
  const std::vector<std::string>& dates() const;  ///< their labels
  const std::vector<std::string>& factors() const;
  const std::vector<std::string>& elements() const;  ///< transitions, then events

  /// The paths of a run with this seed; memory is 8 bytes for each factor, date, path and policy. RunError when a path
  /// fails: the lowest.
  Inspection paths(std::uint64_t first_path, std::uint64_t n_paths) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace detente::engine
