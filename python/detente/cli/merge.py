"""``detente merge``: the shards of a run, joined to one forecast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import options
from detente.cli.console import say
from detente.cli.exit_codes import exits
from detente.cli.result import Destination, Out, Overwrite, Report

if TYPE_CHECKING:
    from detente.forecast import Forecast


@exits
def merge(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Saved forecasts, in any order.")
    ],
    out: Out = None,
    overwrite: Overwrite = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Leave out the paths that none of them has.")
    ] = False,
    report: Report = None,
    as_json: options.Json = False,
) -> None:
    """Join forecasts of parts of a run, such as its shards: equal to one run over all paths."""
    from detente.merging import merge_folders

    destination = Destination(out, overwrite, report, as_json)
    destination.check()
    forecast = merge_folders(folders, partial)
    _tell_differences(forecast)
    destination.give(forecast)


def _tell_differences(forecast: Forecast) -> None:
    """Say in what the merge is not the run of all paths on one machine."""
    if forecast.missing:
        say(f"detente: left out: {' and '.join(map(str, forecast.missing))}")
    if "+" in forecast.instruction_set:
        say(
            f"detente: the parts ran on different instruction sets ({forecast.instruction_set}): "
            "the last bits are not those of one run; DETENTE_ISA=v3, for example, pins one"
        )
