"""What a run has computed, as it is: names, raw estimates, kept readings."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from detente import _core
from detente.draw_groups import DrawGroups
from detente.errors import ArgumentError, unknown_name
from detente.estimates import has_band
from detente.path_data import PathData
from detente.provenance import Provenance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente.scenario import Scenario

_ISO_DATE = re.compile(r"-?\d{4,}-\d{2}-\d{2}")


class Results:
    """The numbers of a run and what they rest on.

    Attributes
    ----------
    title
        The scenario's title.
    seed
        The seed as the user gave it.
    n_paths, n_paths_requested, first_path
        How many paths per policy the numbers rest on, how many were asked for, and the number of
        the first one.
    paths_per_draw, sobol
        How many paths share a draw of the parameters, and whether draws are Sobol' points.
    scenario_hash, scenario_yaml
        A digest of the scenario, and the scenario itself.
    version
        The version of detente that made it.
    wall_seconds, threads, instruction_set
        How it was made. The numbers do not depend on the first two.
    partial
        True when the run was stopped before it was done, or a merge leaves paths out.
    shard
        Which part of a run it is, such as ``3/16`` when printed; None for a whole one.
    missing
        Ranges of paths (first_path, n_paths) that a merge has left out.
    dates, times
        Report dates as text and in years from the start.
    """

    def __init__(self, core: _core.Forecast, provenance: Provenance, data: PathData) -> None:
        self._core = core
        self._provenance = provenance
        self._data = data
        self.seed = provenance.seed
        self.scenario_yaml = provenance.scenario_yaml
        self.version = provenance.version
        self.n_paths_requested = provenance.n_paths_requested
        self.threads = provenance.threads
        self.instruction_set = provenance.instruction_set
        self.wall_seconds = provenance.wall_seconds
        self.shard = provenance.shard
        self.missing = provenance.missing
        self.title = core.title
        self.scenario_hash = core.scenario_hash
        self.paths_per_draw = core.paths_per_draw
        self.sobol = core.sobol
        self.first_path = core.first_path
        self.n_paths = core.n_paths
        self.partial = self.n_paths < self.n_paths_requested
        self.dates = list(core.dates)
        self._policies = {policy.name: policy for policy in core.policies}

    # -- what there is ---------------------------------------------------------------------------

    @property
    def times(self) -> NDArray[np.float64]:
        """Report dates in years from the start (or plain units of time)."""
        return self._core.times

    @property
    def has_calendar(self) -> bool:
        """Whether dates are days of the calendar rather than plain numbers."""
        return bool(self.dates) and all(_ISO_DATE.fullmatch(date) for date in self.dates)

    @property
    def policies(self) -> list[str]:
        """Names of the policies."""
        return list(self._policies)

    @property
    def outcome_names(self) -> list[str]:
        """Names of the outcomes in the order of the scenario; `utility` last where there is one."""
        return [estimate.name for estimate in self._any_policy.outcomes]

    @property
    def chains(self) -> dict[str, list[str]]:
        """The states of each chain."""
        return {item.chain: list(item.states) for item in self._any_policy.occupancy}

    @property
    def variables(self) -> dict[str, str]:
        """The variables and their units."""
        return {band.variable: band.unit for band in self._any_policy.bands}

    @property
    def policy_forecasts(self) -> list[_core.PolicyForecast]:
        """The raw results, one per policy."""
        return list(self._policies.values())

    @property
    def _any_policy(self) -> _core.PolicyForecast:
        return next(iter(self._policies.values()))

    @property
    def scenario(self) -> Scenario:
        """The scenario that was simulated."""
        from detente.scenario import Scenario

        return Scenario.from_yaml(self.scenario_yaml, name=f"<{self.title}>")

    # -- estimates -------------------------------------------------------------------------------

    @property
    def attributes(self) -> dict[str, Any]:
        """What every table carries: seed, paths, paths per draw, version, scenario hash."""
        return {
            "seed": self.seed,
            "paths": self.n_paths,
            "paths_per_draw": self.paths_per_draw,
            "version": self.version,
            "scenario_hash": self.scenario_hash,
        }

    def estimate(self, policy: str, outcome: str) -> _core.Estimate:
        """One estimate with all that is known of it.

        Raises
        ------
        ArgumentError
            There is no such policy or outcome.
        """
        for estimate in self.estimates(policy):
            if estimate.name == outcome:
                return estimate
        raise unknown_name("outcome", outcome, self.outcome_names)

    def estimates(self, policy: str) -> list[_core.Estimate]:
        """All estimates of a policy, in the order of the scenario.

        Raises
        ------
        ArgumentError
            There is no such policy.
        """
        return self._policy(policy).outcomes

    @property
    def has_outcome_columns(self) -> bool:
        """Whether every path's readings were kept."""
        return bool(self._data.outcomes)

    @property
    def has_histories(self) -> bool:
        """Whether whole histories of some paths were kept."""
        return bool(self._data.histories)

    @property
    def n_histories(self) -> int:
        """How many first paths were kept whole."""
        return max((item.n_paths for item in self._data.histories.values()), default=0)

    def readings(self) -> Mapping[str, Mapping[str, NDArray[np.float64]]]:
        """Every path's readings as plain arrays, by policy and outcome."""
        if not self._data.outcomes:
            raise ArgumentError(
                "single paths were not kept; simulate with keep_outcomes=True (8 bytes for each "
                "path, policy and outcome)"
            )
        return self._data.outcomes

    @property
    def has_bands(self) -> bool:
        """Whether estimates tell how they vary over the parameters."""
        return any(has_band(item) for each in self._policies.values() for item in each.outcomes)

    @property
    def draw_groups(self) -> DrawGroups | None:
        """Which paths share a draw of uncertain parameters; None where none do."""
        has_draws = any(estimate.n_draws > 0 for estimate in self._any_policy.outcomes)
        if self.paths_per_draw == 1 or not has_draws:
            return None
        return DrawGroups.of_range(self.first_path, self.n_paths, self.paths_per_draw)

    @property
    def paths_per_second(self) -> float:
        """Paths, each counted once under every policy, over the seconds of the run."""
        if self.wall_seconds <= 0:
            return math.nan
        return self.n_paths * len(self._policies) / self.wall_seconds

    def _policy(self, name: str) -> _core.PolicyForecast:
        if name not in self._policies:
            raise unknown_name("policy", name, self.policies)
        return self._policies[name]
