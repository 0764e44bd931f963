"""A forecast as JSON: the contract of ``detente run --json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.estimates import band_statistics, has_band, quantiles_of
from detente.json_numbers import number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente import _core
    from detente.forecast import Forecast


def forecast_to_json(forecast: Forecast) -> dict[str, Any]:
    """What JSON can hold of a forecast; None stands for numbers that do not exist."""
    result: dict[str, Any] = {
        "scenario": forecast.title,
        "paths": forecast.n_paths,
        "seed": forecast.seed,
        "policies": {policy.name: _policy_to_json(policy) for policy in forecast.policy_forecasts},
        "dates": forecast.dates if forecast.has_calendar else _numbers(forecast.times),
        "seconds": forecast.wall_seconds,
        "paths_per_second": number(forecast.paths_per_second),
        "version": forecast.version,
    }
    if forecast.paths_per_draw > 1:
        result["paths_per_draw"] = forecast.paths_per_draw
    if forecast.sobol:
        result["sobol"] = True
    if forecast.partial:
        result["partial"] = True
    if forecast.missing:
        result["missing"] = [list(piece) for piece in forecast.missing]
    if forecast.first_path:
        result["first_path"] = forecast.first_path
    return result


def _policy_to_json(policy: _core.PolicyForecast) -> dict[str, Any]:
    outcomes = {item.name: _estimate_to_json(item) for item in policy.outcomes}
    result: dict[str, Any] = {
        "outcomes": {
            item.name: outcomes[item.name] for item in policy.outcomes if item.kind != "utility"
        },
        "occupancy": {
            item.chain: dict(zip(item.states, map(_numbers, item.share), strict=True))
            for item in policy.occupancy
        },
        "variables": {band.variable: _band_to_json(band) for band in policy.bands},
    }
    for item in policy.outcomes:
        if item.kind == "utility":
            result["utility"] = outcomes[item.name]
    return result


def _band_to_json(band: _core.Band) -> dict[str, list[float | None]]:
    statistics = band_statistics(band)
    return {name: _numbers(statistics[name]) for name in ("mean", "q05", "q50", "q95")}


def _estimate_to_json(estimate: _core.Estimate) -> dict[str, Any]:
    result: dict[str, Any] = {
        "kind": estimate.kind,
        "estimate": number(estimate.estimate),
        "standard_error": number(estimate.standard_error),
        "low": number(estimate.low),
        "high": number(estimate.high),
        "n": estimate.n,
    }
    if estimate.kind != "probability":
        result["quantiles"] = {
            name: number(value) for name, value in quantiles_of(estimate).items()
        }
    if has_band(estimate):
        result["band"] = {
            "low": number(estimate.band_low),
            "high": number(estimate.band_high),
            "share": number(estimate.epistemic_share),
        }
    if estimate.has_given:
        result["given_share"] = number(estimate.given_share)
    if estimate.censored_share > 0:
        result["censored_share"] = number(estimate.censored_share)
    if estimate.kind == "time_to":
        result["incidence"] = _numbers(estimate.incidence)
        result["restricted_mean"] = number(estimate.restricted_mean)
    return result


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    import numpy as np

    plain = values.tolist()
    return plain if np.isfinite(values).all() else [number(value) for value in plain]
