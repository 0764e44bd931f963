"""``detente run``: simulate a scenario."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli import options
from detente.cli.console import say
from detente.cli.exit_codes import INTERRUPTED, exits
from detente.cli.result import Destination, Out, Overwrite, Report
from detente.cli.resuming import Keeping

if TYPE_CHECKING:
    from detente.forecast import Forecast
    from detente.scenario import Scenario


@exits
def run(
    file: options.File,
    paths: options.Paths = 100_000,
    seed: options.Seed = "0",
    threads: options.Threads = None,
    policies: options.Policies = None,
    out: Out = None,
    overwrite: Overwrite = False,
    report: Report = None,
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
    sobol: options.Sobol = False,
    first_path: options.FirstPath = 0,
    shard: Annotated[
        str | None,
        typer.Option("--shard", metavar="K/N", help="Run the K-th of N equal parts of the paths."),
    ] = None,
    checkpoint_every: Annotated[
        str | None,
        typer.Option(
            "--checkpoint-every",
            metavar="TIME",
            help="Keep what is done every 60s, 5min or 1h beside --out, until all is done.",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on from the checkpoint of this run, if there is one."),
    ] = False,
    max_memory: options.MaxMemory = None,
    dask: options.Dask = None,
    as_json: options.Json = False,
) -> int | None:
    """Simulate a scenario and print the outcomes of its policies."""
    from detente.cluster import connected
    from detente.errors import ArgumentError
    from detente.memory import check_command
    from detente.scenario import Scenario
    from detente.simulation import run_terms

    options.check_where(dask, max_memory)
    destination = Destination(out, overwrite, report, as_json)
    kept = Keeping.of(out, checkpoint_every, resume)
    if out is None and (keep_outcomes or keep_paths):
        raise ArgumentError("--keep-outcomes and --keep-paths need --out, where they are saved")
    scenario = Scenario.load(file)
    what: dict[str, Any] = {
        "paths": paths,
        "seed": options.seed_of(seed),
        "policies": options.names_of(policies),
        "keep_paths": keep_paths,
        "keep_outcomes": keep_outcomes,
        "first_path": first_path,
        "shard": shard,
        "paths_per_draw": paths_per_draw,
        "sobol": sobol,
    }
    if resume and out is not None:
        done = run_terms(scenario, **what).finished_in(out)
        if done is not None and not done.partial:
            say(f"detente: {out} is complete; there is nothing to resume")
            destination._replace(out=None).give(done)
            return None
    destination.check()
    targets = _precision(precision)
    check_command(
        scenario, what, threads, max_memory,
        in_batches=bool(targets or kept), use="tables" if out or report else "shown",
    )  # fmt: skip
    with connected(dask) as client:
        where = {"threads": threads, "client": client}
        return _run(scenario, {**what, **where}, targets, kept, destination)


def _run(
    scenario: Scenario,
    what: dict[str, Any],
    precision: dict[str, float],
    kept: Keeping | None,
    destination: Destination,
) -> int | None:
    from detente.errors import Interrupted
    from detente.simulation import simulate
    from detente.written import remove_unfinished

    destination.prepare()
    with contextlib.nullcontext() if kept is None else kept.opened() as checkpoint:
        if kept is not None and destination.out is not None:
            remove_unfinished(destination.out.absolute().parent, destination.out.name)
        try:
            forecast = simulate(
                scenario, **what, precision=precision, progress=True, checkpoint=checkpoint
            )
        except Interrupted as interruption:
            if kept is not None:
                say(f"detente: what is done is kept in {kept.folder}; --resume goes on from it")
                destination = destination._replace(out=None)
            return _give_partial(interruption.forecast, destination)
        destination.give(forecast)
        if checkpoint is not None:
            checkpoint.remove()
    return None


def _give_partial(forecast: Forecast | None, destination: Destination) -> int:
    if forecast is None:
        say("detente: interrupted before a path was finished; there is no result")
        return INTERRUPTED
    if forecast.partial:
        say(
            f"detente: interrupted; the result is partial: {forecast.n_paths:,} of "
            f"{forecast.n_paths_requested:,} paths"
        )
    else:
        say("detente: interrupted when all paths were done; the result is complete")
    destination.give(forecast)
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
