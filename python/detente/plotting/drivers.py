"""What drives a forecast: the worth of knowing parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from detente.plotting.style import POLICY_COLORS, WIDE, Chart, inline, plain_axis
from detente.plotting.subject import Subject

if TYPE_CHECKING:
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


def _names(column: str, order: list[str]) -> alt.Y:
    axis = alt.Axis(labelLimit=190, domain=False, ticks=False, labelPadding=8)
    return alt.Y(f"{column}:N", sort=order, title=None, axis=axis)
