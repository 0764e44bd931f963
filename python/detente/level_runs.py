"""Runs of a scenario with parameters held at given quantiles, on the same random numbers each.

For designs of points: the engine draws no parameter that is held, and paths are what they would be
if that value had been drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente import _core
from detente.comparison import Reading
from detente.errors import ArgumentError, Interrupted
from detente.path_data import path_data
from detente.run_terms import engine_seed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente.progress import ProgressCallback
    from detente.scenario import Scenario

    Floats = NDArray[np.float64]


class LevelRuns:
    """One outcome under one policy in several runs, each of `n_draws` rows of levels.

    Every row has `paths` histories, which have the same random numbers in each run and others in
    each row.
    """

    def __init__(
        self,
        scenario: Scenario,
        policy: str,
        outcome: str,
        paths: int,
        seed: int,
        threads: int | None,
    ) -> None:
        self._scenario = scenario
        self._policy, self._outcome = policy, outcome
        self._paths, self._seed, self._threads = paths, seed, threads or 0
        self._readings: list[Reading] = []
        self._n_done = 0
        self.kind = ""
        self.unit = ""
        self.seconds = 0.0

    def add(self, levels: Floats, total: int, report: ProgressCallback | None) -> None:
        """Simulate one run.

        Parameters
        ----------
        levels
            Shape (row, parameter), parameters in the scenario's order: the quantile of the prior,
            above 0 and below 1, or NaN to draw. A correlated parameter is held at that quantile of
            what the ones before it leave open.
        total
            Paths of all runs, for `report`.

        Raises
        ------
        Interrupted
            Ctrl-C.
        ArgumentError
            The callback asked to stop.
        """
        options = _core.RunOptions()
        options.n_paths = len(levels) * self._paths
        options.paths_per_draw = self._paths
        options.levels = levels.ravel().tolist()
        options.seed = engine_seed(self._seed)
        options.policies = [self._policy]
        options.threads = self._threads
        options.keep_outcomes = True
        options.scenario_hash = self._scenario.hash
        told = None if report is None else self._after(self._n_done, total, report)
        core, exception = _core.run(self._scenario._core, options, told)
        if isinstance(exception, KeyboardInterrupt):
            raise Interrupted(None) from None
        if exception is not None:
            raise exception
        if core.partial:
            raise ArgumentError("the progress callback stopped the runs before all were finished")
        estimates = {item.name: item for item in core.policies[0].outcomes}
        self.kind = estimates[self._outcome].kind
        self.unit = estimates[self._outcome].unit
        column = path_data(core).outcomes[self._policy][self._outcome]
        self._readings.append(Reading.of(column, self.kind))
        self._n_done += core.n_paths
        self.seconds += core.wall_seconds

    def estimates(self) -> Floats:
        """The outcome's estimate in each row of each run, shape (row, run).

        Raises
        ------
        ArgumentError
            The outcome can be read on none of a row's paths.
        """
        import numpy as np

        values, weights = self._by_row("value"), self._by_row("weight")
        counts = weights.sum(axis=2)
        if not counts.all():
            raise ArgumentError(
                f"`{self._outcome}` can be read on none of {self._paths} paths with some values of "
                "the parameters: ask for more paths at each point"
            )
        found: Floats = values.sum(axis=2) / counts
        return np.ascontiguousarray(found.T)

    def errors(self) -> Floats:
        """Standard errors of the differences from one run to the next, shape (row, run - 1)."""
        import numpy as np

        values, weights = self._by_row("value"), self._by_row("weight")
        spread = values - self.estimates().T[:, :, None] * weights
        influence = spread / weights.mean(axis=2)[:, :, None]
        changes = np.diff(influence, axis=0)
        found: Floats = changes.std(axis=2, ddof=1) / np.sqrt(self._paths)
        return np.ascontiguousarray(found.T)

    def _by_row(self, part: str) -> Floats:
        """Shape (run, row, path)."""
        import numpy as np

        columns = np.stack([getattr(reading, part) for reading in self._readings])
        return columns.reshape(len(columns), -1, self._paths)

    def _after(self, done: int, total: int, report: ProgressCallback) -> ProgressCallback:
        seconds_before = self.seconds

        def call(paths_done: int, n_paths: int, seconds: float) -> object:  # noqa: ARG001
            return report(done + paths_done, total, seconds_before + seconds)

        return call
