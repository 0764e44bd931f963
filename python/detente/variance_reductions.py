"""What common random numbers save, for every pair of policies and every outcome.

The variance of a difference between independent runs over that between runs on the same paths: how
many times fewer paths the shared randomness needs (Glasserman and Yao 1992, Management Science
38:884). Below 1 the policies move an outcome in opposite ways.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from detente.comparison import Reading, t95
from detente.errors import ArgumentError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from detente.forecast import Forecast

    Floats = NDArray[np.float64]

COLUMNS = ("variance_reduction", "low", "high", "correlation")


def variance_reduction_table(forecast: Forecast) -> pd.DataFrame:
    """See :meth:`Forecast.variance_reductions`."""
    import pandas as pd

    policies = forecast.policies
    if len(policies) < 2:
        raise ArgumentError("there is one policy alone: it shares its paths with no other")
    columns, draws = forecast.readings(), forecast.draw_groups
    quantile = t95(draws)
    rows = {}
    for estimate in forecast.estimates(policies[0]):
        if estimate.kind == "time_to" and estimate.has_given:
            continue  # its column does not tell which paths count
        influences = {}
        for policy in policies:
            reading = Reading.of(columns[policy][estimate.name], estimate.kind)
            if reading.weight.any():
                one = reading.influence()
                influences[policy] = one if draws is None else draws.influences(one)
        for pair in itertools.combinations(policies, 2):
            found = (math.nan,) * len(COLUMNS)
            if all(policy in influences for policy in pair):
                found = reduction(influences[pair[0]], influences[pair[1]], quantile)
            rows[(*pair, estimate.name)] = found
    index = pd.MultiIndex.from_tuples(list(rows), names=["first", "second", "outcome"])
    table = pd.DataFrame(list(rows.values()), index=index, columns=list(COLUMNS))
    table.attrs.update(forecast.attributes)
    return table


def reduction(first: Floats, second: Floats, quantile: float) -> tuple[float, float, float, float]:
    """The ratio of the variances, its interval, and the correlation, of two columns of influences.

    The interval is that of the logarithm, by the delta method. All are NaN where the two never
    differ.
    """
    import numpy as np

    n = len(first)
    squares = first**2 + second**2, (second - first) ** 2
    apart, together = (float(each.mean()) for each in squares)
    if n < 2 or together == 0:
        return (math.nan,) * 4
    ratio = apart / together
    influence = squares[0] / apart - squares[1] / together
    reach = quantile * float(influence.std(ddof=1)) / math.sqrt(n)
    sizes = math.sqrt(float((first**2).mean()) * float((second**2).mean()))
    correlation = float((first * second).mean()) / sizes if sizes > 0 else math.nan
    # An exponential beyond the largest number is an open end.
    with np.errstate(over="ignore"):
        factor = float(np.exp(reach))
    return ratio, ratio / factor, ratio * factor, correlation
