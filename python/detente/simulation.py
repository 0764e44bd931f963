"""Running an ensemble: arguments, progress, precision, Ctrl-C."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, SupportsIndex

from detente import _core
from detente.errors import ArgumentError, Interrupted, check_names, unknown_name
from detente.forecast import Forecast
from detente.merging import PathRange
from detente.progress import ProgressCallback, reporting
from detente.ranges import RangeRunner, RunsHere, run_options
from detente.run_terms import LARGEST_UINT64, RunTerms
from detente.shards import Shard

if TYPE_CHECKING:
    from distributed import Client

    from detente.checkpoint import Checkpoint
    from detente.hazard_drivers import Drivers
    from detente.scenario import Scenario

#: The least number of paths by which a run towards a precision grows. Looking often at an interval
#: and stopping when it happens to be narrow favours small estimates of the variance; with batches
#: of this size that bias is far below the width asked for.
SMALLEST_BATCH = 10_000


def simulate(
    scenario: Scenario,
    paths: int = 100_000,
    seed: int = 0,
    policies: Sequence[str] | str | None = None,
    threads: int | None = None,
    keep_paths: int = 0,
    keep_outcomes: bool = False,
    precision: Mapping[str, float] | None = None,
    progress: ProgressCallback | bool | None = None,
    first_path: int = 0,
    paths_per_draw: int = 1,
    sobol: bool = False,
    shard: str | None = None,
    checkpoint: Checkpoint | None = None,
    client: Client | None = None,
    max_memory: int | str | None = None,
) -> Forecast:
    """Simulate the policies of a scenario on the same randomness.

    Parameters
    ----------
    scenario
        What :func:`detente.load` returned.
    paths
        Simulated histories per policy, at least 1. The first n paths of a larger run are the paths
        of a run of n. With `precision`, the most that may be run.
    seed
        Any integer. The same seed gives the same numbers, whatever the number of threads.
    policies
        Names; all of the scenario's by default.
    threads
        All that this process may use by default.
    keep_paths
        So many first paths are kept whole, see :attr:`Forecast.paths`.
    keep_outcomes
        Keep every path's readings and parameter draws: :attr:`Forecast.outcome_columns`,
        :attr:`Forecast.parameter_draws`, :meth:`Forecast.compare`.
    precision
        Outcome names with the half-width of the 95 % interval to reach, in the outcome's unit
        (0.005 is half a percentage point of a probability). Paths are added in batches until each
        is reached under every policy, or `paths` are done.
    progress
        True for a bar on standard error, or a callable that takes paths done, paths asked for and
        seconds, about ten times a second and when all are done; when it returns False before, the
        run stops and what is done is returned, with :attr:`Forecast.partial` set.
    first_path
        Number of the first path: the ensemble is `first_path` to `first_path + paths - 1`. Touching
        ranges join to one with :func:`detente.merge`.
    paths_per_draw
        So many paths share a draw of all parameters: paths p with the same floor(p /
        `paths_per_draw`). Above 1 every estimate has an epistemic band, which tells how it varies
        over the parameters (:attr:`Forecast.outcomes`), and its standard error and interval rest
        on the draws, of which there are `paths` / `paths_per_draw`: 100 draws or more are needed
        for the ends of a band, and some 10 to 100 paths on each.
    sobol
        Draw the parameters as scrambled Sobol' points, which fill their space more evenly than
        independent draws: the part of the variance of an estimate that they cause shrinks, what
        chance causes does not, so that it pays with many paths per draw. Standard errors and
        intervals are told as if draws were independent, and are mostly too wide for it.
        Powers of 2 are good numbers of draws. A dimension belongs to each uncertain parameter, in
        the scenario's order: one that is put between others changes all draws.
    shard
        ``"3/16"`` runs the third sixteenth of these paths alone: contiguous, as large as the others
        but for one path. :func:`detente.merge` joins all to the whole.
    checkpoint
        Where to keep what is done every so often, and to go on from; see
        :class:`detente.Checkpoint`. The numbers are those of a run without one.
    client
        A ``distributed.Client``: the paths are shared out to the workers of its Dask cluster, which
        may join, die and come back meanwhile. The numbers are those of a run without one, to the
        last bit. Workers need this version of detente and the instruction set of this machine
        (``DETENTE_ISA=v3`` everywhere makes them alike). `threads` are then those of one task, 1 by
        default: a worker runs a task on each of its own threads.
    max_memory
        Refuse a run that may take more resident memory than this: bytes, or a text such as
        ``"2GB"``. What it may take is estimated before it starts, mostly to within a factor of two
        above what it does; what is made of the forecast afterwards is not in it.

    Returns
    -------
    Forecast

    Raises
    ------
    ArgumentError
        An argument is out of range, or names an unknown policy or outcome; or the run may take
        more than `max_memory`.
    RunError
        A hazard turned negative or was not a number; the lowest failing path is named. Or a
        cluster cannot go on.
    Interrupted
        Ctrl-C (a KeyboardInterrupt); its `forecast` is what the finished paths give, or None.

    Examples
    --------
    >>> forecast = detente.simulate(scenario, paths=20_000, seed=7)  # doctest: +SKIP
    >>> forecast.outcomes.loc[("drift", "ceasefire_1y"), "estimate"]  # doctest: +SKIP
    0.234
    """
    terms = run_terms(
        scenario,
        paths=paths,
        seed=seed,
        policies=policies,
        keep_paths=keep_paths,
        keep_outcomes=keep_outcomes,
        first_path=first_path,
        shard=shard,
        paths_per_draw=paths_per_draw,
        sobol=sobol,
    )
    targets = _check_precision(scenario, precision)
    if targets and (shard is not None or checkpoint is not None):
        what = "a shard" if shard is not None else "a run with a checkpoint"
        raise ArgumentError(f"{what} has a fixed number of paths; `precision` would choose one")
    n_threads = 0 if threads is None else _count("threads", threads, least=1, most=4096)
    if max_memory is not None:
        _check_memory(scenario, terms, n_threads, max_memory, client, checkpoint or targets)
    with reporting(progress, terms.n_paths) as report:
        ensemble = _Ensemble(_runner(scenario, terms, n_threads, client), terms, report)
        if checkpoint is not None:
            return ensemble.run_with(checkpoint)
        return ensemble.run_to_precision(targets) if targets else ensemble.run_all()


def _check_memory(
    scenario: Scenario,
    terms: RunTerms,
    threads: int,
    max_memory: int | str,
    client: Client | None,
    batches: object,
) -> None:
    from detente.memory import estimate_memory, size_of

    if client is not None:
        raise ArgumentError(
            "max_memory is about this process; `dask worker --memory-limit` is about workers"
        )
    most = size_of(max_memory)
    options = run_options(terms, PathRange(terms.first_path, terms.n_paths), threads)
    estimate_memory(scenario, options, in_batches=bool(batches)).check(most)


def _runner(
    scenario: Scenario, terms: RunTerms, threads: int, client: Client | None
) -> RangeRunner:
    if client is None:
        return RunsHere(scenario, terms, threads)
    from detente.cluster import RunsOnCluster

    return RunsOnCluster(client, scenario, terms, threads)


def check_paths_per_draw(paths_per_draw: int) -> int:
    """The number of paths that share a draw, at least 1."""
    return _count("paths_per_draw", paths_per_draw, least=1)


def run_terms(
    scenario: Scenario,
    paths: int = 100_000,
    seed: int = 0,
    policies: Sequence[str] | str | None = None,
    keep_paths: int = 0,
    keep_outcomes: bool = False,
    first_path: int = 0,
    shard: str | None = None,
    paths_per_draw: int = 1,
    sobol: bool = False,
) -> RunTerms:
    """What the numbers of such a run depend on; the arguments are those of :func:`simulate`.

    Raises
    ------
    ArgumentError
        An argument is out of range, or names an unknown policy.
    """
    begin, n_paths = _count("first_path", first_path), _count("paths", paths, least=1)
    kept = min(_count("keep_paths", keep_paths), n_paths)
    if begin + n_paths > LARGEST_UINT64:
        raise ArgumentError("first_path and paths together exceed 2^64 - 1")
    part = None if shard is None else Shard.parse(shard, begin, n_paths)
    try:
        instruction_set = _core.instruction_set()
    except RuntimeError as error:
        raise ArgumentError(str(error)) from None
    return RunTerms(
        scenario_hash=scenario.hash,
        version=_core.__version__,
        instruction_set=instruction_set,
        seed=operator.index(seed),
        policies=tuple(check_policies(scenario, policies)),
        first_path=begin if part is None else part.first_path,
        n_paths=n_paths if part is None else part.n_paths,
        keep_paths=kept if part is None else part.kept(kept),
        keep_outcomes=bool(keep_outcomes),
        shard=part,
        paths_per_draw=check_paths_per_draw(paths_per_draw),
        sobol=bool(sobol),
    )


def check_policies(
    scenario: Scenario | Forecast | Drivers, policies: Sequence[str] | str | None
) -> list[str]:
    """The names of the policies to run, each known and named once; all of them for None."""
    known = scenario.policies
    if policies is None:
        return known
    names = [policies] if isinstance(policies, str) else list(policies)
    if not names:
        raise ArgumentError("no policies are named; leave `policies` out for all of them")
    check_names("policy", names, known)
    return names


class _Ensemble:
    """Runs batches of one ensemble and joins them."""

    def __init__(
        self, runner: RangeRunner, terms: RunTerms, report: ProgressCallback | None
    ) -> None:
        self._runner = runner
        self._terms = terms
        self._report = report
        self._ceiling = terms.n_paths
        self._forecast: Forecast | None = None
        self._seconds = 0.0

    @property
    def _done(self) -> int:
        return self._forecast.n_paths if self._forecast is not None else 0

    def run_all(self) -> Forecast:
        forecast, _ = self._run_batch(self._ceiling)
        return forecast

    def run_to_precision(self, targets: Mapping[str, float]) -> Forecast:
        forecast, stopped = self._run_batch(min(self._ceiling, SMALLEST_BATCH))
        while not stopped:
            missing = _paths_missing(forecast, targets)
            batch = min(self._ceiling - forecast.n_paths, max(missing, SMALLEST_BATCH))
            if missing == 0 or batch <= 0:
                break
            forecast, stopped = self._run_batch(batch)
        return forecast

    def run_with(self, checkpoint: Checkpoint) -> Forecast:
        """Run in batches, each of which the checkpoint keeps."""
        self._forecast = checkpoint.begin(self._terms)
        if self._forecast is not None:
            self._seconds = self._forecast.wall_seconds
        try:
            self._run_batches(checkpoint)
        except Interrupted:
            raise
        except KeyboardInterrupt:
            # It came while a state was saved: the one before is there, or the new one is.
            raise Interrupted(self._so_far()) from None
        forecast = self._so_far()
        assert forecast is not None
        return forecast

    def _run_batches(self, checkpoint: Checkpoint) -> None:
        batch, seconds, stopped = 0, 0.0, False
        while self._done < self._ceiling and not stopped:
            batch = checkpoint.batch(batch, seconds, self._ceiling - self._done)
            before = self._seconds
            try:
                _, stopped = self._run_batch(batch)
            finally:
                # Ctrl-C and a failing path too end a batch; what was finished is kept.
                if self._forecast is not None:
                    checkpoint.keep(self._forecast)
            seconds = self._seconds - before

    def _run_batch(self, n_paths: int) -> tuple[Forecast, bool]:
        """Add paths to what is there; True when the callback asked to stop."""
        done = self._done
        report = None if self._report is None else self._report_after(done)
        ran = self._runner.run(PathRange(self._terms.first_path + done, n_paths), report)
        if ran.forecast is not None:
            batch = ran.forecast
            self._forecast = batch if self._forecast is None else self._forecast.merge(batch)
        self._seconds += ran.seconds
        if isinstance(ran.exception, KeyboardInterrupt):
            raise Interrupted(self._so_far()) from None
        if ran.exception is not None:
            raise ran.exception
        if self._forecast is None:
            raise ArgumentError("the progress callback stopped the run before a path was finished")
        return self._forecast, ran.stopped

    def _so_far(self) -> Forecast | None:
        """What is done, and how much was to be done."""
        done = self._forecast
        if done is None:
            return None
        made = replace(done._provenance, n_paths_requested=self._ceiling)
        return Forecast(done._core, made, done._data)

    def _report_after(self, done: int) -> ProgressCallback:
        report, ceiling, seconds_before = self._report, self._ceiling, self._seconds
        assert report is not None

        def call(paths_done: int, n_paths: int, seconds: float) -> object:  # noqa: ARG001
            return report(done + paths_done, ceiling, seconds_before + seconds)

        return call


def _paths_missing(forecast: Forecast, targets: Mapping[str, float]) -> int:
    """How many more paths the least precise outcome needs, by the square root law; 0 when none."""
    needed = 0.0
    estimates = [item for policy in forecast.policies for item in forecast.estimates(policy)]
    for estimate in estimates:
        target = targets.get(estimate.name, math.inf)
        half_width = (estimate.high - estimate.low) / 2
        if target < math.inf and not half_width <= target:
            ratio = half_width / target
            # A width that is not a number (no path counts yet) asks for as much again.
            factor = ratio**2 * 1.02 if math.isfinite(ratio) else 2.0
            needed = max(needed, forecast.n_paths * factor)
    return max(0, int(needed) - forecast.n_paths + 1) if needed > 0 else 0


def _check_precision(scenario: Scenario, precision: Mapping[str, float] | None) -> dict[str, float]:
    if not precision:
        return {}
    known = list(scenario.outcomes.index)
    if scenario.utility:
        known.append("utility")
    for name, half_width in precision.items():
        if name not in known:
            raise unknown_name("outcome", name, known)
        if not half_width > 0:
            raise ArgumentError(f"the precision of `{name}` must be above 0, not {half_width}")
    return {name: float(half_width) for name, half_width in precision.items()}


def _count(name: str, value: SupportsIndex, least: int = 0, most: int = LARGEST_UINT64) -> int:
    number = operator.index(value)
    if not least <= number <= most:
        raise ArgumentError(f"{name} must be between {least} and {most}, not {number}")
    return number
