"""Causes that compete: who wins, and when, by closed-form cumulative incidence.

Seed 1, 100,000 paths; per cause |z| < 5 on its share and Kolmogorov-Smirnov on its times.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from closeness import assert_cdf, assert_mean, assert_share, assert_times, z_of_share
from numpy.typing import NDArray
from readings import simulate
from scipy import integrate, stats

Floats = NDArray[np.float64]

HORIZON = 4.0
STEPS = [HORIZON / 2, HORIZON / 100]
PATHS = 100_000


def three_causes(intensities: list[str], step: float) -> str:
    transitions = "\n".join(
        f"      - {{name: to_{cause}, from: inside, to: {cause}, {intensity}}}"
        for cause, intensity in zip("xyz", intensities, strict=True)
    )
    return f"""
detente: 1
title: three causes
time: {{horizon: {HORIZON}, step: {step}, report: 1}}
chains:
  chain:
    start: inside
    states: [inside, x, y, z]
    transitions:
{transitions}
outcomes:
  x: {{time_to: chain == x}}
  y: {{time_to: chain == y}}
  z: {{time_to: chain == z}}
"""


@pytest.mark.parametrize("step", STEPS)
def test_constant_hazards_share_the_exits_in_proportion(step: float) -> None:
    """Cumulative incidence of cause j: (h_j / h) (1 - exp(-h t))."""
    hazards = [0.1, 0.3, 0.5]
    readings = simulate(three_causes([f"hazard: {h}" for h in hazards], step), PATHS)
    for cause, hazard in zip("xyz", hazards, strict=True):
        assert_times(readings[cause], lambda t, h=hazard: -h / 0.9 * np.expm1(-0.9 * t), HORIZON)


@pytest.mark.parametrize("step", STEPS)
def test_unlike_baselines_compete_by_their_hazards(step: float) -> None:
    """Cumulative incidence by quadrature of h_j(t) exp(-H_1(t) - H_2(t) - H_3(t))."""
    hazards: list[Callable[[Floats], Floats]] = [
        lambda t: 0.25 * (t / 2) ** -0.5,
        lambda t: 0.05 * np.exp(0.8 * t),
        lambda t: 0.2 + 0.0 * t,
    ]
    intensities = [
        "baseline: {weibull: {shape: 0.5, scale: 2}}",
        "baseline: {gompertz: {rate: 0.05, shape: 0.8}}",
        "hazard: 0.2",
    ]
    readings = simulate(three_causes(intensities, step), PATHS)
    # In u = sqrt(t) the Weibull hazard of shape 1/2 has no pole.
    u = np.linspace(0.0, np.sqrt(HORIZON), 20_001)
    t = u**2
    survival = np.exp(-np.sqrt(t / 2) - 0.05 * np.expm1(0.8 * t) / 0.8 - 0.2 * t)
    with np.errstate(divide="ignore", invalid="ignore"):
        for cause, hazard in zip("xyz", hazards, strict=True):
            density = np.nan_to_num(hazard(t) * 2.0 * u, nan=0.5 / np.sqrt(0.5)) * survival
            incidence = integrate.cumulative_trapezoid(density, u, initial=0.0)
            assert_times(readings[cause], lambda s, f=incidence: np.interp(s, t, f), HORIZON)


def test_cumulative_incidence_per_report_date_respects_the_other_causes() -> None:
    hazards = [0.1, 0.3, 0.5]
    readings = simulate(three_causes([f"hazard: {h}" for h in hazards], 0.5), PATHS)
    for cause, hazard in zip("xyz", hazards, strict=True):
        incidence = readings.incidence(cause)
        dates = np.linspace(0.0, HORIZON, len(incidence))
        expected = -hazard / 0.9 * np.expm1(-0.9 * dates)
        for found, wanted in zip(incidence[1:], expected[1:], strict=True):
            assert abs(z_of_share(found, wanted, PATHS)) < 5.0


def test_restricted_mean_is_the_area_under_the_survival() -> None:
    """E min(T, horizon) = (1 - exp(-h H)) / h for a single cause; |z| < 5."""
    text = three_causes(["hazard: 0.6", "hazard: 0", "hazard: 0"], 1.0)
    readings = simulate(text, PATHS)
    restricted = np.nan_to_num(readings["x"], nan=HORIZON)
    expected = -np.expm1(-0.6 * HORIZON) / 0.6
    assert_mean(restricted, expected)
    assert readings.estimate("x").row["restricted_mean"] == pytest.approx(
        restricted.mean(), rel=1e-9
    )


def test_time_quantiles_are_those_of_the_law_and_missing_where_not_reached() -> None:
    """Exponential times: the median is log 2 / h; the 95 % point lies beyond the horizon."""
    text = three_causes(["hazard: 0.6", "hazard: 0", "hazard: 0"], 1.0)
    row = simulate(text, PATHS).estimate("x").row
    median = np.log(2.0) / 0.6
    # Error of a median: 1 / (2 f(m) sqrt(n)); the summary may bin its quantiles, so 1 % more.
    error = 1.0 / (2.0 * 0.3 * np.sqrt(PATHS))
    assert abs(row["q50"] - median) < 5.0 * error + 0.01 * median
    assert np.isnan(row["q95"])


def test_branches_are_taken_in_proportion_to_their_weights() -> None:
    """Weights 1 : 2 : 5 are normalised, whenever the transition fires."""
    text = """
detente: 1
title: branches
time: {horizon: 100, step: 25}
chains:
  chain:
    start: inside
    states: [inside, x, y, z]
    transitions:
      - {name: leave, from: inside, to: {x: 1, y: 2, z: 5}, hazard: 1}
outcomes:
  x: {probability: chain == x}
  y: {probability: chain == y}
  z: {probability: chain == z}
"""
    readings = simulate(text, PATHS)
    for state, weight in (("x", 1), ("y", 2), ("z", 5)):
        assert_share(readings[state], weight / 8)


def test_branch_weights_are_read_before_the_firing_changes_anything() -> None:
    """x has weight p, a parameter, on the first exit; after its effect x is impossible."""
    text = """
detente: 1
title: uncertain branches
time: {horizon: 100, step: 25}
parameters: {p: {beta: {alpha: 2, beta: 3}}}
variables: {open: {start: 1}}
chains:
  chain:
    start: inside
    states: [inside, x, y]
    transitions:
      - name: leave
        from: inside
        to: {x: p * open, y: (1 - p) + p * (1 - open)}
        hazard: 1
        effects: {open: 0}
      - {name: back, from: [x, y], to: inside, hazard: "if(visits(chain.inside) == 1, 1, 0)"}
outcomes:
  exits: {count: leave}
  first_was_x: {probability: "until(not chain == y, chain == x)"}
  ends_in_x: {probability: chain == x}
"""
    readings = simulate(text, PATHS)
    assert_share(readings["first_was_x"], 0.4)
    assert not readings["ends_in_x"].any()
    assert (readings["exits"] == 2).all()


def test_waiting_time_and_cause_are_independent_for_proportional_hazards() -> None:
    """Weibulls of one shape: given the cause, the time has the law of the minimum."""
    intensities = [
        f"baseline: {{weibull: {{shape: 1.7, scale: {scale}}}}}" for scale in (1.0, 2.0, 3.0)
    ]
    readings = simulate(three_causes(intensities, HORIZON / 3), PATHS)
    total = sum(scale**-1.7 for scale in (1.0, 2.0, 3.0))
    whole = stats.weibull_min(1.7, scale=total ** (-1 / 1.7))
    for cause, scale in zip("xyz", (1.0, 2.0, 3.0), strict=True):
        times = readings[cause]
        seen = ~np.isnan(times)
        assert_share(seen, scale**-1.7 / total * whole.cdf(HORIZON))
        assert_cdf(times[seen], lambda t: whole.cdf(t) / whole.cdf(HORIZON))
