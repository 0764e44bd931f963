"""How often the moves of a chain are made, as far as a forecast knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.structure import Move

if TYPE_CHECKING:
    from detente.forecast import Forecast

#: A move without its name: from a state, to a state.
Pair = tuple[str, str]


@dataclass(frozen=True)
class Flows:
    """Mean number of moves per path, and where it comes from.

    Attributes
    ----------
    per_path
        By pair of states; empty where the forecast does not know.
    origin
        In words, for the subtitle.
    """

    per_path: Mapping[Pair, float]
    origin: str


def flows(forecast: Forecast, chain: str, policy: str, moves: Sequence[Move]) -> Flows:
    """From ``count`` outcomes where there are any, else from kept paths."""
    counted = _counted(forecast, policy, moves)
    if counted:
        return Flows(counted, "arrows: firings per path, where an outcome counts them")
    kept, n_kept = _seen_on_kept_paths(forecast, chain, policy)
    if n_kept:
        return Flows(
            kept, f"arrows: moves per path, from one report date to the next on {n_kept} paths"
        )
    return Flows({}, "arrows: transitions")


def _counted(forecast: Forecast, policy: str, moves: Sequence[Move]) -> dict[Pair, float]:
    """A pair is known when every transition that makes it does nothing else and is counted."""
    totals: dict[Pair, float | None] = {}
    for move in moves:
        pair = (move.source, move.target)
        before = totals.get(pair, 0.0)
        if move.counted_by is None or before is None:
            totals[pair] = None
        else:
            totals[pair] = before + forecast.estimate(policy, move.counted_by).estimate
    return {pair: total for pair, total in totals.items() if total is not None}


def _seen_on_kept_paths(
    forecast: Forecast, chain: str, policy: str
) -> tuple[dict[Pair, float], int]:
    """Changes of state from one report date to the next; what moved there and back is not seen."""
    import numpy as np

    if not forecast.has_histories:
        return {}, 0
    states = forecast.paths[chain].sel(policy=policy).to_numpy()
    before, after = states[:, :-1], states[:, 1:]
    has_moved = before != after
    pairs, counts = np.unique(
        np.stack([before[has_moved], after[has_moved]], axis=-1), axis=0, return_counts=True
    )
    n_paths = len(states)
    return {
        (str(source), str(target)): float(count) / n_paths
        for (source, target), count in zip(pairs, counts, strict=True)
    }, n_paths
