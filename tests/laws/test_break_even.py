"""Where preferences flip, in models that say where.

Acting gains gain + bonus + luck - cost, with means 0.5, 0, 0 and standard deviations 1, 0.5, 1:
held at a value v, the gain breaks even at the cost of 0.2, with error √(1.25 / n); the cost breaks
even at 0.5, with error √(2.25 / n). Two hazards break even where they are equal. Within 3 standard
errors, each as stated by the estimate and compared with the closed form.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import detente

CHOICE = Path(__file__).parents[1] / "python" / "support" / "choice.yaml"
PATHS = 4_000

HAZARDS = """
detente: 1
title: two hazards
time: {horizon: 2, step: 2}
levers: {fast: {default: 0}}
parameters: {rate: {uniform: {low: 0.1, high: 1.5}}}
chains:
  state:
    start: before
    states: [before, after]
    transitions:
      - {name: move, from: before, to: after, hazard: "if(fast == 1, rate, 0.5)"}
policies:
  slow: {}
  fast: {set: {fast: 1}}
outcomes:
  moved: {probability: eventually(state == after)}
  bend: {value: "(rate - 0.4) * (rate - 1.2) * fast"}
"""


@pytest.mark.parametrize(
    ("over", "price", "expected", "variance", "above"),
    [
        ("gain", 1, 0.2, 1.25, "act"),
        ("cost", 1, 0.5, 2.25, "wait"),
        ("cost", 4, 0.125, 2.25, "wait"),
    ],
)
def test_a_linear_difference_breaks_even_where_it_should(
    over: str, price: int, expected: float, variance: float, above: str
) -> None:
    """`price` is how much acting loses with the cost: the slope, by which errors shrink."""
    text = CHOICE.read_text().replace("act * cost", f"{price} * act * cost")
    scenario = detente.Scenario.from_yaml(text)
    found = detente.break_even(scenario, ("act", "wait"), over, paths=PATHS, seed=1)
    (flip,) = found.flips
    assert abs(flip.value - expected) < 3 * flip.standard_error
    # The standard deviation of 4,000 normal paths has a relative error of 1 / √8,000.
    theory = math.sqrt(variance / PATHS) / price
    assert abs(flip.standard_error / theory - 1) < 3 / math.sqrt(2 * PATHS)
    assert flip.low == pytest.approx(flip.value - 1.959964 * flip.standard_error)
    assert flip.above == above
    assert flip.is_certain


def test_two_hazards_break_even_where_they_are_equal() -> None:
    scenario = detente.Scenario.from_yaml(HAZARDS)
    found = detente.break_even(scenario, ("fast", "slow"), "rate", "moved", paths=20_000, seed=1)
    (flip,) = found.flips
    # Both burn one clock, so that at equal hazards they agree on every path.
    assert flip.value == pytest.approx(0.5, abs=2e-3)
    slope = 2 * math.exp(-1)
    # The slope is that of a parabola over a grid of 0.17: off by less than a tenth.
    assert flip.slope == pytest.approx(slope, rel=0.1)


def test_two_flips_are_both_found() -> None:
    scenario = detente.Scenario.from_yaml(HAZARDS)
    found = detente.break_even(scenario, ("fast", "slow"), "rate", "bend", paths=200)
    assert [flip.value for flip in found.flips] == pytest.approx([0.4, 1.2], abs=1e-3)
    assert [flip.above for flip in found.flips] == ["slow", "fast"]
    assert [flip.slope for flip in found.flips] == pytest.approx([-0.8, 0.8])


def test_a_flip_within_the_noise_is_not_told_as_certain() -> None:
    # From 0.1 to 0.3 the true difference stays within 0.1, and its error at 20 paths is 0.25.
    scenario = detente.load(CHOICE)
    doubtful = [
        flip
        for seed in range(8)
        for flip in detente.break_even(
            scenario, ("act", "wait"), "gain", low=0.1, high=0.3, points=3, paths=20, seed=seed
        ).flips
    ]
    assert doubtful
    assert not any(flip.is_certain for flip in doubtful)


def test_what_changes_nothing_or_never_enough_has_no_flip() -> None:
    scenario = detente.load(CHOICE)
    idle = detente.break_even(scenario, ("act", "wait"), "inert", paths=1_000, points=3)
    assert idle.flips == []
    assert idle.verdict.startswith("no flip in range: act is higher from")
    above = detente.break_even(scenario, ("act", "wait"), "gain", low=1, high=2, paths=1_000)
    assert above.flips == []
    same = detente.break_even(scenario, ("act", "wait"), "inert", "lucky", paths=500, points=3)
    assert same.verdict.endswith("changes neither policy")


def test_intervals_cover_the_break_even_as_often_as_they_say() -> None:
    # 60 seeds: the share covered is 0.95 with a standard error of 0.028.
    scenario = detente.load(CHOICE)
    covered = 0
    for seed in range(60):
        found = detente.break_even(
            scenario, ("act", "wait"), "gain", low=-0.3, high=0.7, points=3, paths=400, seed=seed
        )
        covered += sum(flip.low <= 0.2 <= flip.high for flip in found.flips)
    assert np.isclose(covered / 60, 0.95, atol=3 * 0.0282)
