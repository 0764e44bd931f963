"""Clocks: a transition fires when its integrated hazard has used up an Exp(1) budget.

Kolmogorov-Smirnov and |z| at 5 standard errors, seeds fixed; path-by-path equalities to 1e-9.
"""

from __future__ import annotations

import numpy as np
import pytest
from closeness import SMALLEST_P, assert_cdf, assert_times
from numpy.typing import NDArray
from readings import load, simulate, trace
from scipy import stats

Floats = NDArray[np.float64]

PATHS = 100_000


def gated(intensity: str, guard: str, step: float) -> str:
    """A gate that closes at 1 and opens again at 3, dates that are on no grid of these steps."""
    return f"""
detente: 1
title: gated
time: {{horizon: 8, step: {step}}}
variables: {{open: {{start: 1}}}}
chains:
  chain:
    start: inside
    states: [inside, outside]
    transitions:
      - {{name: leave, from: inside, to: outside, {intensity}{guard}}}
events:
  close: {{on: 1, effects: {{open: 0}}}}
  reopen: {{on: 3, effects: {{open: 1}}}}
outcomes:
  left: {{time_to: chain == outside}}
"""


@pytest.mark.parametrize("step", [8 / 3, 0.07])
def test_disabled_transition_burns_no_hazard(step: float) -> None:
    """Nobody leaves while the gate is shut; the baseline goes on at the present sojourn time."""
    text = gated("baseline: {weibull: {shape: 2, scale: 3}}", ", when: open == 1", step)

    def law(t: Floats) -> Floats:
        t = np.asarray(t)
        return -np.expm1(-(np.minimum(t, 1.0) ** 2 + np.maximum(t, 3.0) ** 2 - 9.0) / 9.0)

    times = simulate(text, PATHS)["left"]
    assert_times(times, law, 8.0)
    assert not ((times > 1.0) & (times < 3.0)).any()


def test_paused_clock_keeps_what_is_left_of_it() -> None:
    """With a constant hazard the gate delays each late path by the two years that it was shut."""
    free = simulate(gated("hazard: 0.5", "", 0.3), 5_000, seed=3)["left"]
    held = simulate(gated("hazard: 0.5", ", when: open == 1", 0.3), 5_000, seed=3)["left"]
    expected = np.where(free < 1.0, free, free + 2.0)
    inside = expected < 8.0
    np.testing.assert_allclose(held[inside], expected[inside], rtol=0.0, atol=1e-9)
    assert np.isnan(held[~inside]).all()


def test_clock_is_kept_while_its_state_is_left_and_entered_again() -> None:
    """Forced out of the state from 1 to 3, constant hazard: again the same two years of delay."""
    text = """
detente: 1
title: taken out and put back
time: {horizon: 8, step: 0.3}
chains:
  chain:
    start: inside
    states: [inside, away, outside]
    transitions:
      - {name: leave, from: inside, to: outside, hazard: 0.5}
events:
  take: {on: 1, when: chain == inside, effects: {chain: away}}
  give: {on: 3, when: chain == away, effects: {chain: inside}}
outcomes:
  left: {time_to: chain == outside}
"""
    free = simulate(gated("hazard: 0.5", "", 0.3), 5_000, seed=3)["left"]
    held = simulate(text, 5_000, seed=3)["left"]
    expected = np.where(free < 1.0, free, free + 2.0)
    inside = expected < 8.0
    np.testing.assert_allclose(held[inside], expected[inside], rtol=0.0, atol=1e-9)


def test_sojourn_time_starts_anew_on_re_entry_but_the_budget_does_not() -> None:
    """Weibull, out from 1 to 3: H(t) = (t/3)^2 to 1, then + ((t - 3)/3)^2."""
    text = """
detente: 1
title: taken out and put back
time: {horizon: 12, step: 5}
chains:
  chain:
    start: inside
    states: [inside, away, outside]
    transitions:
      - name: leave
        from: inside
        to: outside
        baseline: {weibull: {shape: 2, scale: 3}}
events:
  take: {on: 1, when: chain == inside, effects: {chain: away}}
  give: {on: 3, when: chain == away, effects: {chain: inside}}
outcomes:
  left: {time_to: chain == outside}
"""

    def law(t: Floats) -> Floats:
        t = np.asarray(t)
        again = np.maximum(t - 3.0, 0.0)
        return -np.expm1(-(np.minimum(t, 1.0) ** 2 + again**2) / 9.0)

    assert_times(simulate(text, PATHS)["left"], law, 12.0)


def test_self_transition_restarts_the_sojourn() -> None:
    """Renewals with gamma(2) waits of mean 1: the count has the law of pairs of Poisson points."""
    text = """
detente: 1
title: renewals
time: {horizon: 6, step: 2}
chains:
  chain:
    start: only
    states: [only]
    transitions:
      - {name: renew, from: only, to: only, baseline: {gamma: {shape: 2, rate: 2}}}
outcomes:
  renewals: {count: renew}
  visits: {value: visits(chain.only)}
  age: {value: sojourn(chain)}
"""
    readings = simulate(text, PATHS)
    renewals = readings["renewals"]
    for k in range(12):
        expected = stats.poisson(12.0).pmf([2 * k, 2 * k + 1]).sum()
        share = (renewals == k).mean()
        assert abs(share - expected) < 5.0 * np.sqrt(expected * (1 - expected) / PATHS)
    np.testing.assert_array_equal(readings["visits"], renewals + 1)
    assert readings["age"].max() <= 6.0 + 1e-9
    assert readings["age"].min() >= 0.0


def test_integrated_hazard_at_each_firing_is_exponential() -> None:
    """Random time change (Kurtz): 20 successive firings of 3 transitions on 250 paths, all Exp(1).

    The horizon is long enough for 20 firings of each on every path, so none is censored.
    """
    text = """
detente: 1
title: random time change
time: {horizon: 150, step: 10}
variables: {load: {start: 0}}
chains:
  chain:
    start: calm
    states: [calm, tense, open]
    transitions:
      - {name: rise, from: calm, to: tense, hazard: 1 + 0.5 * load}
      - {name: fall, from: tense, to: calm, baseline: {weibull: {shape: 0.6, scale: 0.5}}}
      - {name: burst, from: tense, to: open, hazard: 1.2, when: load < 2}
      - {name: close, from: open, to: calm, hazard: 3, effects: {load: 0}}
events:
  burden: {hazard: 0.7, effects: {load: load + 1}}
outcomes:
  end: {value: load}
"""
    scenario = load(text)
    budgets: dict[str, list[float]] = {}
    for path in range(250):
        own: dict[str, list[float]] = {}
        for firing in trace(scenario, path, seed=5):
            own.setdefault(firing.element, []).append(firing.cumulative_hazard)
        for element in ("rise", "fall", "burden"):
            assert len(own[element]) >= 20
            budgets.setdefault(element, []).extend(own[element][:20])
    for element, values in budgets.items():
        assert_cdf(np.array(values), stats.expon.cdf)
        pairs = np.array(values).reshape(-1, 20)
        apart = stats.spearmanr(pairs[:, 0], pairs[:, 1])
        assert apart.pvalue > SMALLEST_P, f"{element}: successive budgets are independent"
