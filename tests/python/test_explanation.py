"""What the compiled step costs, line by line."""

from __future__ import annotations

import pytest

import detente

TWO_STATES = """
detente: 1
title: Two states
time: {horizon: 10, step: 0.1, report: 1}
levers:
  heavy: {default: 0}
variables:
  x: {start: 0, reverting: {to: 0, rate: 1}, volatility: 0.5}
chains:
  conflict:
    start: war
    states: [war, peace, settled]
    transitions:
      - name: end
        from: war
        to: peace
        hazard: "0.5 * if(heavy > 0, exp(sin(x) + cos(x) + log1p(x^2) + exp(-x^2)), 1)"
      - name: relapse  # a baseline, so that each state has code of its own
        from: peace
        to: war
        baseline: {exponential: {rate: 0.2}}
        hazard_ratios: {x: exp(0.1 * x)}
policies:
  plain: {}
  heavy: {set: {heavy: 1}}
outcomes:
  at_war: {duration: conflict == war}
"""


@pytest.fixture(scope="module")
def scenario() -> detente.Scenario:
    return detente.Scenario.from_yaml(TWO_STATES)


def test_shares_add_up_and_the_dearest_comes_first(scenario) -> None:
    explanation = scenario.explain()
    lines = explanation.lines()
    assert explanation.policy == "plain"
    assert sum(line.share for line in lines) == pytest.approx(1.0)
    assert sum(line.nanoseconds for line in lines) == pytest.approx(explanation.nanoseconds)
    costs = [line.nanoseconds for line in lines]
    assert costs == sorted(costs, reverse=True)
    assert list(explanation.table.columns) == ["kind", "name", "nanoseconds", "share"]


def test_only_states_that_are_visited_are_listed(scenario) -> None:
    explanation = scenario.explain()
    assert {state.states["conflict"] for state in explanation.states} == {"war", "peace"}
    shares = [state.share for state in explanation.states]
    assert shares == sorted(shares, reverse=True)
    assert sum(state.share for state in explanation.states) == pytest.approx(explanation.covered)
    assert explanation.covered == pytest.approx(1.0)


def test_the_share_of_a_state_is_the_time_spent_there(scenario) -> None:
    """Two rates, 0.5 out of war and about 0.2 back: war has 1 - occupancy of peace."""
    explanation = scenario.explain(seed=3)
    share = {state.states["conflict"]: state.share for state in explanation.states}
    occupancy = detente.simulate(scenario, 20_000, 1, policies="plain").occupancy("conflict")
    expected = float(occupancy.sel(state="war").mean())
    # 500 paths of 11 dates, at most fully dependent: standard error below 0.5 / sqrt(500).
    assert abs(share["war"] - expected) < 5 * 0.5 / 500**0.5


def test_a_policy_that_needs_more_work_costs_more(scenario) -> None:
    def operations_of(policy: str) -> list[str]:
        states = {
            state.states["conflict"]: state.lines for state in scenario.explain(policy).states
        }
        line = next(line for line in states["war"] if line.name == "end")
        return [item.text.split(" = ")[1].split()[0] for item in line.instructions]

    assert operations_of("plain") == []
    assert {"sin", "cos", "log1p", "exp"} <= set(operations_of("heavy"))


def test_transitions_that_share_a_clock_share_a_line() -> None:
    shared = TWO_STATES.replace(
        "baseline: {exponential: {rate: 0.2}}", "hazard: 0.2 * exp(0.1 * x)"
    )
    shared = shared.replace("        hazard_ratios: {x: exp(0.1 * x)}\n", "")
    assert shared != TWO_STATES
    for state in detente.Scenario.from_yaml(shared).explain("plain").states:
        (line,) = (line for line in state.lines if line.kind == "hazard")
        assert {"end", "relapse"} <= set(line.name.replace(",", " ").split())
        code = [item.text.split(" = ")[1] for item in line.instructions]
        assert code[0] == "exp(x * 0.1) * 0.2"
        assert [text.split()[0] for text in code[1:]] == ["select", "mul"]


def test_an_unknown_policy_is_refused(scenario) -> None:
    with pytest.raises(detente.ArgumentError, match="light"):
        scenario.explain("light")


def test_a_scenario_without_chains_or_motion_needs_nothing() -> None:
    scenario = detente.Scenario.from_yaml(
        "detente: 1\ntitle: still\ntime: {horizon: 1, step: 0.5}\n"
        "variables:\n  x: {start: 1}\noutcomes:\n  end: {value: x}\n"
    )
    explanation = scenario.explain()
    assert explanation.lines() == []
    assert explanation.nanoseconds == 0.0
