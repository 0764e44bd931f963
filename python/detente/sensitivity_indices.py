"""How much of what an outcome may turn out to be hangs on which parameter.

Four measures: Sobol' indices (:mod:`detente.sobol`), Spearman's rank correlation with the outcome
(:mod:`detente.rank_correlations`), a tornado (:mod:`detente.tornado`) and PAWN indices
(:mod:`detente.pawn`). The engine draws parameters anew on every path, so all are estimated from one
ensemble. Morris' screening, which has a design of its own, is :func:`detente.screen`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from detente.ensemble import (
    Group,
    draws_of,
    ensemble_of,
    groups_of,
    label_of,
    reading_of,
    uncertain_parameters,
)
from detente.errors import ArgumentError
from detente.json_numbers import with_numbers
from detente.measured import Measured
from detente.pawn import PawnIndex, pawn_indices
from detente.rank_correlations import correlated_pairs, joined_inputs, rank_correlation
from detente.regression import FEWEST_PATHS, most_functions
from detente.sobol import Indices, sobol_indices
from detente.spline_functions import spline_functions
from detente.tornado import Swing, swing

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from detente.forecast import Forecast
    from detente.plotting import Chart
    from detente.progress import ProgressCallback
    from detente.scenario import Scenario

    Floats = NDArray[np.float64]

#: What can be computed.
Method = Literal["all", "sobol", "rank", "tornado", "pawn"]

#: Charts.
Kind = Literal["sobol", "tornado", "pawn"]

#: Paths by default: one policy of the flagship then takes less than a minute.
DEFAULT_PATHS = 20_000


@dataclass(frozen=True)
class Sensitivity:
    """What an outcome hangs on under a policy.

    Attributes
    ----------
    outcome, policy
        What was looked at.
    n_paths
        Paths that it rests on: those on which the outcome can be read.
    mean
        The estimate of the outcome.
    explained
        The share of the outcome's variance over paths that parameters explain; the rest is chance.
    sobol
        By input, a parameter or correlated ones joined by `` + ``; the largest total first.
    rank
        Spearman's rank correlation with the outcome by parameter; the largest first.
    tornado
        By parameter, the widest first.
    pawn
        By parameter, the largest index first; empty unless it was asked for.
    forecast
        The ensemble.
    """

    outcome: str
    policy: str
    n_paths: int
    mean: float
    explained: Measured
    sobol: dict[str, Indices]
    rank: dict[str, Measured]
    tornado: dict[str, Swing]
    pawn: dict[str, PawnIndex]
    forecast: Forecast = field(repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """All figures, a row for each parameter or group of correlated ones.

        Columns: ``first_order``, ``total``, ``rank``, ``swing`` (the difference of the tornado) and
        ``pawn``, each followed by its ``_low`` and ``_high``, and ``pawn_threshold``; NaN where a
        measure does not apply or was not asked for.
        """
        import pandas as pd

        measures: dict[str, dict[str, Measured]] = {
            "first_order": {name: item.first_order for name, item in self.sobol.items()},
            "total": {name: item.total for name, item in self.sobol.items()},
            "rank": self.rank,
            "swing": {name: item.difference for name, item in self.tornado.items()},
            "pawn": {name: item.index for name, item in self.pawn.items()},
        }
        columns = {}
        for measure, figures in measures.items():
            columns[measure] = {name: item.estimate for name, item in figures.items()}
            columns[f"{measure}_low"] = {name: item.low for name, item in figures.items()}
            columns[f"{measure}_high"] = {name: item.high for name, item in figures.items()}
        columns["pawn_threshold"] = {name: item.threshold for name, item in self.pawn.items()}
        names = list(dict.fromkeys([*self.sobol, *self.tornado, *self.rank, *self.pawn]))
        table = pd.DataFrame(columns, index=pd.Index(names, name="parameters", dtype=object))
        table.attrs.update(self.forecast.attributes, outcome=self.outcome, policy=self.policy)
        return table

    def plot(self, kind: Kind | None = None, most: int = 20) -> Chart:
        """Bars of the `most` important: Sobol' indices, the tornado, or PAWN indices.

        By default the first of these that was computed.
        """
        from detente.plotting.analyses import sobol_bars, tornado_bars
        from detente.plotting.screening import pawn_bars

        draw = {"sobol": sobol_bars, "tornado": tornado_bars, "pawn": pawn_bars}
        chosen: str = kind or next((name for name in draw if getattr(self, name)), "sobol")
        if chosen not in draw:
            raise ArgumentError(f"there is no chart `{chosen}`; there are: {', '.join(draw)}")
        if not getattr(self, chosen):
            raise ArgumentError(f"there is nothing to draw: `{chosen}` was not computed")
        return draw[chosen](self, most)

    def to_json_dict(self) -> dict[str, Any]:
        """What ``detente sensitivity --json`` prints; None for numbers that do not exist."""
        from dataclasses import asdict

        told: dict[str, Any] = {
            "scenario": self.forecast.title,
            "outcome": self.outcome,
            "policy": self.policy,
            "paths": self.n_paths,
            "seed": self.forecast.seed,
            "mean": self.mean,
            "explained": asdict(self.explained),
            "sobol": {name: asdict(item) for name, item in self.sobol.items()},
            "rank": {name: asdict(item) for name, item in self.rank.items()},
            "tornado": {name: asdict(item) for name, item in self.tornado.items()},
            "pawn": {
                name: asdict(item) | {"is_seen": item.is_seen} for name, item in self.pawn.items()
            },
            "seconds": self.forecast.wall_seconds,
            "version": self.forecast.version,
        }
        numbers: dict[str, Any] = with_numbers(told)
        return numbers

    def _repr_html_(self) -> str:
        html: str = self.table._repr_html_()  # type: ignore[operator]
        return html


def sensitivity(
    subject: Scenario | Forecast,
    outcome: str = "utility",
    policy: str | None = None,
    parameters: Sequence[str | Sequence[str]] | str | None = None,
    method: Method = "all",
    paths: int = DEFAULT_PATHS,
    seed: int = 0,
    threads: int | None = None,
    progress: ProgressCallback | bool | None = None,
) -> Sensitivity:
    """How much of an outcome hangs on which parameter.

    The measures are defined in :mod:`detente.sobol`, :mod:`detente.rank_correlations`,
    :mod:`detente.tornado` and :mod:`detente.pawn`. An outcome with ``given`` is looked at on the
    paths where it holds.

    Parameters
    ----------
    subject
        A scenario, which is then simulated, or a forecast made with ``keep_outcomes=True``.
    outcome
        The utility by default; a ``time_to`` is read as whether the time is reached.
    policy
        The first by default.
    parameters
        Names; a sequence of names among them is one input of the indices. By default every
        uncertain parameter, correlated ones together. Those left out still count as uncertain.
    method
        ``"sobol"``, ``"rank"``, ``"tornado"`` or ``"pawn"`` alone, or the first three together.
    paths, seed, threads, progress
        As in :func:`detente.simulate`; without meaning for a forecast.

    Returns
    -------
    Sensitivity

    Raises
    ------
    ArgumentError
        A name is unknown; indices are asked of a parameter that is correlated with one outside its
        input; too few paths count; single paths were not kept; SciPy is not installed.

    Examples
    --------
    >>> found = detente.sensitivity(scenario, "relapse_5y", "talks_now")  # doctest: +SKIP
    >>> found.table[["first_order", "total"]]  # doctest: +SKIP
    """
    _check_method(method)
    policies = [_policy(subject, policy)]
    forecast = ensemble_of(subject, paths, seed, policies, threads, progress)
    known = uncertain_parameters(forecast)
    reading = reading_of(forecast, policies[0], outcome)
    counts = reading.weight > 0
    values = reading.value[counts]
    if len(values) < FEWEST_PATHS:
        raise ArgumentError(
            f"`{outcome}` can be read on {len(values)} paths; {FEWEST_PATHS} are needed at least"
        )
    draws = {name: draws_of(forecast)[name][counts] for name in known}
    groups = _inputs(parameters, draws, check=method in ("all", "sobol"))
    chosen = [name for group in groups for name in group]
    explained, sobol = Measured.missing(), {}
    most = most_functions(len(known))
    functions = {}
    if method in ("all", "sobol", "tornado"):
        functions = {name: spline_functions(draws[name])[:, :most].copy() for name in known}
    if method in ("all", "sobol"):
        positions = [[known.index(name) for name in group] for group in groups]
        explained, found = sobol_indices(list(functions.values()), values, positions)
        sobol = dict(zip(map(label_of, groups), found, strict=True))
    rank, tornado, pawn = {}, {}, {}
    if method in ("all", "rank"):
        rank = {name: rank_correlation(draws[name], values) for name in chosen}
    if method in ("all", "tornado"):
        tornado = {name: swing(draws[name], functions[name], values) for name in chosen}
    if method == "pawn":
        pawn = pawn_indices({name: draws[name] for name in chosen}, values)
    return Sensitivity(
        outcome=outcome,
        policy=policies[0],
        n_paths=len(values),
        mean=float(values.mean()),
        explained=explained,
        sobol=dict(sorted(sobol.items(), key=lambda item: -item[1].total.estimate)),
        rank=_sorted(rank, lambda item: item.estimate),
        tornado=_sorted(tornado, lambda item: item.difference.estimate),
        pawn=_sorted(pawn, lambda item: item.index.estimate),
        forecast=forecast,
    )


def _check_method(method: str) -> None:
    known = get_args(Method)
    if method == "morris":
        raise ArgumentError("Morris' method has a design and runs of its own: use detente.screen")
    if method not in known:
        raise ArgumentError(f"there is no method `{method}`; there are: {', '.join(known)}")


def _inputs(
    asked: Sequence[str | Sequence[str]] | str | None, draws: Mapping[str, Floats], check: bool
) -> list[Group]:
    """The inputs of the indices: those asked for, or all, correlated parameters together."""
    pairs = correlated_pairs(draws)
    if asked is None:
        return joined_inputs(list(draws), list(pairs))
    groups = groups_of(asked, list(draws))
    for one, other in pairs if check else []:
        for group in groups:
            if (one in group) != (other in group):
                inside, outside = (one, other) if one in group else (other, one)
                together = label_of((*group, outside))
                raise ArgumentError(
                    f"`{inside}` is correlated with `{outside}` (rank correlation "
                    f"{pairs[one, other]:.2f}), so that it has no Sobol' indices of its own; ask "
                    f"for them as one input, `{together}`"
                )
    return groups


def _policy(subject: Scenario | Forecast, asked: str | None) -> str:
    from detente.simulation import check_policies

    return subject.policies[0] if asked is None else check_policies(subject, asked)[0]


def _sorted(items: dict[str, Any], size: Any) -> dict[str, Any]:  # noqa: ANN401 - of any measure
    """The largest first, whatever the sign; what is not a number last."""

    def key(name: str) -> float:
        value = abs(size(items[name]))
        return -value if value == value else math.inf

    return {name: items[name] for name in sorted(items, key=key)}
