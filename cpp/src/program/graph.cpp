#include "detente/program/graph.hpp"

#include <bit>

#include "detente/program/code.hpp"

namespace detente::program {

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

NodeId Graph::intern(const Node& node, std::uint64_t bits) {
  const Key key{node.op, bits, node.leaf, node.a, node.b, node.c};
  const auto [place, is_new] = known_.try_emplace(key, static_cast<NodeId>(nodes_.size()));
  if (is_new) nodes_.push_back(node);
  return place->second;
}

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
    case LeafKind::step: node.rate = Rate::step; break;
    case LeafKind::field: node.rate = Rate::firing; break;
    default: node.rate = Rate::lane; break;
  }
  return intern(node, 0);
}

// Identities that hold for every IEEE value, signed zeros apart; nothing here may turn NaN into a number except where
// the language says so (a branch not taken, a guard that is false).
NodeId Graph::simplified(Op op, NodeId a, NodeId b, NodeId c, bool& done) {
  done = true;
  switch (op) {
    case Op::copy: return a;
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
      break;
    default: break;
  }
  done = false;
  return 0;
}

NodeId Graph::apply(Op op, NodeId a, NodeId b, NodeId c) {
  bool done = false;
  const NodeId simple = simplified(op, a, b, c, done);
  if (done) return simple;
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

}  // namespace detente::program
