"""How a forecast was made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detente import _core

if TYPE_CHECKING:
    from detente.scenario import Scenario


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
        On what, and how long. Numbers do not depend on the threads.
    """

    seed: int
    scenario_yaml: str
    version: str
    n_paths_requested: int
    threads: int
    instruction_set: str
    wall_seconds: float

    @classmethod
    def of_run(cls, core: _core.Forecast, scenario: Scenario, seed: int) -> Provenance:
        """What is known when a run has ended."""
        return cls(
            seed,
            scenario.to_yaml(),
            _core.__version__,
            core.n_paths_requested,
            core.threads,
            core.instruction_set,
            core.wall_seconds,
        )

    def followed_by(self, following: Provenance) -> Provenance:
        """Of two runs joined."""
        return replace(
            self,
            n_paths_requested=self.n_paths_requested + following.n_paths_requested,
            wall_seconds=self.wall_seconds + following.wall_seconds,
        )
