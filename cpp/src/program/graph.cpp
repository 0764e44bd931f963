#include "detente/program/graph.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>
#include <utility>

#include "detente/program/code.hpp"

namespace detente::program {

namespace {

/// Whether an operation gives 0 or 1 and nothing else.
bool is_truth(Op op) {
  switch (op) {
    case Op::lt:
    case Op::le:
    case Op::gt:
    case Op::ge:
    case Op::eq:
    case Op::ne:
    case Op::logical_not:
    case Op::logical_and:
    case Op::logical_or:
    case Op::step:
      return true;
    default:
      return false;
  }
}

}  // namespace

int arity(Op op) {
  switch (op) {
    case Op::constant:
    case Op::leaf:
      return 0;
#define DETENTE_UNARY(name) case Op::name:
#include "detente/kernel/operations.def"
      return 1;
#define DETENTE_BINARY(name) case Op::name:
#include "detente/kernel/operations.def"
      return 2;
#define DETENTE_TERNARY(name) case Op::name:
#include "detente/kernel/operations.def"
    case Op::beta_quantile:
    case Op::gamma_cumulative:
      return 3;
  }
  return 0;
}

std::size_t Graph::Hash::operator()(const Key& key) const {
  std::uint64_t hash = key.bits;
  const auto mix = [&hash](std::uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;  // 2^64 / golden ratio
    hash ^= hash >> 32;
  };
  mix((std::uint64_t{static_cast<std::uint8_t>(key.op)} << 8) |
      static_cast<std::uint8_t>(key.leaf.kind));
  mix((std::uint64_t{key.leaf.index} << 32) | key.a);
  mix((std::uint64_t{key.b} << 32) | key.c);
  return hash;
}

NodeId Graph::intern(const Node& node, std::uint64_t bits) {
  const Key key{node.op, bits, node.leaf, node.a, node.b, node.c};
  const auto [place, is_new] = known_.try_emplace(key, static_cast<NodeId>(nodes_.size()));
  if (is_new) nodes_.push_back(node);
  return place->second;
}

Graph::Graph() { constant(0.0); }  // node 0 is never a product, see `product`

NodeId Graph::constant(double value) {
  Node node;
  node.value = value;
  return intern(node, std::bit_cast<std::uint64_t>(value));
}

NodeId Graph::leaf(Leaf leaf) {
  Node node;
  node.op = Op::leaf;
  node.leaf = leaf;
  switch (leaf.kind) {
    case LeafKind::step:
      node.rate = Rate::step;
      break;
    case LeafKind::field:
      node.rate = Rate::firing;
      break;
    default:
      node.rate = Rate::lane;
      break;
  }
  return intern(node, 0);
}

// Identities that hold for every IEEE value, signed zeros and roots of minus infinity apart; nothing here may turn NaN
// into a number except where the language says so (a branch not taken, a guard that is false).
NodeId Graph::simplified(Op op, NodeId a, NodeId b, NodeId c, bool& done) {
  done = true;
  switch (op) {
    case Op::copy:
      return a;
    case Op::add:
      if (is_constant(a, 0.0)) return b;
      if (is_constant(b, 0.0)) return a;
      break;
    case Op::sub:
      if (is_constant(b, 0.0)) return a;
      break;
    case Op::mul:
      // A factor that is zero by state or by policy switches its term off.
      if (is_constant(a, 0.0) || is_constant(b, 0.0)) return constant(0.0);
      if (is_constant(a, 1.0)) return b;
      if (is_constant(b, 1.0)) return a;
      break;
    case Op::div:
      if (is_constant(b, 1.0)) return a;
      break;
    case Op::pow:
      if (is_constant(b, 1.0)) return a;
      if (is_constant(b, 2.0)) return apply(Op::square, a);
      if (is_constant(b, 3.0)) return apply(Op::mul, apply(Op::square, a), a);
      if (is_constant(b, 0.5)) return apply(Op::sqrt, a);
      if (is_constant(b, 1.5)) return apply(Op::mul, a, apply(Op::sqrt, a));
      break;
    case Op::logical_and:
      if (is_constant(a, 0.0) || is_constant(b, 0.0)) return constant(0.0);
      if (is_constant(a)) return b;
      if (is_constant(b)) return a;
      break;
    case Op::logical_or:
      if (is_constant(a, 1.0) || is_constant(b, 1.0)) return constant(1.0);
      if (is_constant(a)) return b;
      if (is_constant(b)) return a;
      break;
    case Op::select:
      if (is_constant(a)) return nodes_[a].value != 0.0 ? b : c;
      if (b == c) return b;
      // A number or nothing is a product with a scalar, which takes no columns of constants.
      if (is_constant(c, 0.0) && is_constant(b) && nodes_[b].value > 0.0 &&
          std::isfinite(nodes_[b].value) && is_truth(nodes_[a].op)) {
        return apply(Op::mul, b, a);
      }
      return joined_choices(a, b, c, done);
    default:
      break;
  }
  done = false;
  return 0;
}

// x, else y or x again, is one choice, where the conditions change at firings alone and cost nothing.
NodeId Graph::joined_choices(NodeId condition, NodeId a, NodeId b, bool& done) {
  const Node other = nodes_[b];
  const auto is_held_truth = [this](NodeId id) { return is_held(id) && is_truth(nodes_[id].op); };
  done = other.op == Op::select && !is_slow(b) && (other.b == a || other.c == a) &&
         is_held_truth(condition) && is_held_truth(other.a);
  if (!done) return 0;
  if (other.b == a) return apply(Op::select, apply(Op::logical_or, condition, other.a), a, other.c);
  const NodeId differs = apply(Op::logical_and, other.a, apply(Op::logical_not, condition));
  return apply(Op::select, differs, other.b, a);
}

// A product with its slow factors gathered in front, so that they are multiplied once, not lane by lane. The slow factor
// is the first operand.
NodeId Graph::product(NodeId a, NodeId b) {
  if (is_slow(b) && !is_slow(a)) std::swap(a, b);
  if (is_slow(b)) return 0;
  if (is_slow(a)) {
    if (!is_slow_times_lane(b)) return 0;
    const NodeId slow = nodes_[b].a;
    const std::uint8_t rate = nodes_[a].rate | nodes_[slow].rate;
    if ((rate & Rate::step) != 0 && (rate & Rate::firing) != 0) return 0;
    return apply(Op::mul, apply(Op::mul, a, slow), nodes_[b].b);
  }
  if (is_slow_times_lane(b)) return apply(Op::mul, nodes_[b].a, apply(Op::mul, a, nodes_[b].b));
  if (is_slow_times_lane(a)) return apply(Op::mul, nodes_[a].a, apply(Op::mul, nodes_[a].b, b));
  return 0;
}

// Sums of a product as one fused operation: product.b * product.a + rest. Whether the product is used elsewhere does not
// matter, so that an expression is computed the same way whatever stands beside it.
bool Graph::fused(Op op, NodeId a, NodeId b, NodeId& out) {
  const auto is_lane_product = [this](NodeId id) {
    return nodes_[id].op == Op::mul && !is_slow(id);
  };
  if (op == Op::add && (is_lane_product(a) || is_lane_product(b))) {
    const NodeId product = is_lane_product(a) ? a : b;
    const NodeId rest = is_lane_product(a) ? b : a;
    const NodeId scale = nodes_[product].a;
    const NodeId column = nodes_[product].b;
    out = apply(Op::multiply_add, column, scale, rest);
    return true;
  }
  if (op == Op::sub && is_lane_product(a) && is_slow(b)) {
    out = apply(Op::multiply_add, nodes_[a].b, nodes_[a].a, apply(Op::neg, b));
    return true;
  }
  if (op == Op::sub && is_slow_times_lane(b)) {
    out = apply(Op::multiply_add, nodes_[b].b, apply(Op::neg, nodes_[b].a), a);
    return true;
  }
  return false;
}

NodeId Graph::apply(Op op, NodeId a, NodeId b, NodeId c) {
  bool done = false;
  const NodeId simple = simplified(op, a, b, c, done);
  if (done) return simple;
  if (op == Op::mul && is_slow(b) && !is_slow(a)) std::swap(a, b);
  if (op == Op::mul) {
    const NodeId gathered = product(a, b);
    if (gathered != 0) return gathered;
  }
  NodeId sum = 0;
  if ((op == Op::add || op == Op::sub) && fused(op, a, b, sum)) return sum;
  return operation(op, a, b, c);
}

// The operation as it stands.
NodeId Graph::operation(Op op, NodeId a, NodeId b, NodeId c) {
  const int n = arity(op);
  const bool all_constant =
      is_constant(a) && (n < 2 || is_constant(b)) && (n < 3 || is_constant(c));
  if (all_constant) {
    return constant(evaluate_once(op, nodes_[a].value, n < 2 ? 0.0 : nodes_[b].value,
                                  n < 3 ? 0.0 : nodes_[c].value));
  }
  Node node;
  node.op = op;
  node.a = a;
  node.b = n < 2 ? 0 : b;
  node.c = n < 3 ? 0 : c;
  node.rate = nodes_[a].rate;
  if (n >= 2) node.rate |= nodes_[b].rate;
  if (n >= 3) node.rate |= nodes_[c].rate;
  return intern(node, 0);
}

NodeId Graph::times(NodeId a, NodeId b) {
  const bool is_plain = !is_slow(a) && !is_slow(b);
  return is_plain ? operation(Op::mul, a, b, 0) : apply(Op::mul, a, b);
}

// The node as an operation of the other's kind, where one says the same to the last bit: x is 1 x, and -x is (-1) x; x is x
// where 1 is true, else 0.
Node Graph::written_like(NodeId id, const Node& other) {
  Node node = nodes_[id];
  if (node.op == other.op) return node;
  if (other.op == Op::mul && is_slow(other.a) && !is_slow(id)) {
    const bool is_negated = node.op == Op::neg;
    const NodeId column = is_negated ? node.a : id;
    node = Node();
    node.op = Op::mul;
    node.a = constant(is_negated ? -1.0 : 1.0);
    node.b = column;
  } else if (other.op == Op::select && is_constant(other.c, 0.0)) {
    node = Node();
    node.op = Op::select;
    node.a = constant(1.0);
    node.b = id;
    node.c = other.c;
  }
  return node;
}

// Remembered, since operands may be shared at every level.
NodeId Graph::choose(NodeId condition, NodeId a, NodeId b) {
  if (a == b) return a;
  const std::array<NodeId, 3> key{condition, a, b};
  if (const auto known = choices_.find(key); known != choices_.end()) return known->second;
  const NodeId choice = choice_of(condition, a, b);
  choices_.emplace(key, choice);
  return choice;
}

// Sums, products and choices of what is finite.
bool Graph::is_finite_as_leaves(NodeId id) const {
  std::vector<NodeId> stack{id};
  std::set<NodeId> seen;
  while (!stack.empty()) {
    const NodeId next = stack.back();
    stack.pop_back();
    if (!seen.insert(next).second) continue;
    const Node& node = nodes_[next];
    switch (node.op) {
      case Op::constant:
        if (!std::isfinite(node.value)) return false;
        break;
      case Op::leaf:
        break;
      case Op::neg:
      case Op::abs:
        stack.push_back(node.a);
        break;
      case Op::add:
      case Op::sub:
      case Op::mul:
      case Op::min:
      case Op::max:
        stack.insert(stack.end(), {node.a, node.b});
        break;
      case Op::multiply_add:
        stack.insert(stack.end(), {node.a, node.b, node.c});
        break;
      case Op::select:
        stack.insert(stack.end(), {node.b, node.c});
        break;
      default:
        return false;
    }
  }
  return true;
}

NodeId Graph::guarded(NodeId condition, NodeId value) {
  const NodeId nothing = constant(0.0);
  const Node product = nodes_[value];
  const bool is_growth = product.op == Op::mul && is_slow(product.a) && !is_slow(value) &&
                         nodes_[product.b].op == Op::exp;
  if (!is_growth || !is_slow(condition)) return apply(Op::select, condition, value, nothing);
  Node exponent;
  exponent.op = Op::mul;
  exponent = written_like(nodes_[product.b].a, exponent);
  if (!is_slow(exponent.a) || !is_finite_as_leaves(exponent.b)) {
    return apply(Op::select, condition, value, nothing);
  }
  const NodeId rate = apply(Op::select, condition, exponent.a, nothing);
  const NodeId scale = apply(Op::select, condition, product.a, nothing);
  const NodeId growth = operation(Op::exp, operation(Op::mul, rate, exponent.b, 0), 0, 0);
  return operation(Op::mul, scale, growth, 0);
}

NodeId Graph::choice_of(NodeId condition, NodeId a, NodeId b) {
  const auto select = [&] { return apply(Op::select, condition, a, b); };
  if (is_slow(a) && is_slow(b)) return select();
  const Node first = written_like(a, nodes_[b]);
  const Node second = written_like(b, first);
  const int n = arity(first.op);
  if (first.op != second.op || n == 0) return select();
  const NodeId x = choose(condition, first.a, second.a);
  const NodeId y = n < 2 ? 0 : choose(condition, first.b, second.b);
  const NodeId z = n < 3 ? 0 : choose(condition, first.c, second.c);
  return operation(first.op, x, y, z);
}

Reached reach(const Graph& graph, const std::vector<NodeId>& outputs) {
  Reached reached;
  std::vector<std::uint8_t> seen(graph.size(), 0);
  std::vector<NodeId> stack(outputs.begin(), outputs.end());
  while (!stack.empty()) {
    const NodeId id = stack.back();
    stack.pop_back();
    if (seen[id] != 0) continue;
    seen[id] = 1;
    if (graph.is_scalar(id)) {
      reached.scalars.push_back(id);
      continue;
    }
    const Node& node = graph[id];
    if (node.op == Op::leaf) {
      reached.leaves.push_back(id);
      continue;
    }
    const int n = arity(node.op);
    if (n >= 1) stack.push_back(node.a);
    if (n >= 2) stack.push_back(node.b);
    if (n >= 3) stack.push_back(node.c);
  }
  std::sort(reached.scalars.begin(), reached.scalars.end());
  std::sort(reached.leaves.begin(), reached.leaves.end());
  return reached;
}

}  // namespace detente::program
