#include "detente/program/graph.hpp"

#include <array>
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

struct alignas(kernel::alignment) Memory {
  std::array<double, 64 * n> values{};
};

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
  std::array<double, n> value;
};

TEST_CASE("random sums of products keep their values", "[program]") {
  std::mt19937 engine(7);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  for (int round = 0; round < 200; ++round) {
    Leaves l;
    Memory columns, scalars, noise, registers;
    std::vector<Term> terms;
    for (std::size_t i = 0; i < 4; ++i) {
      Term term{l.nodes[i], {}};
      const double shared = uniform(engine);
      for (double& value : term.value) value = i == 3 ? shared : uniform(engine);
      double* place = i == 0   ? columns.values.data()
                      : i == 1 ? noise.values.data()
                      : i == 2 ? columns.values.data() + n
                               : scalars.values.data();
      std::copy(term.value.begin(), term.value.end(), place);
      terms.push_back(term);
    }
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
    std::vector<NodeId> outputs;
    for (const Term& term : terms) {
      if (!l.graph.is_scalar(term.node)) outputs.push_back(term.node);
    }
    std::uint16_t slots = 1;
    std::vector<NodeId> slow;
    for (NodeId id = 0; id < l.graph.size(); ++id) {
      if (l.graph.is_constant(id)) {
        const Operand place{Operand::Kind::scalar, slots++};
        l.places[id] = place;
        std::fill_n(scalars.values.data() + place.index * n, n, l.graph[id].value);
      } else if (l.graph.is_scalar(id) && !l.places.contains(id)) {
        slow.push_back(id);
      }
    }
    const Code scalar_code = build_scalar_code(l.graph, slow, l.places, slots);
    const Code code = build_code(l.graph, outputs, l.places);
    REQUIRE(slots < 64);
    REQUIRE(code.register_count() < 64);
    const Frame frame{registers.values.data(),
                      columns.values.data(),
                      scalars.values.data(),
                      noise.values.data(),
                      n,
                      n,
                      n};
    scalar_code.run(frame);
    code.run(frame);
    std::size_t next = 0;
    for (const Term& term : terms) {
      if (l.graph.is_scalar(term.node)) continue;
      const double* result = frame.at(code.outputs()[next++]);
      for (std::size_t i = 0; i < n; ++i) {
        CHECK(result[i] == Approx(term.value[i]).epsilon(1e-9).margin(1e-9));
      }
    }
  }
}

TEST_CASE("small powers are products and roots", "[program]") {
  const std::array<double, n> bases{0.0, 1e-300, 0.3, 2.0, 1e100, -1.7, INFINITY, NAN};
  for (const double exponent : {0.5, 1.5, 2.0, 3.0}) {
    Leaves l;
    Memory columns, registers;
    std::copy(bases.begin(), bases.end(), columns.values.begin());
    const NodeId power = l.graph.apply(Op::pow, l.nodes[0], l.graph.constant(exponent));
    CHECK(l.graph[power].op != Op::pow);
    const Code code = build_code(l.graph, {power}, l.places);
    const Frame frame{registers.values.data(), columns.values.data(), nullptr, nullptr, n, n};
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
