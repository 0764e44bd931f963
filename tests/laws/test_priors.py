"""Every prior as the engine draws it: law, correlations, elicited quantiles.

Seed 1, 100,000 paths; Kolmogorov-Smirnov, chi-square and |z| at 5 standard errors.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from closeness import assert_cdf, assert_covariance, assert_mean, assert_share, assert_variance
from readings import Readings, simulate
from scipy import stats

import detente

PATHS = 100_000


def drawn(parameters: str, names: list[str], more: str = "") -> Readings:
    outcomes = "\n".join(f"  out_{name}: {{value: {name}}}" for name in names)
    text = f"""
detente: 1
title: priors
time: {{horizon: 1, step: 1}}
parameters:
{parameters}
{more}
outcomes:
{outcomes}
"""
    return simulate(text, PATHS)


def pert(low: float, mode: float, high: float) -> stats.rv_continuous:
    width = high - low
    a, b = 1.0 + 4.0 * (mode - low) / width, 1.0 + 4.0 * (high - mode) / width
    return stats.beta(a, b, loc=low, scale=width)


def beta_of(mean: float, sd: float) -> stats.rv_continuous:
    strength = mean * (1.0 - mean) / sd**2 - 1.0
    return stats.beta(mean * strength, (1.0 - mean) * strength)


LAWS = {
    "normal: {mean: 0.5, sd: 0.2}": stats.norm(0.5, 0.2),
    "lognormal: {median: 3, sigma: 0.4}": stats.lognorm(0.4, scale=3),
    "uniform: {low: -2, high: 5}": stats.uniform(-2, 7),
    "loguniform: {low: 0.1, high: 20}": stats.loguniform(0.1, 20),
    "triangular: {low: 1, mode: 2, high: 6}": stats.triang(0.2, loc=1, scale=5),
    "triangular: {low: 1, mode: 1, high: 6}": stats.triang(0.0, loc=1, scale=5),
    "pert: {low: 1, mode: 2, high: 6}": pert(1, 2, 6),
    "beta: {mean: 0.45, sd: 0.18}": beta_of(0.45, 0.18),
    "beta: {alpha: 0.5, beta: 2}": stats.beta(0.5, 2),
    "gamma: {shape: 2.5, rate: 3}": stats.gamma(2.5, scale=1 / 3),
    "gamma: {shape: 0.4, rate: 3}": stats.gamma(0.4, scale=1 / 3),
    "exponential: {rate: 0.7}": stats.expon(scale=1 / 0.7),
    "student_t: {df: 5, location: 1, scale: 2}": stats.t(5, loc=1, scale=2),
    "truncated_normal: {mean: 1, sd: 2, low: 0, high: 4}": stats.truncnorm(-0.5, 1.5, 1, 2),
    "truncated_normal: {mean: 1, sd: 2, low: 0}": stats.truncnorm(-0.5, np.inf, 1, 2),
    "truncated_normal: {mean: 0, sd: 1, low: 3}": stats.truncnorm(3, np.inf, 0, 1),
}


@pytest.mark.parametrize("prior", LAWS)
def test_prior_is_drawn_from_its_law(prior: str) -> None:
    column = drawn(f"  p: {{{prior}}}", ["p"])["out_p"]
    law = LAWS[prior]
    assert_cdf(column, law.cdf)
    assert_mean(column, law.mean())
    if not prior.startswith("student_t"):
        assert_variance(column, law.var())
    assert_share(column < law.ppf(0.01), 0.01)
    assert_share(column > law.ppf(0.99), 0.01)


def test_discrete_values_have_their_weights() -> None:
    column = drawn("  p: {discrete: {values: [1, 2.5, 7], weights: [1, 3, 4]}}", ["p"])["out_p"]
    for value, share in ((1.0, 1 / 8), (2.5, 3 / 8), (7.0, 4 / 8)):
        assert_share(column == value, share)


def test_bernoulli_and_constants() -> None:
    parameters = "  p: {bernoulli: {p: 0.3}}\n  c: 4.5\n  d: {constant: 2}"
    readings = drawn(parameters, ["p", "c", "d"])
    assert_share(readings["out_p"], 0.3)
    assert (readings["out_c"] == 4.5).all()
    assert (readings["out_d"] == 2.0).all()


def test_empirical_prior_draws_the_values_of_its_column(tmp_path: Path) -> None:
    (tmp_path / "wars.csv").write_text("name,years\na,1\nb,2\nc,2\nd,10\n")
    (tmp_path / "scenario.yaml").write_text(
        "detente: 1\ntitle: empirical\ntime: {horizon: 1, step: 1}\n"
        "parameters: {p: {empirical: {file: wars.csv, column: years}}}\n"
        "outcomes: {out: {value: p}}\n"
    )
    scenario = detente.load(tmp_path / "scenario.yaml")
    forecast = detente.simulate(scenario, paths=PATHS, seed=1, threads=2, keep_outcomes=True)
    column = Readings(forecast)["out"]
    for value, share in ((1.0, 0.25), (2.0, 0.5), (10.0, 0.25)):
        assert_share(column == value, share)


def test_parameters_are_independent_unless_said_otherwise() -> None:
    readings = drawn(
        "\n".join(f"  {n}: {{normal: {{mean: 0, sd: 1}}}}" for n in "abc"), list("abc")
    )
    for one, other in itertools.combinations("abc", 2):
        assert_covariance(readings[f"out_{one}"], readings[f"out_{other}"], 0.0)


def assert_rank_correlation(a: np.ndarray, b: np.ndarray, expected: float) -> None:
    """Spearman's correlation; its standard error is at most 1 / sqrt(n)."""
    found = stats.spearmanr(a, b).statistic
    assert abs(found - expected) < 5.0 / np.sqrt(len(a)), f"{found:.4f}, expected {expected}"


def test_rank_correlations_hold_for_any_pair_of_families() -> None:
    parameters = """
  a: {lognormal: {median: 3, sigma: 0.8}}
  b: {beta: {alpha: 0.5, beta: 2}}
  c: {normal: {mean: 0, sd: 1}}
  d: {uniform: {low: 0, high: 1}}
"""
    correlations = """
correlations:
  - {of: [a, b], rank: 0.7}
  - {of: [b, c], rank: -0.5}
  - {of: [a, c], rank: -0.2}
"""
    readings = drawn(parameters, list("abcd"), correlations)
    pairs = {"ab": 0.7, "bc": -0.5, "ac": -0.2, "ad": 0.0, "bd": 0.0, "cd": 0.0}
    for pair, rank in pairs.items():
        assert_rank_correlation(readings[f"out_{pair[0]}"], readings[f"out_{pair[1]}"], rank)
    assert_cdf(readings["out_a"], stats.lognorm(0.8, scale=3).cdf)
    assert_cdf(readings["out_b"], stats.beta(0.5, 2).cdf)


def test_joint_normal_has_its_covariances() -> None:
    joint = """
joint:
  - multivariate_normal: {of: [a, b], mean: [1, -2], covariance: [[4, 1.2], [1.2, 1]]}
"""
    readings = drawn("  unused: 1", ["a", "b"], joint)
    assert_cdf(readings["out_a"], stats.norm(1, 2).cdf)
    assert_cdf(readings["out_b"], stats.norm(-2, 1).cdf)
    assert_covariance(readings["out_a"], readings["out_b"], 1.2)


ELICITED = {
    "{quantiles: {5%: 60, 50%: 90, 95%: 130}}": {0.05: 60, 0.5: 90, 0.95: 130},
    "{quantiles: {10%: 1, 90%: 4}}": {0.1: 1, 0.5: 2.5, 0.9: 4},
    "{quantiles: {5%: 0.1, 25%: 0.25, 50%: 0.4, 75%: 0.6, 95%: 0.85}, range: [0, 1]}": {
        0.05: 0.1,
        0.25: 0.25,
        0.5: 0.4,
        0.75: 0.6,
        0.95: 0.85,
    },
    "{quantiles: {10%: 2, 50%: 5, 90%: 20}, range: [0, null]}": {0.1: 2, 0.5: 5, 0.9: 20},
}


@pytest.mark.parametrize("prior", ELICITED)
def test_elicited_quantiles_are_met(prior: str) -> None:
    """The share of draws below each stated quantile is its level."""
    column = drawn(f"  p: {prior}", ["p"])["out_p"]
    for level, value in ELICITED[prior].items():
        assert_share(column < value, level)
    if "[0" in prior:
        assert column.min() > 0.0
    if "1]" in prior:
        assert column.max() < 1.0


def test_two_quantiles_make_a_normal() -> None:
    column = drawn("  p: {quantiles: {10%: 1, 90%: 4}}", ["p"])["out_p"]
    sd = 1.5 / stats.norm.ppf(0.9)
    assert_cdf(column, stats.norm(2.5, sd).cdf)
