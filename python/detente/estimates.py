"""Estimates of outcomes and bands of variables as rows and columns of tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente import _core

#: Names of the quantiles that every estimate and band carries.
QUANTILES = ("q05", "q25", "q50", "q75", "q95")

#: The kinds whose estimate is a share of the paths.
SHARES = ("probability", "time_to")

#: The columns of :attr:`Forecast.outcomes`, those of a scenario without outcomes too.
COLUMNS = (
    *("kind", "unit", "estimate", "standard_error", "low", "high", "n", "hits", "given_share"),
    *("censored_share", "standard_deviation", "minimum", "maximum", "restricted_mean"),
    *QUANTILES,
    *("band_low", "band_high", "epistemic_share"),
)


def estimate_row(estimate: _core.Estimate) -> dict[str, Any]:
    """The columns of :attr:`Forecast.outcomes`."""
    return {
        "kind": estimate.kind,
        "unit": estimate.unit,
        "estimate": estimate.estimate,
        "standard_error": estimate.standard_error,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "hits": estimate.hits if estimate.kind in SHARES else None,
        "given_share": estimate.given_share,
        "censored_share": estimate.censored_share,
        "standard_deviation": estimate.standard_deviation,
        "minimum": estimate.minimum,
        "maximum": estimate.maximum,
        "restricted_mean": estimate.restricted_mean if estimate.kind == "time_to" else math.nan,
        **quantiles_of(estimate),
        "band_low": estimate.band_low,
        "band_high": estimate.band_high,
        "epistemic_share": estimate.epistemic_share,
    }


def has_band(estimate: _core.Estimate) -> bool:
    """Whether the estimate tells how it varies over the parameters."""
    return not math.isnan(estimate.band_low)


def quantiles_of(estimate: _core.Estimate) -> dict[str, float]:
    """The quantiles by name; NaN where there are none."""
    values = [float(value) for value in estimate.quantiles] or [math.nan] * len(QUANTILES)
    return dict(zip(QUANTILES, values, strict=True))


def band_statistics(band: _core.Band) -> dict[str, NDArray[np.float64]]:
    """The mean and the quantiles of a variable by name, each an array over the report dates."""
    return {"mean": band.mean(), **dict(zip(QUANTILES, band.quantiles(), strict=True))}
