r"""What was different at a transition on the paths on which something later happened.

The first time that a path makes the transition is its moment. Variables, chain states and the time
are read just after the firing, its effects included; parameters are those of the path. Paths are
parted by a probability outcome, such as a relapse within five years of the ceasefire: those on
which it holds, and those on which it does not. Paths on which it is undecided or its `given` fails
are left out, so that a window cut off by the horizon does not count as one without the event.

Told are the means m₁ and m₀ of both parts, their difference with its standard error, and the
difference in standard deviations, d = (m₁ - m₀) / √((s₁² + s₀²) / 2) (Cohen 1988, Statistical Power
Analysis for the Behavioral Sciences, chapter 2). The error does not assume equal variances (Welch
1947, Biometrika 34:28); it is that of the influences of paths, summed over draws where paths share
them. A difference says what goes together, not what causes what.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente import _core
from detente.comparison import Z95
from detente.errors import ArgumentError, unknown_name
from detente.inspection import Inspection, Portion, Terms
from detente.json_numbers import with_numbers

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from detente.forecast import Forecast
    from detente.progress import ProgressCallback
    from detente.scenario import Scenario

    Floats = NDArray[np.float64]

COLUMNS = (
    *("kind", "mean_with", "mean_without", "difference"),
    *("standard_error", "low", "high", "size"),
)


@dataclass(frozen=True)
class ConditionalMeans:
    """What was different at a transition, by policy.

    Attributes
    ----------
    transition, outcome
        What paths were looked at, and what parts them.
    table
        Rows by policy and quantity: a parameter, a variable, ``chain = state`` (a share from 0 to
        1) or ``time``. Columns: ``kind``, ``mean_with``, ``mean_without``, ``difference`` with
        ``standard_error``, ``low``, ``high`` (95 %), and ``size``, the difference in standard
        deviations. Under each policy the largest size first; what is the same on all paths is not
        told.
    counts
        Rows by policy. Columns: ``n_with`` and ``n_without`` paths, and ``n_left_out``, those that
        make the transition and do not count.
    title, n_paths, seed, seconds
        What it rests on.
    """

    transition: str
    outcome: str
    table: pd.DataFrame = field(repr=False)
    counts: pd.DataFrame = field(repr=False)
    title: str
    n_paths: int
    seed: int
    paths_per_draw: int
    seconds: float

    def to_json_dict(self) -> dict[str, Any]:
        """All of it as what JSON can hold; None for numbers that do not exist."""
        policies = {}
        for policy, counts in self.counts.to_dict("index").items():
            is_told = policy in self.table.index
            rows: Any = self.table.xs(policy, level="policy") if is_told else None
            policies[str(policy)] = {
                **counts,
                "differences": rows.to_dict("index") if is_told else {},
            }
        told: dict[str, Any] = {
            "scenario": self.title,
            "transition": self.transition,
            "outcome": self.outcome,
            "paths": self.n_paths,
            "seed": self.seed,
            "paths_per_draw": self.paths_per_draw,
            "policies": policies,
            "seconds": self.seconds,
            "version": _core.__version__,
        }
        numbers: dict[str, Any] = with_numbers(told)
        return numbers

    def _repr_html_(self) -> str:
        html: str = self.table._repr_html_()  # type: ignore[operator]
        return html


def conditional_means(
    subject: Scenario | Forecast,
    transition: str,
    outcome: str,
    policies: Sequence[str] | str | None = None,
    paths: int | None = None,
    seed: int = 0,
    paths_per_draw: int = 1,
    threads: int | None = None,
    progress: ProgressCallback | bool | None = None,
) -> ConditionalMeans:
    """What was different at a transition on the paths on which an outcome holds.

    What its figures mean is told at the head of :mod:`detente.means_at_transition`.

    Parameters
    ----------
    subject
        A scenario, or a forecast, whose (first) paths are played once more.
    transition
        The moment: its first firing on a path; ``chain.name`` where two chains have one of that
        name.
    outcome
        A probability outcome of the scenario.
    policies, paths, seed, paths_per_draw, threads, progress
        As in :func:`detente.drivers`.

    Returns
    -------
    ConditionalMeans

    Raises
    ------
    ArgumentError
        A name is unknown, the outcome is no probability, or a number is out of range.
    RunError
        A path fails.

    Examples
    --------
    >>> found = detente.conditional_means(scenario, "conclude", "relapse_5y")  # doctest: +SKIP
    >>> found.table.loc["talks_now"].head()  # doctest: +SKIP
    """
    import pandas as pd

    terms = Terms.of(subject, policies, paths, seed, paths_per_draw, threads)
    position = _outcome(terms.scenario, outcome)
    inspection = Inspection(terms, transition)
    moments = {policy: _Moments([], [], []) for policy in terms.policies}
    for portion in inspection.portions(progress):
        for k, policy in enumerate(terms.policies):
            moments[policy].add(_read(inspection, portion, k, position), portion)
    names = list(_quantities(terms.scenario))
    tables, counts = {}, {}
    for policy, found in moments.items():
        counts[policy], tables[policy] = found.compared(names, terms.paths_per_draw)
    return ConditionalMeans(
        transition=inspection.transition,
        outcome=outcome,
        table=pd.concat(tables, names=["policy", "quantity"]),
        counts=pd.DataFrame.from_dict(counts, orient="index").rename_axis("policy"),
        title=terms.scenario.title,
        n_paths=inspection.n_done,
        seed=terms.seed,
        paths_per_draw=terms.paths_per_draw,
        seconds=inspection.seconds,
    )


@dataclass(frozen=True)
class _Moments:
    """The moments of paths, portion by portion: quantities, the outcome, numbers of paths."""

    quantities: list[Floats]
    outcomes: list[Floats]
    paths: list[NDArray[np.uint64]]

    def add(self, read: tuple[Floats, Floats, NDArray[np.intp]], portion: Portion) -> None:
        """Add what :func:`_read` gave."""
        import numpy as np

        quantities, outcomes, rows = read
        self.quantities.append(quantities)
        self.outcomes.append(outcomes)
        self.paths.append(rows.astype(np.uint64) + np.uint64(portion.core.first_path))

    def compared(
        self, names: list[tuple[str, str]], paths_per_draw: int
    ) -> tuple[dict[str, int], pd.DataFrame]:
        """How many paths there are, and a row for each quantity that differs between them."""
        import numpy as np
        import pandas as pd

        outcomes = np.concatenate(self.outcomes)
        counts = ~np.isnan(outcomes)
        quantities = np.concatenate(self.quantities)[counts]
        is_with = outcomes[counts] > 0
        draws = np.concatenate(self.paths)[counts] // np.uint64(paths_per_draw)
        rows: dict[str, Any] = {}
        for (name, kind), values in zip(names, quantities.T, strict=True):
            if len(values) and values.min() < values.max():
                rows[name] = {"kind": kind, **_compared(values, is_with, draws)}
        ordered = sorted(rows, key=lambda name: -_magnitude(rows[name]["size"]))
        index = pd.Index(ordered, dtype=object)
        told = {
            "n_with": int(is_with.sum()),
            "n_without": int((~is_with).sum()),
            "n_left_out": int((~counts).sum()),
        }
        table = pd.DataFrame([rows[name] for name in ordered], index=index, columns=list(COLUMNS))
        return told, table


def _compared(values: Floats, is_with: NDArray[np.bool_], draws: Any) -> dict[str, float]:  # noqa: ANN401
    """The means of both parts and their difference; NaN where a part has fewer than two paths."""
    import numpy as np

    parts = values[is_with], values[~is_with]
    if min(map(len, parts)) < 2:
        return dict.fromkeys(COLUMNS[1:], math.nan)
    with_, without = (part.mean() for part in parts)
    spread = math.sqrt(sum(part.var(ddof=1) for part in parts) / 2)
    influence = np.where(
        is_with, (values - with_) / len(parts[0]), -(values - without) / len(parts[1])
    )
    _, group = np.unique(draws, return_inverse=True)
    sums = np.bincount(group, weights=influence)
    error = math.sqrt(float((sums**2).sum()) * len(sums) / max(len(sums) - 1, 1))
    difference = float(with_ - without)
    return {
        "mean_with": float(with_),
        "mean_without": float(without),
        "difference": difference,
        "standard_error": error,
        "low": difference - Z95 * error,
        "high": difference + Z95 * error,
        "size": difference / spread if spread > 0 else math.copysign(math.inf, difference),
    }


def _read(
    inspection: Inspection, portion: Portion, policy: int, outcome: int
) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Quantities, outcome and row of each path that makes the transition, at its first time."""
    import numpy as np

    found, n = portion.policies[policy], portion.core.n_paths
    moves = found.moves
    made = np.flatnonzero(moves.element == inspection.position)
    path = (moves.path[made] - np.uint64(portion.core.first_path)).astype(np.intp)
    path, first = np.unique(path, return_index=True)
    made = made[first]
    columns = [portion.core.parameters.reshape(-1, n).T[path], moves.values[made]]
    for position, states in enumerate(inspection.terms.scenario.chains.values()):
        columns.append(moves.states[made, position][:, None] == np.arange(len(states)))
    columns.append(moves.time[made][:, None])
    quantities = np.concatenate([column.astype(float) for column in columns], axis=1)
    return quantities, found.outcomes.reshape(-1, n)[outcome][path], path


def _quantities(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Names and kinds, in the order of the columns of :func:`_read`."""
    for parameter in scenario._core.parameters:
        yield parameter.name, "parameter"
    for variable in scenario._core.variables:
        yield variable.name, "variable"
    for chain, states in scenario.chains.items():
        for state in states:
            yield f"{chain} = {state}", "state"
    yield "time", "time"


def _outcome(scenario: Scenario, asked: str) -> int:
    outcomes = scenario._core.outcomes
    names = [item.name for item in outcomes]
    if asked not in names:
        raise unknown_name("outcome", asked, names)
    kind = outcomes[names.index(asked)].kind
    if kind != "probability":
        raise ArgumentError(
            f"`{asked}` is a {kind}; paths are parted by a probability, which holds or does not"
        )
    return names.index(asked)


def _magnitude(size: float) -> float:
    return abs(size) if size == size else -1.0
