"""Charts of analyses: the worth of knowing parameters, sensitivity, where preferences flip."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import altair as alt

from detente.estimates import SHARES
from detente.number_format import percent
from detente.plotting.style import (
    LINE_HEIGHT,
    POLICY_COLORS,
    QUIET,
    WIDE,
    Chart,
    finish,
    inline,
    interval_rule,
    plain_axis,
    with_unit,
)
from detente.plotting.subject import Subject

if TYPE_CHECKING:
    from detente.break_even_value import BreakEven
    from detente.sensitivity_indices import Sensitivity
    from detente.value_of_information import ValueOfInformation


_WIDTH = WIDE - 70
_BAR = POLICY_COLORS[5]


def worth_bars(found: ValueOfInformation, most: int) -> Chart:
    """See :meth:`ValueOfInformation.plot`."""
    worths = {"all parameters": found.evpi} | dict(list(found.evppi.items())[:most]) | found.evsi
    rows = [
        {"parameters": name, "worth": worth.estimate, "low": worth.low, "high": worth.high}
        for name, worth in worths.items()
    ]
    base = alt.Chart(inline(rows), width=_WIDTH, height=LINE_HEIGHT * len(rows)).encode(
        y=_names("parameters", list(worths))
    )
    tips: list[Any] = ["parameters:N"]
    tips += [alt.Tooltip(f"{name}:Q", format=".3g") for name in ("worth", "low", "high")]
    axis = alt.X("worth:Q", title="worth of knowing, in utility", axis=plain_axis())
    bars = base.mark_bar(color=_BAR, size=13).encode(x=axis, tooltip=tips)
    intervals = interval_rule(base)
    return Subject(found.forecast).finish(
        alt.layer(bars, intervals),
        f"What is worth knowing before choosing {found.best}",
        "expected gain of utility from choosing with the parameter known"
        f"{', or what is written observed' if found.evsi else ''}; lines: 95 % intervals",
    )


def sobol_bars(found: Sensitivity, most: int) -> Chart:
    """See :meth:`Sensitivity.plot`."""
    names = list(found.sobol)[:most]
    kinds = ("first order", "total")
    rows: list[dict[str, Any]] = []
    for name in names:
        indices = found.sobol[name]
        for kind, item in zip(kinds, (indices.first_order, indices.total), strict=True):
            figures = {"share": item.estimate, "low": item.low, "high": item.high}
            # JSON has no NaN: where nothing is explained there is no bar.
            numbers = {key: value if value == value else None for key, value in figures.items()}
            rows.append({"parameters": name, "index": kind, **numbers})
    base = alt.Chart(inline(rows), width=_WIDTH, height=1.6 * LINE_HEIGHT * len(names)).encode(
        y=_names("parameters", names), yOffset=alt.YOffset("index:N", sort=list(kinds))
    )
    tips: list[Any] = ["parameters:N", "index:N"]
    tips += [alt.Tooltip(f"{name}:Q", format=".3f") for name in ("share", "low", "high")]
    colors = alt.Scale(domain=list(kinds), range=[POLICY_COLORS[0], _BAR])
    legend = alt.Legend(title=None, orient="top", direction="horizontal")
    bars = base.mark_bar().encode(
        x=alt.X("share:Q", title="share of the variance that parameters explain"),
        color=alt.Color("index:N", scale=colors, legend=legend, sort=list(kinds)),
        tooltip=tips,
    )
    intervals = interval_rule(base)
    return Subject(found.forecast).finish(
        alt.layer(bars, intervals),
        f"What {found.outcome} under {found.policy} hangs on",
        f"Sobol' indices with 95 % intervals; parameters explain "
        f"{percent(found.explained.estimate)} of the spread of paths, chance the rest",
    )


def tornado_bars(found: Sensitivity, most: int) -> Chart:
    """See :meth:`Sensitivity.plot`."""
    names = list(found.tornado)[:most]
    ends = ("5 %", "95 %")
    rows: list[dict[str, Any]] = []
    for name in names:
        swing = found.tornado[name]
        for end, item in zip(ends, (swing.at_low, swing.at_high), strict=True):
            figures = {"expected": item.estimate, "low": item.low, "high": item.high}
            rows.append({"parameter": name, "quantile": end, "mean": found.mean, **figures})
    base = alt.Chart(inline(rows), width=_WIDTH, height=LINE_HEIGHT * len(names)).encode(
        y=_names("parameter", names)
    )
    estimate = found.forecast.estimate(found.policy, found.outcome)
    unit = "share of paths" if estimate.kind in SHARES else estimate.unit
    axis = alt.X("expected:Q", title=with_unit(f"expected {found.outcome}", unit))
    tips: list[Any] = ["parameter:N", "quantile:N"]
    tips += [alt.Tooltip(f"{name}:Q", format=".4g") for name in ("expected", "low", "high")]
    colors = alt.Scale(domain=list(ends), range=[_BAR, POLICY_COLORS[1]])
    legend = alt.Legend(title="parameter at its quantile", orient="top", direction="horizontal")
    bars = base.mark_bar(size=13, opacity=0.85).encode(
        x=axis.scale(zero=False).axis(plain_axis()),
        x2="mean:Q",
        color=alt.Color("quantile:N", scale=colors, legend=legend, sort=list(ends)),
        tooltip=tips,
    )
    intervals = interval_rule(base)
    middle = alt.Chart(inline(rows[:1])).mark_rule(color=QUIET, strokeWidth=1)
    return Subject(found.forecast).finish(
        alt.layer(bars, intervals, middle.encode(x="mean:Q")),
        f"{found.outcome} under {found.policy}, one parameter at a time",
        "expected outcome with one parameter at an end of its prior, the others uncertain",
        "dark lines: 95 % intervals; grey line: the mean over everything",
    )


def break_even_lines(found: BreakEven) -> Chart:
    """See :meth:`BreakEven.plot`."""
    rows = [
        {"value": value, "difference": item.difference, "low": item.low, "high": item.high}
        for value, item in zip(found.values, found.differences, strict=True)
    ]
    base = alt.Chart(inline(rows), width=WIDE, height=WIDE * 0.5).encode(
        x=alt.X("value:Q", title=with_unit(found.over, found.unit), axis=plain_axis()).scale(
            zero=False, nice=False
        )
    )
    names = f"{found.outcome}: {found.first} − {found.second}"
    y = alt.Y("low:Q", title=with_unit(names, found.outcome_unit), axis=plain_axis(True))
    tips = [alt.Tooltip(f"{name}:Q", format=".4g") for name in rows[0]]
    band = base.mark_area(color=_BAR, opacity=0.35).encode(y=y, y2="high:Q")
    line = base.mark_line(color=POLICY_COLORS[0], strokeWidth=2, point=True).encode(
        y="difference:Q", tooltip=tips
    )
    zero = alt.Chart().mark_rule(color=QUIET, strokeWidth=1).encode(y=alt.Y(datum=0))
    shades, rules = _flip_layers(found)
    layers = [*shades, band, zero, line, *rules]
    return finish(
        alt.layer(*layers, data=inline(rows)),
        f"Where {found.first} and {found.second} break even",
        [
            *(textwrap.wrap(found.verdict, 100)),
            "band: 95 % interval of the paired difference; dashed: break-even, with its interval",
            f"{found.title}: {found.paths:,} paths at each value, seed {found.seed}",
        ],
    )


def _flip_layers(found: BreakEven) -> tuple[list[Chart], list[Chart]]:
    """The flips: their intervals as shades that end where the range does, and upright lines."""
    if not found.flips:
        return [], []
    first, last = found.values[0], found.values[-1]
    rows = [
        {"flip": flip.value, "from": max(flip.low, first), "to": min(flip.high, last)}
        for flip in found.flips
    ]
    base = alt.Chart(inline(rows))
    shade = base.mark_rect(color=POLICY_COLORS[1], opacity=0.2).encode(x="from:Q", x2="to:Q")
    rule = base.mark_rule(color=POLICY_COLORS[1], strokeWidth=1.5, strokeDash=[5, 4])
    return [shade], [rule.encode(x="flip:Q")]


def _names(column: str, order: list[str]) -> alt.Y:
    axis = alt.Axis(labelLimit=190, domain=False, ticks=False, labelPadding=8)
    return alt.Y(f"{column}:N", sort=order, title=None, axis=axis)
