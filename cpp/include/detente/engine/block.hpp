#pragma once

/// A block of paths advanced together under one policy, from the start to the horizon and through the run-off.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "detente/engine/block_scratch.hpp"
#include "detente/engine/carried_noise.hpp"
#include "detente/engine/groups.hpp"
#include "detente/engine/pool.hpp"
#include "detente/engine/stop_signal.hpp"
#include "detente/engine/task.hpp"
#include "detente/outcome/plan.hpp"
#include "detente/program/baseline.hpp"
#include "detente/program/factors.hpp"
#include "detente/program/program.hpp"

namespace detente::engine {

/// A path that cannot go on.
struct Failure {
  enum class Kind : std::uint8_t {
    hazard,       ///< negative or NaN
    weight,       ///< branch weights negative, NaN or all zero
    probability,  ///< outside [0, 1]
    assignment,   ///< an effect gave NaN or infinity
    outcome,      ///< a reading is NaN
    cascade,      ///< firings without end
  } kind = Kind::hazard;
  std::uint64_t path = 0;
  double time = 0.0;
  program::ElementId element = 0;
  std::uint32_t item = 0;  ///< variable, chain or outcome concerned
  double value = 0.0;
  std::vector<double> record;  ///< the path's fields at that moment
  program::JointState state;
};

/// A firing that moved a chain, and what it left behind.
struct ChainMove {
  Slot slot;
  program::ElementId element;
  double time;
  std::uint8_t from, to;
};

/// What a block found out, by path.
struct BlockResult {
  std::size_t n = 0;
  std::vector<double> outcomes;              ///< [outcome][path]
  std::vector<outcome::Standing> standings;  ///< [outcome][path]
  std::vector<double> utility;               ///< [path]; empty without a utility
  std::vector<std::uint64_t> occupancy;      ///< [chain state over all chains][report date]
  std::size_t n_kept = 0;                    ///< first paths whose histories are kept
  std::vector<double> values;                ///< [variable][report date][kept path]
  std::vector<std::int8_t> states;           ///< [chain][report date][kept path]
  /// [factor][report date][path]; NaN where the path is not at risk, infinite where a factor has no logarithm.
  std::vector<double> log_factors;
  std::vector<ChainMove> moves;           ///< of the chain that is inspected, in the order of work
  std::vector<double> moved_values;       ///< [move][variable], just after the firing
  std::vector<std::int8_t> moved_states;  ///< [move][chain], just after the firing
  std::optional<Failure> failure;         ///< of the lowest path that failed
  bool stopped = false;
};

/// Takes the values of the variables at a report date, of n paths in any order: variable v has values[v * stride + i].
class BandSink {
 public:
  virtual ~BandSink() = default;
  virtual void add(std::size_t date, const double* values, std::size_t stride, std::size_t n) = 0;
};

/// Sees what a single path does (trace).
class Observer {
 public:
  virtual ~Observer() = default;
  struct Competitor {
    program::ElementId element;
    double hazard;
    double clock_left;
  };
  virtual void crossing(double time, program::ElementId element,
                        const std::vector<Competitor>& competitors) = 0;
  virtual void fired(double time, program::ElementId element, const double* before,
                     const double* after) = 0;
  virtual void grid_point(double time, const double* record) = 0;
};

class Stretch;
class Burst;

class Block {
 public:
  struct Options {
    std::uint64_t first_path = 0;
    std::size_t n = 0;
    std::uint64_t seed_key = 0;
    const double* parameters = nullptr;  ///< [parameter][path], `parameter_stride` apart
    std::size_t parameter_stride = 0;
    std::size_t n_kept = 0;  ///< so many first paths keep their histories
    BandSink* bands = nullptr;
    Buffer<double>* room =
        nullptr;  ///< for the records, from block to block; null: memory of its own
    StopSignal* stop = nullptr;
    Observer* observer = nullptr;
    const program::FactorProbe* factors =
        nullptr;  ///< read at the report dates, and moves of their chain
  };
  Block(const Task& task, const Options& options);

  BlockResult run();

  /// The pools that the lanes have been in; of very many only those that still have some.
  const std::vector<std::unique_ptr<Pool>>& pools() const { return pools_; }

 private:
  friend class Burst;

  bool is_stopped() const { return options_.stop != nullptr && options_.stop->look(); }

  /// A path that fires more often than this within one step will not come to an end.
  static constexpr std::uint32_t most_firings_in_step = 100'000;
  static constexpr std::size_t least_pools = 256;
  static constexpr std::size_t quad_steps =
      CarriedNoise::phases + 1;  ///< that one Philox block has normals for
  struct Fired {
    Slot slot;
    program::ElementId element;
  };
  /// Lanes that are brought together: of a joint state, where they fire of one element.
  struct Group {
    Pool* pool;
    program::ElementId element;
  };
  struct LightFired {
    Slot slot;
    program::ElementId element;
    std::size_t
        first_rest;  ///< in rests_, one for each clock; none: the hazards have to be read again
  };
  /// Lanes of one element among those that fire together where they are.
  struct LightGroup {
    program::ElementId element;
    std::size_t from, to;
  };
  static constexpr std::size_t none = ~std::size_t{0};
  static constexpr program::ElementId several_elements = program::no_element - 1;
  struct Touched {
    Slot slot;
    Pool* pool;              ///< where it was when the step began
    std::size_t first_move;  ///< in moves_: one for each variable that moves in that pool
  };
  // block.cpp: start, step, grid points
  double* empty_records();
  void start();
  void grid_point(std::size_t k);
  void fire_dated(std::size_t k, const std::vector<Slot>& slots);
  void fire_dated(std::size_t k, Pool& pool, std::vector<Slot>& leaving);
  void check_triggers(std::size_t k);
  void step(std::size_t k);
  void advance_tile(Pool& pool, Tile& tile, bool regular);
  std::size_t find_crossing(const program::StateProgram& program, const program::Code& code,
                            const program::Frame& frame, Tile& tile);
  std::size_t find_marked(std::size_t count);
  void cross_in_tile(const Stretch& stretch, Pool& pool, Tile& tile, std::size_t n_crossed);
  void keep_moves(const Stretch& stretch, Pool& pool, Tile& tile, std::size_t n_crossed);
  void put_back(const program::StateProgram& program, Tile& tile, std::size_t n_crossed);
  program::Frame frame_of(Pool& pool, Tile& tile);
  void make_noise(Pool& pool, Tile& tile, std::uint32_t quad);
  static void copy_operand(const program::Frame& frame, program::Operand operand, double* out,
                           std::size_t n);

  // readings.cpp: of outcomes and for reports
  void read_stepped(std::size_t k);
  void take_where(kernel::Operation beyond, double* extreme, const double* values, std::size_t n);
  void read_sums(Tile& tile, const Pool& pool, double time, double step,
                 const std::vector<const double*>& values);
  void read_at_dates(std::size_t k);
  void report(std::size_t k);
  double* report_row(std::size_t variable) { return report_values_.data() + variable * options_.n; }
  void report_tile(Pool& pool, Tile& tile, std::size_t first);
  void finish_horizon();
  void drop_closed(double time);
  void collect_outcomes();

  // inspection.cpp: what a transition's hazard is made of, moves of its chain
  void read_factors(std::size_t k);
  bool apply_inspected(program::ElementId element, const program::FiringProgram& firing, Slot slot,
                       std::size_t lane, const program::Frame& frame);

  // fetching.cpp: records into the caches
  void fetch_front(Slot slot) const;
  void fetch_record(Pool& pool, Slot slot, program::ElementId element);
  std::vector<std::uint32_t> lines_of(Pool& pool, program::ElementId element);

  // crossing.cpp: lanes on which a clock runs out
  void find_delays(const Stretch& stretch, std::size_t j, const Slot* slots, std::size_t n);
  void burn_clock(const Stretch& stretch, std::size_t j, const Slot* slots, std::size_t m,
                  double* burnt);
  void find_first_crossings(const Stretch& stretch, const Slot* slots, std::size_t m);
  void burn_to_crossings(const Stretch& stretch, const Slot* slots, std::size_t m, double* left);
  void cross(const Stretch& stretch, Pool& pool, Slot slot, std::size_t x, std::size_t m,
             const double* left);
  void show_crossing(const Stretch& stretch, Slot slot, std::size_t x, std::size_t m,
                     const double* left);
  program::ArgumentColumns load_arguments(const Stretch& stretch, const program::ActiveClock& clock,
                                          const std::uint32_t* chosen, std::size_t n);
  double hazard_after(const Stretch& stretch, std::size_t j, Slot slot, std::size_t lane,
                      double delay);
  double sojourn(Slot slot, const program::ActiveClock& clock) const;

  // sub_step.cpp: lanes that cross within a step
  void resolve_pending();
  void sub_step(Pool& pool, const Slot* slots, std::size_t m);
  void part_crossed(Pool& pool, std::size_t first_fired);
  void fail_at(const Stretch& stretch, std::size_t j, Slot slot, std::size_t lane);
  double limited(std::uint32_t variable, double value) const;
  double moved(std::uint32_t variable, const program::StepMove& move, double value) const;
  std::size_t find_sub_crossings(const Stretch& stretch, std::size_t m);
  void burn_rest(const Stretch& stretch, std::size_t m);
  void age_uncrossed(const Stretch& stretch, std::size_t m);
  void add_increments();
  void add_increments_in_place(const Touched& touched);
  bool add_increments_elsewhere(const Touched& touched);

  // light.cpp: firings that leave a lane where it is
  Weight weight_of(Pool& pool, program::ElementId element) {
    const Weight known = pool.notes(element).weight;
    return known != Weight::unknown ? known : find_weight(pool, element);
  }
  Weight find_weight(Pool& pool, program::ElementId element);
  void find_light_inputs(Pool& pool, program::ElementId element);
  LightReading reading_after(const Pool& pool, program::ElementId element) const;
  void fire_light(Pool& pool);
  void read_light(Pool& pool, program::ElementId element, const Slot* slots, std::size_t m);
  void fire_light(Pool& pool, const LightFired* fired, std::size_t m);
  bool is_read_after(const ElementNotes& notes) const;
  void fire_in_place(Pool& pool);
  void forget_dead();
  void store_moving(Pool& pool, program::ElementId element, Slot slot);
  void load_assigned(Pool& pool);
  void load_changed(Pool& pool);
  const program::HeldCode& held_of_light(Pool& pool) const;
  void renew_clocks(Pool& pool);
  void go_on(Pool& pool, const LightFired& fired);

  // firing.cpp: effects
  void fire(std::vector<Fired>& fired);
  void fire_group(program::ElementId element, Pool& pool, const Slot* slots, std::size_t m);
  void note_firing(Slot slot, program::ElementId element);
  bool apply(program::ElementId element, const program::FiringProgram& firing, Slot slot,
             std::size_t lane, const program::Frame& frame);
  int pick(const double* weights_of_lane, std::size_t n, double u) const;
  void set_variable(Slot slot, std::uint32_t variable, double value);
  void enter(Slot slot, std::uint32_t chain, std::uint8_t state);

  // settling.cpp: readings of what changed, and what they set off
  void settle(std::vector<Slot>& slots, std::vector<Fired>& triggered);
  void settle_all(std::vector<Slot>& slots);
  void settle_group(Pool& pool, const Slot* slots, std::size_t m, std::vector<Fired>& triggered);
  void read(Slot slot, const double* signals);
  void read_signals(const program::StateProgram& state, const Slot* slots, std::size_t m);
  const program::HeldCode& held_of_standing(Pool& pool) const;
  void refresh_stale();

  // arrival.cpp: records to pools and back
  Pool& pool_for(Slot slot);
  void drop_empty_pools();
  program::JointState state_of(Slot slot) const;
  /// Calls visit(pool, slots, count) for the slots of each joint state, which are brought together.
  template <class Visit>
  void by_joint_state(std::vector<Slot>& slots, Visit visit);
  std::uint32_t group_number(Slot slot, program::ElementId element);
  std::uint32_t group_number(Pool& pool, program::ElementId element) {
    std::uint32_t& number = pool.groups[element];
    if (number == Pool::no_group) {
      number = static_cast<std::uint32_t>(groups_.size());
      groups_.push_back({&pool, element});
    }
    return number;
  }
  void forget_groups();
  void arrive(Pool& pool, const Slot* slots, std::size_t m);
  /// The element whose clock it is on a path; none where its chain is in a state that nothing leaves by this clock.
  program::ElementId element_of(const program::ActiveClock& clock, Slot slot) const {
    if (clock.by_state.empty()) return clock.element;
    return clock.by_state[static_cast<std::size_t>(record(slot)[layout_.state(clock.chain)])];
  }
  void draw_clocks();
  void load_clock(const program::ActiveClock& clock, const Slot* slots, const LanePlace* places,
                  std::size_t m);
  void leave(Slot slot);
  void leave_gap(Slot slot);
  void close_all_gaps();
  void close_gaps(Pool& pool);
  void write_back(Slot slot);
  void load_watch(Pool& pool, const Slot* slots, std::size_t m);
  void load_held(const program::HeldCode& held, const Slot* slots, const LanePlace* places,
                 std::size_t m);
  void load_noise(const program::StateProgram& state, const Slot* slots, std::size_t m);
  void store_watch(Pool& pool, Slot slot);
  bool is_decided(std::uint32_t monitor, const double* fields) const;
  void list_slots(Pool& pool, std::vector<Slot>& slots);
  program::Frame run_on_columns(const program::RecordCode& code, std::size_t n);
  program::Frame run_on_records(const program::RecordCode& code, const Slot* slots, std::size_t m,
                                const program::ElementStreams* streams, program::ElementId element);
  void draw(double* out, std::uint32_t stream, const Slot* slots, std::size_t m,
            program::ElementId element);
  void note_draw(std::size_t i, Slot slot, double firings, bool exponential);
  void draw_noted(double* out, std::uint32_t stream, std::size_t m, bool exponential);

  double* record(Slot slot) { return records_ + slot * shape_.size; }
  const double* record(Slot slot) const { return records_ + slot * shape_.size; }
  /// The step whose normals a lane needs next.
  std::size_t next_step() const { return in_step_ ? current_ + 1 : current_; }
  const double* step_scalars() const { return program_.grid().step(current_); }
  void fail(Failure failure, Slot slot);
  void drop(Slot slot);

  const Task& task_;
  const program::Program& program_;
  const program::Layout& layout_;
  const outcome::Plan& plan_;
  const RecordShape& shape_;
  Options options_;
  std::size_t n_chains_, n_variables_;

  Buffer<double> own_records_;
  double* records_;
  std::vector<double> now_;             ///< own time of a slot
  std::vector<std::uint64_t> entered_;  ///< chains entered since the last arrival, as bits
  std::vector<std::uint32_t> firings_in_step_;
  std::vector<program::ElementId> unread_;  ///< of a slot: what has fired since its last reading
  std::vector<Pool*> pool_of_;              ///< null: not in a pool
  std::vector<std::size_t> position_of_;
  std::vector<std::uint8_t> is_alive_;
  std::vector<std::uint64_t> joint_;    ///< number of the joint state of a slot
  std::vector<std::uint64_t> strides_;  ///< of the chains in that number
  std::vector<std::unique_ptr<Pool>> pools_;
  std::unordered_map<std::uint64_t, Pool*> pool_by_joint_;
  /// Empty pools are dropped when there are more than that.
  std::size_t most_pools_ = least_pools;
  std::vector<Touched> touched_;          ///< crossed in the current step
  std::vector<program::StepMove> moves_;  ///< of the step, for the lanes touched
  CarriedNoise carried_noise_;
  std::vector<double> report_values_;           ///< [variable][place], see report_tile
  std::vector<std::uint8_t> is_assigned_only_;  ///< by variable: nothing but effects changes it
  std::vector<std::uint64_t> occupants_;        ///< paths in each state, over all chains
  std::vector<std::size_t> first_state_;        ///< of a chain, among those
  std::size_t n_alive_ = 0;
  std::size_t current_ = 0;  ///< current step, or the one that starts at the current grid point
  bool in_step_ = false;
  bool has_begun_ = false;
  bool in_run_off_ = false;

  // Scratch.
  Groups<Slot> slot_groups_;
  Groups<Fired> fired_groups_;
  Groups<LightFired> light_by_element_;
  std::vector<Group> groups_;
  Pool* last_pool_ = nullptr;  ///< that group_number met, of this joint state
  std::uint64_t last_joint_ = 0;
  std::vector<double> kept_, signals_;
  std::vector<const double*> outputs_;
  std::vector<ClockView> clock_views_;
  std::vector<Slot> changed_, chosen_, arriving_, group_, resolving_;
  Undrawn undrawn_;
  std::vector<Fired> fired_;              ///< crossed, taken from their pools
  std::vector<LightFired> light_;         ///< crossed, to fire where they are
  std::vector<LightGroup> light_groups_;  ///< of the slots in group_
  std::vector<double> rests_;             ///< what their clocks burn in the rest of the step
  CrossingScratch crossing_;
  BurstScratch burst_;
  /// Lanes of pools in which a variable does not move that has moved in the step: see refresh_stale.
  std::vector<Slot> stale_;
  std::vector<std::uint8_t> is_triggered_;
  std::vector<LanePlace> lane_places_;
  Buffer<double> registers_, columns_, code_scalars_, scalar_room_, variates_, splats_;
  std::array<std::uint8_t, tile_lanes / 8> marks_{};  ///< lanes that cross, as bits
  Buffer<std::uint64_t> paths_;
  Buffer<std::uint32_t> indices_, lanes_;

  BlockResult result_;
};

template <class Visit>
void Block::by_joint_state(std::vector<Slot>& slots, Visit visit) {
  const auto all = static_cast<program::ElementId>(program_.model().element_count());
  slot_groups_.sort(slots, [this, all](Slot slot) { return group_number(slot, all); });
  for (std::size_t g = 0; g < slot_groups_.count(); ++g) {
    const std::size_t from = slot_groups_.begin(g);
    visit(*groups_[g].pool, slots.data() + from, slot_groups_.end(g) - from);
  }
  forget_groups();
}

}  // namespace detente::engine
