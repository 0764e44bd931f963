#include "detente/program/code.hpp"

#include <algorithm>
#include <array>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <optional>

#include "detente/kernel/dispatch.hpp"

namespace detente::program {

namespace {

using boost_policy = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>>;

double beta_quantile_of(double u, double alpha, double beta) {
  if (!(alpha > 0.0) || !(beta > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return boost::math::ibeta_inv(alpha, beta, u, boost_policy());
}

double gamma_cumulative_of(double age, double shape, double rate) {
  if (!(shape > 0.0) || !(rate > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  if (age <= 0.0) return 0.0;
  return -std::log(boost::math::gamma_q(shape, rate * age, boost_policy()));
}

template <double (*function)(double, double, double)>
void lane_by_lane(double* out, const double* a, const double* b, const double* c, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = function(a[i], b[i], c[i]);
}

void splat(double* out, const double* a, const double*, const double*, std::size_t n) {
  const double value = a[0];
  for (std::size_t i = 0; i < n; ++i) out[i] = value;
}

enum class Shape : std::uint8_t { vv, vs, sv };

kernel::ColumnFunction function_of(Op op, Shape shape) {
  const auto& table = kernel::active().column;
  const auto at = [&table](kernel::Operation operation) {
    return table[static_cast<std::size_t>(operation)];
  };
  switch (op) {
#define DETENTE_UNARY(name) \
  case Op::name:            \
    return at(kernel::Operation::name);
#define DETENTE_BINARY(name)                                      \
  case Op::name:                                                  \
    return at(shape == Shape::vv   ? kernel::Operation::name##_vv \
              : shape == Shape::vs ? kernel::Operation::name##_vs \
                                   : kernel::Operation::name##_sv);
#define DETENTE_TERNARY(name) \
  case Op::name:              \
    return at(kernel::Operation::name);
#include "detente/kernel/operations.def"
    case Op::beta_quantile:
      return &lane_by_lane<beta_quantile_of>;
    case Op::gamma_cumulative:
      return &lane_by_lane<gamma_cumulative_of>;
    case Op::constant:
    case Op::leaf:
      break;
  }
  return nullptr;
}

bool is_product(const Instruction& instruction) {
  return instruction.function == function_of(Op::mul, Shape::vv) ||
         instruction.function == function_of(Op::mul, Shape::vs) ||
         instruction.function == function_of(Op::mul, Shape::sv);
}

/// c exp(a b) as one instruction, where three in a row make it and keep nothing else. Hazards are like that.
std::optional<Instruction> growth_of(const Instruction& product, const Instruction& exp,
                                     const Instruction& scaling) {
  const Operand between = product.out;
  const bool is_exp = exp.function == function_of(Op::exp, Shape::vv) && exp.a == between;
  if (!is_exp || !is_product(product) || !is_product(scaling)) return std::nullopt;
  const bool is_first = scaling.a == between, is_second = scaling.b == between;
  if (exp.out != between || scaling.out != between || is_first == is_second) return std::nullopt;
  Instruction growth{nullptr, between, product.a, product.b, is_first ? scaling.b : scaling.a};
  if (growth.a.kind == Operand::Kind::scalar) std::swap(growth.a, growth.b);
  const bool has_one_b = growth.b.kind == Operand::Kind::scalar;
  const bool has_one_c = growth.c.kind == Operand::Kind::scalar;
  const Op op = has_one_b ? (has_one_c ? Op::growth_bc : Op::growth_b)
                          : (has_one_c ? Op::growth_c : Op::growth);
  growth.function = function_of(op, Shape::vv);
  return growth;
}

/// Nodes below `outputs` that have no place yet, operands first.
std::vector<NodeId> in_order(const Graph& graph, const std::vector<NodeId>& outputs,
                             const Places& places) {
  std::vector<std::uint8_t> seen(graph.size(), 0);
  std::vector<NodeId> order;
  std::vector<std::pair<NodeId, int>> stack;
  for (const NodeId output : outputs) {
    stack.emplace_back(output, 0);
    while (!stack.empty()) {
      auto& [id, next] = stack.back();
      const Node& node = graph[id];
      if (next == 0 && (seen[id] != 0 || places.contains(id))) {
        stack.pop_back();
        continue;
      }
      if (next < arity(node.op)) {
        const NodeId operand = next == 0 ? node.a : next == 1 ? node.b : node.c;
        ++next;
        if (seen[operand] == 0 && !places.contains(operand)) stack.emplace_back(operand, 0);
        continue;
      }
      if (seen[id] == 0) {
        seen[id] = 1;
        order.push_back(id);
      }
      stack.pop_back();
    }
  }
  return order;
}

}  // namespace

void Code::run(const Frame& frame) const {
  for (const Instruction& i : instructions_) {
    i.function(frame.at(i.out), frame.at(i.a), frame.at(i.b), frame.at(i.c), frame.n);
  }
}

std::vector<bool> Code::outputs_reading(const std::vector<bool>& columns) const {
  std::vector<bool> registers(register_count_, false);
  const auto reads = [&](Operand operand) {
    return (operand.kind == Operand::Kind::column && columns[operand.index]) ||
           (operand.kind == Operand::Kind::reg && registers[operand.index]);
  };
  for (const Instruction& i : instructions_) {
    registers[i.out.index] = reads(i.a) || reads(i.b) || reads(i.c);
  }
  std::vector<bool> found;
  for (const Operand output : outputs_) found.push_back(reads(output));
  return found;
}

// Backwards, an instruction is needed where somebody after it reads what it writes.
Code Code::restricted_to(const std::vector<std::size_t>& outputs,
                         std::vector<std::uint16_t>& columns) const {
  Code code;
  code.register_count_ = register_count_;
  const auto renumbered = [&columns](Operand operand) {
    if (operand.kind != Operand::Kind::column) return operand;
    const auto known = std::find(columns.begin(), columns.end(), operand.index);
    const auto number = static_cast<std::uint16_t>(known - columns.begin());
    if (known == columns.end()) columns.push_back(operand.index);
    return Operand{Operand::Kind::column, number};
  };
  std::vector<bool> is_wanted(register_count_, false);
  const auto want = [&is_wanted](Operand operand) {
    if (operand.kind == Operand::Kind::reg) is_wanted[operand.index] = true;
  };
  for (const std::size_t k : outputs) {
    want(outputs_[k]);
    code.outputs_.push_back(renumbered(outputs_[k]));
  }
  for (auto i = instructions_.rbegin(); i != instructions_.rend(); ++i) {
    if (!is_wanted[i->out.index]) continue;
    is_wanted[i->out.index] = false;
    for (const Operand operand : {i->a, i->b, i->c}) want(operand);
    code.instructions_.push_back(
        {i->function, i->out, renumbered(i->a), renumbered(i->b), renumbered(i->c)});
  }
  std::reverse(code.instructions_.begin(), code.instructions_.end());
  return code;
}

/// Chooses functions and registers.
class CodeBuilder {
 public:
  CodeBuilder(const Graph& graph, const Places& places) : graph_(graph), places_(places) {}

  Code build(const std::vector<NodeId>& outputs) {
    const std::vector<NodeId> order = in_order(graph_, outputs, places_);
    count_readers(order, outputs);
    for (const NodeId id : order) emit(id);
    join_growths();
    for (const NodeId id : outputs) code_.outputs_.push_back(places_.at(id));
    code_.instructions_.shrink_to_fit();
    return std::move(code_);
  }

  /// Every node keeps a scalar slot of its own.
  Code build_scalar(const std::vector<NodeId>& outputs, Places& places, std::uint16_t& slot_count) {
    for (const NodeId id : in_order(graph_, outputs, places)) {
      const Node& node = graph_[id];
      const int n = arity(node.op);
      const Operand a = places.at(node.a);
      const Operand b = n >= 2 ? places.at(node.b) : a;
      const Operand c = n >= 3 ? places.at(node.c) : a;
      const Operand out{Operand::Kind::scalar, slot_count++};
      code_.instructions_.push_back({function_of(node.op, Shape::vv), as_quantum(out),
                                     as_quantum(a), as_quantum(b), as_quantum(c)});
      places[id] = out;
    }
    for (const NodeId id : outputs) code_.outputs_.push_back(places.at(id));
    code_.instructions_.shrink_to_fit();
    return std::move(code_);
  }

  void count_readers(const std::vector<NodeId>& order, const std::vector<NodeId>& outputs) {
    readers_.assign(graph_.size(), 0);
    for (const NodeId id : outputs) readers_[id] += 1;  // kept to the end
    for (const NodeId id : order) {
      const Node& node = graph_[id];
      const int n = arity(node.op);
      if (n >= 1) readers_[node.a] += 1;
      if (n >= 2) readers_[node.b] += 1;
      if (n >= 3) readers_[node.c] += 1;
    }
  }

 private:
  static Operand as_quantum(const Operand& slot) { return {Operand::Kind::quantum, slot.index}; }

  void join_growths() {
    const std::vector<Instruction> apart = std::move(code_.instructions_);
    code_.instructions_.clear();
    for (std::size_t i = 0; i < apart.size(); ++i) {
      std::optional<Instruction> growth;
      if (i + 2 < apart.size()) growth = growth_of(apart[i], apart[i + 1], apart[i + 2]);
      code_.instructions_.push_back(growth.value_or(apart[i]));
      if (growth) i += 2;
    }
  }

  std::uint16_t take_register() {
    if (!free_.empty()) {
      const std::uint16_t index = free_.back();
      free_.pop_back();
      return index;
    }
    return code_.register_count_++;
  }

  void release(NodeId id) {
    if (--readers_[id] > 0) return;
    const Operand place = places_.at(id);
    if (place.kind == Operand::Kind::reg) free_.push_back(place.index);
  }

  Operand as_column(Operand operand, std::vector<std::uint16_t>& borrowed) {
    if (operand.kind != Operand::Kind::scalar) return operand;
    const Operand out{Operand::Kind::reg, take_register()};
    code_.instructions_.push_back({&splat, out, operand, operand, operand});
    borrowed.push_back(out.index);
    return out;
  }

  void emit(NodeId id) {
    const Node& node = graph_[id];
    const int n = arity(node.op);
    Instruction instruction;
    std::vector<std::uint16_t> borrowed;
    Operand a = places_.at(node.a);
    Operand b = n >= 2 ? places_.at(node.b) : a;
    Operand c = n >= 3 ? places_.at(node.c) : a;
    Shape shape = Shape::vv;
    const auto scalar = Operand::Kind::scalar;
    Op op = node.op;
    if (op == Op::multiply_add && a.kind != scalar && b.kind == scalar) {
      op = c.kind == scalar ? Op::scale_shift : Op::scale_add;
    } else if (op == Op::select && a.kind != scalar) {
      op = b.kind == scalar ? (c.kind == scalar ? Op::select_bc : Op::select_b)
                            : (c.kind == scalar ? Op::select_c : Op::select);
    } else if (n == 2 && a.kind == scalar && b.kind != scalar) {
      shape = Shape::sv;
    } else if (n == 2 && b.kind == scalar && a.kind != scalar) {
      shape = Shape::vs;
    } else {
      a = as_column(a, borrowed);
      b = n >= 2 ? as_column(b, borrowed) : a;
      c = n >= 3 ? as_column(c, borrowed) : a;
    }
    release(node.a);
    if (n >= 2) release(node.b);
    if (n >= 3) release(node.c);
    instruction.a = a;
    instruction.b = b;
    instruction.c = c;
    instruction.out = {Operand::Kind::reg, take_register()};
    instruction.function = function_of(op, shape);
    code_.instructions_.push_back(instruction);
    places_[id] = instruction.out;
    free_.insert(free_.end(), borrowed.begin(), borrowed.end());
  }

  const Graph& graph_;
  Places places_;
  std::vector<std::uint32_t> readers_;
  std::vector<std::uint16_t> free_;
  Code code_;
};

Code build_code(const Graph& graph, const std::vector<NodeId>& outputs, const Places& places) {
  return CodeBuilder(graph, places).build(outputs);
}

Code build_scalar_code(const Graph& graph, const std::vector<NodeId>& outputs, Places& places,
                       std::uint16_t& slot_count) {
  return CodeBuilder(graph, places).build_scalar(outputs, places, slot_count);
}

double evaluate_once(Op op, double a, double b, double c) {
  constexpr std::size_t n = kernel::lane_quantum;
  struct alignas(kernel::alignment) Quantum {
    std::array<double, n> lane;
  };
  Quantum x, y, z, out;
  x.lane.fill(a);
  y.lane.fill(b);
  z.lane.fill(c);
  function_of(op, Shape::vv)(out.lane.data(), x.lane.data(), y.lane.data(), z.lane.data(), n);
  return out.lane[0];
}

NamedFunction named_function(kernel::ColumnFunction function) {
  if (function == &splat) return {"spread", 1};
  for (const Op op : {Op::growth, Op::growth_b, Op::growth_c, Op::growth_bc}) {
    if (function == function_of(op, Shape::vv)) return {"growth", 3};
  }
  for (const Op op : {Op::select, Op::select_b, Op::select_c, Op::select_bc}) {
    if (function == function_of(op, Shape::vv)) return {"select", 3};
  }
  for (const Op op : {Op::multiply_add, Op::scale_add, Op::scale_shift}) {
    if (function == function_of(op, Shape::vv)) return {"multiply_add", 3};
  }
#define DETENTE_UNARY(name) \
  if (function == function_of(Op::name, Shape::vv)) return {#name, 1};
#define DETENTE_BINARY(name)                                         \
  for (const Shape shape : {Shape::vv, Shape::vs, Shape::sv}) {      \
    if (function == function_of(Op::name, shape)) return {#name, 2}; \
  }
#define DETENTE_TERNARY(name) \
  if (function == function_of(Op::name, Shape::vv)) return {#name, 3};
#include "detente/kernel/operations.def"
  if (function == function_of(Op::beta_quantile, Shape::vv)) return {"beta_quantile", 3};
  return {"gamma_cumulative", 3};
}

}  // namespace detente::program
