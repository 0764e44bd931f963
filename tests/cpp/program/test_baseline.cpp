#include "detente/program/baseline.hpp"

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/weibull.hpp>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "support/catch.hpp"

namespace detente::program {
namespace {

using model::BaselineFamily;

struct Case {
  BaselineFamily family;
  std::vector<double> arguments;
  std::vector<double> times = {};
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {BaselineFamily::exponential, {0.7}},    {BaselineFamily::weibull, {0.5, 12}},
      {BaselineFamily::weibull, {2.5, 3}},     {BaselineFamily::gompertz, {0.2, 0.3}},
      {BaselineFamily::gompertz, {0.2, -0.1}}, {BaselineFamily::gompertz, {0.2, 0}},
      {BaselineFamily::lognormal, {0.4, 0.8}}, {BaselineFamily::loglogistic, {1.7, 2}},
      {BaselineFamily::loglogistic, {0.6, 5}}, {BaselineFamily::gamma, {0.5, 0.4}},
      {BaselineFamily::gamma, {3, 1.2}},       {BaselineFamily::piecewise, {0.3, 0, 1.5}, {1, 2}},
  };
  return all;
}

const std::vector<double> ages{0.1, 0.3, 0.99, 1.7, 2.5, 6};

TEST_CASE("age_at undoes cumulative_hazard", "[program]") {
  for (const Case& c : cases()) {
    for (const double age : ages) {
      const double h = cumulative_hazard(c.family, c.arguments, c.times, age);
      const double back = age_at(c.family, c.arguments, c.times, h);
      INFO("family " << static_cast<int>(c.family) << " at " << age);
      // On the piece without hazard every age has the same H; the smallest is asked for.
      const bool is_flat = c.family == BaselineFamily::piecewise && age > 1 && age <= 2;
      CHECK(back == Approx(is_flat ? 1.0 : age).epsilon(1e-9));
    }
  }
}

TEST_CASE("the hazard is the slope of the cumulative hazard", "[program]") {
  for (const Case& c : cases()) {
    for (const double age : ages) {
      const double d = 1e-5 * age;
      const double slope = (cumulative_hazard(c.family, c.arguments, c.times, age + d) -
                            cumulative_hazard(c.family, c.arguments, c.times, age - d)) /
                           (2 * d);
      INFO("family " << static_cast<int>(c.family) << " at " << age);
      CHECK(hazard(c.family, c.arguments, c.times, age) == Approx(slope).epsilon(1e-6));
    }
  }
}

TEST_CASE("the node computes what the number does", "[program]") {
  for (const Case& c : cases()) {
    for (const double age : ages) {
      Graph graph;
      std::vector<NodeId> arguments;
      for (const double a : c.arguments) arguments.push_back(graph.constant(a));
      const NodeId node = cumulative_node(graph, c.family, arguments, c.times, graph.constant(age));
      INFO("family " << static_cast<int>(c.family) << " at " << age);
      REQUIRE(graph.is_constant(node));
      const double number = cumulative_hazard(c.family, c.arguments, c.times, age);
      CHECK(graph[node].value == Approx(number).epsilon(1e-12));
    }
  }
}

template <class Distribution>
void check_against(const Distribution& law, BaselineFamily family,
                   const std::vector<double>& arguments) {
  for (const double age : ages) {
    const double expected = -std::log(boost::math::cdf(boost::math::complement(law, age)));
    CHECK(cumulative_hazard(family, arguments, {}, age) ==
          Approx(expected).epsilon(1e-12).margin(1e-15));
  }
}

TEST_CASE("cumulative hazards are those of the named laws", "[program]") {
  check_against(boost::math::weibull(0.5, 12), BaselineFamily::weibull, {0.5, 12});
  check_against(boost::math::lognormal(0.4, 0.8), BaselineFamily::lognormal, {0.4, 0.8});
  check_against(boost::math::gamma_distribution<>(3, 1 / 1.2), BaselineFamily::gamma, {3, 1.2});
}

TEST_CASE("impossible arguments give no number", "[program]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Case> impossible{
      {BaselineFamily::exponential, {-1}}, {BaselineFamily::weibull, {0, 1}},
      {BaselineFamily::weibull, {1, -2}},  {BaselineFamily::gompertz, {-0.1, 1}},
      {BaselineFamily::lognormal, {0, 0}}, {BaselineFamily::loglogistic, {1, nan}},
      {BaselineFamily::gamma, {-1, 1}},    {BaselineFamily::piecewise, {1, -1}, {2}},
  };
  for (const Case& c : impossible) {
    INFO("family " << static_cast<int>(c.family));
    CHECK(std::isnan(cumulative_hazard(c.family, c.arguments, c.times, 3)));
    CHECK(std::isnan(hazard(c.family, c.arguments, c.times, 3)));
    CHECK(std::isnan(age_at(c.family, c.arguments, c.times, 3)));
  }
}

/// Lane i has the arguments of the case, those with an even number those of `other`.
std::vector<double> two_kinds(const Case& c, const std::vector<double>& other, std::size_t n) {
  std::vector<double> columns(c.arguments.size() * n);
  for (std::size_t k = 0; k < c.arguments.size(); ++k) {
    for (std::size_t i = 0; i < n; ++i) columns[k * n + i] = (i % 2 != 0 ? c.arguments : other)[k];
  }
  return columns;
}

void check_same(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) {
    CHECK((std::isnan(a) && std::isnan(b)));
  } else if (std::isinf(b)) {
    CHECK(a == b);
  } else {
    CHECK(a == Approx(b).epsilon(1e-13).margin(1e-300));
  }
}

TEST_CASE("many lanes get what each gets alone", "[program]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> values{0,   1e-9, 0.1, 0.3,  0.99,     1,   1.7, 2.5,
                                   3.2, 6,    50,  -0.5, infinity, nan, 0.3, 1e-300};
  const std::size_t n = values.size();
  for (const Case& c : cases()) {
    std::vector<double> other = c.arguments;
    for (double& a : other) a *= 1.25;
    for (const std::vector<double>& even : {other, std::vector<double>(other.size(), -1.0)}) {
      const std::vector<double> columns = two_kinds(c, even, n);
      const ArgumentColumns arguments{columns.data(), n, c.arguments.size()};
      std::vector<double> hazards = values;
      std::vector<double> reached = values;
      cumulative_hazards(c.family, arguments, c.times, hazards.data(), n);
      ages_at(c.family, arguments, c.times, reached.data(), n);
      for (std::size_t i = 0; i < n; ++i) {
        INFO("family " << static_cast<int>(c.family) << ", lane " << i << ", " << values[i]);
        const std::vector<double>& own = i % 2 != 0 ? c.arguments : even;
        if (!std::isnan(values[i])) {
          check_same(hazards[i], cumulative_hazard(c.family, own, c.times, values[i]));
        }
        check_same(reached[i], age_at(c.family, own, c.times, values[i]));
      }
    }
  }
}

TEST_CASE("what a lane gets does not depend on its place", "[program]") {
  const std::size_t n = 24;
  std::vector<double> columns(2 * n);
  std::vector<double> ages_of_lanes(n);
  for (std::size_t i = 0; i < n; ++i) {
    ages_of_lanes[i] = 0.37 * static_cast<double>(i * i) + 0.01;
    columns[i] = 0.5 + 0.1 * static_cast<double>(i);
    columns[n + i] = 3.0 / static_cast<double>(i + 1);
  }
  const auto reversed = [n](std::vector<double> column) {
    for (std::size_t from = 0; from < column.size(); from += n) {
      std::reverse(column.begin() + static_cast<std::ptrdiff_t>(from),
                   column.begin() + static_cast<std::ptrdiff_t>(from + n));
    }
    return column;
  };
  const std::vector<double> columns_back = reversed(columns);
  for (const auto function : {&cumulative_hazards, &ages_at}) {
    std::vector<double> there = ages_of_lanes;
    std::vector<double> back = reversed(ages_of_lanes);
    function(BaselineFamily::weibull, {columns.data(), n, 2}, {}, there.data(), n);
    function(BaselineFamily::weibull, {columns_back.data(), n, 2}, {}, back.data(), n);
    CHECK(reversed(back) == there);
  }
}

}  // namespace
}  // namespace detente::program
