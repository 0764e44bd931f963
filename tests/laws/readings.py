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
    cumulative_hazard: float
    hazards: dict[str, float]
    moves: dict[str, str]
    changes: dict[str, float]


@dataclass(frozen=True)
class History:
    """A path replayed alone."""

    firings: list[Firing]
    outcomes: dict[str, float]


class Readings:
    """A forecast with per-path columns."""

    def __init__(self, forecast: Any) -> None:
        self.forecast = forecast

    @property
    def policies(self) -> list[str]:
        return list(dict.fromkeys(self.forecast.outcomes.index.get_level_values(0)))

    def column(self, outcome: str, policy: str | None = None) -> Floats:
        """Readings in path order; NaN where a path does not count or did not get there."""
        columns = self.forecast.outcome_columns
        chosen = columns[outcome].sel(policy=policy or self.policies[0])
        return np.asarray(chosen, dtype=np.float64)

    def parameter(self, name: str) -> Floats:
        """The draws of a parameter, per path."""
        return np.asarray(self.forecast.parameter_columns[name], dtype=np.float64)

    def __getitem__(self, outcome: str) -> Floats:
        return self.column(outcome)

    def estimate(self, outcome: str, policy: str | None = None) -> Estimate:
        row = self.forecast.outcomes.loc[(policy or self.policies[0], outcome)]
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
        shares = self.forecast.occupancy(chain)
        shares = shares.sel(policy=policy or self.policies[0])
        return np.asarray(shares.transpose(..., "state"), dtype=np.float64)

    def incidence(self, outcome: str, policy: str | None = None) -> Floats:
        """Cumulative incidence per report date."""
        table = self.forecast.incidence(outcome)
        return np.asarray(table.sel(policy=policy or self.policies[0]), dtype=np.float64)


def simulate(text: str, paths: int, seed: int = 1, **options: Any) -> Readings:
    """Simulate a scenario text on two threads, keeping the outcomes of every path."""
    scenario = detente.Scenario.from_yaml(text)
    options = {"threads": 2, "keep_outcomes": True, **options}
    return Readings(detente.simulate(scenario, paths=paths, seed=seed, **options))


def trace(scenario: detente.Scenario, path: int, seed: int, policy: str | None = None) -> History:
    """Replay one path of a loaded scenario."""
    told = scenario.trace(path=path, seed=seed, policy=policy)
    firings = [
        Firing(
            time=float(firing.time),
            element=firing.element,
            kind=firing.kind,
            cumulative_hazard=float(firing.cumulative_hazard),
            hazards={one.element: float(one.hazard) for one in firing.competing},
            moves={one.chain: one.after for one in firing.states},
            changes={one.name: float(one.after) for one in firing.variables},
        )
        for firing in told.firings
    ]
    return History(firings, dict(told.outcomes))


def load(text: str) -> detente.Scenario:
    return detente.Scenario.from_yaml(text)
