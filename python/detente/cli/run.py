"""``detente run``: simulate a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import options
from detente.cli.console import output, say, write_json
from detente.cli.exit_codes import INTERRUPTED, exits

if TYPE_CHECKING:
    from detente.forecast import Forecast


@exits
def run(
    file: options.File,
    paths: options.Paths = 100_000,
    seed: options.Seed = "0",
    threads: options.Threads = None,
    policies: options.Policies = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Save the forecast in a new folder."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Let --out replace another forecast.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="HTML", help="Write a page with charts.")
    ] = None,
    precision: Annotated[
        list[str] | None,
        typer.Option(
            "--precision",
            metavar="OUTCOME=HALF_WIDTH",
            help="Stop when its 95 % interval is that narrow; --paths is the most to run.",
        ),
    ] = None,
    keep_outcomes: Annotated[
        bool, typer.Option("--keep-outcomes", help="Save every path's readings too.")
    ] = False,
    keep_paths: Annotated[
        int, typer.Option("--keep-paths", help="Save so many whole histories too.")
    ] = 0,
    paths_per_draw: options.PathsPerDraw = 1,
    first_path: options.FirstPath = 0,
    as_json: options.Json = False,
) -> int | None:
    """Simulate a scenario and print the outcomes of its policies."""
    from detente.errors import ArgumentError, Interrupted, StorageError
    from detente.scenario import Scenario
    from detente.simulation import simulate
    from detente.storage import check_free

    if out is not None:
        try:
            check_free(out, overwrite)
        except StorageError as error:
            remedy = "; --overwrite replaces a forecast" if out.exists() and not overwrite else ""
            raise ArgumentError(f"{error}{remedy}") from None
    elif keep_outcomes or keep_paths:
        raise ArgumentError("--keep-outcomes and --keep-paths need --out, where they are saved")
    scenario = Scenario.load(file)
    try:
        forecast = simulate(
            scenario,
            paths=paths,
            seed=options.seed_of(seed),
            policies=options.names_of(policies),
            threads=threads,
            keep_paths=keep_paths,
            keep_outcomes=keep_outcomes,
            precision=_precision(precision),
            progress=True,
            first_path=first_path,
            paths_per_draw=paths_per_draw,
        )
    except Interrupted as interruption:
        return _give_partial(interruption.forecast, out, overwrite, report, as_json)
    _give(forecast, out, overwrite, report, as_json)
    return None


def _give(
    forecast: Forecast, out: Path | None, overwrite: bool, report: Path | None, as_json: bool
) -> None:
    if out is not None:
        forecast.save(out, overwrite=overwrite)
    if report is not None:
        forecast.report(report)
    from detente.cli.tables import print_forecast

    if as_json:
        write_json(forecast.to_json_dict())
    else:
        print_forecast(forecast, output())
    for kind, place in (("forecast", out), ("report", report)):
        if place is not None:
            say(f"{kind} saved in {place}")


def _give_partial(
    forecast: Forecast | None,
    out: Path | None,
    overwrite: bool,
    report: Path | None,
    as_json: bool,
) -> int:
    if forecast is None:
        say("detente: interrupted before a path was finished; there is no result")
        return INTERRUPTED
    say(
        f"detente: interrupted; the result is partial: {forecast.n_paths:,} of "
        f"{forecast.n_paths_requested:,} paths"
    )
    _give(forecast, out, overwrite, report, as_json)
    return INTERRUPTED


def _precision(texts: list[str] | None) -> dict[str, float]:
    from detente.errors import ArgumentError

    targets = {}
    for text in texts or []:
        name, _, half_width = text.partition("=")
        try:
            targets[name.strip()] = float(half_width)
        except ValueError:
            raise ArgumentError(
                f"--precision takes OUTCOME=HALF_WIDTH, such as relapse_5y=0.005, not `{text}`"
            ) from None
    return targets
