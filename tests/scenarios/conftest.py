"""What the tests of whole scenarios share: runs that are kept, and paired differences."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from numpy.typing import NDArray

import detente

FOLDER = Path(__file__).parents[2] / "scenarios"
SEED = 20241201


@dataclass(frozen=True)
class Reading:
    """An estimate and what each path adds to its error.

    `influence` has mean zero; its standard deviation over the paths, divided by the root of their
    number, is the standard error (delta method). Readings of the same paths keep their
    covariance through every operation, so a difference of two policies is a paired one.
    """

    value: float
    influence: NDArray[np.float64]

    def __sub__(self, other: Reading) -> Reading:
        return Reading(self.value - other.value, self.influence - other.influence)

    def log(self) -> Reading:
        return Reading(math.log(self.value), self.influence / self.value)

    def hazard(self, years: float) -> Reading:
        """Mean hazard over a window of so many years in which a share `value` failed."""
        survival = 1.0 - self.value
        return Reading(-math.log(survival) / years, self.influence / (survival * years))

    @property
    def standard_error(self) -> float:
        return float(self.influence.std()) / math.sqrt(len(self.influence))

    @property
    def z(self) -> float:
        """How many standard errors it lies above zero."""
        if self.standard_error == 0.0:
            return 0.0 if self.value == 0.0 else math.copysign(math.inf, self.value)
        return self.value / self.standard_error


def reading(column: pd.Series | NDArray[np.float64]) -> Reading:
    """Mean of a column over the paths where it is not NaN (a ratio estimator)."""
    values = np.asarray(column, dtype=float)
    counted = ~np.isnan(values)
    mean = float(values[counted].mean())
    influence = np.where(counted, values - mean, 0.0) / counted.mean()
    return Reading(mean, influence)


def scenario_text(name: str, outcomes: str = "") -> str:
    """The text of a scenario of the library, with further outcomes."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.count("\noutcomes:\n") == 1
    return text.replace("\noutcomes:\n", f"\noutcomes:\n{outcomes}")


def coarse_flagship(*outcomes: str, **further: dict[str, str]) -> detente.Scenario:
    """The flagship as it stands, on a grid of four weeks, with the outcomes that are asked for.

    Events keep their exact times on any grid; a coarser one and fewer readings save time.
    """
    text = scenario_text("ukraine-2024")
    model, readings = text.split("\noutcomes:\n")
    assert model.count("step: 1 week, report: 1 month") == 1
    model = model.replace("step: 1 week, report: 1 month", "step: 4 weeks, report: 133 months")
    known = yaml.safe_load(f"outcomes:\n{readings}")
    wanted = {name: known["outcomes"][name] for name in outcomes if name != "utility"} | further
    lines = [f"  {name}: {json.dumps(entry, default=str)}" for name, entry in wanted.items()]
    if "utility" in outcomes:
        lines.append(f"utility: {json.dumps(known['utility'])}")
    return detente.Scenario.from_yaml("\n".join([model, "outcomes:", *lines, ""]))


Columns = Mapping[str, pd.DataFrame]
_kept: dict[tuple[Any, ...], Columns] = {}


def run_columns(scenario: detente.Scenario, policies: Sequence[str], paths: int = 5_000) -> Columns:
    """Every path's readings by policy: one row per path, one column per outcome."""
    key = (scenario.to_yaml(), tuple(policies), paths)
    if key not in _kept:
        forecast = detente.simulate(
            scenario, paths=paths, seed=SEED, policies=list(policies), keep_outcomes=True
        )
        data = forecast.outcome_columns
        _kept[key] = {
            policy: pd.DataFrame(
                {name: data[name].sel(policy=policy).to_numpy() for name in data.data_vars}
            )
            for policy in policies
        }
    return _kept[key]


@pytest.fixture(scope="session")
def library_folder() -> Path:
    return FOLDER


@pytest.fixture(scope="session")
def flagship() -> Callable[..., detente.Scenario]:
    return coarse_flagship


@pytest.fixture(scope="session")
def columns() -> Callable[..., Columns]:
    return run_columns


@pytest.fixture(scope="session")
def read() -> Callable[..., Reading]:
    return reading


@pytest.fixture(scope="session")
def text_of() -> Callable[..., str]:
    return scenario_text
