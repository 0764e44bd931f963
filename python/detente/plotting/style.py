"""What all charts share: colours, sizes, number formats, the finish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

Chart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.VConcatChart | alt.HConcatChart

#: Colours for policies: six of Okabe and Ito (2008, Color Universal Design), then four that stay
#: apart from them and from one another in the three kinds of colour blindness.
POLICY_COLORS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00",
    "#56B4E9", "#332288", "#661100", "#3C3C3C", "#C8C8A0",
)  # fmt: skip
#: Colours for states that the scenario gives none, chosen by the same measure.
STATE_COLORS = (
    "#B5473C", "#E0A458", "#8DB48E", "#4C7A9F", "#2F4858", "#D9D4CB", "#4A1F8A", "#8CC8F0",
    "#F0D64E", "#6A0F1E", "#7F63D9", "#8A8A8A",
)  # fmt: skip

#: Dashes of the lines of policies: drawn and left out, in pixels.
DASHES = ((1, 0), (7, 3), (2, 2), (9, 3, 2, 3))

#: Fonts as wide as one another, one of which every system has: what was laid out with one fits when
#: a browser shows it with another.
_FONT = "Arial, Helvetica, Liberation Sans, sans-serif"

#: Lines and letters that are there to be read past.
QUIET = "#777"

#: Of intervals and lines that are drawn over bars.
LINE = "#333"

#: Width of a chart that stands alone, and of one of several panels, in pixels. With axes and
#: legend every chart stays within 800.
WIDE = 600
PANEL = 222

#: Room for a bar, in pixels.
LINE_HEIGHT = 22


def inline(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Rows as data that travel inside the chart, however many they are.

    A plain dictionary: as ``alt.InlineData`` every row would become an object of Altair's, copied
    at every step of putting the chart together.
    """
    return {"values": list(rows)}


def panels(chart: Any, names: Sequence[str]) -> Any:  # noqa: ANN401 - layered or single charts
    """One panel for each policy, three side by side; a policy alone needs none."""
    if len(names) == 1:
        return chart
    facet = alt.Facet("policy:N", sort=list(names), title=None)
    return chart.facet(facet=facet, columns=2 if len(names) in (2, 4) else 3)


def percent_tip(column: str) -> alt.Tooltip:
    """A share in the text under the pointer."""
    return alt.Tooltip(f"{column}:Q", format=".1%")


def plain_axis(is_difference: bool = False, **options: Any) -> alt.Axis:  # noqa: ANN401
    """An axis of numbers without exponents where they can be read so, few of them.

    Parameters
    ----------
    is_difference
        Write the sign of what is above zero.
    options
        As of :class:`altair.Axis`.
    """
    plus = "+" if is_difference else ""
    size = "abs(datum.value)"
    digits = f"{size} < 1e-3 || {size} >= 1e9 ? '{plus}.3~e' : '{plus},.6~f'"
    text = f"datum.value == 0 ? '0' : format(datum.value, {digits})"
    return alt.Axis(labelExpr=text, tickCount=5, **options)


def with_unit(name: str, unit: str) -> str:
    """The title of an axis.

    Examples
    --------
    >>> with_unit("front", "% of territory"), with_unit("clash", "")
    ('front, % of territory', 'clash')
    """
    return f"{name}, {unit}" if unit else name


def finish(chart: Any, title: str, lines: Sequence[str]) -> Chart:  # noqa: ANN401 - any kind
    """Title and colours of the frame."""
    finished: Chart = (
        chart.properties(title=alt.TitleParams(title, subtitle=list(lines), anchor="start"))
        .configure(font=_FONT)
        .configure_view(stroke=None)
        .configure_axis(gridColor="#8882", domainColor="#888", tickColor="#888")
        .configure_header(labelFontWeight="bold", title=None)
        .configure_title(fontSize=15, subtitleColor=QUIET, offset=12)
    )
    return finished


def interval_rule(base: alt.Chart) -> alt.Chart:
    """Lines from the columns `low` to `high` of a chart's rows."""
    rule: alt.Chart = base.mark_rule(color=LINE, strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
    return rule
