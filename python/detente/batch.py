"""Batches: the jobs of a plan one after the other, each saved in a folder of its own.

A batch's folder holds a folder for each job, as :meth:`Forecast.save` writes it, with its tables as
Parquet too where pyarrow is installed, and an index, ``index.json`` and ``index.csv``. Each appears
when it is whole, so that a batch that was killed can be resumed.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from detente import _core
from detente.errors import ArgumentError, DetenteError, StorageError
from detente.forecast import Forecast
from detente.locking import LOCK, locked
from detente.memory import check_command
from detente.plans import Job, Plan
from detente.progress import ProgressCallback
from detente.run_terms import RunTerms
from detente.simulation import simulate
from detente.storage import save_forecast
from detente.written import remove_unfinished, write_whole

if TYPE_CHECKING:
    from distributed import Client

Status = Literal["waiting", "complete", "failed"]


@dataclass
class Entry:
    """How a job stands.

    Attributes
    ----------
    status
        ``"waiting"`` until it has ended.
    seconds
        How long its run took.
    problem
        Why it failed; empty otherwise.
    was_there
        Whether an earlier batch had finished it.
    """

    job: Job
    status: Status = "waiting"
    seconds: float = 0.0
    problem: str = ""
    was_there: bool = False

    def to_json_dict(self) -> dict[str, Any]:
        """Its row of the index."""
        return {
            "job": self.job.name,
            "status": self.status,
            "scenario": self.job.source,
            "title": self.job.scenario.title,
            "scenario_hash": self.job.scenario.hash,
            "seed": self.job.settings["seed"],
            "paths": self.job.settings["paths"],
            "parameters": self.job.parameters,
            "levers": self.job.levers,
            "seconds": self.seconds,
            "problem": self.problem,
        }


@dataclass
class Batch:
    """The jobs of a plan in a folder.

    Attributes
    ----------
    folder
        Where their results and the index go.
    threads, client
        As in :func:`detente.simulate`.
    max_memory
        Jobs that may take more, saving included, fail before they start.
    """

    plan: Plan
    folder: Path
    threads: int | None = None
    client: Client | None = None
    max_memory: str | None = None
    entries: list[Entry] = field(init=False)

    def __post_init__(self) -> None:
        self.entries = [Entry(job) for job in self.plan.jobs]

    @contextlib.contextmanager
    def opened(self, resume: bool = False) -> Iterator[None]:
        """Keep other processes out of the folder for the block.

        Raises
        ------
        ArgumentError
            The folder holds something that is not to be resumed, or is no batch.
        StorageError
            Another process works on it, or it cannot be written to.
        """
        _check_folder(self.folder, resume)
        with locked(self.folder):
            remove_unfinished(self.folder)
            self.write_index()
            yield

    def run(
        self,
        ended: Callable[[Entry], object] = lambda _: None,
        progress: ProgressCallback | None = None,
    ) -> None:
        """Run what is not there yet; a job that fails does not stop the others.

        Parameters
        ----------
        ended
            Called with each job when it has ended.
        progress
            Called with paths done and asked for, over all jobs, and seconds. A path counts once,
            whatever the number of policies.
        """
        started = time.monotonic()
        done, all_paths = 0, sum(entry.job.settings["paths"] for entry in self.entries)

        def report(paths_done: int, n_paths: int, seconds: float) -> None:  # noqa: ARG001
            if progress is not None:
                progress(done + paths_done, all_paths, time.monotonic() - started)

        for entry in self.entries:
            self._run_job(entry, report)
            if entry.was_there:
                all_paths -= entry.job.settings["paths"]
            else:
                done += entry.job.settings["paths"]
            self.write_index()
            ended(entry)

    @property
    def failed(self) -> list[Entry]:
        """The jobs that failed."""
        return [entry for entry in self.entries if entry.status == "failed"]

    def to_json_dict(self) -> dict[str, Any]:
        """The index."""
        return {
            "title": self.plan.title,
            "version": _core.__version__,
            "jobs": [entry.to_json_dict() for entry in self.entries],
        }

    def write_index(self) -> None:
        """Write how all jobs stand."""
        text = json.dumps(self.to_json_dict(), indent=1, ensure_ascii=False) + "\n"
        write_whole(self.folder / "index.json", text.encode())
        write_whole(self.folder / "index.csv", _csv(self.entries).encode())

    def _run_job(self, entry: Entry, report: ProgressCallback) -> None:
        job = entry.job
        place = self.folder / job.name
        try:
            before, is_damaged = _left_by_earlier(place, job.terms)
            if before is not None:
                entry.seconds, entry.was_there = before.wall_seconds, True
            else:
                check_command(
                    job.scenario, job.settings, self.threads, self.max_memory,
                    with_parquet=True,
                )  # fmt: skip
                forecast = simulate(
                    job.scenario, **job.settings, threads=self.threads, progress=report,
                    client=self.client,
                )  # fmt: skip
                save_forecast(forecast, place, overwrite=is_damaged, with_parquet=True)
                entry.seconds = forecast.wall_seconds
        except (DetenteError, OSError) as error:
            entry.status, entry.problem = "failed", str(error)
        else:
            entry.status = "complete"


def _left_by_earlier(place: Path, terms: RunTerms) -> tuple[Forecast | None, bool]:
    """What an earlier batch has left of a job, None where nothing, and whether that is damaged."""
    try:
        return terms.finished_in(place), False
    except StorageError:
        return None, True


def _check_folder(folder: Path, resume: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise ArgumentError(f"`{folder}` is no folder")
    contents = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    if not contents - {LOCK}:
        return
    if "index.json" not in contents:
        raise ArgumentError(f"`{folder}` exists already, and is no batch")
    if not resume:
        raise ArgumentError(f"`{folder}` exists already; --resume runs what is not done there")


def _csv(entries: list[Entry]) -> str:
    """The index as a table, with a column for each changed parameter and lever."""
    rows = []
    for entry in entries:
        row = entry.to_json_dict()
        parameters, levers = row.pop("parameters"), row.pop("levers")
        row |= {f"parameter.{name}": value for name, value in parameters.items()}
        row |= {f"lever.{name}": value for name, value in levers.items()}
        rows.append(row)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
