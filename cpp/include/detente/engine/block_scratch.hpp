#pragma once

/// Where a block puts what it needs from one moment to the next, kept so that the step loop takes no memory.

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "detente/engine/buffer.hpp"
#include "detente/engine/pool.hpp"

namespace detente::engine {

/// Where a clock's numbers over a stretch of time lie. A step apart is one lane apart, or none where one number serves all lanes.
struct ClockView {
  const double* burnt;  ///< what it burns to the end of the stretch
  const double* rate;   ///< null where it follows from what is burnt
  const double* left;
  std::size_t burnt_step, rate_step;
  bool has_baseline;
  const double* cumulative;  ///< with a baseline: its cumulative hazard where the stretch begins
  const double* at_end;      ///< and where it ends
  std::size_t at_end_step;
};

/// Lanes on which a clock runs out, by their number among those.
struct CrossingScratch {
  Buffer<double> length{tile_lanes};  ///< from the lane's own time to the end of the step
  Buffer<double> delay{tile_lanes};   ///< from its own time to its first crossing
  std::array<std::uint32_t, tile_lanes>
      clock{};           ///< that runs out then, by its position among the state's
  Buffer<double> burnt;  ///< by each clock until then: [clock][lane]
  Buffer<double> arguments;
  Buffer<double> values{tile_lanes};
  std::array<std::uint32_t, tile_lanes> chosen{};
};

/// Draws that clocks lack, until they are made together: clock number k serves firing number k.
struct Undrawn {
  struct Place {
    double* field;   ///< of the record
    double* column;  ///< of the pool
  };
  std::size_t n = 0;  ///< tile_lanes at most
  Buffer<std::uint64_t> paths{tile_lanes};
  Buffer<std::uint32_t> indices{tile_lanes}, streams{tile_lanes};
  std::array<Place, tile_lanes> places{};

  void note(std::uint64_t path, double index, std::uint32_t stream, Place place) {
    paths[n] = path;
    indices[n] = static_cast<std::uint32_t>(index);
    streams[n] = stream;
    places[n++] = place;
  }
  /// Repeats the first draw until there are `n_rounded`.
  void repeat_up_to(std::size_t n_rounded) {
    std::fill(paths.data() + n, paths.data() + n_rounded, paths[0]);
    std::fill(indices.data() + n, indices.data() + n_rounded, indices[0]);
    std::fill(streams.data() + n, streams.data() + n_rounded, streams[0]);
  }
};

/// Lanes of a pool that are worked on together, see BurstPlan.
struct BurstScratch {
  Buffer<double> columns;
  Buffer<double> first{tile_lanes};  ///< clock that has run out; below 0: none
  Buffer<double> delay{tile_lanes}, length{tile_lanes};
  std::array<std::uint8_t, tile_lanes / 8>
      unsound{};  ///< lanes where a hazard is no hazard, as bits
  std::array<Slot, tile_lanes> slots{};
  std::array<LanePlace, tile_lanes> places{};
  std::array<std::uint32_t, tile_lanes> n_fired{};  ///< in the burst
  std::array<std::uint8_t, tile_lanes> has_failed{};
  std::array<std::uint32_t, tile_lanes> chosen{};  ///< lanes that fire the same element
  std::size_t n_chosen = 0;
  std::vector<Slot> finished;  ///< at the step's end
};

}  // namespace detente::engine
