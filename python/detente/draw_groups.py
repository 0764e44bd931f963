"""Paths that share a draw of the parameters: sums over draws, and what varies between draws.

The formulas are those of one-way random effects (Searle, Casella and McCulloch 1992, Variance
Components) with the noise taken out as in :attr:`Forecast.outcomes`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DrawGroups:
    """Which of the paths from `first_path` on share a draw: those of one floor(p / M)."""

    starts: NDArray[np.intp]
    n_paths: int

    @classmethod
    def of_range(cls, first_path: int, n_paths: int, paths_per_draw: int) -> DrawGroups:
        """The groups of a path range; those at its ends may be cut."""
        import numpy as np

        first_end = paths_per_draw - first_path % paths_per_draw
        later = np.arange(first_end, n_paths, paths_per_draw, dtype=np.intp)
        return cls(np.concatenate([np.zeros(1, dtype=np.intp), later]), n_paths)

    @property
    def n_draws(self) -> int:
        """How many draws have a path."""
        return len(self.starts)

    @property
    def sizes(self) -> Floats:
        """How many paths each draw has."""
        import numpy as np

        return np.diff(self.starts, append=self.n_paths).astype(float)

    def sums(self, values: Floats) -> Floats:
        """The sum of each draw."""
        import numpy as np

        result: Floats = np.add.reduceat(values, self.starts)
        return result

    def spread_out(self, by_draw: Floats) -> Floats:
        """On each path the value of its draw."""
        import numpy as np

        return np.repeat(by_draw, self.sizes.astype(np.intp))

    def influences(self, influence: Floats) -> Floats:
        """Influences of draws rather than paths; both average to the same."""
        if self.n_draws == self.n_paths:
            return influence
        return self.sums(influence) * (self.n_draws / self.n_paths)


@dataclass(frozen=True)
class DrawBand:
    """How a quantity varies over the parameters, the noise of the few paths of a draw taken out.

    Attributes
    ----------
    low, high
        Its 5 and 95 % quantiles.
    share_above
        Share of draws in which it is above 0.
    """

    low: float = math.nan
    high: float = math.nan
    share_above: float = math.nan

    @classmethod
    def of_draws(cls, values: Floats, noise: Floats) -> DrawBand:
        """The band of what `values`, one for each draw, measure with these error variances.

        A noise of NaN is not known and counts as the mean of the others.
        """
        import numpy as np

        if len(values) < 2 or np.isnan(noise).all():
            return cls()
        centre, variance = float(values.mean()), float(values.var(ddof=1))
        between = max(variance - float(np.nanmean(noise)), 0.0)
        factor = math.sqrt(between / variance) if variance > 0 else 0.0
        corrected = centre + factor * (values - centre)
        low, high = np.quantile(corrected, [0.05, 0.95], method="inverted_cdf")
        return cls(float(low), float(high), float((corrected > 0).mean()))
