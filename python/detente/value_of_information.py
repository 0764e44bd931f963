"""What it is worth to know a parameter before choosing a policy.

Without further knowledge the policy with the highest expected utility is chosen, d*. Who knew the
parameters φ would choose with them, and gain

    EVPPI(φ) = E[ max_d E[U_d | φ] ] - max_d E[U_d]

(expected value of partial perfect information; Raiffa and Schlaifer 1961, Applied Statistical
Decision Theory; Strong, Oakley and Brennan 2014). EVPI is that of all parameters together. It is
the worth of knowing the parameters and not of knowing what chance will do: every expectation inside
the maximum is still over histories. Knowing both would be worth E[max_d U_d] - max_d E[U_d], a
bound that is told as `clairvoyance`.

An observation tells of a parameter, and not all. Who makes it before choosing gains

    EVSI(X) = E[ max_d E[U_d | X] ] - max_d E[U_d]

(expected value of sample information), where X is drawn on each path from its law given the
parameter (:mod:`detente.observation`) and takes the place of φ below (Strong, Oakley, Brennan and
Breeze 2015, Estimating the expected value of sample information using the probabilistic sensitivity
analysis sample, Medical Decision Making 35(5)).

One ensemble of all policies on the same paths is enough. A regression of the differences of utility
to d* on φ (:mod:`detente.regression`) gives the policy that knowledge of φ would choose; it is
fitted on four fifths of the paths, and the gain U_d(φ) - U_d* is read off the fifth that it has not
seen. The mean of these gains is the worth of a rule that could really be followed. It is therefore
free of the upward bias of a maximum of noisy fits: a parameter without effect is worth 0 within the
interval, and what the regression misses makes the estimate too low, never too high. The maximum of
the fitted values themselves, which leans upwards where the fit is noisy, is told as `plug_in`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.comparison import Z95
from detente.ensemble import (
    draws_of,
    ensemble_of,
    groups_of,
    label_of,
    uncertain_parameters,
    utilities_of,
)
from detente.errors import ArgumentError, check_names
from detente.observation import Observation
from detente.regression import cross_fitted, most_functions
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

#: Paths per policy by default: the flagship, with ten policies, then takes less than a minute.
DEFAULT_PATHS = 10_000


@dataclass(frozen=True)
class Worth:
    """The worth of knowing some parameters, in units of utility.

    Attributes
    ----------
    estimate, standard_error, low, high
        With its 95 % interval. Noise can take the estimate below 0, which the truth never is.
    plug_in
        The mean of the largest fitted value less the largest mean.
    switched
        Share of paths on which knowledge changes the choice.
    """

    estimate: float
    standard_error: float
    low: float
    high: float
    plug_in: float
    switched: float


@dataclass(frozen=True)
class ValueOfInformation:
    """What knowing parameters is worth for the choice of the policy with the highest utility.

    Attributes
    ----------
    best
        The policy that is chosen without further knowledge.
    expected_utility
        By policy.
    evpi
        Of all uncertain parameters together.
    evppi
        By parameter, or by parameters that are learned together, joined by `` + ``; the most
        valuable first.
    evsi
        Of the observations that were asked for, such as ``"tau:sd=0.5"``, the most valuable first.
    clairvoyance
        The worth of knowing chance too: an upper bound of all others.
    forecast
        The ensemble that it rests on.
    """

    best: str
    expected_utility: dict[str, float]
    evpi: Worth
    evppi: dict[str, Worth]
    evsi: dict[str, Worth]
    clairvoyance: float
    forecast: Forecast = field(repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """A row for each parameter, group and observation: the attributes of :class:`Worth`."""
        import pandas as pd

        worths = self.evppi | self.evsi
        index = pd.Index(list(worths), name="parameters", dtype=object)
        table = pd.DataFrame([vars(worth) for worth in worths.values()], index=index)
        table.attrs.update(self.forecast.attributes)
        return table

    def plot(self, most: int = 20) -> Chart:
        """Bars with 95 % intervals: the `most` valuable parameters, then the observations."""
        from detente.plotting.analyses import worth_bars

        return worth_bars(self, most)

    def to_json_dict(self) -> dict[str, Any]:
        """What ``detente voi --json`` prints."""
        forecast = self.forecast
        return {
            "scenario": forecast.title,
            "paths": forecast.n_paths,
            "seed": forecast.seed,
            "best": self.best,
            "expected_utility": self.expected_utility,
            "evpi": vars(self.evpi),
            "evppi": {name: vars(worth) for name, worth in self.evppi.items()},
            "evsi": {name: vars(worth) for name, worth in self.evsi.items()},
            "clairvoyance": self.clairvoyance,
            "seconds": forecast.wall_seconds,
            "version": forecast.version,
        }

    def _repr_html_(self) -> str:
        html: str = self.table._repr_html_()  # type: ignore[operator]
        return html


def voi(
    subject: Scenario | Forecast,
    parameters: Sequence[str | Sequence[str]] | str | None = None,
    policies: Sequence[str] | str | None = None,
    paths: int = DEFAULT_PATHS,
    seed: int = 0,
    threads: int | None = None,
    progress: ProgressCallback | bool | None = None,
    observations: Sequence[str | Observation] | str = (),
) -> ValueOfInformation:
    """What it is worth to know parameters before choosing the policy with the highest utility.

    The method and what its figures mean are told at the head of
    :mod:`detente.value_of_information`.

    Parameters
    ----------
    subject
        A scenario, which is then simulated, or a forecast made with ``keep_outcomes=True``.
    parameters
        Names; a sequence of names among them is a group that is learned together. Every uncertain
        parameter by itself by default.
    policies
        The policies to choose from; all by default.
    paths, seed, threads, progress
        As in :func:`detente.simulate`; without meaning for a forecast.
    observations
        What could be observed of uncertain parameters: ``"tau:sd=0.5"`` is an estimate of ``tau``
        with that standard error, ``"p:trials=30"`` the outcome of 30 cases with probability ``p``,
        and so on as :mod:`detente.observation` tells.

    Returns
    -------
    ValueOfInformation

    Raises
    ------
    ArgumentError
        A name is unknown, an observation cannot be made of its parameter, there are fewer than two
        policies, no utility, or too few paths; single paths were not kept; SciPy is not installed.

    Examples
    --------
    >>> worth = detente.voi(scenario, ["tau", ["b_g_works", "b_g_fails"]])  # doctest: +SKIP
    >>> worth.table[["estimate", "low", "high"]]  # doctest: +SKIP
    """
    forecast = ensemble_of(subject, paths, seed, policies, threads, progress)
    known = uncertain_parameters(forecast)
    groups = groups_of(parameters, known)
    names = _policies(forecast, policies)
    utilities = utilities_of(forecast)[:, [forecast.policies.index(name) for name in names]]
    draws = draws_of(forecast)

    def worth_of_group(group: Sequence[str]) -> Worth:
        most = most_functions(len(group))
        return worth_of([spline_functions(draws[name])[:, :most] for name in group], utilities)

    asked = _observations(observations, known)
    seen = {str(one): one.draw(draws[one.parameter], forecast.seed) for one in asked}
    means = utilities.mean(axis=0)
    return ValueOfInformation(
        best=names[int(means.argmax())],
        expected_utility={name: float(mean) for name, mean in zip(names, means, strict=True)},
        evpi=worth_of_group(known),
        evppi=_by_worth({label_of(group): worth_of_group(group) for group in groups}),
        evsi=_by_worth(
            {name: worth_of([spline_functions(values)], utilities) for name, values in seen.items()}
        ),
        clairvoyance=float(utilities.max(axis=1).mean() - means.max()),
        forecast=forecast,
    )


def worth_of(functions: Sequence[Floats], utilities: Floats) -> Worth:
    """The worth of knowing some parameters; the formula is at the head of the module.

    Parameters
    ----------
    functions
        Of each parameter, from :func:`detente.spline_functions.spline_functions`.
    utilities
        Shape (path, policy).
    """
    import numpy as np

    means = utilities.mean(axis=0)
    differences = utilities - utilities[:, [int(means.argmax())]]
    gains = np.empty(len(utilities))
    fitted = np.empty_like(utilities)
    for fold in cross_fitted(functions, differences):
        fitted[fold.rows] = fold.predicted()
        chosen = fitted[fold.rows].argmax(axis=1)
        known = differences[fold.rows]
        gains[fold.rows] = known[np.arange(len(known)), chosen] - known[:, fold.means.argmax()]
    plug_in = float(fitted.max(axis=1).mean() - fitted.mean(axis=0).max())
    return _worth(gains, differences, plug_in)


def _worth(gains: Floats, differences: Floats, plug_in: float) -> Worth:
    """The mean gain and its interval.

    Where no path gains, the interval reaches as far as three paths that did would take the mean
    (the rule of three), each gaining the mean distance between the best policy and the next.
    """
    import numpy as np

    n = len(gains)
    estimate = float(gains.mean())
    error = float(gains.std(ddof=1)) / math.sqrt(n)
    low, high = estimate - Z95 * error, estimate + Z95 * error
    if not gains.any():
        runner_up = np.argsort(differences.mean(axis=0))[-2]
        high = 3 / n * float(np.abs(differences[:, runner_up]).mean())
    switched = float((gains != 0).mean())
    return Worth(estimate, error, low, high, plug_in, switched)


def _by_worth(worths: dict[str, Worth]) -> dict[str, Worth]:
    """The most valuable first."""
    ordered = sorted(worths, key=lambda name: (-worths[name].estimate, -worths[name].plug_in))
    return {name: worths[name] for name in ordered}


def _observations(
    asked: Sequence[str | Observation] | str, known: Sequence[str]
) -> list[Observation]:
    items = [asked] if isinstance(asked, str) else asked
    found = [Observation.parse(item) if isinstance(item, str) else item for item in items]
    for observation in found:
        check_names("uncertain parameter", [observation.parameter], known)
    return found


def _policies(forecast: Forecast, asked: Sequence[str] | str | None) -> list[str]:
    from detente.simulation import check_policies

    names = check_policies(forecast, asked)
    if len(names) < 2:
        raise ArgumentError("there is one policy alone: there is nothing to choose, and no worth")
    return names
