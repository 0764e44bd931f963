r"""Sums over paths behind means on the paths at risk, their differences, and the errors of both.

Path p has at a date an indicator a that it is at risk under a policy, and the log x of a factor.
The mean over those at risk is a ratio of means, Σ a x / Σ a. Under a baseline the same path has b
and y, and the difference of the two means parts exactly:

.. math::

    \frac{\sum a x}{\sum a} - \frac{\sum b y}{\sum b}
    = \frac{\sum a b (x - y)}{\sum a b} + \text{selection}.

The first term is over the paths at risk under both: how the factor itself differs. The rest is who
is at risk: it is there even where the factor is the same on every path.

Errors come from the delta method (Cochran 1977, Sampling Techniques, chapter 6) on the means of
(a, a x, b, b y, ab, ab x, ab y) and their covariance over paths; over draws, where paths share
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente.draw_groups import DrawGroups

    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Means:
    """Estimates and standard errors, one for each date and a last one over all dates."""

    value: Floats
    error: Floats


class Moments:
    """Sums, and sums of products, of quantities of paths at each date and over all dates.

    A path that is at risk at several dates counts once for each in the quantities over all dates,
    and errors know that it is one path.
    """

    def __init__(self, n_quantities: int, n_dates: int) -> None:
        import numpy as np

        self._sums = np.zeros((n_dates + 1, n_quantities))
        self._products = np.zeros((n_dates + 1, n_quantities, n_quantities))
        self._n_with = np.zeros((n_dates + 1, n_quantities))
        self._n = 0

    def add(self, quantities: Floats, draws: DrawGroups) -> None:
        """Add paths; shape (date, quantity, path)."""
        import numpy as np

        if draws.n_draws < draws.n_paths:
            quantities = np.add.reduceat(quantities, draws.starts, axis=2)
        every = np.concatenate([quantities, quantities.sum(axis=0, keepdims=True)])
        self._sums += every.sum(axis=2)
        self._products += every @ every.transpose(0, 2, 1)
        self._n_with += (every != 0).sum(axis=2)
        self._n += every.shape[2]

    def means(self) -> Floats:
        """Of each quantity over all paths (or draws), shape (date, quantity)."""
        return self._sums / self._n

    def error(self, gradient: Floats, counted: int) -> Floats:
        """The standard error of a function of the means, from its gradient there.

        NaN where fewer than two paths (or draws) have the quantity `counted`.
        """
        import numpy as np

        means = self.means()
        n = self._n
        covariance = self._products / n - means[:, :, None] * means[:, None, :]
        with np.errstate(invalid="ignore"):
            variance = np.einsum("di,dij,dj->d", gradient, covariance, gradient) / max(n - 1, 1)
            error = np.sqrt(np.maximum(variance, 0))
        return np.where(self._n_with[:, counted] >= 2, error, np.nan)


class RiskMoments:
    """The mean of something over the paths at risk under one policy."""

    def __init__(self, n_dates: int) -> None:
        self._moments = Moments(2, n_dates)

    def add(self, at_risk: Booleans, values: Floats, draws: DrawGroups) -> None:
        """Add paths; both of shape (date, path), values 0 off risk."""
        import numpy as np

        self._moments.add(np.stack([at_risk, values], axis=1).astype(float), draws)

    def mean(self) -> Means:
        """Over the paths at risk."""
        import numpy as np

        means = self._moments.means()
        with np.errstate(divide="ignore", invalid="ignore"):
            value = means[:, 1] / means[:, 0]
            gradient = np.stack([-value, np.ones_like(value)], axis=1) / means[:, :1]
        return Means(value, self._moments.error(gradient, 0))


@dataclass(frozen=True)
class Parted:
    """A difference of means and its two parts, which add up to it."""

    difference: Means
    same_paths: Means
    selection: Means


class PairMoments:
    """The difference between two policies of the mean of something over the paths at risk."""

    def __init__(self, n_dates: int) -> None:
        self._moments = Moments(7, n_dates)

    def add(self, a: Booleans, x: Floats, b: Booleans, y: Floats, draws: DrawGroups) -> None:
        """Add paths; all of shape (date, path), values 0 off risk."""
        import numpy as np

        both = a & b
        self._moments.add(
            np.stack([a, x, b, y, both, both * x, both * y], axis=1).astype(float), draws
        )

    def parted(self) -> Parted:
        """The difference, and its parts where a path is at risk under both."""
        import numpy as np

        a, x, b, y, c, cx, cy = self._moments.means().T
        nought = np.zeros_like(a)
        with np.errstate(divide="ignore", invalid="ignore"):
            first, second, same = x / a, y / b, (cx - cy) / c
            of_all = np.stack(
                [-first / a, 1 / a, second / b, -1 / b, nought, nought, nought], axis=1
            )
            of_same = np.stack([nought, nought, nought, nought, -same / c, 1 / c, -1 / c], axis=1)
        difference = first - second
        error = self._moments.error
        either = np.where(np.isnan(error(of_all, 2)), np.nan, error(of_all, 0))
        return Parted(
            Means(difference, either),
            Means(same, error(of_same, 4)),
            Means(difference - same, error(of_all - of_same, 4)),
        )
