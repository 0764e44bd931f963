#pragma once

/// How much memory a run will take, told before it starts.

#include <cstdint>
#include <memory>

#include "detente/engine/run.hpp"
#include "detente/model/model.hpp"

namespace detente::engine {

/// Bytes that a run holds at most, beside what the process has when it is asked: upper bounds where the scenario
/// decides them, and for blocks an estimate with room to spare.
///
/// How many lanes meet in which joint states is found out by playing the first paths: up to 256 under every policy.
struct MemoryNeed {
  std::uint64_t threads = 1;  ///< those that it is told for
  std::uint64_t block = 0;    ///< columns of the largest block: one for each thread
  std::uint64_t waiting =
      0;  ///< draws and readings of blocks that are not summed yet, of all threads
  std::uint64_t summaries =
      0;  ///< sums, sketches and bands, and the estimates from them, of all policies
  std::uint64_t readings = 0;   ///< `keep_outcomes`: columns of readings and draws, of all paths
  std::uint64_t histories = 0;  ///< `keep_paths`

  std::uint64_t total() const {
    return threads * block + waiting + summaries + readings + histories;
  }
};

/// RunError as `run` gives for impossible options and unknown policies.
MemoryNeed memory_needed(std::shared_ptr<const model::Model> model, const RunOptions& options);

}  // namespace detente::engine
