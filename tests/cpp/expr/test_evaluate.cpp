#include "detente/expr/evaluate.hpp"

#include <array>
#include <cmath>

#include "detente/diagnostic/error.hpp"
#include "expr/scope.hpp"
#include "support/catch.hpp"

namespace detente::expr {
namespace {

using testing::checked;
using testing::expecting;
using testing::value;

ExpressionPtr any(const std::string& text) {
  return checked(text, expecting(std::nullopt)).expression;
}

TEST_CASE("functions have their values", "[expr]") {
  CHECK(value("exp(trust)") == std::exp(0.25));
  CHECK(value("log(trust)") == std::log(0.25));
  CHECK(value("log1p(trust)") == std::log1p(0.25));
  CHECK(value("expm1(trust)") == std::expm1(0.25));
  CHECK(value("sqrt(trust)") == 0.5);
  CHECK(value("abs(-trust)") == 0.25);
  CHECK(value("min(front, tau, trust, 7)") == 0.25);
  CHECK(value("max(front, tau, trust, 7)") == 18);
  CHECK(value("clamp(front, 0, 10)") == 10);
  CHECK(value("clamp(front, 20, 30)") == 20);
  CHECK(value("logistic(trust)") == Approx(1 / (1 + std::exp(-0.25))).epsilon(1e-15));
  CHECK(value("logit(trust)") == Approx(std::log(1.0 / 3)).epsilon(1e-15));
  CHECK(value("step(trust)") == 1);
  CHECK(value("step(0 * trust)") == 1);
  CHECK(value("step(-trust)") == 0);
  CHECK(value("smoothstep(10, 26, front)") == 0.5);
  CHECK(value("smoothstep(14, 30, front)") == 0.15625);  // s = 1/4
  CHECK(value("smoothstep(20, 30, front)") == 0);
  CHECK(value("smoothstep(0, 10, front)") == 1);
  CHECK(value("smoothstep(30, 14, front)") == 0.84375);  // falls where `from` is above `to`
  CHECK(value("sin(trust)") == std::sin(0.25));
  CHECK(value("cos(trust)") == std::cos(0.25));
  CHECK(value("floor(-trust)") == -1);
  CHECK(value("ceil(trust)") == 1);
  CHECK(value("if(front > 20, 1, 2)") == 2);
}

TEST_CASE("leaves are read from the environment", "[expr]") {
  CHECK(value("12 * (1 + winter)") == 24);
  CHECK(value("conflict == war") == 1);
  CHECK(value("conflict == talks") == 0);
  CHECK(value("guarantee in [none, in_force]") == 1);
  CHECK(value("guarantee != in_force") == 0);
  CHECK(value("sojourn(conflict)") == 0.75);
  CHECK(value("visits(conflict.frozen)") == 4);
  CHECK(value("count(strike) + count(guarantee.lapse)") == 2);
  CHECK(value("time + year") == 2027);
  CHECK(value("war") == 7);
}

TEST_CASE("a branch that is not taken is not read", "[expr]") {
  // log(-1) would be NaN, which no comparison could take back.
  CHECK(value("if(front > 20, log(-front), 3)") == 3);
  CHECK(std::isnan(value("if(front > 10, log(-front), 3)")));
}

TEST_CASE("a shared mark is one number", "[expr]") {
  class Marks : public testing::SmallEnvironment {
   public:
    double mark(Mark kind, std::uint32_t index, std::span<const double> arguments) const override {
      ++calls;
      return kind == Mark::normal ? 100.0 * index + arguments[0] + arguments[1] : 0.0;
    }
    mutable int calls = 0;
  };
  std::uint32_t count = 4;
  CheckContext effects;
  effects.mark_count = &count;
  testing::SmallScope scope;
  scope.lets["m"] = checked("normal(trust, 2)", effects).expression;
  const ExpressionPtr twice = checked("m + m", effects, scope).expression;
  const Marks environment;
  CHECK(evaluate(*twice, environment) == 804.5);
  CHECK(environment.calls == 1);
  CHECK_THROWS_AS(evaluate(*twice, testing::SmallEnvironment()), diagnostic::InternalError);
}

TEST_CASE("a formula has no value at one moment", "[expr]") {
  const ExpressionPtr formula = checked("eventually(winter)", expecting(Type::formula)).expression;
  CHECK_THROWS_AS(evaluate(*formula, testing::SmallEnvironment()), diagnostic::InternalError);
}

TEST_CASE("symbols and chains below an expression are listed once, in order", "[expr]") {
  const ExpressionPtr expression =
      any("front + trust * front + if(guarantee == none and conflict == war, tau, trust)");
  const std::vector<Symbol> symbols = symbols_of(*expression);
  REQUIRE(symbols.size() == 3);
  CHECK(symbols[0] == Symbol{SymbolKind::variable, 1, 0});
  CHECK(symbols[1] == Symbol{SymbolKind::variable, 0, 0});
  CHECK(symbols[2] == Symbol{SymbolKind::parameter, 0, 0});
  CHECK(chains_of(*expression) == std::vector<std::uint32_t>{1, 0});
}

TEST_CASE("an expression is written so that it reads back as the same", "[expr]") {
  for (const char* text : {"trust - (front - tau)",
                           "trust - front - tau",
                           "trust / (front * tau)",
                           "(trust / front) * tau",
                           "-trust^2",
                           "(-trust)^2",
                           "trust^-front",
                           "trust^front^tau",
                           "(trust^front)^tau",
                           "not (winter and front > 2)",
                           "not winter and front > 2",
                           "winter and (front > 2 or tau > 1) and conflict == war",
                           "winter or front > 2 and tau > 1",
                           "1 + (front > 2)",
                           "(front > 2) == (tau > 1)",
                           "if(conflict in [war, talks], exp(-trust), 2 * (conflict != war))",
                           "clamp(front, -1, 1e-300)",
                           "min(trust, front, tau)",
                           "1 - sojourn(conflict) / tau",
                           "visits(conflict.war) * count(strike)",
                           "trust - -1",
                           "trust * -front",
                           "0.1 * front + 1e300 * trust",
                           "not (not winter or tau > 1)",
                           "smoothstep(0, 1, step(trust))"}) {
    const ExpressionPtr before = any(text);
    REQUIRE(before);
    const std::string written = to_text(*before);
    const ExpressionPtr after = any(written);
    INFO(text << " -> " << written);
    REQUIRE(after);
    CHECK(same(*before, *after));
  }
}

TEST_CASE("formulas are written with their windows", "[expr]") {
  const auto written = [](const char* text) {
    return to_text(*checked(text, expecting(Type::formula)).expression);
  };
  CHECK(written("eventually( front>2 , after=1 year, within=6 months)") ==
        "eventually(front > 2, within = 0.5, after = 1)");
  CHECK(written("not (until(winter, front > 2) or always(winter))") ==
        "not (until(winter, front > 2) or always(winter))");
}

}  // namespace
}  // namespace detente::expr
