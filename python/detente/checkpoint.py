"""Checkpoints: what a long run has done so far, so that it can go on after it was killed.

A run with a checkpoint is made of successive path ranges, each merged to what was there; the result
is that of one run, to the last bit. After each range the whole is saved in the checkpoint's folder,
as forecasts are saved, under the number of its paths; what was there before goes when the new one
stands.

==============  ================================================================================
``run.json``    what the run was asked for: only the same run is resumed
``paths-N``     the forecast of the first N paths, with digests
``.lock``       held by the process that works on it
==============  ================================================================================
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from detente import _core
from detente.errors import ArgumentError, StorageError
from detente.forecast import Forecast
from detente.locking import locked
from detente.run_terms import RunTerms
from detente.written import remove_unfinished, write_whole

FORMAT = "detente checkpoint"
FORMAT_VERSION = 1

#: Paths until the speed is first measured.
FIRST_BATCH = 1024
#: Larger batches are of whole blocks.
BLOCK = _core.MOST_BLOCK_PATHS
#: A batch is at most so many times the one before: the first speeds are measured on little.
MOST_GROWTH = 8

_STATE = re.compile(r"paths-(\d{1,20})")


class Checkpoint:
    """A folder in which a run keeps what it has done.

    Parameters
    ----------
    folder
        Made where there is none. Use one for each run.
    every
        Seconds between two savings, above 0.
    resume
        Go on from what is there. Without it, a folder that holds something is refused.

    Examples
    --------
    >>> with detente.Checkpoint("run.checkpoint", resume=True) as checkpoint:  # doctest: +SKIP
    ...     forecast = detente.simulate(scenario, paths=10**8, checkpoint=checkpoint)
    ...     forecast.save("run")
    ...     checkpoint.remove()
    """

    def __init__(
        self, folder: str | os.PathLike[str], every: float = 60.0, resume: bool = False
    ) -> None:
        if not (every > 0 and math.isfinite(every)):
            raise ArgumentError(f"seconds between checkpoints must be above 0, not {every}")
        self.folder = Path(folder)
        self.every = float(every)
        self._resume = resume
        self._held = contextlib.ExitStack()
        self._is_held = False

    def __enter__(self) -> Checkpoint:
        """Keep other processes out of the folder.

        Raises
        ------
        StorageError
            Another process works on it, or it cannot be written to.
        """
        self._held.enter_context(locked(self.folder))
        remove_unfinished(self.folder)
        self._is_held = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_held = False
        self._held.close()

    def remove(self) -> None:
        """Delete it, when the forecast is saved elsewhere."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def begin(self, terms: RunTerms) -> Forecast | None:
        """What is done of this run, None when nothing is.

        Raises
        ------
        ArgumentError
            What is there is of another run, or was not to be resumed.
        StorageError
            What is there is damaged, or cannot be read.
        """
        if not self._is_held:
            raise ArgumentError("enter the checkpoint first: with Checkpoint(...) as checkpoint")
        states = self._states()
        description = self.folder / "run.json"
        if not states and not description.exists():
            write_whole(description, _json_bytes(terms))
            return None
        if not self._resume:
            raise ArgumentError(
                f"`{self.folder}` holds what an earlier run has done; resume it, or delete the "
                "folder"
            )
        _check_terms(self.folder, _read_terms(description), terms)
        return self._read(states[-1], terms) if states else None

    def keep(self, forecast: Forecast) -> None:
        """Save what is done; what was there before goes when this stands.

        Raises
        ------
        StorageError
            It cannot be written. What was there before is still there.
        """
        from detente.storage import save_forecast

        done = replace(forecast._provenance, n_paths_requested=forecast.n_paths)
        state = self.folder / f"paths-{forecast.n_paths}"
        if not state.exists():
            save_forecast(Forecast(forecast._core, done, forecast._data), state)
        for other in self._states():
            if other != state:
                shutil.rmtree(other, ignore_errors=True)

    def batch(self, previous: int, seconds: float, left: int) -> int:
        """How many paths to run until the next saving.

        Parameters
        ----------
        previous, seconds
            Paths of the batch before and how long they took; 0 where there was none.
        left
            Paths still to run.
        """
        if previous == 0 or seconds <= 0:
            return min(FIRST_BATCH, left)
        wanted = min(previous / seconds * self.every, MOST_GROWTH * previous)
        n = max(int(wanted), 1)
        if n > BLOCK:
            n -= n % BLOCK
        return min(n, left)

    def _states(self) -> list[Path]:
        """The saved ones, that of most paths last."""
        found = {}
        for entry in self.folder.iterdir():
            name = _STATE.fullmatch(entry.name)
            if name:
                found[int(name[1])] = entry
        return [found[n] for n in sorted(found)]

    def _read(self, state: Path, terms: RunTerms) -> Forecast:
        from detente.storage import open_forecast

        remedy = f"none of it is used; delete `{self.folder}` to begin again"
        try:
            forecast = open_forecast(state)
        except StorageError as error:
            raise StorageError(f"the checkpoint is damaged: {error}; {remedy}") from error
        done = forecast.n_paths
        if state.name != f"paths-{done}" or forecast.partial or not 0 < done <= terms.n_paths:
            raise StorageError(f"the checkpoint is damaged: `{state}` has {done} paths; {remedy}")
        has_all_histories = forecast.n_histories == min(done, terms.keep_paths)
        made = replace(
            RunTerms.of_forecast(forecast),
            n_paths=terms.n_paths,
            keep_paths=terms.keep_paths if has_all_histories else forecast.n_histories,
        )
        _check_terms(self.folder, made, terms)
        return forecast


def _json_bytes(terms: RunTerms) -> bytes:
    told = {"format": FORMAT, "format_version": FORMAT_VERSION, **terms.to_json_dict()}
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def _read_terms(description: Path) -> RunTerms:
    try:
        told: Any = json.loads(description.read_text(encoding="utf-8"))
        if told["format"] != FORMAT or told["format_version"] != FORMAT_VERSION:
            raise TypeError("another format")
        return RunTerms.from_json_dict(told)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"the checkpoint is damaged: `{description}` cannot be read; none of it is used; "
            f"delete `{description.parent}` to begin again"
        ) from error


def _check_terms(folder: Path, made: RunTerms, asked: RunTerms) -> None:
    differences = made.differences(asked)
    if differences:
        raise ArgumentError(f"`{folder}` is the checkpoint of another run: {differences}")
