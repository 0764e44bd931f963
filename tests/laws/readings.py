"""How the law tests run a scenario and read what came out: the one place that knows the tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import detente

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """One row of `Forecast.outcomes`."""

    estimate: float
    standard_error: float
    low: float
    high: float
    n: float
    row: dict[str, Any]


@dataclass(frozen=True)
class Firing:
    """One row of a trace: what fired, when, and which hazards competed at that moment."""

    time: float
    element: str
    kind: str
    cumulative_hazard: float | None
    hazards: dict[str, float]
    moves: dict[str, str]
    changes: dict[str, float]


class Readings:
    """A forecast with per-path columns."""

    def __init__(self, forecast: detente.Forecast) -> None:
        self.forecast = forecast

    def column(self, outcome: str, policy: str | None = None) -> Floats:
        """Readings in path order; NaN where a path does not count or did not get there."""
        columns = self.forecast.readings()[policy or self.forecast.policies[0]]
        return np.asarray(columns[outcome], dtype=np.float64)

    def __getitem__(self, outcome: str) -> Floats:
        return self.column(outcome)

    def estimate(self, outcome: str, policy: str | None = None) -> Estimate:
        row = self.forecast.outcomes.loc[(policy or self.forecast.policies[0], outcome)]
        return Estimate(
            estimate=float(row["estimate"]),
            standard_error=float(row["standard_error"]),
            low=float(row["low"]),
            high=float(row["high"]),
            n=float(row["n"]),
            row=row.to_dict(),
        )

    def occupancy(self, chain: str, policy: str | None = None) -> Floats:
        """Share of paths, shape (date, state), states in the order of the file."""
        shares = self.forecast.occupancy(chain).sel(policy=policy or self.forecast.policies[0])
        return np.asarray(shares.transpose("date", "state"), dtype=np.float64)

    def incidence(self, outcome: str, policy: str | None = None) -> Floats:
        """Cumulative incidence per report date."""
        table = self.forecast.incidence(outcome)
        one = table.sel(policy=policy or self.forecast.policies[0], statistic="estimate")
        return np.asarray(one, dtype=np.float64)


def load(text: str) -> detente.Scenario:
    return detente.Scenario.from_yaml(text)


def simulate(text: str, paths: int, seed: int = 1, **options: Any) -> Readings:
    """Simulate a scenario text on two threads, keeping the outcomes of every path."""
    options = {"threads": 2, "keep_outcomes": True, **options}
    return Readings(detente.simulate(load(text), paths=paths, seed=seed, **options))


def trace(
    scenario: detente.Scenario, path: int, seed: int, policy: str | None = None
) -> list[Firing]:
    """What happened on one path of a loaded scenario, in order."""
    told = scenario.trace(path=path, seed=seed, policy=policy).to_json_dict()
    return [
        Firing(
            time=firing["time"],
            element=firing["element"],
            kind=firing["kind"],
            cumulative_hazard=firing["cumulative_hazard"],
            hazards={one["element"]: one["hazard"] for one in firing["competing"]},
            moves={one["chain"]: one["after"] for one in firing["states"]},
            changes={one["name"]: one["after"] for one in firing["variables"]},
        )
        for firing in told["firings"]
    ]
