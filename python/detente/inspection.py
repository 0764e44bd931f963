"""Playing paths once more to look at one transition: the factors of its hazard, moves of its chain.

The engine reads the factors at the report dates on the paths that are at risk, and notes each move
of the chain with what it left behind. Paths are played in portions, so that memory does not grow
with their number.
"""

from __future__ import annotations

import math
import operator
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente import _core
from detente.draw_groups import DrawGroups
from detente.errors import ArgumentError, Interrupted, check_names, unknown_name
from detente.progress import reporting
from detente.run_terms import engine_seed
from detente.simulation import check_paths_per_draw, check_policies

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente.forecast import Forecast
    from detente.progress import ProgressCallback
    from detente.scenario import Scenario

    Floats = NDArray[np.float64]

#: Paths of a portion, counted under every policy, and the fewest of one policy. Its columns take
#: some tens of megabytes, and it is done in a second or two: only then Ctrl-C is looked at.
PORTION, SMALLEST_PORTION = 2048, 256

#: Paths per policy by default.
DEFAULT_PATHS = 10_000


@dataclass(frozen=True)
class Terms:
    """Which paths are played: those of a run with the same terms."""

    scenario: Scenario
    policies: list[str]
    seed: int
    first_path: int
    n_paths: int
    paths_per_draw: int
    sobol: bool
    threads: int

    @classmethod
    def of(
        cls,
        subject: Scenario | Forecast,
        policies: Sequence[str] | str | None,
        paths: int | None,
        seed: int,
        paths_per_draw: int,
        threads: int | None,
    ) -> Terms:
        """Of a scenario as asked, or of a forecast: its own paths, or the first of them."""
        from detente.scenario import Scenario

        n_threads = 0 if threads is None else operator.index(threads)
        n_paths = DEFAULT_PATHS if paths is None else operator.index(paths)
        if n_paths < 2:
            raise ArgumentError("`paths` must be at least 2: errors come from how paths differ")
        if threads is not None and n_threads < 1:
            raise ArgumentError("`threads` must be at least 1")
        names = check_policies(subject, policies)
        if isinstance(subject, Scenario):
            draws = check_paths_per_draw(paths_per_draw)
            return cls(subject, names, seed, 0, n_paths, draws, False, n_threads)
        return cls(
            subject.scenario,
            names,
            subject.seed,
            subject.first_path,
            min(n_paths, subject.n_paths),
            subject.paths_per_draw,
            subject.sobol,
            n_threads,
        )


@dataclass(frozen=True)
class Portion:
    """Some paths under all policies; the paths of a draw are in one portion."""

    core: _core.Inspection
    policies: list[_core.InspectedPolicy]
    draws: DrawGroups

    def log_factors(self, policy: int, n_factors: int) -> Floats:
        """Shape (factor, date, path); NaN off risk, infinite where there is no logarithm."""
        return self.policies[policy].log_factors.reshape(n_factors, -1, self.core.n_paths)


class Inspection:
    """One transition of a scenario, looked at on the paths of a run.

    Attributes
    ----------
    transition, chain, sources, targets
        Its names: the states that it leaves and those that it leads to.
    factors
        What its hazard is a product of.
    dates, times
        Report dates as text and in years from the start.
    elements
        Names of all transitions and events, which the moves refer to by position.
    n_done, seconds
        Paths played so far, and how long that took.
    """

    def __init__(self, terms: Terms, transition: str) -> None:
        core = terms.scenario._core
        position, item = _transition(_core.transitions(core), transition)
        self.terms = terms
        self.transition, self.chain = item.name, item.chain
        self.sources, self.targets = list(item.sources), list(item.targets)
        self._inspector = _core.Inspector(
            core,
            position,
            terms.policies,
            engine_seed(terms.seed),
            terms.paths_per_draw,
            terms.sobol,
            terms.threads,
        )
        self.position = position
        self.factors = list(self._inspector.factors)
        self.dates = list(self._inspector.dates)
        self.times = list(self._inspector.times)
        self.elements = list(self._inspector.elements)
        self.n_done, self.seconds = 0, 0.0

    def portions(self, progress: ProgressCallback | bool | None) -> Iterator[Portion]:
        """Play the paths; ends early when the progress callback says so.

        Raises
        ------
        RunError
            A path fails.
        Interrupted
            Ctrl-C.
        """
        terms, started = self.terms, time.perf_counter()
        with reporting(progress, terms.n_paths) as report:
            while self.n_done < terms.n_paths:
                first = terms.first_path + self.n_done
                n = min(self._whole_draws(first), terms.n_paths - self.n_done)
                try:
                    core = self._inspector.paths(first, n)
                except KeyboardInterrupt:
                    raise Interrupted(None) from None
                found = {policy.name: policy for policy in core.policies}
                draws = DrawGroups.of_range(first, n, terms.paths_per_draw)
                yield Portion(core, [found[name] for name in terms.policies], draws)
                self.n_done += n
                self.seconds = time.perf_counter() - started
                if report is not None and report(self.n_done, terms.n_paths, self.seconds) is False:
                    return

    def _whole_draws(self, first: int) -> int:
        """About a portion of paths, up to the end of a draw."""
        size = self.terms.paths_per_draw
        n = max(PORTION // len(self.terms.policies), SMALLEST_PORTION)
        return math.ceil((first + n) / size) * size - first


def _transition(known: Sequence[_core.Transition], asked: str) -> tuple[int, _core.Transition]:
    """A transition by its name, or by ``chain.name`` where two chains have one of that name."""
    found = [
        (position, item)
        for position, item in enumerate(known)
        if asked in (item.name, f"{item.chain}.{item.name}")
    ]
    if not found:
        raise unknown_name("transition", asked, [item.name for item in known])
    if len(found) > 1:
        names = " or ".join(f"`{item.chain}.{item.name}`" for _, item in found)
        raise ArgumentError(f"two chains have a transition `{asked}`: say {names}")
    return found[0]


def check_baseline(policies: Sequence[str], asked: str | None) -> str:
    """The policy that others are compared with: the first unless another is named."""
    if asked is None:
        return policies[0]
    check_names("policy", [asked], policies)
    return asked
