"""What fires without end: the run ends and says so, and stops meanwhile when it is asked to."""

from __future__ import annotations

import time

import pytest

import detente

HEAD = "detente: 1\ntitle: Without end\ntime: {horizon: 1, step: 0.5}\n"

CASCADES = {
    "transitions": "chains:\n  c:\n    start: a\n    states: [a, b]\n    transitions:\n"
    "      - {name: there, from: a, to: b, hazard: 1e12}\n"
    "      - {name: back, from: b, to: a, hazard: 1e12}\n",
    "an event": "variables: {x: {start: 0}}\n"
    "events: {there: {hazard: 1e12, effects: {x: x + 1}}}\n",
    "triggers": "variables: {x: {start: 1}}\n"
    "events:\n  start: {on: 0.25, effects: {x: 0}}\n"
    "  there: {trigger: x <= 0, effects: {x: 1}}\n"
    "  back: {trigger: x > 0, effects: {x: 0}}\n",
}


@pytest.mark.parametrize("what", CASCADES)
def test_paths_that_fire_without_end_are_told_with_what_to_do(what: str) -> None:
    scenario = detente.Scenario.from_yaml(HEAD + CASCADES[what])
    with pytest.raises(detente.RunError, match=r"E406.*fire without end") as refusal:
        detente.simulate(scenario, paths=5)
    assert "path 0," in str(refusal.value)
    assert "take a shorter step" in str(refusal.value)
    with pytest.raises(detente.RunError, match="E406"):
        scenario.trace(0)


@pytest.mark.parametrize("what", CASCADES)
def test_a_run_of_such_paths_stops_when_asked(what: str) -> None:
    """A block of them would take minutes."""
    scenario = detente.Scenario.from_yaml(HEAD + CASCADES[what])
    ends = time.monotonic() + 0.3
    with pytest.raises(detente.ArgumentError, match="before a path was finished"):
        detente.simulate(
            scenario, paths=100_000, threads=1, progress=lambda *_: time.monotonic() < ends
        )
    assert time.monotonic() < ends + 5


def test_many_firings_that_do_end_are_played() -> None:
    """A thousand times in a step of half a year, by both ways."""
    scenario = detente.Scenario.from_yaml(
        HEAD
        + "variables: {x: {start: 0}}\n"
        + "events: {there: {hazard: 2000, effects: {x: x + 1}}}\noutcomes: {n: {count: there}}\n"
    )
    forecast = detente.simulate(scenario, paths=50, seed=1)
    estimate = forecast.outcomes["estimate"].iloc[0]
    assert abs(estimate - 2_000) < 5 * (2_000 / 50) ** 0.5
