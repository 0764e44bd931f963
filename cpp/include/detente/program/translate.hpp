#pragma once

/// Expressions of the language -> nodes of a graph, for one policy and one joint state: levers become numbers,
/// `conflict == war` becomes true or false, rules are read in place of their levers.

#include <cstdint>
#include <map>
#include <vector>

#include "detente/model/model.hpp"
#include "detente/program/graph.hpp"
#include "detente/program/grid.hpp"
#include "detente/program/layout.hpp"

namespace detente::program {

/// The state of every chain.
using JointState = std::vector<std::uint8_t>;

/// What a lever is under a policy.
struct LeverBinding {
  enum class Kind : std::uint8_t { constant, scheduled, rule } kind = Kind::constant;
  double value = 0.0;
  std::uint32_t scalar = 0;  ///< scheduled: its step scalar
  expr::ExpressionPtr rule;
};

std::vector<LeverBinding> bind_levers(const model::Model& model, const model::Policy& policy,
                                      const Grid& grid);

/// Nodes that stand for a moment.
struct Moment {
  NodeId time = 0;
  NodeId year = 0;
};

class Translator {
 public:
  struct Setting {
    const model::Model* model = nullptr;
    const Layout* layout = nullptr;
    const std::vector<LeverBinding>* levers = nullptr;
    const JointState* state = nullptr;  ///< null: chains are read from the record
    /// By chain: 0, or the states that it can be in, as bits, where it is read from the record all the same. Empty: none.
    std::vector<std::uint64_t> blended;
    std::vector<bool> moving;  ///< per variable: it moves at every step in this state
    std::uint32_t first_outcome_field =
        0;  ///< utility only: fields of the outcomes' readings; 0: none
  };
  Translator(Graph& graph, Setting setting) : graph_(graph), setting_(std::move(setting)) {}

  /// `now` is the moment at which smooth time is read, `read` the one at which rules were read.
  NodeId operator()(const expr::ExpressionPtr& expression, const Moment& now, const Moment& read);

  /// Middle of the step; of a lane's sub-interval up to the step's end; start of the step; the lane's own time.
  Moment step_middle();
  Moment lane_middle();
  Moment step_start();
  Moment lane_now();

  NodeId step_scalar(std::uint32_t index) { return graph_.leaf({LeafKind::step, index}); }
  NodeId variable(std::uint32_t index);
  NodeId chain_field(std::uint32_t chain);
  /// Whether the chain is in one of the states whose bits are set.
  NodeId is_in(std::uint32_t chain, std::uint64_t states);

 private:
  NodeId lane_year(NodeId time);
  NodeId symbol(const expr::Symbol& symbol, const Moment& now, const Moment& read);
  NodeId call(const expr::Expression& expression, const Moment& now, const Moment& read);
  NodeId mark(const expr::Expression& expression, const Moment& now, const Moment& read);

  Graph& graph_;
  Setting setting_;
  struct MemoKey {
    const expr::Expression* expression;
    NodeId now, read;
    auto operator<=>(const MemoKey&) const = default;
  };
  std::map<MemoKey, NodeId> memo_;
};

}  // namespace detente::program
