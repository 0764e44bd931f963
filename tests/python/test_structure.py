from __future__ import annotations

import pytest

import detente
from detente import _core
from detente.structure import Move, movers, moves


def test_moves_are_those_of_the_transitions(truce: detente.Scenario) -> None:
    found = [(m.transition, m.source, m.target) for m in moves(truce)]
    assert found == [
        ("open_talks", "war", "talks"),
        ("outcome_of_talks", "talks", "ceasefire"),
        ("outcome_of_talks", "talks", "war"),
        ("relapse", "ceasefire", "war"),
        ("settle", "ceasefire", "settled"),
        ("grant", "absent", "in_force"),
    ]


def test_names_and_settings_come_from_the_model() -> None:
    text = """
detente: 1
time: {horizon: 5, step: 1}
levers: {on: 0}
chains:
  y: {start: no, states: [no, yes, off], transitions: [{from: no, to: {yes: 1, off: 2}, hazard: 1}]}
policies:
  off: {set: {on: 1}, schedule: [{on: 2, set: {on: 3}}]}
  rule: {rules: {on: "if(y == no, 1, 0)"}}
"""
    scenario = detente.Scenario.from_yaml(text)
    assert moves(scenario) == [
        Move("y", "no_to_yes_or_off", "no", "yes"),
        Move("y", "no_to_yes_or_off", "no", "off"),
    ]
    settings = _core.policy_settings(scenario._core)
    assert settings["off"].levers == {"on": 1}
    assert settings["off"].schedule == [("2", {"on": 3})]
    assert settings["rule"].rules == {"on": "if(y == no, 1, 0)"}


def test_a_move_is_counted_where_an_outcome_counts_its_transition_alone_and_throughout() -> None:
    text = """
detente: 1
time: {horizon: 5, step: 1}
chains:
  a:
    start: x
    states: [x, y, z]
    transitions:
      - {name: go, from: x, to: y, hazard: 1}
      - {name: back, from: y, to: x, hazard: 1}
      - {name: fork, from: y, to: {x: 1, z: 1}, hazard: 1}
      - {name: late, from: z, to: x, hazard: 1}
outcomes:
  goes: {count: go}
  forks: {count: fork}
  lates: {count: late, from: 2}
"""
    found = {
        (m.transition, m.target): m.counted_by for m in moves(detente.Scenario.from_yaml(text))
    }
    assert found[("go", "y")] == "goes"
    assert {outcome for move, outcome in found.items() if move[0] != "go"} == {None}


def test_movers_are_the_events_and_transitions_of_other_chains() -> None:
    found = movers(detente.load("ukraine-2024"))
    assert "inauguration_2025" in found["washington"]
    assert {"breakdown", "reattack"} <= set(found["escalation"])
    assert found["guarantee"] == []


@pytest.mark.parametrize("name", detente.scenario_names())
def test_moves_of_shipped_scenarios_join_their_states(name: str) -> None:
    scenario = detente.load(name)
    assert moves(scenario)
    for move in moves(scenario):
        assert {move.source, move.target} <= set(scenario.chains[move.chain])
    assert list(movers(scenario)) == sorted(scenario.chains)
    assert set(_core.policy_settings(scenario._core)) == set(scenario.policies)
