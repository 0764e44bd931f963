"""Sobol' indices where they are known.

Ishigami's function and Sobol's G with 2^14 draws, with and without noise of their own size on every
draw: indices within 3 standard errors as stated. Closed forms: Ishigami and Homma 1990; Saltelli et
al. 2008, Global Sensitivity Analysis, section 4.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

import detente
from detente.measured import Measured
from detente.rank_correlations import rank_correlation
from detente.sobol import sobol_indices
from detente.spline_functions import spline_functions
from detente.tornado import swing

CHOICE = Path(__file__).parents[1] / "python" / "support" / "choice.yaml"
N = 2**14


def ishigami(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draws, values, first-order and total indices; the fourth input does nothing."""
    a, b = 7, 0.1
    x = rng.uniform(-math.pi, math.pi, (N, 4))
    values = np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])
    first = 0.5 * (1 + b * math.pi**4 / 5) ** 2
    second, both = a**2 / 8, b**2 * math.pi**8 * (1 / 18 - 1 / 50)
    variance = first + second + both
    return (
        x,
        values,
        np.array([first, second, 0, 0]) / variance,
        np.array([first + both, second, both, 0]) / variance,
    )


def sobol_g(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    a = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
    x = rng.uniform(size=(N, 8))
    values = np.prod((np.abs(4 * x - 2) + a) / (1 + a), axis=1)
    single = 1 / (3 * (1 + a) ** 2)
    variance = np.prod(1 + single) - 1
    total = single * np.prod(1 + single) / (1 + single)
    return x, values, single / variance, total / variance


def assert_close(found: Measured, expected: float, room: float = 0.0) -> None:
    z = max(abs(found.estimate - expected) - room, 0) / found.standard_error
    assert z < 3, f"{found}, expected {expected:.4f}, z = {z:.1f}"


@pytest.mark.parametrize("noise", [0.0, 1.0])
@pytest.mark.parametrize("function", [ishigami, sobol_g])
def test_indices_of_known_functions(function, noise: float) -> None:
    rng = np.random.default_rng(1)
    x, values, first, total = function(rng)
    sd = values.std()
    readings = values + noise * sd * rng.normal(size=N)
    functions = [spline_functions(column) for column in x.T]
    explained, indices = sobol_indices(functions, readings, [[k] for k in range(x.shape[1])])
    # Without noise what 24 splines leave of a kink stands out, less than a thousandth.
    assert_close(explained, 1 / (1 + noise**2), room=0.001)
    for found, expected_first, expected_total in zip(indices, first, total, strict=True):
        assert_close(found.first_order, expected_first)
        assert_close(found.total, expected_total)


def test_effects_of_three_factors_are_in_the_total_indices() -> None:
    # Y = (1 + x)(1 + y)(1 + z) with variances 1/4: the part of all three is (1/4)^3, and a total
    # index 1/4 (5/4)^2 over (5/4)^3 - 1. Products of two alone would leave a sixth of it out.
    rng = np.random.default_rng(5)
    x = rng.normal(scale=0.5, size=(8_000, 3))
    values = np.prod(1 + x, axis=1)
    functions = [spline_functions(column) for column in x.T]
    explained, indices = sobol_indices(functions, values, [[0], [1], [2]])
    assert_close(explained, 1.0, room=0.002)
    for found in indices:
        assert_close(found.total, 0.25 * 1.25**2 / (1.25**3 - 1))


def test_leads_tell_which_order_can_be_relied_on() -> None:
    # Variances 4, 1, 1 and 0: the first leads by 3/6, the next two are even, the last has no next.
    rng = np.random.default_rng(6)
    x = rng.normal(size=(4_000, 4))
    values = 2 * x[:, 0] + x[:, 1] + x[:, 2] + rng.normal(size=4_000)
    functions = [spline_functions(column) for column in x.T]
    _, indices = sobol_indices(functions, values, [[k] for k in range(4)])
    by_total = sorted(indices, key=lambda item: -item.total.estimate)
    assert by_total[0] is indices[0]
    assert_close(by_total[0].lead, 0.5)
    assert [item.is_ahead for item in by_total] == [True, False, True, False]
    assert math.isnan(by_total[3].lead.estimate)
    for one, following in itertools.pairwise(by_total):
        difference = one.total.estimate - following.total.estimate
        assert one.lead.estimate == pytest.approx(difference)


def test_leads_scatter_as_they_state() -> None:
    # 100 ensembles, of which the spread has a relative error of 1 / √200.
    rng = np.random.default_rng(7)
    leads = []
    for _ in range(100):
        x = rng.normal(size=(600, 2))
        values = 2 * x[:, 0] + x[:, 1] + rng.normal(size=600)
        functions = [spline_functions(column)[:, :4] for column in x.T]
        _, (one, _) = sobol_indices(functions, values, [[0], [1]])
        leads.append(one.lead)
    scatter = np.std([item.estimate for item in leads], ddof=1)
    stated = np.mean([item.standard_error for item in leads])
    assert abs(stated / scatter - 1) < 5 / math.sqrt(200)
    assert abs(np.mean([item.estimate for item in leads]) - 0.6) < 5 * scatter / 10


def test_an_input_without_effect_has_no_index_whatever_the_noise() -> None:
    # 30 ensembles of 2,000 draws, noise of three times the spread of the signal; the mean index
    # is 0 within 3 standard errors, and single ones as often as they say (0.95 within 3 of 0.04).
    rng = np.random.default_rng(2)
    firsts, totals = [], []
    for _ in range(30):
        x = rng.normal(size=(2_000, 3))
        values = x[:, 0] + 3 * rng.normal(size=2_000)
        functions = [spline_functions(column) for column in x.T]
        _, (_, inert, _) = sobol_indices(functions, values, [[0], [1], [2]])
        firsts.append(inert.first_order)
        totals.append(inert.total)
    for found in (firsts, totals):
        estimates = np.array([item.estimate for item in found])
        assert abs(estimates.mean()) < 3 * estimates.std(ddof=1) / math.sqrt(30)
        assert np.mean([item.low <= 0 <= item.high for item in found]) > 0.95 - 3 * 0.04


def test_the_engine_gives_the_indices_of_a_linear_outcome() -> None:
    # benefit = gain + bonus + luck: variances 1, 0.25 and 1 of chance.
    scenario = detente.load(CHOICE)
    found = detente.sensitivity(scenario, "benefit", "act", paths=20_000, seed=1)
    assert_close(found.explained, 1.25 / 2.25)
    for name, share in (("gain", 0.8), ("bonus", 0.2), ("inert", 0.0)):
        assert_close(found.sobol[name].first_order, share)
        assert_close(found.sobol[name].total, share)
    # Spearman's correlation of a normal pair with correlation r is 6 / π asin(r / 2).
    for name, correlation in (("gain", 1 / 1.5), ("bonus", 0.5 / 1.5), ("inert", 0.0)):
        assert_close(found.rank[name], 6 / math.pi * math.asin(correlation / 2))
    # The 5 % and 95 % quantiles lie 1.645 standard deviations from the mean, and are estimated
    # with an error of 2.11 / √n standard deviations each (√0.05 · 0.95 over the density).
    for name, sd in (("gain", 1.0), ("bonus", 0.5), ("inert", 0.0)):
        reach = 2 * 1.6449 * sd
        assert_close(found.tornado[name].difference, reach, room=3 * 2.11 * sd * math.sqrt(2 / 2e4))
    assert_close(found.tornado["gain"].at_low, 0.5 - 1.6449, room=3 * 2.11 / math.sqrt(2e4))


def test_no_method_tells_a_parameter_without_effect_from_0() -> None:
    scenario = detente.load(CHOICE)
    forecast = detente.simulate(scenario, paths=4_000, seed=2, threads=2, keep_outcomes=True)
    found = detente.sensitivity(forecast, "benefit", "act")
    inert = found.sobol["inert"]
    intervals = [inert.first_order, inert.total, found.rank["inert"]]
    intervals += [found.tornado["inert"].difference, detente.voi(forecast).evppi["inert"]]
    for measured in intervals:
        assert measured.low <= 0 <= measured.high
    assert not detente.sensitivity(forecast, "benefit", "act", method="pawn").pawn["inert"].is_seen
    moved = detente.screen(scenario, "benefit", "act", trajectories=4, paths=8).effects["inert"]
    assert moved.mu_star.estimate == 0
    assert not moved.is_seen


def test_correlated_parameters_are_one_input() -> None:
    # Y = a + b + c with correlation 0.6 of a and b: the pair has 3.2 of a variance of 4.2.
    rng = np.random.default_rng(3)
    a, b, c = rng.multivariate_normal(
        [0, 0, 0], [[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]], size=8_000
    ).T
    functions = [spline_functions(column) for column in (a, b, c)]
    values = a + b + c + rng.normal(size=8_000)
    explained, (pair, alone) = sobol_indices(functions, values, [[0, 1], [2]])
    assert_close(explained, 4.2 / 5.2)
    assert_close(pair.first_order, 3.2 / 4.2)
    assert_close(pair.total, 3.2 / 4.2)
    assert_close(alone.total, 1 / 4.2)


def test_rank_correlations_and_swings_have_the_spread_that_they_state() -> None:
    # 200 ensembles of 400: the spread of estimates has a relative error of 1 / √400, so that 0.15
    # is three. E[Y | x] = x: the swing less the distance of the two draws is the error alone.
    rng = np.random.default_rng(4)
    ranks, swings, errors = [], [], []
    for _ in range(200):
        x = rng.normal(size=400)
        y = x + rng.normal(size=400)
        ranks.append(rank_correlation(x, y))
        swung = swing(x, spline_functions(x), y)
        swings.append(swung.difference)
        errors.append(swung.difference.estimate - (swung.high_value - swung.low_value))
    for found, estimates in ((ranks, [item.estimate for item in ranks]), (swings, errors)):
        stated = np.mean([item.standard_error for item in found])
        assert abs(np.std(estimates, ddof=1) / stated - 1) < 0.15
