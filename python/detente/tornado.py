"""What is expected of an outcome when a parameter is at an end of its prior.

All other parameters are as uncertain as before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.measured import Measured

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: The quantiles between which a tornado swings.
_TAILS = (0.05, 0.95)

#: Functions of a parameter that a tornado is read off: a cubic, as good as.
_FUNCTIONS = 3


@dataclass(frozen=True)
class Swing:
    """What is expected of an outcome at the ends of a parameter's prior.

    Attributes
    ----------
    low_value, high_value
        The 5 % and 95 % quantiles of the parameter, in its unit.
    at_low, at_high
        The expected outcome there, in its unit; a probability as a share of 1.
    difference
        at_high - at_low.
    """

    low_value: float
    high_value: float
    at_low: Measured
    at_high: Measured
    difference: Measured


def swing(draws: Floats, functions: Floats, values: Floats) -> Swing:
    """The expected outcome at two quantiles of a parameter, by least squares.

    Errors are those of a fit whose residuals may spread differently at different draws (White 1980,
    Econometrica 48).
    """
    import numpy as np

    n = len(values)
    columns = np.column_stack([np.ones(n), functions[:, :_FUNCTIONS]])
    coefficients = columns.T @ values / n  # the columns are uncorrelated, with variance 1
    residuals = values - columns @ coefficients
    order = np.argsort(draws, kind="stable")
    low, high = (int(order[round(tail * (n - 1))]) for tail in _TAILS)

    def expected(point: Floats) -> Measured:
        error = float(((columns @ point) * residuals).std(ddof=1)) / math.sqrt(n)
        return Measured.of(float(point @ coefficients), error)

    return Swing(
        float(draws[low]),
        float(draws[high]),
        expected(columns[low]),
        expected(columns[high]),
        expected(columns[high] - columns[low]),
    )
