"""Parameters drawn as scrambled Sobol' points: unbiased, and what parameters cause is averaged out.

Acting gains gain + bonus + luck: of the variance 2.25 parameters cause 1.25. With M paths on each
of N draws the mean has the variance 1.25 / N + 1 / (N M) where draws are independent. Sobol' points
take away nearly all of the first part.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import detente

CHOICE = Path(__file__).parents[1] / "python" / "support" / "choice.yaml"
N_DRAWS, N_PATHS, N_SEEDS = 128, 16, 120


def estimates(sobol: bool) -> tuple[np.ndarray, np.ndarray]:
    """The mean benefit of acting, and its standard error as it is told, for each seed."""
    scenario = detente.load(CHOICE)
    told = [
        detente.simulate(
            scenario, N_DRAWS * N_PATHS, seed, "act", 1, paths_per_draw=N_PATHS, sobol=sobol
        ).estimate("act", "benefit")
        for seed in range(N_SEEDS)
    ]
    return np.array([t.estimate for t in told]), np.array([t.standard_error for t in told])


@pytest.fixture(scope="module")
def drawn_evenly() -> tuple[np.ndarray, np.ndarray]:
    return estimates(sobol=True)


def test_the_mean_over_seeds_is_the_closed_form(
    drawn_evenly: tuple[np.ndarray, np.ndarray],
) -> None:
    means, _ = drawn_evenly
    assert abs(means.mean() - 0.5) < 5 * means.std(ddof=1) / math.sqrt(N_SEEDS)


def test_the_variance_that_parameters_cause_is_gone_and_that_of_luck_stays(
    drawn_evenly: tuple[np.ndarray, np.ndarray],
) -> None:
    luck = 1 / (N_DRAWS * N_PATHS)
    # A sample variance of 120 normal values has a standard error of sqrt(2 / 119) of it: 13 %.
    error = math.sqrt(2 / (N_SEEDS - 1))
    variance = drawn_evenly[0].var(ddof=1)
    assert luck * (1 - 5 * error) < variance < luck * (1.3 + 5 * error)
    independent = estimates(sobol=False)[0].var(ddof=1)
    expected = 1.25 / N_DRAWS + luck
    assert abs(independent / expected - 1) < 5 * error
    assert independent / variance > 8  # 21 where nothing of the first part is left


def test_the_error_that_is_told_is_that_of_independent_draws(
    drawn_evenly: tuple[np.ndarray, np.ndarray],
) -> None:
    expected = math.sqrt(1.25 / N_DRAWS + 1 / (N_DRAWS * N_PATHS))
    assert drawn_evenly[1].mean() == pytest.approx(expected, rel=0.05)
