"""Paths that share draws: the epistemic band, its variances, and intervals that rest on draws.

The model is the beta-binomial one: a chain moves within the horizon with a probability p that is a
beta parameter, so that the hits among the M paths of a draw have the law betabinom(M, a, b). What
an estimate is worth follows from that law exactly: an average over K draws of a function f of the
hits has the standard error sd(f) / sqrt(K). Seeds are stated; |z| < 5.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from readings import Readings, load
from scipy import stats

import detente

A, B = 2.0, 3.0
BETA = stats.beta(A, B)
MEAN = A / (A + B)
BETWEEN = A * B / ((A + B) ** 2 * (A + B + 1))
WITHIN = A * B / ((A + B) * (A + B + 1))

TEXT = f"""
detente: 1
title: beta-binomial
time: {{horizon: 1, step: 1, report: 0.5}}
parameters: {{p: {{beta: {{alpha: {A}, beta: {B}}}}}}}
chains:
  coin:
    start: {{one: 0.5, other: 0.5}}
    states: [one, other, done]
    transitions:
      - {{name: go, from: one, to: done, hazard: -log1p(-p)}}
      - {{name: go_too, from: other, to: done, hazard: -log1p(-p)}}
outcomes:
  hit: {{probability: coin == done}}
  when: {{time_to: coin == done}}
  stay: {{duration: not coin == done}}
  late: {{probability: coin == done, given: "always(not coin == done, within = 0.5)"}}
"""


def simulate(n_draws: int, paths_per_draw: int, seed: int, **options: object) -> detente.Forecast:
    return detente.simulate(
        load(TEXT),
        paths=n_draws * paths_per_draw,
        seed=seed,
        paths_per_draw=paths_per_draw,
        **options,
    )


def z_of_average(
    found: float,
    of_hits: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    expected: float,
    n_draws: int,
    paths_per_draw: int,
) -> float:
    """Standard errors between an average over draws of a function of the hits and its mean."""
    hits = np.arange(paths_per_draw + 1)
    weights = stats.betabinom(paths_per_draw, A, B).pmf(hits)
    values = of_hits(hits / paths_per_draw)
    mean = float(weights @ values)
    assert mean == pytest.approx(expected, rel=1e-9), "the estimator is without bias"
    error = math.sqrt(float(weights @ (values - mean) ** 2) / n_draws)
    return (found - expected) / error


@pytest.mark.parametrize(("n_draws", "paths_per_draw"), [(10_000, 2), (4_000, 10), (1_000, 100)])
def test_variances_between_and_within_draws_are_those_of_the_beta_binomial(
    n_draws: int, paths_per_draw: int
) -> None:
    """Between: (m - mean)^2 - s^2 / M; within: s^2 = M m (1 - m) / (M - 1). The mean of the draws
    instead of the true one changes the first by the order of Vb / K, a tenth of its error."""
    estimate = simulate(n_draws, paths_per_draw, seed=3).estimate("baseline", "hit")
    m = paths_per_draw
    assert estimate.n_draws == n_draws

    def squares_within(share: NDArray[np.float64]) -> NDArray[np.float64]:
        return m / (m - 1) * share * (1 - share)

    def squares_between(share: NDArray[np.float64]) -> NDArray[np.float64]:
        return (share - MEAN) ** 2 - squares_within(share) / m

    within = z_of_average(estimate.within_variance, squares_within, WITHIN, n_draws, m)
    between = z_of_average(estimate.between_variance, squares_between, BETWEEN, n_draws, m)
    assert abs(within) < 5
    assert abs(between) < 5
    share = BETWEEN / (BETWEEN + WITHIN)
    assert estimate.epistemic_share == pytest.approx(share, rel=0.15)


def test_band_ends_are_the_quantiles_of_the_beta() -> None:
    """The q-quantile of K draws has the error sqrt(q (1 - q) / K) / f(x_q), f the beta's density.
    With 400 paths a draw the means lie 1/400 apart, a fifth of that; the noise, 1 % of the
    variance, moves the shape by less."""
    n_draws = 2_000
    forecast = simulate(n_draws, 400, seed=4)
    row = forecast.outcomes.loc[("baseline", "hit")]
    for level, end in ((0.05, row["band_low"]), (0.95, row["band_high"])):
        expected = BETA.ppf(level)
        error = math.sqrt(level * (1 - level) / n_draws) / BETA.pdf(expected)
        assert abs(end - expected) < 5 * error, (level, end, expected)


def test_with_few_paths_a_draw_the_band_is_that_of_pulled_means() -> None:
    """20 paths a draw leave a fifth of the variance to noise. The 5 % quantile of the hits is a
    whole number, the same for any large K. What pulls it in is c = sqrt(1 - noise / variance of the
    means); by the delta method its error is noise / variance / (2 c) times the relative error of
    that variance, sqrt((kurtosis - 1) / K); that of the noise is a quarter of it."""
    n_draws, m = 20_000, 20
    estimate = simulate(n_draws, m, seed=5).estimate("baseline", "hit")
    law = stats.betabinom(m, A, B)
    noise, variance = WITHIN / m, BETWEEN + WITHIN / m
    factor = math.sqrt(BETWEEN / variance)
    relative_error = math.sqrt((law.stats("k") + 2.0) / n_draws)
    error_of_factor = noise / variance / (2 * factor) * relative_error
    error_of_mean = math.sqrt(variance / n_draws)
    for level, end in ((0.05, estimate.band_low), (0.95, estimate.band_high)):
        hits = law.ppf(level)
        # The quantile is sure: the distribution function is 5 errors from the level on both sides.
        doubt = 5 * math.sqrt(level * (1 - level) / n_draws)
        assert law.cdf(hits - 1) < level - doubt
        assert law.cdf(hits) > level + doubt
        raw = hits / m
        expected = MEAN + factor * (raw - MEAN)
        error = error_of_factor * abs(raw - MEAN) + (1 - factor) * error_of_mean
        assert abs(end - expected) < 5 * error
        assert abs(end - expected) < abs(raw - expected) / 2


REPLICATIONS = 400
TRUTH = {
    "hit": MEAN,
    "when": MEAN,
    # The integral of E[q^t] over time, with q = 1 - p.
    "stay": stats.beta(B, A).expect(lambda q: (q - 1) / np.log(q)),
    # 1 - P(not done by 1) / P(not done by 1/2).
    "late": 1.0 - stats.beta(B, A).mean() / stats.beta(B, A).expect(np.sqrt),
}


@pytest.fixture(scope="module")
def replications() -> list[detente.Forecast]:
    """50 draws of 20 paths each, seeds 0 to 399."""
    return [simulate(50, 20, seed, threads=1) for seed in range(REPLICATIONS)]


@pytest.mark.parametrize("outcome", TRUTH)
def test_intervals_that_rest_on_draws_cover(
    outcome: str, replications: list[detente.Forecast]
) -> None:
    """Coverage over 400 replications has a standard error of 1.1 points: 92 to 98 %. Intervals
    that take the paths as independent cover far less often."""
    covered = naive = 0
    for forecast in replications:
        estimate = forecast.estimate("baseline", outcome)
        covered += estimate.low <= TRUTH[outcome] <= estimate.high
        independent = estimate.standard_deviation / math.sqrt(estimate.n)
        if outcome == "when":  # its standard deviation is that of the time
            independent = math.sqrt(estimate.estimate * (1 - estimate.estimate) / estimate.n)
        naive += abs(estimate.estimate - TRUTH[outcome]) < 1.96 * independent
    assert 0.92 <= covered / REPLICATIONS <= 0.98
    assert naive / REPLICATIONS < 0.85


@pytest.mark.parametrize("outcome", TRUTH)
def test_standard_errors_are_the_spread_over_replications(
    outcome: str, replications: list[detente.Forecast]
) -> None:
    """400 replications know their spread to 3.5 %; the errors of 50 draws are biased by the order
    of 1/50."""
    estimates = [forecast.estimate("baseline", outcome) for forecast in replications]
    stated = np.mean([estimate.standard_error for estimate in estimates])
    spread = np.std([estimate.estimate for estimate in estimates], ddof=1)
    assert stated == pytest.approx(spread, rel=0.175)


def test_intervals_of_an_incidence_rest_on_draws_at_every_date(
    replications: list[detente.Forecast],
) -> None:
    truth = 1.0 - stats.beta(B, A).expect(np.sqrt)  # by half of the horizon
    covered = 0
    for forecast in replications:
        one = forecast.incidence("when").sel(policy="baseline").isel(date=1)
        covered += one.sel(statistic="low").item() <= truth <= one.sel(statistic="high").item()
    assert 0.92 <= covered / REPLICATIONS <= 0.98


def test_intervals_of_a_hazard_rest_on_draws() -> None:
    """In the first interval, 0 to 1/10, the hazard is nearly E[-log(1 - p)] over paths at risk."""
    width = 0.1
    lost = 1.0 - stats.beta(B, A).expect(lambda q: q**width)
    exposure = stats.beta(B, A).expect(lambda q: (q**width - 1) / np.log(q))
    covered = 0
    for seed in range(REPLICATIONS):
        forecast = simulate(50, 20, seed, threads=1, keep_outcomes=True)
        row = forecast.hazard("when", edges=[0, width]).iloc[0]
        covered += row["low"] <= lost / exposure <= row["high"]
    assert 0.92 <= covered / REPLICATIONS <= 0.985


def test_band_ends_cover_what_they_should() -> None:
    """Of 199 draws the 5 % quantile is the 10th and the 95 % quantile the 190th: the beta's share
    below them is 10/200 and 190/200 in the mean, known from 200 replications to
    sqrt(0.05 0.95 / 201 / 200) = 0.0011."""
    n_draws, replications = 199, 200
    below = np.zeros((replications, 2))
    for seed in range(replications):
        estimate = simulate(n_draws, 200, seed, threads=2).estimate("baseline", "hit")
        below[seed] = BETA.cdf([estimate.band_low, estimate.band_high])
    error = math.sqrt(0.05 * 0.95 / (n_draws + 2) / replications)
    assert below.std(axis=0, ddof=1) / math.sqrt(replications) == pytest.approx(error, rel=0.3)
    assert abs(below[:, 0].mean() - 0.05) < 5 * error
    assert abs(below[:, 1].mean() - 0.95) < 5 * error


def test_draws_without_a_path_that_counts_drop_out() -> None:
    forecast = simulate(300, 3, seed=6, keep_outcomes=True)
    late = Readings(forecast)["late"].reshape(300, 3)
    counts = ~np.isnan(late)
    has_any = counts.any(axis=1)
    assert 50 < has_any.sum() < 300
    estimate = forecast.estimate("baseline", "late")
    assert estimate.n_draws == has_any.sum()
    means = np.nansum(late[has_any], axis=1) / counts[has_any].sum(axis=1)
    many = counts.sum(axis=1) >= 2
    variances = np.nanvar(late[many], axis=1, ddof=1)
    assert estimate.within_variance == pytest.approx(variances.mean(), rel=1e-12)
    sizes = counts[has_any].sum(axis=1)
    noise = np.where(sizes >= 2, 0.0, variances.mean())
    noise[sizes >= 2] = variances / sizes[sizes >= 2]
    between = max(means.var(ddof=1) - noise.mean(), 0.0)
    assert estimate.between_variance == pytest.approx(between, rel=1e-9, abs=1e-15)


def test_threads_and_splits_do_not_change_a_number() -> None:
    whole = simulate(40, 25, seed=7, threads=2, keep_outcomes=True)
    assert simulate(40, 25, seed=7, threads=1).outcomes.equals(whole.outcomes)
    cuts = [0, 10, 333, 500, 987, 1_000]
    parts = [
        detente.simulate(
            load(TEXT), end - first, 7, first_path=first, paths_per_draw=25, keep_outcomes=True
        )
        for first, end in itertools.pairwise(cuts)
    ]
    joined = detente.merge(parts[::-1])
    assert joined.outcomes.equals(whole.outcomes)
    assert joined.parameter_draws.equals(whole.parameter_draws)


# -- differences ---------------------------------------------------------------------------------

COMPARED = """
detente: 1
title: a lever of uncertain effect
time: {horizon: 1, step: 1}
levers: {pulled: {default: 0}}
parameters: {effect: {uniform: {low: -2, high: 6}}}
chains: {side: {start: a, states: [a, b], transitions: [{name: go, from: a, to: b, hazard: 1}]}}
events: {strike: {hazard: 10 + pulled * effect, effects: {}}}
policies: {without: {}, with: {set: {pulled: 1}}}
outcomes:
  strikes: {count: strike}
  after: {count: strike, given: side == b}
"""


def compared(n_draws: int, paths_per_draw: int, seed: int) -> detente.Forecast:
    return detente.simulate(
        load(COMPARED),
        paths=n_draws * paths_per_draw,
        seed=seed,
        paths_per_draw=paths_per_draw,
        keep_outcomes=True,
        threads=2,
    )


@pytest.mark.parametrize("outcome", ["strikes", "after"])
def test_a_difference_has_the_band_of_its_effect(outcome: str) -> None:
    """The expected difference is the effect itself, uniform on [-2, 6]; `after` does not depend on
    the strikes. Quantiles have the error sqrt(q (1 - q) / K) 8; the noise, below 0.03 of a variance
    of 16/3, moves the ends by less than half of that."""
    n_draws = 1_000
    row = compared(n_draws, 300, seed=8).compare("without").loc[("with", outcome)]
    error = math.sqrt(0.05 * 0.95 / n_draws) * 8
    assert abs(row["band_low"] + 1.6) < 5 * error
    assert abs(row["band_high"] - 5.6) < 5 * error
    assert abs(row["share_above"] - 0.75) < 5 * math.sqrt(0.75 * 0.25 / n_draws)


def test_differences_have_intervals_that_rest_on_draws() -> None:
    """50 draws of 20 paths, seeds 0 to 399: 92 to 98 % as above."""
    covered = {"strikes": 0, "after": 0}
    naive = 0
    for seed in range(REPLICATIONS):
        forecast = compared(50, 20, seed)
        table = forecast.compare("without").loc["with"]
        for outcome in covered:
            covered[outcome] += table.loc[outcome, "low"] <= 2.0 <= table.loc[outcome, "high"]
        readings = forecast.readings()
        gap = readings["with"]["strikes"] - readings["without"]["strikes"]
        naive += abs(gap.mean() - 2.0) < 1.96 * gap.std(ddof=1) / math.sqrt(len(gap))
    for outcome, times in covered.items():
        assert 0.92 <= times / REPLICATIONS <= 0.98, outcome
    assert naive / REPLICATIONS < 0.85
