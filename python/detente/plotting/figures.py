"""Single figures side by side: outcomes by policy, and one outcome against another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from detente.estimates import SHARES
from detente.plotting.style import WIDE, Chart, inline, number_axis, with_unit
from detente.plotting.subject import Subject


def outcomes(subject: Subject, chosen: Sequence[str], policies: Sequence[str]) -> Chart:
    """See :meth:`Plots.outcomes`."""
    made = [_outcome_panel(subject, outcome, policies) for outcome in chosen]
    rows = [alt.hconcat(*made[start : start + 2]) for start in range(0, len(made), 2)]
    return subject.finish(alt.vconcat(*rows), "Outcomes by policy", "95 % Monte Carlo intervals")


def _outcome_panel(subject: Subject, outcome: str, policies: Sequence[str]) -> Chart:
    estimates = {policy: subject.forecast.estimate(policy, outcome) for policy in policies}
    is_share = next(iter(estimates.values())).kind in SHARES
    rows = [
        {"policy": policy, "estimate": item.estimate, "low": item.low, "high": item.high}
        for policy, item in estimates.items()
        if item.n > 0
    ]
    title = with_unit(outcome, next(iter(estimates.values())).unit)
    base = alt.Chart(inline(rows), width=260, height=17 * len(policies)).encode(
        y=alt.Y("policy:N", sort=list(policies), title=None),
        color=subject.policy_color(policies, legend=False),
    )
    tips: list[Any] = ["policy:N"]
    tips += [
        alt.Tooltip(f"{name}:Q", format=".2%" if is_share else ".4g")
        for name in ("estimate", "low", "high")
    ]
    interval = base.mark_rule(strokeWidth=2, opacity=0.6).encode(
        x=alt.X("low:Q", title=title, axis=number_axis(is_share)).scale(zero=False), x2="high:Q"
    )
    dot = base.mark_point(filled=True, size=60, opacity=1).encode(x="estimate:Q", tooltip=tips)
    return alt.layer(interval, dot)


def tradeoff(subject: Subject, x: str, y: str, policies: Sequence[str]) -> Chart:
    """See :meth:`Plots.tradeoff`."""
    rows = []
    kinds = {}
    for policy in policies:
        row: dict[str, Any] = {"policy": policy}
        for axis, outcome in (("x", x), ("y", y)):
            item = subject.forecast.estimate(policy, outcome)
            kinds[axis] = (item.kind in SHARES, item.unit)
            row |= {axis: item.estimate, f"{axis}_low": item.low, f"{axis}_high": item.high}
        rows.append(row)
    base = alt.Chart(inline(rows), width=WIDE * 0.8, height=WIDE * 0.6).encode(
        color=subject.policy_color(policies, legend=False)
    )
    x_axis = alt.X("x:Q", title=with_unit(x, kinds["x"][1]), axis=number_axis(kinds["x"][0]))
    y_axis = alt.Y("y:Q", title=with_unit(y, kinds["y"][1]), axis=number_axis(kinds["y"][0]))
    x_axis, y_axis = x_axis.scale(zero=False, padding=30), y_axis.scale(zero=False, padding=20)
    across = base.mark_rule(opacity=0.5).encode(x=alt.X("x_low:Q"), x2="x_high:Q", y="y:Q")
    along = base.mark_rule(opacity=0.5).encode(y=alt.Y("y_low:Q"), y2="y_high:Q", x="x:Q")
    dot = base.mark_point(filled=True, size=80, opacity=1).encode(x=x_axis, y=y_axis)
    name = base.mark_text(align="left", dx=8, dy=-6).encode(x="x:Q", y="y:Q", text="policy:N")
    return subject.finish(alt.layer(dot, across, along, name), f"{y} against {x}")
