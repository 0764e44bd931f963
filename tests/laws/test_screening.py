"""Morris' elementary effects where they are known.

A uniform parameter of width w enters a linear outcome with the coefficient c: every effect is
0.9 c w, the change over the 5 to 95 % range, and chance, which adds to it, cancels. Of a product of
two parameters the effects are those of one times where the other is on the grid. Seeds are stated;
|z| < 5.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

import detente
from detente.elementary_effects import STEP, Trajectories
from detente.level_runs import LevelRuns

KNOWN = detente.Scenario.from_yaml("""
detente: 1
title: Effects that are known
time: {horizon: 1, step: 1}
parameters:
  a: {uniform: {low: 0, high: 1}}
  b: {uniform: {low: -1, high: 3}}
  c: {normal: {mean: 2, sd: 0.5}}
  p: {uniform: {low: -1, high: 1}}
  q: {uniform: {low: -1, high: 1}}
  x: {normal: {mean: 0, sd: 1}}
  y: {normal: {mean: 0, sd: 2}}
  inert: {lognormal: {median: 1, sigma: 1}}
correlations: [{of: [x, y], rank: 0.5}]
variables:
  luck: {start: 0, drift: 0, volatility: 1}
outcomes:
  linear: {value: 3 * a - 2 * b + c + x + luck}
  product: {value: p * q + luck}
  flipped: {value: "if(p > 0, luck, -luck)"}
  below: {probability: luck < p}
""")


def test_effects_of_a_linear_outcome_are_its_coefficients() -> None:
    found = detente.screen(KNOWN, "linear", seed=3, trajectories=6, paths=8)
    reach = norm.ppf(0.95) + norm.ppf(0.65)  # of a move, in standard deviations, wherever it starts
    expected = {"b": -2 * 4 * 0.9, "a": 3 * 0.9, "c": 0.5 * reach / STEP}
    assert set(found.effects) == {*expected, "p", "q", "x + y", "inert"}
    for name, effect in expected.items():
        item = found.effects[name]
        assert item.mu.estimate == pytest.approx(effect, abs=1e-9)
        assert item.mu_star.estimate == pytest.approx(abs(effect), abs=1e-9)
        assert item.sigma.estimate == pytest.approx(0, abs=1e-9)
        assert item.noise < 1e-9
        assert item.is_seen
    # x moves with y, up or down by itself: the size is known, and there is no direction.
    pair = found.effects["x + y"]
    assert pair.mu_star.estimate == pytest.approx(reach / STEP, abs=1e-9)
    assert math.isnan(pair.mu.estimate)
    assert math.isnan(pair.sigma.estimate)


def test_what_does_nothing_has_effects_of_exactly_0() -> None:
    found = detente.screen(
        KNOWN, "linear", parameters=["inert", "p"], seed=3, trajectories=4, paths=8
    )
    for effect in found.effects.values():
        assert effect.mu_star.estimate == effect.sigma.estimate == effect.floor == 0
        assert not effect.is_seen


def test_effects_of_a_product_are_as_large_and_as_spread_as_the_other_factor() -> None:
    # The other factor is at ±0.9 or ±0.3, each as often; the effect is 1.8 times that.
    r = 200
    found = detente.screen(KNOWN, "product", parameters=["p", "q"], seed=5, trajectories=r, paths=8)
    levels = 1.8 * np.array([-0.9, -0.3, 0.3, 0.9])
    for name in ("p", "q"):
        effect = found.effects[name]
        sizes, squares = np.abs(levels), levels**2
        assert abs(effect.mu.estimate) < 5 * levels.std() / math.sqrt(r)
        z = (effect.mu_star.estimate - sizes.mean()) / (sizes.std() / math.sqrt(r))
        assert abs(z) < 5
        z = (effect.sigma.estimate**2 - squares.mean()) / (squares.std() / math.sqrt(r))
        assert abs(z) < 5
        assert effect.sigma.low < levels.std() < effect.sigma.high
        assert effect.mu_star.low < sizes.mean() < effect.mu_star.high


def test_the_noise_of_a_difference_is_what_it_scatters_by() -> None:
    # Φ(p) at the 35 and the 65 % quantile of p, ±0.3, on 64 paths each; the standard deviation of
    # 400 differences has a relative error of 1 / √800.
    rows, paths = 400, 64
    runs = LevelRuns(KNOWN, "baseline", "below", paths, seed=7, threads=2)
    names = [item.name for item in KNOWN._core.parameters]
    for level in (0.35, 0.65):
        levels = np.full((rows, len(names)), 0.5)
        levels[:, names.index("p")] = level
        runs.add(levels, 2 * rows * paths, None)
    change = np.diff(runs.estimates(), axis=1)[:, 0]
    expected = norm.cdf(0.3) - norm.cdf(-0.3)
    error = math.sqrt(expected * (1 - expected) / paths)  # paths differ with that probability
    assert abs(change.mean() - expected) < 5 * error / math.sqrt(rows)
    stated = float(np.sqrt((runs.errors() ** 2).mean()))
    assert abs(stated / error - 1) < 5 / math.sqrt(2 * rows)
    assert abs(change.std(ddof=1) / stated - 1) < 5 / math.sqrt(2 * rows)


def test_the_floor_holds_95_of_100_effects_that_are_noise() -> None:
    # 40 inputs, 10 trajectories, 12 times; outcomes differ along the moves by noise alone.
    rng = np.random.default_rng(11)
    design = Trajectories([(f"x{k}",) for k in range(40)], 10, seed=1)
    seen = []
    for _ in range(12):
        errors = rng.uniform(0.5, 1.5, size=design.moved.shape)
        changes = errors * rng.normal(size=errors.shape)
        outcomes = np.cumsum(np.c_[np.zeros(10), changes], axis=1)
        seen += [effect.is_seen for effect in design.effects(outcomes, errors)]
    n = len(seen)
    assert abs(np.mean(seen) - 0.05) < 5 * math.sqrt(0.05 * 0.95 / n)


def test_a_parameter_that_moves_paths_and_not_their_mean_is_within_the_noise() -> None:
    found = detente.screen(KNOWN, "flipped", parameters=["p", "q"], seed=2, paths=32)
    flip = found.effects["p"]
    assert flip.mu_star.estimate > 0
    assert not flip.is_seen
    # A move over 0 turns all paths: 2 luck / √32, over 2/3; half of the moves do.
    assert flip.noise == pytest.approx(2 / math.sqrt(32) / STEP, rel=0.5)


def test_held_parameters_take_the_values_of_the_copula() -> None:
    """Given x, y = 2 (ρ z_x + √(1 - ρ²) e) with ρ = 2 sin(π/12)."""
    names = [item.name for item in KNOWN._core.parameters]
    levels = np.full((2, len(names)), 0.5)
    levels[:, names.index("x")] = (0.8, 0.3)
    levels[:, names.index("y")] = (0.5, 0.9)
    options = detente._core.RunOptions()
    options.n_paths, options.levels, options.keep_outcomes = 2, levels.ravel().tolist(), True
    core, _ = detente._core.run(KNOWN._core, options)
    draws = dict(zip(names, (column.values for column in core.parameter_columns), strict=True))
    rho = 2 * math.sin(math.pi * 0.5 / 6)
    z = norm.ppf(levels[:, names.index("x")])
    e = norm.ppf(levels[:, names.index("y")])
    assert draws["x"] == pytest.approx(z, abs=1e-9)
    assert draws["y"] == pytest.approx(2 * (rho * z + math.sqrt(1 - rho**2) * e), abs=1e-9)
