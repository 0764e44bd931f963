"""``detente trace``: the history of one path."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import options
from detente.cli.console import output, write_json
from detente.cli.exit_codes import exits
from detente.number_format import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.text import Text

    from detente import _core
    from detente.history import Trace


@exits
def trace(
    file: options.File,
    path: Annotated[int, typer.Option("--path", help="Number of the path, from 0.")] = 0,
    policy: Annotated[
        str | None,
        typer.Option("--policy", "-p", help="The first by default.", show_default=False),
    ] = None,
    seed: options.Seed = "0",
    paths_per_draw: options.PathsPerDraw = 1,
    sobol: options.Sobol = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Show competing hazards where no state changed, too.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Replay one path alone: what happened, when, and with which hazards."""
    from detente.scenario import Scenario

    scenario = Scenario.load(file)
    history = scenario.trace(path, policy, options.seed_of(seed), paths_per_draw, sobol)
    if as_json:
        write_json(history.to_json_dict())
    else:
        _print(history, output(), everything)


def _print(history: Trace, console: Console, everything: bool) -> None:
    from rich.text import Text

    console.print(
        Text(f"Path {history.path} under {history.policy}, seed {history.seed}", style="bold")
    )
    firings = history.core_firings
    if not firings:
        console.print("nothing happened")
    width = max((len(firing.date) for firing in firings), default=0)
    was_long = True
    for firing in firings:
        is_long = everything or bool(firing.states)
        if is_long or was_long:
            console.print()
        was_long = is_long
        for line in _lines(firing, width) if is_long else [_line(firing, width)]:
            console.print(line, soft_wrap=True)
    console.print()
    label = max((len(name) for name in history.outcomes), default=0)
    console.print(Text("what is read off this path", style="bold"))
    for name, value in history.outcomes.items():
        shown = "–" if value is None else plain(value)
        console.print(Text(f"  {name.ljust(label)}  ").append(shown, style="bold"))


def _head(firing: _core.TraceFiring, width: int) -> Text:
    """When, and what."""
    from rich.text import Text

    head = Text(firing.date.ljust(width), style="cyan")
    head.append(f"  {firing.element}", style="bold not cyan" if firing.states else "not cyan")
    if firing.kind != "transition":
        head.append(f" ({firing.kind})", style="dim not cyan")
    return head


def _line(firing: _core.TraceFiring, width: int) -> Text:
    """A firing that moved no chain, in one line."""
    from detente.history import value_changes

    return _head(firing, width).append(f"  {value_changes(firing)}".rstrip(), style="not cyan")


def _lines(firing: _core.TraceFiring, width: int) -> Iterator[Text]:
    """A firing with its effects, its hazard, and the hazards that competed."""
    from rich.text import Text

    from detente.history import state_changes, value_changes

    indent = " " * (width + 2)
    yield _head(firing, width)
    if firing.states:
        yield Text(indent + state_changes(firing), style="green")
    if firing.variables:
        yield Text(indent + value_changes(firing))
    if not math.isnan(firing.hazard):
        yield Text(
            f"{indent}hazard {plain(firing.hazard)}, clock {plain(firing.cumulative_hazard)}",
            style="dim",
        )
    for active in firing.competing:
        if active.element != firing.element or active.ratios:
            yield Text(indent + "  " + _competitor(active), style="dim")


def _competitor(active: _core.ActiveHazard) -> str:
    ratios = " × ".join(f"{ratio.name} {plain(ratio.value, 3)}" for ratio in active.ratios)
    text = f"{active.element}: hazard {plain(active.hazard, 3)}"
    if ratios:
        text += f" (ratios {ratios})"
    return f"{text}, clock left {plain(active.clock_left, 3)}"
