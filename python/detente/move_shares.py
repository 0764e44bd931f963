"""Of the moves of a chain into a state, which share came by which transition.

Counted are the moves from a state that the inspected transition leaves to one that it leads to:
its own, those of the transitions that compete with it, and forced moves, told by the name of the
event or transition whose effects made them. A path may move several times, so a share is a ratio of
means over paths, Σ moves by it / Σ moves, with the error of a ratio estimator (Cochran 1977,
Sampling Techniques, chapter 6); over draws, where paths share them. The interval is Wilson's (1927,
JASA 22:209) with the number of independent moves that would have the same error; where all moves
came by one transition, with the number of paths that moved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.proportion import wilson95_of_error

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente.inspection import Inspection, Portion

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """The share of moves that came by one transition.

    Attributes
    ----------
    moves
        How many did, over all paths.
    share, standard_error, low, high
        Of all moves counted, with its 95 % interval.
    per_path
        Moves by it, over the number of paths.
    """

    moves: int
    share: float
    standard_error: float
    low: float
    high: float
    per_path: float


class MoveCounts:
    """Counts of moves by what made them, under one policy."""

    def __init__(self, n_elements: int) -> None:
        import numpy as np

        self._by = np.zeros(n_elements)
        self._squares = np.zeros(n_elements)
        self._crossed = np.zeros(n_elements)
        self._total, self._total_squares = 0.0, 0.0
        self._n, self._n_paths, self._n_moved = 0, 0, 0

    def add(self, inspection: Inspection, portion: Portion, policy: int) -> None:
        """Add the paths of a portion."""
        import numpy as np

        moves, n = portion.policies[policy].moves, portion.core.n_paths
        states = inspection.terms.scenario.chains[inspection.chain]
        sources = [states.index(name) for name in inspection.sources]
        targets = [states.index(name) for name in inspection.targets]
        is_counted = np.isin(moves.source, sources) & np.isin(moves.target, targets)
        path = (moves.path[is_counted] - np.uint64(portion.core.first_path)).astype(np.intp)
        counts = np.zeros((len(self._by), n))
        np.add.at(counts, (moves.element[is_counted].astype(np.intp), path), 1)
        if portion.draws.n_draws < n:
            counts = np.add.reduceat(counts, portion.draws.starts, axis=1)
        total = counts.sum(axis=0)
        self._by += counts.sum(axis=1)
        self._squares += (counts**2).sum(axis=1)
        self._crossed += counts @ total
        self._total += float(total.sum())
        self._total_squares += float((total**2).sum())
        self._n += counts.shape[1]
        self._n_paths += n
        self._n_moved += int((total > 0).sum())

    def shares(self, elements: list[str], always: int) -> dict[str, Share]:
        """What made a move, the most frequent first; the element `always` is told without one."""
        found = {}
        for k, name in enumerate(elements):
            if self._by[k] > 0 or k == always:
                found[name] = self._share(k)
        return dict(sorted(found.items(), key=lambda item: -item[1].moves))

    def _share(self, k: int) -> Share:
        count = float(self._by[k])
        if self._total == 0:
            return Share(0, math.nan, math.nan, math.nan, math.nan, 0.0)
        share = count / self._total
        squares = self._squares[k] - 2 * share * self._crossed[k] + share**2 * self._total_squares
        more = self._n / (self._n - 1) if self._n > 1 else math.nan
        error = math.sqrt(max(float(squares), 0.0) * more) / self._total
        low, high = wilson95_of_error(share, error, self._n_moved)
        return Share(round(count), share, error, low, high, count / self._n_paths)
