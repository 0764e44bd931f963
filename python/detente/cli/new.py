"""``detente new``: a scenario of one's own, from a shipped one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.console import say
from detente.cli.exit_codes import exits

if TYPE_CHECKING:
    from detente.scenario import Scenario


@exits
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The scenario to write.")],
    model: Annotated[
        str,
        typer.Option("--from", metavar="NAME", help="The shipped scenario to start from."),
    ] = "interstate-truce",
) -> None:
    """Write a copy of a shipped scenario, to be changed.

    What the scenario includes is written beside it, so that the copy stands alone.
    """
    from detente.errors import ArgumentError, unknown_name
    from detente.scenario import Scenario, scenario_folder, scenario_names

    if model not in scenario_names():
        raise unknown_name("scenario", model, scenario_names())
    if not file.parent.is_dir():
        raise ArgumentError(f"there is no folder `{file.parent}`")
    if file.exists():
        raise ArgumentError(f"`{file}` exists already; choose another name")
    original = scenario_folder() / f"{model}.yaml"
    included = _included(Scenario.load(original), beside=file)
    # The scenario comes last: it is there when all that it needs is.
    for target, source in [*included.items(), (file, original)]:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as copy:
            copy.write(source.read_bytes())
    what = f" and what it includes: {', '.join(map(str, included))}" if included else ""
    say(f"wrote {file}{what}; next: detente check {file}")


def _included(scenario: Scenario, beside: Path) -> dict[Path, Path]:
    """Where the files go that a shipped scenario includes, and where they are.

    Files that are there already with the same content stay as they are.
    """
    from detente.errors import ArgumentError
    from detente.scenario import scenario_folder

    folder = scenario_folder().resolve()
    copies = {}
    for source in scenario.included_files:
        target = beside.parent / source.relative_to(folder)
        if not target.exists():
            copies[target] = source
        elif target.read_bytes() != source.read_bytes():
            raise ArgumentError(
                f"the scenario includes `{target}`, and there is another file of that name; "
                "write it into another folder"
            )
    return copies
