"""Curves over time: cumulative incidence and bands of variables."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from detente.plotting.style import PANEL, WIDE, Chart, inline, panels, percent_tip, with_unit
from detente.plotting.subject import Subject


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
        y="share:Q", tooltip=["policy:N", subject.date_tip(), percent_tip("share")]
    )
    return subject.finish(alt.layer(band, line), f"Cumulative incidence of {outcome}")


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
    subtitle = "median, middle half and middle 90 % of the paths"
    return subject.finish(panels(alt.layer(wide, middle, line), policies), variable, subtitle)
