"""Values of a number at which the preference between two policies flips.

At each value v both policies meet the same random numbers, the same at every value too, so that the
difference D(v) of their outcomes is taken path by path and moves smoothly with v. D is evaluated on
a grid; between neighbours of opposite sign the root is found by Brent's method (Brent 1973,
Algorithms for Minimization without Derivatives, chapter 4).

The root of an estimate has an error. By the delta method it is that of D over its slope, se(v*) =
se(D(v*)) / |D'(v*)|, with the paired standard error of the paths and the slope of the parabola
through the three points of the grid that lie nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from detente.comparison import Z95, PairedDifference, difference_apart, paired_difference
from detente.ensemble import reading_of
from detente.errors import ArgumentError
from detente.estimates import SHARES
from detente.simulation import simulate

if TYPE_CHECKING:
    from detente.forecast import Forecast
    from detente.progress import ProgressCallback
    from detente.scenario import Scenario

#: The most evaluations that finding one root may take.
MOST_STEPS = 6


@dataclass(frozen=True)
class Flip:
    """A value at which the preference changes.

    Attributes
    ----------
    value, standard_error, low, high
        With its 95 % interval, in the unit of what is varied. The interval may reach beyond the
        range that was searched; then the paths do not show for certain that there is a flip.
    slope
        Of the difference, per unit of what is varied.
    below, above
        The policy with the higher figure below and above the value.
    is_certain
        Whether on both sides, up to the next flip, some value of the grid has a difference whose
        95 % interval leaves out 0.
    """

    value: float
    standard_error: float
    low: float
    high: float
    slope: float
    below: str
    above: str
    is_certain: bool


def find_flips(curve: Curve, values: Sequence[float]) -> list[Flip]:
    """Flips between neighbours of a grid, from low to high; two between neighbours go unseen."""
    differences = [curve(value) for value in values]
    brackets = _brackets(values, differences)
    clear = _clear_sides(values, differences, brackets)
    return [
        _flip(curve, values, bracket, clear[k] and clear[k + 1])
        for k, bracket in enumerate(brackets)
    ]


class Curve:
    """The difference between two policies as a function of the number that is varied."""

    def __init__(
        self,
        fix: Callable[[float], Scenario],
        policies: tuple[str, str],
        outcome: str,
        paths: int,
        seed: int,
        threads: int | None,
        report: ProgressCallback | None,
    ) -> None:
        self._fix = fix
        self.policies = policies
        self._outcome = outcome
        self._paths = paths
        self._seed = seed
        self._threads = threads
        self._report = report
        self._known: dict[float, PairedDifference] = {}
        self.seconds = 0.0

    def __call__(self, value: float) -> PairedDifference:
        """The difference there; simulated once, then known."""
        if value not in self._known:
            self._known[value] = self._evaluated(value)
        return self._known[value]

    def _evaluated(self, value: float) -> PairedDifference:
        forecast = simulate(
            self._fix(value),
            paths=self._paths,
            seed=self._seed,
            policies=list(self.policies),
            threads=self._threads,
            keep_outcomes=True,
            progress=None if self._report is None else self._report_after(len(self._known)),
        )
        if forecast.partial:
            raise ArgumentError("the progress callback stopped the search before it was done")
        self.seconds += forecast.wall_seconds
        return difference_between(forecast, *self.policies, self._outcome)

    def _report_after(self, n_values: int) -> ProgressCallback:
        report, before, seconds_before = self._report, n_values * self._paths, self.seconds
        assert report is not None

        def call(paths_done: int, n_paths: int, seconds: float) -> object:
            # Roots may take more values than were counted on: the bar then waits at its end.
            return report(before + paths_done, before + n_paths, seconds_before + seconds)

        return call


def difference_between(
    forecast: Forecast, first: str, second: str, outcome: str
) -> PairedDifference:
    """An outcome under the first policy less that under the second, path by path."""
    one, other = forecast.estimate(first, outcome), forecast.estimate(second, outcome)
    if one.kind == "time_to" and one.has_given:
        return difference_apart(other, one, forecast.n_paths)
    baseline = reading_of(forecast, second, outcome)
    reading = reading_of(forecast, first, outcome)
    return paired_difference(baseline, reading, is_share=one.kind in SHARES)


def _brackets(
    values: Sequence[float], differences: Sequence[PairedDifference]
) -> list[tuple[float, float]]:
    """Neighbours of opposite sign, values without any difference left out."""
    signed = [
        (value, item.difference > 0)
        for value, item in zip(values, differences, strict=True)
        if item.difference != 0 and item.difference == item.difference
    ]
    return [
        (value, after)
        for (value, is_positive), (after, then_positive) in pairwise(signed)
        if is_positive != then_positive
    ]


def _clear_sides(
    values: Sequence[float],
    differences: Sequence[PairedDifference],
    brackets: Sequence[tuple[float, float]],
) -> list[bool]:
    """Whether a difference is clear of 0 below the first flip, between flips, above the last."""
    begins = [float("-inf"), *(after for _, after in brackets)]
    ends = [*(before for before, _ in brackets), float("inf")]
    return [
        any(
            begin <= value <= end and (item.low > 0 or item.high < 0)
            for value, item in zip(values, differences, strict=True)
        )
        for begin, end in zip(begins, ends, strict=True)
    ]


def _flip(
    curve: Curve,
    values: Sequence[float],
    bracket: tuple[float, float],
    is_certain: bool,
) -> Flip:
    from scipy.optimize import brentq

    begin, end = bracket
    at_begin, at_end = curve(begin), curve(end)
    secant = (at_end.difference - at_begin.difference) / (end - begin)
    # Nothing is gained by a root much sharper than its error.
    reach = max(at_begin.standard_error, at_end.standard_error) / abs(secant)
    root = float(
        brentq(
            lambda value: curve(float(value)).difference,
            begin,
            end,
            xtol=max(0.02 * reach, 1e-9 * (end - begin)),
            maxiter=MOST_STEPS,
            disp=False,
        )
    )
    slope = _slope(curve, values, root) or secant
    error = curve(root).standard_error / abs(slope)
    below, above = curve.policies if at_begin.difference > 0 else curve.policies[::-1]
    low, high = root - Z95 * error, root + Z95 * error
    return Flip(root, error, low, high, slope, below, above, is_certain)


def _slope(curve: Curve, values: Sequence[float], root: float) -> float:
    """At the root, of the parabola through the three points of the grid that lie nearest."""
    import numpy as np

    nearest = sorted(values, key=lambda value: abs(value - root))[:3]
    _, linear, _ = np.polyfit(
        np.array(nearest) - root, [curve(value).difference for value in nearest], 2
    )
    return float(linear)
