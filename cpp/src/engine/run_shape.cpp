#include "engine/run_shape.hpp"

#include <tbb/info.h>

#include <algorithm>

#include "detente/engine/buffer.hpp"

namespace detente::engine {

namespace {

constexpr std::size_t least_block_paths = 256;
constexpr std::uint64_t few_rounds = 8;

}  // namespace

int thread_count(int asked) { return asked > 0 ? asked : tbb::info::default_concurrency(); }

std::size_t block_size(const RunOptions& options, int threads) {
  if (options.block_paths > 0) return options.block_paths;
  // As many blocks for each thread, of equal size. Of few blocks each a thread would wait for a tile more in the other's.
  const auto n_threads = static_cast<std::uint64_t>(threads);
  const std::uint64_t rounds =
      (options.n_paths - 1) / (std::uint64_t{most_block_paths} * n_threads) + 1;
  const std::uint64_t share = (options.n_paths - 1) / (rounds * n_threads) + 1;
  const std::size_t n = std::max(static_cast<std::size_t>(share), least_block_paths);
  const std::size_t unit = rounds <= few_rounds ? kernel::lane_quantum : tile_lanes;
  return (n + unit - 1) / unit * unit;
}

}  // namespace detente::engine
