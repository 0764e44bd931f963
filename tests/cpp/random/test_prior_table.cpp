#include "detente/random/prior_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "detente/kernel/dispatch.hpp"
#include "support/catch.hpp"

using detente::random::Prior;
using detente::random::prior_table;
using detente::random::PriorTable;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t n_lanes = 2056;  // not a multiple of the strips inside

struct alignas(detente::kernel::alignment) Column {
  double lane[n_lanes] = {};
};

Column scores() {
  Column z;
  for (std::size_t i = 0; i < n_lanes; ++i) {
    z.lane[i] = -8.3 + 16.6 * static_cast<double>(i) / (n_lanes - 1);
  }
  return z;
}

}  // namespace

TEST_CASE("a column of values is that of the quantile function", "[random]") {
  const std::vector<Prior> priors = {
      Prior::constant(3.0),
      Prior::normal(0.5, 0.2),
      Prior::lognormal(3.0, 0.4),
      Prior::uniform(1.0, 4.0),
      Prior::loguniform(0.01, 100.0),
      Prior::triangular(1.0, 2.0, 10.0),
      Prior::pert(0.0, 2.0, 10.0),
      Prior::beta(2.0, 5.0),
      Prior::beta(0.5, 0.7),
      Prior::beta(0.05, 30.0),
      Prior::beta(400.0, 700.0),
      Prior::gamma(2.5, 3.0),
      Prior::gamma(0.1, 0.1),
      Prior::gamma(0.03, 0.1),
      Prior::beta(0.05, 0.02),
      Prior::beta(0.35, 0.31),
      Prior::student_t(0.2, 0.0, 1.0),
      Prior::gamma(300.0, 2.0),
      Prior::exponential(2.0),
      Prior::student_t(5.0, 0.0, 2.0),
      Prior::student_t(1.0, 0.0, 2.0),
      Prior::student_t(80.0, 0.0, 2.0),
      Prior::metalog({1.0, 0.2, 0.05, 0.1}, 0.0, infinity),
      Prior::metalog({1.0, 0.2}, -infinity, -3.0),
      Prior::metalog({-0.3, 0.6, 0.1}, 0.0, 10.0),
  };
  const Column z = scores();
  Column out;
  for (const auto* table : detente::kernel::available()) {
    detente::kernel::force(table->name);
    for (const Prior& prior : priors) {
      PriorTable(prior).values(z.lane, out.lane, n_lanes);
      double worst = 0.0, worst_at = 0.0;
      for (std::size_t i = 0; i < n_lanes; ++i) {
        const double exact = prior.from_normal(z.lane[i]);
        const double error = std::abs(out.lane[i] - exact) / (std::abs(exact) + 1e-290);
        if (error > worst) {
          worst = error;
          worst_at = z.lane[i];
        }
      }
      INFO(table->name << ' ' << prior.name() << " with mean " << prior.mean() << " at "
                       << worst_at);
      CHECK(worst < 1e-9);
    }
  }
  detente::kernel::force("");
}

TEST_CASE("families that cross zero are right to a fraction of their spread", "[random]") {
  const std::vector<Prior> priors = {Prior::truncated_normal(0.0, 1.0, 0.5, infinity),
                                     Prior::truncated_normal(1.0, 2.0, -infinity, 0.0),
                                     Prior::truncated_normal(0.0, 1.0, -0.5, 2.0),
                                     Prior::truncated_normal(0.0, 1.0, 9.0, 12.0),
                                     Prior::metalog({1.0, 0.5, 0.1}, -infinity, infinity),
                                     Prior::student_t(5.0, 1.0, 2.0),
                                     Prior::triangular(-1.0, 0.0, 2.0),
                                     Prior::uniform(-1.0, 1.0)};
  const Column z = scores();
  Column out;
  for (const Prior& prior : priors) {
    PriorTable(prior).values(z.lane, out.lane, n_lanes);
    const double spread = prior.quantile(0.9) - prior.quantile(0.1);
    const auto [low, high] = prior.support();
    double worst = 0.0;
    for (std::size_t i = 0; i < n_lanes; ++i) {
      const double exact = prior.from_normal(z.lane[i]);
      worst = std::max(worst, std::abs(out.lane[i] - exact) / (spread + std::abs(exact)));
      CHECK((out.lane[i] >= low && out.lane[i] <= high));
    }
    INFO(prior.name());
    CHECK(worst < 1e-9);
  }
}

TEST_CASE("discrete families choose the value by thresholds of the score", "[random]") {
  const Column z = scores();
  Column out;
  for (const Prior& prior :
       {Prior::discrete({3.0, 1.0, 7.0}, {2.0, 1.0, 1.0}), Prior::bernoulli(0.3),
        Prior::bernoulli(0.0), Prior::empirical({5.0, 7.0, 5.0, 9.0})}) {
    PriorTable(prior).values(z.lane, out.lane, n_lanes);
    std::size_t differing = 0;
    for (std::size_t i = 0; i < n_lanes; ++i)
      differing += out.lane[i] != prior.from_normal(z.lane[i]);
    INFO(prior.name());
    CHECK(differing == 0);
  }
}

TEST_CASE("a column may be replaced by its own values, and values never decrease in the score",
          "[random]") {
  const Column z = scores();
  Column out;
  for (const Prior& prior :
       {Prior::beta(0.3, 0.2), Prior::gamma(0.02, 1.0), Prior::student_t(0.1, 0.0, 1.0),
        Prior::triangular(0.0, 1.0, 2.0), Prior::metalog({0.0, 1.0}, -infinity, infinity)}) {
    const PriorTable table(prior);
    table.values(z.lane, out.lane, n_lanes);
    Column in_place = z;
    table.values(in_place.lane, in_place.lane, n_lanes);
    INFO(prior.name());
    CHECK(std::equal(std::begin(out.lane), std::end(out.lane), std::begin(in_place.lane)));
    CHECK(std::ranges::is_sorted(out.lane));
  }
}

TEST_CASE("tables that take long to build are kept a while", "[random]") {
  const Prior prior = Prior::beta(2.0, 3.5);
  const auto table = prior_table(prior);
  CHECK(prior_table(Prior::beta(2.0, 3.5)) == table);
  CHECK(prior_table(Prior::beta(2.0, 3.25)) != table);
  CHECK(prior_table(Prior::pert(0.0, 0.5, 1.0)) != table);
  for (int i = 1; i <= 64; ++i) prior_table(Prior::gamma(1.0 + i, 1.0));
  CHECK(table.use_count() == 1);  // let go
  CHECK(prior_table(prior) != table);
}
