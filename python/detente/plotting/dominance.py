"""Two policies' distribution functions, and where one of them is the better."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from detente.plotting.style import (
    LINE,
    QUIET,
    WIDE,
    Chart,
    inline,
    plain_axis,
    with_unit,
)
from detente.plotting.subject import Subject

if TYPE_CHECKING:
    import pandas as pd

    from detente.dominance import Dominance, Order

_BAND = "#56B4E9"


def dominance_curves(found: Dominance) -> Chart:
    """See :meth:`Dominance.plot`."""
    subject = Subject(found.forecast)
    curves = found.curves
    first_order: Any = curves.xs(1, level="order")
    second_order: Any = curves.xs(2, level="order")
    worse = "or less" if found.better == "higher" else "or more"
    lacking = "shortfall" if found.better == "higher" else "excess"
    title = with_unit(found.outcome, found.unit)
    charts = [
        _functions(found, subject, first_order, f"paths with that {worse}"),
        _difference(100 * first_order, found.first_order, "difference, pp"),
        _difference(second_order, found.second_order, f"mean {lacking}, difference", title),
    ]
    return subject.finish(
        alt.vconcat(*charts, spacing=14).resolve_scale(x="shared"),
        f"Does {found.first} dominate {found.second} by {found.outcome}?",
        f"first order: {found.first_order.verdict}; second order: {found.second_order.verdict} "
        "(95 %)",
        f"below 0 {found.first} is better; bands hold the whole curve with 95 %; grey: where "
        "dominance is to be shown",
    )


def _functions(found: Dominance, subject: Subject, curve: pd.DataFrame, axis_title: str) -> Chart:
    rows: list[dict[str, Any]] = [
        {"policy": policy, "value": value, "share": share}
        for policy, column in ((found.first, "first"), (found.second, "second"))
        for value, share in zip(curve.index.tolist(), curve[column].tolist(), strict=True)
    ]
    names = [found.first, found.second]
    line: Chart = (
        alt.Chart(inline(rows), width=WIDE, height=WIDE * 0.35)
        .mark_line(strokeWidth=2, interpolate=_steps(found))
        .encode(
            x=alt.X("value:Q", title=None, axis=plain_axis()).scale(zero=False),
            y=alt.Y("share:Q", axis=alt.Axis(format="%", title=axis_title)),
            color=subject.policy_color(names),
            strokeDash=subject.policy_dash(names),
            tooltip=["policy:N", alt.Tooltip("value:Q", format=".4g"), "share:Q"],
        )
    )
    return line


def _steps(found: Dominance) -> Any:  # noqa: ANN401 - a word that Altair types
    """A share at or below a value holds to the next value, one at or above it from the last."""
    return "step-after" if found.better == "higher" else "step-before"


def _difference(
    curve: pd.DataFrame, order: Order, axis_title: str, x_title: str | None = None
) -> Chart:
    table: Any = curve[["difference", "low", "high"]].reset_index()
    rows: list[dict[str, Any]] = table.to_dict("records")
    base = alt.Chart(inline(rows), width=WIDE, height=WIDE * 0.2).encode(
        x=alt.X("value:Q", title=x_title, axis=plain_axis()).scale(zero=False)
    )
    shown = alt.Chart(inline([{"from": order.shown_from, "to": order.shown_to}]))
    shade = shown.mark_rect(color=QUIET, opacity=0.1).encode(x="from:Q", x2="to:Q")
    zero = alt.Chart().mark_rule(color=QUIET, strokeWidth=1).encode(y=alt.Y(datum=0))
    band = base.mark_area(color=_BAND, opacity=0.35).encode(
        y=alt.Y("low:Q", title=axis_title, axis=plain_axis(True)), y2="high:Q"
    )
    tips = [alt.Tooltip(f"{name}:Q", format=".4g") for name in rows[0]]
    line = base.mark_line(color=LINE, strokeWidth=1.5).encode(y="difference:Q", tooltip=tips)
    return alt.layer(shade, band, zero, line, data=inline(rows))
