#include "detente/expr/expression.hpp"

#include <algorithm>
#include <bit>
#include <set>
#include <utility>

namespace detente::expr {

namespace {

/// Compares trees; pairs found equal are remembered, for shared parts may be met often.
class Comparison {
 public:
  bool operator()(const Expression& a, const Expression& b) {
    if (&a == &b || equal_.contains({&a, &b})) return true;
    if (!same_node(a, b) || a.arguments.size() != b.arguments.size()) return false;
    for (std::size_t i = 0; i < a.arguments.size(); ++i) {
      if (!(*this)(*a.arguments[i], *b.arguments[i])) return false;
    }
    equal_.insert({&a, &b});
    return true;
  }

 private:
  bool same_node(const Expression& a, const Expression& b) {
    if (a.kind != b.kind || a.type != b.type) return false;
    switch (a.kind) {
      case Expression::Kind::constant:
        return std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value);
      case Expression::Kind::symbol:
        return a.symbol == b.symbol;
      case Expression::Kind::chain_in:
        return a.symbol.index == b.symbol.index && a.states == b.states;
      case Expression::Kind::call:
        return a.function == b.function;
      case Expression::Kind::mark:
        return a.mark == b.mark && a.mark_index == b.mark_index;
      case Expression::Kind::temporal:
        return a.temporal == b.temporal && same_window(a.window, b.window);
    }
    return false;
  }

  bool same_window(const Window& a, const Window& b) {
    const bool lengths = a.within == b.within || (a.within < 0.0 && b.within < 0.0);
    if (!lengths || (a.after_first == nullptr) != (b.after_first == nullptr)) return false;
    return a.after_first ? (*this)(*a.after_first, *b.after_first) : a.after == b.after;
  }

  std::set<std::pair<const Expression*, const Expression*>> equal_;
};

}  // namespace

ExpressionPtr constant(double value, Type type) {
  Expression node;
  node.kind = Expression::Kind::constant;
  node.type = type;
  node.value = value;
  return std::make_shared<const Expression>(std::move(node));
}

bool same(const Expression& a, const Expression& b) { return Comparison()(a, b); }

}  // namespace detente::expr
