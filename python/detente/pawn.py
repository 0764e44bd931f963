"""PAWN indices: how far the distribution of an outcome moves when a parameter is known.

The draws of a parameter are cut into slides of equal size. The distance of a slide is that of
Kolmogorov and Smirnov, the largest gap between the distribution of the outcome on its paths and on
all; the index is the mean of the distances, by the share of paths in each (Pianosi and Wagener
2018, Environmental Modelling and Software 108, the estimator from given data). A parameter with few
values has a slide for each. The index is between 0 and 1, sees shifts and spreads alike, and needs
neither a mean nor a variance. Chance on a path belongs to the distribution: the more of an outcome
is chance, the smaller are the indices of all parameters. What a correlated parameter tells of
another counts as its own, as with rank correlations.

A slide of finite size differs from the whole by its luck, so that an index is above 0 even where a
parameter does nothing. How large it gets then is seen from dummies, slides of the same sizes dealt
at random (Khorashadi Zadeh et al. 2017, Environmental Modelling and Software 91): the threshold is
what one dummy in a hundred exceeds. Standard errors are those of a bootstrap over paths.

SALib has the same estimator; the one here keeps the paths with the largest draw, knows parameters
with few values, and is quick enough to be repeated some hundred times for errors and thresholds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.measured import Measured

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

#: Slides of a parameter; one with so few values has a slide for each.
N_SLIDES = 10

#: Repetitions for a standard error, whose own error is then one part in fourteen.
_N_BOOTSTRAPS = 100

#: The outcome is put into so many classes for them, which is quicker and leaves errors as they are.
_N_CLASSES = 500

#: Dummies, and the quantile of their indices that is the threshold.
_N_DUMMIES = 400
_UNSEEN = 0.99


@dataclass(frozen=True)
class PawnIndex:
    """The PAWN index of a parameter.

    Attributes
    ----------
    index
        The mean distance between the outcome's distribution on a slide and on all paths, from 0 to
        1. It leans upwards by the luck of slides, as the threshold does.
    threshold
        What one parameter without effect in a hundred exceeds.
    """

    index: Measured
    threshold: float

    @property
    def is_seen(self) -> bool:
        """Whether the index is above its threshold."""
        return self.index.estimate > self.threshold


def pawn_indices(draws: Mapping[str, Floats], values: Floats) -> dict[str, PawnIndex]:
    """The index of every parameter, by name.

    Parameters
    ----------
    draws
        By parameter, a value for each path.
    values
        The outcome of each path.

    Returns
    -------
    dict of PawnIndex
        NaN where the outcome is the same on every path.
    """
    import numpy as np

    if values.min() == values.max():
        return {name: PawnIndex(Measured.missing(), float("nan")) for name in draws}
    n = len(values)
    order = np.argsort(values, kind="stable")
    ties = Ties(values[order])
    rng = np.random.default_rng(0)
    counts = rng.multinomial(n, np.full(n, 1 / n), size=_N_BOOTSTRAPS)
    thresholds: dict[tuple[int, ...], float] = {}
    found = {}
    for name, column in draws.items():
        slides = slides_of(column)[order]
        sizes = tuple(np.sort(np.bincount(slides)).tolist())
        if sizes not in thresholds:
            thresholds[sizes] = threshold_of(slides, ties, rng)
        found[name] = PawnIndex(index_of(slides, ties, counts), thresholds[sizes])
    return found


def index_of(slides: Positions, ties: Ties, counts: NDArray[np.int64]) -> Measured:
    """The index of one parameter, its error from repetitions.

    Parameters
    ----------
    slides, ties
        Of paths in the order of the outcome.
    counts
        How often each path is drawn in each repetition, shape (repetition, path).
    """
    import numpy as np

    n = len(slides)
    steps = Gaps(slides, Ties(ties.last * _N_CLASSES // n))
    error = float(np.std([steps.index(row.astype(float)) for row in counts], ddof=1))
    return Measured.of(Gaps(slides, ties).index(np.ones(n)), error)


def threshold_of(slides: Positions, ties: Ties, rng: np.random.Generator) -> float:
    """What one parameter without effect in a hundred exceeds, with slides of the same sizes."""
    import numpy as np

    once = np.ones(len(slides))
    dummies = [Gaps(rng.permutation(slides), ties).index(once) for _ in range(_N_DUMMIES)]
    return float(np.quantile(dummies, _UNSEEN))


def slides_of(draws: Floats) -> Positions:
    """The slide of each path: between quantiles of the draws, or by value where these are few."""
    import numpy as np

    distinct, places = np.unique(draws, return_inverse=True)
    if len(distinct) <= N_SLIDES:
        return places
    edges = np.quantile(draws, np.arange(1, N_SLIDES) / N_SLIDES)
    # Draws that share values leave some slides empty: those that are not are numbered anew.
    return np.unique(np.searchsorted(edges, draws, side="right"), return_inverse=True)[1]


class Ties:
    """Where the outcome steps, of paths in its order.

    Attributes
    ----------
    last, before
        By path, the position of the last one with the same outcome, and of the one before the first
        with the same; -1 where there is none.
    """

    def __init__(self, ordered: Floats | Positions) -> None:
        import numpy as np

        self.last = np.searchsorted(ordered, ordered, side="right") - 1
        self.before = np.searchsorted(ordered, ordered, side="left") - 1


class Gaps:
    """Where the distributions on the slides step, so that gaps are found again for any weights.

    Both distributions are step functions, and that of all paths grows: their gap is largest just
    after a step of the slide, or just before one.
    """

    def __init__(self, slides: Positions, ties: Ties) -> None:
        """Of paths in the order of the outcome."""
        import numpy as np

        self._by_slide = np.argsort(slides.astype(np.int16), kind="stable")  # a radix sort
        of, last = slides[self._by_slide], ties.last[self._by_slide]
        self._steps = np.flatnonzero(np.r_[(of[1:] != of[:-1]) | (last[1:] != last[:-1]), True])
        self._after = last[self._steps]
        self._before = ties.before[self._after]
        self._slide = of[self._steps]
        self._starts = np.flatnonzero(np.r_[True, self._slide[1:] != self._slide[:-1]])

    def index(self, weights: Floats) -> float:
        """The index where each path, in the order of the outcome, counts so many times."""
        import numpy as np

        # The last element stands for position -1, before the first path.
        below = np.zeros(len(weights) + 1)
        np.cumsum(weights, out=below[:-1])
        whole = below[-2]
        reached = np.cumsum(weights[self._by_slide])[self._steps]
        offsets = np.zeros(len(self._starts) + 1)
        offsets[1:-1] = reached[self._starts[1:] - 1]
        offsets[-1] = reached[-1]
        totals = np.diff(offsets)
        after = reached - offsets[self._slide]
        before = np.zeros(len(after))
        before[1:] = after[:-1]
        before[self._starts] = 0.0
        scale = np.maximum(totals, 1)[self._slide]
        gaps = np.maximum(
            np.abs(after / scale - below[self._after] / whole),
            np.abs(before / scale - below[self._before] / whole),
        )
        return float(np.maximum.reduceat(gaps, self._starts) @ totals / whole)
