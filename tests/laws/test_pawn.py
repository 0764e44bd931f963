"""PAWN indices against SciPy, SALib, and what is known of inputs without effect."""

from __future__ import annotations

import math

import numpy as np
import pytest
from SALib.analyze import pawn
from scipy.stats import ks_2samp

from detente.pawn import Gaps, Ties, index_of, pawn_indices, slides_of, threshold_of

N = 2_000


@pytest.fixture(scope="module")
def draws() -> dict[str, np.ndarray]:
    """Those of Ishigami's function, an input without effect and two with few values."""
    rng = np.random.default_rng(1)
    found = {name: rng.uniform(-math.pi, math.pi, N) for name in ("x1", "x2", "x3", "inert")}
    return found | {
        "coin": (rng.uniform(size=N) < 0.2).astype(float),
        "dice": rng.integers(1, 7, N).astype(float),
    }


@pytest.fixture(scope="module")
def outcome(draws: dict[str, np.ndarray]) -> np.ndarray:
    x1, x2, x3 = (draws[name] for name in ("x1", "x2", "x3"))
    return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1) + draws["dice"]


def by_scipy(slides: np.ndarray, values: np.ndarray) -> float:
    """The definition, slide by slide."""
    return sum(
        float(np.mean(slides == slide)) * ks_2samp(values[slides == slide], values).statistic
        for slide in np.unique(slides)
    )


@pytest.mark.parametrize("decimals", [12, 0])
def test_indices_are_mean_distances_of_kolmogorov_and_smirnov(draws, outcome, decimals) -> None:
    values = np.round(outcome, decimals)  # in whole numbers most paths are tied
    found = pawn_indices(draws, values)
    for name, column in draws.items():
        expected = by_scipy(slides_of(column), values)
        assert found[name].index.estimate == pytest.approx(expected, abs=1e-12), name


def test_repetitions_count_paths_as_often_as_they_are_drawn(draws, outcome) -> None:
    rng = np.random.default_rng(2)
    values = np.round(outcome)
    order = np.argsort(values, kind="stable")
    counts = rng.multinomial(N, np.full(N, 1 / N))
    drawn = np.repeat(np.arange(N), counts)
    for column in draws.values():
        slides = slides_of(column)
        gaps = Gaps(slides[order], Ties(values[order]))
        expected = by_scipy(slides[drawn], values[drawn])
        assert gaps.index(counts[order].astype(float)) == pytest.approx(expected, abs=1e-12)


def test_indices_of_ishigami_are_those_of_salib(draws, outcome) -> None:
    # SALib leaves the path with the largest draw out: one of 200 in a slide.
    names = ["x1", "x2", "x3", "inert"]
    problem = {"num_vars": 4, "names": names, "bounds": [[-math.pi, math.pi]] * 4}
    columns = np.column_stack([draws[name] for name in names])
    expected = pawn.analyze(problem, columns, outcome, S=10)["mean"]
    found = pawn_indices({name: draws[name] for name in names}, outcome)
    assert [found[name].index.estimate for name in names] == pytest.approx(expected, abs=1 / 200)


def test_inputs_with_effect_are_seen_and_one_without_is_not(draws, outcome) -> None:
    found = pawn_indices(draws, outcome)
    assert {name for name, item in found.items() if item.is_seen} == {"x1", "x2", "x3", "dice"}
    # Larger slides have less luck: the threshold of two is below that of ten.
    assert found["coin"].threshold < found["inert"].threshold


def test_one_input_without_effect_in_a_hundred_is_above_its_threshold() -> None:
    # 2,000 dealt at random against a threshold from 400: the share is 0.01 within 5 standard errors
    # of both.
    n = 400
    rng = np.random.default_rng(3)
    ties, once, slides = Ties(np.arange(n)), np.ones(n), np.arange(n) % 10
    threshold = threshold_of(slides, ties, rng)
    found = [Gaps(slides_of(rng.normal(size=n)), ties).index(once) for _ in range(2_000)]
    error = math.sqrt(0.01 * 0.99 * (1 / 2_000 + 1 / 400))
    assert abs(np.mean(np.array(found) > threshold) - 0.01) < 5 * error


def test_errors_are_what_indices_scatter_by() -> None:
    # 100 ensembles: the spread of the estimates has a relative error of 1 / √200; resampling a
    # slide adds to its luck, so that errors are a little too large rather than too small.
    rng = np.random.default_rng(4)
    n = 600
    counts = rng.multinomial(n, np.full(n, 1 / n), size=40)
    found = []
    for _ in range(100):
        x = rng.normal(size=n)
        y = x + rng.normal(size=n)
        order = np.argsort(y)
        found.append(index_of(slides_of(x)[order], Ties(y[order]), counts))
    scatter = np.std([item.estimate for item in found], ddof=1)
    stated = np.mean([item.standard_error for item in found])
    assert abs(stated / scatter - 1) < 5 / math.sqrt(200)


def test_an_outcome_that_is_the_same_everywhere_has_no_index(draws) -> None:
    found = pawn_indices({"x1": draws["x1"]}, np.ones(N))["x1"]
    assert math.isnan(found.index.estimate)
    assert not found.is_seen
