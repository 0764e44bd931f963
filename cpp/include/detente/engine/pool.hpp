#pragma once

/// Lanes in one joint state, as tiles of columns. Between steps they stand without gaps. A lane that leaves in the middle of
/// one makes a gap for those that arrive; the last lanes fill what is left.

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "detente/engine/buffer.hpp"
#include "detente/engine/burst_plan.hpp"
#include "detente/outcome/plan.hpp"
#include "detente/program/firing.hpp"
#include "detente/program/specialise.hpp"

namespace detente::engine {

using Slot = std::uint32_t;  ///< number of a path within its block
inline constexpr Slot no_slot = 0xffffffff;

/// Lanes side by side, at most tile_lanes.
struct Tile {
  explicit Tile(std::size_t n_columns) : columns(n_columns * column_stride) {}

  Buffer<double> columns;  ///< column after column, column_stride doubles each
  Buffer<std::uint64_t> paths{tile_lanes};
  std::vector<Slot> slots = std::vector<Slot>(tile_lanes);
  std::size_t count = 0;  ///< lanes in use

  double* column(std::size_t c) { return columns.data() + c * column_stride; }
};

/// Where the columns of one lane are.
struct LanePlace {
  double* first = nullptr;
  double& at(std::size_t column) const { return first[column * column_stride]; }
};

/// What the readings need of a pool in which signals move at every step: columns behind the program's own.
///
///   last values of the stepped signals | sums and extremes | windows: 1 once decided | time of the last reading
struct Watch {
  struct Follower {
    std::uint32_t monitor = 0;
    std::uint32_t signal = 0;  ///< position among the stepped signals
    std::size_t column = 0;
  };
  std::size_t first_signal = 0;   ///< column
  std::vector<Follower> sums;     ///< durations, integrals, maxima, minima
  std::vector<Follower> windows;  ///< eventually, until, first
  std::size_t time_column = 0;    ///< of a lane's last reading by itself; see also Pool::read_until
  double until = 0.0;  ///< once a reading at or after it is done, nothing changes any more
  std::size_t column_count = 0;  ///< of the pool, the program's included
};

/// Monitors to read after a firing that leaves a lane where it is, and the time from which they have closed.
struct LightReading {
  std::vector<std::uint32_t> monitors;
  double until = 0.0;
};

/// What a firing does to the lane.
enum class Weight : std::uint8_t {
  unknown,
  heavy,          ///< takes it from its pool
  light_on_held,  ///< leaves it there, with other held values
  light,          ///< leaves it there, with other hazards
  lightest        ///< leaves it there, with the same hazards
};

/// What a pool finds out about an element once it fires there.
struct ElementNotes {
  std::shared_ptr<const program::FiringProgram> firing;  ///< null until first needed
  Weight weight = Weight::unknown;
  // Of a firing that leaves the lane where it is:
  LightReading reading;                         ///< what to read after it
  std::vector<program::MovingVariable> inputs;  ///< what moves and is read by it
  /// Clocks that may need a new draw: its own, and those that states of a chain share which it moves.
  std::vector<const program::ActiveClock*> renewed;
  std::shared_ptr<const program::HeldCode>
      held;  ///< what it changes in the held columns; null: nothing
  /// First fields of the record's cache lines that it touches; empty until first needed.
  std::vector<std::uint32_t> lines;
};

class Pool {
 public:
  Pool(std::shared_ptr<const program::StateProgram> program, const outcome::Plan& plan,
       const model::Model& model);

  const program::StateProgram& program() const { return *program_; }
  const Watch& watch() const { return watch_; }
  std::size_t size() const { return size_; }
  /// The most lanes that it has held.
  std::size_t peak() const { return peak_; }
  std::size_t tile_count() const { return (size_ + tile_lanes - 1) / tile_lanes; }
  Tile& tile(std::size_t t) { return tiles_[t]; }
  Tile& tile_of(std::size_t position) { return tiles_[position / tile_lanes]; }
  LanePlace place(std::size_t position) {
    return {tile_of(position).columns.data() + position % tile_lanes};
  }
  double& at(std::size_t position, std::size_t column) { return place(position).at(column); }
  Slot slot_at(std::size_t position) { return tile_of(position).slots[position % tile_lanes]; }

  /// Adds a lane with unset columns, in a gap if there is one; returns its position.
  std::size_t add(Slot slot, std::uint64_t path);
  /// Takes a lane away. Its place stays empty until a lane is added or the gaps are closed.
  void vacate(std::size_t position);
  bool has_gaps() const { return !gaps_.empty(); }
  /// Moves the last lanes into the gaps, each reported as moved(slot, position).
  template <class Moved>
  void close_gaps(Moved moved) {
    for (const std::size_t gap : gaps_) {
      drop_empty_end();
      if (gap >= size_) continue;
      moved(move_last_to(gap), gap);
    }
    gaps_.clear();
    drop_empty_end();
  }

  /// Those of the step that was set.
  double* scalars() {
    return scalars_.data() + (step_ - first_step_) * program_->scalars().slot_count();
  }
  void set_step(std::size_t k, const program::Grid& grid);

  ElementNotes& notes(program::ElementId element) { return notes_[element]; }
  const ElementNotes& notes(program::ElementId element) const { return notes_[element]; }
  /// Column of a variable, or -1 where it does not move.
  std::ptrdiff_t moving_column(std::size_t variable) const { return moving_columns_[variable]; }

  std::vector<Slot> pending;  ///< lanes with a sub-interval to go
  /// When all lanes that were there have been read last.
  double read_until = -std::numeric_limits<double>::infinity();
  /// What is held of variables that move elsewhere but not here; null until first needed.
  std::shared_ptr<const program::HeldCode> standing;
  /// What is held and changed by any firing that leaves a lane where it is; null until needed.
  std::shared_ptr<const program::HeldCode> held_of_light;
  /// While lanes are brought together, by element and, behind these, for the lanes of all: see Block::group_number.
  std::vector<std::uint32_t> groups;
  static constexpr std::uint32_t no_group = 0xffffffff;
  /// See Burst::plan_of; null until first needed.
  std::unique_ptr<const BurstPlan> burst;

 private:
  void drop_empty_end();
  Slot move_last_to(std::size_t position);

  std::shared_ptr<const program::StateProgram> program_;
  Watch watch_;
  std::vector<ElementNotes> notes_;
  std::vector<std::ptrdiff_t> moving_columns_;
  std::vector<Tile> tiles_;
  std::vector<std::size_t> gaps_;
  std::size_t size_ = 0;  ///< gaps included
  std::size_t peak_ = 0;
  Buffer<double> scalars_;      ///< of a few steps at a time, a row each
  Buffer<double> scalar_room_;  ///< where they are worked out
  std::size_t step_, first_step_;
};

}  // namespace detente::engine
