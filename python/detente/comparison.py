"""Paired differences between policies.

All policies are simulated on the same randomness, so their difference is taken path by path: what
is luck on a path is luck under both, and falls out. A conditional outcome (``given``) is a ratio of
means, and its error comes from the delta method (Cochran 1977, Sampling Techniques, chapter 6).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.errors import ArgumentError
from detente.estimates import SHARES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente import _core
    from detente.comparison_table import Comparison
    from detente.forecast import Forecast

#: The normal quantile of a two-sided 95 % interval.
Z95 = 1.959963984540054


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


def paired_difference(baseline: Reading, other: Reading, is_share: bool) -> PairedDifference:
    """Compare two readings of the same paths.

    `is_share` says that values are 0 or 1: where the two then agree on all n paths, the interval of
    the difference reaches 3/n to both sides (the rule of three for the share of paths on which they
    differ), because agreement on every path seen does not prove agreement.
    """
    n = len(baseline.value)
    first, second = baseline.estimate, other.estimate
    difference = second - first
    if n < 2 or math.isnan(difference):
        return PairedDifference(
            baseline=first,
            estimate=second,
            difference=difference,
            n=n,
        )

    influence_first, influence_second = baseline.influence(), other.influence()
    variance = float((influence_second - influence_first).var(ddof=1))
    apart = float(influence_first.var(ddof=1)) + float(influence_second.var(ddof=1))
    error = math.sqrt(variance / n)
    reach = Z95 * error
    if is_share and variance == 0:
        reach = min(1.0, 3 / n)

    ratio = ratio_low = ratio_high = math.nan
    if first > 0 and second > 0:
        log_variance = float((influence_second / second - influence_first / first).var(ddof=1))
        factor = math.exp(Z95 * math.sqrt(log_variance / n))
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
    )


def difference_apart(baseline: _core.Estimate, other: _core.Estimate, n: int) -> PairedDifference:
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
        low=difference - Z95 * error,
        high=difference + Z95 * error,
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
    rows, index = [], []
    readings = {
        name: Reading.of(columns[baseline][name], kind) for name, (kind, _) in kinds.items()
    }
    for policy in others:
        for name, (kind, unit) in kinds.items():
            first, second = forecast.estimate(baseline, name), forecast.estimate(policy, name)
            if kind == "time_to" and first.has_given:
                result = difference_apart(first, second, forecast.n_paths)
            else:
                reading = Reading.of(columns[policy][name], kind)
                result = paired_difference(readings[name], reading, is_share=kind in SHARES)
            index.append((policy, name))
            rows.append({"kind": kind, "unit": unit, **vars(result)})
    table = Comparison(rows, index=pd.MultiIndex.from_tuples(index, names=["policy", "outcome"]))
    table.attrs.update(forecast.attributes, baseline=baseline)
    return table
