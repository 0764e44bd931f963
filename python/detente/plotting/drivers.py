"""What drives a forecast: the worth of knowing parameters, and where preferences flip."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import altair as alt

from detente.plotting.style import (
    POLICY_COLORS,
    QUIET,
    WIDE,
    Chart,
    finish,
    inline,
    plain_axis,
    with_unit,
)
from detente.plotting.subject import Subject

if TYPE_CHECKING:
    from detente.break_even_value import BreakEven
    from detente.value_of_information import ValueOfInformation

#: Room for a bar, in pixels.
_LINE_HEIGHT = 22

_WIDTH = WIDE - 70
_BAR = POLICY_COLORS[5]
_LINE = "#333"


def worth_bars(found: ValueOfInformation, most: int) -> Chart:
    """See :meth:`ValueOfInformation.plot`."""
    worths = {"all parameters": found.evpi} | dict(list(found.evppi.items())[:most])
    rows = [
        {"parameters": name, "worth": worth.estimate, "low": worth.low, "high": worth.high}
        for name, worth in worths.items()
    ]
    base = alt.Chart(inline(rows), width=_WIDTH, height=_LINE_HEIGHT * len(rows)).encode(
        y=_names("parameters", list(worths))
    )
    tips: list[Any] = ["parameters:N"]
    tips += [alt.Tooltip(f"{name}:Q", format=".3g") for name in ("worth", "low", "high")]
    axis = alt.X("worth:Q", title="worth of knowing, in utility", axis=plain_axis())
    bars = base.mark_bar(color=_BAR, size=13).encode(x=axis, tooltip=tips)
    intervals = base.mark_rule(color=_LINE, strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
    return Subject(found.forecast).finish(
        alt.layer(bars, intervals),
        f"What is worth knowing before choosing {found.best}",
        "expected gain of utility from choosing with the parameter known; lines: 95 % intervals",
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
    layers = [band, zero, line, *_flip_layers(found)]
    return finish(
        alt.layer(*layers, data=inline(rows)),
        f"Where {found.first} and {found.second} break even",
        [
            *(textwrap.wrap(found.verdict, 100)),
            "band: 95 % interval of the paired difference; dashed: break-even, with its interval",
            f"{found.title}: {found.paths:,} paths at each value, seed {found.seed}",
        ],
    )


def _flip_layers(found: BreakEven) -> list[Chart]:
    """The flips as upright lines, their intervals as shades that end where the range does."""
    if not found.flips:
        return []
    first, last = found.values[0], found.values[-1]
    rows = [
        {"flip": flip.value, "from": max(flip.low, first), "to": min(flip.high, last)}
        for flip in found.flips
    ]
    base = alt.Chart(inline(rows))
    shade = base.mark_rect(color=POLICY_COLORS[1], opacity=0.2).encode(x="from:Q", x2="to:Q")
    rule = base.mark_rule(color=POLICY_COLORS[1], strokeWidth=1.5, strokeDash=[5, 4])
    return [shade, rule.encode(x="flip:Q")]


def _names(column: str, order: list[str]) -> alt.Y:
    axis = alt.Axis(labelLimit=190, domain=False, ticks=False, labelPadding=8)
    return alt.Y(f"{column}:N", sort=order, title=None, axis=axis)
