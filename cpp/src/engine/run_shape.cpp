#include "engine/run_shape.hpp"

#include <tbb/info.h>

#include <algorithm>

#include "detente/engine/buffer.hpp"

namespace detente::engine {

namespace {

constexpr std::size_t least_block_paths = 256;

}  // namespace

int thread_count(int asked) { return asked > 0 ? asked : tbb::info::default_concurrency(); }

std::size_t block_size(const RunOptions& options, int threads) {
  if (options.block_paths > 0) return options.block_paths;
  // As many blocks for each thread, of equal size: threads that end together waste nothing.
  const auto n_threads = static_cast<std::uint64_t>(threads);
  const std::uint64_t rounds =
      (options.n_paths - 1) / (std::uint64_t{most_block_paths} * n_threads) + 1;
  const std::uint64_t share = (options.n_paths - 1) / (rounds * n_threads) + 1;
  return rounded_lanes(std::max(static_cast<std::size_t>(share), least_block_paths));
}

}  // namespace detente::engine
