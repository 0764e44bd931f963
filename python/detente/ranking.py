"""How often each policy is the best, which rank it has, and what choosing it forgoes.

On a path all policies meet the same luck and the same parameters, so they can be put in order: the
share of paths on which policy d has rank r, and its regret, what the best policy on the same path
has more,

    regret(d) = E[ max_j U_j - U_d ]

(Savage 1951, JASA 46:55; in expectation the opportunity loss of Raiffa and Schlaifer 1961). That is
by hindsight, which knows chance too. Over draws of the parameters U_d is E[U_d | θ] instead, and
the regret is against the policy that who knew the parameters would choose: its least value is the
EVPI. Policies that do equally well share their ranks equally.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from detente import _core
from detente.comparison import Reading, t95
from detente.draw_groups import DrawGroups
from detente.draw_means import DrawMeans
from detente.errors import ArgumentError
from detente.json_numbers import with_numbers
from detente.proportion import wilson95_of_error

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from detente.forecast import Forecast
    from detente.results import Results

    Floats = NDArray[np.float64]

#: Which way an outcome is better.
Better = Literal["higher", "lower"]

#: Of what the share is in which a policy is best.
Over = Literal["paths", "draws"]

#: Draws that a ranking over draws needs; a few hundred are better.
FEWEST_DRAWS = 3

#: Resamples of the draws behind standard errors, which are then known to 5 %.
_RESAMPLES = 200


@dataclass(frozen=True)
class Standing:
    """How one policy does among the others.

    Attributes
    ----------
    estimate
        The outcome's mean over paths, or over draws.
    best, best_error, best_low, best_high
        The probability that the policy is best, its standard error and 95 % interval.
    mean_rank, mean_rank_error
        1 is the best rank.
    regret, regret_error, regret_low, regret_high
        Expected regret in units of the outcome, with its 95 % interval; never below 0.
    ranks, rank_errors
        The probability of each rank, the best first.
    """

    estimate: float
    best: float
    best_error: float
    best_low: float
    best_high: float
    mean_rank: float
    mean_rank_error: float
    regret: float
    regret_error: float
    regret_low: float
    regret_high: float
    ranks: tuple[float, ...]
    rank_errors: tuple[float, ...]


@dataclass(frozen=True)
class Ranking:
    """The policies in order of their expected outcome, and how sure that order is.

    Attributes
    ----------
    outcome, unit, better
        What they are ranked by, its unit, and whether ``"higher"`` or ``"lower"`` is better.
    over, n
        Whether a share counts ``"paths"`` or ``"draws"`` of the parameters, and how many.
    standings
        By policy, the one with the best mean first.
    """

    outcome: str
    unit: str
    better: Better
    over: Over
    n: int
    standings: dict[str, Standing]
    forecast: Results = field(repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """A row for each policy: the attributes of :class:`Standing` but the single ranks."""
        rows = [
            {name: value for name, value in vars(one).items() if not isinstance(value, tuple)}
            for one in self.standings.values()
        ]
        return self._framed(rows)

    @property
    def ranks(self) -> pd.DataFrame:
        """The probability of each rank: a row for each policy, columns 1 (the best) and on."""
        return self._framed([dict(enumerate(one.ranks, 1)) for one in self.standings.values()])

    def _framed(self, rows: Sequence[dict[Any, Any]]) -> pd.DataFrame:
        import pandas as pd

        frame = pd.DataFrame(rows, index=pd.Index(list(self.standings), name="policy"))
        frame.attrs.update(self.forecast.attributes, outcome=self.outcome, over=self.over)
        return frame

    def to_json_dict(self) -> dict[str, Any]:
        """As ``detente compare --json`` tells it; None for numbers that do not exist."""
        told: dict[str, Any] = {
            "outcome": self.outcome,
            "unit": self.unit,
            "better": self.better,
            "over": self.over,
            "n": self.n,
            "policies": {name: vars(one) for name, one in self.standings.items()},
        }
        return dict(with_numbers(told))

    def _repr_html_(self) -> str:
        from detente.ranking_table import ranking_html

        return ranking_html(self)


def ranking_of(
    forecast: Forecast,
    outcome: str,
    better: Better | None,
    over: Over | None,
    policies: Sequence[str] | str | None,
) -> Ranking:
    """See :meth:`Forecast.rank`."""
    from detente.simulation import check_policies

    names = check_policies(forecast, policies)
    if len(names) < 2:
        raise ArgumentError("there is one policy alone: there is nothing to rank it among")
    direction = direction_of(forecast, outcome, better)
    draws = forecast.draw_groups
    kind = over or ("paths" if draws is None else "draws")
    readings = readings_of(forecast, names, outcome)
    sign = 1.0 if direction == "higher" else -1.0
    if kind == "draws":
        n, standings = over_draws(readings, draws, sign)
    else:
        n, standings = over_paths(readings, draws, sign, outcome)
    ordered = sorted(zip(names, standings, strict=True), key=lambda item: -sign * item[1].estimate)
    unit = forecast.estimate(names[0], outcome).unit
    return Ranking(outcome, unit, direction, kind, n, dict(ordered), forecast)


def direction_of(forecast: Results, outcome: str, better: str | None) -> Better:
    """Which way an outcome is better; of the utility that is known.

    Raises
    ------
    ArgumentError
        There is no such outcome, or nobody says which way it is better.
    """
    is_utility = forecast.estimate(forecast.policies[0], outcome).kind == "utility"
    if better is None and is_utility:
        return "higher"
    if better == "higher" or better == "lower":
        return "higher" if better == "higher" else "lower"
    raise ArgumentError(
        f"say which way `{outcome}` is better: better='higher' or better='lower' (--better in "
        "commands)" + (f", not {better!r}" if better is not None else "")
    )


def readings_of(forecast: Results, policies: Sequence[str], outcome: str) -> list[Reading]:
    """An outcome on every path, by policy.

    Raises
    ------
    ArgumentError
        Single paths were not kept, or they do not tell where a ``time_to`` with ``given`` counts.
    """
    estimate = forecast.estimate(policies[0], outcome)
    if estimate.kind == "time_to" and estimate.has_given:
        raise ArgumentError(
            f"`{outcome}` is a time_to with a `given`: its readings do not tell a path on which "
            "the condition fails from one on which the time is not reached"
        )
    columns = forecast.readings()
    return [Reading.of(columns[policy][outcome], estimate.kind) for policy in policies]


def over_paths(
    readings: Sequence[Reading], draws: DrawGroups | None, sign: float, outcome: str
) -> tuple[int, list[Standing]]:
    """How many paths there are, and how each policy does on them.

    Parameters
    ----------
    readings
        Of the policies, on the same paths.
    draws
        Which paths share a draw, where any do: errors come from the sums over draws.
    sign
        1 where higher is better, -1 where lower is.
    outcome
        Its name, for errors.
    """
    import numpy as np

    if any((reading.weight == 0).any() for reading in readings):
        raise ArgumentError(
            f"`{outcome}` has no reading on some paths (its `given` fails, or its window is "
            "undecided), so policies cannot be ranked path by path; simulate with "
            "paths_per_draw=50, for example, and rank over='draws'"
        )
    values = np.column_stack([sign * reading.value for reading in readings])
    n_independent = len(values) if draws is None else draws.n_draws
    if n_independent < 2:
        raise ArgumentError("a ranking needs two paths at least, of two draws where they share any")
    standings = []
    for place, scores in enumerate(_scores(values)):
        means = scores.mean(axis=0)
        spread = scores - means
        if draws is not None:
            sums = np.add.reduceat(spread, draws.starts, axis=0)
            spread = sums * (draws.n_draws / draws.n_paths)
        errors = np.sqrt((spread**2).sum(axis=0) / (n_independent - 1) / n_independent)
        mean = sign * float(values[:, place].mean())
        standing = _standing(mean, means, errors, n_independent, t95(draws), _lead(values, place))
        standings.append(standing)
    return len(values), standings


def over_draws(
    readings: Sequence[Reading], draws: DrawGroups | None, sign: float
) -> tuple[int, list[Standing]]:
    """How many draws there are, and how each policy does in them; arguments as above.

    Standard errors are those of resampled draws (bootstrap), the noise taken out anew in each.
    """
    import numpy as np

    if draws is None:
        raise ArgumentError(
            "no paths share a draw of uncertain parameters, so there are no draws to rank over; "
            "simulate with paths_per_draw=50, for example"
        )
    turned = [Reading(sign * reading.value, reading.weight) for reading in readings]
    found = DrawMeans.of(turned, draws)
    n = found.n_draws
    if n < FEWEST_DRAWS:
        raise ArgumentError(
            f"a ranking over draws needs {FEWEST_DRAWS} of them at least, and there are {n}"
        )
    values = found.pulled()
    # The same draws, resampled in the same way, always.
    generator = np.random.default_rng(0)
    resampled = [
        np.array([scores.mean(axis=0) for scores in _scores(again.pulled())])
        for again in (found.at(generator.integers(n, size=n)) for _ in range(_RESAMPLES))
    ]
    errors = np.std(resampled, axis=0, ddof=1)
    quantile = _core.two_sided_student_quantile(0.95, n - 1)
    standings = []
    for place, scores in enumerate(_scores(values)):
        mean = sign * float(found.means[:, place].mean())
        means, lead = scores.mean(axis=0), _lead(values, place)
        standings.append(_standing(mean, means, errors[place], n, quantile, lead))
    return n, standings


def _scores(values: Floats) -> Iterator[Floats]:
    """Of each policy, for each row: the share that it has of each rank, its mean rank, its regret.

    Parameters
    ----------
    values
        Higher is better; shape (path or draw, policy).
    """
    import numpy as np

    positions = np.arange(values.shape[1])
    best = values.max(axis=1)
    for place in positions:
        own = values[:, [place]]
        ahead = (values > own).sum(axis=1)[:, None]
        equal = (values == own).sum(axis=1)[:, None]
        shares = ((ahead <= positions) & (positions < ahead + equal)) / equal
        mean_rank = ahead + (equal + 1) / 2
        yield np.hstack([shares, mean_rank, (best - own[:, 0])[:, None]])


def _lead(values: Floats, place: int) -> float:
    """By how much a policy leads in the mean, where it is the best throughout."""
    import numpy as np

    others = np.delete(values, place, axis=1)
    return float(np.abs(values[:, place] - others.max(axis=1)).mean())


def _standing(
    mean: float, means: Floats, errors: Floats, n: int, quantile: float, lead: float
) -> Standing:
    """The figures of a policy, from the means of its scores and their errors.

    Where it was the best throughout, its regret reaches as far as three of n readings would take
    it, each losing as much as it leads by elsewhere (the rule of three).
    """
    best, best_error = float(means[0]), float(errors[0])
    best_low, best_high = wilson95_of_error(best, best_error, n)
    regret, regret_error = float(means[-1]), float(errors[-1])
    high = regret + quantile * regret_error if regret > 0 else 3 / n * lead
    return Standing(
        estimate=mean,
        best=best,
        best_error=best_error,
        best_low=best_low,
        best_high=best_high,
        mean_rank=float(means[-2]),
        mean_rank_error=float(errors[-2]),
        regret=regret,
        regret_error=regret_error,
        regret_low=max(0.0, regret - quantile * regret_error),
        regret_high=high,
        ranks=tuple(map(float, means[:-2])),
        rank_errors=tuple(map(float, errors[:-2])),
    )
