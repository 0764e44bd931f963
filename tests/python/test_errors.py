from __future__ import annotations

import pickle

import pytest

import detente
from detente.errors import unknown_name

BROKEN = """\
detente: 1
time: {horizon: 5, step: 1}
chains:
  machine:
    start: up
    states: [up, down]
    transitions:
      - {name: break, from: up, to: dwn, hazard: 0.1}
      - {name: mend, from: down, to: up, hazard: 2 * unheard_of}
outcomes:
  breaks: {count: break}
"""


def test_every_error_of_a_scenario_is_reported_with_its_place() -> None:
    with pytest.raises(detente.ScenarioError) as caught:
        detente.Scenario.from_yaml(BROKEN, name="broken.yaml")
    diagnostics = [item for item in caught.value.diagnostics if item.severity == "error"]
    assert [item.line for item in diagnostics] == [8, 9]
    state, name = diagnostics
    assert state.file == name.file == "broken.yaml"
    assert state.path.startswith("chains.machine.transitions[0]")
    assert BROKEN.splitlines()[7][state.column - 1 :].startswith("dwn")
    assert BROKEN.splitlines()[8][name.column - 1 :].startswith("unheard_of")
    assert name.length == len("unheard_of")
    assert name.code.startswith("E2")
    for item in diagnostics:
        assert item.message in str(caught.value)
        assert f"broken.yaml:{item.line}:{item.column}" in str(caught.value)


def test_the_errors_are_a_family() -> None:
    for error in (
        detente.ScenarioError,
        detente.RunError,
        detente.ArgumentError,
        detente.InternalError,
        detente.StorageError,
    ):
        assert issubclass(error, detente.DetenteError)
    assert issubclass(detente.ArgumentError, ValueError)
    assert issubclass(detente.StorageError, OSError)
    assert issubclass(detente.Interrupted, KeyboardInterrupt)
    assert not issubclass(detente.Interrupted, Exception)


def test_a_scenario_error_survives_pickling() -> None:
    with pytest.raises(detente.ScenarioError) as caught:
        detente.Scenario.from_yaml(BROKEN)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert copy.diagnostics == caught.value.diagnostics


def test_an_unknown_name_suggests_the_nearest_or_lists_all() -> None:
    assert str(unknown_name("policy", "qick", ["drift", "quick"])).endswith("did you mean `quick`?")
    assert "drift, quick" in str(unknown_name("policy", "xyz", ["drift", "quick"]))


def test_a_negative_hazard_stops_the_run_and_says_where() -> None:
    scenario = detente.Scenario.from_yaml(
        BROKEN.replace("dwn", "down").replace("2 * unheard_of", "0.5 - time")
    )
    with pytest.raises(detente.RunError) as caught:
        detente.simulate(scenario, paths=2_000, seed=3)
    for word in ("mend", "path", "baseline"):
        assert word in str(caught.value)
    with pytest.raises(detente.RunError) as again:
        detente.simulate(scenario, paths=2_000, seed=3, threads=2)
    assert str(again.value) == str(caught.value)
