"""Paired differences between policies.

All policies are simulated on the same randomness, so their difference is taken path by path: what
is luck on a path is luck under both, and falls out. A conditional outcome (``given``) is a ratio of
means, and its error comes from the delta method (Cochran 1977, Sampling Techniques, chapter 6).

Where paths share draws of the parameters (``paths_per_draw``), draws and not paths are independent:
errors come from the sums over draws, with Student's t.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente import _core
from detente.draw_groups import DrawBand, DrawGroups
from detente.errors import ArgumentError
from detente.estimates import SHARES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente.comparison_table import Comparison
    from detente.forecast import Forecast

#: The normal quantile of a two-sided 95 % interval.
Z95 = 1.959963984540054

#: Above it the exponential is no number any more.
LARGEST_LOG = 700.0


@dataclass(frozen=True)
class Reading:
    """One outcome on every path under one policy: an estimate is mean(value) / mean(weight).

    `value` is 0 where `weight` is 0, that is where `given` fails or a window is undecided.
    """

    value: NDArray[np.float64]
    weight: NDArray[np.float64]

    @classmethod
    def of(cls, column: NDArray[np.float64], kind: str) -> Reading:
        """The reading that an outcome column stands for.

        A ``time_to`` is read as whether the time was reached (its estimate is the cumulative
        incidence at the horizon); of all others NaN says that the path does not count.
        """
        import numpy as np

        if kind == "time_to":
            return cls(np.isfinite(column).astype(float), np.ones(len(column)))
        counts = ~np.isnan(column)
        return cls(np.where(counts, column, 0.0), counts.astype(float))

    @property
    def estimate(self) -> float:
        """The mean over the paths that count; NaN when there are none."""
        weight = float(self.weight.sum())
        return float(self.value.sum()) / weight if weight > 0 else math.nan

    def influence(self) -> NDArray[np.float64]:
        """How far each path moves the estimate, times the number of paths; its mean is 0."""
        spread: NDArray[np.float64] = self.value - self.estimate * self.weight
        return spread / float(self.weight.mean())


@dataclass(frozen=True)
class PairedDifference:
    """The difference between an outcome under a policy and under the baseline, on shared paths.

    Attributes
    ----------
    baseline, estimate, difference
        The two estimates, and estimate - baseline.
    standard_error, low, high
        Of the difference, with its 95 % interval.
    ratio, ratio_low, ratio_high
        estimate / baseline with its 95 % interval, on the logarithm; NaN unless both are above 0.
    variance_reduction
        Variance of the difference had the two been run apart, over its variance here; NaN where the
        two never differ.
    n
        Paths that both were simulated on.
    band_low, band_high, share_above
        How the difference varies over the parameters: its 5 and 95 % quantiles, and the share of
        draws in which it is above 0; NaN unless paths share draws.
    """

    baseline: float
    estimate: float
    difference: float
    n: int
    standard_error: float = math.nan
    low: float = math.nan
    high: float = math.nan
    ratio: float = math.nan
    ratio_low: float = math.nan
    ratio_high: float = math.nan
    variance_reduction: float = math.nan
    band_low: float = math.nan
    band_high: float = math.nan
    share_above: float = math.nan


def paired_difference(
    baseline: Reading, other: Reading, is_share: bool, draws: DrawGroups | None = None
) -> PairedDifference:
    """Compare two readings of the same paths, which may share draws.

    `is_share` says that values are 0 or 1: where the two then agree on all n paths, the interval of
    the difference reaches 3/n to both sides (the rule of three for the share of paths on which they
    differ), because agreement on every path seen does not prove agreement. Of paths that share
    draws the draws are counted.
    """
    n = len(baseline.value)
    n_independent = n if draws is None else draws.n_draws
    first, second = baseline.estimate, other.estimate
    difference = second - first
    if n_independent < 2 or math.isnan(difference):
        return PairedDifference(
            baseline=first,
            estimate=second,
            difference=difference,
            n=n,
        )

    influence_first, influence_second = baseline.influence(), other.influence()
    band = DrawBand()
    if draws is not None:
        band = difference_band(baseline, other, draws)
        influence_first = draws.influences(influence_first)
        influence_second = draws.influences(influence_second)
    quantile = t95(draws)
    variance = _variance(influence_second - influence_first)
    apart = _variance(influence_first) + _variance(influence_second)
    error = math.sqrt(variance / n_independent)
    reach = quantile * error
    if is_share and variance == 0:
        reach = min(1.0, 3 / n_independent)

    ratio = ratio_low = ratio_high = math.nan
    if first > 0 and second > 0:
        log_variance = _variance(influence_second / second - influence_first / first)
        log_reach = quantile * math.sqrt(log_variance / n_independent)
        # An estimate within its error of 0 leaves the ratio open: from 0 to infinity.
        factor = math.exp(log_reach) if log_reach < LARGEST_LOG else math.inf
        ratio = second / first
        ratio_low, ratio_high = ratio / factor, ratio * factor
    return PairedDifference(
        baseline=first,
        estimate=second,
        difference=difference,
        n=n,
        standard_error=error,
        low=difference - reach,
        high=difference + reach,
        ratio=ratio,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        variance_reduction=apart / variance if variance > 0 else math.nan,
        band_low=band.low,
        band_high=band.high,
        share_above=band.share_above,
    )


def _variance(values: NDArray[np.float64]) -> float:
    """Infinite where squares exceed the largest number."""
    import numpy as np

    with np.errstate(over="ignore"):
        return float(values.var(ddof=1))


def t95(draws: DrawGroups | None) -> float:
    """The quantile of a two-sided 95 % interval whose error was estimated from draws or paths."""
    if draws is None:
        return Z95
    return _core.two_sided_student_quantile(0.95, draws.n_draws - 1)


def difference_band(baseline: Reading, other: Reading, draws: DrawGroups) -> DrawBand:
    """How the difference varies over the parameters.

    In each draw it is the difference of the two means over the draw's paths that count. Its noise
    is the spread of the paths' influences within the draw over their number; of a conditional mean
    (a ratio) it is the delta method's. Draws in which one of the two has no path that counts are
    left out, and those in which one has a single path take the mean noise of the others.
    """
    import numpy as np

    sizes = draws.sizes
    influence = np.zeros(draws.n_paths)
    difference = np.zeros(draws.n_draws)
    fewest = sizes
    for sign, reading in ((-1.0, baseline), (1.0, other)):
        counted = draws.sums(reading.weight)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = draws.sums(reading.value) / counted
            scale = sign * sizes / counted
        difference += sign * mean
        residual = reading.value - draws.spread_out(mean) * reading.weight
        influence += draws.spread_out(scale) * residual
        fewest = np.minimum(fewest, counted)
    with np.errstate(divide="ignore", invalid="ignore"):
        noise = draws.sums(influence**2) / (sizes * (sizes - 1))
    noise[fewest < 2] = np.nan
    return DrawBand.of_draws(difference[fewest >= 1], noise[fewest >= 1])


def difference_apart(
    baseline: _core.Estimate, other: _core.Estimate, n: int, draws: DrawGroups | None = None
) -> PairedDifference:
    """Compare two estimates as if they came from independent runs.

    For a ``time_to`` with ``given``: its column does not tell a path on which the condition fails
    from one on which the time is not reached. The error is then too wide rather than too narrow,
    as policies on shared randomness are positively correlated.
    """
    difference = other.estimate - baseline.estimate
    error = math.hypot(baseline.standard_error, other.standard_error)
    return PairedDifference(
        baseline=baseline.estimate,
        estimate=other.estimate,
        difference=difference,
        n=n,
        standard_error=error,
        low=difference - t95(draws) * error,
        high=difference + t95(draws) * error,
        variance_reduction=1.0,
    )


def compare_with(forecast: Forecast, baseline: str) -> Comparison:
    """All policies but the baseline against it; see :meth:`Forecast.compare`."""
    import pandas as pd

    from detente.comparison_table import Comparison

    others = [policy for policy in forecast.policies if policy != baseline]
    if not others:
        raise ArgumentError(f"`{baseline}` is the only policy: there is nothing to compare it with")
    columns = forecast.readings()
    kinds = {item.name: (item.kind, item.unit) for item in forecast.estimates(baseline)}
    draws = forecast.draw_groups
    rows, index = [], []
    readings = {
        name: Reading.of(columns[baseline][name], kind) for name, (kind, _) in kinds.items()
    }
    for policy in others:
        for name, (kind, unit) in kinds.items():
            first, second = forecast.estimate(baseline, name), forecast.estimate(policy, name)
            if kind == "time_to" and first.has_given:
                result = difference_apart(first, second, forecast.n_paths, draws)
            else:
                reading = Reading.of(columns[policy][name], kind)
                result = paired_difference(readings[name], reading, kind in SHARES, draws)
            index.append((policy, name))
            rows.append({"kind": kind, "unit": unit, **vars(result)})
    table = Comparison(rows, index=pd.MultiIndex.from_tuples(index, names=["policy", "outcome"]))
    table.attrs.update(forecast.attributes, baseline=baseline)
    return table
