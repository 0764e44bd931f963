#include "detente/random/elicitation.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include "support/catch.hpp"

using detente::random::fit_quantiles;
using detente::random::Prior;

namespace {

void check_reproduced(const Prior& prior, const std::vector<double>& probabilities,
                      const std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    INFO(prior.name() << " at " << probabilities[i]);
    CHECK(prior.quantile(probabilities[i]) == Approx(values[i]).epsilon(1e-10));
  }
}

}  // namespace

TEST_CASE("two quantiles make a normal, or a lognormal above zero", "[random]") {
  const Prior normal = fit_quantiles({0.1, 0.7}, {2.0, 5.0});
  CHECK(normal.name() == "normal");
  check_reproduced(normal, {0.1, 0.7}, {2.0, 5.0});
  const Prior lognormal = fit_quantiles({0.05, 0.95}, {2.0, 5.0}, 0.0);
  CHECK(lognormal.name() == "lognormal");
  check_reproduced(lognormal, {0.05, 0.95}, {2.0, 5.0});
  const Prior bounded = fit_quantiles({0.05, 0.95}, {0.2, 0.5}, 0.0, 1.0);
  CHECK(bounded.name() == "metalog");
  check_reproduced(bounded, {0.05, 0.95}, {0.2, 0.5});
}

TEST_CASE("three or more quantiles make a metalog that has them", "[random]") {
  const Prior prior = fit_quantiles({0.05, 0.5, 0.95}, {60.0, 90.0, 130.0});
  CHECK(prior.name() == "metalog");
  check_reproduced(prior, {0.05, 0.5, 0.95}, {60.0, 90.0, 130.0});
  CHECK(std::isinf(prior.support().low));
  const Prior above = fit_quantiles({0.05, 0.5, 0.95}, {60.0, 90.0, 130.0}, 0.0);
  check_reproduced(above, {0.05, 0.5, 0.95}, {60.0, 90.0, 130.0});
  CHECK(above.support().low == 0.0);
  CHECK(above.cdf(0.0) == 0.0);
  const Prior below = fit_quantiles({0.05, 0.5, 0.95}, {60.0, 90.0, 130.0}, {}, 200.0);
  check_reproduced(below, {0.05, 0.5, 0.95}, {60.0, 90.0, 130.0});
  CHECK(below.quantile(1.0) == 200.0);
  const std::vector<double> p = {0.05, 0.25, 0.5, 0.75, 0.95}, x = {0.1, 0.2, 0.3, 0.42, 0.7};
  const Prior between = fit_quantiles(p, x, 0.0, 1.0);
  check_reproduced(between, p, x);
  CHECK(between.support().high == 1.0);
}

TEST_CASE("quantiles that no distribution of the kind can have are refused", "[random]") {
  using Catch::Matchers::Contains;
  CHECK_THROWS_WITH(fit_quantiles({0.5}, {1.0}), Contains("two points"));
  CHECK_THROWS_WITH(fit_quantiles({0.1, 0.5}, {1.0}), Contains("one value"));
  CHECK_THROWS_WITH(fit_quantiles({0.0, 0.5}, {1.0, 2.0}), Contains("between 0 and 1"));
  CHECK_THROWS_WITH(fit_quantiles({0.1, 0.5}, {2.0, 2.0}), Contains("must increase"));
  CHECK_THROWS_WITH(fit_quantiles({0.5, 0.1}, {1.0, 2.0}), Contains("must increase"));
  CHECK_THROWS_WITH(fit_quantiles({0.1, 0.5}, {-1.0, 2.0}, 0.0), Contains("inside the range"));
  CHECK_THROWS_WITH(fit_quantiles({0.1, 0.5}, {1.0, 2.0}, 3.0, 2.0), Contains("low end"));
  CHECK_THROWS_WITH(fit_quantiles({0.1, 0.5}, {1.0, HUGE_VAL}), Contains("finite"));
  std::vector<double> many;
  for (int i = 1; i <= 11; ++i) many.push_back(i / 12.0);
  CHECK_THROWS_WITH(fit_quantiles(many, many), Contains("at most 10"));
  // A cluster and a far point: the three-term metalog would fall somewhere.
  CHECK_THROWS_WITH(fit_quantiles({0.05, 0.5, 0.95}, {0.0, 0.01, 100.0}), Contains("no metalog"));
  CHECK_THROWS_AS(fit_quantiles({0.05, 0.5, 0.95}, {0.0, 0.01, 100.0}), std::invalid_argument);
}
