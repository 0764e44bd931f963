"""How far the ends of an epistemic band are from those that infinitely many draws would give.

The 5 and 95 % quantiles of a few hundred draws are known poorly, and so is the noise that is taken
out of them. Both show when the draws are resampled: of 400 resamples with replacement, in each of
which the noise is taken out anew, the ends of the band have 2.5 and 97.5 % quantiles, the interval
(percentile bootstrap: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.draw_groups import DrawBand
from detente.draw_means import DrawMeans
from detente.errors import ArgumentError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from detente.results import Results

    Floats = NDArray[np.float64]

_RESAMPLES = 400


@dataclass(frozen=True)
class BandInterval:
    """The ends of a band, each with its 95 % interval.

    Attributes
    ----------
    band_low, band_low_from, band_low_to
        The 5 % quantile over the parameters.
    band_high, band_high_from, band_high_to
        The 95 % quantile.
    n_draws
        How many draws they rest on.
    """

    band_low: float = math.nan
    band_low_from: float = math.nan
    band_low_to: float = math.nan
    band_high: float = math.nan
    band_high_from: float = math.nan
    band_high_to: float = math.nan
    n_draws: int = 0


def band_interval(values: Floats, noise: Floats) -> BandInterval:
    """The band of what `values`, one for each draw, measure with these error variances.

    A noise of NaN is not known and counts as the mean of the others.
    """
    import numpy as np

    n = len(values)
    if n < 2 or np.isnan(noise).all():
        return BandInterval(n_draws=n)
    band = DrawBand.of_draws(values, noise)
    known = np.where(np.isnan(noise), np.nanmean(noise), noise)
    places = np.random.default_rng(0).integers(n, size=(_RESAMPLES, n))
    drawn = values[places]
    centre = drawn.mean(axis=1, keepdims=True)
    variance = drawn.var(axis=1, ddof=1)
    between = np.maximum(variance - known[places].mean(axis=1), 0.0)
    factor = np.sqrt(np.divide(between, variance, out=np.zeros(_RESAMPLES), where=variance > 0))
    corrected = centre + factor[:, None] * (drawn - centre)
    # The value at a step, as the band takes it, lies low at the upper end, by a quarter of the
    # error of 300 draws; this kind does not (Hyndman and Fan 1996, American Statistician 50:361).
    ends = np.quantile(corrected, [0.05, 0.95], axis=1, method="median_unbiased")
    (low_from, high_from), (low_to, high_to) = np.quantile(ends, [0.025, 0.975], axis=1)
    return BandInterval(
        band.low, float(low_from), float(low_to), band.high, float(high_from), float(high_to), n
    )


def band_interval_table(forecast: Results) -> pd.DataFrame:
    """See :meth:`Forecast.band_intervals`."""
    import pandas as pd

    from detente.ranking import readings_of

    forecast.readings()
    draws = forecast.draw_groups
    if draws is None:
        raise ArgumentError(
            "no paths share a draw of uncertain parameters, so there is no band; simulate with "
            "paths_per_draw=50, for example"
        )
    rows = {}
    for policy in forecast.policies:
        for estimate in forecast.estimates(policy):
            if estimate.kind == "time_to" and estimate.has_given:
                continue  # its column does not tell which paths count
            found = DrawMeans.of(readings_of(forecast, [policy], estimate.name), draws)
            noise = found.noise[:, 0, 0]
            rows[policy, estimate.name] = vars(band_interval(found.means[:, 0], noise))
    index = pd.MultiIndex.from_tuples(list(rows), names=["policy", "outcome"])
    table = pd.DataFrame(list(rows.values()), index=index)
    table.attrs.update(forecast.attributes)
    return table
