#include "detente/expr/check.hpp"

#include "detente/expr/functions.hpp"
#include "detente/expr/simplify.hpp"
#include "expr/scope.hpp"
#include "support/catch.hpp"

namespace detente::expr {
namespace {

using testing::checked;
using testing::Checked;
using testing::expecting;
using testing::SmallScope;
using Kind = Expression::Kind;

std::string errors_of(const std::string& text, std::optional<Type> expected = std::nullopt) {
  return checked(text, expecting(expected)).summary();
}

std::string message_of(const std::string& text, std::optional<Type> expected = std::nullopt) {
  const Checked result = checked(text, expecting(expected));
  return result.diagnostics.empty() ? "no diagnostic" : result.diagnostics.front().message;
}

std::string hint_of(const std::string& text, std::optional<Type> expected = std::nullopt) {
  const Checked result = checked(text, expecting(expected));
  return result.diagnostics.empty() ? "no diagnostic" : result.diagnostics.front().hint;
}

ExpressionPtr formula(const std::string& text) {
  return checked(text, expecting(Type::formula)).expression;
}

TEST_CASE("names resolve to symbols, and keep their text and place", "[expr]") {
  const Checked result = checked("1 + pressure");
  REQUIRE(result.expression);
  const Expression& node = *result.expression->arguments[1];
  CHECK(node.kind == Kind::symbol);
  CHECK(node.symbol == Symbol{SymbolKind::lever, 0, 0});
  CHECK(node.text == "pressure");
  CHECK(node.span.line == 1);
  CHECK(node.span.column == 5);
  CHECK(node.span.length == 8);
  CHECK(node.span.path == "path");
  CHECK(result.expression->text == "1 + pressure");
  CHECK(checked("time").expression->symbol == Symbol{SymbolKind::time, 0, 0});
  CHECK(checked("year").expression->symbol == Symbol{SymbolKind::year, 0, 0});
}

TEST_CASE("an unknown name is reported with the nearest known one", "[expr]") {
  CHECK(errors_of("trsut + 1") == "E203@1+5");
  CHECK(message_of("trsut + 1") == "unknown name `trsut`");
  CHECK(hint_of("trsut + 1") == "did you mean `trust`?");
  CHECK(hint_of("tme") == "did you mean `time`?");
  CHECK(hint_of("zzzzzz").empty());
  CHECK(errors_of("true") == "E203@1+4");
}

TEST_CASE("all mistakes of an expression are reported, not the first alone", "[expr]") {
  CHECK(errors_of("a1 + exq(b1) * min(1) - sqrt(conflict)") ==
        "E203@1+2 E204@6+3 E205@16+3 E206@30+8");
}

TEST_CASE("what uses a name whose definition is wrong is dropped silently", "[expr]") {
  SmallScope scope;
  scope.failed = {"broken"};
  for (const char* text : {"broken + 1", "broken == 1", "broken in [a]", "count(broken)",
                           "sojourn(broken)", "if(broken, 1, 2)"}) {
    const Checked result = checked(text, expecting(std::nullopt), scope);
    CHECK_FALSE(result.expression);
    CHECK(result.diagnostics.empty());
  }
}

TEST_CASE("a chain is compared with its states, which are looked up there", "[expr]") {
  const ExpressionPtr frozen = checked("conflict == frozen", expecting(Type::boolean)).expression;
  REQUIRE(frozen);
  CHECK(frozen->kind == Kind::chain_in);
  CHECK(frozen->symbol.index == 0);
  CHECK(frozen->states == 0b0100);
  CHECK(frozen->type == Type::boolean);
  // `war` is a parameter too, but stands behind the chain.
  CHECK(checked("conflict == war").expression->states == 0b0001);
  CHECK(checked("conflict != war").expression->states == 0b1110);
  CHECK(checked("conflict in [war, talks]").expression->states == 0b0011);
  CHECK(checked("conflict not in [war, talks]").expression->states == 0b1100);
  CHECK(checked("(guarantee) == none").expression->states == 0b01);
}

TEST_CASE("a state that the chain lacks is reported with the chain's nearest state", "[expr]") {
  CHECK(errors_of("conflict == frozzen") == "E203@13+7");
  CHECK(message_of("conflict == frozzen") ==
        "unknown name `frozzen`; a state of chain `conflict` is expected");
  CHECK(hint_of("conflict == frozzen") == "did you mean `frozen`?");
  CHECK(hint_of("guarantee == zzzzz") == "its states are `none`, `in_force`");
  CHECK(errors_of("conflict in [war, tlaks, pace]") == "E203@19+5 E203@26+4");
  // A name that is known elsewhere is not one of its states.
  CHECK(errors_of("conflict == trust") == "E203@13+5");
}

TEST_CASE("chains are no numbers and are compared with nothing but states", "[expr]") {
  CHECK(errors_of("conflict == 3") == "E206@13+1");
  CHECK(message_of("conflict == 3") == "chain `conflict` is compared with states, by name");
  CHECK(hint_of("conflict == 3") == "write `conflict == war`");
  CHECK(errors_of("3 == conflict") == "E206@1+1");
  CHECK(errors_of("conflict == guarantee") == "E206@1+21");
  CHECK(errors_of("conflict < war") == "E206@10+1");
  CHECK(errors_of("frozen == conflict") == "E206@1+18");
  CHECK(hint_of("frozen == conflict") == "write `conflict == frozen`");
  CHECK(errors_of("conflict + 1") == "E206@1+8");
  CHECK(errors_of("conflict") == "E206@1+8");
  CHECK(errors_of("conflict.war") == "E206@1+12");
  CHECK(hint_of("conflict.war") ==
        "write `conflict == war`; a dot stands in `visits` and `count` alone");
  CHECK(errors_of("trust in [war]") == "E206@1+5");
  CHECK(errors_of("trsut in [war]") == "E203@1+5");
  CHECK(errors_of("conflict in [1]") == "E206@14+1");
  CHECK(errors_of("conflict in war") == "E206@13+3");
  CHECK(hint_of("conflict in war") == "write `in [war]`");
  CHECK(errors_of("strike + 1") == "E206@1+6");
  CHECK(hint_of("strike + 1") == "`count(strike)` is how often it happened");
}

TEST_CASE("conditions count as 0 and 1 in arithmetic, numbers are no conditions", "[expr]") {
  CHECK(errors_of("12 * (1 + winter)", Type::number).empty());
  CHECK(errors_of("tau * (conflict == war) + (front > 20)", Type::number).empty());
  CHECK(errors_of("winter", Type::number).empty());
  CHECK(errors_of("winter", Type::boolean).empty());
  CHECK(errors_of("winter == 1", Type::boolean).empty());
  CHECK(errors_of("pressure", Type::boolean) == "E206@1+8");
  CHECK(hint_of("pressure", Type::boolean) == "compare it, as in `pressure > 0`");
  CHECK(errors_of("1", Type::boolean) == "E206@1+1");
  CHECK(errors_of("not front", Type::boolean) == "E206@5+5");
  CHECK(errors_of("winter and front", Type::boolean) == "E206@12+5");
  CHECK(errors_of("if(front, 1, 2)", Type::number) == "E206@4+5");
  CHECK(errors_of("if(winter, front > 1, front < 1)", Type::boolean).empty());
  CHECK(errors_of("if(winter, 1, front < 1)", Type::boolean) == "E206@1+24");
}

TEST_CASE("functions take as many arguments as they have", "[expr]") {
  CHECK(errors_of("exp()") == "E205@1+3");
  CHECK(errors_of("exp(1, 2)") == "E205@1+3");
  CHECK(message_of("exp(1, 2)") == "`exp(x)` takes 1 argument, not 2");
  CHECK(message_of("min(1)") == "`min(a, b, ...)` takes 2 or more arguments, not 1");
  CHECK(errors_of("min(trust, front, 3, 4)").empty());
  CHECK(errors_of("clamp(1, 2)") == "E205@1+5");
  CHECK(errors_of("exp(x = 1)") == "E205@1+3 E205@9+1");
  CHECK(errors_of("epx(1)") == "E204@1+3");
  CHECK(hint_of("epx(1)") == "did you mean `exp`?");
  CHECK(errors_of("exp + 1") == "E204@1+3");
  CHECK(hint_of("exp + 1") == "write `exp(x)`");
  CHECK(errors_of("front(1)") == "E204@1+5");
}

TEST_CASE("every function is described, and is found by its name", "[expr]") {
  for (const FunctionRow& row : functions()) {
    CHECK(find_function(row.name) == &row);
    CHECK_FALSE(row.arguments.empty());
    CHECK_FALSE(row.meaning.empty());
    CHECK(row.least <= row.most);
  }
  CHECK(find_function("exq") == nullptr);
  CHECK(functions().size() == function_names().size());
}

TEST_CASE("the history of chains, states and firings is asked by name", "[expr]") {
  CHECK(checked("sojourn(guarantee)").expression->symbol == Symbol{SymbolKind::sojourn, 1, 0});
  CHECK(checked("visits(conflict.talks)").expression->symbol == Symbol{SymbolKind::visits, 0, 1});
  CHECK(checked("count(strike)").expression->symbol == Symbol{SymbolKind::count_event, 0, 0});
  CHECK(checked("count(collapse)").expression->symbol ==
        Symbol{SymbolKind::count_transition, 0, 0});
  CHECK(checked("count(guarantee.lapse)").expression->symbol ==
        Symbol{SymbolKind::count_transition, 2, 0});
  CHECK(checked("count(strike)").expression->text == "count(strike)");
  CHECK(errors_of("sojourn(trust)") == "E203@9+5");
  CHECK(errors_of("sojourn(conflit)") == "E203@9+7");
  CHECK(hint_of("sojourn(conflit)") == "did you mean `conflict`?");
  CHECK(errors_of("sojourn(conflict.war)") == "E206@9+12");
  CHECK(errors_of("sojourn(1)") == "E206@9+1");
  CHECK(errors_of("visits(conflict)") == "E206@8+8");
  CHECK(hint_of("visits(conflict)") == "write `visits(conflict.war)`");
  CHECK(errors_of("visits(conflict.wra)") == "E203@8+12");
  CHECK(hint_of("visits(conflict.wra)") == "did you mean `war`?");
  CHECK(errors_of("count(strke)") == "E203@7+5");
  CHECK(hint_of("count(strke)") == "did you mean `strike`?");
  CHECK(hint_of("count(colapse)") == "did you mean `collapse`?");
  CHECK(errors_of("count(conflict.laps)") == "E203@7+13");
  CHECK(errors_of("count(1 + 1)") == "E206@7+5");
}

TEST_CASE("a name of several firings is ambiguous", "[expr]") {
  CHECK(errors_of("count(lapse)") == "E213@7+5");
  CHECK(hint_of("count(lapse)") ==
        "name the chain: `count(conflict.lapse)`, `count(guarantee.lapse)`");
  CHECK(errors_of("count(review)") == "E213@7+6");
}

TEST_CASE("constants are folded, what is not finite is an error", "[expr]") {
  const ExpressionPtr six = checked("1 + 2 * 3 - exp(0)").expression;
  REQUIRE(six->kind == Kind::constant);
  CHECK(six->value == 6);
  CHECK(six->text == "1 + 2 * 3 - exp(0)");
  CHECK(errors_of("1 / 0") == "E207@3+1");
  CHECK(errors_of("trust / 0") == "E207@7+1");
  CHECK(errors_of("trust / (2 - 2)") == "E207@7+1");
  CHECK(errors_of("1 + log(-1)") == "E207@5+7");
  CHECK(message_of("1 + log(-1)") == "`log(-1)` is NaN; a finite number is expected");
  CHECK(errors_of("exp(1000)") == "E207@1+9");
  CHECK(errors_of("sqrt(-trust)").empty());
  CHECK(errors_of("clamp(trust, 2, 1)") == "E214@17+1");
  CHECK(errors_of("smoothstep(1, 1, trust)") == "E214@15+1");
}

TEST_CASE("dates stand where a time is expected", "[expr]") {
  CHECK(errors_of("time > 2026-12-31").empty());
  CHECK(errors_of("2026-12-31 <= time").empty());
  CHECK(errors_of("time - 1 year > 2026-12-31").empty());
  const ExpressionPtr later = checked("time >= 2026-07-01").expression;
  CHECK(later->arguments[1]->value == 2.5);
  CHECK(checked("2026-07-01 < time").expression->arguments[0]->value == 2.5);
  CHECK(errors_of("2026-12-31") == "E212@1+10");
  CHECK(errors_of("front > 2026-12-31") == "E212@9+10");
  CHECK(errors_of("2025-01-01 < 2026-01-01") == "E212@14+10");
  CHECK(errors_of("time > 2026-02-30") == "E212@8+10");
  CHECK(errors_of("time > 2026-13-01") == "E212@8+10");
  CHECK(errors_of("2026 - 12 - 31").empty());
}

TEST_CASE("without a calendar there are neither dates nor durations", "[expr]") {
  SmallScope scope;
  scope.calendar = false;
  const auto errors = [&](const char* text) { return checked(text, {}, scope).summary(); };
  CHECK(errors("2 weeks") == "E212@1+7");
  CHECK(errors("time > 2026-12-31") == "E212@8+10");
  CHECK(errors("time > 3").empty());
}

TEST_CASE("marks are allowed in effects alone, and are numbered", "[expr]") {
  CHECK(errors_of("front + normal(0, 1)") == "E209@9+6");
  std::uint32_t count = 3;
  CheckContext effects;
  effects.mark_count = &count;
  const Checked result = checked("front + lognormal(0, tau) * bernoulli(0.5)", effects);
  REQUIRE(result.expression);
  CHECK(count == 5);
  const Expression& product = *result.expression->arguments[1];
  CHECK(product.arguments[0]->kind == Kind::mark);
  CHECK(product.arguments[0]->mark == Mark::lognormal);
  CHECK(product.arguments[0]->mark_index == 3);
  CHECK(product.arguments[1]->mark_index == 4);
  CHECK(checked("normal(0, -1)", effects).summary() == "E214@11+2");
  CHECK(checked("lognormal(0, -1)", effects).summary() == "E214@14+2");
  CHECK(checked("uniform(2, 1)", effects).summary() == "E214@12+1");
  CHECK(checked("beta(0, 1)", effects).summary() == "E214@6+1");
  CHECK(checked("bernoulli(1.5)", effects).summary() == "E214@11+3");
  CHECK(checked("uniform(1)", effects).summary() == "E205@1+7");
}

TEST_CASE("temporal operators have windows", "[expr]") {
  const ExpressionPtr plain = formula("eventually(conflict == ceasefire)");
  REQUIRE(plain);
  CHECK(plain->kind == Kind::temporal);
  CHECK(plain->type == Type::formula);
  CHECK(plain->temporal == Temporal::eventually);
  CHECK(plain->window.within < 0);
  CHECK(plain->window.after == 0);
  CHECK_FALSE(plain->window.after_first);

  const ExpressionPtr windowed =
      formula("always(front > 2, after = 2025-07-01, within = 6 months)");
  REQUIRE(windowed);
  CHECK(windowed->temporal == Temporal::always);
  CHECK(windowed->window.after == 1.5);
  CHECK(windowed->window.within == 0.5);

  const ExpressionPtr chained = formula(
      "until(front > 2, conflict == war, within = 5 years, "
      "after = first(conflict == ceasefire, after = first(front > 3, after = 1 year)))");
  REQUIRE(chained);
  CHECK(chained->arguments.size() == 2);
  CHECK(chained->window.within == 5);
  const Window& opening = chained->window.after_first->window;
  CHECK(chained->window.after_first->temporal == Temporal::first);
  CHECK(opening.after_first->window.after == 1);
}

TEST_CASE("formulas are combined by logic alone", "[expr]") {
  const ExpressionPtr both =
      formula("not eventually(front > 2) and (conflict == war or always(winter))");
  REQUIRE(both);
  CHECK(both->type == Type::formula);
  CHECK(both->function == Function::logical_and);
  CHECK(formula("conflict == war")->type == Type::boolean);
  CHECK(errors_of("eventually(winter) + 1", Type::formula) == "E206@1+18");
  CHECK(errors_of("eventually(winter) == 1", Type::formula) == "E206@1+18");
  CHECK(errors_of("if(eventually(winter), 1, 2) > 1", Type::formula) == "E206@4+18");
  CHECK(errors_of("eventually(winter) and front", Type::formula) == "E206@24+5");
  CHECK(errors_of("front", Type::formula) == "E206@1+5");
}

TEST_CASE("temporal operators stay where they are allowed", "[expr]") {
  CHECK(errors_of("eventually(winter)", Type::number) == "E209@1+10");
  CHECK(errors_of("eventually(winter)", Type::boolean) == "E209@1+10");
  CHECK(errors_of("1 + eventually(winter)") == "E209@5+10");
  CHECK(errors_of("eventually(always(winter))", Type::formula) == "E209@12+6");
  CHECK(errors_of("eventually(winter, after = 1 + first(winter))", Type::formula) == "E209@32+5");
  CHECK(errors_of("eventually(winter, within = always(winter))", Type::formula) == "E209@29+6");
  CHECK(errors_of("first(winter)", Type::formula) == "E209@1+5");
  CHECK(errors_of("eventually(front)", Type::formula) == "E206@12+5");
}

TEST_CASE("windows are constants that are not negative", "[expr]") {
  const auto errors = [](const std::string& arguments) {
    return errors_of("eventually(winter, " + arguments + ")", Type::formula);
  };
  CHECK(errors("within = 2 * 6 months").empty());
  CHECK(errors("within = tau") == "E210@29+3");
  CHECK(errors("within = -1") == "E210@29+2");
  CHECK(errors("within = 2 > 1") == "E210@29+5");
  CHECK(errors("within = 2026-01-01") == "E210@29+10");
  CHECK(errors("after = pressure") == "E210@28+8");
  CHECK(errors("after = 2020-01-01") == "E210@28+10");
  CHECK(errors("after = -1 year") == "E210@28+7");
  CHECK(errors("1 year") == "E205@1+10");
  CHECK(errors("widthin = 1") == "E205@30+1");
  CHECK(errors("within = 1, within = 2") == "E205@41+1");
  CHECK(errors("after = first(winter, within = 1)") == "E205@51+1");
  CHECK(errors("within = 1, front > 2") == "E202@32+5");
  CHECK(errors_of("until(winter)", Type::formula) == "E205@1+5");
}

TEST_CASE("a let is one node that several parents hold", "[expr]") {
  SmallScope scope;
  scope.lets["shared"] = checked("exp(-tau)").expression;
  const Checked result = checked("shared + shared * trust", {}, scope);
  REQUIRE(result.expression);
  CHECK(result.expression->arguments[0] == scope.lets["shared"]);
  CHECK(result.expression->arguments[1]->arguments[0] == scope.lets["shared"]);
}

TEST_CASE("shared parts may not pile up without bound", "[expr]") {
  SmallScope scope;
  scope.lets["a"] = checked("tau + 1").expression;
  std::string code;
  int rounds = 0;
  // Each round doubles the tree, so every pass must remember what it has seen.
  for (; rounds < 3000 && code.empty(); ++rounds) {
    const Checked result = checked("a + a", {}, scope);
    code = result.summary();
    if (result.expression) scope.lets["a"] = result.expression;
  }
  CHECK(code == "E211@1+5");
  CHECK(rounds > 500);
  CHECK(symbols_of(*scope.lets["a"]).size() == 1);
  CHECK(to_text(*scope.lets["a"]).size() < 40000);
  CHECK(same(*scope.lets["a"], *scope.lets["a"]));
  testing::SmallEnvironment environment;
  environment.tau = -1;
  CHECK(evaluate(*scope.lets["a"], environment) == 0);
}

}  // namespace
}  // namespace detente::expr
