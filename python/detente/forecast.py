"""What a run returns: estimates with their errors, all that moves over time, single paths."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from detente import _core
from detente.errors import ArgumentError, RunError, unknown_name
from detente.path_data import PathData, joined
from detente.provenance import Provenance

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

    from detente.plotting import Plots
    from detente.scenario import Scenario

_ISO_DATE = re.compile(r"-?\d{4,}-\d{2}-\d{2}")


class Forecast:
    """Estimates of every outcome under every policy.

    Attributes
    ----------
    title
        The scenario's title.
    seed
        The seed as the user gave it.
    n_paths, n_paths_requested, first_path
        How many paths per policy the numbers rest on, how many were asked for, and the number of
        the first one.
    scenario_hash, scenario_yaml
        A digest of the scenario, and the scenario itself.
    version
        The version of detente that made it.
    wall_seconds, threads, instruction_set
        How it was made. The numbers do not depend on the first two.
    partial
        True when the run was stopped before it was done.
    dates, times
        Report dates as text and in years from the start.

    Examples
    --------
    >>> forecast = detente.simulate(scenario)  # doctest: +SKIP
    >>> forecast.outcomes.loc["drift", ["estimate", "low", "high"]]  # doctest: +SKIP
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
        self.title = core.title
        self.scenario_hash = core.scenario_hash
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
    def outcomes(self) -> pd.DataFrame:
        """The estimates, indexed by policy and outcome.

        Columns: ``kind``, ``unit``, ``estimate``, ``standard_error`` (Monte Carlo), ``low`` and
        ``high`` (95 % interval; with no hits ``high`` is the bound that the paths allow), ``n``
        (paths that the estimate rests on), ``hits`` (probabilities), ``given_share``,
        ``censored_share``, ``standard_deviation``, ``minimum``, ``maximum`` (over paths),
        ``restricted_mean`` (``time_to``: mean of the time, cut at the horizon), ``q05`` to ``q95``
        (over paths; of ``time_to`` missing where not reached).
        """
        from detente.forecast_tables import outcome_table

        return outcome_table(self)

    @property
    def attributes(self) -> dict[str, Any]:
        """What every table carries: seed, paths, version, scenario hash."""
        return {
            "seed": self.seed,
            "paths": self.n_paths,
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

    def incidence(self, outcome: str) -> xr.DataArray:
        """Cumulative incidence of a ``time_to`` outcome, with its 95 % interval.

        Returns
        -------
        xarray.DataArray
            Dimensions policy, date, statistic (``estimate``, ``low``, ``high``); shares of 1.
        """
        from detente.forecast_tables import incidence_array

        return incidence_array(self, outcome)

    # -- over time -------------------------------------------------------------------------------

    def occupancy(self, chain: str) -> xr.DataArray:
        """Share of paths in each state of a chain at the report dates.

        Returns
        -------
        xarray.DataArray
            Dimensions policy, date, state; shares from 0 to 1.
        """
        from detente.forecast_tables import occupancy_array

        return occupancy_array(self, chain)

    def bands(self, variable: str) -> xr.DataArray:
        """Mean and quantiles of a variable over paths at the report dates.

        Returns
        -------
        xarray.DataArray
            Dimensions policy, date, statistic (``mean``, ``q05``, ``q25``, ``q50``, ``q75``,
            ``q95``), in the variable's unit (attribute ``unit``).
        """
        from detente.forecast_tables import band_array

        return band_array(self, variable)

    def date_index(self) -> NDArray[Any]:
        """The report dates as NumPy dates; as plain numbers where there is no calendar."""
        from detente.forecast_tables import date_index

        return date_index(self)

    # -- single paths ----------------------------------------------------------------------------

    @property
    def paths(self) -> xr.Dataset:
        """The histories that ``keep_paths`` kept: a variable for each chain and each variable.

        Returns
        -------
        xarray.Dataset
            Dimensions policy, path, date; chains hold names of states.
        """
        from detente.forecast_tables import history_dataset

        histories = dict(self._data.histories)
        if not histories:
            raise ArgumentError("no histories were kept; simulate with keep_paths=20, for example")
        return history_dataset(self, histories)

    @property
    def has_outcome_columns(self) -> bool:
        """Whether every path's readings were kept."""
        return bool(self._data.outcomes)

    @property
    def outcome_columns(self) -> xr.Dataset:
        """Every path's readings, when ``keep_outcomes`` kept them: a variable for each outcome.

        NaN where ``given`` fails, a window is undecided, or a time is not reached.

        Returns
        -------
        xarray.Dataset
            Dimensions policy, path.
        """
        from detente.forecast_tables import outcome_dataset

        return outcome_dataset(self)

    @property
    def parameter_draws(self) -> pd.DataFrame:
        """The parameter values of every path, when ``keep_outcomes`` kept them; a row for each."""
        import pandas as pd

        from detente.forecast_tables import path_numbers

        self.readings()
        index = pd.Index(path_numbers(self), name="path")
        return pd.DataFrame(self._data.parameters, index=index)

    def readings(self) -> Mapping[str, Mapping[str, NDArray[np.float64]]]:
        """Every path's readings as plain arrays, by policy and outcome."""
        if not self._data.outcomes:
            raise ArgumentError(
                "single paths were not kept; simulate with keep_outcomes=True (8 bytes for each "
                "path, policy and outcome)"
            )
        return self._data.outcomes

    # -- comparing, joining, keeping -------------------------------------------------------------

    def compare(self, baseline: str | None = None) -> pd.DataFrame:
        """Differences between each policy and a baseline, path by path.

        Parameters
        ----------
        baseline
            The first policy by default.

        Returns
        -------
        pandas.DataFrame
            Indexed by policy and outcome. Columns: ``kind``, ``unit``, ``baseline``, ``estimate``,
            ``difference`` (estimate - baseline) with ``standard_error``, ``low``, ``high`` (95 %),
            ``ratio`` (estimate / baseline) with ``ratio_low``, ``ratio_high``,
            ``variance_reduction`` (how many times fewer paths the common randomness needs than
            independent runs would), ``n``.

        Raises
        ------
        ArgumentError
            There is one policy alone, the baseline is unknown, or single paths were not kept.
        """
        from detente.comparison import compare_with

        name = self.policies[0] if baseline is None else self._policy(baseline).name
        return compare_with(self, name)

    def merge(self, following: Forecast) -> Forecast:
        """Join the forecast of the paths that follow.

        Equal, bit for bit, to one run over both ranges.

        Raises
        ------
        RunError
            They are not of one scenario, seed and set of policies, or their paths do not touch.
        """
        if following.seed != self.seed:
            raise RunError(
                f"forecasts of different seeds cannot join: {self.seed}, {following.seed}"
            )
        core = self._core.merged_with(following._core)
        return Forecast(
            core,
            self._provenance.followed_by(following._provenance),
            joined(self._data, self.n_paths, following._data),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._core.serialize(), self._provenance, self._data)

    def save(self, directory: str | os.PathLike[str], overwrite: bool = False) -> Path:
        """Write everything into a new folder, which appears when it is whole.

        Parameters
        ----------
        directory
            Must not exist, unless `overwrite` allows another forecast there to be replaced.

        Returns
        -------
        pathlib.Path
            The folder; :func:`detente.open` reads it.

        Raises
        ------
        StorageError
            The folder exists or cannot be written.
        """
        from detente.storage import save_forecast

        return save_forecast(self, directory, overwrite=overwrite)

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write a page of HTML with tables and charts that needs nothing else."""
        from detente.report import write_report

        return write_report(self, path)

    @property
    def plot(self) -> Plots:
        """Charts; see :class:`detente.plotting.Plots`."""
        from detente.plotting import Plots

        return Plots(self)

    def to_json_dict(self) -> dict[str, Any]:
        """The forecast as ``detente run --json`` prints it; None for numbers that do not exist."""
        from detente.forecast_json import forecast_to_json

        return forecast_to_json(self)

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

    def __repr__(self) -> str:
        partial = f" of {self.n_paths_requested:,} (partial)" if self.partial else ""
        return (
            f"<detente.Forecast {self.title!r}: {self.n_paths:,} paths{partial}, seed {self.seed}, "
            f"{len(self._policies)} policies, {len(self.outcome_names)} outcomes>"
        )

    def _repr_html_(self) -> str:
        from detente.report import forecast_html

        return forecast_html(self)


def _restored(state: bytes, provenance: Provenance, data: PathData) -> Forecast:
    """A forecast that was pickled, or saved and opened."""
    return Forecast(_core.Forecast.deserialize(state), provenance, data)


def merge(forecasts: Sequence[Forecast]) -> Forecast:
    """Join forecasts of touching path ranges, in any order, to the forecast of all their paths.

    Raises
    ------
    ArgumentError
        The sequence is empty.
    RunError
        They are not of one scenario, seed and set of policies, or leave a gap.

    Examples
    --------
    >>> halves = [
    ...     detente.simulate(scenario, paths=50_000, first_path=first) for first in (0, 50_000)
    ... ]  # doctest: +SKIP
    >>> whole = detente.merge(halves)  # doctest: +SKIP
    """
    if not forecasts:
        raise ArgumentError("there is nothing to merge")
    first, *others = sorted(forecasts, key=lambda forecast: forecast.first_path)
    for other in others:
        first = first.merge(other)
    return first
