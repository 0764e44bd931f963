#include "detente/program/graph.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include "detente/program/code.hpp"
#include "support/catch.hpp"

namespace detente::program {
namespace {

constexpr std::size_t n = kernel::lane_quantum;

/// Four leaves: two columns that move, one held at firings, one scalar of the step.
struct Leaves {
  Graph graph;
  std::array<NodeId, 4> nodes{graph.leaf({LeafKind::now, 0}), graph.leaf({LeafKind::noise, 0}),
                              graph.leaf({LeafKind::field, 0}), graph.leaf({LeafKind::step, 0})};
  Places places{{nodes[0], {Operand::Kind::column, 0}},
                {nodes[1], {Operand::Kind::noise, 0}},
                {nodes[2], {Operand::Kind::column, 1}},
                {nodes[3], {Operand::Kind::scalar, 0}}};
};

constexpr std::size_t most = 64;  ///< columns, registers, scalars

/// What code runs on. The scalars are there once as quanta, for the code that works them out, and once one by one.
struct Memory {
  struct alignas(kernel::alignment) Columns {
    std::array<double, most * column_stride> values{};
    double* operator[](std::size_t c) { return values.data() + c * column_stride; }
  };
  struct alignas(kernel::alignment) Quanta {
    std::array<double, most * n> values{};
    double* operator[](std::size_t slot) { return values.data() + slot * n; }
  };
  Columns registers, columns, noise;
  Quanta quanta;
  std::array<double, most> scalars{};

  void read_scalars() {
    for (std::size_t slot = 0; slot < most; ++slot) scalars[slot] = quanta[slot][0];
  }
  Frame frame() {
    Frame frame;
    frame.place(Operand::Kind::reg, registers[0]);
    frame.place(Operand::Kind::column, columns[0]);
    frame.place(Operand::Kind::noise, noise[0]);
    frame.place(Operand::Kind::scalar, scalars.data());
    frame.place(Operand::Kind::quantum, quanta[0]);
    frame.n = n;
    return frame;
  }
};

using Lanes = std::array<double, n>;

/// Values of nodes, none of them a scalar, for these values of the leaves.
std::vector<Lanes> values_of(Leaves& l, const std::array<Lanes, 4>& leaves,
                             const std::vector<NodeId>& outputs) {
  Memory memory;
  std::copy(leaves[0].begin(), leaves[0].end(), memory.columns[0]);
  std::copy(leaves[1].begin(), leaves[1].end(), memory.noise[0]);
  std::copy(leaves[2].begin(), leaves[2].end(), memory.columns[1]);
  std::copy(leaves[3].begin(), leaves[3].end(), memory.quanta[0]);
  std::uint16_t slots = 1;
  std::vector<NodeId> slow;
  for (NodeId id = 0; id < l.graph.size(); ++id) {
    if (l.graph.is_constant(id)) {
      const Operand place{Operand::Kind::scalar, slots++};
      l.places[id] = place;
      std::fill_n(memory.quanta[place.index], n, l.graph[id].value);
    } else if (l.graph.is_scalar(id) && !l.places.contains(id)) {
      slow.push_back(id);
    }
  }
  const Code scalar_code = build_scalar_code(l.graph, slow, l.places, slots);
  const Code code = build_code(l.graph, outputs, l.places);
  REQUIRE(slots < most);
  REQUIRE(code.register_count() < most);
  const Frame frame = memory.frame();
  scalar_code.run(frame);
  memory.read_scalars();
  code.run(frame);
  std::vector<Lanes> values(outputs.size());
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    for (std::size_t i = 0; i < n; ++i) values[k][i] = frame.value(code.outputs()[k], i);
  }
  return values;
}

/// Of the moving leaves and the held one in each lane, of the scalar for all.
template <class Draw>
std::array<Lanes, 4> leaf_values(Draw draw) {
  std::array<Lanes, 4> values;
  for (Lanes& lanes : values) {
    for (double& value : lanes) value = draw();
  }
  values[3].fill(draw());
  return values;
}

TEST_CASE("equal expressions are one node", "[program]") {
  Leaves l;
  const NodeId sum = l.graph.apply(Op::add, l.nodes[0], l.nodes[1]);
  const std::size_t size = l.graph.size();
  CHECK(l.graph.apply(Op::add, l.nodes[0], l.nodes[1]) == sum);
  CHECK(l.graph.leaf({LeafKind::now, 0}) == l.nodes[0]);
  CHECK(l.graph.size() == size);
  CHECK(l.graph.apply(Op::add, l.nodes[0], l.nodes[2]) != sum);
}

TEST_CASE("constants and terms that are switched off are folded", "[program]") {
  Leaves l;
  Graph& g = l.graph;
  const NodeId x = l.nodes[0];
  CHECK(g.is_constant(g.apply(Op::mul, g.constant(6), g.constant(7)), 42));
  CHECK(g.is_constant(g.apply(Op::mul, g.constant(0), x), 0));
  CHECK(g.apply(Op::add, x, g.constant(0)) == x);
  CHECK(g.apply(Op::pow, x, g.constant(1)) == x);
  CHECK(g.apply(Op::select, g.constant(1), x, l.nodes[1]) == x);
  CHECK(g.apply(Op::select, g.constant(0), x, l.nodes[1]) == l.nodes[1]);
}

/// A node and the plain C++ value of the same expression in each lane.
struct Term {
  NodeId node;
  Lanes value;
};

TEST_CASE("random sums of products keep their values", "[program]") {
  std::mt19937 engine(7);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  for (int round = 0; round < 200; ++round) {
    Leaves l;
    const std::array<Lanes, 4> leaves = leaf_values([&] { return uniform(engine); });
    std::vector<Term> terms;
    for (std::size_t i = 0; i < 4; ++i) terms.push_back({l.nodes[i], leaves[i]});
    for (int k = 0; k < 12; ++k) {
      const Term a = terms[engine() % terms.size()];
      const Term b = terms[engine() % terms.size()];
      const Op op = std::array{Op::add, Op::mul, Op::mul, Op::sub}[engine() % 4];
      Term term{l.graph.apply(op, a.node, b.node), {}};
      for (std::size_t i = 0; i < n; ++i) {
        term.value[i] = op == Op::add   ? a.value[i] + b.value[i]
                        : op == Op::mul ? a.value[i] * b.value[i]
                                        : a.value[i] - b.value[i];
      }
      terms.push_back(term);
    }
    std::erase_if(terms, [&l](const Term& term) { return l.graph.is_scalar(term.node); });
    std::vector<NodeId> outputs;
    for (const Term& term : terms) outputs.push_back(term.node);
    const std::vector<Lanes> results = values_of(l, leaves, outputs);
    for (std::size_t t = 0; t < terms.size(); ++t) {
      for (std::size_t i = 0; i < n; ++i) {
        CHECK(results[t][i] == Approx(terms[t].value[i]).epsilon(1e-9).margin(1e-9));
      }
    }
  }
}

TEST_CASE("a choice is one of the two to the last bit", "[program]") {
  constexpr std::array ops{Op::add, Op::mul,    Op::mul, Op::sub, Op::neg,
                           Op::exp, Op::select, Op::gt,  Op::min};
  std::mt19937 engine(11);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  for (int round = 0; round < 300; ++round) {
    Leaves l;
    Graph& g = l.graph;
    std::vector<NodeId> nodes(l.nodes.begin(), l.nodes.end());
    nodes.push_back(g.constant(0.3));
    for (int k = 0; k < 16; ++k) {
      const NodeId a = nodes[engine() % nodes.size()], b = nodes[engine() % nodes.size()];
      const Op op = ops[engine() % ops.size()];
      nodes.push_back(op == Op::select ? g.apply(op, g.apply(Op::gt, a, b), b, g.constant(0.0))
                                       : g.apply(op, a, b));
    }
    const NodeId holds = g.apply(Op::gt, l.nodes[2], g.constant(1.0));
    const NodeId a = nodes[nodes.size() - 1 - engine() % 6];
    const NodeId b = nodes[nodes.size() - 1 - engine() % 6];
    const NodeId chosen = g.choose(holds, a, b);
    if (g.is_scalar(a) || g.is_scalar(b)) continue;
    const std::array<Lanes, 4> leaves = leaf_values([&] { return uniform(engine); });
    const std::vector<Lanes> values = values_of(l, leaves, {holds, a, b, chosen});
    for (std::size_t i = 0; i < n; ++i) {
      const double expected = values[values[0][i] != 0.0 ? 1 : 2][i];
      // Not of NaN, whose sign is nobody's.
      REQUIRE((std::isnan(expected) ? std::isnan(values[3][i])
                                    : std::bit_cast<std::uint64_t>(values[3][i]) ==
                                          std::bit_cast<std::uint64_t>(expected)));
    }
  }
}

TEST_CASE("what both sides of a choice do is done once", "[program]") {
  Leaves l;
  Graph& g = l.graph;
  const NodeId x = l.nodes[0], z = l.nodes[1], held = l.nodes[2];
  const NodeId holds = g.apply(Op::gt, held, g.constant(1.0));
  const NodeId first =
      g.apply(Op::mul, g.constant(2.0), g.apply(Op::exp, g.apply(Op::mul, held, x)));
  const NodeId second = g.apply(Op::exp, g.apply(Op::neg, z));
  Places places = l.places;
  // Held: 2 or 1, `held` or -1.
  const NodeId scale = g.apply(Op::select, holds, g.constant(2.0), g.constant(1.0));
  const NodeId slope = g.apply(Op::select, holds, held, g.constant(-1.0));
  places[holds] = {Operand::Kind::column, 2};
  places[scale] = {Operand::Kind::column, 3};
  places[slope] = {Operand::Kind::column, 4};
  const Code code = build_code(g, {g.choose(holds, first, second)}, places);
  CHECK(code.instructions().size() ==
        2);  // x or z; the exponential of that times the slope, times the scale
}

TEST_CASE("a choice takes as long as its sides have operations, however these are shared",
          "[program]") {
  Leaves l;
  Graph& g = l.graph;
  const NodeId holds = g.apply(Op::gt, l.nodes[2], g.constant(1.0));
  NodeId a = l.nodes[0], b = l.nodes[1];
  for (int k = 0; k < 200; ++k) {
    a = g.apply(Op::min, a, g.apply(Op::exp, a));
    b = g.apply(Op::min, b, g.apply(Op::exp, b));
  }
  const std::size_t before = g.size();
  g.choose(holds, a, b);
  CHECK(g.size() <= before + 401);
}

TEST_CASE("a choice of x, or else of y or x again, is one choice", "[program]") {
  Leaves l;
  Graph& g = l.graph;
  const NodeId x = l.nodes[0], y = l.nodes[1], held = l.nodes[2];
  const NodeId high = g.apply(Op::gt, held, g.constant(1.2));
  const NodeId low = g.apply(Op::lt, held, g.constant(0.8));
  const NodeId last = g.apply(Op::select, high, x, g.apply(Op::select, low, y, x));
  const NodeId first = g.apply(Op::select, high, x, g.apply(Op::select, low, x, y));
  for (const NodeId choice : {first, last}) {
    CHECK(g[choice].op == Op::select);
    CHECK(g.is_held(g[choice].a));
    CHECK(g[g[choice].b].op != Op::select);
    CHECK(g[g[choice].c].op != Op::select);
  }
  std::mt19937 engine(3);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  const std::array<Lanes, 4> leaves = leaf_values([&] { return uniform(engine); });
  const std::vector<Lanes> values = values_of(l, leaves, {first, last});
  for (std::size_t i = 0; i < n; ++i) {
    const double at = leaves[2][i];
    CHECK(values[0][i] == (at > 1.2 || at < 0.8 ? leaves[0][i] : leaves[1][i]));
    CHECK(values[1][i] == (at < 0.8 ? leaves[1][i] : leaves[0][i]));
  }
}

TEST_CASE("a guarded growth is the same to the last bit, or nothing", "[program]") {
  std::mt19937 engine(5);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  Leaves l;
  Graph& g = l.graph;
  const NodeId x = l.nodes[0], z = l.nodes[1], held = l.nodes[2], scalar = l.nodes[3];
  const NodeId holds = g.apply(Op::gt, held, g.constant(1.0));
  const auto grown = [&](NodeId c, NodeId a, NodeId b) {
    return g.apply(Op::mul, c, g.apply(Op::exp, g.apply(Op::mul, a, b)));
  };
  const std::vector<NodeId> growths{
      grown(scalar, held, x), grown(held, scalar, g.apply(Op::sub, z, held)),
      grown(g.constant(2.0), g.constant(1.0), g.apply(Op::select, holds, x, z)),
      grown(held, g.constant(-1.0), g.apply(Op::max, x, g.apply(Op::mul, z, scalar)))};
  // Not finite wherever x is, or no growth: a choice is left.
  const std::vector<NodeId> others{grown(held, scalar, g.apply(Op::log, x)), g.apply(Op::add, x, z),
                                   grown(held, x, z)};
  const std::array<Lanes, 4> leaves = leaf_values([&] { return uniform(engine); });
  for (const bool is_growth : {true, false}) {
    for (const NodeId value : is_growth ? growths : others) {
      const NodeId guarded = g.guarded(holds, value);
      CHECK((g[guarded].op == Op::mul) == is_growth);
      const std::vector<Lanes> values = values_of(l, leaves, {value, guarded});
      for (std::size_t i = 0; i < n; ++i) {
        const double expected = leaves[2][i] > 1.0 ? values[0][i] : 0.0;
        CHECK(std::bit_cast<std::uint64_t>(values[1][i]) == std::bit_cast<std::uint64_t>(expected));
      }
    }
  }
}

TEST_CASE("products, an exponential and a scale are one instruction where nothing else reads them",
          "[program]") {
  std::mt19937 engine(3);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  for (const std::size_t slope : {0, 1, 2, 3}) {
    for (const std::size_t scale : {0, 1, 2, 3}) {
      Leaves l;
      Graph& g = l.graph;
      const NodeId product = g.apply(Op::mul, l.nodes[slope], l.nodes[1]);
      const NodeId power = g.apply(Op::exp, product);
      const NodeId growth = g.apply(Op::mul, l.nodes[scale], power);
      const std::array<Lanes, 4> leaves = leaf_values([&] { return uniform(engine); });
      const Code code = build_code(g, {growth}, l.places);
      CHECK(code.instructions().size() == 1);
      CHECK(build_code(g, {growth, power}, l.places).instructions().size() == 3);
      CHECK(build_code(g, {growth, product}, l.places).instructions().size() == 3);
      // Together with its parts nothing is fused, so that the two ways can be compared.
      Leaves other = l;
      const Lanes alone = values_of(l, leaves, {growth})[0];
      CHECK(alone == values_of(other, leaves, {growth, power, product})[0]);
    }
  }
}

TEST_CASE("small powers are products and roots", "[program]") {
  const std::array<double, n> bases{0.0, 1e-300, 0.3, 2.0, 1e100, -1.7, INFINITY, NAN};
  for (const double exponent : {0.5, 1.5, 2.0, 3.0}) {
    Leaves l;
    Memory memory;
    std::copy(bases.begin(), bases.end(), memory.columns[0]);
    const NodeId power = l.graph.apply(Op::pow, l.nodes[0], l.graph.constant(exponent));
    CHECK(l.graph[power].op != Op::pow);
    const Code code = build_code(l.graph, {power}, l.places);
    const Frame frame = memory.frame();
    code.run(frame);
    for (std::size_t i = 0; i < n; ++i) {
      const double expected = std::pow(bases[i], exponent);
      const double result = frame.value(code.outputs()[0], i);
      CAPTURE(bases[i], exponent);
      if (std::isfinite(expected)) {
        CHECK(result == Approx(expected).epsilon(4e-16).margin(0.0));
      } else {
        CHECK(std::isnan(result) == std::isnan(expected));
        CHECK(std::isinf(result) == std::isinf(expected));
      }
    }
  }
}

TEST_CASE("registers are used again once their last reader has run", "[program]") {
  Leaves l;
  NodeId node = l.nodes[0];
  for (int k = 0; k < 20; ++k) node = l.graph.apply(Op::sin, node);
  const Code code = build_code(l.graph, {node}, l.places);
  CHECK(code.instructions().size() == 20);
  CHECK(code.register_count() <= 2);
}

}  // namespace
}  // namespace detente::program
