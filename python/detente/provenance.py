"""How a forecast was made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detente import _core

if TYPE_CHECKING:
    from detente.merging import PathRange
    from detente.scenario import Scenario
    from detente.shards import Shard


@dataclass(frozen=True)
class Provenance:
    """What made a forecast, beside what its numbers carry themselves.

    Attributes
    ----------
    seed
        As the user gave it.
    scenario_yaml
        The scenario that was simulated.
    version
        Of detente.
    n_paths_requested
        More than were done when the run was stopped.
    threads, instruction_set, wall_seconds
        On what, and how long. Numbers do not depend on the threads. Parts that ran on different
        instruction sets give ``v3+v4``.
    shard
        Which part of a run it is; None for a whole one.
    missing
        Ranges of paths that a merge has left out, in order.
    """

    seed: int
    scenario_yaml: str
    version: str
    n_paths_requested: int
    threads: int
    instruction_set: str
    wall_seconds: float
    shard: Shard | None = None
    missing: tuple[PathRange, ...] = ()

    @classmethod
    def of_run(
        cls, core: _core.Forecast, scenario: Scenario, seed: int, shard: Shard | None = None
    ) -> Provenance:
        """What is known when a run has ended."""
        return cls(
            seed,
            scenario.to_yaml(),
            _core.__version__,
            core.n_paths_requested,
            core.threads,
            core.instruction_set,
            core.wall_seconds,
            shard,
        )

    def followed_by(self, following: Provenance) -> Provenance:
        """Of two runs joined."""
        return replace(
            self,
            n_paths_requested=self.n_paths_requested + following.n_paths_requested,
            wall_seconds=self.wall_seconds + following.wall_seconds,
            instruction_set="+".join(sorted(_sets(self) | _sets(following))),
            shard=self.shard if self.shard == following.shard else None,
        )


def _sets(made: Provenance) -> set[str]:
    return set(made.instruction_set.split("+"))
