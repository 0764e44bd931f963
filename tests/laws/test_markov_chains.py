"""Markov chains against the matrix exponential of their generator.

Seed 1, 200,000 paths, steps as coarse as a quarter of the horizon: |z| < 5 on every occupancy.
"""

from __future__ import annotations

import numpy as np
import pytest
from closeness import z_of_share
from numpy.typing import NDArray
from readings import simulate
from scipy.linalg import expm

Floats = NDArray[np.float64]

HORIZON = 4.0
PATHS = 200_000


def markov(generator: Floats, step: float) -> str:
    states = [f"s{i}" for i in range(len(generator))]
    transitions = "\n".join(
        f"      - {{name: t{i}{j}, from: s{i}, to: s{j}, hazard: {generator[i, j]}}}"
        for i in range(len(generator))
        for j in range(len(generator))
        if i != j and generator[i, j] > 0
    )
    return f"""
detente: 1
title: Markov chain
time: {{horizon: {HORIZON}, step: {step}, report: 1}}
chains:
  chain:
    start: s0
    states: [{", ".join(states)}]
    transitions:
{transitions}
outcomes:
  end: {{probability: chain == s0}}
"""


def with_diagonal(rates: list[list[float]]) -> Floats:
    generator = np.array(rates)
    np.fill_diagonal(generator, 0.0)
    np.fill_diagonal(generator, -generator.sum(axis=1))
    return generator


def assert_occupancy(found: Floats, generator: Floats, start: Floats) -> None:
    dates = np.linspace(0.0, HORIZON, len(found))
    assert len(dates) == 5
    for date, shares in zip(dates, found, strict=True):
        expected = start @ expm(generator * date)
        assert shares.sum() == pytest.approx(1.0, abs=1e-12)
        for share, wanted in zip(shares, expected, strict=True):
            if 0.0 < wanted < 1.0:
                z = z_of_share(share, wanted, PATHS)
                assert abs(z) < 5.0, f"at {date}: {share:.5f}, expected {wanted:.5f}, z = {z:.1f}"
            else:
                assert share == wanted


GENERATORS = {
    "two states": with_diagonal([[0, 0.7], [1.1, 0]]),
    "five states": with_diagonal(
        [
            [0, 0.5, 0.2, 0, 0.1],
            [0.3, 0, 0.9, 0.4, 0],
            [0, 1.5, 0, 0.3, 0.2],
            [2.0, 0, 0.1, 0, 0.6],
            [0, 0.05, 0, 0.7, 0],
        ]
    ),
}


@pytest.mark.parametrize("step", [HORIZON / 4, HORIZON / 3, HORIZON / 60])
@pytest.mark.parametrize("which", GENERATORS)
def test_occupancy_is_the_matrix_exponential(which: str, step: float) -> None:
    generator = GENERATORS[which]
    readings = simulate(markov(generator, step), PATHS, keep_outcomes=False)
    start = np.eye(len(generator))[0]
    assert_occupancy(readings.occupancy("chain"), generator, start)


def test_random_start_mixes_the_states() -> None:
    generator = GENERATORS["two states"]
    text = markov(generator, 1.0).replace("start: s0", "start: {s0: 1, s1: 3}")
    readings = simulate(text, PATHS, keep_outcomes=False)
    assert_occupancy(readings.occupancy("chain"), generator, np.array([0.25, 0.75]))


def test_chains_that_read_one_another_are_one_chain_of_pairs() -> None:
    """A 2 x 3 product chain whose rates depend on the other's state, by its 6-state generator."""

    def up(b: int) -> float:
        return 0.3 + 0.6 * b

    def step_of_b(a: int) -> float:
        return 1.5 if a == 1 else 0.4

    text = f"""
detente: 1
title: two chains
time: {{horizon: {HORIZON}, step: 2, report: 1}}
chains:
  a:
    start: a0
    states: [a0, a1]
    transitions:
      - {{name: up, from: a0, to: a1, hazard: "if(b == b0, 0.3, if(b == b1, 0.9, 1.5))"}}
      - {{name: down, from: a1, to: a0, hazard: 0.8, when: "not b == b2"}}
  b:
    start: b0
    states: [b0, b1, b2]
    transitions:
      - name: forth
        from: [b0, b1]
        to: {{b2: 1, b1: "if(b == b0, 2, 0)"}}
        hazard: if(a == a1, 1.5, 0.4)
      - {{name: back, from: b2, to: b0, hazard: 0.5}}
outcomes:
  a1_and_b2: {{probability: a == a1 and b == b2}}
"""
    rates = np.zeros((6, 6))

    def place(a: int, b: int) -> int:
        return 3 * a + b

    for b in range(3):
        rates[place(0, b), place(1, b)] = up(b)
        rates[place(1, b), place(0, b)] = 0.0 if b == 2 else 0.8
    for a in range(2):
        rates[place(a, 0), place(a, 1)] = step_of_b(a) * 2 / 3
        rates[place(a, 0), place(a, 2)] = step_of_b(a) / 3
        rates[place(a, 1), place(a, 2)] = step_of_b(a)
        rates[place(a, 2), place(a, 0)] = 0.5
    generator = with_diagonal(rates.tolist())
    readings = simulate(text, PATHS)
    pairs = [np.eye(6)[0] @ expm(generator * date) for date in range(5)]
    occupancy = readings.occupancy("b")
    for date in range(1, 5):
        for b in range(3):
            expected = pairs[date][b] + pairs[date][3 + b]
            assert abs(z_of_share(occupancy[date, b], expected, PATHS)) < 5.0
    joint = readings["a1_and_b2"].mean()
    assert abs(z_of_share(joint, pairs[4][5], PATHS)) < 5.0


def test_time_in_a_state_is_the_integral_of_its_occupancy() -> None:
    """Two states from s0: E duration = b H / (a + b) + a (1 - exp(-(a + b) H)) / (a + b)^2."""
    text = markov(GENERATORS["two states"], 1.0) + "  stay: {duration: chain == s0}\n"
    stay = simulate(text, PATHS)["stay"]
    a, b = 0.7, 1.1
    expected = b * HORIZON / (a + b) - a * np.expm1(-(a + b) * HORIZON) / (a + b) ** 2
    assert abs(stay.mean() - expected) < 5.0 * stay.std() / np.sqrt(PATHS)


def test_number_of_moves_is_the_integral_of_the_hazard() -> None:
    """E count(t01) = 0.7 E duration(s0), and the difference is a martingale, path by path."""
    text = markov(GENERATORS["two states"], 1.0)
    text += "  stay: {duration: chain == s0}\n  moves: {count: t01}\n"
    readings = simulate(text, PATHS)
    difference = readings["moves"] - 0.7 * readings["stay"]
    assert abs(difference.mean()) < 5.0 * difference.std() / np.sqrt(PATHS)
    # The variance of the martingale is the mean of its compensator.
    assert difference.var() == pytest.approx(0.7 * readings["stay"].mean(), rel=0.02)
