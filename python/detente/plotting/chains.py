"""The diagram of a chain: its states, and the transitions between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import altair as alt

from detente.number_format import plain
from detente.plotting.flows import Flows, Pair, flows
from detente.plotting.layout import HEIGHT, WIDTH, Arrow, Place, arrow, label_points, places
from detente.plotting.style import Chart, inline
from detente.plotting.subject import Subject
from detente.structure import Move, movers, moves

_INK = "#5f6b76"


def diagram(subject: Subject, chain: str, policy: str) -> Chart:
    """See :meth:`Plots.chain`."""
    forecast = subject.forecast
    scenario = forecast.scenario
    known = [move for move in moves(scenario) if move.chain == chain]
    flow = flows(forecast, chain, policy, known)
    states = forecast.chains[chain]
    occupancy = forecast.occupancy(chain).sel(policy=policy)
    at_end = occupancy[-1].to_numpy().tolist()
    spent = (occupancy.integrate("time") / (forecast.times[-1] - forecast.times[0])).to_numpy()
    spots = dict(zip(states, places(at_end), strict=True))
    layers = [
        *_arrow_layers(spots, known, flow),
        *_state_layers(subject, chain, spots, at_end, spent.tolist()),
    ]
    end = subject.forecast.dates[-1]
    lines = [f"circles: share of paths at the end, {end} (of all time in brackets)", flow.origin]
    by_effect = movers(scenario)[chain]
    if by_effect:
        lines[-1] += f"; effects of {_listed(by_effect)} move it too"
    if any(not _names(known, pair) for pair in _pairs(known, flow)):
        lines.append("dashed: by effects, or by several transitions between two report dates")
    chart = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)
    return subject.finish(chart, f"States of {chain} under {policy}", *lines)


def _state_layers(
    subject: Subject,
    chain: str,
    spots: dict[str, Place],
    at_end: Sequence[float],
    spent: Sequence[float],
) -> list[Chart]:
    rows = []
    for (state, place), share, time in zip(spots.items(), at_end, spent, strict=True):
        x, y = place.label
        rows.append(
            {
                "state": state,
                "x": place.center[0],
                "y": place.center[1],
                "area": 4 * place.radius**2,
                "label_x": x,
                "label_y": y,
                "align": place.label_align,
                "share": share,
                "time": time,
                "figures": f"{100 * share:.0f} % ({100 * time:.0f} %)",
            }
        )
    tips = [
        "state:N",
        alt.Tooltip("share:Q", title="share of paths at the end", format=".1%"),
        alt.Tooltip("time:Q", title="share of the time", format=".1%"),
    ]
    circles = (
        alt.Chart(inline(rows))
        .mark_point(filled=True, opacity=1, shape="circle")
        .encode(
            x=_x("x"),
            y=_y("y"),
            size=alt.Size("area:Q", scale=None),
            color=alt.Color("state:N", scale=subject.state_scale(chain), legend=None),
            tooltip=tips,
        )
    )
    layers: list[Chart] = [circles]
    aligns: tuple[Literal["left", "right", "center"], ...] = ("left", "right", "center")
    for align in aligns:
        some = [row for row in rows if row["align"] == align]
        if not some:
            continue
        base = alt.Chart(inline(some)).encode(x=_x("label_x"), y=_y("label_y"))
        name = base.mark_text(align=align, fontWeight="bold", fontSize=13, dy=-7)
        figures = base.mark_text(align=align, fontSize=12, dy=8)
        layers += [name.encode(text="state:N"), figures.encode(text="figures:N")]
    return layers


def _arrow_layers(spots: dict[str, Place], known: Sequence[Move], flow: Flows) -> list[Chart]:
    pairs = _pairs(known, flow)
    arrows = [arrow(spots[source], spots[target]) for source, target in pairs]
    if not arrows:
        return []
    names = [_names(known, pair) for pair in pairs]
    texts = [_arrow_text(name, flow, pair) for name, pair in zip(names, pairs, strict=True)]
    largest = max(flow.per_path.values(), default=0) or 1
    widths = [1.2 + 4 * flow.per_path.get(pair, 0) / largest for pair in pairs]
    dashes = [name == "" for name in names]
    rows, heads, labels = [], [], []
    for position, (bow, width, dashed) in enumerate(zip(arrows, widths, dashes, strict=True)):
        points = [bow.at(step / 24) for step in range(25)]
        rows += [
            {"arrow": position, "step": step, "x": x, "y": y, "width": width, "dashed": dashed}
            for step, (x, y) in enumerate(points)
        ]
        heads.append(_head(bow, width))
    for (x, y), label in zip(label_points(arrows, texts), texts, strict=True):
        labels.append({"x": x, "y": y, "text": label})
    lines = (
        alt.Chart(inline(rows))
        .mark_line(color=_INK, opacity=0.75)
        .encode(
            x=_x("x"),
            y=_y("y"),
            order="step:Q",
            detail="arrow:N",
            strokeWidth=alt.StrokeWidth("width:Q", scale=None),
            strokeDash=alt.StrokeDash(
                "dashed:N", scale=alt.Scale(domain=[False, True], range=[[1, 0], [5, 4]])
            ).legend(None),
        )
    )
    points = (
        alt.Chart(inline(heads))
        .mark_point(shape="triangle", filled=True, color=_INK, opacity=1)
        .encode(
            x=_x("x"),
            y=_y("y"),
            angle=alt.Angle("angle:Q", scale=None),
            size=alt.Size("area:Q", scale=None),
        )
    )
    text = alt.Chart(inline(labels)).encode(x=_x("x"), y=_y("y"), text="text:N")
    halo = text.mark_text(fontSize=11, stroke="white", strokeWidth=5, strokeJoin="round")
    return [lines, points, halo, text.mark_text(fontSize=11, color="#333")]


def _pairs(known: Sequence[Move], flow: Flows) -> list[Pair]:
    """Moves of transitions, then those that only effects make; none from a state to itself."""
    pairs = [(move.source, move.target) for move in known] + list(flow.per_path)
    return [pair for pair in dict.fromkeys(pairs) if pair[0] != pair[1]]


def _names(known: Sequence[Move], pair: Pair) -> str:
    names = [move.transition for move in known if (move.source, move.target) == pair]
    return ", ".join(dict.fromkeys(names))


def _arrow_text(name: str, flow: Flows, pair: Pair) -> str:
    if not flow.per_path:
        return name
    return f"{name} {plain(flow.per_path.get(pair, 0), 2)}".strip()


def _head(bow: Arrow, width: float) -> dict[str, Any]:
    x, y = bow.end
    return {"x": x, "y": y, "angle": bow.bearing, "area": 90 + 22 * width}


def _listed(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _x(column: str) -> alt.X:
    return alt.X(f"{column}:Q", axis=None, scale=alt.Scale(domain=[0, WIDTH], nice=False))


def _y(column: str) -> alt.Y:
    return alt.Y(f"{column}:Q", axis=None, scale=alt.Scale(domain=[0, HEIGHT], nice=False))
