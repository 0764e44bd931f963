"""The time spent in a state follows its baseline exactly, whatever the step of the grid.

Seed 1, 100,000 paths; Kolmogorov-Smirnov with the p-value of 5 standard errors, and |z| < 5 on the
share that has left by the horizon.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from closeness import assert_cdf, assert_times
from numpy.typing import NDArray
from readings import simulate
from scipy import stats

Floats = NDArray[np.float64]

HORIZON = 6.0
STEPS = [HORIZON / 2, HORIZON / 200]
PATHS = 100_000


def one_way_out(intensity: str, step: float, parameters: str = "{}") -> str:
    """A state that is left once."""
    return f"""
detente: 1
title: one way out
time: {{horizon: {HORIZON}, step: {step}}}
parameters: {parameters}
chains:
  chain:
    start: inside
    states: [inside, outside]
    transitions:
      - {{name: leave, from: inside, to: outside, {intensity}}}
outcomes:
  left: {{time_to: chain == outside}}
"""


def from_cumulative_hazard(
    cumulative_hazard: Callable[[Floats], Floats],
) -> Callable[[Floats], Floats]:
    return lambda t: -np.expm1(-cumulative_hazard(np.asarray(t)))


def gompertz(rate: float, shape: float) -> Callable[[Floats], Floats]:
    return from_cumulative_hazard(lambda t: rate * np.expm1(shape * t) / shape)


def piecewise(times: list[float], rates: list[float]) -> Callable[[Floats], Floats]:
    edges = np.array([0.0, *times])

    def cumulative_hazard(t: Floats) -> Floats:
        inside = np.clip(t[:, None] - edges, 0.0, np.append(np.diff(edges), np.inf))
        return inside @ np.array(rates)

    return from_cumulative_hazard(cumulative_hazard)


LAWS = {
    "exponential: {rate: 0.4}": stats.expon(scale=2.5).cdf,
    "weibull: {shape: 0.5, scale: 4}": stats.weibull_min(0.5, scale=4).cdf,
    "weibull: {shape: 2, scale: 4}": stats.weibull_min(2, scale=4).cdf,
    "gompertz: {rate: 0.1, shape: 0.5}": gompertz(0.1, 0.5),
    "gompertz: {rate: 0.8, shape: -0.9}": gompertz(0.8, -0.9),
    "lognormal: {meanlog: 0.5, sdlog: 0.8}": stats.lognorm(0.8, scale=np.exp(0.5)).cdf,
    "loglogistic: {shape: 3, scale: 2}": stats.fisk(3, scale=2).cdf,
    "loglogistic: {shape: 0.7, scale: 2}": stats.fisk(0.7, scale=2).cdf,
    "gamma: {shape: 2.5, rate: 1}": stats.gamma(2.5, scale=1).cdf,
    "gamma: {shape: 0.6, rate: 0.3}": stats.gamma(0.6, scale=1 / 0.3).cdf,
    "piecewise: {times: [0.5, 2, 4], rates: [0.2, 1, 0, 0.7]}": piecewise(
        [0.5, 2, 4], [0.2, 1.0, 0.0, 0.7]
    ),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("baseline", LAWS)
def test_sojourn_follows_its_baseline(baseline: str, step: float) -> None:
    readings = simulate(one_way_out(f"baseline: {{{baseline}}}", step), PATHS)
    assert_times(readings["left"], LAWS[baseline], HORIZON)


@pytest.mark.parametrize("step", STEPS)
def test_constant_hazard_gives_an_exponential_sojourn(step: float) -> None:
    readings = simulate(one_way_out("hazard: 0.4", step), PATHS)
    assert_times(readings["left"], stats.expon(scale=2.5).cdf, HORIZON)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("baseline", LAWS)
def test_hazard_ratios_raise_survival_to_their_product(baseline: str, step: float) -> None:
    """Proportional hazards: S(t) = S0(t)^(1.5 * 0.8)."""
    intensity = f"baseline: {{{baseline}}}, hazard_ratios: {{one: 1.5, other: 0.8}}"
    readings = simulate(one_way_out(intensity, step), PATHS, seed=2)
    law = LAWS[baseline]
    assert_times(readings["left"], lambda t: 1.0 - (1.0 - law(t)) ** 1.2, HORIZON)


def test_hazard_expression_takes_hazard_ratios_too() -> None:
    intensity = "hazard: 0.2, hazard_ratios: {one: 1.5, other: 0.8}"
    readings = simulate(one_way_out(intensity, HORIZON), PATHS)
    assert_times(readings["left"], stats.expon(scale=1 / 0.24).cdf, HORIZON)


def test_uncertain_hazard_ratio_mixes_the_sojourn() -> None:
    """A gamma frailty on a Weibull baseline has survival (1 + H0(t) / rate)^-shape."""
    text = one_way_out(
        "baseline: {weibull: {shape: 1.5, scale: 3}}, hazard_ratios: {frailty: z}",
        HORIZON / 2,
        "{z: {gamma: {shape: 2, rate: 2}}}",
    )
    readings = simulate(text, PATHS)
    assert_times(readings["left"], lambda t: 1.0 - (1.0 + (t / 3) ** 1.5 / 2.0) ** -2.0, HORIZON)


def test_baseline_arguments_may_be_uncertain() -> None:
    """A uniform exponential rate on (a, b): S(t) = (exp(-a t) - exp(-b t)) / ((b - a) t)."""
    text = one_way_out(
        "baseline: {exponential: {rate: 2 * half}}",
        HORIZON / 2,
        "{half: {uniform: {low: 0.1, high: 0.6}}}",
    )
    readings = simulate(text, PATHS)
    law = lambda t: 1.0 - (np.exp(-0.2 * t) - np.exp(-1.2 * t)) / t  # noqa: E731
    assert_times(readings["left"], law, HORIZON)


@pytest.mark.parametrize("step", STEPS)
def test_ratio_that_switches_on_a_date_scales_the_hazard_from_there(step: float) -> None:
    """H(t) = (t/4)^1.5, three times as steep from 1.7 on, which is no multiple of the step."""
    text = f"""
detente: 1
title: switched at a date
time: {{horizon: {HORIZON}, step: {step}}}
chains:
  chain:
    start: inside
    states: [inside, outside]
    transitions:
      - name: leave
        from: inside
        to: outside
        baseline: {{weibull: {{shape: 1.5, scale: 4}}}}
        hazard_ratios: {{exposed: "if(exposure == exposed, 3, 1)"}}
  exposure: {{start: free, states: [free, exposed], transitions: []}}
events:
  switch: {{on: 1.7, effects: {{exposure: exposed}}}}
outcomes:
  left: {{time_to: chain == outside}}
"""
    base = lambda t: (t / 4) ** 1.5  # noqa: E731
    law = from_cumulative_hazard(
        lambda t: base(np.minimum(t, 1.7)) + 3.0 * (base(np.maximum(t, 1.7)) - base(1.7))
    )
    assert_times(simulate(text, PATHS)["left"], law, HORIZON)


@pytest.mark.parametrize("step", STEPS)
def test_hazard_that_switches_at_a_random_event_follows_at_once(step: float) -> None:
    """Exposed at rate r, hazard 0.2 before and 1.5 after: a two-stage (Coxian) law, closed form."""
    before, after, rate = 0.2, 1.5, 0.8
    text = f"""
detente: 1
title: switched at random
time: {{horizon: {HORIZON}, step: {step}}}
chains:
  exposure:
    start: free
    states: [free, exposed]
    transitions:
      - {{name: expose, from: free, to: exposed, hazard: {rate}}}
  chain:
    start: inside
    states: [inside, outside]
    transitions:
      - name: leave
        from: inside
        to: outside
        hazard: "if(exposure == exposed, {after}, {before})"
outcomes:
  left: {{time_to: chain == outside}}
"""

    def law(t: Floats) -> Floats:
        unexposed = np.exp(-(before + rate) * t)
        exposed = rate * (np.exp(-after * t) - unexposed) / (before + rate - after)
        return 1.0 - unexposed - exposed

    assert_times(simulate(text, PATHS)["left"], law, HORIZON)


@pytest.mark.parametrize("step", STEPS)
def test_sojourn_time_starts_anew_when_a_state_is_entered(step: float) -> None:
    """The second stage, entered at a random time inside a step, has its own Weibull law."""
    text = f"""
detente: 1
title: two stages
time: {{horizon: 30, step: {step}}}
chains:
  chain:
    start: one
    states: [one, two, three]
    transitions:
      - {{name: first, from: one, to: two, hazard: 2}}
      - {{name: second, from: two, to: three, baseline: {{weibull: {{shape: 2, scale: 3}}}}}}
outcomes:
  entered: {{time_to: chain == two}}
  left: {{time_to: chain == three}}
"""
    readings = simulate(text, PATHS)
    assert_cdf(readings["entered"], stats.expon(scale=0.5).cdf)
    assert_cdf(readings["left"] - readings["entered"], stats.weibull_min(2, scale=3).cdf)


def test_baseline_arguments_are_read_when_the_state_is_entered() -> None:
    """The scale grows, but each path keeps that of its entry: (exit - entry) / scale is Weibull."""
    text = """
detente: 1
title: scale read at entry
time: {horizon: 200, step: 10}
variables: {entry: {start: 0}}
events:
  drift_on: {every: 1, effects: {entry: entry + 0.25}}
chains:
  chain:
    start: one
    states: [one, two, three]
    transitions:
      - {name: first, from: one, to: two, hazard: 0.5}
      - {name: second, from: two, to: three, baseline: {weibull: {shape: 2, scale: 1 + entry}}}
outcomes:
  entered: {time_to: chain == two}
  left: {time_to: chain == three}
"""
    readings = simulate(text, 20_000)
    scale = 1.0 + 0.25 * np.floor(readings["entered"])
    assert_cdf((readings["left"] - readings["entered"]) / scale, stats.weibull_min(2).cdf)
