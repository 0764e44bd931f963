"""Single figures side by side: outcomes by policy, differences, one outcome against another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt

from detente.errors import ArgumentError
from detente.estimates import SHARES
from detente.plotting.layout import labels_beside
from detente.plotting.style import QUIET, WIDE, Chart, inline, plain_axis, with_unit
from detente.plotting.subject import Subject

if TYPE_CHECKING:
    import pandas as pd

#: Columns that a table fills where paths share draws: how the estimate moves with the parameters.
BAND = ("band_low", "band_high")

_COLUMNS = 2
_PANEL_WIDTH = 305
_LINE_HEIGHT = 21


def outcomes(subject: Subject, chosen: Sequence[str], policies: Sequence[str]) -> Chart:
    """See :meth:`Plots.outcomes`."""
    table = subject.forecast.outcomes
    return _figures(subject, table, "estimate", chosen, policies, "Outcomes by policy")


def comparison(
    subject: Subject, baseline: str, chosen: Sequence[str], policies: Sequence[str]
) -> Chart:
    """See :meth:`Plots.comparison`."""
    others = [policy for policy in policies if policy != baseline]
    if not others:
        raise ArgumentError(f"there is no policy but the baseline, `{baseline}`, to show")
    table = subject.forecast.compare(baseline)
    title = f"Differences to {baseline}"
    return _figures(subject, table, "difference", chosen, others, title)


def _figures(
    subject: Subject,
    table: pd.DataFrame,
    column: str,
    chosen: Sequence[str],
    policies: Sequence[str],
    title: str,
) -> Chart:
    has_bands = set(BAND) <= set(table.columns) and bool(table[BAND[0]].notna().any())
    rows = [
        {"panel": with_unit(outcome, row["unit"]), **row}
        for outcome in chosen
        for row in _rows(table, column, outcome, policies, BAND if has_bands else ())
    ]
    titles = list(dict.fromkeys(row["panel"] for row in rows))
    chart = (
        alt.layer(*_layers(subject, rows, column, policies, has_bands), data=inline(rows))
        .properties(width=_PANEL_WIDTH, height=_LINE_HEIGHT * len(policies))
        .facet(
            alt.Facet("panel:N", sort=titles), columns=_COLUMNS, spacing={"row": 12, "column": 24}
        )
        .resolve_scale(x="independent")
    )
    intervals = "thick, dark: 95 % Monte Carlo interval"
    if column == "difference":
        intervals += " of the paired difference"
    if has_bands:
        intervals += "; thin, pale: epistemic band"
    return subject.finish(chart, title, intervals)


def _rows(
    table: pd.DataFrame,
    column: str,
    outcome: str,
    policies: Sequence[str],
    more: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Shares in per cent; differences of shares in percentage points."""
    names = [column, "low", "high", *more]
    rows = []
    for policy in policies:
        entry: Any = table.loc[(policy, outcome)]
        scale = 100 if entry["kind"] in SHARES else 1
        values = {name: float(entry[name]) * scale for name in names}
        unit = str(entry["unit"])
        if scale == 100:
            unit = "percentage points" if column == "difference" else "% of paths"
        # JSON has no NaN: where there is no figure the line of the policy stays empty.
        numbers = {name: value if value == value else None for name, value in values.items()}
        rows.append({"policy": policy, "unit": unit, **numbers})
    return rows


def _layers(
    subject: Subject,
    rows: Sequence[dict[str, Any]],
    column: str,
    policies: Sequence[str],
    has_bands: bool,
) -> list[Chart]:
    """From below: the line of no difference, bands, intervals, dots."""
    is_difference = column == "difference"
    lines = alt.Axis(labelLimit=150, domain=False, ticks=False, grid=True, labelPadding=8)
    base = alt.Chart().encode(
        y=alt.Y("policy:N", sort=list(policies), title=None, axis=lines),
        color=subject.policy_color(policies, legend=False),
    )
    names = [name for name in (column, "low", "high", *BAND) if name in rows[0]]
    tips: list[Any] = ["policy:N", *(alt.Tooltip(f"{name}:Q", format=".4g") for name in names)]
    x_axis = alt.X("low:Q", title=None, axis=plain_axis(is_difference))
    x_axis = x_axis.scale(zero=is_difference, padding=8)
    layers: list[Chart] = []
    if is_difference:
        zero = alt.Chart().mark_rule(color=QUIET, strokeWidth=1)
        layers.append(zero.encode(x=alt.X(datum=0)))
    if has_bands:
        band = base.mark_rule(strokeWidth=1.5, opacity=0.45)
        layers.append(band.encode(x=f"{BAND[0]}:Q", x2=f"{BAND[1]}:Q"))
    interval = base.mark_rule(strokeWidth=4.5, opacity=0.75, strokeCap="butt")
    layers.append(interval.encode(x=x_axis, x2="high:Q"))
    dot = base.mark_point(filled=True, size=52, opacity=1, stroke="white", strokeWidth=1)
    layers.append(dot.encode(x=f"{column}:Q", tooltip=tips))
    return layers


def tradeoff(subject: Subject, x: str, y: str, policies: Sequence[str]) -> Chart:
    """See :meth:`Plots.tradeoff`."""
    table = subject.forecast.outcomes
    rows = []
    for policy in policies:
        row: dict[str, Any] = {"policy": policy}
        for axis, outcome in (("x", x), ("y", y)):
            (figures,) = _rows(table, "estimate", outcome, [policy])
            row |= {f"{axis}_{name}": value for name, value in figures.items() if name != "policy"}
        rows.append(row)
    frames = {axis: _extent(rows, axis) for axis in "xy"}
    width, height = WIDE + 90, WIDE * 0.68
    spots = [
        (
            width * _share(row["x_estimate"], frames["x"]),
            height * _share(row["y_estimate"], frames["y"]),
        )
        for row in rows
    ]
    for row, place in zip(rows, labels_beside(spots, policies, width), strict=True):
        low, high = frames["x"]
        row["label_x"] = low + place.point[0] / width * (high - low)
        low, high = frames["y"]
        row["label_y"] = low + place.point[1] / height * (high - low)
        row["align"] = place.align
    base = alt.Chart(inline(rows), width=width, height=height).encode(
        color=subject.policy_color(policies, legend=False)
    )
    x_axis = _plane_axis(alt.X, rows, "x", x, frames["x"])
    y_axis = _plane_axis(alt.Y, rows, "y", y, frames["y"])
    across = base.mark_rule(opacity=0.6, strokeWidth=1.5).encode(
        x=alt.X("x_low:Q"), x2="x_high:Q", y="y_estimate:Q"
    )
    along = base.mark_rule(opacity=0.6, strokeWidth=1.5).encode(
        y=alt.Y("y_low:Q"), y2="y_high:Q", x="x_estimate:Q"
    )
    dot = base.mark_point(filled=True, size=90, opacity=1).encode(x=x_axis, y=y_axis)
    names = [
        alt.Chart(inline(some))
        .mark_text(align=align, baseline="middle", fontSize=12)
        .encode(x="label_x:Q", y="label_y:Q", text="policy:N")
        for align in ("left", "right")
        if (some := [row for row in rows if row["align"] == align])
    ]
    return subject.finish(
        alt.layer(dot, across, along, *names),
        f"{y} against {x}",
        "lines: 95 % Monte Carlo intervals",
    )


def _extent(rows: Sequence[dict[str, Any]], axis: str) -> tuple[float, float]:
    """The ends of an axis, with room for dots at the edge."""
    names = (f"{axis}_estimate", f"{axis}_low", f"{axis}_high")
    values = [row[name] for row in rows for name in names if row[name] is not None]
    if not values:
        raise ArgumentError("there are no figures to show: none of the paths counts")
    room = 0.06 * (max(values) - min(values)) or 0.5
    return min(values) - room, max(values) + room


def _share(value: float | None, frame: tuple[float, float]) -> float:
    """Where a value lies between the ends."""
    return 0.0 if value is None else (value - frame[0]) / (frame[1] - frame[0])


def _plane_axis(
    channel: type[alt.X] | type[alt.Y],
    rows: Sequence[dict[str, Any]],
    axis: str,
    outcome: str,
    frame: tuple[float, float],
) -> Any:  # noqa: ANN401 - one of the two channels
    return channel(
        f"{axis}_estimate:Q",
        title=with_unit(outcome, rows[0][f"{axis}_unit"]),
        axis=plain_axis(),
        scale=alt.Scale(domain=list(frame), nice=False, zero=False),
    )
