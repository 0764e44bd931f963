"""Windows of temporal formulas: run-off past the horizon, censoring without it, edges.

Ceasefire at rate a from the start, relapse at rate r after it, horizon 3, window 2. Seed 1, 200,000
paths, |z| < 5. The run-off estimate is over 20 standard errors from the one cut at the horizon.
"""

from __future__ import annotations

import numpy as np
import pytest
from closeness import assert_mean, assert_share, assert_times, z_of_share
from readings import Readings, simulate

CEASEFIRE, RELAPSE = 0.5, 0.7
HORIZON, WINDOW = 3.0, 2.0
PATHS = 200_000


def truce(outcomes: str, run_off: bool = True, step: float = 0.7, relapse: str = "") -> Readings:
    relapse = relapse or f"hazard: {RELAPSE}"
    text = f"""
detente: 1
title: truce
time: {{horizon: {HORIZON}, step: {step}, run_off: {str(run_off).lower()}}}
variables: {{fights: {{start: 0}}}}
chains:
  conflict:
    start: war
    states: [war, ceasefire, relapsed]
    transitions:
      - {{name: stop, from: war, to: ceasefire, hazard: {CEASEFIRE}}}
      - {{name: relapse, from: ceasefire, to: relapsed, {relapse}, effects: {{fights: 1}}}}
outcomes:
{outcomes}
"""
    return simulate(text, PATHS)


AFTER = "after = first(conflict == ceasefire)"
GIVEN = 'given: "eventually(conflict == ceasefire)"'
RELAPSES = f'"eventually(conflict == relapsed, within = {WINDOW}, {AFTER})"'


def cut_at_the_horizon() -> float:
    """P(relapse within the window and before the horizon | ceasefire before the horizon)."""
    u = np.linspace(0.0, HORIZON, 100_001)
    density = CEASEFIRE * np.exp(-CEASEFIRE * u)
    relapsed = -np.expm1(-RELAPSE * np.minimum(WINDOW, HORIZON - u))
    return float(np.trapezoid(density * relapsed, u) / np.trapezoid(density, u))


@pytest.mark.parametrize("step", [0.7, 0.05])
def test_window_that_opened_is_followed_past_the_horizon(step: float) -> None:
    readings = truce(f"  relapses: {{probability: {RELAPSES}, {GIVEN}}}", step=step)
    expected = -np.expm1(-RELAPSE * WINDOW)
    given = ~np.isnan(readings["relapses"])
    assert_share(given, -np.expm1(-CEASEFIRE * HORIZON))
    assert_share(readings["relapses"][given], expected)
    row = readings.estimate("relapses")
    assert row.n == given.sum()
    assert row.estimate == pytest.approx(readings["relapses"][given].mean(), rel=1e-12)
    assert row.row["given_share"] == pytest.approx(given.mean(), rel=1e-12)
    assert abs(z_of_share(row.estimate, cut_at_the_horizon(), row.n)) > 20.0


def test_run_off_follows_a_sojourn_that_is_not_memoryless() -> None:
    """Relapse by a Weibull of shape 2: 1 - exp(-(W / s)^2) whenever the ceasefire came."""
    readings = truce(
        f"  relapses: {{probability: {RELAPSES}, {GIVEN}}}",
        relapse="baseline: {weibull: {shape: 2, scale: 2.5}}",
    )
    column = readings["relapses"]
    assert_share(column[~np.isnan(column)], -np.expm1(-((WINDOW / 2.5) ** 2)))


def test_window_without_its_opening_is_false_and_always_is_true() -> None:
    inside = '"always(conflict == ceasefire, within = 2, after = first(conflict == ceasefire))"'
    readings = truce(f"  relapses: {{probability: {RELAPSES}}}\n  holds: {{probability: {inside}}}")
    stopped = -np.expm1(-CEASEFIRE * HORIZON)
    relapse = -np.expm1(-RELAPSE * WINDOW)
    assert_share(readings["relapses"], stopped * relapse)
    assert_share(readings["holds"], 1.0 - stopped * relapse)
    np.testing.assert_array_equal(readings["holds"], 1.0 - readings["relapses"])


def test_other_readings_stop_at_the_horizon_while_windows_run_off() -> None:
    readings = truce(
        f"  relapses: {{probability: {RELAPSES}}}\n"
        "  counted: {count: relapse}\n"
        "  fights: {value: fights}\n"
        "  most: {maximum: fights}\n"
        "  until_relapse: {time_to: conflict == relapsed}\n"
        "  calm: {duration: not conflict == relapsed}\n"
        "  ends: {probability: conflict == relapsed}\n"
        '  ever: {probability: "eventually(conflict == relapsed)"}'
    )
    a, r = CEASEFIRE, RELAPSE
    by_horizon = 1.0 - (r * np.exp(-a * HORIZON) - a * np.exp(-r * HORIZON)) / (r - a)
    for name in ("counted", "fights", "most", "ends", "ever"):
        assert_share(readings[name], by_horizon)

    def law(t: np.ndarray) -> np.ndarray:
        return 1.0 - (r * np.exp(-a * t) - a * np.exp(-r * t)) / (r - a)

    assert_times(readings["until_relapse"], law, HORIZON)
    calm = np.nan_to_num(readings["until_relapse"], nan=HORIZON)
    np.testing.assert_allclose(readings["calm"], calm, atol=1e-9)


def test_without_run_off_undecided_paths_are_left_out_and_their_share_is_told() -> None:
    readings = truce(f"  relapses: {{probability: {RELAPSES}}}", run_off=False)
    a, r = CEASEFIRE, RELAPSE
    late = np.linspace(HORIZON - WINDOW, HORIZON, 100_001)
    undecided = np.trapezoid(a * np.exp(-a * late - r * (HORIZON - late)), late)
    u = np.linspace(0.0, HORIZON, 100_001)
    relapsed = a * np.exp(-a * u) * -np.expm1(-r * np.minimum(WINDOW, HORIZON - u))
    column = readings["relapses"]
    decided = ~np.isnan(column)
    assert_share(~decided, undecided)
    assert_share(column[decided], np.trapezoid(relapsed, u) / (1.0 - undecided))
    row = readings.estimate("relapses")
    assert row.row["censored_share"] == pytest.approx((~decided).mean(), rel=1e-12)
    assert row.n == decided.sum()


def test_fixed_window_is_closed_at_both_ends() -> None:
    """A state held exactly from 1 to 2, entered and left on dates."""
    text = """
detente: 1
title: edges
time: {horizon: 3, step: 3}
chains:
  light: {start: off_, states: [off_, lit], transitions: []}
events:
  switch_on: {on: 1, effects: {light: lit}}
  switch_off: {on: 2, effects: {light: off_}}
outcomes:
  to_its_start: {probability: "eventually(light == lit, within = 1)"}
  before_it: {probability: "eventually(light == lit, within = 0.999)"}
  at_its_end: {probability: "eventually(light == lit, after = 2)"}
  near_its_end: {probability: "eventually(light == lit, within = 0.5, after = 1.999)"}
  throughout: {probability: "always(light == lit, within = 0.999, after = 1)"}
  past_it: {probability: "always(light == lit, within = 1, after = 1)"}
  lit_until_off: {probability: "until(light == lit, light == off_, after = 1.5)"}
  never_lit: {probability: "always(light == off_)"}
  both: {probability: "eventually(light == lit) and not always(light == lit)"}
"""
    readings = simulate(text, 10)
    expected = {
        "to_its_start": 1,
        "before_it": 0,
        "at_its_end": 0,  # on the date the state is already the new one
        "near_its_end": 1,
        "throughout": 1,
        "past_it": 0,
        "lit_until_off": 1,
        "never_lit": 0,
        "both": 1,
    }
    for name, value in expected.items():
        assert (readings[name] == value).all(), name


def test_until_is_the_cumulative_incidence_of_its_goal() -> None:
    """Collapse at rate c competes: (a / (a + c)) (1 - exp(-(a + c) W))."""
    text = """
detente: 1
title: until
time: {horizon: 4, step: 0.9}
chains:
  conflict:
    start: war
    states: [war, ceasefire, collapse]
    transitions:
      - {name: stop, from: war, to: ceasefire, hazard: 0.5}
      - {name: fall, from: war, to: collapse, hazard: 0.3}
      - {name: recover, from: collapse, to: ceasefire, hazard: 2}
outcomes:
  stops: {probability: "until(conflict == war, conflict == ceasefire, within = 1.5)"}
"""
    expected = -0.5 / 0.8 * np.expm1(-0.8 * 1.5)
    assert_share(simulate(text, PATHS)["stops"], expected)


def test_given_divides_by_the_share_in_which_it_holds() -> None:
    """E(calm years | relapse by the horizon) against quadrature; the error is that of a ratio."""
    readings = truce(
        '  calm: {duration: conflict == ceasefire, given: "eventually(conflict == relapsed)"}'
    )
    a, r = CEASEFIRE, RELAPSE
    s = np.linspace(0.0, HORIZON, 20_001)
    # Sojourn s in the ceasefire and an entry before HORIZON - s.
    weight = r * np.exp(-r * s) * -np.expm1(-a * (HORIZON - s))
    expected = np.trapezoid(s * weight, s) / np.trapezoid(weight, s)
    column = readings["calm"]
    within = column[~np.isnan(column)]
    assert_mean(within, expected)
    row = readings.estimate("calm")
    assert row.estimate == pytest.approx(within.mean(), rel=1e-12)
    assert row.standard_error == pytest.approx(within.std() / np.sqrt(len(within)), rel=0.01)
