"""What a hazard is made of: its factors over time, and what they add to a difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt

from detente.comparison import LARGEST_LOG
from detente.errors import ArgumentError
from detente.hazard_drivers import ALL_DATES, WHOLE
from detente.plotting.style import (
    DASHES,
    LINE_HEIGHT,
    PANEL,
    POLICY_COLORS,
    QUIET,
    WIDE,
    Chart,
    finish,
    inline,
)
from detente.simulation import check_policies

if TYPE_CHECKING:
    from detente.hazard_drivers import Drivers

#: Where fewer paths are at risk lines would show little but noise.
FEWEST_AT_RISK = 30


_PARTS = {"same_paths": "on the same paths", "selection": "which paths are at risk"}
_PART_COLORS = [POLICY_COLORS[5], POLICY_COLORS[4]]


def contribution_lines(found: Drivers, policies: Sequence[str] | str | None, most: int) -> Chart:
    """See :meth:`Drivers.plot`."""
    names = _chosen(found, policies)
    shown = found.ordered_factors()[:most]
    titles = {WHOLE: "hazard"} | {name: name for name in shown}
    rows = [
        {"factor": title, **row}
        for name in names
        for factor, title in titles.items()
        for row in _points(found, name, factor)
    ]
    if not rows:
        raise ArgumentError(
            f"at no date are {FEWEST_AT_RISK} paths at risk of `{found.transition}`; play more"
        )
    has_calendar = found.has_calendar
    time = alt.X("date:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(tickCount=4))
    base = alt.Chart(inline(rows), width=PANEL - 40, height=PANEL * 0.5).encode(
        x=time if has_calendar else alt.X("date:Q", title="time"), color=_color(found, names)
    )
    axis = alt.Axis(tickCount=4, format=".3~g", grid=False)
    scale = alt.Scale(type="log", zero=False, nice=False)
    band = base.mark_area(opacity=0.2).encode(
        y=alt.Y("low:Q", title=None, axis=axis, scale=scale), y2="high:Q"
    )
    tips: list[Any] = ["factor:N", "policy:N", alt.Tooltip("date:T" if has_calendar else "date:Q")]
    tips += [alt.Tooltip(f"{name}:Q", format=".3g") for name in ("ratio", "low", "high")]
    line = base.mark_line(strokeWidth=1.8).encode(
        y="ratio:Q", strokeDash=_dash(found, names), tooltip=tips
    )
    facet = alt.Facet(
        "factor:N", sort=list(titles.values()), title=None, header=alt.Header(labelLimit=PANEL)
    )
    panels = alt.layer(band, line).facet(facet=facet, columns=3).resolve_scale(y="independent")
    left = len(found.factors) - len(shown)
    return _finish(
        found,
        panels,
        f"What the hazard of {found.transition} is made of",
        "geometric means over the paths at risk; hazard: the product of all, per "
        + ("year" if found.has_calendar else "unit of time"),
        f"bands: 95 % intervals; dates with fewer than {FEWEST_AT_RISK} paths at risk are left out"
        + (f"; {left} more factors are not shown" if left else ""),
    )


def difference_bars(
    found: Drivers, policies: Sequence[str] | str | None, date: str, most: int
) -> Chart:
    """See :meth:`Drivers.plot_differences`."""
    names = [name for name in _chosen(found, policies) if name != found.baseline]
    if not names:
        raise ArgumentError("there is no policy but the baseline: nothing differs from it")
    table: Any = found.differences.xs(date, level="date")
    shown = found.ordered_factors(date)[:most]
    rows = []
    for name in names:
        for factor in [*shown, WHOLE]:
            figures = {key: _number(value) for key, value in table.loc[(name, factor)].items()}
            rows.append({"policy": name, "factor": factor, **figures})
    parts = [
        {"policy": row["policy"], "factor": row["factor"], "part": words, "added": row[part]}
        for row in rows
        for part, words in _PARTS.items()
    ]
    if all(row["difference"] is None for row in rows):
        raise ArgumentError(f"at `{date}` no path is at risk under one of the policies")
    size: dict[str, Any] = {
        "width": WIDE - 130 if len(names) == 1 else PANEL,
        "height": LINE_HEIGHT * (len(shown) + 1),
    }
    label = "format(datum.value, '+.2~f') + ' (×' + format(exp(datum.value), '.2~r') + ')'"
    axis = alt.Axis(labelExpr=label, tickCount=4 if len(names) == 1 else 3)
    y = alt.Y(
        "factor:N",
        sort=[*shown, WHOLE],
        title=None,
        axis=alt.Axis(labelLimit=190, domain=False, ticks=False, labelPadding=8),
    )
    x = alt.X("added:Q", title="added to the mean log hazard", axis=axis, stack="zero")
    colors = alt.Scale(domain=list(_PARTS.values()), range=_PART_COLORS)
    legend = alt.Legend(title=None, orient="top", direction="horizontal", labelLimit=200)
    data = inline([*rows, *parts])
    bars = (
        alt.Chart(**size)
        .transform_filter("isValid(datum.part)")
        .mark_bar(size=13)
        .encode(
            x=x,
            y=y,
            color=alt.Color("part:N", scale=colors, legend=legend, sort=list(_PARTS.values())),
            tooltip=["policy:N", "factor:N", "part:N", alt.Tooltip("added:Q", format="+.3f")],
        )
    )
    whole = alt.Chart(**size).transform_filter("isValid(datum.difference)").encode(y=y)
    interval = whole.mark_rule(color="#333", strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
    tips: list[Any] = ["policy:N", "factor:N"]
    tips += [alt.Tooltip(f"{name}:Q", format="+.3f") for name in ("difference", "low", "high")]
    dot = whole.mark_point(filled=True, color="#333", size=32, opacity=1).encode(
        x="difference:Q", tooltip=tips
    )
    zero = alt.Chart().mark_rule(color=QUIET, strokeWidth=1).encode(x=alt.X(datum=0))
    layers: Any = alt.layer(bars, zero, interval, dot, data=data)
    if len(names) > 1:
        layers = layers.facet(facet=alt.Facet("policy:N", sort=names, title=None), columns=2)
    against = names[0] if len(names) == 1 else "Policies"
    when = "over all report dates" if date == ALL_DATES else f"on {date}"
    left = len(found.factors) - len(shown)
    return _finish(
        found,
        layers,
        f"{against} against {found.baseline}: the hazard of {found.transition}",
        f"what each factor adds to the difference of mean log hazards, {when}",
        "dots: both parts together, with 95 % intervals; they add up to the last line"
        + (f" with {left} more factors that are not shown" if left else ""),
    )


def _points(found: Drivers, policy: str, factor: str) -> list[dict[str, Any]]:
    """The line of a factor under a policy, where enough paths are at risk."""
    risks: Any = found.at_risk.loc[policy]
    share = risks["share"]
    table: Any = found.contributions.xs((policy, factor), level=("policy", "factor"))
    points = []
    for position, date in enumerate(found.dates):
        figures = table.loc[date]
        logs = [float(figures[name]) for name in ("mean", "low", "high")]
        ends = [_number(math.exp(value)) if value < LARGEST_LOG else None for value in logs]
        if share.loc[date] * found.n_paths < FEWEST_AT_RISK or None in ends:
            continue
        when = date if found.has_calendar else found.times[position]
        ratio, low, high = ends
        points.append(
            {
                "policy": policy,
                "date": when,
                "ratio": ratio,
                "low": low,
                "high": high,
            }
        )
    return points


def _chosen(found: Drivers, asked: Sequence[str] | str | None) -> list[str]:
    return check_policies(found, asked)


def _number(value: Any) -> float | None:  # noqa: ANN401 - NumPy's or Python's
    """JSON has no NaN: where there is no number nothing is drawn."""
    return float(value) if math.isfinite(value) else None


def _color(found: Drivers, names: Sequence[str]) -> alt.Color:
    """The colours that policies have in all charts of the scenario."""
    known = found.scenario.policies
    colors = [POLICY_COLORS[known.index(name) % len(POLICY_COLORS)] for name in names]
    legend = alt.Legend(
        title=None,
        orient="top",
        symbolType="stroke",
        symbolSize=400,
        symbolOpacity=1,
        symbolStrokeWidth=2,
    )
    return alt.Color("policy:N", scale=alt.Scale(domain=list(names), range=colors), legend=legend)


def _dash(found: Drivers, names: Sequence[str]) -> alt.StrokeDash:
    known = found.scenario.policies
    dashes = [list(DASHES[known.index(name) % len(DASHES)]) for name in names]
    return alt.StrokeDash("policy:N", scale=alt.Scale(domain=list(names), range=dashes))


def _finish(found: Drivers, chart: Any, title: str, *lines: str) -> Chart:  # noqa: ANN401
    rests_on = f"{found.title}: {found.n_paths:,} paths, seed {found.seed}"
    if found.partial:
        rests_on += f" (partial: {found.n_paths_requested:,} were asked for)"
    return finish(chart, title, [*lines, rests_on])
