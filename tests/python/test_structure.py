from __future__ import annotations

from collections.abc import Callable

import pytest

import detente
from detente.structure import Move, movers, moves, policy_settings


def test_moves_are_those_of_the_transitions(truce: detente.Scenario) -> None:
    found = [(m.transition, m.source, m.target) for m in moves(truce.to_yaml())]
    assert found == [
        ("open_talks", "war", "talks"),
        ("outcome_of_talks", "talks", "ceasefire"),
        ("outcome_of_talks", "talks", "war"),
        ("relapse", "ceasefire", "war"),
        ("settle", "ceasefire", "settled"),
        ("grant", "absent", "in_force"),
    ]


def test_a_branching_transition_is_not_whole_in_one_move(truce: detente.Scenario) -> None:
    whole = {m.transition: m.is_whole for m in moves(truce.to_yaml())}
    assert whole["relapse"]
    assert not whole["outcome_of_talks"]


def test_words_that_older_yaml_takes_for_truth_values_stay_names() -> None:
    text = """
detente: 1
time: {horizon: 5, step: 1}
levers: {on: 0}
chains:
  y: {start: no, states: [no, yes, off], transitions: [{from: no, to: {yes: 1, off: 2}, hazard: 1}]}
policies:
  off: {set: {on: 1}, schedule: [{on: 2, set: {on: 3}}], rules: {}}
"""
    canonical = detente.Scenario.from_yaml(text).to_yaml()
    assert moves(canonical) == [
        Move("y", "no_to_yes_or_off", "no", "yes", False),
        Move("y", "no_to_yes_or_off", "no", "off", False),
    ]
    settings = policy_settings(canonical)["off"]
    assert settings.levers == {"on": "1"}
    assert settings.schedule == (("2", {"on": "3"}),)


def test_movers_are_the_events_and_transitions_of_other_chains() -> None:
    found = movers(detente.load("ukraine-2024").to_yaml())
    assert "inauguration_2025" in found["washington"]
    assert {"breakdown", "reattack"} <= set(found["escalation"])
    assert found["guarantee"] == []


@pytest.mark.parametrize("read", [moves, movers, policy_settings])
@pytest.mark.parametrize("name", detente.scenario_names())
def test_shipped_scenarios_are_understood(read: Callable[[str], object], name: str) -> None:
    scenario = detente.load(name)
    assert read(scenario.to_yaml())
    states = scenario.chains
    for move in moves(scenario.to_yaml()):
        assert {move.source, move.target} <= set(states[move.chain])
    assert list(policy_settings(scenario.to_yaml())) == scenario.policies
