#include "detente/summary/between_draws.hpp"

#include <cmath>

#include "detente/summary/proportion.hpp"
#include "summary/shuffled.hpp"
#include "support/catch.hpp"

using detente::summary::BetweenDraws;
using detente::summary::Interval;
using detente::summary::Moments;
using detente::summary::Proportion;
using detente::summary::test::add_in_shards;
using detente::summary::test::bytes_of;
using detente::summary::test::Generator;
using detente::summary::test::is_refused;
using detente::summary::test::survives_damage;

namespace {

Moments draw_of(const std::vector<double>& values) {
  Moments draw;
  for (const double value : values) draw.add(value);
  return draw;
}

BetweenDraws between_of(const std::vector<Moments>& draws) {
  BetweenDraws between;
  for (const Moments& draw : draws) between.add(draw);
  return between;
}

// Normal effects with standard deviation 2 around 5, noise with 3; `least` to `most` paths a draw.
std::vector<Moments> normal_draws(std::size_t n_draws, int least, int most, std::uint64_t seed) {
  Generator generator(seed);
  std::normal_distribution<double> normal;
  std::uniform_int_distribution<int> sizes(least, most);
  std::vector<Moments> draws(n_draws);
  for (Moments& draw : draws) {
    const double mean = 5.0 + 2.0 * normal(generator);
    for (int i = sizes(generator); i > 0; --i) draw.add(mean + 3.0 * normal(generator));
  }
  return draws;
}

}  // namespace

TEST_CASE("equal draws give the analysis of variance by hand", "[summary]") {
  // Means 2, 6, 10; squares within 2, 8, 2: MSE = 12 / 3 = 4, MSA = 2 * 16 = 32.
  const BetweenDraws between =
      between_of({draw_of({1.0, 3.0}), draw_of({4.0, 8.0}), draw_of({9.0, 11.0})});
  CHECK(between.n_draws() == 3);
  CHECK(between.within_variance() == Approx(4.0));
  CHECK(between.between_variance() == Approx((32.0 - 4.0) / 2.0));
  CHECK(between.epistemic_share() == Approx(14.0 / 18.0));
  CHECK(between.standard_error() == Approx(std::sqrt(16.0 / 3.0)));
  const Interval band = between.band();
  CHECK(band.low == Approx(6.0 - 4.0 * std::sqrt(14.0 / 16.0)));
  CHECK(band.high == Approx(6.0 + 4.0 * std::sqrt(14.0 / 16.0)));
}

TEST_CASE("unequal draws weigh equally, and one path borrows the others' variance", "[summary]") {
  // Variances 2 of 2 paths and 4 of 4 paths: mean 3; noise (2/2 + 4/4 + 3/1) / 3.
  const BetweenDraws between = between_of(
      {draw_of({1.0, 3.0}), draw_of({4.0, 6.0, 8.0, 6.0 + 2.0}), draw_of({12.0}), Moments()});
  const double second = draw_of({4.0, 6.0, 8.0, 8.0}).variance();
  const double within = (2.0 + second) / 2.0;
  const double means = draw_of({2.0, 6.5, 12.0}).variance();
  CHECK(between.n_draws() == 3);
  CHECK(between.within_variance() == Approx(within));
  CHECK(between.between_variance() == Approx(means - (1.0 + second / 4.0 + within) / 3.0));
  // Sums 4, 26, 12, 0 of 2, 4, 1, 0 paths: residuals about 6 a path are -8, 2, 6, 0.
  CHECK(between.standard_error() == Approx(std::sqrt(104.0 / 12.0) / (7.0 / 4.0)));
}

TEST_CASE("both variances are found, whether draws are equal or not", "[summary]") {
  for (const auto& [least, most] : {std::pair(4, 4), std::pair(1, 9)}) {
    Moments between;
    Moments within;
    for (std::uint64_t repetition = 0; repetition < 400; ++repetition) {
      const BetweenDraws draws = between_of(normal_draws(60, least, most, 7'000 + repetition));
      between.add(draws.between_variance());
      within.add(draws.within_variance());
    }
    INFO(least << " to " << most << " paths a draw");
    CHECK(std::fabs(between.mean() - 4.0) < 5.0 * between.standard_error());
    CHECK(std::fabs(within.mean() - 9.0) < 5.0 * within.standard_error());
  }
}

TEST_CASE("the band is that of the means and not that of the noisy ones", "[summary]") {
  const BetweenDraws draws = between_of(normal_draws(20'000, 6, 6, 41));
  const Interval band = draws.band();
  // A 5 % quantile of K normal means of standard deviation s, here sqrt(4 + 9 / 6) before it is shrunk by 0.853, has
  // the error s sqrt(0.05 0.95 / K) / 0.10314; the error of the factor adds less than half of it.
  const double error = 1.5 * 2.0 * std::sqrt(0.05 * 0.95 / 20'000.0) / 0.10314;
  CHECK(std::fabs(band.low - (5.0 - 1.644854 * 2.0)) < 5.0 * error);
  CHECK(std::fabs(band.high - (5.0 + 1.644854 * 2.0)) < 5.0 * error);
  const double uncorrected = 5.0 - 1.644854 * std::sqrt(4.0 + 1.5);
  CHECK(std::fabs(band.low - uncorrected) > 10.0 * error);
}

TEST_CASE("draws that do not differ have a band without width", "[summary]") {
  const BetweenDraws equal = between_of({draw_of({1.0, 3.0}), draw_of({1.0, 3.0})});
  CHECK(equal.between_variance() == 0.0);
  CHECK(equal.epistemic_share() == 0.0);
  CHECK(equal.band().low == 2.0);
  CHECK(equal.band().high == 2.0);
  const BetweenDraws close = between_of({draw_of({1.0, 3.0}), draw_of({1.1, 3.1})});
  CHECK(close.between_variance() == 0.0);
  CHECK(close.band().low == close.band().high);
}

TEST_CASE("what draws cannot tell is NaN", "[summary]") {
  for (const auto& draws :
       {std::vector<Moments>{}, {draw_of({1.0, 2.0})}, {draw_of({1.0}), draw_of({2.0})}}) {
    const BetweenDraws between = between_of(draws);
    CHECK(std::isnan(between.between_variance()));
    CHECK(std::isnan(between.within_variance()));
    CHECK(std::isnan(between.epistemic_share()));
    CHECK(std::isnan(between.band().low));
  }
  CHECK(std::isnan(between_of({draw_of({1.0, 2.0})}).standard_error()));
  CHECK(std::isnan(between_of({draw_of({1.0, 1.0}), draw_of({1.0, 1.0})}).epistemic_share()));
}

TEST_CASE("the error of paths that share draws is the spread over repetitions", "[summary]") {
  Moments estimates;
  Moments errors;
  for (std::uint64_t repetition = 0; repetition < 1'000; ++repetition) {
    const std::vector<Moments> draws = normal_draws(80, 1, 9, 90'000 + repetition);
    Moments all;
    for (const Moments& draw : draws) all.merge(draw);
    estimates.add(all.mean());
    errors.add(between_of(draws).standard_error());
  }
  // 1,000 repetitions know the spread to 1 / sqrt(2000) = 2.2 %; the ratio estimator is biased by the order of 1 / 80.
  CHECK(errors.mean() / estimates.standard_deviation() == Approx(1.0).epsilon(0.12));
}

TEST_CASE("shares that share draws have Wilson's interval for fewer paths", "[summary]") {
  const Proportion share{300, 1'000};
  const double independent = share.standard_error();
  const Interval whole = share.wilson();
  // Many draws: Student's t is near the normal, and an error of independent paths changes nothing.
  CHECK(share.wilson_by_draw(independent, 1'000'000).low == Approx(whole.low).epsilon(1e-5));
  const Interval half = share.wilson_by_draw(independent * std::sqrt(2.0), 1'000'000);
  const Interval expected = Proportion{150, 500}.wilson();
  CHECK(half.low == Approx(expected.low).epsilon(1e-5));
  CHECK(half.high == Approx(expected.high).epsilon(1e-5));
  CHECK(share.wilson_by_draw(0.5 * independent, 1'000'000).low == Approx(whole.low).epsilon(1e-5));
  CHECK(share.wilson_by_draw(independent, 5).low < whole.low - 0.01);
  CHECK(share.wilson_by_draw(independent, 1).low == 0.0);
  CHECK(share.wilson_by_draw(independent, 1).high == 1.0);
  const Interval none = Proportion{0, 1'000}.wilson_by_draw(0.0, 20);
  CHECK(none.low == 0.0);
  CHECK(none.high == Proportion{0, 20}.wilson().high);
}

TEST_CASE("neither order nor split of draws shows in their bytes", "[summary]") {
  Generator generator(43);
  const std::vector<Moments> draws = normal_draws(3'000, 0, 5, 44);
  const BetweenDraws whole = between_of(draws);
  for (int round = 0; round < 5; ++round) {
    const auto joined =
        add_in_shards(BetweenDraws(), draws, generator,
                      [](BetweenDraws& between, const Moments* first, std::size_t n) {
                        for (std::size_t i = 0; i < n; ++i) between.add(first[i]);
                      });
    REQUIRE(bytes_of(joined) == bytes_of(whole));
  }
}

TEST_CASE("draws survive storage and refuse damage", "[summary]") {
  const BetweenDraws between = between_of(normal_draws(40, 0, 4, 45));
  const std::string bytes = bytes_of(between);
  detente::summary::ByteReader reader(bytes);
  CHECK(BetweenDraws::read(reader) == between);
  CHECK(reader.at_end());
  CHECK(survives_damage<BetweenDraws>(bytes));
}

TEST_CASE("draws that are counted differently are refused", "[summary]") {
  // Draws in all, those with a mean, those whose mean is sorted, those of one path.
  const auto stored = [](int all, int with_mean, int sorted, int lone) {
    detente::summary::PairedMoments totals;
    Moments means;
    detente::summary::QuantileSketch sketch;
    for (int i = 0; i < all; ++i) totals.add(1.0, 2.0);
    for (int i = 0; i < with_mean; ++i) means.add(1.0);
    for (int i = 0; i < sorted; ++i) sketch.add(1.0);
    detente::summary::ByteWriter writer;
    writer.u8('b');
    totals.write(writer);
    means.write(writer);
    sketch.write(writer);
    writer.count(static_cast<std::uint64_t>(lone));
    for (int i = 0; i < 2; ++i) detente::summary::ExactSum().write(writer);
    return writer.release();
  };
  CHECK_FALSE(is_refused<BetweenDraws>(stored(3, 2, 2, 1)));
  CHECK(is_refused<BetweenDraws>(stored(3, 2, 1, 1)));
  CHECK(is_refused<BetweenDraws>(stored(1, 2, 2, 1)));
  CHECK(is_refused<BetweenDraws>(stored(3, 2, 2, 3)));
}
