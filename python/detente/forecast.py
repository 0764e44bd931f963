"""What a run returns: estimates with their errors, all that moves over time, single paths."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from detente import _core
from detente.decisions import Decisions
from detente.errors import ArgumentError, RunError
from detente.path_data import PathData, joined
from detente.provenance import Provenance

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    import xarray as xr

    from detente.hazard_drivers import Drivers
    from detente.plotting import Plots


class Forecast(Decisions):
    """Estimates of every outcome under every policy.

    What it rests on (seed, paths, scenario, version) is told by the attributes of
    :class:`detente.results.Results`.

    Examples
    --------
    >>> forecast = detente.simulate(scenario)  # doctest: +SKIP
    >>> forecast.outcomes.loc["drift", ["estimate", "low", "high"]]  # doctest: +SKIP
    """

    # -- estimates -------------------------------------------------------------------------------

    @property
    def outcomes(self) -> pd.DataFrame:
        """The estimates, indexed by policy and outcome.

        Columns: ``kind``, ``unit``, ``estimate``, ``standard_error`` (Monte Carlo), ``low`` and
        ``high`` (95 % interval; with no hits ``high`` is the bound that the paths allow), ``n``
        (paths that the estimate rests on), ``hits`` (probabilities), ``given_share``,
        ``censored_share``, ``standard_deviation``, ``minimum``, ``maximum`` (over paths),
        ``restricted_mean`` (``time_to``: mean of the time, cut at the horizon), ``q05`` to ``q95``
        (over paths; of ``time_to`` missing where not reached), ``band_low``, ``band_high`` and
        ``epistemic_share``.

        The last three are NaN unless ``paths_per_draw`` is above 1 and a parameter is uncertain.
        The epistemic band is from the 5 to the 95 % quantile of E[Y|θ], the value that the
        estimate would have if the parameters θ were known: neither the luck of single paths nor
        the number of paths is in it. The share is that of Var(E[Y|θ]) in the variance over paths,
        Var(E[Y|θ]) + E[Var(Y|θ)]. Both come from the one-way random-effects decomposition (Searle,
        Casella and McCulloch 1992, Variance Components). The means of the draws vary by more than
        E[Y|θ] does, as each has few paths; they are pulled towards their mean until their variance
        is Var(E[Y|θ]) (constrained empirical Bayes: Louis 1984, JASA 79:393; Ghosh 1992, JASA
        87:533), which assumes that the noise leaves the shape of their distribution as it is. With
        a ``given``, E[Y|θ] is over the paths of a draw on which the condition holds, draws weigh
        equally, and those without such a path are left out.

        With ``paths_per_draw`` above 1 the paths of a draw are not independent: standard errors
        and intervals rest on the draws (ratio estimator over clusters; for shares Wilson's interval
        with the effective number of paths). With no hits ``high`` is the bound that the draws
        allow.
        """
        from detente.forecast_tables import outcome_table

        return outcome_table(self)

    def incidence(self, outcome: str) -> xr.DataArray:
        """Cumulative incidence of a ``time_to`` outcome, with its 95 % interval.

        Returns
        -------
        xarray.DataArray
            Dimensions policy, date, statistic (``estimate``, ``low``, ``high``); shares of 1.
        """
        from detente.forecast_tables import incidence_array

        return incidence_array(self, outcome)

    def hazard(
        self, outcome: str, since: str | None = None, edges: Sequence[float] | None = None
    ) -> pd.DataFrame:
        """The hazard of a ``time_to`` outcome, constant in each of some intervals.

        The formula is at the head of :mod:`detente.hazard`.

        Parameters
        ----------
        outcome
            A ``time_to``, such as the time to a relapse.
        since
            Another ``time_to``: time is counted from when it is reached, such as from the
            ceasefire. By default it is counted from the start of the forecast. Needs
            ``keep_outcomes``.
        edges
            Ends of the intervals, in years (or plain units of time). By default about ten of a
            round length, the first cut into four. Without ``keep_outcomes``, or with a ``given``,
            the nearest report dates take their place.

        Returns
        -------
        pandas.DataFrame
            Indexed by policy and ``from``, for intervals in which a path was at risk. Columns:
            ``to``, ``occurrences`` (paths), ``exposure`` (time at risk of all paths), ``hazard``
            (per year, or per unit of time) with its 95 % Monte Carlo interval ``low``, ``high``
            (NaN where paths share draws and single paths were not kept).

        Raises
        ------
        ArgumentError
            A name is no ``time_to``, or single paths were not kept.

        Examples
        --------
        >>> forecast.hazard("to_relapse", since="to_ceasefire")  # doctest: +SKIP
        """
        from detente.hazard import hazard_table

        return hazard_table(self, outcome, since, edges)

    def drivers(self, transition: str, baseline: str | None = None) -> Drivers:
        """What the hazard of a transition is made of, and why it differs between policies.

        The first 10,000 of the forecast's paths are played once more; see :func:`detente.drivers`,
        which takes more arguments.
        """
        from detente.hazard_drivers import drivers

        return drivers(self, transition, baseline=baseline)

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
            independent runs would), ``n``; and, where ``paths_per_draw`` is above 1 and a parameter
            is uncertain, else NaN: ``band_low`` and ``band_high`` (5 and 95 % quantiles of the
            difference over the parameters, the noise of the paths of a draw taken out as in
            :attr:`outcomes`) and ``share_above``, the share of draws in which the difference, so
            corrected, is above 0: how probable it is, for all that is not known about the
            parameters, that the policy's estimate is above the baseline's.

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
            They are not of one scenario, seed, number of paths per draw and set of policies, their
            paths do not touch, or one of them leaves paths out.
        """
        if self.missing or following.missing:
            raise RunError("a merge that leaves paths out cannot join another forecast")
        return self._followed_by(following, over_gap=False)

    def _followed_by(self, following: Forecast, over_gap: bool) -> Forecast:
        """Join what follows; over a gap, histories end where it begins."""
        if following.seed != self.seed:
            raise RunError(
                f"forecasts of different seeds cannot join: {self.seed}, {following.seed}"
            )
        touches = self.first_path + self.n_paths == following.first_path
        data = following._data if touches else replace(following._data, histories={})
        return Forecast(
            self._core.merged_with(following._core, over_gap),
            self._provenance.followed_by(following._provenance),
            joined(self._data, self.n_paths, data),
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

    def dataset(self) -> xr.Dataset:
        """Occupancy, bands and incidence as one xarray dataset over policy and date.

        Variables are called ``occupancy_CHAIN`` (policy, date, state_CHAIN), ``band_VARIABLE``
        (policy, date, statistic) and ``incidence_OUTCOME`` (policy, date, bound). Attributes:
        title, seed (as text), paths, version, scenario_hash; bands carry their ``unit``.
        """
        from detente.exchange import dataset_of

        return dataset_of(self)

    def to_netcdf(self, path: str | os.PathLike[str], overwrite: bool = False) -> Path:
        """Write :meth:`dataset` as netCDF 4; ``xarray.open_dataset(path)`` gives it back.

        Raises
        ------
        ArgumentError
            h5netcdf is not installed.
        StorageError
            The file exists, unless `overwrite` allows it, or cannot be written.
        """
        from detente.exchange import write_netcdf

        return write_netcdf(self, path, overwrite)

    def to_parquet(
        self,
        path: str | os.PathLike[str],
        rows: Literal["outcomes", "paths"] = "outcomes",
        overwrite: bool = False,
    ) -> Path:
        """Write a table as Parquet; ``pandas.read_parquet(path)`` gives it back.

        Parameters
        ----------
        rows
            ``"outcomes"`` is :attr:`outcomes`. ``"paths"`` has a row for each policy and path: a
            column for each outcome, and ``parameter.NAME`` for each draw; needs ``keep_outcomes``.

        Raises
        ------
        ArgumentError
            pyarrow is not installed, there is no such table, or single paths were not kept.
        StorageError
            The file exists, unless `overwrite` allows it, or cannot be written.
        """
        from detente.exchange import write_parquet

        return write_parquet(self, path, rows, overwrite)

    def report(self, path: str | os.PathLike[str], overwrite: bool = False) -> Path:
        """Write a page of HTML with tables and charts that needs nothing else.

        Raises
        ------
        StorageError
            The file exists, unless `overwrite` allows it, or cannot be written.
        """
        from detente.report import write_report

        return write_report(self, path, overwrite)

    @property
    def plot(self) -> Plots:
        """Charts; see :class:`detente.plotting.Plots`."""
        from detente.plotting import Plots

        return Plots(self)

    def to_json_dict(self) -> dict[str, Any]:
        """The forecast as ``detente run --json`` prints it; None for numbers that do not exist."""
        from detente.forecast_json import forecast_to_json

        return forecast_to_json(self)

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
