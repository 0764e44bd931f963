"""Effects: simultaneous assignments, random marks, forced moves.

Seed 1, 100,000 paths; Kolmogorov-Smirnov and |z| at 5 standard errors.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from closeness import SMALLEST_P, assert_cdf, assert_mean, assert_share, assert_variance
from readings import simulate
from scipy import stats

PATHS = 100_000

MARKS = {
    "normal(2, 0.5)": stats.norm(2, 0.5),
    "lognormal(0.3, 0.6)": stats.lognorm(0.6, scale=np.exp(0.3)),
    "uniform(-1, 3)": stats.uniform(-1, 4),
    "beta(2, 0.7)": stats.beta(2, 0.7),
    "beta(0.5, 0.5)": stats.beta(0.5, 0.5),
    "beta(30, 20)": stats.beta(30, 20),
}


def once(effects: str, variables: str, outcomes: str, fires: str = "on: 0.5") -> str:
    return f"""
detente: 1
title: effects
time: {{horizon: 1, step: 1}}
variables: {{{variables}}}
chains:
  side: {{start: left, states: [left, right, top], transitions: []}}
events:
  blow: {{{fires}, effects: {{{effects}}}}}
outcomes:
{outcomes}
"""


@pytest.mark.parametrize("fires", ["on: 0.5", "hazard: 50, when: hits < 1"])
@pytest.mark.parametrize("mark", MARKS)
def test_mark_has_its_law(mark: str, fires: str) -> None:
    """At a date (all paths at once) and at a random time (path by path)."""
    text = once(
        f"x: '{mark}', hits: hits + 1",
        "x: {start: 0}, hits: {start: 0}",
        "  x: {value: x}\n  hits: {value: hits}",
        fires,
    )
    readings = simulate(text, PATHS)
    assert (readings["hits"] == 1).all()
    law = MARKS[mark]
    assert_cdf(readings["x"], law.cdf)
    assert_mean(readings["x"], law.mean())
    assert_variance(readings["x"], law.var())


def test_bernoulli_mark_is_zero_or_one() -> None:
    text = once("x: bernoulli(0.23)", "x: {start: 5}", "  x: {value: x}")
    assert_share(simulate(text, PATHS)["x"], 0.23)


def test_marks_of_one_firing_are_independent() -> None:
    names = "abcd"
    text = once(
        ", ".join(f"'{name}': 'normal(0, 1)'" for name in names),
        ", ".join(f"'{name}': {{start: 0}}" for name in names),
        "\n".join(f"  out_{name}: {{value: {name}}}" for name in names),
    )
    readings = simulate(text, PATHS)
    for one, other in itertools.combinations(names, 2):
        found = stats.spearmanr(readings[f"out_{one}"], readings[f"out_{other}"])
        assert found.pvalue > SMALLEST_P


def test_marks_of_successive_firings_are_independent() -> None:
    """A sum of ten normals: mean 10 m, variance 10 s^2."""
    text = once(
        "x: 'x + normal(1, 2)', last: x", "x: {start: 0}, last: {start: 0}", "  x: {value: x}"
    )
    total = simulate(text.replace("on: 0.5", "every: 0.1"), PATHS)["x"]
    assert_cdf(total, stats.norm(10.0, 2.0 * np.sqrt(10.0)).cdf)


def test_mark_arguments_may_depend_on_the_state() -> None:
    """Mark with mean y and spread z, where y is itself a mark of an earlier event."""
    text = """
detente: 1
title: marks on marks
time: {horizon: 1, step: 1}
parameters: {z: {uniform: {low: 1, high: 2}}}
variables: {x: {start: 0}, y: {start: 0}}
events:
  first: {on: 0.2, effects: {y: "normal(3, 1)"}}
  second: {on: 0.6, effects: {x: "normal(2 * y, z)"}}
outcomes:
  x: {value: x}
  y: {value: y}
"""
    readings = simulate(text, PATHS)
    rest = readings["x"] - 2.0 * readings["y"]
    assert_mean(rest, 0.0)
    assert_variance(rest, 7.0 / 3.0)
    assert_mean(rest * readings["y"], 0.0)


def test_assignments_are_simultaneous() -> None:
    text = once(
        "x: y, y: x + 10 * y",
        "x: {start: 1}, y: {start: 2}",
        "  x: {value: x}\n  y: {value: y}",
    )
    readings = simulate(text, 10)
    assert (readings["x"] == 2.0).all()
    assert (readings["y"] == 21.0).all()


def test_range_applies_after_the_assignment() -> None:
    text = once("x: x + 9, y: x", "x: {start: 1, range: [0, 5]}, y: {start: 0}", "  x: {value: x}")
    assert (simulate(text, 10)["x"] == 5.0).all()


def test_forced_move_by_weights_takes_each_state_in_proportion() -> None:
    text = once(
        'side: {left: 0.5, right: "2 * x", top: 1}',
        "x: {start: 0.75}",
        "  left: {probability: side == left}\n"
        "  right: {probability: side == right}\n"
        "  top: {probability: side == top}\n"
        "  entries: {value: visits(side.left)}",
    )
    readings = simulate(text, PATHS)
    for state, share in (("left", 1 / 6), ("right", 1 / 2), ("top", 1 / 3)):
        assert_share(readings[state], share)
    assert (readings["entries"] == 1.0).all(), "a forced move into the present state is no move"


def test_dated_events_happen_in_the_order_of_the_file() -> None:
    text = """
detente: 1
title: order
time: {horizon: 1, step: 1}
variables: {x: {start: 1}}
events:
  double: {on: 0.5, effects: {x: 2 * x}}
  add: {on: 0.5, effects: {x: x + 3}}
outcomes:
  x: {value: x}
"""
    assert (simulate(text, 10)["x"] == 5.0).all()


def test_jump_inside_a_step_is_kept_when_the_variable_moves() -> None:
    """dX = dt to the end of one long step, a jump of 10 inside it: 1 + 10 + 1."""
    text = once(
        "x: x + 10, hits: hits + 1",
        "x: {start: 1, drift: 1}, hits: {start: 0}",
        "  x: {value: x}",
        "hazard: 1000, when: hits < 1",
    )
    np.testing.assert_allclose(simulate(text, 10)["x"], 12.0, rtol=1e-12)
