"""Curves over time: cumulative incidence and bands of variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from detente.plotting.style import (
    PANEL,
    WIDE,
    Chart,
    inline,
    panels,
    percent_tip,
    plain_axis,
    with_unit,
)
from detente.plotting.subject import Subject

#: So many policies share one frame with their bands; more get a panel each.
_MOST_TOGETHER = 5


def incidence(subject: Subject, outcome: str, policies: Sequence[str]) -> Chart:
    """See :meth:`Plots.incidence`."""
    table = subject.forecast.incidence(outcome)
    rows = []
    for policy in policies:
        for date, (y, low, high) in zip(
            subject.dates, table.sel(policy=policy).to_numpy().tolist(), strict=True
        ):
            rows.append({"policy": policy, "date": date, "share": y, "low": low, "high": high})
    base = alt.Chart(inline(rows), width=WIDE, height=WIDE * 0.5).encode(
        x=subject.time_axis(), color=subject.policy_color(policies)
    )
    band = base.mark_area(opacity=0.25).encode(
        y=alt.Y("low:Q", axis=alt.Axis(format="%", title="paths by then")), y2="high:Q"
    )
    line = base.mark_line(strokeWidth=2).encode(
        y="share:Q",
        strokeDash=subject.policy_dash(policies),
        tooltip=["policy:N", subject.date_tip(), percent_tip("share")],
    )
    return subject.finish(
        alt.layer(band, line),
        f"Cumulative incidence of {outcome}",
        *subject.outcome_words(outcome),
        "bands: 95 % Monte Carlo intervals",
    )


def hazard(subject: Subject, outcome: str, since: str | None, policies: Sequence[str]) -> Chart:
    """See :meth:`Plots.hazard`."""
    table = subject.forecast.hazard(outcome, since)
    rows: list[dict[str, Any]] = []
    for policy in policies:
        steps: Any = table.loc[policy]
        figures = steps[["hazard", "low", "high"]].to_dict("records")
        rows += [
            {"policy": policy, "time": float(begin), **row}
            for begin, row in zip(steps.index, figures, strict=True)
        ]
        rows.append({"policy": policy, "time": float(steps["to"].iloc[-1]), **figures[-1]})
    # The last intervals rest on few paths: theirs must not press the others flat.
    top = min(max(row["high"] for row in rows), 2 * max(row["hazard"] for row in rows))
    unit = subject.time_unit(outcome)
    clock = f"time since {since or 'the start'}"
    # The bands of many policies would hide one another.
    names = policies if len(policies) > _MOST_TOGETHER else policies[:1]
    width = WIDE if len(names) == 1 else PANEL
    base = alt.Chart(inline(rows), width=width, height=width * 0.55).encode(
        x=alt.X("time:Q", title=f"{clock}, {unit}", axis=plain_axis()).scale(nice=False),
        color=subject.policy_color(policies, legend=len(names) == 1),
    )
    scale = alt.Scale(domain=[0, top], clamp=False, nice=True) if top > 0 else alt.Undefined
    y = alt.Y("low:Q", title=f"hazard, per {unit.removesuffix('s')}", scale=scale)
    band = base.mark_area(opacity=0.16, interpolate="step-after", clip=True).encode(
        y=y, y2="high:Q"
    )
    tips = [alt.Tooltip(f"{name}:Q", format=".3g") for name in ("time", "hazard", "low", "high")]
    line = base.mark_line(strokeWidth=2, interpolate="step-after", clip=True).encode(
        y="hazard:Q",
        strokeDash=subject.policy_dash(policies, legend=len(names) == 1),
        tooltip=["policy:N", *tips],
    )
    return subject.finish(
        panels(alt.layer(band, line), names),
        f"Hazard of {outcome} since {since or 'the start'}",
        *subject.outcome_words(outcome),
        "constant in each interval: occurrences over time at risk; bands: 95 % Monte Carlo "
        "intervals",
    )


def bands(subject: Subject, variable: str, policies: Sequence[str]) -> Chart:
    """See :meth:`Plots.bands`."""
    table = subject.forecast.bands(variable)
    statistics = [str(name) for name in table.coords["statistic"].values]
    rows = []
    for policy in policies:
        values = table.sel(policy=policy).to_numpy().tolist()
        for date, row in zip(subject.dates, values, strict=True):
            figures = dict(zip(statistics, row, strict=True))
            rows.append({"policy": policy, "date": date, **figures})
    width = WIDE if len(policies) == 1 else PANEL
    base = alt.Chart(inline(rows), width=width, height=width * 0.55).encode(
        x=subject.time_axis(),
        color=subject.policy_color(policies, legend=False),
    )
    title = with_unit(variable, subject.forecast.variables[variable])
    wide = base.mark_area(opacity=0.18).encode(
        y=alt.Y("q05:Q", title=title).scale(zero=False), y2="q95:Q"
    )
    middle = base.mark_area(opacity=0.3).encode(y="q25:Q", y2="q75:Q")
    tips = [alt.Tooltip(f"{name}:Q", format=".4g") for name in ("q05", "q50", "q95")]
    line = base.mark_line(strokeWidth=2).encode(
        y="q50:Q", tooltip=["policy:N", subject.date_tip(), *tips]
    )
    words = subject.forecast.scenario.variables.loc[variable, "description"]
    return subject.finish(
        panels(alt.layer(wide, middle, line), policies),
        variable,
        *([str(words)] if words else []),
        "median, middle half and middle 90 % of the paths",
    )
