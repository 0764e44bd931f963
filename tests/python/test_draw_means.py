"""The noise of the few paths of a draw, taken out of the means of several policies at once."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import sqrtm

import detente
from detente.comparison import Reading
from detente.draw_groups import DrawBand, DrawGroups
from detente.draw_means import DrawMeans

CENTRING = np.eye(4) - 1 / 4


def noisy(n: int, noise: np.ndarray, seed: int) -> DrawMeans:
    """Correlated means of four policies, and what is stated of their noise."""
    generator = np.random.default_rng(seed)
    mixing = generator.normal(size=(4, 4))
    return DrawMeans(generator.normal(size=(n, 4)) @ mixing, np.broadcast_to(noise, (n, 4, 4)))


def test_pulled_differences_have_the_covariance_that_is_left() -> None:
    noise = np.diag([0.1, 0.2, 0.05, 0.1])
    found = noisy(500, noise, 1)
    contrasts = found.pulled() @ CENTRING
    expected = CENTRING @ (np.cov(found.means.T) - noise) @ CENTRING
    assert np.cov(contrasts.T) == pytest.approx(expected, abs=1e-8)
    assert found.pulled().mean(axis=0) == pytest.approx(found.means.mean(axis=0))
    common = found.means.mean(axis=1)
    assert found.pulled().mean(axis=1) == pytest.approx(common)


def test_the_map_is_that_of_the_formula_in_another_library() -> None:
    """On three contrasts that are orthonormal, where all matrices have full rank."""
    noise = np.diag([0.1, 0.2, 0.05, 0.1])
    found = noisy(200, noise, 2)
    axes = np.linalg.svd(CENTRING)[0][:, :3]
    centred = (found.means - found.means.mean(axis=0)) @ axes
    whole = np.cov(centred.T)
    between = whole - axes.T @ noise @ axes
    root = np.real(sqrtm(whole))
    matrix = np.linalg.inv(root) @ np.real(sqrtm(root @ between @ root)) @ np.linalg.inv(root)
    pulled = (found.pulled() - found.pulled().mean(axis=0)) @ axes
    assert pulled == pytest.approx(centred @ matrix, abs=1e-8)


def test_two_policies_are_pulled_as_their_difference_is() -> None:
    found = noisy(300, np.diag([0.2, 0.1, 0.0, 0.0]), 3)
    two = DrawMeans(found.means[:, :2], found.noise[:, :2, :2])
    gap = two.means[:, 1] - two.means[:, 0]
    band = DrawBand.of_draws(gap, np.full(300, 0.3))
    pulled = two.pulled()[:, 1] - two.pulled()[:, 0]
    assert np.quantile(pulled, 0.05, method="inverted_cdf") == pytest.approx(band.low)
    assert (pulled > 0).mean() == band.share_above


def test_noise_alone_leaves_no_differences_and_none_leaves_all() -> None:
    found = noisy(50, np.zeros((4, 4)), 4)
    assert found.pulled() == pytest.approx(found.means)
    drowned = DrawMeans(found.means, found.noise + 1e6 * np.eye(4))
    gaps = drowned.pulled() - drowned.pulled()[:, [0]]
    assert gaps == pytest.approx(np.broadcast_to(gaps[0], gaps.shape))
    same = DrawMeans(np.repeat(found.means[:, [0]], 4, axis=1), found.noise)
    assert same.pulled() == pytest.approx(same.means)


def test_the_noise_is_that_of_the_paths_of_a_draw() -> None:
    """Of means that all paths count in; of conditional ones by the delta method."""
    generator = np.random.default_rng(6)
    draws = DrawGroups.of_range(0, 60, 20)
    values = generator.normal(size=(60, 2)) @ np.array([[1.0, 0.5], [0.0, 1.0]])
    found = DrawMeans.of([Reading.of(column, "value") for column in values.T], draws)
    for draw in range(3):
        mine = values[20 * draw : 20 * draw + 20]
        assert found.means[draw] == pytest.approx(mine.mean(axis=0))
        assert found.noise[draw] == pytest.approx(np.cov(mine.T) / 20)
    values[generator.random(60) < 0.4, 0] = np.nan
    values[20:40, 0] = np.nan
    values[20, 0] = 1.0
    found = DrawMeans.of([Reading.of(column, "value") for column in values.T], draws)
    assert found.n_draws == 3
    assert np.isnan(found.noise[1]).all()
    held = values[:20, 0][~np.isnan(values[:20, 0])]
    # In a draw of n paths of which m count, the delta method has n / (n - 1) for m / (m - 1).
    m = len(held)
    assert found.noise[0, 0, 0] == pytest.approx(
        held.var(ddof=1) / m * (20 / 19) * ((m - 1) / m), rel=1e-9
    )
    values[20, 0] = np.nan
    assert DrawMeans.of([Reading.of(column, "value") for column in values.T], draws).n_draws == 2


def test_noise_that_nothing_tells_is_refused() -> None:
    found = noisy(5, np.full((4, 4), math.nan), 5)
    with pytest.raises(detente.ArgumentError, match="give more paths to a draw"):
        found.pulled()
