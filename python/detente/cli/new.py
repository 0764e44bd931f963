"""``detente new``: a scenario of one's own, from a shipped one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.console import say
from detente.cli.exit_codes import exits


@exits
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The scenario to write.")],
    model: Annotated[
        str,
        typer.Option("--from", metavar="NAME", help="The shipped scenario to start from."),
    ] = "interstate-truce",
) -> None:
    """Write a copy of a shipped scenario, to be changed."""
    from detente.errors import ArgumentError, unknown_name
    from detente.scenario import scenario_folder, scenario_names

    if model not in scenario_names():
        raise unknown_name("scenario", model, scenario_names())
    text = (scenario_folder() / f"{model}.yaml").read_text(encoding="utf-8")
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError:
        raise ArgumentError(f"`{file}` exists already; choose another name") from None
    say(f"wrote {file}; next: detente check {file}")
