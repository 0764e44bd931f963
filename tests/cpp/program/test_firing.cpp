/// Joint states that fire alike share the code of a firing: what is shared must be what each would have of its own.

#include "detente/program/firing.hpp"

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "detente/engine/buffer.hpp"
#include "detente/engine/task.hpp"
#include "detente/program/program.hpp"
#include "detente/scenario/reader.hpp"
#include "support/catch.hpp"

namespace detente::program {
namespace {

/// Chains decide in every place where they may: guard, probability, effect, branch, forced move, a rule, a reading.
constexpr const char* text = R"yaml(
detente: 1
time: {horizon: 3, step: 0.1, report: 1}
levers:
  push: {default: 0}
variables:
  x: {start: 0, reverting: {to: 0, rate: 1}, volatility: 0.2}
chains:
  a: {start: off, states: [off, on], transitions: [{name: a_on, from: off, to: on, hazard: 1}]}
  b: {start: off, states: [off, on], transitions: [{name: b_on, from: off, to: on, hazard: 1}]}
  c: {start: off, states: [off, on], transitions: [{name: c_on, from: off, to: on, hazard: 1}]}
  d: {start: off, states: [off, on], transitions: [{name: d_on, from: off, to: on, hazard: 1}]}
  e:
    start: low
    states: [low, middle, high]
    transitions:
      - {name: climb, from: low, to: {middle: 1, high: "if(b == on, 2, 1)"}, hazard: 1}
events:
  visit: {every: 1, when: a == on, probability: "if(b == on, 0.5, 0.2)", effects: {}}
  blow: {hazard: 2, effects: {x: "x + if(c == on, 1, 2)"}}
  shove: {hazard: 1, effects: {x: x + push}}
  reset: {hazard: 1, effects: {a: {on: "if(d == on, 1, 3)", off: 1}}}
policies:
  plain: {}
  ruled: {rules: {push: "if(d == on, 3, 4)"}}
outcomes:
  high_while_a: {duration: x > 1 and a == on}
)yaml";

bool same(const RecordCode& one, const RecordCode& other) {
  if (one.inputs() != other.inputs() || one.code().outputs() != other.code().outputs()) {
    return false;
  }
  const auto alike = [](const Instruction& i, const Instruction& j) {
    return i.function == j.function && i.out == j.out && i.a == j.a && i.b == j.b && i.c == j.c;
  };
  const auto& left = one.code().instructions();
  const auto& right = other.code().instructions();
  if (!std::equal(left.begin(), left.end(), right.begin(), right.end(), alike)) return false;
  if (one.scalars().size() != other.scalars().size()) return false;
  engine::Buffer<double> a(one.scalars().size()), b(one.scalars().size());
  one.scalars().initialise(a.data());
  other.scalars().initialise(b.data());
  return std::equal(a.data(), a.data() + a.size(), b.data());
}

bool same(const FiringProgram& one, const FiringProgram& other) {
  return same(one.code, other.code) && one.assigned == other.assigned &&
         one.touched_signals == other.touched_signals && same(one.touched, other.touched);
}

/// Compares all elements in random joint states; returns how many pieces of code they share.
std::size_t compare(const Program& program, std::size_t n_states) {
  const model::Model& model = program.model();
  const std::size_t n_elements = model.transitions.size() + model.events.size();
  std::mt19937 engine(11);
  std::set<std::shared_ptr<const FiringProgram>> pieces;
  for (std::size_t round = 0; round < n_states; ++round) {
    JointState state;
    for (const model::Chain& chain : model.chains) {
      state.push_back(static_cast<std::uint8_t>(engine() % chain.states.size()));
    }
    for (ElementId element = 0; element < n_elements; ++element) {
      const auto shared = program.firing(element, state);
      pieces.insert(shared);
      CAPTURE(program.element_name(element), round);
      CHECK(same(*shared, compile_firing(program, element, state)));
    }
  }
  return pieces.size();
}

TEST_CASE("shared code of a firing is that of every joint state that shares it", "[program]") {
  const auto scenario = scenario::parse(text, "shared.yaml");
  for (const std::size_t policy : {std::size_t{0}, std::size_t{1}}) {
    const engine::Task task(scenario.model, policy);
    // 9 elements in 48 joint states.
    CHECK(compare(task.program(), 300) < 9 * 48 / 4);
  }
}

TEST_CASE("the flagship's firings share their code rightly", "[program]") {
  const auto scenario = scenario::load(std::string(DETENTE_SCENARIOS) + "/ukraine-2024.yaml");
  for (std::size_t policy = 0; policy < scenario.model->policies.size(); policy += 3) {
    const engine::Task task(scenario.model, policy);
    compare(task.program(), 60);
  }
}

TEST_CASE("readings after a transition know where it leads", "[program]") {
  const auto scenario = scenario::parse(R"yaml(
detente: 1
time: {horizon: 3, step: 0.1, report: 1}
chains:
  conflict:
    start: war
    states: [war, talks, frozen]
    transitions:
      - {name: open, from: war, to: talks, hazard: 1}
      - {name: part, from: war, to: {talks: 1, frozen: 1}, hazard: 0.5}
      - {name: return, from: [talks, frozen], to: war, hazard: 1}
      - name: break_off
        from: talks
        to: frozen
        hazard: 0.2
        effects: {mood: {bad: 1}}
  mood: {start: good, states: [good, bad], transitions: [{name: mend, from: bad, to: good, hazard: 1}]}
outcomes:
  war_years: {duration: conflict == war}
  bad_years: {duration: mood == bad}
)yaml",
                                        "leads.yaml");
  const engine::Task task(scenario.model, 0);
  const Program& program = task.program();
  // Whether it was at war and in a bad mood after the element's firing, by the code for readings.
  const auto seen_after = [&](ElementId element) {
    const std::shared_ptr<const FiringProgram> firing = program.firing(element, {0, 0});
    REQUIRE(firing->keeps_pool);
    std::vector<double> seen;
    if (!firing->touched.is_constant()) return seen;
    for (const Operand& output : firing->touched.code().outputs()) {
      seen.push_back(*firing->touched.scalars().constant(output.index));
    }
    return seen;
  };
  CHECK(seen_after(0) == std::vector{0.0});
  CHECK(seen_after(1).empty());  // it leads to either of two states, which the record tells
  CHECK(seen_after(2) == std::vector{1.0});
  CHECK(seen_after(3) == std::vector{0.0, 1.0});
  CHECK(seen_after(4) == std::vector{0.0});
}

}  // namespace
}  // namespace detente::program
