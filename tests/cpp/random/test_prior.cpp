#include "detente/random/prior.hpp"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/quadrature/tanh_sinh.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"

using detente::random::Prior;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<Prior> smooth_priors() {
  return {
      Prior::normal(0.5, 0.2),
      Prior::lognormal(3.0, 0.4),
      Prior::uniform(-1.0, 4.0),
      Prior::loguniform(0.01, 100.0),
      Prior::triangular(0.0, 2.0, 10.0),
      Prior::triangular(1.0, 1.0, 3.0),
      Prior::triangular(1.0, 3.0, 3.0),
      Prior::pert(0.0, 2.0, 10.0),
      Prior::beta(2.0, 5.0),
      Prior::beta(0.5, 0.7),
      Prior::beta_from_moments(0.45, 0.18),
      Prior::gamma(2.5, 3.0),
      Prior::gamma(0.4, 0.1),
      Prior::exponential(2.0),
      Prior::student_t(5.0, 1.0, 2.0),
      Prior::truncated_normal(0.0, 1.0, 0.5, infinity),
      Prior::truncated_normal(1.0, 2.0, -infinity, 0.0),
      Prior::truncated_normal(0.0, 1.0, -0.5, 2.0),
      Prior::truncated_normal(0.0, 1.0, 9.0, 12.0),
      Prior::metalog({1.0, 0.5, 0.1}, -infinity, infinity),
      Prior::metalog({1.0, 0.2, 0.05, 0.1}, 0.0, infinity),
      Prior::metalog({1.0, 0.2}, -infinity, 3.0),
      Prior::metalog({-0.3, 0.6, 0.1}, 0.0, 10.0),
  };
}

const double probabilities[] = {1e-9, 1e-4, 0.01, 0.1, 0.3, 0.5, 0.77, 0.95, 0.999, 1 - 1e-6};

/// Integral of f(quantile(u)) over 0 < u < 1.
double expectation(const Prior& prior, auto f) {
  boost::math::quadrature::tanh_sinh<double> integrator;
  const auto value = [&](double u, double to_end) {
    return f(u < 0.5 ? prior.quantile(u) : prior.upper_quantile(std::abs(to_end)));
  };
  return integrator.integrate(value, 0.0, 1.0, 1e-10);
}

}  // namespace

TEST_CASE("cdf and quantile of every prior undo one another", "[random]") {
  for (const Prior& prior : smooth_priors()) {
    for (const double u : probabilities) {
      const double low = prior.quantile(u), high = prior.upper_quantile(u);
      // A value is rounded; where the density is large that alone moves its cdf.
      const double low_margin = 1e-15 * (1.0 + prior.density(low) * std::abs(low));
      const double high_margin = 1e-15 * (1.0 + prior.density(high) * std::abs(high));
      INFO(prior.name() << " at " << u << ": " << low << " and " << high);
      CHECK(prior.cdf(low) == Approx(u).epsilon(1e-9).margin(low_margin));
      CHECK(1.0 - prior.cdf(high) == Approx(u).epsilon(1e-9).margin(high_margin));
    }
  }
}

TEST_CASE("density is the slope of the cdf", "[random]") {
  for (const Prior& prior : smooth_priors()) {
    for (const double u : {0.03, 0.2, 0.4, 0.6, 0.9}) {
      const double x = prior.quantile(u);
      const double step = 1e-4 * (prior.quantile(u + 0.01) - prior.quantile(u - 0.01));
      const double slope = (prior.cdf(x + step) - prior.cdf(x - step)) / (2.0 * step);
      INFO(prior.name() << " at " << u);
      CHECK(prior.density(x) == Approx(slope).epsilon(1e-5));
    }
  }
}

TEST_CASE("mean and standard deviation agree with integration", "[random]") {
  for (const Prior& prior : smooth_priors()) {
    const double mean = expectation(prior, [](double x) { return x; });
    const double second = expectation(prior, [&](double x) { return (x - mean) * (x - mean); });
    INFO(prior.name());
    CHECK(prior.mean() == Approx(mean).epsilon(1e-8));
    CHECK(prior.standard_deviation() == Approx(std::sqrt(second)).epsilon(1e-7));
  }
}

TEST_CASE("support holds what the quantiles at 0 and 1 say", "[random]") {
  for (const Prior& prior : smooth_priors()) {
    const auto [low, high] = prior.support();
    INFO(prior.name());
    CHECK(low < high);
    CHECK((std::isinf(low) ? prior.quantile(0.0) == low : prior.quantile(0.0) == Approx(low)));
    CHECK((std::isinf(high) ? prior.quantile(1.0) == high : prior.quantile(1.0) == Approx(high)));
    if (std::isfinite(low)) {
      CHECK(prior.cdf(low - 1.0) == 0.0);
      CHECK(prior.density(low - 1.0) == 0.0);
    }
    if (std::isfinite(high)) {
      CHECK(prior.cdf(high + 1.0) == 1.0);
      CHECK(prior.density(high + 1.0) == 0.0);
    }
  }
}

TEST_CASE("parametrisations mean what they say", "[random]") {
  CHECK(Prior::lognormal(3.0, 0.4).quantile(0.5) == Approx(3.0));
  CHECK(Prior::lognormal(3.0, 0.4).quantile(0.8413447460685429) == Approx(3.0 * std::exp(0.4)));
  const boost::math::gamma_distribution<> gamma(2.5, 1.0 / 3.0);
  CHECK(Prior::gamma(2.5, 3.0).cdf(1.0) == Approx(boost::math::cdf(gamma, 1.0)));
  CHECK(Prior::beta_from_moments(0.45, 0.18).mean() == Approx(0.45));
  CHECK(Prior::beta_from_moments(0.45, 0.18).standard_deviation() == Approx(0.18));
  const boost::math::students_t_distribution<> student(5.0);
  CHECK(Prior::student_t(5.0, 1.0, 2.0).cdf(2.0) == Approx(boost::math::cdf(student, 0.5)));
  CHECK(Prior::exponential(2.0).mean() == 0.5);
  CHECK(Prior::pert(0.0, 2.0, 10.0).mean() == Approx((0.0 + 4.0 * 2.0 + 10.0) / 6.0));
  CHECK(Prior::triangular(0.0, 2.0, 10.0).cdf(2.0) == Approx(0.2));
  CHECK(Prior::normal(0.5, 0.2).from_normal(1.5) == Approx(0.8));
  CHECK(Prior::constant(4.0).quantile(0.3) == 4.0);
  CHECK(Prior::constant(4.0).is_constant());
  CHECK(std::isnan(Prior::student_t(1.0, 0.0, 1.0).mean()));
  CHECK(Prior::student_t(2.0, 0.0, 1.0).standard_deviation() == infinity);
  CHECK(Prior::metalog({0.0, 1.2}, 0.0, infinity).mean() == infinity);
  CHECK(Prior::pert(0, 1, 2).name() == "pert");
  CHECK(Prior::beta(1, 2).name() == "beta");
}

TEST_CASE("discrete families put their probability on values", "[random]") {
  const Prior prior = Prior::discrete({3.0, 1.0, 2.0, 1.0}, {2.0, 1.0, 0.0, 1.0});
  CHECK(prior.is_discrete());
  CHECK(prior.density(1.0) == Approx(0.5));
  CHECK(prior.density(2.0) == 0.0);
  CHECK(prior.cdf(0.9) == 0.0);
  CHECK(prior.cdf(1.0) == Approx(0.5));
  CHECK(prior.cdf(2.9) == Approx(0.5));
  CHECK(prior.cdf(3.0) == 1.0);
  CHECK(prior.quantile(0.5) == 1.0);
  CHECK(prior.quantile(0.51) == 3.0);
  CHECK(prior.mean() == Approx(2.0));
  CHECK(prior.standard_deviation() == Approx(1.0));
  CHECK(Prior::bernoulli(0.3).density(1.0) == Approx(0.3));
  CHECK(Prior::bernoulli(0.3).mean() == Approx(0.3));
  CHECK(Prior::bernoulli(0.3).standard_deviation() == Approx(std::sqrt(0.21)));
  CHECK(Prior::bernoulli(0.0).from_normal(5.0) == 0.0);
  CHECK(Prior::bernoulli(1.0).from_normal(-5.0) == 1.0);
  const Prior observed = Prior::empirical({5.0, 7.0, 5.0, 9.0});
  CHECK(observed.density(5.0) == 0.5);
  CHECK(observed.quantile(0.6) == 7.0);
  CHECK(observed.name() == "empirical");
}

TEST_CASE("impossible arguments are refused by a sentence that names them", "[random]") {
  struct Case {
    Prior (*make)();
    std::string argument;
  };
  const double nan_value = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(Prior::constant(nan_value), std::invalid_argument);
  const Case cases[] = {
      {[] { return Prior::normal(0.0, 0.0); }, "sd"},
      {[] { return Prior::normal(infinity, 1.0); }, "mean"},
      {[] { return Prior::lognormal(-1.0, 1.0); }, "median"},
      {[] { return Prior::lognormal(1.0, -1.0); }, "sigma"},
      {[] { return Prior::uniform(2.0, 2.0); }, "low"},
      {[] { return Prior::loguniform(0.0, 2.0); }, "low"},
      {[] { return Prior::triangular(0.0, 3.0, 2.0); }, "mode"},
      {[] { return Prior::pert(0.0, -1.0, 2.0); }, "mode"},
      {[] { return Prior::beta(0.0, 1.0); }, "alpha"},
      {[] { return Prior::beta(2e9, 1.0); }, "alpha must be at most 1e9"},
      {[] { return Prior::beta(1.0, 2e9); }, "beta must be at most 1e9"},
      {[] { return Prior::beta_from_moments(1.5, 0.1); }, "mean of a beta must lie"},
      {[] { return Prior::beta_from_moments(0.5, 0.6); }, "sd"},
      {[] { return Prior::gamma(1.0, -2.0); }, "rate"},
      {[] { return Prior::gamma(2e9, 1.0); }, "shape must be at most 1e9"},
      {[] { return Prior::exponential(0.0); }, "rate"},
      {[] { return Prior::student_t(0.0, 0.0, 1.0); }, "df"},
      {[] { return Prior::truncated_normal(0.0, 1.0, 2.0, 1.0); }, "low"},
      {[] { return Prior::truncated_normal(0.0, 1.0, 40.0, 50.0); }, "no probability"},
      {[] { return Prior::discrete({}, {}); }, "values"},
      {[] {
         return Prior::discrete({1.0, 2.0}, {1.0});
       },
       "weights"},
      {[] {
         return Prior::discrete({1.0, 2.0}, {2.0, -1.0});
       },
       "weights must not be negative"},
      {[] {
         return Prior::discrete({1.0, 2.0}, {1e308, 1e308});
       },
       "the sum of weights"},
      {[] {
         return Prior::discrete({1.0, infinity}, {1.0, 1.0});
       },
       "each of values"},
      {[] {
         return Prior::discrete({1.0, 2.0}, {1.0, infinity});
       },
       "each of weights"},
      {[] {
         return Prior::discrete({1.0, 2.0}, {0.0, 0.0});
       },
       "weights"},
      {[] { return Prior::bernoulli(1.2); }, "p is"},
      {[] { return Prior::empirical({}); }, "at least one"},
      {[] { return Prior::empirical({infinity}); }, "each observed value"},
      {[] { return Prior::metalog({1.0}, -infinity, infinity); }, "two coefficients"},
      {[] {
         return Prior::metalog({0.0, -1.0}, -infinity, infinity);
       },
       "density"},
  };
  for (const Case& row : cases) {
    INFO(row.argument);
    CHECK_THROWS_WITH(row.make(), Catch::Matchers::Contains(row.argument));
  }
}
