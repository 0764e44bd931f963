"""Scenarios and forecasts that several tests read; each is made once."""

from __future__ import annotations

from pathlib import Path

import pytest

import detente

SUPPORT = Path(__file__).parent / "support"


@pytest.fixture(scope="session")
def support() -> Path:
    return SUPPORT


@pytest.fixture(scope="session")
def truce() -> detente.Scenario:
    """A scenario with one of everything."""
    return detente.load(SUPPORT / "truce.yaml")


@pytest.fixture(scope="session")
def plain() -> detente.Scenario:
    """A scenario without a calendar, and with one policy."""
    return detente.load(SUPPORT / "plain.yaml")


@pytest.fixture(scope="session")
def forecast(truce: detente.Scenario) -> detente.Forecast:
    """All policies, with everything that a run can keep."""
    return detente.simulate(
        truce, paths=4_000, seed=7, threads=2, keep_outcomes=True, keep_paths=20
    )
