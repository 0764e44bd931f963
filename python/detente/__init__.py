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
from detente.break_even_value import BreakEven, break_even
from detente.checkpoint import Checkpoint
from detente.dominance import Dominance
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
from detente.hazard_drivers import Drivers, drivers
from detente.history import Trace
from detente.means_at_transition import ConditionalMeans, conditional_means
from detente.merging import merge
from detente.observation import Observation
from detente.ranking import Ranking
from detente.scenario import Scenario, load, scenario_names, schema
from detente.screening import Screening, screen
from detente.sensitivity_indices import Sensitivity, sensitivity
from detente.simulation import simulate
from detente.storage import open_forecast as open  # noqa: A004 - read as detente.open
from detente.value_of_information import ValueOfInformation, voi

__all__ = [
    "ArgumentError",
    "BreakEven",
    "Checkpoint",
    "ConditionalMeans",
    "DetenteError",
    "Diagnostic",
    "Dominance",
    "Drivers",
    "Forecast",
    "InternalError",
    "Interrupted",
    "Observation",
    "Ranking",
    "RunError",
    "Scenario",
    "ScenarioError",
    "Screening",
    "Sensitivity",
    "StorageError",
    "Trace",
    "ValueOfInformation",
    "__version__",
    "break_even",
    "conditional_means",
    "drivers",
    "load",
    "merge",
    "open",
    "scenario_names",
    "schema",
    "screen",
    "sensitivity",
    "simulate",
    "voi",
]
