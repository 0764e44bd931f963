"""Where the preference between two policies flips.

The number that the answer hangs on, a parameter or a lever, is held at fixed values; everything
else stays uncertain. How flips are found is told in :mod:`detente.flips`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente import _core
from detente.comparison import PairedDifference
from detente.errors import ArgumentError, unknown_name
from detente.estimates import SHARES
from detente.extras import require
from detente.flips import MOST_STEPS, Curve, Flip, find_flips
from detente.json_numbers import with_numbers
from detente.progress import ProgressCallback, reporting
from detente.simulation import check_policies

if TYPE_CHECKING:
    import pandas as pd

    from detente.plotting import Chart
    from detente.scenario import Scenario

#: Paths per policy and value by default: two policies of the flagship then take less than a minute.
DEFAULT_PATHS = 4_000

#: The quantiles of a prior between which a flip is looked for.
_TAILS = (0.01, 0.99)


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
        from detente.plotting.analyses import break_even_lines

        return break_even_lines(self)

    def to_json_dict(self) -> dict[str, Any]:
        """What ``detente breakeven --json`` prints; None for numbers that do not exist."""
        names = ("estimate", "baseline", "difference", "standard_error", "low", "high")
        points = [
            {"value": value} | {name: getattr(item, name) for name in names}
            for value, item in zip(self.values, self.differences, strict=True)
        ]
        told = {
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
        numbers: dict[str, Any] = with_numbers(told)
        return numbers

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
    with reporting(progress, (points + MOST_STEPS) * paths) as report:
        curve = Curve(fix, (first, second), outcome, paths, seed, threads, report)
        values = [begin + (end - begin) * k / (points - 1) for k in range(points)]
        flips = find_flips(curve, values)
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
        differences=[curve(value) for value in values],
        title=scenario.title,
        paths=paths,
        seed=seed,
        version=__version__,
        seconds=curve.seconds,
    )


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
