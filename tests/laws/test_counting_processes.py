"""Events as point processes: Poisson, immigration and death, pure birth, periods, seasons.

Seed 1; chi-square of counts with the p-value of 5 standard errors, |z| < 5 on means.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from closeness import assert_cdf, assert_counts, assert_mean, assert_share
from readings import simulate
from scipy import stats

HORIZON = 3.0
STEPS = [HORIZON, HORIZON / 90]
PATHS = 100_000


def population(events: str, start: float, step: float) -> str:
    return f"""
detente: 1
title: population
time: {{horizon: {HORIZON}, step: {step}}}
variables: {{n: {{start: {start}}}}}
events:
{events}
outcomes:
  n: {{value: n}}
"""


@pytest.mark.parametrize("step", STEPS)
def test_events_of_constant_hazard_are_poisson(step: float) -> None:
    text = population("  strike: {hazard: 4, effects: {n: n + 1}}", 0, step)
    text += "  strikes: {count: strike}\n  early: {count: strike, until: 1}\n"
    text += "  late: {count: strike, from: 1}\n"
    readings = simulate(text, PATHS)
    assert_counts(readings["strikes"], stats.poisson(12.0).pmf)
    np.testing.assert_array_equal(readings["n"], readings["strikes"])
    np.testing.assert_array_equal(readings["early"] + readings["late"], readings["strikes"])
    assert_counts(readings["early"], stats.poisson(4.0).pmf)
    correlation = stats.spearmanr(readings["early"], readings["late"])
    assert correlation.pvalue > 5.7e-7


@pytest.mark.parametrize("step", STEPS)
def test_immigration_and_death_is_poisson(step: float) -> None:
    """Arrivals at a, deaths at m n, from nobody: Poisson with mean (a / m) (1 - exp(-m t))."""
    events = """
  arrive: {hazard: 5, effects: {n: n + 1}}
  die: {hazard: 0.6 * n, effects: {n: n - 1}}
"""
    readings = simulate(population(events, 0, step), PATHS)
    assert_counts(readings["n"], stats.poisson(-5.0 / 0.6 * np.expm1(-0.6 * HORIZON)).pmf)


@pytest.mark.parametrize("step", STEPS)
def test_pure_birth_is_geometric(step: float) -> None:
    """Yule process from one: P(n) = q (1 - q)^(n - 1), q = exp(-b t)."""
    readings = simulate(
        population("  birth: {hazard: 0.7 * n, effects: {n: n + 1}}", 1, step), PATHS
    )
    assert_counts(readings["n"], stats.geom(np.exp(-0.7 * HORIZON)).pmf)


@pytest.mark.parametrize("step", STEPS)
def test_marks_of_a_poisson_process_make_a_compound_poisson_sum(step: float) -> None:
    """Mean h t E m and variance h t E m^2 for lognormal marks."""
    text = population("  loss: {hazard: 4, effects: {n: 'n + lognormal(0.2, 0.5)'}}", 0, step)
    total = simulate(text, PATHS)["n"]
    assert_mean(total, 12.0 * np.exp(0.2 + 0.125))
    assert_mean((total - total.mean()) ** 2, 12.0 * np.exp(0.4 + 0.5))


def test_probability_thins_an_event() -> None:
    """A strike that fails is not counted and has no effect."""
    text = population(
        "  strike: {hazard: 4, probability: 0.3, effects: {n: n + 1}}", 0, HORIZON / 4
    )
    readings = simulate(text + "  strikes: {count: strike}\n", PATHS)
    assert_counts(readings["strikes"], stats.poisson(3.6).pmf)
    np.testing.assert_array_equal(readings["strikes"], readings["n"])


def test_guarded_event_burns_only_while_its_guard_holds() -> None:
    """The second of two events waits for the first: an Erlang-like count."""
    events = """
  first: {hazard: 1.5, when: n == 0, effects: {n: 1}}
  second: {hazard: 2, when: n >= 1, effects: {n: n + 1}}
"""
    n = simulate(population(events, 0, HORIZON / 2), PATHS)["n"]
    assert_share(n == 0, np.exp(-1.5 * HORIZON))
    # After the first, Poisson: E n = P(first) + 2 E(time left).
    left = HORIZON + np.expm1(-1.5 * HORIZON) / 1.5
    assert_mean(n, -np.expm1(-1.5 * HORIZON) + 2.0 * left)


@pytest.mark.parametrize(("period", "expected"), [(0.5, 6), (0.7, 4), (3.0, 1), (4.0, 0)])
def test_periodic_event_fires_at_each_multiple_of_its_period(period: float, expected: int) -> None:
    text = population(f"  tick: {{every: {period}, effects: {{n: n + 1}}}}", 0, 0.4)
    readings = simulate(text + "  ticks: {count: tick}\n", 100)
    assert (readings["ticks"] == expected).all()
    assert (readings["n"] == expected).all()


def test_periodic_event_may_fail_each_time_anew() -> None:
    text = population("  tick: {every: 0.5, probability: 0.35, effects: {n: n + 1}}", 0, 0.4)
    assert_counts(simulate(text, PATHS)["n"], stats.binom(6, 0.35).pmf)


def test_dated_event_happens_with_its_probability() -> None:
    text = population("  once: {on: 1.234, probability: 0.35, effects: {n: 1}}", 0, 0.4)
    text += "  early: {value: n, at: 1.233}\n  at_once: {value: n, at: 1.234}\n"
    readings = simulate(text, PATHS)
    assert_share(readings["n"], 0.35)
    assert not readings["early"].any()
    np.testing.assert_array_equal(readings["at_once"], readings["n"])


def test_trigger_fires_when_its_condition_turns_true() -> None:
    """Each third arrival empties the store: as many triggers as whole thirds of the arrivals."""
    events = """
  arrive: {hazard: 4, effects: {n: n + 1}}
  empty: {trigger: n >= 3, effects: {n: 0}}
"""
    text = population(events, 0, HORIZON / 2)
    text += "  arrivals: {count: arrive}\n  emptied: {count: empty}\n"
    readings = simulate(text, PATHS)
    assert_counts(readings["arrivals"], stats.poisson(12.0).pmf)
    np.testing.assert_array_equal(readings["emptied"], np.floor(readings["arrivals"] / 3))
    np.testing.assert_array_equal(readings["n"], readings["arrivals"] % 3)


def days_in_season(start: date, days: int) -> int:
    """Days from 15 November (included) to 15 March (excluded)."""
    dates = (start + timedelta(days=i) for i in range(days))
    return sum((day.month, day.day) >= (11, 15) or (day.month, day.day) < (3, 15) for day in dates)


@pytest.mark.parametrize("step", ["1 week", "4 years"])
def test_season_multiplies_the_hazard_on_its_own_days_alone(step: str) -> None:
    """Four years (1461 days): Poisson with the mean of the exactly integrated hazard."""
    text = f"""
detente: 1
title: winters
time: {{start: 2025-01-01, horizon: 4 years, step: {step}}}
seasons: {{winter: {{from: 11-15, to: 03-15}}}}
events:
  shelling: {{hazard: 1.5 * (1 + 2 * winter), effects: {{}}}}
  raid: {{hazard: "if(winter, 0, 3)", effects: {{}}}}
outcomes:
  shellings: {{count: shelling}}
  raids: {{count: raid}}
  winters: {{duration: winter, unit: years}}
"""
    winter = days_in_season(date(2025, 1, 1), 1461) / 365.25
    readings = simulate(text, PATHS)
    assert_counts(readings["shellings"], stats.poisson(1.5 * (4.0 + 2.0 * winter)).pmf)
    assert_counts(readings["raids"], stats.poisson(3.0 * (4.0 - winter)).pmf)
    np.testing.assert_allclose(readings["winters"], winter, atol=1e-9)


def test_first_event_of_a_season_waits_for_it() -> None:
    """From 1 June, hazard 3 in winter only: nothing before 15 November, then exponential."""
    text = """
detente: 1
title: waits for winter
time: {start: 2025-06-01, horizon: 9 months, step: 1 month}
seasons: {winter: {from: 11-15, to: 03-15}}
chains:
  chain:
    start: calm
    states: [calm, raided]
    transitions:
      - {name: raid, from: calm, to: raided, hazard: 3 * winter}
outcomes:
  raided: {time_to: chain == raided}
"""
    times = simulate(text, PATHS)["raided"]
    opens = (date(2025, 11, 15) - date(2025, 6, 1)).days / 365.25
    ends = (date(2026, 3, 1) - date(2025, 6, 1)).days / 365.25
    seen = ~np.isnan(times)
    by_end = -np.expm1(-3.0 * (ends - opens))
    assert_share(seen, by_end)
    assert_cdf(times[seen], lambda t: -np.expm1(-3.0 * np.maximum(t - opens, 0.0)) / by_end)
