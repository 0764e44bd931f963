"""What every policy would give if the parameters were known, from a few paths of each draw.

The mean over the paths of a draw is E[Y_d | θ] for each policy d, and noise. A choice between noisy
means looks better than it is: the largest of them is too large in the mean, and every policy is the
best of some draws. So the noise is taken out, as :class:`detente.draw_groups.DrawBand` does it for
one quantity, here for all policies together: of the means m, with covariance S over the draws, of
which N is noise, the differences between policies are put through the linear map A that gives them
the covariance B = S - N with the least change,

    m̄ + A (m - m̄),   A = S^(-1/2) (S^(1/2) B S^(1/2))^(1/2) S^(-1/2)

(the optimal map between normal laws: Olkin and Pukelsheim 1982, Linear Algebra and its Applications
48:257; as an estimate the multivariate form of constrained empirical Bayes: Ghosh 1992, JASA
87:533). For two policies A is the factor of DrawBand. It assumes that the noise leaves the shape of
the distribution of the means as it is. What is common to all policies stays out of it, for it
decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.comparison import Reading
from detente.draw_groups import DrawGroups
from detente.errors import ArgumentError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Directions whose variance is so small a part of the largest are none.
_NOTHING = 1e-12

#: Digits, of the largest difference, in which differences without noise are meant.
_DIGITS = 9


@dataclass(frozen=True)
class DrawMeans:
    """An outcome's mean under each policy in each draw, and the noise of these means.

    Attributes
    ----------
    means
        Shape (draw, policy).
    noise
        The error covariance of the means of a draw, shape (draw, policy, policy); NaN where a draw
        has too few paths to tell.
    """

    means: Floats
    noise: Floats

    @classmethod
    def of(cls, readings: Sequence[Reading], draws: DrawGroups) -> DrawMeans:
        """The means over the paths of a draw that count, with the delta method's noise.

        Draws in which a policy has no path that counts are left out.
        """
        import numpy as np

        sizes = draws.sizes
        counted = np.column_stack([draws.sums(reading.weight) for reading in readings])
        with np.errstate(divide="ignore", invalid="ignore"):
            means = np.column_stack([draws.sums(reading.value) for reading in readings]) / counted
            scale = sizes[:, None] / counted
        influence = np.empty((draws.n_paths, len(readings)))
        for place, reading in enumerate(readings):
            residual = reading.value - draws.spread_out(means[:, place]) * reading.weight
            influence[:, place] = draws.spread_out(scale[:, place]) * residual
        noise = np.empty((draws.n_draws, len(readings), len(readings)))
        with np.errstate(divide="ignore", invalid="ignore"):
            for place in range(len(readings)):
                products = influence[:, [place]] * influence
                sums = np.add.reduceat(products, draws.starts, axis=0)
                noise[:, place] = sums / (sizes * (sizes - 1))[:, None]
        fewest = counted.min(axis=1)
        noise[fewest < 2] = np.nan
        return cls(means[fewest >= 1], noise[fewest >= 1])

    @property
    def n_draws(self) -> int:
        """How many draws there are."""
        return len(self.means)

    def at(self, places: NDArray[np.intp]) -> DrawMeans:
        """Some of the draws, each as often as it is named."""
        return DrawMeans(self.means[places], self.noise[places])

    def pulled(self) -> Floats:
        """The means without noise; the formula is at the head of the module.

        Raises
        ------
        ArgumentError
            The noise is not known: no draw has two paths that count under every policy.
        """
        import numpy as np

        known = ~np.isnan(self.noise).any(axis=(1, 2))
        if not known.any():
            raise ArgumentError(
                "no draw of the parameters has two paths that count under every policy, so the "
                "noise of its means is unknown; give more paths to a draw (paths_per_draw)"
            )
        centre = self.means.mean(axis=0)
        common = self.means.mean(axis=1, keepdims=True)
        contrasts = self.means - common - (centre - centre.mean())
        # Taken off every policy alike, a common part leaves the differences as they are.
        centring = np.eye(len(centre)) - 1 / len(centre)
        noise = centring @ self.noise[known].mean(axis=0) @ centring
        moved = contrasts @ _map(contrasts, noise)
        # Policies that are equal stay so: what rounding alone parts is put together again.
        scale = np.abs(moved).max() or 1.0
        moved = np.round(moved / scale, _DIGITS) * scale
        pulled: Floats = centre + (common - centre.mean()) + moved
        return pulled


def _map(contrasts: Floats, noise: Floats) -> Floats:
    """The matrix A of the head of the module, symmetric; 0 where all is noise."""
    import numpy as np

    covariance = contrasts.T @ contrasts / (len(contrasts) - 1)
    sizes, axes = np.linalg.eigh(covariance)
    seen = sizes > _NOTHING * max(sizes[-1], np.finfo(float).tiny)
    axes = axes[:, seen]
    root = np.sqrt(sizes[seen])
    # Within the directions that vary, in coordinates of the eigenvectors of S.
    between = _without_negative(np.diag(sizes[seen]) - axes.T @ noise @ axes)
    inner = _root(root[:, None] * between * root)
    matrix: Floats = axes @ (inner / (root[:, None] * root)) @ axes.T
    return matrix


def _without_negative(matrix: Floats) -> Floats:
    """The nearest matrix that is a covariance."""
    import numpy as np

    sizes, axes = np.linalg.eigh(matrix)
    nearest: Floats = (axes * np.maximum(sizes, 0)) @ axes.T
    return nearest


def _root(matrix: Floats) -> Floats:
    """The symmetric square root of a covariance."""
    import numpy as np

    sizes, axes = np.linalg.eigh(matrix)
    root: Floats = (axes * np.sqrt(np.maximum(sizes, 0))) @ axes.T
    return root
