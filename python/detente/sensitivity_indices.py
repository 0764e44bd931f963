"""How much of what an outcome may turn out to be hangs on which parameter.

Sobol' indices. Let g(θ) = E[Y | θ] be what is expected of an outcome once the parameters are known,
and V its variance over their priors. With independent inputs the first-order index of an input i is
S_i = Var(E[Y | θ_i]) / V, the share of V that knowing i alone would remove, and the total index is
T_i = E[Var(g | all but i)] / V, the share that is left when all but i are known (Sobol' 1993; Homma
and Saltelli 1996, Reliability Engineering and System Safety 52). S_i = T_i means that i acts by
itself, T_i = 0 that it does not act. Both are shares of what parameters explain and not of the
spread of paths, most of which is chance: that share is told as `explained`.

Estimates. The engine draws parameters anew on every path, so indices are estimated from given data:
one ensemble. A regression of Y on all parameters (:mod:`detente.regression`) is a sum of terms that
are uncorrelated when inputs are independent; c, the sum of those with i alone, or of those with i
at all, has the variance that is looked for. Chance on a path is noise around g, independent of θ.
It would count as variance of c if the estimate were the variance of a fit. Therefore each path has
two fits, A and B, to halves of the paths of the other folds, and the estimate is the mean of c_A
c_B + c_A (Y - g_B) + c_B (Y - g_A): the errors of A, of B and of the path are independent, so that
none is taken for signal, and what the fits have shrunk away enters only by its square (a one-step
estimator; Williamson et al. 2021, Biometrics 77(1)). Its error follows from the spread over paths,
and an input without effect has indices of 0 within their intervals. What products of two spline
functions cannot follow makes total indices too low.

Correlated parameters have no indices of their own, because the variance that they share belongs to
neither. Those that are correlated are one input together (Jacques, Lavergne and Devictor 2006,
Reliability Engineering and System Safety 91).

Beside them stand two plainer measures for each parameter: Spearman's rank correlation with the
outcome, and a tornado: what is expected when the parameter is at the 5 % and at the 95 % quantile
of its prior, all others being as uncertain as before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from detente.comparison import Z95
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
from detente.regression import FEWEST_PATHS, Fold, Term, cross_fitted_twice
from detente.spline_functions import spline_functions

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
Method = Literal["all", "sobol", "rank", "tornado"]

#: Paths by default: one policy of the flagship then takes less than a minute.
DEFAULT_PATHS = 20_000

#: The quantiles between which a tornado swings.
_TAILS = (0.05, 0.95)

#: Functions of a parameter that a tornado is read off: a cubic, as good as.
_TORNADO_FUNCTIONS = 3

#: Draws correlate when their rank correlation is so many standard errors, 1 / √paths, from 0.
_CORRELATED = 5.0


@dataclass(frozen=True)
class Measured:
    """An estimate with its standard error and 95 % interval; NaN where there is none."""

    estimate: float
    standard_error: float
    low: float
    high: float

    @classmethod
    def of(cls, estimate: float, error: float) -> Measured:
        """With the normal interval."""
        return cls(estimate, error, estimate - Z95 * error, estimate + Z95 * error)


@dataclass(frozen=True)
class Indices:
    """The Sobol' indices of an input, as shares of the variance that parameters explain."""

    first_order: Measured
    total: Measured


@dataclass(frozen=True)
class Swing:
    """What is expected of an outcome at the ends of a parameter's prior.

    Attributes
    ----------
    low_value, high_value
        The 5 % and 95 % quantiles of the parameter, in its unit.
    at_low, at_high
        The expected outcome there, in its unit; a probability as a share of 1.
    difference
        at_high - at_low.
    """

    low_value: float
    high_value: float
    at_low: Measured
    at_high: Measured
    difference: Measured


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
    forecast: Forecast = field(repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """All figures, a row for each parameter or group of correlated ones.

        Columns: ``first_order``, ``total``, ``rank`` and ``swing`` (the difference of the tornado),
        each followed by its ``_low`` and ``_high``; NaN where a measure does not apply.
        """
        import pandas as pd

        measures: dict[str, dict[str, Measured]] = {
            "first_order": {name: item.first_order for name, item in self.sobol.items()},
            "total": {name: item.total for name, item in self.sobol.items()},
            "rank": self.rank,
            "swing": {name: item.difference for name, item in self.tornado.items()},
        }
        columns = {}
        for measure, figures in measures.items():
            columns[measure] = {name: item.estimate for name, item in figures.items()}
            columns[f"{measure}_low"] = {name: item.low for name, item in figures.items()}
            columns[f"{measure}_high"] = {name: item.high for name, item in figures.items()}
        names = list(dict.fromkeys([*self.sobol, *self.tornado, *self.rank]))
        table = pd.DataFrame(columns, index=pd.Index(names, name="parameters", dtype=object))
        table.attrs.update(self.forecast.attributes, outcome=self.outcome, policy=self.policy)
        return table

    def plot(self, kind: Literal["sobol", "tornado"] = "sobol", most: int = 20) -> Chart:
        """Bars of the `most` important: Sobol' indices, or the tornado."""
        from detente.plotting.drivers import sobol_bars, tornado_bars

        if kind not in ("sobol", "tornado"):
            raise ArgumentError(f"there is no chart `{kind}`; there are: sobol, tornado")
        if not getattr(self, kind):
            raise ArgumentError(f"there is nothing to draw: `{kind}` was not computed")
        return (sobol_bars if kind == "sobol" else tornado_bars)(self, most)

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
            "seconds": self.forecast.wall_seconds,
            "version": self.forecast.version,
        }
        return {name: _without_nan(value) for name, value in told.items()}

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

    The measures are defined at the head of :mod:`detente.sensitivity_indices`. An outcome with
    ``given`` is looked at on the paths where it holds.

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
        ``"sobol"``, ``"rank"`` or ``"tornado"`` alone, or all of them.
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
    if method not in ("all", "sobol", "rank", "tornado"):
        raise ArgumentError(f"there is no method `{method}`; there are: all, sobol, rank, tornado")
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
    explained, sobol = Measured(*[math.nan] * 4), {}
    functions = {name: spline_functions(draws[name]) for name in known}
    if method in ("all", "sobol"):
        positions = [[known.index(name) for name in group] for group in groups]
        explained, found = sobol_indices(list(functions.values()), values, positions)
        sobol = dict(zip(map(label_of, groups), found, strict=True))
    rank, tornado = {}, {}
    if method in ("all", "rank"):
        rank = {name: rank_correlation(draws[name], values) for name in chosen}
    if method in ("all", "tornado"):
        tornado = {name: swing(draws[name], functions[name], values) for name in chosen}
    return Sensitivity(
        outcome=outcome,
        policy=policies[0],
        n_paths=len(values),
        mean=float(values.mean()),
        explained=explained,
        sobol=_sorted(sobol, lambda item: item.total.estimate),
        rank=_sorted(rank, lambda item: item.estimate),
        tornado=_sorted(tornado, lambda item: item.difference.estimate),
        forecast=forecast,
    )


def sobol_indices(
    functions: Sequence[Floats], values: Floats, inputs: Sequence[Sequence[int]]
) -> tuple[Measured, list[Indices]]:
    """The share of the variance that parameters explain, and the indices of some inputs.

    Parameters
    ----------
    functions
        Of every parameter, from :func:`detente.spline_functions.spline_functions`.
    values
        The outcome of each path.
    inputs
        Positions of the parameters of each input. Inputs must be independent.

    Returns
    -------
    Measured, list of Indices
        NaN where the outcome does not vary with the parameters beyond its errors.
    """
    import numpy as np

    n = len(values)
    groups = [frozenset(positions) for positions in inputs]
    whole = np.empty(n)
    parts = np.empty((2, len(groups), n))
    for pair in cross_fitted_twice(functions, values[:, None]):
        rows = pair[0].rows
        rests = [values[rows] - fold.predicted()[:, 0] for fold in pair]
        whole[rows] = _variance_of(pair, rests, lambda _: True)
        acting = frozenset().union(*(t.parameters for t in pair[0].terms if len(t.factors) > 1))
        for position, group in enumerate(groups):
            alone = _variance_of(pair, rests, partial(_is_of, group=group))
            parts[:, position, rows] = alone
            if group & acting:
                parts[1, position, rows] = _variance_of(pair, rests, partial(_touches, group=group))
    spread = (values - values.mean()) ** 2
    explained = _ratio(whole, spread) if spread.any() else Measured(*[math.nan] * 4)
    if not explained.low > 0:
        nothing = Measured(*[math.nan] * 4)
        return explained, [Indices(nothing, nothing) for _ in groups]
    return explained, [
        Indices(_ratio(parts[0, k], whole), _ratio(parts[1, k], whole)) for k in range(len(groups))
    ]


def _is_of(term: Term, group: frozenset[int]) -> bool:
    return term.parameters <= group


def _touches(term: Term, group: frozenset[int]) -> bool:
    return bool(term.parameters & group)


def _variance_of(
    pair: tuple[Fold, Fold], rests: Sequence[Floats], belongs: Callable[[Term], bool]
) -> Floats:
    """What each path says of the variance of a part of the fit; its mean is the estimate.

    `rests` are what either fit leaves of the outcome.
    """
    one, other = (fold.part(belongs)[:, 0] for fold in pair)
    told: Floats = one * other + one * rests[1] + other * rests[0]
    return told


def _ratio(numerator: Floats, denominator: Floats) -> Measured:
    """A ratio of means with its error by the delta method."""
    scale = float(denominator.mean())
    ratio = float(numerator.mean()) / scale
    error = float((numerator - ratio * denominator).std(ddof=1)) / abs(scale)
    return Measured.of(ratio, error / math.sqrt(len(numerator)))


def rank_correlation(draws: Floats, values: Floats) -> Measured:
    """Spearman's rank correlation; its interval by Fisher's transformation.

    The standard error on the transformed scale is √((1 + ρ²/2) / (n - 3)) (Bonett and Wright 2000,
    Psychometrika 65).
    """
    import numpy as np
    from scipy.stats import rankdata

    if values.min() == values.max():
        return Measured(*[math.nan] * 4)
    correlation = float(np.corrcoef(rankdata(draws), rankdata(values))[0, 1])
    error = math.sqrt((1 + correlation**2 / 2) / (len(draws) - 3))
    center = math.atanh(min(max(correlation, -1 + 1e-15), 1 - 1e-15))
    return Measured(
        correlation,
        error * (1 - correlation**2),
        math.tanh(center - Z95 * error),
        math.tanh(center + Z95 * error),
    )


def swing(draws: Floats, functions: Floats, values: Floats) -> Swing:
    """The expected outcome at two quantiles of a parameter, by least squares.

    Errors are those of a fit whose residuals may spread differently at different draws (White 1980,
    Econometrica 48).
    """
    import numpy as np

    n = len(values)
    columns = np.column_stack([np.ones(n), functions[:, :_TORNADO_FUNCTIONS]])
    coefficients = columns.T @ values / n  # the columns are uncorrelated, with variance 1
    residuals = values - columns @ coefficients
    order = np.argsort(draws, kind="stable")
    low, high = (int(order[round(tail * (n - 1))]) for tail in _TAILS)

    def expected(point: Floats) -> Measured:
        error = float(((columns @ point) * residuals).std(ddof=1)) / math.sqrt(n)
        return Measured.of(float(point @ coefficients), error)

    return Swing(
        float(draws[low]),
        float(draws[high]),
        expected(columns[low]),
        expected(columns[high]),
        expected(columns[high] - columns[low]),
    )


def _inputs(
    asked: Sequence[str | Sequence[str]] | str | None, draws: Mapping[str, Floats], check: bool
) -> list[Group]:
    """The inputs of the indices: those asked for, or all, correlated parameters together."""
    pairs = correlated_pairs(draws)
    if asked is None:
        return _joined(list(draws), list(pairs))
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


def correlated_pairs(draws: Mapping[str, Floats]) -> dict[tuple[str, str], float]:
    """The pairs of parameters whose draws are correlated, with their rank correlations."""
    import numpy as np
    from scipy.stats import rankdata

    names = list(draws)
    if len(names) < 2:
        return {}
    ranks = np.corrcoef(np.vstack([rankdata(draws[name]) for name in names]))
    least = _CORRELATED / math.sqrt(len(draws[names[0]]))
    return {
        (names[i], names[j]): float(ranks[i, j])
        for i, j in zip(*np.nonzero(np.triu(np.abs(ranks) > least, 1)), strict=True)
    }


def _joined(names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> list[Group]:
    """The parameters in groups without correlations between them, in their order."""
    group_of = {name: {name} for name in names}
    for one, other in pairs:
        joint = group_of[one] | group_of[other]
        for name in joint:
            group_of[name] = joint
    groups = [tuple(sorted(group, key=names.index)) for group in group_of.values()]
    return list(dict.fromkeys(groups))


def _policy(subject: Scenario | Forecast, asked: str | None) -> str:
    from detente.simulation import check_policies

    return subject.policies[0] if asked is None else check_policies(subject, asked)[0]


def _sorted(items: dict[str, Any], size: Any) -> dict[str, Any]:  # noqa: ANN401 - of any measure
    """The largest first, whatever the sign; what is not a number last."""

    def key(name: str) -> float:
        value = abs(size(items[name]))
        return -value if value == value else math.inf

    return {name: items[name] for name in sorted(items, key=key)}


def _without_nan(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, dict):
        return {name: _without_nan(item) for name, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
