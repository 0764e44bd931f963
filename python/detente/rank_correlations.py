"""Rank correlations: of parameters with an outcome, and of parameters with one another.

Correlated parameters have no indices of their own, because the variance that they share belongs to
neither. Those that are correlated are one input together (Jacques, Lavergne and Devictor 2006,
Reliability Engineering and System Safety 91).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from detente.comparison import Z95
from detente.ensemble import Group
from detente.measured import Measured

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Draws correlate when their rank correlation is so many standard errors, 1 / √paths, from 0.
_CORRELATED = 5.0


def rank_correlation(draws: Floats, values: Floats) -> Measured:
    """Spearman's rank correlation; its interval by Fisher's transformation.

    The standard error on the transformed scale is √((1 + ρ²/2) / (n - 3)) (Bonett and Wright 2000,
    Psychometrika 65).
    """
    import numpy as np
    from scipy.stats import rankdata

    if values.min() == values.max():
        return Measured.missing()
    correlation = float(np.corrcoef(rankdata(draws), rankdata(values))[0, 1])
    error = math.sqrt((1 + correlation**2 / 2) / (len(draws) - 3))
    center = math.atanh(min(max(correlation, -1 + 1e-15), 1 - 1e-15))
    return Measured(
        correlation,
        error * (1 - correlation**2),
        math.tanh(center - Z95 * error),
        math.tanh(center + Z95 * error),
    )


def correlated_pairs(draws: Mapping[str, Floats]) -> dict[tuple[str, str], float]:
    """The pairs of parameters whose draws are correlated, with their rank correlations."""
    import numpy as np
    from scipy.stats import rankdata

    names = list(draws)
    if len(names) < 2:
        return {}
    ranks = np.corrcoef(np.vstack([rankdata(draws[name]) for name in names]))
    least = _CORRELATED / math.sqrt(len(draws[names[0]]))
    return {
        (names[i], names[j]): float(ranks[i, j])
        for i, j in zip(*np.nonzero(np.triu(np.abs(ranks) > least, 1)), strict=True)
    }


def joined_inputs(names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> list[Group]:
    """The parameters in groups without correlations between them, in their order."""
    group_of = {name: {name} for name in names}
    for one, other in pairs:
        joint = group_of[one] | group_of[other]
        for name in joint:
            group_of[name] = joint
    groups = [tuple(sorted(group, key=names.index)) for group in group_of.values()]
    return list(dict.fromkeys(groups))
