#include "detente/expr/simplify.hpp"

#include "expr/scope.hpp"
#include "support/catch.hpp"

namespace detente::expr {
namespace {

using testing::checked;
using testing::expecting;
using Kind = Expression::Kind;

ExpressionPtr any(const std::string& text) {
  return checked(text, expecting(std::nullopt)).expression;
}

/// Replaces the lever and what is asked of chain conflict, which is in state `war`.
ExpressionPtr at_war(const Expression& leaf, double pressure) {
  if (leaf.kind == Kind::chain_in && leaf.symbol.index == 0) {
    return constant(static_cast<double>(leaf.states & 1u), Type::boolean);
  }
  if (leaf.kind == Kind::symbol && leaf.symbol.kind == SymbolKind::lever) return constant(pressure);
  return nullptr;
}

std::string folded(const std::string& text, double pressure = 1) {
  const ExpressionPtr before = any(text);
  REQUIRE(before);
  return to_text(
      *substitute(before, [&](const Expression& leaf) { return at_war(leaf, pressure); }));
}

TEST_CASE("what a state decides folds away", "[expr]") {
  CHECK(folded("if(conflict == war, trust, front)") == "trust");
  CHECK(folded("if(conflict == talks, trust, front)") == "front");
  CHECK(folded("front > 2 and conflict == talks") == "0");
  CHECK(folded("front > 2 and conflict == war") == "front > 2");
  CHECK(folded("front > 2 or conflict != talks") == "1");
  CHECK(folded("front > 2 or conflict == talks") == "front > 2");
  CHECK(folded("not conflict == war") == "0");
  CHECK(folded("tau * (conflict == war)") == "tau");
  CHECK(folded("guarantee == none and conflict == war") == "guarantee == none");
}

TEST_CASE("levers fold with what surrounds them", "[expr]") {
  CHECK(folded("0.4 * (1 + pressure)") == "0.8");
  CHECK(folded("trust + 2 * pressure - 2") == "trust + 2 - 2");
  CHECK(folded("trust * pressure") == "trust");
  CHECK(folded("trust + pressure", 0) == "trust");
  CHECK(folded("pressure == 0 or guarantee == in_force", 0) == "1");
  CHECK(folded("trust^pressure") == "trust");
}

TEST_CASE("what is not the same for every number stays", "[expr]") {
  CHECK(folded("trust * pressure", 0) == "trust * 0");
  CHECK(folded("trust / pressure", 0) == "trust / 0");
  CHECK(folded("1 / pressure", 0) == "1 / 0");
  CHECK(folded("trust^pressure", 0) == "trust^0");
  CHECK(folded("trust - trust") == "trust - trust");
  CHECK(folded("log(pressure)", -1) == "log(-1)");
}

TEST_CASE("untouched parts are the same nodes, shared parts stay shared", "[expr]") {
  testing::SmallScope scope;
  scope.lets["shared"] = any("exp(pressure * tau)");
  const ExpressionPtr before = checked("shared + shared * exp(trust)", {}, scope).expression;
  Substitution substitution([](const Expression& leaf) { return at_war(leaf, 2); });
  const ExpressionPtr after = substitution(before);
  CHECK(after->arguments[0] == after->arguments[1]->arguments[0]);
  CHECK(after->arguments[0] != before->arguments[0]);
  CHECK(after->arguments[1]->arguments[1] == before->arguments[1]->arguments[1]);
  CHECK(substitution(scope.lets["shared"]) == after->arguments[0]);
  CHECK(substitution(nullptr) == nullptr);
  const ExpressionPtr untouched = any("exp(trust) + 1");
  CHECK(substitution(untouched) == untouched);
}

TEST_CASE("substitution reaches into windows", "[expr]") {
  const ExpressionPtr before =
      checked("eventually(front > pressure, after = first(trust > pressure))",
              expecting(Type::formula))
          .expression;
  const ExpressionPtr after =
      substitute(before, [](const Expression& leaf) { return at_war(leaf, 3); });
  CHECK(to_text(*after) == "eventually(front > 3, after = first(trust > 3))");
  CHECK(after->type == Type::formula);
}

TEST_CASE("a folded tree means what it meant", "[expr]") {
  testing::SmallEnvironment environment;
  environment.pressure = 0.75;
  for (const char* text :
       {"(conflict == war) * front + pressure * (1 - pressure) / (trust + pressure)",
        "if(conflict in [war, talks] and front > 10, exp(-pressure), -pressure)",
        "clamp(front * pressure, 0, 20) + max(pressure, trust, 3 * pressure)",
        "not (conflict == war and winter) or pressure > 0.5 and not winter"}) {
    const ExpressionPtr before = any(text);
    const ExpressionPtr after =
        substitute(before, [](const Expression& leaf) { return at_war(leaf, 0.75); });
    CHECK(evaluate(*after, environment) == evaluate(*before, environment));
    CHECK_FALSE(same(*before, *after));
  }
}

TEST_CASE("constant trees have a value, others none", "[expr]") {
  CHECK(constant_value(any("2 * 3 + 1")) == 7.0);
  CHECK_FALSE(constant_value(any("2 * trust")));
  CHECK_FALSE(constant_value(any("winter")));
  CHECK_FALSE(constant_value(ExpressionPtr()));
}

TEST_CASE("trees are compared by meaning", "[expr]") {
  CHECK(same(*any("trust+front * 2"), *any("(trust + (front*2.0))")));
  CHECK_FALSE(same(*any("trust + front"), *any("front + trust")));
  CHECK_FALSE(same(*any("conflict == war"), *any("conflict == talks")));
  CHECK_FALSE(same(*any("visits(conflict.war)"), *any("visits(conflict.talks)")));
  const auto formula = [](const char* text) {
    return checked(text, expecting(Type::formula)).expression;
  };
  CHECK(same(*formula("eventually(winter, within = 6 months)"),
             *formula("eventually(winter, within = 0.5)")));
  CHECK_FALSE(same(*formula("eventually(winter, within = 1)"), *formula("eventually(winter)")));
  CHECK_FALSE(
      same(*formula("eventually(winter, after = first(winter))"), *formula("eventually(winter)")));
}

TEST_CASE("the depth of a tree is its longest way down", "[expr]") {
  CHECK(depth(*any("1")) == 1);
  CHECK(depth(*any("trust + front")) == 2);
  CHECK(depth(*any("trust + (front - exp(tau))")) == 4);
}

}  // namespace
}  // namespace detente::expr
