"""Running a range of paths, on the threads of this process."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from detente import _core
from detente.forecast import Forecast
from detente.merging import PathRange
from detente.path_data import PathData, path_data
from detente.progress import ProgressCallback
from detente.provenance import Provenance
from detente.run_terms import RunTerms, engine_seed
from detente.scenario import Scenario


class Ran(NamedTuple):
    """What became of a range.

    Attributes
    ----------
    forecast
        Of its first paths, all where nothing came between; None where none was finished.
    stopped
        Whether the progress callback, or an exception, ended it early.
    seconds
        By the clock on the wall.
    exception
        What ended it: of a signal, of the callback, or of a path that fails.
    """

    forecast: Forecast | None
    stopped: bool
    seconds: float
    exception: BaseException | None


class RangeRunner(Protocol):
    """Where ranges of an ensemble run."""

    def run(self, paths: PathRange, report: ProgressCallback | None) -> Ran:
        """Run a range; `report` is told its paths done and asked for, and seconds."""


class RunsHere:
    """On the threads of this process."""

    def __init__(self, scenario: Scenario, terms: RunTerms, threads: int) -> None:
        self._scenario = scenario
        self._terms = terms
        self._threads = threads

    def run(self, paths: PathRange, report: ProgressCallback | None) -> Ran:
        """Run a range.

        Raises
        ------
        RunError
            A path fails.
        """
        terms = self._terms
        core, exception = _core.run(
            self._scenario._core, run_options(terms, paths, self._threads), report
        )
        forecast = None
        if core.n_paths > 0:
            made = Provenance.of_run(core, self._scenario, terms.seed, terms.shard)
            keeps_paths = terms.keep_outcomes or terms.keep_paths > 0
            data = path_data(core) if keeps_paths else PathData()
            forecast = Forecast(core, made, data)
        return Ran(forecast, bool(core.partial), core.wall_seconds, exception)


def run_options(terms: RunTerms, paths: PathRange, threads: int) -> _core.RunOptions:
    """What the core is told of a range of a run; 0 threads are all that there are."""
    options = _core.RunOptions()
    options.n_paths = paths.n_paths
    options.first_path = paths.first_path
    options.paths_per_draw = terms.paths_per_draw
    options.sobol = terms.sobol
    options.seed = engine_seed(terms.seed)
    options.policies = list(terms.policies)
    options.threads = threads
    options.keep_paths = max(0, terms.first_path + terms.keep_paths - paths.first_path)
    options.keep_outcomes = terms.keep_outcomes
    options.scenario_hash = terms.scenario_hash
    return options
