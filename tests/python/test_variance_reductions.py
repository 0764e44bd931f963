"""What shared randomness saves, for every pair of policies."""

from __future__ import annotations

import math

import numpy as np
import pytest

import detente
from detente.variance_reductions import reduction


def test_every_pair_has_the_reduction_of_its_comparison(forecast: detente.Forecast) -> None:
    table = forecast.variance_reductions()
    assert table.index.names == ["first", "second", "outcome"]
    assert len(table) == 3 * len(forecast.outcome_names)
    for first, second in (("drift", "quick"), ("drift", "late"), ("quick", "late")):
        compared = forecast.compare(first).loc[second, "variance_reduction"]
        found = table.loc[first].loc[second, "variance_reduction"]
        for outcome in forecast.outcome_names:
            assert found[outcome] == pytest.approx(compared[outcome], nan_ok=True)
    assert (table["low"].dropna() < table["high"].dropna()).all()
    assert math.isnan(table.loc[("drift", "late", "never"), "variance_reduction"])
    assert table.attrs["paths"] == 4_000


def test_draws_are_the_units_where_paths_share_them(truce: detente.Scenario) -> None:
    shared = detente.simulate(truce, paths=600, paths_per_draw=20, keep_outcomes=True)
    found = shared.variance_reductions().loc["drift"].loc["late", "variance_reduction"]
    compared = shared.compare("drift").loc["late", "variance_reduction"]
    for outcome in ("added_deaths", "relapse_5y", "utility"):
        assert found[outcome] == pytest.approx(compared[outcome])


def test_of_normals_it_is_the_closed_form_and_its_interval_covers() -> None:
    """With variances 1 and 4 and correlation 0.8 it is 5 / (5 - 2 · 0.8 · 2) = 2.78; 400 intervals
    cover in 92 to 98 %."""
    generator = np.random.default_rng(1)
    truth, covered, correlations = 5 / 1.8, 0, []
    for _ in range(400):
        luck = generator.normal(size=(2, 400))
        first, second = luck[0], 2 * (0.8 * luck[0] + 0.6 * luck[1])
        ratio, low, high, correlation = reduction(
            first - first.mean(), second - second.mean(), 1.96
        )
        assert low < ratio < high
        covered += low <= truth <= high
        correlations.append(correlation)
    assert 0.92 <= covered / 400 <= 0.98
    assert np.mean(correlations) == pytest.approx(0.8, abs=0.01)


def test_opposite_policies_lose_by_it_and_equal_ones_have_none() -> None:
    luck = np.random.default_rng(2).normal(size=1_000)
    ratio, _, _, correlation = reduction(luck, -luck, 1.96)
    assert (ratio, correlation) == (pytest.approx(0.5), pytest.approx(-1))
    assert all(math.isnan(value) for value in reduction(luck, luck, 1.96))


def test_one_policy_alone_shares_with_none(plain: detente.Scenario) -> None:
    with pytest.raises(detente.ArgumentError, match="one policy alone"):
        detente.simulate(plain, paths=10, keep_outcomes=True).variance_reductions()
