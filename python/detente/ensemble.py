"""What analyses of one ensemble share: the ensemble, its parameters, its readings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from detente.comparison import Reading
from detente.errors import ArgumentError, check_names
from detente.scenario import Scenario
from detente.simulation import check_policies, simulate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente.forecast import Forecast
    from detente.progress import ProgressCallback

    Floats = NDArray[np.float64]

#: One parameter, or several that are learned or varied together.
Group = tuple[str, ...]


def ensemble_of(
    subject: Scenario | Forecast,
    paths: int,
    seed: int,
    policies: Sequence[str] | str | None,
    threads: int | None,
    progress: ProgressCallback | bool | None,
) -> Forecast:
    """The forecast with kept outcomes: the one that was given, or of the scenario that was.

    Raises
    ------
    ArgumentError
        Single paths were not kept, or paths share draws of the parameters: a regression would meet
        the draws that it is tried on, and errors would be those of independent paths.
    """
    if isinstance(subject, Scenario):
        return simulate(
            subject,
            paths=paths,
            seed=seed,
            policies=check_policies(subject, policies),
            threads=threads,
            keep_outcomes=True,
            progress=progress,
        )
    subject.readings()  # raises where single paths were not kept
    if subject.paths_per_draw > 1:
        raise ArgumentError(
            "every path needs a draw of the parameters of its own, and here "
            f"{subject.paths_per_draw} share one: simulate with paths_per_draw=1"
        )
    return subject


def uncertain_parameters(forecast: Forecast) -> list[str]:
    """The parameters whose draws differ between paths.

    Raises
    ------
    ArgumentError
        There are none.
    """
    names = [name for name, draws in draws_of(forecast).items() if draws.min() < draws.max()]
    if not names:
        raise ArgumentError("the scenario has no uncertain parameters")
    return names


def draws_of(forecast: Forecast) -> dict[str, Floats]:
    """The draws of every parameter, one for each path."""
    forecast.readings()
    return dict(forecast._data.parameters)


def groups_of(
    asked: Sequence[str | Sequence[str]] | str | None, known: Sequence[str]
) -> list[Group]:
    """Groups of parameters: those asked for, or every known parameter by itself."""
    if asked is None:
        return [(name,) for name in known]
    groups = []
    for item in [asked] if isinstance(asked, str) else asked:
        group = (item,) if isinstance(item, str) else tuple(item)
        if not group:
            raise ArgumentError("a group of parameters is empty")
        check_names("uncertain parameter", group, known)
        if group not in groups:
            groups.append(group)
    return groups


def label_of(group: Group) -> str:
    """A group as tables and charts write it."""
    return " + ".join(group)


def utilities_of(forecast: Forecast) -> Floats:
    """The utility of every path under every policy, shape (path, policy).

    Raises
    ------
    ArgumentError
        The scenario has no utility, or a path's is not a number.
    """
    import numpy as np

    readings = forecast.readings()
    if "utility" not in forecast.outcome_names:
        raise ArgumentError("the scenario has no utility, which says what a policy is chosen by")
    columns = np.column_stack([readings[policy]["utility"] for policy in forecast.policies])
    if np.isnan(columns).any():
        raise ArgumentError("the utility of some paths is not a number")
    return columns


def reading_of(forecast: Forecast, policy: str, outcome: str) -> Reading:
    """An outcome on every path under a policy.

    Raises
    ------
    ArgumentError
        There is no such policy or outcome, or single paths were not kept.
    """
    kind = forecast.estimate(policy, outcome).kind
    return Reading.of(forecast.readings()[policy][outcome], kind)
