"""States of a chain over time: shares of all paths, and single paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from detente.plotting.style import PANEL, WIDE, Chart, inline, panels, percent_tip
from detente.plotting.subject import Subject


def occupancy(subject: Subject, chain: str, policies: Sequence[str]) -> Chart:
    """See :meth:`Plots.occupancy`."""
    table = subject.forecast.occupancy(chain)
    states = subject.forecast.chains[chain]
    rows = []
    for policy in policies:
        shares = table.sel(policy=policy).to_numpy()
        for position, state in enumerate(states):
            rows += [
                {"policy": policy, "date": date, "state": state, "order": position, "share": y}
                for date, y in zip(subject.dates, shares[:, position].tolist(), strict=True)
            ]
    width = WIDE if len(policies) == 1 else PANEL
    base = alt.Chart(inline(rows), width=width, height=width * 0.55)
    area = base.mark_area(line=False, opacity=0.92).encode(
        x=subject.time_axis(),
        y=alt.Y("share:Q", stack="zero", axis=alt.Axis(format="%", title="share of paths")).scale(
            domain=[0, 1]
        ),
        color=_state_color(subject, chain),
        order=alt.Order("order:Q"),
        tooltip=["policy:N", "state:N", subject.date_tip(), percent_tip("share")],
    )
    return subject.finish(panels(area, policies), f"States of {chain}")


def ribbons(subject: Subject, chain: str, policy: str, n_paths: int) -> Chart:
    """See :meth:`Plots.paths`."""
    kept = subject.forecast.paths[chain].sel(policy=policy)[:n_paths]
    dates = subject.dates
    rows: list[dict[str, Any]] = []
    for path, states in zip(kept["path"].to_numpy().tolist(), kept.to_numpy(), strict=True):
        begin = 0
        for position in range(1, len(states)):
            if position == len(states) - 1 or states[position] != states[begin]:
                row = {"path": path, "from": dates[begin], "to": dates[position]}
                rows.append({**row, "state": str(states[begin])})
                begin = position
    chart = (
        alt.Chart(inline(rows), width=WIDE, height=13 * len(kept["path"]))
        .mark_bar(height=9)
        .encode(
            x=subject.time_axis("from"),
            x2="to:T" if subject.forecast.has_calendar else "to:Q",
            y=alt.Y(
                "path:O", title="path", axis=alt.Axis(ticks=False, domain=False, titlePadding=12)
            ),
            color=_state_color(subject, chain),
            tooltip=["path:O", "state:N"],
        )
    )
    return subject.finish(
        chart,
        f"Single paths of {chain} under {policy}",
        f"the first {len(kept['path'])} paths, read at the report dates",
    )


def _state_color(subject: Subject, chain: str) -> alt.Color:
    """Colours of the states, with their legend below the chart."""
    legend = alt.Legend(
        orient="bottom", columns=5, titleOrient="left", titlePadding=12, labelLimit=130
    )
    return alt.Color("state:N", title=chain, scale=subject.state_scale(chain), legend=legend)
