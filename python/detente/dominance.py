"""Stochastic dominance: whether everybody would prefer one policy, whatever their attitude to risk.

With F the distribution functions of an outcome of which more is better, policy A dominates B

    to the first order   where F_A(x) <= F_B(x) for all x: whoever prefers more prefers A
    to the second order  where H_A(x) <= H_B(x), H(x) = ∫ F from -∞ to x = E[(x - X)⁺]:
                         whoever prefers more and shuns risk prefers A

(Hadar and Russell 1969, Hanoch and Levy 1969; Levy 2016, Stochastic Dominance). Of an outcome of
which less is better the negative is taken. How far it is from holding is told as in Leshno and Levy
2002 (Management Science 48:1074) and Tzeng, Huang and Shih 2013 (59:2006): the area by which the
functions violate it over the whole area between them, 0 where A dominates, 1 where B does.

Both functions are means over the same paths, so the error of their difference is that of paired
means (over draws, where paths share them), the two policies' luck falling out. Two tests, each with
an error of at most 5 %, give the verdict. ``"no"``: a violation at some x is beyond what chance
makes of the largest one anywhere (sup-t; the law of the largest is that of normals with the
covariance found, which is the multiplier bootstrap; Barrett and Donald 2003, Econometrica 71:71).
``"yes"``: at every x between the 5 and 95 % quantiles of both together A is better beyond its own
error (Davidson and Duclos 2013, Econometric Reviews 32:84); nothing can show it of the ends, where
both functions come to the same. Otherwise the paths do not decide. That can be so of the second
order where the first is shown, for its integrals carry the worst of all paths with them, which are
few.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from detente.comparison import Reading
from detente.distribution_gap import Gap, gap_of
from detente.errors import ArgumentError
from detente.json_numbers import with_numbers
from detente.ranking import Better, direction_of, readings_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from detente.draw_groups import DrawGroups
    from detente.forecast import Forecast
    from detente.plotting import Chart

    Floats = NDArray[np.float64]

#: What is concluded, with an error of at most 5 %.
Verdict = Literal["yes", "no", "not decided"]

#: The quantiles of both policies together between which dominance is to be shown.
RANGE = (0.05, 0.95)

#: The functions are compared at so many quantiles of both policies together.
_N_POINTS = 100


@dataclass(frozen=True)
class Order:
    """Dominance of one order.

    Attributes
    ----------
    verdict
        Whether the first policy dominates the second.
    violation_share
        The area of the violations over the area between the functions, from 0 to 1; NaN where
        there is none between them.
    largest_violation, at
        By how much the first policy is worse where it is worst (a share of the paths; of second
        order in units of the outcome), and where that is; 0 and NaN where nowhere.
    shown_from, shown_to
        Between which values it was to be shown.
    """

    verdict: Verdict
    violation_share: float
    largest_violation: float
    at: float
    shown_from: float
    shown_to: float


@dataclass(frozen=True)
class Dominance:
    """Whether one policy dominates another.

    Attributes
    ----------
    first, second
        The policies; it is asked whether the first dominates the second.
    outcome, unit, better
        By what, its unit, and whether ``"higher"`` or ``"lower"`` is better.
    n
        Paths.
    first_order, second_order
        What was found.
    """

    first: str
    second: str
    outcome: str
    unit: str
    better: Better
    n: int
    first_order: Order
    second_order: Order
    forecast: Forecast = field(repr=False)
    _gaps: tuple[Gap, Gap] = field(repr=False)

    @property
    def verdict(self) -> str:
        """The two verdicts as a sentence."""
        told = [
            f"to the {name} order: {order.verdict}"
            for name, order in (("first", self.first_order), ("second", self.second_order))
        ]
        return f"{self.first} dominates {self.second} by {self.outcome}, {', '.join(told)} (95 %)"

    @property
    def curves(self) -> pd.DataFrame:
        """The functions where they were compared, a row for each order and value.

        Columns: ``first`` and ``second`` (share of paths at the value or worse; of second order
        the mean shortfall from the value), ``difference`` (first - second: below 0 where the
        first is better), ``low`` and ``high`` (95 % band of the whole curve).
        """
        import pandas as pd

        sign = 1.0 if self.better == "higher" else -1.0
        frames = {
            order: pd.DataFrame(
                {
                    "first": gap.first,
                    "second": gap.second,
                    "difference": gap.difference,
                    "low": gap.difference - gap.reach * gap.error,
                    "high": gap.difference + gap.reach * gap.error,
                },
                index=pd.Index(sign * gap.points, name="value"),
            ).sort_index()
            for order, gap in enumerate(self._gaps, 1)
        }
        table = pd.concat(frames, names=["order", "value"])
        table.attrs.update(self.forecast.attributes, first=self.first, second=self.second)
        return table

    def plot(self) -> Chart:
        """The two distribution functions, and their differences of both orders with bands."""
        from detente.plotting.dominance import dominance_curves

        return dominance_curves(self)

    def to_json_dict(self) -> dict[str, Any]:
        """Names, verdicts and violations; None for numbers that do not exist."""
        hidden = ("forecast", "_gaps", "first_order", "second_order")
        told = {name: value for name, value in vars(self).items() if name not in hidden}
        orders = {"first_order": vars(self.first_order), "second_order": vars(self.second_order)}
        return dict(with_numbers({**told, **orders, "verdict": self.verdict}))


def dominance_of(
    forecast: Forecast, first: str, second: str, outcome: str, better: Better | None
) -> Dominance:
    """See :meth:`Forecast.dominance`."""
    if first == second:
        raise ArgumentError(f"`{first}` is compared with itself: name two policies")
    estimates = [forecast.estimate(policy, outcome) for policy in (first, second)]
    direction = direction_of(forecast, outcome, better)
    if estimates[0].kind == "time_to":
        raise ArgumentError(
            f"`{outcome}` is a time_to, which some paths never reach: it has no distribution to "
            "compare; see `incidence`, or give the scenario a probability or duration instead"
        )
    sign = 1.0 if direction == "higher" else -1.0
    readings = [
        Reading(sign * reading.value, reading.weight)
        for reading in readings_of(forecast, (first, second), outcome)
    ]
    for policy, reading in zip((first, second), readings, strict=True):
        if not reading.weight.any():
            raise ArgumentError(f"`{outcome}` has no reading on any path under {policy}")
    orders, gaps = orders_of(readings[0], readings[1], forecast.draw_groups, sign)
    unit = estimates[0].unit
    n = forecast.n_paths
    return Dominance(first, second, outcome, unit, direction, n, *orders, forecast, gaps)


def orders_of(
    first: Reading, second: Reading, draws: DrawGroups | None = None, sign: float = 1.0
) -> tuple[tuple[Order, Order], tuple[Gap, Gap]]:
    """Dominance of the first reading over the second, of first and second order.

    Parameters
    ----------
    first, second
        Higher is better; the same paths in both.
    draws
        Which paths share a draw, where any do.
    sign
        What values are multiplied by before they are told.
    """
    import numpy as np

    areas = violations(first, second)
    pooled = np.concatenate([first.value[first.weight > 0], second.value[second.weight > 0]])
    low, high = np.quantile(pooled, RANGE, method="inverted_cdf")
    gaps = [
        gap_of(first, second, points, order, draws)
        for order, points in enumerate(_points(pooled), 1)
    ]
    verdicts = [_verdict(gap, low, high) for gap in gaps]
    if verdicts[1] == "no" and verdicts[0] == "yes":
        verdicts[0] = "not decided"  # the first order would bring the second with it
    orders = []
    for gap, verdict, area in zip(gaps, verdicts, areas, strict=True):
        inside = gap.points[_within(gap.points, low, high)]
        ends = sorted((sign * float(inside[0]), sign * float(inside[-1])))
        share, largest, at = area
        orders.append(Order(verdict, share, largest, sign * at, *ends))
    return (orders[0], orders[1]), (gaps[0], gaps[1])


def _points(pooled: Floats) -> tuple[Floats, Floats]:
    """Where the functions of first and second order are compared.

    Not at the largest value, at which both distribution functions are 1, nor at the smallest, at
    which both integrals are 0; and not at the last 0.5 %, which are few paths far away.
    """
    import numpy as np

    levels = np.linspace(0.005, 0.995, _N_POINTS)
    points = np.unique(np.quantile(pooled, levels, method="inverted_cdf"))
    smallest, largest = pooled.min(), pooled.max()
    below, above = points[points < largest], points[points > smallest]
    if len(below) == 0:
        below = np.array([smallest])
    if len(above) == 0:
        above = np.array([largest])
    return below, above


def _within(points: Floats, low: float, high: float) -> NDArray[np.bool_]:
    """The points at which dominance is to be shown; the nearest where none is in the range."""
    import numpy as np

    inside: NDArray[np.bool_] = (points >= low) & (points <= high)
    if not inside.any():
        inside[np.abs(points - low).argmin()] = True
    return inside


def _verdict(gap: Gap, low: float, high: float) -> Verdict:
    import numpy as np

    if gap.sure.any() and (gap.ratio[gap.sure] > gap.largest).any():
        return "no"
    inside = _within(gap.points, low, high)
    shown = gap.sure[inside] & (gap.ratio[inside] < -gap.single)
    return "yes" if bool(np.all(shown)) else "not decided"


def violations(first: Reading, second: Reading) -> list[tuple[float, float, float]]:
    """Share, size and place of the violations of first and second order, of the readings as such.

    The distribution functions are steps, and their integrals straight between the steps, so all
    areas are exact.
    """
    import numpy as np

    values = np.unique(
        np.concatenate([reading.value[reading.weight > 0] for reading in (first, second)])
    )
    shares = _distribution(first, values) - _distribution(second, values)
    widths = np.diff(values)
    steps = shares[:-1] * widths
    heights = np.concatenate([[0.0], np.cumsum(steps)])
    area = float(np.abs(steps).sum())
    above, below = _areas(heights, widths), _areas(-heights, widths)
    return [
        _worst(shares, values, float(steps[steps > 0].sum()), area),
        _worst(heights, values, above, above + below),
    ]


def _distribution(reading: Reading, values: Floats) -> Floats:
    """The share of the paths that count which are at each value or below."""
    import numpy as np

    counted = np.sort(reading.value[reading.weight > 0])
    share: Floats = np.searchsorted(counted, values, side="right") / len(counted)
    return share


def _areas(heights: Floats, widths: Iterable[float]) -> float:
    """The area above 0 of a function that is straight between the points."""
    import numpy as np

    left, right = heights[:-1], heights[1:]
    up_left, up_right = np.maximum(left, 0), np.maximum(right, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = np.maximum(up_left, up_right) ** 2 / np.abs(left - right)
    mean = np.where(left * right < 0, crossing, up_left + up_right) / 2
    return float((mean * np.asarray(widths)).sum())


def _worst(
    heights: Floats, values: Floats, violated: float, area: float
) -> tuple[float, float, float]:
    """Share, size and place of the violations."""
    place = int(heights.argmax())
    largest = max(0.0, float(heights[place]))
    share = violated / area if area > 0 else float("nan")
    return share, largest, float(values[place]) if largest > 0 else float("nan")
