"""Monte Carlo forecasts of armed conflicts.

Examples
--------
>>> import detente
>>> scenario = detente.load("scenario.yaml")  # doctest: +SKIP
>>> forecast = detente.simulate(scenario, paths=100_000)  # doctest: +SKIP
>>> forecast.outcomes  # doctest: +SKIP
"""

from __future__ import annotations

from detente._core import __version__
from detente.checkpoint import Checkpoint
from detente.errors import (
    ArgumentError,
    DetenteError,
    Diagnostic,
    InternalError,
    Interrupted,
    RunError,
    ScenarioError,
    StorageError,
)
from detente.forecast import Forecast
from detente.history import Trace
from detente.merging import merge
from detente.scenario import Scenario, load, scenario_names, schema
from detente.simulation import simulate
from detente.storage import open_forecast as open  # noqa: A004 - read as detente.open

__all__ = [
    "ArgumentError",
    "Checkpoint",
    "DetenteError",
    "Diagnostic",
    "Forecast",
    "InternalError",
    "Interrupted",
    "RunError",
    "Scenario",
    "ScenarioError",
    "StorageError",
    "Trace",
    "__version__",
    "load",
    "merge",
    "open",
    "scenario_names",
    "schema",
    "simulate",
]
