"""Where the preference between two policies flips.

The number that the answer hangs on, a parameter or a lever, is held at fixed values; everything
else stays uncertain. At each value v both policies meet the same random numbers, the same at every
value too, so that the difference D(v) of their outcomes is taken path by path and moves smoothly
with v. D is evaluated on a grid; between neighbours of opposite sign the root is found by Brent's
method (Brent 1973, Algorithms for Minimization without Derivatives, chapter 4).

The root of an estimate has an error. By the delta method it is that of D over its slope, se(v*) =
se(D(v*)) / |D'(v*)|, with the paired standard error of the paths and the slope of the parabola
through the three points of the grid that lie nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente import _core
from detente.comparison import Z95, PairedDifference, difference_apart, paired_difference
from detente.ensemble import reading_of
from detente.errors import ArgumentError, unknown_name
from detente.estimates import SHARES
from detente.extras import require
from detente.progress import ProgressCallback, reporting
from detente.simulation import check_policies, simulate

if TYPE_CHECKING:
    import pandas as pd

    from detente.forecast import Forecast
    from detente.plotting import Chart
    from detente.scenario import Scenario

#: Paths per policy and value by default: two policies of the flagship then take less than a minute.
DEFAULT_PATHS = 4_000

#: The quantiles of a prior between which a flip is looked for.
_TAILS = (0.01, 0.99)

#: The most evaluations that finding one root may take.
_MOST_STEPS = 6


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


@dataclass(frozen=True)
class BreakEven:
    """The difference between two policies against one number, and where it changes sign.

    Attributes
    ----------
    first, second
        The policies; differences are first - second.
    over, unit
        The parameter or lever, and its unit.
    outcome, outcome_unit
        What is compared.
    flips
        From low to high; empty where the sign never changes.
    values, differences
        The grid, and the difference at each of its values.
    title, paths, seed, version, seconds
        What it rests on; paths per policy and value.
    """

    first: str
    second: str
    over: str
    unit: str
    outcome: str
    outcome_unit: str
    flips: list[Flip]
    values: list[float]
    differences: list[PairedDifference] = field(repr=False)
    title: str
    paths: int
    seed: int
    version: str
    seconds: float

    @property
    def table(self) -> pd.DataFrame:
        """A row for each value of the grid: both estimates, their difference with its interval."""
        import pandas as pd

        rows = [
            {
                self.first: item.estimate,
                self.second: item.baseline,
                "difference": item.difference,
                "standard_error": item.standard_error,
                "low": item.low,
                "high": item.high,
            }
            for item in self.differences
        ]
        return pd.DataFrame(rows, index=pd.Index(self.values, name=self.over))

    @property
    def verdict(self) -> str:
        """The answer in a sentence."""
        from detente.number_format import plain

        low, high = plain(self.values[0], 3), plain(self.values[-1], 3)
        if self.flips:
            return "; ".join(self._told(flip) for flip in self.flips)
        leader = max(self.differences, key=lambda item: abs(item.difference)).difference
        if leader == 0:
            return f"no flip in range: {self.over} from {low} to {high} changes neither policy"
        higher = self.first if leader > 0 else self.second
        open_at = sum(item.low <= 0 <= item.high for item in self.differences)
        certain = f", at {open_at} of {len(self.values)} values not beyond doubt" if open_at else ""
        return f"no flip in range: {higher} is higher from {low} to {high}{certain}"

    def _told(self, flip: Flip) -> str:
        from detente.number_format import decimals, fixed

        places = decimals((flip.high - flip.low) / 2) if flip.high > flip.low else 4
        value, low, high = (fixed(item, places) for item in (flip.value, flip.low, flip.high))
        text = (
            f"{flip.below} is higher below {self.over} = {value} ({low} to {high}), "
            f"{flip.above} above"
        )
        if flip.low < self.values[0] or flip.high > self.values[-1]:
            text += " (the interval reaches beyond the range)"
        elif not flip.is_certain:
            text += " (not beyond doubt: on one side no difference is clear of 0)"
        return text

    def plot(self) -> Chart:
        """The difference against what is varied, with its interval, and the flips."""
        from detente.plotting.drivers import break_even_lines

        return break_even_lines(self)

    def to_json_dict(self) -> dict[str, Any]:
        """What ``detente breakeven --json`` prints."""
        names = ("estimate", "baseline", "difference", "standard_error", "low", "high")
        points = [
            {"value": value} | {name: getattr(item, name) for name in names}
            for value, item in zip(self.values, self.differences, strict=True)
        ]
        return {
            "scenario": self.title,
            "policies": [self.first, self.second],
            "over": self.over,
            "outcome": self.outcome,
            "flips": [vars(flip) for flip in self.flips],
            "points": points,
            "verdict": self.verdict,
            "paths": self.paths,
            "seed": self.seed,
            "seconds": self.seconds,
            "version": self.version,
        }

    def _repr_html_(self) -> str:
        from html import escape

        html: str = self.table._repr_html_()  # type: ignore[operator]
        return f"<p>{escape(self.verdict)}</p>{html}"


def break_even(
    scenario: Scenario,
    policies: Sequence[str],
    over: str,
    outcome: str = "utility",
    low: float | None = None,
    high: float | None = None,
    points: int = 9,
    paths: int = DEFAULT_PATHS,
    seed: int = 0,
    threads: int | None = None,
    progress: ProgressCallback | bool | None = None,
) -> BreakEven:
    """The values of a parameter or lever at which the preference between two policies flips.

    A parameter is held at each value as if it were known; parameters correlated with it keep their
    own priors, so that the answer tells what the number does and not what it is a sign of. A lever
    is given each value as its default: a policy that sets it keeps its own setting.

    Parameters
    ----------
    policies
        Two names; differences are first - second.
    over
        A parameter or lever.
    outcome
        What is compared, the utility by default.
    low, high
        The range to search: by default the 1 % and 99 % quantiles of the prior, or the range of the
        lever.
    points
        Values of the grid, at least 3. Two flips between neighbours go unseen.
    paths, seed, threads, progress
        As in :func:`detente.simulate`, per policy and value.

    Returns
    -------
    BreakEven

    Raises
    ------
    ArgumentError
        A name is unknown, the range is empty or missing, both policies set the lever, or SciPy is
        not installed.

    Examples
    --------
    >>> found = detente.break_even(scenario, ("quick", "drift"), over="tau")  # doctest: +SKIP
    >>> found.verdict  # doctest: +SKIP
    'quick is higher below tau = 3.4 (3.1 to 3.7), drift above'
    """
    require("scipy", "analysis")
    first, second = _two(scenario, policies)
    if points < 3:
        raise ArgumentError(f"points must be at least 3, not {points}")
    kinds = {name: (kind, unit) for name, kind, unit in _readable(scenario)}
    if outcome not in kinds:
        raise unknown_name("outcome", outcome, list(kinds))
    fix, ends, unit = _varied(scenario, over, (first, second))
    begin, end = ends[0] if low is None else low, ends[1] if high is None else high
    if not begin < end or begin == float("-inf") or end == float("inf"):
        raise ArgumentError(
            f"the range of `{over}` to search is {begin:g} to {end:g}: give low and high"
        )
    with reporting(progress, (points + _MOST_STEPS) * paths) as report:
        curve = _Curve(fix, (first, second), outcome, paths, seed, threads, report)
        values = [begin + (end - begin) * k / (points - 1) for k in range(points)]
        differences = [curve(value) for value in values]
        brackets = _brackets(values, differences)
        clear = _clear_sides(values, differences, brackets)
        flips = [
            _flip(curve, values, bracket, (first, second), clear[k] and clear[k + 1])
            for k, bracket in enumerate(brackets)
        ]
    from detente import __version__

    return BreakEven(
        first=first,
        second=second,
        over=over,
        unit=unit,
        outcome=outcome,
        outcome_unit="share of paths" if kinds[outcome][0] in SHARES else kinds[outcome][1],
        flips=flips,
        values=values,
        differences=differences,
        title=scenario.title,
        paths=paths,
        seed=seed,
        version=__version__,
        seconds=curve.seconds,
    )


class _Curve:
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
        self._policies = policies
        self._outcome = outcome
        self._paths = paths
        self._seed = seed
        self._threads = threads
        self._report = report
        self._known: dict[float, PairedDifference] = {}
        self.seconds = 0.0

    def __call__(self, value: float) -> PairedDifference:
        if value not in self._known:
            self._known[value] = self._evaluated(value)
        return self._known[value]

    def _evaluated(self, value: float) -> PairedDifference:
        forecast = simulate(
            self._fix(value),
            paths=self._paths,
            seed=self._seed,
            policies=list(self._policies),
            threads=self._threads,
            keep_outcomes=True,
            progress=None if self._report is None else self._report_after(len(self._known)),
        )
        if forecast.partial:
            raise ArgumentError("the progress callback stopped the search before it was done")
        self.seconds += forecast.wall_seconds
        return difference_between(forecast, *self._policies, self._outcome)

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
    curve: _Curve,
    values: Sequence[float],
    bracket: tuple[float, float],
    names: tuple[str, str],
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
            maxiter=_MOST_STEPS,
            disp=False,
        )
    )
    slope = _slope(curve, values, root) or secant
    error = curve(root).standard_error / abs(slope)
    below, above = names if at_begin.difference > 0 else names[::-1]
    low, high = root - Z95 * error, root + Z95 * error
    return Flip(root, error, low, high, slope, below, above, is_certain)


def _slope(curve: _Curve, values: Sequence[float], root: float) -> float:
    """At the root, of the parabola through the three points of the grid that lie nearest."""
    import numpy as np

    nearest = sorted(values, key=lambda value: abs(value - root))[:3]
    _, linear, _ = np.polyfit(
        np.array(nearest) - root, [curve(value).difference for value in nearest], 2
    )
    return float(linear)


def _two(scenario: Scenario, policies: Sequence[str]) -> tuple[str, str]:
    names = check_policies(scenario, policies)
    if len(names) != 2:
        raise ArgumentError(f"a break-even is between two policies; {len(names)} are named")
    return names[0], names[1]


def _readable(scenario: Scenario) -> list[tuple[str, str, str]]:
    """Name, kind and unit of what can be compared."""
    table = scenario.outcomes
    found = [
        (str(name), str(kind), str(unit))
        for name, kind, unit in zip(table.index, table["kind"], table["unit"], strict=True)
    ]
    return [*found, ("utility", "utility", "")] if scenario.utility else found


def _varied(
    scenario: Scenario, over: str, policies: tuple[str, str]
) -> tuple[Callable[[float], Scenario], tuple[float, float], str]:
    """How the number is held at a value, the range to search, its unit."""
    for parameter in scenario._core.parameters:
        if parameter.name == over:
            low, high = (parameter.prior.quantile(share) for share in _TAILS)
            return lambda v: scenario.with_(parameters={over: v}), (low, high), parameter.unit
    for lever in scenario._core.levers:
        if lever.name == over:
            _check_unset(scenario, over, policies)
            low = float("-inf") if lever.low is None else lever.low
            high = float("inf") if lever.high is None else lever.high
            return lambda v: scenario.with_(levers={over: v}), (low, high), lever.unit
    known = [parameter.name for parameter in scenario._core.parameters]
    known += [lever.name for lever in scenario._core.levers]
    raise unknown_name("parameter or lever", over, known)


def _check_unset(scenario: Scenario, lever: str, policies: tuple[str, str]) -> None:
    settings = _core.policy_settings(scenario._core)
    if all(lever in settings[policy].levers for policy in policies):
        raise ArgumentError(
            f"both policies set `{lever}`: its default, which would be varied, is never read"
        )
