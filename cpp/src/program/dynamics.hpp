#pragma once

/// What moves, as nodes of a graph: values and bounds of variables, hazards and their guards.

#include "detente/program/translate.hpp"

namespace detente::program {

class Program;

/// Nodes of a step or of a sub-interval.
struct Span {
  Moment now;   ///< where smooth time is read
  Moment read;  ///< where rules were read
  NodeId length;
  NodeId root_length;
};

/// The value kept within the variable's range: clamped, or reflected at its ends.
NodeId limited(Graph& g, const model::Variable& variable, NodeId value);

/// Where a variable is at the span's end, its range apart, or what it gains over the span; exact where its form is
/// solved.
enum class Moved : std::uint8_t { value, increment };
NodeId moved_node(Graph& g, const Program& program, Translator& translate, std::uint32_t index,
                  const Span& span, Moved what);

/// Whether the element is enabled; 1 without a guard.
NodeId guard_node(Graph& g, Translator& translate, const expr::ExpressionPtr& when,
                  const Span& span);

/// The states that a transition leaves, as bits.
std::uint64_t states_left(const model::Transition& transition);
/// Whether its chain is in one of them.
NodeId leaves_node(Translator& translate, const model::Transition& transition);

/// Product of the ratios, with a `hazard` that too; 0 where the guard fails.
NodeId ratio_node(Graph& g, Translator& translate, const model::Intensity& intensity, NodeId guard,
                  const Span& span);

/// Whether a transition may share a clock with others of its chain: it leaves none of the states that they leave.
bool can_share_clock(const model::Model& model, const std::vector<ElementId>& others,
                     ElementId element);
/// The ratio of the transition, among those that share a clock, which leaves the chain's state; 0 where none does.
NodeId shared_ratio_node(Graph& g, const model::Model& model, Translator& translate,
                         const std::vector<ElementId>& elements, const Span& span);

/// Whether a node is a number or made of parameters alone, so that it may be read at any time on the path.
bool is_fixed_on_path(const Graph& g, NodeId id, const Program& program);

/// Argument k of a transition's baseline as it was on entering the state.
NodeId baseline_argument_node(Graph& g, const Program& program, Translator& translate,
                              std::uint32_t transition, std::uint32_t k);

}  // namespace detente::program
