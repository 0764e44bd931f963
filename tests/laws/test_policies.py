"""Policies: constant levers, dated schedules, rules; and the randomness that policies share.

Seed 1, 100,000 paths for laws (5 standard errors); path-by-path equalities to 1e-9.
"""

from __future__ import annotations

import numpy as np
import pytest
from closeness import assert_mean, assert_times
from numpy.typing import NDArray
from readings import simulate

Floats = NDArray[np.float64]

HORIZON = 5.0
PATHS = 100_000


def text_with(policies: str, step: float, hazard: str = "0.3 * (1 + pressure)") -> str:
    return f"""
detente: 1
title: policies
time: {{horizon: {HORIZON}, step: {step}}}
levers:
  pressure: {{default: 0}}
chains:
  conflict:
    start: war
    states: [war, talks, peace]
    transitions:
      - {{name: talk, from: war, to: talks, hazard: {hazard}}}
      - {{name: settle, from: talks, to: peace, hazard: 0.8 * (1 + pressure)}}
policies:
{policies}
outcomes:
  talks: {{time_to: conflict == talks}}
  peace: {{time_to: conflict == peace}}
  lever: {{value: pressure}}
"""


@pytest.mark.parametrize("step", [HORIZON / 2, HORIZON / 100])
def test_schedule_changes_the_hazard_on_its_date(step: float) -> None:
    """Hazard 0.3 until 1.3, 1.2 until 2.9, then 0.6: piecewise exponential."""
    policies = """
  late: {schedule: [{on: 1.3, set: {pressure: 3}}, {on: 2.9, set: {pressure: 1}}]}
"""
    readings = simulate(text_with(policies, step), PATHS)

    def law(t: Floats) -> Floats:
        t = np.asarray(t)
        middle = np.clip(t - 1.3, 0.0, 1.6)
        end = np.maximum(t - 2.9, 0.0)
        return -np.expm1(-0.3 * np.minimum(t, 1.3) - 1.2 * middle - 0.6 * end)

    assert_times(readings["talks"], law, HORIZON)
    assert (readings["lever"] == 1.0).all()


def test_policies_share_the_clocks_of_every_path() -> None:
    """A constant hazard h fires at E / h: a lever that triples h brings each firing to a third."""
    policies = "  drift: {}\n  push: {set: {pressure: 2}}"
    readings = simulate(text_with(policies, 0.37), 5_000)
    slow, fast = readings.column("talks", "drift"), readings.column("talks", "push")
    seen = ~np.isnan(slow)
    np.testing.assert_allclose(fast[seen], slow[seen] / 3.0, rtol=0.0, atol=1e-9)


def test_schedule_bends_each_path_where_it_takes_effect() -> None:
    """Before its date a schedule changes nothing; after it the rest of the wait shrinks."""
    policies = "  drift: {}\n  late: {schedule: [{on: 1.3, set: {pressure: 2}}]}"
    readings = simulate(text_with(policies, 0.37), 5_000)
    slow, late = readings.column("talks", "drift"), readings.column("talks", "late")
    seen = ~np.isnan(slow)
    expected = np.where(slow < 1.3, slow, 1.3 + (slow - 1.3) / 3.0)
    np.testing.assert_allclose(late[seen], expected[seen], rtol=0.0, atol=1e-9)


def test_rule_is_read_again_after_each_event() -> None:
    """Pressure 1 during talks only: war at 0.3, talks at 1.6, in a step as long as the horizon."""
    policies = '  adaptive: {rules: {pressure: "if(conflict == talks, 1, 0)"}}'
    readings = simulate(text_with(policies, HORIZON), PATHS)
    a, b = 0.3, 1.6

    def law(t: Floats) -> Floats:
        t = np.asarray(t)
        return 1.0 - (b * np.exp(-a * t) - a * np.exp(-b * t)) / (b - a)

    assert_times(readings["talks"], lambda t: -np.expm1(-a * np.asarray(t)), HORIZON)
    assert_times(readings["peace"], law, HORIZON)


def test_rule_that_reads_time_changes_at_grid_points() -> None:
    """Read at grid points: with step 0.5 the lever turns on at 1.5, the first point past 1.2."""
    policies = '  timed: {rules: {pressure: "if(time > 1.2, 2, 0)"}}'
    readings = simulate(text_with(policies, 0.5, "0.5 * (1 + pressure)"), PATHS)

    def law(t: Floats) -> Floats:
        t = np.asarray(t)
        return -np.expm1(-0.5 * np.minimum(t, 1.5) - 1.5 * np.maximum(t - 1.5, 0.0))

    assert_times(readings["talks"], law, HORIZON)


def test_paired_difference_is_far_surer_than_two_runs() -> None:
    """Common clocks: the difference of two policies varies less than half as much as unpaired."""
    policies = "  drift: {}\n  push: {set: {pressure: 0.2}}"
    text = text_with(policies, 0.5) + "  war: {duration: conflict == war}\n"
    readings = simulate(text, PATHS)
    slow, fast = readings.column("war", "drift"), readings.column("war", "push")
    expected = [-np.expm1(-h * HORIZON) / h for h in (0.3, 0.36)]
    assert_mean(slow - fast, expected[0] - expected[1])
    assert (slow - fast).var() < 0.5 * (slow.var() + fast.var())


def test_calendar_year_is_read_as_a_decimal() -> None:
    text = """
detente: 1
title: year
time: {start: 2024-12-01, horizon: 3 years, step: 1 month}
variables: {x: {start: 0}}
outcomes:
  whole_year: {value: year, at: 2026-01-01}
  mid_year: {value: year, at: 2026-07-02}
  elapsed: {value: time, at: 2025-12-01}
"""
    readings = simulate(text, 3)
    np.testing.assert_allclose(readings["whole_year"], 2026.0, atol=1e-9)
    np.testing.assert_allclose(readings["mid_year"], 2026.5, atol=0.003)
    np.testing.assert_allclose(readings["elapsed"], 365 / 365.25, atol=1e-9)
