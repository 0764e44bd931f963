"""Each kind of 95 % interval covers in 92 to 98 % of 400 replications of made-up readings.

Those of an engine's run are tested beside its laws.

The share has a standard error of 1.1 points where the intervals keep their word. Truths are closed
forms; seeds are the numbers of the replications.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pytest
from scipy.stats import beta, binom, norm

from detente.band_intervals import band_interval
from detente.comparison import PairedDifference, Reading, paired_difference
from detente.draw_groups import DrawGroups
from detente.proportion import wilson95, wilson95_of_error
from detente.ranking import over_draws, over_paths

REPLICATIONS = 400


def assert_covers(hits: Iterable[bool]) -> None:
    found = list(hits)
    assert len(found) == REPLICATIONS
    assert 0.92 <= np.mean(found) <= 0.98


def test_a_paired_difference_of_means() -> None:
    """Half of the variance is luck that both share, and their spreads differ."""
    covered = []
    for seed in range(REPLICATIONS):
        luck = np.random.default_rng(seed).normal(size=(3, 200))
        first, second = (Reading.of(x, "value") for x in (luck[0] + luck[1], luck[0] + 2 * luck[2]))
        found = paired_difference(first, second, is_share=False)
        covered.append(found.low <= 0 <= found.high)
    assert_covers(covered)


def test_a_paired_difference_of_shares() -> None:
    covered = []
    for seed in range(REPLICATIONS):
        luck = np.random.default_rng(seed).random((2, 300))
        first, second = (
            Reading.of((x < share).astype(float), "probability")
            for x, share in ((luck[0], 0.3), (0.5 * luck[0] + 0.5 * luck[1], 0.3))
        )
        # The mean of two uniforms is below x with probability 2 x², up to a half.
        found = paired_difference(first, second, is_share=True)
        covered.append(found.low <= 2 * 0.3**2 - 0.3 <= found.high)
    assert_covers(covered)


def test_a_paired_difference_over_draws_of_parameters() -> None:
    """30 draws of 10 paths: Student's t with 29 degrees of freedom, of sums over draws."""
    draws = DrawGroups.of_range(0, 300, 10)
    covered, naive = [], []
    for seed in range(REPLICATIONS):
        generator = np.random.default_rng(seed)
        effect = np.repeat(generator.normal(size=30), 10)
        luck = generator.normal(size=(2, 300))
        first, second = (Reading.of(x, "value") for x in (luck[0], luck[0] + luck[1] + effect))
        found = paired_difference(first, second, False, draws)
        covered.append(found.low <= 0 <= found.high)
        alone = paired_difference(first, second, False)
        naive.append(alone.low <= 0 <= alone.high)
    assert_covers(covered)
    assert np.mean(naive) < 0.8


@pytest.fixture(scope="module")
def conditional() -> list[PairedDifference]:
    """The chance of 0.5 and of 0.35, given conditions that hold on 60 and on 80 % of 500 paths. The
    policies share no luck, so that both have a part in the errors."""
    found = []
    for seed in range(REPLICATIONS):
        generator = np.random.default_rng(seed)
        holds = generator.random((2, 500)) < [[0.6], [0.8]]
        hits = (generator.random((2, 500)) < [[0.5], [0.35]]).astype(float)
        columns = np.where(holds, hits, np.nan)
        first, second = (Reading.of(column, "probability") for column in columns)
        found.append(paired_difference(first, second, is_share=True))
    return found


def test_a_difference_of_conditional_means(conditional: list[PairedDifference]) -> None:
    assert_covers(one.low <= -0.15 <= one.high for one in conditional)


def test_a_ratio_of_conditional_means(conditional: list[PairedDifference]) -> None:
    assert_covers(one.ratio_low <= 0.7 <= one.ratio_high for one in conditional)


def test_wilson_s_interval_covers_exactly_so_often() -> None:
    """The probability of covering, a sum over the binomial, is near 95 % in the mean of shares."""
    n = 100
    intervals = np.array([wilson95(hits / n, n) for hits in range(n + 1)])
    shares = np.linspace(0.02, 0.98, 97)
    covered = [
        binom.pmf(np.arange(n + 1), n, p)[(intervals[:, 0] <= p) & (p <= intervals[:, 1])].sum()
        for p in shares
    ]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.01)
    assert min(covered) > 0.9
    error = math.sqrt(0.2 * 0.8 / n)
    assert wilson95_of_error(0.2, error, 10_000) == pytest.approx(wilson95(0.2, n))
    assert wilson95_of_error(0.0, 0.0, n) == wilson95(0.0, n)
    assert wilson95(0.0, n)[0] == 0.0
    assert wilson95(1.0, n)[1] == 1.0


def test_the_ends_of_a_band() -> None:
    """300 draws of 10 paths: a quarter of the variance of their means is noise. Expectations and
    noise are normal, for the shape is then as assumed."""
    law, n_draws, per_draw, sd = norm(0, 1), 300, 10, math.sqrt(10 / 3)
    covered: dict[str, list[bool]] = {"low": [], "high": []}
    for seed in range(REPLICATIONS):
        generator = np.random.default_rng(seed)
        means = generator.normal(size=n_draws)
        noise = sd**2 * generator.chisquare(per_draw - 1, n_draws) / (per_draw - 1) / per_draw
        means += sd / math.sqrt(per_draw) * generator.normal(size=n_draws)
        found = band_interval(means, noise)
        assert found.band_low_from <= found.band_low <= found.band_low_to
        covered["low"].append(found.band_low_from <= law.ppf(0.05) <= found.band_low_to)
        covered["high"].append(found.band_high_from <= law.ppf(0.95) <= found.band_high_to)
    for hits in covered.values():
        assert_covers(hits)


def test_the_ends_of_a_band_of_skewed_shares() -> None:
    law = beta(2, 6)
    covered: dict[float, list[bool]] = {0.05: [], 0.95: []}
    for seed in range(REPLICATIONS):
        generator = np.random.default_rng(seed)
        hits = generator.binomial(500, law.rvs(300, random_state=generator)) / 500
        found = band_interval(hits, hits * (1 - hits) / 499)
        covered[0.05].append(found.band_low_from <= law.ppf(0.05) <= found.band_low_to)
        covered[0.95].append(found.band_high_from <= law.ppf(0.95) <= found.band_high_to)
    for each in covered.values():
        assert_covers(each)


def test_regret_and_the_chance_of_being_best_on_paths_that_share_draws() -> None:
    """Three policies with independent normal utilities, which draws move by as much as luck: the
    best has 3 / (2 √π) standard deviations more (David and Nagaraja 2003, Order Statistics)."""
    draws = DrawGroups.of_range(0, 400, 5)
    truth = math.sqrt(2) * 3 / (2 * math.sqrt(math.pi))
    regret, best = [], []
    for seed in range(REPLICATIONS):
        generator = np.random.default_rng(seed)
        values = np.repeat(generator.normal(size=(80, 3)), 5, axis=0)
        values += generator.normal(size=(400, 3))
        readings = [Reading.of(column, "value") for column in values.T]
        _, (standing, *_) = over_paths(readings, draws, 1.0, "value")
        regret.append(standing.regret_low <= truth <= standing.regret_high)
        best.append(standing.best_low <= 1 / 3 <= standing.best_high)
    assert_covers(regret)
    assert_covers(best)


def test_regret_over_draws_has_the_errors_that_it_states() -> None:
    """Of three policies whose noise is as large as what parameters do: over 30 replications the
    truth is as far off as the errors say, whose mean square is known to 26 %."""
    truth = 3 / (2 * math.sqrt(math.pi))
    draws = DrawGroups.of_range(0, 400, 4)
    scores = []
    for seed in range(30):
        generator = np.random.default_rng(seed)
        values = np.repeat(generator.normal(size=(100, 3)), 4, axis=0)
        values += 2 * generator.normal(size=(400, 3))
        readings = [Reading.of(column, "value") for column in values.T]
        _, (standing, *_) = over_draws(readings, draws, 1.0)
        scores.append((standing.regret - truth) / standing.regret_error)
    assert abs(np.mean(scores)) < 5 / math.sqrt(30)
    assert 0.3 < np.mean(np.square(scores)) < 2.3
