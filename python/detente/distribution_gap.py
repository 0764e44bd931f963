"""The difference of two distribution functions, or of their integrals, and its error on one path.

At each x both are means over paths: F(x) of 1{X <= x}, H(x) of (x - X)⁺. With a ``given`` they are
means over the paths that count, whose errors come from the delta method. Where paths share draws of
the parameters, errors come from the sums over draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente import _core
from detente.comparison import Reading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente.draw_groups import DrawGroups

    Floats = NDArray[np.float64]

#: Simulated laws of the largest of the ratios.
_SIMULATED = 2_000

#: Paths whose functions are held at once.
_ROWS = 20_000

#: With fewer paths, or draws, that differ, a ratio to the error is not close to normal.
_FEWEST = 20.0


@dataclass(frozen=True)
class Gap:
    """Two functions and their difference.

    Attributes
    ----------
    points
        Where they are taken.
    first, second, difference
        The functions, and first - second.
    error
        Standard errors of the difference.
    sure
        Where enough paths differ that the difference over its error is close to normal.
    single, largest
        The one-sided 95 % quantiles of one such ratio, and of the largest of them.
    reach
        The 95 % quantile of the largest in size: so many errors to both sides make a band that
        holds the whole curve.
    """

    points: Floats
    first: Floats
    second: Floats
    error: Floats
    sure: NDArray[np.bool_]
    single: float
    largest: float
    reach: float

    @property
    def difference(self) -> Floats:
        """The first function less the second."""
        return self.first - self.second

    @property
    def ratio(self) -> Floats:
        """The difference over its error; 0 where no path differs."""
        import numpy as np

        whole: Floats = np.divide(
            self.difference, self.error, out=np.zeros_like(self.error), where=self.error > 0
        )
        return whole


def gap_of(
    first: Reading, second: Reading, points: Floats, order: int, draws: DrawGroups | None
) -> Gap:
    """The difference of the distribution functions (order 1), or of their integrals (order 2)."""
    import numpy as np

    levels = [_mean(reading, points, order) for reading in (first, second)]
    squares = np.zeros((len(points), len(points)))
    sizes = np.zeros(len(points))
    n = 0
    for influence in _influences(first, second, levels, points, order, draws):
        squares += influence.T @ influence
        sizes += np.abs(influence).sum(axis=0)
        n += len(influence)
    sums = np.diag(squares).copy()
    error = np.sqrt(sums / max(n - 1, 1) / n)
    # So many paths that differ by the same would have this sum of squares (Kish 1965, Survey
    # Sampling, of weights).
    many = np.divide(sizes**2, sums, out=np.zeros_like(sums), where=sums > 0)
    sure = (many >= _FEWEST) & (error > 0)
    single = _core.two_sided_student_quantile(0.90, max(n - 1, 1))
    largest, reach = _largest_ratios(squares, sure, max(n - 1, 1))
    return Gap(points, levels[0], levels[1], error, sure, single, largest, reach)


def _terms(reading: Reading, rows: slice, points: Floats, order: int) -> Floats:
    """What each path adds to the functions at the points, shape (path, point)."""
    import numpy as np

    distance = points - reading.value[rows, None]
    terms = (distance >= 0).astype(float) if order == 1 else np.maximum(distance, 0.0)
    weighted: Floats = terms * reading.weight[rows, None]
    return weighted


def _mean(reading: Reading, points: Floats, order: int) -> Floats:
    import numpy as np

    total = np.zeros(len(points))
    for start in range(0, len(reading.value), _ROWS):
        total += _terms(reading, slice(start, start + _ROWS), points, order).sum(axis=0)
    mean: Floats = total / reading.weight.sum()
    return mean


def _influences(
    first: Reading,
    second: Reading,
    levels: list[Floats],
    points: Floats,
    order: int,
    draws: DrawGroups | None,
) -> Iterator[Floats]:
    """How far each path, or draw, moves the difference, times their number; some rows at a time."""
    import numpy as np

    n = len(first.value)
    starts = np.arange(n) if draws is None else draws.starts
    per_block = max(1, _ROWS * len(starts) // n)
    for begin in range(0, len(starts), per_block):
        units = starts[begin : begin + per_block]
        end = begin + per_block
        rows = slice(int(units[0]), int(starts[end]) if end < len(starts) else n)
        influence = np.zeros((rows.stop - rows.start, len(points)))
        for sign, reading, level in ((1.0, first, levels[0]), (-1.0, second, levels[1])):
            residual = _terms(reading, rows, points, order) - reading.weight[rows, None] * level
            influence += residual * (sign / float(reading.weight.mean()))
        if draws is not None:
            sums = np.add.reduceat(influence, units - units[0], axis=0)
            influence = sums * (len(starts) / n)
        yield influence


def _largest_ratios(squares: Floats, sure: NDArray[np.bool_], degrees: int) -> tuple[float, float]:
    """The 95 % quantiles of the largest ratio, and of the largest in size, without a difference."""
    import numpy as np

    if not sure.any():
        return float("inf"), 0.0
    scale = np.sqrt(np.diag(squares)[sure])
    correlation = squares[np.ix_(sure, sure)] / np.outer(scale, scale)
    # Neighbouring points may differ on the same paths alone: so little more parts them.
    root = np.linalg.cholesky(correlation + 1e-8 * np.eye(len(scale)))
    generator = np.random.default_rng(0)  # the same quantiles always
    normals = generator.standard_normal((_SIMULATED, len(root)))
    chi = np.sqrt(generator.chisquare(degrees, (_SIMULATED, 1)) / degrees)
    ratios = normals @ root.T / chi
    largest = np.quantile(ratios.max(axis=1), 0.95)
    return float(largest), float(np.quantile(np.abs(ratios).max(axis=1), 0.95))
