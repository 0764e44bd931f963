"""What a run kept of single paths, and how the parts of two runs join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente import _core

    Column = NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """The first paths of one policy, whole.

    Attributes
    ----------
    states
        Numbers of states, [path][chain][date].
    values
        Values of variables, [path][variable][date].
    """

    chains: list[str]
    variables: list[str]
    states: NDArray[np.int8]
    values: NDArray[np.float64]

    @property
    def n_paths(self) -> int:
        """How many paths were kept."""
        return len(self.states)


@dataclass(frozen=True)
class PathData:
    """What was kept of single paths; empty where nothing was.

    Attributes
    ----------
    outcomes
        Readings by policy and outcome, one for each path.
    parameters
        Draws by parameter, one for each path; the same under every policy.
    histories
        By policy.
    """

    outcomes: Mapping[str, Mapping[str, Column]] = field(default_factory=dict)
    parameters: Mapping[str, Column] = field(default_factory=dict)
    histories: Mapping[str, Histories] = field(default_factory=dict)


def path_data(core: _core.Forecast) -> PathData:
    """What a run kept, as views of its memory."""
    outcomes = {
        policy.name: {column.name: column.values for column in policy.columns}
        for policy in core.policies
        if policy.columns
    }
    histories = {}
    for policy in core.policies:
        kept = policy.kept
        if kept.n_paths > 0:
            histories[policy.name] = Histories(
                kept.chains, kept.variables, kept.states, kept.values
            )
    parameters = {column.name: column.values for column in core.parameter_columns}
    return PathData(outcomes, parameters, histories)


def joined(first: PathData, n_first: int, second: PathData) -> PathData:
    """What is known of the paths of both, `n_first` of which are the first's.

    Columns are joined where both have them. Histories are those of the first paths without a gap:
    the second's are added where the first kept all of its own.
    """
    histories = {
        policy: _joined_histories(history, n_first, second.histories.get(policy))
        for policy, history in first.histories.items()
    }
    if not (first.outcomes and second.outcomes):
        return PathData(histories=histories)
    outcomes = {
        policy: _joined_columns(columns, second.outcomes[policy])
        for policy, columns in first.outcomes.items()
    }
    return PathData(outcomes, _joined_columns(first.parameters, second.parameters), histories)


def _joined_columns(first: Mapping[str, Column], second: Mapping[str, Column]) -> dict[str, Column]:
    import numpy as np

    return {name: np.concatenate([column, second[name]]) for name, column in first.items()}


def _joined_histories(first: Histories, n_first: int, second: Histories | None) -> Histories:
    import numpy as np

    if second is None or first.n_paths < n_first:
        return first
    return Histories(
        first.chains,
        first.variables,
        np.concatenate([first.states, second.states]),
        np.concatenate([first.values, second.values]),
    )


def joined_all(parts: Sequence[tuple[PathData, int]]) -> PathData:
    """What is known of the paths of touching ranges, each with its number of paths.

    Halves are joined first, so that a column is copied log2(n) times and not n times.
    """
    if len(parts) == 1:
        return parts[0][0]
    middle = len(parts) // 2
    n_first = sum(n_paths for _, n_paths in parts[:middle])
    return joined(joined_all(parts[:middle]), n_first, joined_all(parts[middle:]))
