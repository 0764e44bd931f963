"""``detente explain``: what a scenario's steps are compiled to, and what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import options
from detente.cli.console import output, write_json
from detente.cli.exit_codes import exits
from detente.number_format import percent

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from detente.explanation import Explanation, ListedState

#: Bars of the shares are so wide at most.
BAR = 24


@exits
def explain(
    file: options.File,
    policy: Annotated[
        str | None,
        typer.Option("--policy", "-p", help="The first by default.", show_default=False),
    ] = None,
    code: Annotated[
        int,
        typer.Option("--code", metavar="N", help="Show the code of the N commonest joint states."),
    ] = 0,
    seed: options.Seed = "0",
    as_json: options.Json = False,
) -> None:
    """Show what slows a scenario: the compiled step, with the cost of each line."""
    from detente.scenario import Scenario

    explanation = Scenario.load(file).explain(policy, options.seed_of(seed))
    if as_json:
        write_json(explanation.to_json_dict())
        return
    console = output()
    _print_lines(explanation, console)
    for state in explanation.states[:code]:
        _print_state(state, console)


def _print_lines(explanation: Explanation, console: Console) -> None:
    from rich.text import Text

    lines = explanation.lines()
    console.print(Text(f"A step of a path under {explanation.policy}", style="bold"))
    console.print(
        f"{explanation.nanoseconds:.1f} ns of operations, {explanation.n_steps} steps to the "
        f"horizon, {len(explanation.states)} joint states "
        f"({percent(explanation.covered)} of the time)"
    )
    if not lines:
        console.print("nothing moves between firings: no step needs any work")
        return
    console.print()
    widest = max(line.share for line in lines)
    kinds = max(len(line.kind) for line in lines)
    for line in lines:
        bar = "█" * max(1, round(BAR * line.share / widest)) if line.share >= 0.0005 else ""
        row = Text(f"{line.nanoseconds:7.2f} ns {percent(line.share):>7}  ")
        row.append(bar.ljust(BAR + 2), style="cyan")
        row.append(f"{line.kind:{kinds}}  ", style="dim")
        row.append(line.name, style="bold")
        console.print(row, no_wrap=True, overflow="ellipsis", crop=True)


def _print_state(state: ListedState, console: Console) -> None:
    from rich.text import Text

    where = ", ".join(f"{chain} {name}" for chain, name in state.states.items()) or "no chains"
    console.print()
    console.print(
        Text(where, style="bold").append(
            f"   {percent(state.share)} of the time, {state.nanoseconds:.1f} ns a step",
            style="not bold",
        )
    )
    for line in state.lines:
        console.print(_line(f"{line.kind} {line.name}", line.nanoseconds, "bold"))
        for instruction in line.instructions:
            console.print(_line(f"  {instruction.text}", instruction.nanoseconds, "dim"))


def _line(text: str, nanoseconds: float, style: str) -> Text:
    from rich.text import Text

    return Text(f"{nanoseconds:7.2f} ns  ").append(text, style=style)
