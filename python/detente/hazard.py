r"""The hazard of a ``time_to`` outcome, estimated from the paths.

Time is cut into intervals, in each of which the hazard is taken as constant. Its estimate there is
the occurrence/exposure rate (Andersen, Borgan, Gill and Keiding 1993, Statistical Models Based on
Counting Processes, section VI.1)

.. math:: \hat\lambda_k = D_k / E_k,

D_k: paths on which the event comes in interval k; E_k: time that paths spend in it without having
seen the event. A path that reaches the horizon leaves then (right-censored). Parameters differ
between paths, so this is the hazard of a path taken at random from those still at risk, not of a
path with given parameters: as the frail relapse first, it falls faster than theirs.

D_k given E_k varies as a Poisson number. The 95 % interval is Byar's approximation to the exact one
(Breslow and Day 1987, Statistical Methods in Cancer Research II, page 69), with z = 1.96:

.. math::
   D (1 - \tfrac{1}{9D} - \tfrac{z}{3\sqrt{D}})^3 / E \quad\text{to}\quad
   (D+1) (1 - \tfrac{1}{9(D+1)} + \tfrac{z}{3\sqrt{D+1}})^3 / E

Where paths share draws of the parameters (``paths_per_draw``), D varies by more: by how much tells
the ratio estimator over draws i (Cochran 1977, Sampling Techniques, chapter 9A),

.. math:: \delta = \frac{K}{K-1} \sum_i (D_i - \hat\lambda E_i)^2 / D \ge 1,

and the interval is that of D/δ events in a time at risk of E/δ. Where no event was seen nothing
tells δ, and a draw is taken to count as one path.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from detente.comparison import Z95
from detente.errors import ArgumentError, unknown_name

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from detente.draw_groups import DrawGroups
    from detente.forecast import Forecast

COLUMNS = ("to", "occurrences", "exposure", "hazard", "low", "high")


@dataclass(frozen=True)
class OccurrenceExposure:
    """Events and time at risk by interval.

    Attributes
    ----------
    edges
        Ends of the intervals, one more than there are intervals.
    occurrences, exposure
        D and E of each interval.
    dispersion
        δ of each interval; NaN where it is not known.
    """

    edges: NDArray[np.float64]
    occurrences: NDArray[np.float64]
    exposure: NDArray[np.float64]
    dispersion: NDArray[np.float64] | float = 1.0

    @classmethod
    def of_times(
        cls,
        entry: NDArray[np.float64],
        event: NDArray[np.float64],
        horizon: float,
        edges: NDArray[np.float64],
        draws: DrawGroups | None = None,
    ) -> OccurrenceExposure:
        """Count from single paths.

        Parameters
        ----------
        entry, event
            When each path begins to be at risk and sees the event; NaN: never. A path that sees the
            event no later than it begins is not at risk.
        horizon
            The end of all paths, on the same clock.
        edges
            On the clock that starts at `entry`.
        draws
            Which of the paths share draws.
        """
        import numpy as np

        is_seen = np.isfinite(event)
        length = np.where(is_seen, event, horizon) - entry
        is_at_risk = np.isfinite(entry) & (length > 0)
        length, is_seen = length[is_at_risk], is_seen[is_at_risk]
        occurrences, _ = np.histogram(length[is_seen], edges)
        begin, end = edges[:-1, np.newaxis], edges[1:, np.newaxis]
        at_risk = np.clip(length - begin, 0, end - begin)
        exposure = at_risk.sum(axis=1)
        counts = cls(edges, occurrences.astype(float), exposure)
        if draws is None:
            return counts
        events = is_seen & (length >= begin) & (length < end)
        return replace(counts, dispersion=_dispersion(events, at_risk, is_at_risk, draws))

    @classmethod
    def of_incidence(
        cls,
        incidence: NDArray[np.float64],
        n_paths: int,
        edges: NDArray[np.float64],
    ) -> OccurrenceExposure:
        r"""Count from a cumulative incidence at the edges.

        When within an interval of length h its D of R paths at risk saw the event is not known; the
        hazard that makes D most likely is -log(1 - D/R) / h, and the time at risk is what makes
        D / E that hazard.
        """
        import numpy as np

        occurrences = np.diff(incidence) * n_paths
        at_risk = (1 - incidence[:-1]) * n_paths
        share = np.divide(occurrences, at_risk, out=np.zeros_like(occurrences), where=at_risk > 0)
        width = np.diff(edges)
        with np.errstate(divide="ignore", invalid="ignore"):
            whole = occurrences / -np.log1p(-share)
        # With none the whole interval is spent at risk; where all go, half of it at most.
        whole = np.where(occurrences == 0, at_risk, np.where(share >= 1, at_risk / 2, whole))
        return cls(edges, occurrences, whole * width)

    def table(self) -> pd.DataFrame:
        """A row for each interval in which a path was at risk."""
        import numpy as np
        import pandas as pd

        with np.errstate(divide="ignore", invalid="ignore"):
            low, high = poisson_interval(self.occurrences / self.dispersion)
            low, high = low * self.dispersion, high * self.dispersion
            columns = (
                *(self.edges[1:], self.occurrences, self.exposure),
                *(count / self.exposure for count in (self.occurrences, low, high)),
            )
        index = pd.Index(self.edges[:-1], name="from")
        table = pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)), index=index)
        return table[table["exposure"] > 0]


def _dispersion(
    events: NDArray[np.bool_],
    at_risk: NDArray[np.float64],
    is_counted: NDArray[np.bool_],
    draws: DrawGroups,
) -> NDArray[np.float64]:
    """δ of each interval, from events and time at risk, [interval][path], of the counted paths."""
    import numpy as np

    n = draws.n_draws
    result = np.full(len(events), draws.n_paths / n if n > 1 else math.nan)
    whole = np.zeros(draws.n_paths)
    for i in np.flatnonzero(events.any(axis=1)) if n > 1 else ():
        rate = events[i].sum() / at_risk[i].sum()
        whole[is_counted] = events[i] - rate * at_risk[i]
        squares = float((draws.sums(whole) ** 2).sum())
        result[i] = max(1.0, n / (n - 1) * squares / events[i].sum())
    return result


def poisson_interval(
    count: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Byar's 95 % interval of a Poisson mean; see the head of this file."""
    import numpy as np

    some = np.maximum(count, 1)
    low = some * np.maximum(1 - 1 / (9 * some) - Z95 / (3 * np.sqrt(some)), 0) ** 3
    more = count + 1
    high = more * (1 - 1 / (9 * more) + Z95 / (3 * np.sqrt(more))) ** 3
    return np.where(count > 0, low, 0.0), high


def hazard_table(
    forecast: Forecast, outcome: str, since: str | None, edges: Sequence[float] | None
) -> pd.DataFrame:
    """See :meth:`Forecast.hazard`."""
    import numpy as np
    import pandas as pd

    _check(forecast, outcome, since)
    horizon = float(forecast.times[-1])
    cuts = _checked_edges(edges, horizon)
    has_given = forecast.estimate(forecast.policies[0], outcome).has_given
    draws = forecast.draw_groups
    tables: dict[str, pd.DataFrame] = {}
    for policy in forecast.policies:
        if forecast.has_outcome_columns and not has_given:
            columns = forecast.readings()[policy]
            event = columns[outcome]
            entry = np.zeros(len(event)) if since is None else columns[since]
            counts = OccurrenceExposure.of_times(entry, event, horizon, cuts, draws)
        else:
            counts = _from_incidence(forecast, policy, outcome, cuts)
            if draws is not None:
                counts = replace(counts, dispersion=math.nan)
        tables[policy] = counts.table()
    table = pd.concat(tables, names=["policy"])
    table.attrs.update(forecast.attributes, outcome=outcome, since=since or "")
    return table


def default_edges(horizon: float) -> list[float]:
    """About ten intervals of a round length, the first one cut into four: hazards fall early.

    Examples
    --------
    >>> default_edges(5)
    [0.0, 0.125, 0.25, 0.375, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0]
    """
    magnitude = 10.0 ** math.floor(math.log10(horizon / 10))
    width = min((1, 2, 5, 10), key=lambda factor: abs(horizon / (factor * magnitude) - 10))
    step = width * magnitude
    whole = [step * k for k in range(1, math.floor(horizon / step + 1e-9) + 1)]
    if horizon - whole[-1] > step / 2:
        whole.append(horizon)
    whole[-1] = max(whole[-1], horizon)
    return [0.0, *(step * k / 4 for k in range(1, 4)), *whole]


def _check(forecast: Forecast, outcome: str, since: str | None) -> None:
    kinds = {item.name: item for item in forecast.estimates(forecast.policies[0])}
    for name in (outcome, since) if since is not None else (outcome,):
        if name not in kinds:
            raise unknown_name("outcome", name, list(kinds))
        if kinds[name].kind != "time_to":
            times = ", ".join(n for n, item in kinds.items() if item.kind == "time_to") or "none"
            raise ArgumentError(
                f"`{name}` is a {kinds[name].kind}; a hazard needs a time_to (there are: {times})"
            )
    if since is None:
        return
    if since == outcome:
        raise ArgumentError(f"`{outcome}` cannot be counted from itself")
    if kinds[outcome].has_given:
        raise ArgumentError(
            f"`{outcome}` has a `given`: its times do not tell whether that failed or the time was "
            f"not reached; leave `given` out to count from `{since}`"
        )
    if not forecast.has_outcome_columns:
        raise ArgumentError(
            f"the hazard of `{outcome}` since `{since}` needs the times on single paths; simulate "
            "with keep_outcomes=True (--keep-outcomes)"
        )


def _checked_edges(edges: Sequence[float] | None, horizon: float) -> NDArray[np.float64]:
    import numpy as np

    cuts = np.asarray(default_edges(horizon) if edges is None else edges, dtype=float)
    if len(cuts) < 2 or not (np.diff(cuts) > 0).all() or cuts[0] < 0:
        raise ArgumentError("edges must be two or more rising numbers, from 0 on")
    return cuts


def _from_incidence(
    forecast: Forecast, policy: str, outcome: str, cuts: NDArray[np.float64]
) -> OccurrenceExposure:
    """The incidence is known at the report dates: the nearest of them take the edges' place."""
    import numpy as np

    estimate: Any = forecast.estimate(policy, outcome)
    times = forecast.times
    nearest = np.unique([int(np.abs(times - cut).argmin()) for cut in cuts])
    incidence = estimate.incidence[nearest]
    return OccurrenceExposure.of_incidence(incidence, estimate.n, times[nearest])
