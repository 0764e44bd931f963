"""Readings between two dates: durations, counts, integrals and extrema with `from` and `until`.

Everything here is known path by path, so equalities hold to 1e-9; seeds are fixed.
"""

from __future__ import annotations

import numpy as np
from readings import simulate

TEXT = """
detente: 1
title: reading windows
time: {horizon: 5, step: 0.7}
variables: {level: {start: 2}}
chains:
  light:
    start: dark
    states: [dark, lit]
    transitions:
      - {name: never, from: dark, to: lit, hazard: 0}
events:
  rise: {on: 1, effects: {level: 5, light: lit}}
  fall: {on: 2.5, effects: {level: -1, light: dark}}
  tick: {every: 0.5, effects: {}}
outcomes:
  lit_all: {duration: light == lit}
  lit_early: {duration: light == lit, until: 1.2}
  lit_late: {duration: light == lit, from: 1.2}
  lit_between: {duration: light == lit, from: 1.4, until: 2.3}
  area: {integral: level}
  area_between: {integral: level, from: 0.4, until: 3}
  top: {maximum: level}
  top_before: {maximum: level, until: 0.9}
  top_after: {maximum: level, from: 2.6}
  low: {minimum: level}
  low_before: {minimum: level, until: 2.4}
  ticks: {count: tick}
  ticks_between: {count: tick, from: 1.1, until: 3.2}
"""


def test_readings_respect_their_dates() -> None:
    readings = simulate(TEXT, 5)
    expected = {
        "lit_all": 1.5,
        "lit_early": 0.2,
        "lit_late": 1.3,
        "lit_between": 0.9,
        "area": 2.0 + 5.0 * 1.5 - 2.5,
        "area_between": 2.0 * 0.6 + 5.0 * 1.5 - 0.5,
        "top": 5.0,
        "top_before": 2.0,
        "top_after": -1.0,
        "low": -1.0,
        "low_before": 2.0,
        "ticks": 10.0,
        "ticks_between": 4.0,
    }
    for name, value in expected.items():
        np.testing.assert_allclose(readings[name], value, rtol=0.0, atol=1e-9, err_msg=name)


def test_integral_of_a_jump_at_a_random_time_is_exact() -> None:
    """Level 2 until the jump at T, then 5, on a step as long as the horizon: 2 T + 5 (5 - T)."""
    text = """
detente: 1
title: jump
time: {horizon: 5, step: 5}
variables: {level: {start: 2}}
chains:
  chain:
    start: before
    states: [before, past]
    transitions:
      - {name: jump, from: before, to: past, hazard: 0.4, effects: {level: 5}}
outcomes:
  area: {integral: level}
  jumps: {time_to: chain == past}
  top: {maximum: level}
"""
    readings = simulate(text, 5_000)
    times = np.nan_to_num(readings["jumps"], nan=5.0)
    np.testing.assert_allclose(readings["area"], 2.0 * times + 5.0 * (5.0 - times), atol=1e-9)
    np.testing.assert_array_equal(readings["top"], np.where(times < 5.0, 5.0, 2.0))


def test_windows_of_time_add_up() -> None:
    """Parts of a duration, an integral and a count on random paths sum to the whole."""
    text = """
detente: 1
title: parts
time: {horizon: 4, step: 0.3}
variables: {x: {start: 0, drift: 0.2, volatility: 1}}
chains:
  chain:
    start: a
    states: [a, b]
    transitions:
      - {name: go, from: a, to: b, hazard: 2}
      - {name: back, from: b, to: a, hazard: 1 + x^2}
outcomes:
  stay: {duration: chain == b}
  stay_1: {duration: chain == b, until: 1.234}
  stay_2: {duration: chain == b, from: 1.234, until: 2.9}
  stay_3: {duration: chain == b, from: 2.9}
  area: {integral: "if(chain == b, 3, 0)"}
  moves: {count: go}
  moves_1: {count: go, until: 1.234}
  moves_2: {count: go, from: 1.234}
"""
    readings = simulate(text, 5_000)
    parts = readings["stay_1"] + readings["stay_2"] + readings["stay_3"]
    np.testing.assert_allclose(parts, readings["stay"], atol=1e-9)
    np.testing.assert_allclose(readings["area"], 3.0 * readings["stay"], atol=1e-9)
    np.testing.assert_array_equal(readings["moves_1"] + readings["moves_2"], readings["moves"])
