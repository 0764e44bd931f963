#include "detente/random/copula.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "detente/random/prior.hpp"
#include "detente/random/stream.hpp"
#include "support/catch.hpp"

using detente::random::Copula;
using detente::random::Correlation;
using detente::random::ImpossibleCorrelations;
using detente::random::MultivariateNormal;
using detente::random::Stream;
using detente::random::StreamId;

namespace {

constexpr std::size_t n_paths = 200'000;

/// Independent normals of `size` parameters on one path.
std::vector<double> independent(std::uint64_t path, std::size_t size) {
  std::vector<double> e;
  for (std::uint32_t index = 0; e.size() < size; ++index) {
    const auto four = Stream(detente::random::seed_key(7), path, StreamId("copula")).normals(index);
    e.insert(e.end(), four.begin(), four.end());
  }
  return e;
}

std::vector<double> ranks(const std::vector<double>& x) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return x[i]; });
  std::vector<double> rank(x.size());
  for (std::size_t i = 0; i < order.size(); ++i) rank[order[i]] = static_cast<double>(i);
  return rank;
}

double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0.0, yy = 0.0, xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return xy / std::sqrt(xx * yy);
}

}  // namespace

TEST_CASE("a Gaussian copula has the rank correlations that were asked for", "[random]") {
  const std::vector<Correlation> wanted = {{0, 1, 0.4}, {1, 3, -0.6}, {0, 3, 0.1}};
  const Copula copula(4, wanted);
  std::vector<std::vector<double>> z(4, std::vector<double>(n_paths));
  for (std::size_t path = 0; path < n_paths; ++path) {
    const std::vector<double> e = independent(path, 4);
    for (std::size_t i = 0; i < 4; ++i) z[i][path] = copula.score(i, e.data());
  }
  for (auto& column : z) column = ranks(column);
  // Its standard error is at most 1.1 / sqrt(n) for a normal pair (1 / sqrt(n) without
  // correlation).
  const double error = 1.1 / std::sqrt(static_cast<double>(n_paths));
  for (const Correlation& c : wanted) {
    CHECK(std::abs(correlation(z[c.first], z[c.second]) - c.value) < 5.0 * error);
  }
  for (const std::size_t other : {0u, 1u, 3u}) {
    CHECK(std::abs(correlation(z[2], z[other])) < 5.0 * error);
  }
}

TEST_CASE("an uncorrelated parameter keeps its draw when correlations and parameters are added",
          "[random]") {
  const Copula few(3, {{0, 2, 0.5}});
  const Copula more(6, {{0, 2, 0.5}, {3, 5, -0.7}, {4, 5, 0.2}});
  CHECK(few.is_independent(1));
  CHECK(more.is_independent(1));
  CHECK_FALSE(more.is_independent(5));
  const std::vector<double> e = independent(3, 6);
  CHECK(few.score(1, e.data()) == e[1]);
  CHECK(more.score(1, e.data()) == e[1]);
  CHECK(more.score(2, e.data()) == few.score(2, e.data()));
  CHECK(Copula(5).score(4, e.data()) == e[4]);
}

TEST_CASE("the marginals of a copula stay standard normal", "[random]") {
  const Copula copula(3, {{0, 1, 0.8}, {1, 2, 0.8}, {0, 2, 0.6}});
  for (std::size_t i = 0; i < 3; ++i) {
    double variance = 0.0;
    for (const auto& term : copula.row(i)) variance += term.weight * term.weight;
    CHECK(variance == Approx(1.0).epsilon(1e-14));
  }
}

TEST_CASE("correlations that contradict one another are named", "[random]") {
  const std::vector<Correlation> correlations = {
      {0, 1, 0.9}, {1, 2, 0.9}, {0, 2, -0.9}, {3, 4, 0.5}};
  try {
    const Copula copula(5, correlations);
    FAIL("must be refused, but has size " << copula.size());
  } catch (const ImpossibleCorrelations& error) {
    REQUIRE(error.pairs().size() == 3);
    for (const Correlation& c : error.pairs()) CHECK((c.first < 3 && c.second < 3));
  }
}

TEST_CASE("single correlations that cannot be are refused", "[random]") {
  CHECK_THROWS_AS(Copula(2, {{0, 1, 1.0}}), std::invalid_argument);
  CHECK_THROWS_AS(Copula(2, {{0, 0, 0.5}}), std::invalid_argument);
  CHECK_THROWS_AS(Copula(2, {{0, 2, 0.5}}), std::invalid_argument);
  CHECK_THROWS_AS(Copula(2, {{0, 1, 0.5}, {1, 0, 0.5}}), std::invalid_argument);
}

TEST_CASE("a multivariate normal has its mean and covariance", "[random]") {
  const std::vector<double> covariance = {4.0, 1.2, 0.0, 1.2, 1.0, -0.3, 0.0, -0.3, 0.25};
  const MultivariateNormal joint({1.0, -2.0, 0.5}, covariance);
  CHECK(joint.marginal(0).standard_deviation() == Approx(2.0));
  double mean[3] = {}, product[9] = {};
  for (std::size_t path = 0; path < n_paths; ++path) {
    const std::vector<double> e = independent(path, 3);
    const double centred[] = {joint.value(0, e.data()) - 1.0, joint.value(1, e.data()) + 2.0,
                              joint.value(2, e.data()) - 0.5};
    for (std::size_t i = 0; i < 3; ++i) {
      mean[i] += centred[i];
      for (std::size_t k = 0; k < 3; ++k) product[3 * i + k] += centred[i] * centred[k];
    }
  }
  const auto n = static_cast<double>(n_paths);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(std::abs(mean[i] / n) < 5.0 * std::sqrt(covariance[4 * i] / n));
    for (std::size_t k = 0; k < 3; ++k) {
      const double error = std::sqrt(
          (covariance[4 * i] * covariance[4 * k] + covariance[3 * i + k] * covariance[3 * i + k]) /
          n);
      CHECK(std::abs(product[3 * i + k] / n - covariance[3 * i + k]) < 5.0 * error);
    }
  }
}

TEST_CASE("a multivariate normal joins other parameters through its score correlations",
          "[random]") {
  const MultivariateNormal joint({0.0, 0.0}, {4.0, 1.0, 1.0, 1.0});
  const auto correlations = joint.correlations({4, 2});
  REQUIRE(correlations.size() == 1);
  CHECK(correlations[0].first == 2);
  CHECK(correlations[0].second == 4);
  CHECK(correlations[0].value == Approx(0.5));
  const Copula copula(5, correlations);
  CHECK(copula.row(4).front().weight == Approx(0.5));
}

TEST_CASE("a covariance that cannot be is refused", "[random]") {
  CHECK_THROWS_AS(MultivariateNormal({0.0, 0.0}, {1.0, 0.0, 0.0}), std::invalid_argument);
  CHECK_THROWS_AS(MultivariateNormal({0.0, 0.0}, {1.0, 0.5, 0.4, 1.0}), std::invalid_argument);
  CHECK_THROWS_AS(MultivariateNormal({0.0, 0.0}, {1.0, 2.0, 2.0, 1.0}), std::invalid_argument);
  CHECK_THROWS_AS(MultivariateNormal({0.0}, {-1.0}), std::invalid_argument);
  CHECK_THROWS_AS(MultivariateNormal({}, {}), std::invalid_argument);
  CHECK_THROWS_AS(MultivariateNormal({HUGE_VAL}, {1.0}), std::invalid_argument);
  CHECK_THROWS_AS(
      MultivariateNormal({0.0, 0.0, 0.0}, {1.0, 0.9, -0.9, 0.9, 1.0, 0.9, -0.9, 0.9, 1.0}),
      ImpossibleCorrelations);
}
