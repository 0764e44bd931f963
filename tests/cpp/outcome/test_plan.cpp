#include "detente/outcome/plan.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "detente/diagnostic/error.hpp"
#include "detente/scenario/reader.hpp"
#include "support/catch.hpp"

namespace detente::outcome {
namespace {

/// A chain with states a, b, c over ten years, read by one outcome; what the chain does is told reading by reading.
class History {
 public:
  explicit History(const std::string& outcome, char state = 'a', const std::string& time = "")
      : model_(scenario::parse(text_of(outcome, time)).model), plan_(*model_) {
    plan_.place(0);
    record_.resize(plan_.field_count());
    plan_.begin(record_.data(), signals(state).data());
  }

  History& at(double time, char state) {
    plan_.read(record_.data(), time, signals(state).data());
    return *this;
  }
  /// The horizon; whether a window must be followed past it.
  bool ends() {
    plan_.take_values(record_.data(), 10.0);
    return plan_.finish(record_.data());
  }
  History& past(double time, char state) {
    plan_.read_run_off(record_.data(), time, signals(state).data());
    return *this;
  }
  bool is_open(double time) { return plan_.is_open(record_.data(), time); }
  const Plan& plan() const { return plan_; }
  OutcomeReading reading() const { return plan_.reading(0, record_.data()); }
  /// The value of a path that ends at the horizon.
  double value() {
    CHECK_FALSE(ends());
    CHECK(reading().standing == Standing::counts);
    return reading().value;
  }

 private:
  static std::string text_of(const std::string& outcome, const std::string& time) {
    std::string text = "detente: 1\ntime: {horizon: 10, step: 1";
    text += time;
    text += R"(}
chains:
  side:
    start: a
    states: [a, b, c]
    transitions:
      - {name: go, from: a, to: b, hazard: 1}
      - {name: on, from: b, to: c, hazard: 1}
outcomes:
  read: {)";
    text += outcome;
    text += "}\n";
    return text;
  }
  /// The signals are conditions on the state: bit sets.
  std::vector<double> signals(char state) const {
    std::vector<double> out;
    for (const expr::ExpressionPtr& signal : plan_.signals()) {
      REQUIRE(signal->kind == expr::Expression::Kind::chain_in);
      out.push_back(static_cast<double>(signal->states >> (state - 'a') & 1));
    }
    return out;
  }

  std::shared_ptr<const model::Model> model_;
  Plan plan_;
  std::vector<double> record_;
};

std::string probability(const std::string& formula, const std::string& given = "") {
  std::string text = "probability: \"";
  text += formula;
  text += '"';
  if (given.empty()) return text;
  text += ", given: \"";
  text += given;
  text += '"';
  return text;
}

TEST_CASE("eventually is true on both ends of its window", "[outcome]") {
  const std::string formula = probability("eventually(side == b, after = 2, within = 3)");
  CHECK(History(formula).at(2, 'b').at(2.5, 'c').value() == 1);
  CHECK(History(formula).at(5, 'b').value() == 1);
  CHECK(History(formula).at(5.1, 'b').value() == 0);
  CHECK(History(formula).at(1, 'b').at(1.9, 'c').value() == 0);
  CHECK(History(formula).at(1, 'b').at(3, 'c').value() == 1);
}

TEST_CASE("always fails on both ends of its window", "[outcome]") {
  const std::string formula = probability("always(side == a, after = 2, within = 3)");
  CHECK(History(formula).value() == 1);
  CHECK(History(formula).at(5, 'b').value() == 0);
  CHECK(History(formula).at(5.1, 'b').value() == 1);
  CHECK(History(formula).at(1, 'b').at(1.9, 'a').value() == 1);
  CHECK(History(formula).at(1, 'b').at(2, 'a').value() == 1);
  CHECK(History(formula).at(1, 'b').at(2.1, 'a').value() == 0);
}

TEST_CASE("until wants an unbroken way to its goal", "[outcome]") {
  const std::string formula = probability("until(side == a, side == b, within = 3)");
  CHECK(History(formula).at(3, 'b').value() == 1);
  CHECK(History(formula).at(3.1, 'b').value() == 0);
  CHECK(History(formula).at(1, 'c').at(2, 'b').value() == 0);
  CHECK(History(formula, 'b').value() == 1);
  CHECK(History(formula, 'c').at(1, 'b').value() == 0);
  CHECK(History(formula).value() == 0);
}

TEST_CASE("a window without a length ends at the horizon", "[outcome]") {
  CHECK(History(probability("eventually(side == b)")).at(10, 'b').value() == 1);
  CHECK(History(probability("eventually(side == b)")).at(9, 'c').value() == 0);
  CHECK(History(probability("always(side == a)")).at(10, 'b').value() == 0);
  CHECK(History(probability("always(side == a)")).value() == 1);
  CHECK(History(probability("until(side == a, side == b)")).value() == 0);
}

TEST_CASE("a window opens when what it waits for first holds", "[outcome]") {
  const std::string formula =
      probability("eventually(side == a, within = 2, after = first(side == b))");
  CHECK(History(formula).at(1, 'b').at(3, 'a').value() == 1);
  CHECK(History(formula).at(1, 'b').at(3.1, 'a').value() == 0);
  CHECK(History(formula).at(1, 'b').at(4, 'a').at(5, 'b').at(6, 'a').value() == 0);
  const std::string twice =
      probability("eventually(side == a, after = first(side == c, after = first(side == b)))");
  CHECK(History(twice).at(1, 'c').at(2, 'b').at(3, 'a').value() == 0);
  CHECK(History(twice).at(1, 'b').at(2, 'c').at(3, 'a').value() == 1);
}

TEST_CASE("where the opening never comes, always alone is true", "[outcome]") {
  CHECK(History(probability("eventually(side == a, after = first(side == b))")).value() == 0);
  CHECK(History(probability("until(side == a, side == a, after = first(side == b))")).value() == 0);
  CHECK(History(probability("always(side == c, after = first(side == b))")).value() == 1);
  CHECK(History(probability("not eventually(side == a, after = first(side == b))")).value() == 1);
}

TEST_CASE("a window that is open at the horizon is followed to its end", "[outcome]") {
  const std::string formula =
      probability("eventually(side == a, within = 3, after = first(side == b))");
  History late(formula);
  CHECK(late.plan().run_off() == 3.0);
  REQUIRE(late.at(9, 'b').ends());
  CHECK(late.is_open(10.5));
  CHECK(late.past(12, 'a').reading().value == 1);
  CHECK_FALSE(late.is_open(12));

  History too_late(formula);
  REQUIRE(too_late.at(9, 'b').ends());
  CHECK(too_late.past(12.1, 'a').reading().value == 0);

  History never(formula);
  REQUIRE(never.at(9, 'b').ends());
  CHECK_FALSE(never.is_open(12));
  CHECK(never.reading().value == 0);
  CHECK(never.reading().standing == Standing::counts);

  CHECK_FALSE(History(formula).at(7, 'b').ends());
}

TEST_CASE("only windows with a length reach past the horizon", "[outcome]") {
  CHECK(History(probability("eventually(side == a)")).plan().run_off() == 0.0);
  CHECK(History(probability("eventually(side == a, within = 4)")).plan().run_off() == 0.0);
  CHECK(History(probability("always(side == a, after = 8, within = 4)")).plan().run_off() == 2.0);
  CHECK(History(probability("always(side == a, within = 4, after = first(side == b))"), 'a',
                ", run_off: false")
            .plan()
            .run_off() == 0.0);
}

TEST_CASE("without run-off an undecided path is censored", "[outcome]") {
  const std::string stops = ", run_off: false";
  const auto standing = [&stops](const std::string& outcome, double time, char then) {
    History history(outcome, 'a', stops);
    history.at(time, 'b').at(9.5, then);
    CHECK_FALSE(history.ends());
    return history.reading().standing;
  };
  const std::string window = "eventually(side == a, within = 3, after = first(side == b))";
  CHECK(standing(probability(window), 9, 'b') == Standing::censored);
  CHECK(standing(probability(window), 9, 'a') == Standing::counts);
  CHECK(standing(probability(window), 6, 'b') == Standing::counts);
  CHECK(standing(probability("not " + window), 9, 'b') == Standing::censored);
  CHECK(standing(probability(window + " and side == b"), 9, 'b') == Standing::censored);
  CHECK(standing(probability(window + " and eventually(side == c)"), 9, 'b') == Standing::counts);
  CHECK(standing(probability(window + " or eventually(side == b)"), 9, 'b') == Standing::counts);
  CHECK(standing(probability("side == b", window), 9, 'b') == Standing::censored);
  CHECK(standing(probability("side == b", window), 6, 'b') == Standing::excluded);
  CHECK(standing(probability("side == b", window), 9, 'a') == Standing::counts);
}

TEST_CASE("formulas combine with and, or, not", "[outcome]") {
  const std::string first = "eventually(side == b)";
  const std::string second = "eventually(side == c)";
  for (const bool sees_b : {false, true}) {
    for (const bool sees_c : {false, true}) {
      const auto value = [&](const std::string& formula) {
        History history(probability(formula));
        if (sees_b) history.at(1, 'b');
        if (sees_c) history.at(2, 'c');
        return history.at(3, 'a').value() != 0;
      };
      CHECK(value(first + " and " + second) == (sees_b && sees_c));
      CHECK(value(first + " or " + second) == (sees_b || sees_c));
      CHECK(value("not " + first + " and " + second) == (!sees_b && sees_c));
      CHECK(value("not (" + first + " or " + second + ")") == !(sees_b || sees_c));
      CHECK(value(first + " and " + second + " and side == a") == (sees_b && sees_c));
    }
  }
}

TEST_CASE("a bare condition is read at the horizon", "[outcome]") {
  CHECK(History(probability("side == b")).at(1, 'b').value() == 1);
  CHECK(History(probability("side == b")).at(1, 'b').at(9, 'c').value() == 0);
  CHECK(History(probability("side in [b, c]")).at(10, 'c').value() == 1);
}

TEST_CASE("no more expressions are followed than there is room for", "[outcome]") {
  const auto model_with = [](int n_outcomes) {
    std::string text = "detente: 1\ntime: {horizon: 1, step: 1}\nvariables: {x: {start: 0}}\n";
    text += "outcomes:\n";
    for (int i = 0; i < n_outcomes; ++i) {
      const std::string number = std::to_string(i);
      text += "  o" + number + ": {maximum: x + " + number + "}\n";
    }
    return scenario::parse(text).model;
  };
  CHECK(Plan(*model_with(256)).signals().size() == 256);
  const auto too_many = model_with(257);
  CHECK_THROWS_AS(Plan(*too_many), diagnostic::RunError);
}

TEST_CASE("a path on which given fails is left out", "[outcome]") {
  History history(probability("side == a", "eventually(side == b)"));
  history.at(1, 'c');
  CHECK_FALSE(history.ends());
  CHECK(history.reading().standing == Standing::excluded);
  CHECK(History(probability("side == b", "eventually(side == b)")).at(4, 'b').value() == 1);
}

TEST_CASE("a time is infinite where the horizon comes first", "[outcome]") {
  CHECK(History("time_to: side == b").at(4, 'b').at(5, 'a').at(6, 'b').value() == 4);
  CHECK(std::isinf(History("time_to: side == b").at(4, 'c').value()));
}

TEST_CASE("a duration is cut to its bounds and to the horizon", "[outcome]") {
  CHECK(History("duration: side == b").at(7, 'b').value() == Approx(3).epsilon(1e-14));
  CHECK(History("duration: side == b, until: 8").at(7, 'b').value() == Approx(1).epsilon(1e-14));
  CHECK(History("duration: side == b, from: 2, until: 8").at(1, 'b').at(4, 'c').value() ==
        Approx(2).epsilon(1e-14));
}

}  // namespace
}  // namespace detente::outcome
