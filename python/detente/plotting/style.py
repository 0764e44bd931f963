"""What all charts share: colours, sizes, number formats, the finish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

Chart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.VConcatChart | alt.HConcatChart

#: Colours for policies, told apart by most kinds of colour vision (after Okabe and Ito 2008).
POLICY_COLORS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00",
    "#56B4E9", "#7A5195", "#8C8C00", "#A0522D", "#555555",
)  # fmt: skip
#: Colours for states that the scenario gives none.
STATE_COLORS = (
    "#B5473C", "#E0A458", "#8DB48E", "#4C7A9F", "#2F4858", "#9A77A8", "#C9C1B4", "#6B8F71",
    "#D98E73", "#7F8C8D", "#B7A57A", "#5C6B73",
)  # fmt: skip

#: Width of a chart that stands alone, and of one of several panels.
WIDE = 640
PANEL = 250


def inline(rows: Sequence[dict[str, Any]]) -> alt.InlineData:
    """Rows as data that travel inside the chart, however many they are."""
    return alt.InlineData(values=list(rows))


def panels(chart: Any, names: Sequence[str]) -> Any:  # noqa: ANN401 - layered or single charts
    """One panel for each policy, three side by side; a policy alone needs none."""
    if len(names) == 1:
        return chart
    facet = alt.Facet("policy:N", sort=list(names), title=None)
    return chart.facet(facet=facet, columns=2 if len(names) in (2, 4) else 3)


def percent_tip(column: str) -> alt.Tooltip:
    """A share in the text under the pointer."""
    return alt.Tooltip(f"{column}:Q", format=".1%")


def number_axis(is_share: bool) -> alt.Axis:
    """An axis of shares in per cent, or of plain numbers."""
    return alt.Axis(format="%") if is_share else alt.Axis(format="~g")


def with_unit(name: str, unit: str) -> str:
    """The title of an axis.

    Examples
    --------
    >>> with_unit("front", "% of territory"), with_unit("clash", "")
    ('front, % of territory', 'clash')
    """
    return f"{name}, {unit}" if unit else name


def finish(chart: Any, title: str, subtitle: str) -> Chart:  # noqa: ANN401 - any kind of chart
    """Title and colours of the frame."""
    finished: Chart = (
        chart.properties(title=alt.TitleParams(title, subtitle=subtitle, anchor="start"))
        .configure_view(stroke=None)
        .configure_axis(gridColor="#8882", domainColor="#888", tickColor="#888")
        .configure_header(labelFontWeight="bold", title=None)
        .configure_title(fontSize=15, subtitleColor="#777", offset=12)
    )
    return finished
