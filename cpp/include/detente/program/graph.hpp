#pragma once

/// Arithmetic of a scenario as one shared graph of operations. Equal sub-expressions are one node; constants are
/// folded; every node knows how often its value changes, which is what decides where it is computed.

#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

namespace detente::program {

/// Operations of a node: the kernel's (one per row of operations.def, operand kinds not yet chosen) and two that
/// are computed lane by lane with Boost.Math.
enum class Op : std::uint8_t {
  constant,
  leaf,
#define DETENTE_UNARY(name) name,
#define DETENTE_BINARY(name) name,
#define DETENTE_TERNARY(name) name,
#include "detente/kernel/operations.def"
  beta_quantile,  ///< quantile at a of beta(b, c)
  gamma_cumulative,  ///< -log Q(b, c * a): cumulative hazard of a gamma sojourn at age a, shape b, rate c
};

int arity(Op op);

/// What a leaf reads.
enum class LeafKind : std::uint8_t {
  field,         ///< a field of the path's record that changes at firings only
  moving_field,  ///< a field that moves at every step (a diffusing variable)
  step,          ///< a scalar of the step (StepScalar or beyond: seasons, scheduled levers)
  now,           ///< the lane's own time (start of its sub-interval, or moment of a firing)
  cumulative,    ///< index: active clock; its baseline's cumulative hazard at the lane's own time
  noise,         ///< index: variable; the standard normal of this step
  mark_normal,   ///< index: mark of the effects block; a standard normal
  mark_uniform,  ///< index: mark of the effects block; a uniform
};

struct Leaf {
  LeafKind kind = LeafKind::field;
  std::uint32_t index = 0;
  auto operator<=>(const Leaf&) const = default;
};

/// How often a value changes; bits join under an operation.
struct Rate {
  static constexpr std::uint8_t never = 0;
  static constexpr std::uint8_t step = 1;    ///< with the calendar, the same for all lanes
  static constexpr std::uint8_t firing = 2;  ///< at firings on the path
  static constexpr std::uint8_t lane = 4;    ///< at every step, lane by lane
};

using NodeId = std::uint32_t;

struct Node {
  Op op = Op::constant;
  std::uint8_t rate = Rate::never;
  double value = 0.0;
  Leaf leaf;
  NodeId a = 0, b = 0, c = 0;
};

class Graph {
 public:
  Graph();

  NodeId constant(double value);
  NodeId leaf(Leaf leaf);
  NodeId apply(Op op, NodeId a, NodeId b = 0, NodeId c = 0);
  /// The product. Of two that change lane by lane at every step just that: their slow factors are not brought together,
  /// since `a` is worked out anyhow.
  NodeId times(NodeId a, NodeId b);
  /// `a` where the condition holds, else `b`, to the last bit. Where both are worked out alike their operands are
  /// chosen, so that lanes of either kind share the operations: exp(x) or exp(y) is exp(x or y).
  NodeId choose(NodeId condition, NodeId a, NodeId b);
  /// The value where the condition holds, else 0. Of c exp(a x) with c and a that do not move between firings, c and a are 0
  /// elsewhere, which costs nothing; so it is where x is finite as long as variables are.
  NodeId guarded(NodeId condition, NodeId value);

  const Node& operator[](NodeId id) const { return nodes_[id]; }
  std::size_t size() const { return nodes_.size(); }
  bool is_constant(NodeId id) const { return nodes_[id].op == Op::constant; }
  bool is_constant(NodeId id, double value) const {
    return is_constant(id) && nodes_[id].value == value;
  }
  /// Changes with the calendar alone (or never): one number for all lanes.
  bool is_scalar(NodeId id) const { return (nodes_[id].rate & ~Rate::step) == 0; }
  /// Changes at firings alone, lane by lane.
  bool is_held(NodeId id) const { return nodes_[id].rate == Rate::firing; }

 private:
  struct Key {
    Op op;
    std::uint64_t bits;
    Leaf leaf;
    NodeId a, b, c;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  NodeId intern(const Node& node, std::uint64_t bits);
  NodeId simplified(Op op, NodeId a, NodeId b, NodeId c, bool& done);
  /// Is computed less often than lane by lane at every step.
  bool is_slow(NodeId id) const { return is_scalar(id) || is_held(id); }
  bool is_slow_times_lane(NodeId id) const {
    return nodes_[id].op == Op::mul && is_slow(nodes_[id].a) && !is_slow(nodes_[id].b);
  }
  bool is_finite_as_leaves(NodeId id) const;
  NodeId joined_choices(NodeId condition, NodeId a, NodeId b, bool& done);
  NodeId product(NodeId a, NodeId b);
  NodeId operation(Op op, NodeId a, NodeId b, NodeId c);
  Node written_like(NodeId id, const Node& other);
  NodeId choice_of(NodeId condition, NodeId a, NodeId b);
  bool fused(Op op, NodeId a, NodeId b, NodeId& out);

  std::vector<Node> nodes_;
  std::unordered_map<Key, NodeId, Hash> known_;
  std::map<std::array<NodeId, 3>, NodeId> choices_;
};

/// What outputs are made of: the outermost scalar nodes below them, and their leaves on the path.
struct Reached {
  std::vector<NodeId> scalars;
  std::vector<NodeId> leaves;
};
Reached reach(const Graph& graph, const std::vector<NodeId>& outputs);

}  // namespace detente::program
