#pragma once

/// Lanes that fire again and again within a step. Where nothing moves but at firings and no firing takes a lane from its
/// pool (populations, marked point processes), the lanes stay in scratch columns from one firing to the next, up to the
/// step's end. The numbers are those of light.cpp and sub_step.cpp to the last bit.

#include <array>

#include "detente/engine/block.hpp"

namespace detente::engine {

class Burst {
 public:
  Burst(Block& block, Pool& pool);

  /// Takes the lanes in Block::light_ to the step's end.
  void run();

  /// What the pool's lanes need, worked out when first asked for.
  static const BurstPlan& plan_of(Block& block, Pool& pool);

 private:
  double* column(std::size_t c) { return scratch_.columns.data() + c * column_stride; }

  void load(const Block::LightFired& fired);
  void store(std::size_t i);
  void store_fields(std::size_t i);
  void remove(std::size_t i);
  void finish(std::size_t i);
  void stop(std::size_t next);

  void fire();
  void fire_element(std::size_t j);
  void gather_inputs(const BurstPlan::Element& element);
  void draw(double* out, const BurstPlan::Element& element, std::uint32_t stream, bool is_clock);
  void apply(const BurstPlan::Element& element, const program::Frame& frame);
  std::size_t part_sound(const BurstPlan::Element& element, const program::Frame& frame,
                         std::array<std::uint32_t, tile_lanes>& rows);
  void load_held();
  void read_now(const BurstPlan::Element& element);
  void read_finished();
  bool is_read(const BurstPlan::Element& element) const;
  bool can_wait(const BurstPlan::Element& element) const;

  void go_on();
  void finish_rested();
  void run_sub_code();
  void find_next();
  void burn();
  void fail_unsound(std::size_t i);

  Block& block_;
  Pool& pool_;
  const program::StateProgram& state_;
  const BurstPlan& plan_;
  BurstScratch& scratch_;
  std::size_t n_ = 0;  ///< lanes at work
};

}  // namespace detente::engine
