"""Which parameters matter at all: Morris' effects, PAWN indices with their thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt

from detente.plotting.label_places import label_places
from detente.plotting.style import (
    LINE,
    LINE_HEIGHT,
    POLICY_COLORS,
    QUIET,
    WIDE,
    Chart,
    finish,
    inline,
    interval_rule,
    plain_axis,
    with_unit,
)
from detente.plotting.subject import Subject

if TYPE_CHECKING:
    from detente.screening import Screening
    from detente.sensitivity_indices import Sensitivity

_SEEN, _UNSEEN = POLICY_COLORS[0], "#BBB"

#: Of the chart of effects and of the names in it, in pixels.
_HEIGHT = 0.6 * WIDE
_FONT_SIZE = 10

#: A longer name is cut, so that it does not cover other dots.
_LONGEST_NAME = 26


def effect_dots(found: Screening, most: int) -> Chart:
    """See :meth:`Screening.plot`."""
    kinds = ("above the noise", "within the noise")
    rows: list[dict[str, Any]] = []
    for name, effect in found.effects.items():
        size, sigma = effect.mu_star, effect.sigma
        rows.append(
            {
                "parameters": name,
                "mu_star": size.estimate,
                "low": size.low,
                "high": size.high,
                # What moves as a group has no σ: it stands on the axis.
                "sigma": sigma.estimate if sigma.estimate == sigma.estimate else 0.0,
                "floor": effect.floor,
                "effect": kinds[0] if effect.is_seen else kinds[1],
            }
        )
    ends = (
        max(row["high"] for row in rows) or 1.0,
        1.05 * max(row[name] for row in rows for name in ("sigma", "mu_star")) or 1.0,
    )
    x_axis = alt.X(
        "mu_star:Q",
        title=with_unit("μ*, mean size of elementary effects", found.unit),
        axis=plain_axis(),
        scale=alt.Scale(domain=[0, ends[0]]),
    )
    y_axis = alt.Y(
        "sigma:Q",
        title=with_unit("σ, their spread", found.unit),
        axis=plain_axis(),
        scale=alt.Scale(domain=[0, ends[1]]),
    )
    base = alt.Chart(inline(rows), width=WIDE, height=_HEIGHT).encode(x=x_axis, y=y_axis)
    tips: list[Any] = ["parameters:N"]
    tips += [
        alt.Tooltip(f"{name}:Q", format=".3g")
        for name in ("mu_star", "low", "high", "sigma", "floor")
    ]
    scale = alt.Scale(domain=list(kinds), range=[_SEEN, _UNSEEN])
    legend = alt.Legend(title=None, orient="top", direction="horizontal")
    color = alt.Color("effect:N", scale=scale, legend=legend, sort=list(kinds))
    reach = base.mark_rule(strokeWidth=1, opacity=0.4).encode(x="low:Q", x2="high:Q", color=color)
    dots = base.mark_point(filled=True, size=55, opacity=1).encode(color=color, tooltip=tips)
    corner = min(ends)
    line = [{"mu_star": 0.0, "sigma": 0.0}, {"mu_star": corner, "sigma": corner}]
    equal = alt.Chart(inline(line)).mark_line(color=QUIET, strokeWidth=1, strokeDash=[5, 4])
    names = alt.Chart(inline(_names(rows, most, ends))).mark_text(
        align="left", fontSize=_FONT_SIZE, color=LINE
    )
    return finish(
        alt.layer(
            equal.encode(x="mu_star:Q", y="sigma:Q"),
            reach,
            dots,
            names.encode(x="mu_star:Q", y="sigma:Q", text="name:N"),
        ),
        f"What {found.outcome} under {found.policy} hangs on: Morris' elementary effects",
        [
            "change of the expected outcome over the 5 to 95 % range of a parameter; lines: 95 % "
            "intervals",
            "near the dashed line, σ = μ*, effects differ with where the other parameters are;",
            "correlated parameters move together and have no σ: their dots are on the axis",
            f"{found.title}: {found.n_trajectories} trajectories, {found.n_paths} paths at each of "
            f"{found.n_points:,} points, seed {found.seed}",
        ],
    )


def _names(
    rows: Sequence[dict[str, Any]], most: int, ends: tuple[float, float]
) -> list[dict[str, Any]]:
    """The names of the first dots above the noise, where they cover nothing."""
    units = ends[0] / WIDE, ends[1] / _HEIGHT
    first = [row for row in rows if row["effect"].startswith("above")][:most]
    # Those without a name come last.
    ordered = [*first, *(row for row in rows if row not in first)]
    dots = [(row["mu_star"] / units[0], _HEIGHT - row["sigma"] / units[1]) for row in ordered]
    names = [_short(row["parameters"]) for row in first]
    places = label_places(dots, names, WIDE, _FONT_SIZE)
    return [
        {"name": name, "mu_star": place[0] * units[0], "sigma": (_HEIGHT - place[1]) * units[1]}
        for name, place in zip(names, places, strict=True)
        if place is not None
    ]


def pawn_bars(found: Sensitivity, most: int) -> Chart:
    """See :meth:`Sensitivity.plot`."""
    names = list(found.pawn)[:most]
    kinds = ("above its threshold", "not seen")
    rows: list[dict[str, Any]] = []
    for name in names:
        item = found.pawn[name]
        figures = {
            "index": item.index.estimate,
            "low": item.index.low,
            "high": item.index.high,
            "threshold": item.threshold,
        }
        # JSON has no NaN: an outcome without spread has no bars.
        numbers = {key: value if value == value else None for key, value in figures.items()}
        kind = kinds[0] if item.is_seen else kinds[1]
        rows.append({"parameter": name, "effect": kind, **numbers})
    axis = alt.Axis(labelLimit=190, domain=False, ticks=False, labelPadding=8)
    base = alt.Chart(inline(rows), width=WIDE - 70, height=LINE_HEIGHT * len(names)).encode(
        y=alt.Y("parameter:N", sort=names, title=None, axis=axis)
    )
    tips: list[Any] = ["parameter:N"]
    tips += [
        alt.Tooltip(f"{name}:Q", format=".3f") for name in ("index", "low", "high", "threshold")
    ]
    scale = alt.Scale(domain=list(kinds), range=[POLICY_COLORS[5], _UNSEEN])
    legend = alt.Legend(title=None, orient="top", direction="horizontal")
    bars = base.mark_bar(size=13).encode(
        x=alt.X("index:Q", title="PAWN index", axis=plain_axis()),
        color=alt.Color("effect:N", scale=scale, legend=legend, sort=list(kinds)),
        tooltip=tips,
    )
    intervals = interval_rule(base)
    thresholds = base.mark_tick(color=POLICY_COLORS[1], thickness=2.5, size=19).encode(
        x="threshold:Q"
    )
    return Subject(found.forecast).finish(
        alt.layer(bars, intervals, thresholds),
        f"How far each parameter moves the distribution of {found.outcome} under {found.policy}",
        "mean distance (Kolmogorov-Smirnov) of slides from the whole; dark lines: 95 % intervals",
        "orange: threshold that one parameter without effect in a hundred exceeds",
    )


def _short(name: str) -> str:
    first, _, others = name.partition(" + ")
    if len(name) <= _LONGEST_NAME or not others:
        return name
    return f"{first} + {1 + others.count(' + ')} more"
