#include "detente/program/listing.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "detente/program/program.hpp"
#include "detente/scenario/reader.hpp"
#include "support/catch.hpp"

using detente::program::JointState;
using detente::program::ListedLine;
using detente::program::Listing;
using detente::program::Program;

namespace {

constexpr const char* text = R"yaml(
detente: 1
title: Two states
time: {horizon: 10, step: 0.1}
parameters:
  k: {normal: {mean: 1, sd: 0.1}}
variables:
  x: {start: 0, reverting: {to: 0, rate: 1}, volatility: 0.5}
  y: {start: 1, drift: "if(conflict == war, k * exp(x), 0)"}
chains:
  conflict:
    start: war
    states: [war, peace]
    transitions:
      - {name: end, from: war, to: peace, hazard: 0.5 * exp(x)}
      - {name: relapse, from: peace, to: war, baseline: {weibull: {shape: 0.5, scale: 3}}, hazard_ratios: {x: exp(x)}}
events:
  shock: {hazard: 2, effects: {x: x + 1}}
outcomes:
  high: {duration: x + y > 2}
)yaml";

Listing listing_of(std::uint8_t state) {
  const auto scenario = detente::scenario::parse(text, "two.yaml");
  detente::expr::ExpressionPtr signal = scenario.model->outcomes[0].expression;
  const Program program(scenario.model, 0, {signal}, 0.0);
  return list_step(program, JointState{state});
}

const ListedLine& line_of(const Listing& listing, ListedLine::Kind kind, const std::string& name) {
  const auto found =
      std::find_if(listing.lines.begin(), listing.lines.end(),
                   [&](const ListedLine& line) { return line.kind == kind && line.name == name; });
  REQUIRE(found != listing.lines.end());
  return *found;
}

bool has_operation(const ListedLine& line, const std::string& operation) {
  return std::any_of(line.instructions.begin(), line.instructions.end(),
                     [&operation](const auto& instruction) {
                       return instruction.text.find(" = " + operation + " ") != std::string::npos;
                     });
}

bool lists(const Listing& listing, ListedLine::Kind kind, const std::string& name) {
  return std::any_of(listing.lines.begin(), listing.lines.end(), [&](const ListedLine& line) {
    return line.kind == kind && line.name == name;
  });
}

}  // namespace

using Kind = ListedLine::Kind;

TEST_CASE("a listing has the clocks, moving variables and readings of the state", "[listing]") {
  const Listing war = listing_of(0);
  CHECK(lists(war, Kind::normals, "noise of all variables"));
  CHECK(lists(war, Kind::hazard, "end"));
  CHECK(lists(war, Kind::hazard, "shock"));
  CHECK_FALSE(lists(war, Kind::hazard, "relapse"));
  CHECK_FALSE(lists(war, Kind::baseline, "relapse"));
  CHECK(lists(war, Kind::variable, "x"));
  CHECK(lists(war, Kind::variable, "y"));
  CHECK(lists(war, Kind::reading, "x + y > 2"));

  const Listing peace = listing_of(1);
  CHECK_FALSE(lists(peace, Kind::hazard, "end"));
  CHECK(lists(peace, Kind::hazard, "relapse"));
  CHECK(lists(peace, Kind::baseline, "relapse"));
  CHECK_FALSE(lists(peace, Kind::variable, "y"));
}

TEST_CASE("a value that two lines need is listed where it is first worked out", "[listing]") {
  const Listing war = listing_of(0);
  CHECK(has_operation(line_of(war, Kind::hazard, "end"), "exp"));
  CHECK_FALSE(has_operation(line_of(war, Kind::variable, "y"), "exp"));
}

TEST_CASE("instructions are those of the compiled step, each once", "[listing]") {
  const auto scenario = detente::scenario::parse(text, "two.yaml");
  const Program program(scenario.model, 0, {}, 0.0);
  for (const std::uint8_t state : {std::uint8_t{0}, std::uint8_t{1}}) {
    const Listing listing = list_step(program, JointState{state});
    std::size_t n = 0;
    for (const ListedLine& line : listing.lines) n += line.instructions.size();
    CHECK(n == program.at(JointState{state})->step_code(true).instructions().size());
  }
}

TEST_CASE("places have names, and numbers stand for themselves", "[listing]") {
  const Listing war = listing_of(0);
  const ListedLine& end = line_of(war, Kind::hazard, "end");
  REQUIRE(end.instructions.size() == 2);
  CHECK(end.instructions[0].text == "r0 = exp x");
  CHECK(end.instructions[1].text == "r1 = mul 0.05, r0");
}

TEST_CASE("a line costs its instructions and what its clock or column needs", "[listing]") {
  for (const std::uint8_t state : {std::uint8_t{0}, std::uint8_t{1}}) {
    for (const ListedLine& line : listing_of(state).lines) {
      double sum = 0.0;
      for (const auto& instruction : line.instructions) {
        CHECK(instruction.nanoseconds > 0.0);
        sum += instruction.nanoseconds;
      }
      CHECK(line.nanoseconds > sum);
      CHECK(std::isfinite(line.nanoseconds));
    }
  }
}
