"""What "agrees" means in the law tests: five standard errors, or a p-value as rare as that."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

LARGEST_Z = 5.0
SMALLEST_P = 2.0 * stats.norm.sf(LARGEST_Z)  # 5.7e-7

Floats = NDArray[np.float64]


def z_of_mean(column: ArrayLike, expected: float) -> float:
    """Standard errors between the mean of a column and what it should be."""
    values = np.asarray(column, dtype=np.float64)
    error = values.std(ddof=1) / math.sqrt(len(values))
    return float((values.mean() - expected) / error)


def z_of_share(share: float, expected: float, n: float) -> float:
    """Standard errors between a share of n paths and its probability."""
    return (share - expected) / math.sqrt(expected * (1.0 - expected) / n)


def assert_mean(column: ArrayLike, expected: float) -> None:
    """The mean is within 5 standard errors of `expected`."""
    z = z_of_mean(column, expected)
    assert abs(z) < LARGEST_Z, f"mean {np.mean(column):.6g}, expected {expected:.6g}, z = {z:.1f}"


def assert_share(holds: ArrayLike, expected: float) -> None:
    """The share of true values is within 5 standard errors of its probability."""
    values = np.asarray(holds, dtype=np.float64)
    assert set(np.unique(values)) <= {0.0, 1.0}, "a share is of true and false values"
    z = z_of_share(values.mean(), expected, len(values))
    assert abs(z) < LARGEST_Z, f"share {values.mean():.6g}, expected {expected:.6g}, z = {z:.1f}"


def assert_variance(column: ArrayLike, expected: float) -> None:
    """The variance is within 5 standard errors (from the fourth moment) of `expected`."""
    values = np.asarray(column, dtype=np.float64)
    assert_mean((values - values.mean()) ** 2, expected)


def assert_covariance(a: ArrayLike, b: ArrayLike, expected: float) -> None:
    """The covariance is within 5 standard errors of `expected`."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    assert_mean((a - a.mean()) * (b - b.mean()), expected)


def assert_cdf(column: ArrayLike, cdf: Callable[[Floats], Floats]) -> None:
    """Kolmogorov-Smirnov against a continuous law: p-value above that of 5 standard errors."""
    values = np.asarray(column, dtype=np.float64)
    assert not np.isnan(values).any()
    found = stats.ks_1samp(values, cdf, method="asymp")
    assert found.pvalue > SMALLEST_P, f"Kolmogorov-Smirnov D = {found.statistic:.5f}"


def assert_times(column: ArrayLike, cdf: Callable[[Floats], Floats], horizon: float) -> None:
    """Times censored at the horizon (NaN): the share seen, and the law of those seen."""
    values = np.asarray(column, dtype=np.float64)
    seen = ~np.isnan(values)
    by_horizon = float(cdf(np.array([horizon]))[0])
    if by_horizon > 1.0 - 1e-9:
        assert seen.all()
    else:
        assert_share(seen, by_horizon)
    assert_cdf(values[seen], lambda t: cdf(t) / by_horizon)


def assert_counts(column: ArrayLike, pmf: Callable[[NDArray[np.int64]], Floats]) -> None:
    """Chi-square of whole numbers against their law, cells merged to at least 20 expected."""
    values = np.asarray(column, dtype=np.float64)
    whole = np.rint(values).astype(np.int64)
    assert np.array_equal(values, whole), "counts are whole numbers"
    numbers = np.arange(0, whole.max() + 1)
    expected = len(whole) * pmf(numbers)
    observed = np.bincount(whole, minlength=len(numbers)).astype(np.float64)
    cells = np.flatnonzero(expected >= 20.0)
    rest_expected = len(whole) - expected[cells].sum()
    rest_observed = len(whole) - observed[cells].sum()
    chi_square = float(np.sum((observed[cells] - expected[cells]) ** 2 / expected[cells]))
    if rest_expected >= 5.0:
        chi_square += (rest_observed - rest_expected) ** 2 / rest_expected
    else:
        assert rest_observed <= rest_expected + 10.0 * math.sqrt(rest_expected + 1.0)
    p = stats.chi2.sf(chi_square, max(len(cells) - 1, 1))
    assert p > SMALLEST_P, f"chi-square {chi_square:.1f} on {len(cells)} cells"
