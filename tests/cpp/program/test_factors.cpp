#include "detente/program/factors.hpp"

#include <string>
#include <vector>

#include "detente/scenario/reader.hpp"
#include "support/catch.hpp"

namespace detente::program {
namespace {

constexpr const char* text = R"yaml(
detente: 1
time: {horizon: 4, step: 1, report: 1}
parameters: {a: {normal: {mean: 1, sd: 1}}, b: {normal: {mean: 1, sd: 1}}}
let: {will: "exp(a - b)", both: a + b}
chains:
  side:
    start: up
    states: [up, down]
    transitions: [{name: fall, from: up, to: down, HAZARD}]
)yaml";

/// Names of the factors of a hazard, as it stands in a file.
std::vector<std::string> names_of(const std::string& hazard) {
  std::string whole = text;
  whole.replace(whole.find("HAZARD"), 6, hazard);
  const auto model = scenario::parse(whole).model;
  std::vector<std::string> names;
  for (const Factor& factor : factors_of(*model, model->transitions[0].intensity)) {
    names.push_back((factor.divides ? "/" : "") + factor.name);
  }
  return names;
}

using Names = std::vector<std::string>;

TEST_CASE("a hazard is taken apart at products, quotients and the terms of exponentials",
          "[program]") {
  CHECK(names_of("hazard: a * abs(b)") == Names{"a", "abs(b)"});
  CHECK(names_of("hazard: a / (2 * abs(b))") == Names{"a", "/2", "/abs(b)"});
  CHECK(names_of("hazard: exp(a - 2 * b)") == Names{"exp(a)", "/exp(-2 * b)"});
  CHECK(names_of("hazard: a + b") == Names{"a + b"});
}

TEST_CASE("a shared expression is taken apart too where it is a product", "[program]") {
  CHECK(names_of("hazard: will * 2") == Names{"exp(a)", "/exp(-b)", "2"});
  CHECK(names_of("hazard: both * 2") == Names{"both", "2"});
}

TEST_CASE("a baseline comes first and named ratios stay whole", "[program]") {
  CHECK(names_of("baseline: {exponential: {rate: 2}}, hazard_ratios: {x: exp(a + b), y: 2}") ==
        Names{"baseline", "x", "y"});
}

TEST_CASE("factors with one name are told apart", "[program]") {
  CHECK(names_of("hazard: a * a") == Names{"a", "a (2)"});
}

}  // namespace
}  // namespace detente::program
