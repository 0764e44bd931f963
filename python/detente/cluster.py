"""Running paths on the workers of a Dask cluster.

Path ranges are tasks. Their results stay on the workers until it is their turn, and are merged here
in the order of the paths, so that this machine holds the sum and one part, and so that what there
is when a run is stopped are the first paths. A range whose worker died is run again by the
scheduler. A task carries the scenario's text and numbers, never the name of a file.

How ranges are cut changes no number. They begin with a block each, until the speed of a worker is
known; then each is to take about ten seconds, longer where merging would keep this machine busy for
more than a quarter of the time, and shorter towards the end, so that no worker waits long for the
last ones.
"""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from detente import _core
from detente.cluster_worker import simulate_range
from detente.errors import ArgumentError, DetenteError, RunError
from detente.extras import require
from detente.forecast import Forecast
from detente.merging import PathRange
from detente.path_data import PathData, joined_all
from detente.progress import ProgressCallback
from detente.ranges import Ran
from detente.run_terms import RunTerms
from detente.scenario import Scenario

if TYPE_CHECKING:
    from distributed import Client, Event, Future

#: A task has a block of paths at least, which the engine advances together, and whole blocks where
#: it has more; fewer only where there are not that many for each thread, and then this at least.
BLOCK = _core.MOST_BLOCK_PATHS
LEAST_PATHS = 256
#: Seconds that a task is to take.
TASK_SECONDS = 10.0
#: The most of its time that this machine is to spend on merging.
MERGING_SHARE = 0.25
#: Tasks that wait or are done but not merged, for each thread of the workers.
TASKS_PER_THREAD = 3
#: Seconds to wait for a scheduler.
CONNECT_SECONDS = 10.0


@contextlib.contextmanager
def connected(address: str | None) -> Iterator[Client | None]:
    """A client of the scheduler at an address such as ``tcp://host:8786``; None for None.

    Raises
    ------
    ArgumentError
        Dask is not installed, or no scheduler answers there.
    """
    if address is None:
        yield None
        return
    require("distributed", "dask")
    from distributed import Client

    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise ArgumentError(
            f"no Dask scheduler answers at `{address}` ({error}); `dask scheduler` starts one, "
            f"and `dask worker ADDRESS` its workers"
        ) from error
    with client:
        yield client


class _Task(NamedTuple):
    paths: PathRange
    future: Future[Forecast | None]


class RunsOnCluster:
    """Runs ranges of one ensemble on the workers of a client's cluster."""

    def __init__(self, client: Client, scenario: Scenario, terms: RunTerms, threads: int) -> None:
        require("distributed", "dask")
        self._client = client
        self._scenario = scenario
        self._terms = terms
        self._threads = max(threads, 1)
        self._sizes = TaskSizes()

    def run(self, paths: PathRange, report: ProgressCallback | None) -> Ran:
        """Run a range on the workers, in tasks."""
        started = time.monotonic()
        shared = _SharedRun(self._client, self._scenario, self._terms, self._threads)
        merged = _Merged()
        exception: BaseException | None = None
        stopped = False
        try:
            while merged.n_paths < paths.n_paths and not stopped:
                self._submit(shared, paths)
                shared.wait(0.05)
                self._merge_next(shared, merged)
                if report is not None:
                    seconds = time.monotonic() - started
                    n_done = merged.n_paths + shared.n_paths_waiting
                    stopped = report(n_done, paths.n_paths, seconds) is False
        except (Exception, KeyboardInterrupt) as error:
            exception = error
        finally:
            shared.close(cancelled=merged.n_paths < paths.n_paths)
        seconds = time.monotonic() - started
        forecast = merged.forecast(self._scenario, paths, seconds, self._sizes.n_threads)
        return Ran(forecast, stopped or exception is not None, seconds, exception)

    def _submit(self, shared: _SharedRun, paths: PathRange) -> None:
        """Keep the workers busy, and no more than a few tasks ahead of what is merged."""
        sizes = self._sizes
        sizes.count_threads(self._client)
        while len(shared.tasks) < TASKS_PER_THREAD * sizes.n_threads:
            left = paths.n_paths - shared.n_paths_submitted
            if left <= 0:
                return
            first_path = paths.first_path + shared.n_paths_submitted
            shared.submit(PathRange(first_path, sizes.next(left, paths.n_paths)))

    def _merge_next(self, shared: _SharedRun, merged: _Merged) -> None:
        """Merge the next range, if it is done."""
        task = shared.take_first_done()
        if task is None:
            return
        started = time.monotonic()
        part = _result_of(task)
        merged.add(part)
        self._sizes.learn(part.n_paths, part.wall_seconds, time.monotonic() - started)


class TaskSizes:
    """How many paths a task has.

    Attributes
    ----------
    n_threads
        Of all workers together, at least 1: so many tasks run at once.
    """

    def __init__(self) -> None:
        self.n_threads = 1
        self._counted = -1.0
        self._speed = 0.0
        self._merge_seconds = 0.0

    def count_threads(self, client: Client) -> None:
        """Look about once a second how many there are: workers join and go."""
        now = time.monotonic()
        if now - self._counted > 1.0 or self._counted < 0:
            self._counted = now
            self.n_threads = max(1, sum(client.nthreads().values()))

    def learn(self, n_paths: int, run_seconds: float, merge_seconds: float) -> None:
        """Take in how fast a thread ran a task, and how long merging it took here."""
        self._speed = n_paths / max(run_seconds, 1e-6)
        self._merge_seconds = merge_seconds

    def next(self, left: int, n_paths: int) -> int:
        """Paths of the next task, of `left` that no task has yet, of `n_paths` in all."""
        fewest = max(LEAST_PATHS, min(BLOCK, -(-n_paths // self.n_threads)))
        busy = self.n_threads * self._merge_seconds / MERGING_SHARE
        wanted = int(self._speed * max(TASK_SECONDS, busy))
        n = max(fewest, min(wanted, left // (2 * self.n_threads)))
        if n > BLOCK:
            n -= n % BLOCK
        return min(n, left)


class _SharedRun:
    """The tasks of a range that are not merged yet, in the order of their paths."""

    def __init__(self, client: Client, scenario: Scenario, terms: RunTerms, threads: int) -> None:
        from distributed import Event

        self.tasks: deque[_Task] = deque()
        self.n_paths_submitted = 0
        self._client = client
        self._name = f"detente-{uuid.uuid4().hex[:12]}"
        self._stop: Event = Event(f"{self._name}-stop", client=client)
        self._any_done = threading.Event()
        what = {"scenario": scenario.to_yaml(), "terms": terms.to_json_dict(), "threads": threads}
        # A task itself, so that it is made again where the worker that holds it dies.
        self._what: Future[dict[str, Any]] = client.submit(
            dict, what, key=f"{self._name}-scenario", pure=False
        )

    def submit(self, paths: PathRange) -> None:
        """Give a range to the workers."""
        future = self._client.submit(
            simulate_range, self._what, paths.first_path, paths.n_paths, self._stop.name,
            key=f"{self._name}-paths-{paths.first_path}", pure=False,
        )  # fmt: skip
        future.add_done_callback(lambda _: self._any_done.set())
        self.tasks.append(_Task(paths, future))
        self.n_paths_submitted += paths.n_paths

    def wait(self, seconds: float) -> None:
        """Until a task is done, or for so long."""
        if not self.tasks or not self.tasks[0].future.done():
            self._any_done.wait(seconds)
            self._any_done.clear()

    def take_first_done(self) -> _Task | None:
        """The task of the first paths, if it is done, failed or lost."""
        if self.tasks and self.tasks[0].future.done():
            return self.tasks.popleft()
        return None

    @property
    def n_paths_waiting(self) -> int:
        """Paths that are done and wait for earlier ones."""
        return sum(task.paths.n_paths for task in self.tasks if task.future.status == "finished")

    def close(self, cancelled: bool) -> None:
        """Cancel what is not merged; workers stop what they are at within about a second."""
        futures: list[Future[Any]] = [*(task.future for task in self.tasks), self._what]
        self.tasks.clear()
        if cancelled and self._client.status == "running":
            with contextlib.suppress(Exception):
                self._stop.set()
                self._client.cancel(futures, force=True)
        for future in futures:
            future.release()


class _Merged:
    """The sum of the ranges so far."""

    def __init__(self) -> None:
        # Assigned as one, so that Ctrl-C finds them in agreement. Columns are joined once at the
        # end: joined at every part they would be copied as often.
        self._state: tuple[Forecast | None, list[tuple[PathData, int]]] = (None, [])

    @property
    def n_paths(self) -> int:
        """Paths so far."""
        total, _ = self._state
        return 0 if total is None else total.n_paths

    def add(self, part: Forecast) -> None:
        """Add the range that follows."""
        total, data = self._state
        plain = Forecast(part._core, part._provenance, PathData())
        self._state = (
            plain if total is None else total.merge(plain),
            [*data, (part._data, part.n_paths)],
        )

    def forecast(
        self, scenario: Scenario, asked: PathRange, seconds: float, n_threads: int
    ) -> Forecast | None:
        """All of it, None where there is nothing."""
        total, data = self._state
        if total is None:
            return None
        made = replace(
            total._provenance,
            scenario_yaml=scenario.to_yaml(),
            n_paths_requested=asked.n_paths,
            threads=n_threads,
            wall_seconds=seconds,
        )
        return Forecast(total._core, made, joined_all(data))


def _result_of(task: _Task) -> Forecast:
    """What a task gave.

    Raises
    ------
    RunError
        A path fails, as on one machine; or the workers could not do it.
    """
    future = task.future
    error = future.exception() if future.status == "error" else None
    if isinstance(error, DetenteError):
        raise error
    if error is not None:
        raise RunError(f"{task.paths} could not be run on the cluster: {_told(error)}") from error
    part = future.result() if future.status == "finished" else None
    if part is None:
        raise RunError(
            f"the cluster gave {task.paths} up ({future.status}): its scheduler was lost or "
            "restarted, or someone cancelled the task"
        )
    return part


def _told(error: BaseException) -> str:
    if type(error).__name__ == "KilledWorker":
        return (
            "each worker that tried it died, perhaps for want of memory; `dask worker` prints why"
        )
    cause = error.__cause__ or error
    missing = "" if not isinstance(cause, ImportError) else "; install detente on all workers"
    return f"{type(cause).__name__}: {cause}{missing}"
