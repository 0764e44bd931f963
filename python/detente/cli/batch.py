"""``detente batch``: the jobs of a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import options
from detente.cli.console import say, write_json
from detente.cli.exit_codes import FAILED, INTERRUPTED, exits

if TYPE_CHECKING:
    from detente.batch import Batch, Entry


@exits
def batch(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan in YAML.")],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="DIR", help="A folder for all jobs, and their index."),
    ],
    resume: Annotated[
        bool, typer.Option("--resume", help="Skip what an earlier batch has finished in DIR.")
    ] = False,
    threads: options.Threads = None,
    max_memory: options.MaxMemory = None,
    dask: options.Dask = None,
    as_json: options.Json = False,
) -> int | None:
    """Run every job of a plan: scenarios, changes and seeds, crossed; a folder for each."""
    from detente.batch import Batch
    from detente.cluster import connected
    from detente.plans import read_plan
    from detente.progress import reporting

    options.check_where(dask, max_memory)
    jobs = Batch(read_plan(plan), out, threads, max_memory=max_memory)
    n_paths = sum(entry.job.settings["paths"] for entry in jobs.entries)
    interrupted = False
    with connected(dask) as jobs.client, jobs.opened(resume):
        try:
            with reporting(True, n_paths) as progress:
                jobs.run(lambda entry: say(_line(entry, jobs)), progress)
        except KeyboardInterrupt:
            interrupted = True
    if as_json:
        write_json(jobs.to_json_dict())
    say(_summary(jobs))
    if interrupted:
        say("detente: interrupted; --resume goes on with the jobs that are left")
        return INTERRUPTED
    return FAILED if jobs.failed else None


def _line(entry: Entry, jobs: Batch) -> str:
    number = f"[{jobs.entries.index(entry) + 1}/{len(jobs.entries)}] {entry.job.name}"
    if entry.status == "failed":
        return f"{number}: FAILED: {entry.problem}"
    if entry.was_there:
        return f"{number}: is complete already"
    return f"{number}: {entry.job.settings['paths']:,} paths, {entry.seconds:.1f} s"


def _summary(jobs: Batch) -> str:
    complete = sum(entry.status == "complete" for entry in jobs.entries)
    failed = f", {len(jobs.failed)} failed" if jobs.failed else ""
    return (
        f"{complete} of {len(jobs.entries)} jobs are complete{failed}; see {jobs.folder}/index.csv"
    )
