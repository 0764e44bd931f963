#include <algorithm>
#include <utility>

#include "detente/diagnostic/messages.hpp"
#include "detente/expr/parser.hpp"
#include "expr/checker.hpp"

namespace detente::expr {

namespace {

namespace messages = diagnostic::messages;
using Kind = AstNode::Kind;

std::uint64_t bits_of_all(std::size_t count) {
  return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

}  // namespace

// `chain == state`: what stands behind the operator is looked up among the chain's states first.
ExpressionPtr Checker::comparison_of_chain(const AstNode& node, std::optional<std::uint32_t> left,
                                           std::optional<std::uint32_t> right) {
  const Operator operation = node.operation;
  const AstNode& first = node.children[0];
  const AstNode& second = node.children[1];
  const std::uint32_t chain = left ? *left : *right;
  const std::string chain_name = scope_.chain_name(chain);
  const std::vector<std::string> states = scope_.states(chain);
  const auto has_state = [&](const AstNode& side) {
    return side.kind == Kind::name &&
           std::find(states.begin(), states.end(), side.name) != states.end();
  };
  if (operation != Operator::equal && operation != Operator::not_equal) {
    report(messages::states_not_ordered(ast_.mark(node), chain_name, sign_of(operation)));
    return nullptr;
  }
  if (left && right && !has_state(second)) {
    report(messages::chains_compared(ast_.span(node), chain_name, scope_.chain_name(*right)));
    return nullptr;
  }
  if (!left && has_state(first)) {
    report(
        messages::state_before_chain(ast_.span(node), first.name, chain_name, sign_of(operation)));
    return nullptr;
  }
  const AstNode& other = left ? second : first;
  if (!left || other.kind != Kind::name) {
    report(messages::chain_with_value(ast_.span(other), chain_name,
                                      states.empty() ? "" : states.front()));
    return nullptr;
  }
  const std::optional<std::uint32_t> state = state_named(other, chain);
  if (!state) return nullptr;
  const std::uint64_t bit = std::uint64_t{1} << *state;
  const std::uint64_t all = bits_of_all(states.size());
  return chain_in(node, chain, operation == Operator::equal ? bit : all & ~bit);
}

ExpressionPtr Checker::membership(const AstNode& node) {
  const std::optional<std::uint32_t> chain = chain_named(node.children[0]);
  if (!chain) {
    // An unknown name is its own mistake; a known one that is no chain is this one.
    const AstNode& left = node.children[0];
    const bool is_name = left.kind == Kind::name;
    if (is_name && scope_.resolve(left.name).kind == Resolution::Kind::failed) return nullptr;
    const bool unknown = is_name && scope_.resolve(left.name).kind == Resolution::Kind::none &&
                         !is_reserved(left.name);
    report(unknown ? messages::unknown_name(ast_.mark(left), left.name, known_names())
                   : messages::membership_of_value(ast_.span(left)));
    return nullptr;
  }
  const std::size_t count = scope_.states(*chain).size();
  std::uint64_t states = 0;
  bool complete = true;
  for (std::size_t i = 1; i < node.children.size(); ++i) {
    const std::optional<std::uint32_t> state = state_named(node.children[i], *chain);
    if (state) states |= std::uint64_t{1} << *state;
    complete = complete && state.has_value();
  }
  if (!complete) return nullptr;
  const std::uint64_t all = bits_of_all(count);
  return chain_in(node, *chain, node.negated ? all & ~states : states);
}

std::optional<std::uint32_t> Checker::chain_named(const AstNode& node) const {
  if (node.kind != Kind::name) return std::nullopt;
  const Resolution found = scope_.resolve(node.name);
  if (found.kind != Resolution::Kind::chain) return std::nullopt;
  return found.index;
}

std::optional<std::uint32_t> Checker::state_named(const AstNode& node, std::uint32_t chain) {
  const std::vector<std::string> states = scope_.states(chain);
  if (node.kind != Kind::name) {
    report(messages::chain_with_value(ast_.span(node), scope_.chain_name(chain),
                                      states.empty() ? "" : states.front()));
    return std::nullopt;
  }
  const auto found = std::find(states.begin(), states.end(), node.name);
  if (found != states.end()) return static_cast<std::uint32_t>(found - states.begin());
  report(messages::unknown_state(ast_.mark(node), node.name, scope_.chain_name(chain), states));
  return std::nullopt;
}

ExpressionPtr Checker::chain_in(const AstNode& node, std::uint32_t chain, std::uint64_t states) {
  Expression result = blank(node, Type::boolean);
  result.kind = Expression::Kind::chain_in;
  result.symbol.index = chain;
  result.states = states;
  return std::make_shared<const Expression>(std::move(result));
}

}  // namespace detente::expr
