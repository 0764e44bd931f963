#include "detente/program/record_code.hpp"

#include <algorithm>
#include <limits>

namespace detente::program {

namespace {

bool is_one_of(const Leaf& leaf, const std::vector<std::uint32_t>& fields) {
  const bool is_field = leaf.kind == LeafKind::field || leaf.kind == LeafKind::moving_field;
  return is_field && std::find(fields.begin(), fields.end(), leaf.index) != fields.end();
}

}  // namespace

void ScalarBank::build(const Graph& graph, const std::vector<NodeId>& outputs, Places& places,
                       Part which) {
  Contents& part = parts_[static_cast<std::size_t>(which)];
  auto slot_count = static_cast<std::uint16_t>(constants_.size());
  std::vector<NodeId> wanted;
  for (const NodeId id : reach(graph, outputs).scalars) {
    if (!places.contains(id)) wanted.push_back(id);
  }
  // Leaves of the scalar part: constants and scalars of the step.
  std::vector<std::pair<std::uint16_t, double>> constants;
  std::vector<NodeId> stack = wanted;
  while (!stack.empty()) {
    const NodeId id = stack.back();
    stack.pop_back();
    if (places.contains(id)) continue;
    const Node& node = graph[id];
    const Operand slot{Operand::Kind::scalar, slot_count};
    if (node.op == Op::constant) {
      places[id] = slot;
      constants.emplace_back(slot_count++, node.value);
    } else if (node.op == Op::leaf) {
      places[id] = slot;
      part.inputs.push_back({slot_count++, node.leaf.index});
    } else {
      const int n = arity(node.op);
      stack.push_back(node.a);
      if (n >= 2) stack.push_back(node.b);
      if (n >= 3) stack.push_back(node.c);
    }
  }
  part.code = build_scalar_code(graph, wanted, places, slot_count);
  constants_.resize(slot_count, 0.0);
  constants_.shrink_to_fit();
  for (const auto& [slot, value] : constants) constants_[slot] = value;
  for (const Input& input : part.inputs) {
    constants_[input.slot] = std::numeric_limits<double>::quiet_NaN();  // no step has been set
    part.changing.push_back(input.slot);
  }
  // Of constants alone nothing is computed: the graph folds them.
  for (const Instruction& instruction : part.code.instructions()) {
    part.changing.push_back(instruction.out.index);
  }
  part.changing.shrink_to_fit();
}

std::optional<double> ScalarBank::constant(std::uint16_t slot) const {
  const bool is_changing = std::any_of(parts_.begin(), parts_.end(), [slot](const Contents& part) {
    return std::find(part.changing.begin(), part.changing.end(), slot) != part.changing.end();
  });
  if (is_changing) return std::nullopt;
  return constants_[slot];
}

void ScalarBank::initialise(double* room) const {
  for (const double value : constants_) {
    std::fill_n(room, kernel::lane_quantum, value);
    room += kernel::lane_quantum;
  }
}

void ScalarBank::set_step(double* scalars, const double* step, double* room) const {
  initialise(room);
  for (const Input& input : part(Part::usual).inputs) {
    std::fill_n(room + input.slot * kernel::lane_quantum, kernel::lane_quantum, step[input.scalar]);
  }
  compute(part(Part::usual), room);
  for (std::size_t s = 0; s < slot_count(); ++s) scalars[s] = room[s * kernel::lane_quantum];
}

void ScalarBank::set_steps(double* rows, const Grid& grid, std::size_t k, double* room) const {
  const std::size_t last = grid.points.size() - 1;
  bool all_regular = true;
  for (std::size_t step = k; step < k + kernel::lane_quantum; ++step) {
    const double length = grid.step(std::min(step, last))[StepScalar::length];
    all_regular = all_regular && length == grid.regular_length;
  }
  set_steps(part(Part::usual), rows, grid, k, room);
  if (!all_regular) set_steps(part(Part::irregular), rows, grid, k, room);
}

void ScalarBank::set_steps(const Contents& part, double* rows, const Grid& grid, std::size_t k,
                           double* room) const {
  constexpr std::size_t n = kernel::lane_quantum;
  const std::size_t last = grid.points.size() - 1;
  for (std::size_t lane = 0; lane < n; ++lane) {
    const double* step = grid.step(std::min(k + lane, last));
    for (const Input& input : part.inputs) room[input.slot * n + lane] = step[input.scalar];
  }
  compute(part, room);
  for (const std::uint16_t slot : part.changing) {
    for (std::size_t lane = 0; lane < n; ++lane) {
      rows[lane * constants_.size() + slot] = room[slot * n + lane];
    }
  }
}

// A slot is a column of one quantum of lanes, all alike or a step each.
void ScalarBank::compute(const Contents& part, double* room) {
  Frame frame;
  frame.place(Operand::Kind::quantum, room);
  frame.n = kernel::lane_quantum;
  part.code.run(frame);
}

RecordCode::RecordCode(const Graph& graph, const std::vector<NodeId>& outputs) {
  Places places;
  bank_.build(graph, outputs, places);
  for (const NodeId id : reach(graph, outputs).leaves) {
    places[id] = {Operand::Kind::column, static_cast<std::uint16_t>(inputs_.size())};
    inputs_.push_back(graph[id].leaf);
  }
  code_ = build_code(graph, outputs, places);
  find_whether_constant();
}

void RecordCode::find_whether_constant() {
  is_constant_ = inputs_.empty() && code_.instructions().empty() && !bank_.follows_step();
}

std::vector<bool> RecordCode::outputs_reading(const std::vector<std::uint32_t>& fields) const {
  std::vector<bool> columns;
  for (const Leaf& leaf : inputs_) columns.push_back(is_one_of(leaf, fields));
  return code_.outputs_reading(columns);
}

bool RecordCode::reads_any(const std::vector<std::uint32_t>& fields) const {
  return std::any_of(inputs_.begin(), inputs_.end(),
                     [&fields](const Leaf& leaf) { return is_one_of(leaf, fields); });
}

RecordCode RecordCode::restricted_to(const std::vector<std::size_t>& outputs) const {
  RecordCode code;
  std::vector<std::uint16_t> columns;
  code.code_ = code_.restricted_to(outputs, columns);
  code.bank_ = bank_;
  for (const std::uint16_t column : columns) code.inputs_.push_back(inputs_[column]);
  code.find_whether_constant();
  return code;
}

}  // namespace detente::program
