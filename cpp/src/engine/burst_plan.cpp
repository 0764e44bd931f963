// What a pool needs for its lanes to fire again and again in scratch columns.

#include <algorithm>

#include "engine/burst.hpp"

namespace detente::engine {

using program::Leaf;
using program::LeafKind;
using program::Operand;
using program::RecordCode;

namespace {

/// Gives fields of the record their columns.
class Columns {
 public:
  explicit Columns(BurstPlan& plan) : plan_(plan) {}

  std::size_t of_field(std::uint32_t field) {
    const auto found = std::find(plan_.fields.begin(), plan_.fields.end(), field);
    const auto k = static_cast<std::size_t>(found - plan_.fields.begin());
    if (found == plan_.fields.end()) plan_.fields.push_back(field);
    return plan_.first_field + k;
  }
  /// False where an input is of another kind than a firing's.
  bool of_inputs(const RecordCode& code, std::vector<std::size_t>& columns) {
    for (const Leaf& leaf : code.inputs()) {
      switch (leaf.kind) {
        case LeafKind::field:
        case LeafKind::moving_field:
          columns.push_back(of_field(leaf.index));
          break;
        case LeafKind::now:
          columns.push_back(plan_.now);
          break;
        case LeafKind::mark_normal:
        case LeafKind::mark_uniform:
          columns.push_back(BurstPlan::drawn);
          break;
        default:
          return false;
      }
    }
    return true;
  }

 private:
  BurstPlan& plan_;
};

bool contains(const std::vector<std::size_t>& columns, std::size_t column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

bool moves_chain(const program::Program& program, program::ElementId element) {
  if (program.is_transition(element)) return true;
  const std::uint32_t event = element - program.layout().transition_count();
  return !program.model().events[event].effects.moves.empty();
}

/// Whether a firing's guard and probability are 1 by state.
bool is_certain(const program::FiringProgram& firing) {
  const std::vector<Operand>& outputs = firing.code.code().outputs();
  return std::all_of(outputs.begin(), outputs.begin() + 2, [&firing](Operand output) {
    return output.kind == Operand::Kind::scalar &&
           firing.code.scalars().constant(output.index) == 1.0;
  });
}

}  // namespace

const BurstPlan& Burst::plan_of(Block& block, Pool& pool) {
  if (pool.burst != nullptr) return *pool.burst;
  auto made = std::make_unique<BurstPlan>();
  BurstPlan& plan = *made;
  pool.burst = std::move(made);
  const program::StateProgram& state = pool.program();
  const program::Layout& layout = block.layout_;
  if (block.options_.observer != nullptr || block.options_.factors != nullptr ||
      !state.variables().empty() || !state.stepped_signals().empty() ||
      state.baseline_count() > 0) {
    return plan;
  }
  plan.now = state.column_count();
  plan.first_field = plan.now + 1;
  Columns columns(plan);
  for (const program::ActiveClock& clock : state.clocks()) {
    const Weight weight = block.weight_of(pool, clock.element);
    if (weight == Weight::heavy || moves_chain(block.program_, clock.element)) return plan;
    BurstPlan::Element element;
    element.id = clock.element;
    element.firing = pool.notes(clock.element).firing;
    element.changes_held = weight == Weight::light_on_held;
    element.keeps_rates = weight == Weight::lightest;
    if (!is_certain(*element.firing)) return plan;
    if (!columns.of_inputs(element.firing->code, element.inputs)) return plan;
    for (const std::uint32_t variable : element.firing->assigned) {
      element.assigned.push_back(columns.of_field(layout.variable(variable)));
    }
    element.firings = columns.of_field(layout.firings(clock.element));
    element.count = columns.of_field(layout.count(clock.element));
    plan.has_rests = plan.has_rests || element.keeps_rates;
    plan.has_held = plan.has_held || element.changes_held;
    plan.elements.push_back(std::move(element));
  }
  // Held values that follow the moment of an arrival are for those alone whose firing changes them.
  if (!columns.of_inputs(state.arrival().code, plan.arrival_inputs)) return plan;
  if (contains(plan.arrival_inputs, plan.now)) return plan;
  plan.first_rest = plan.first_field + plan.fields.size();
  plan.column_count = plan.first_rest + plan.elements.size();
  plan.used.assign(state.sub_columns().begin(), state.sub_columns().end());
  for (const std::uint16_t held : state.arrival().columns) {
    if (!contains(plan.used, held)) plan.used.push_back(held);
  }
  plan.n_pool_columns = plan.used.size();
  for (std::size_t c = plan.now; c < plan.column_count; ++c) plan.used.push_back(c);
  plan.fits = true;
  return plan;
}

}  // namespace detente::engine
