"""Temporal operators: the engine's monitors against a slow one that scans the stored history.

Random scenarios and random formulas; every path must agree, exactly. Histories come from a scenario
with a later horizon: the same path goes on, so windows that run off can be judged too.
"""

from __future__ import annotations

import functools

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_scenarios import Generator, Tree, render
from readings import load, simulate, trace
from reference import Moment, Scenario
from temporal import (
    Above,
    Always,
    AtHorizon,
    Both,
    BothIn,
    Eventually,
    Formula,
    History,
    InState,
    Not,
    NotIn,
    StateFormula,
    Until,
    Window,
)

HORIZON = 4.0
LONGEST_WINDOW = 3.0
PATHS = 40
SCENARIOS = range(12)


def scenario_of(seed: int) -> Tree:
    return Generator(seed, horizon=HORIZON).scenario(step=0.37)


@functools.cache
def histories(seed: int) -> list[History]:
    """The first paths of a scenario, followed past the horizon."""
    tree = scenario_of(seed)
    tree["time"] = {**tree["time"], "horizon": HORIZON + LONGEST_WINDOW}
    tree["outcomes"] = {"end": {"value": "x"}}
    text = render(tree)
    start = Scenario(text)
    scenario = load(text)
    found = []
    for path in range(PATHS):
        states = {chain: one["start"] for chain, one in start.chains.items()}
        values = {name: float(one["start"]) for name, one in start.variables.items()}
        moments = [Moment(0.0, states, values)]
        for firing in trace(scenario, path, seed=seed):
            states = {**states, **firing.moves}
            values = {**values, **firing.changes}
            moments.append(Moment(firing.time, states, values))
        found.append(History(moments, HORIZON))
    return found


def state_formulas(tree: Tree) -> st.SearchStrategy[StateFormula]:
    states = [
        st.lists(st.sampled_from(chain["states"]), min_size=1, max_size=2, unique=True).map(
            lambda chosen, name=name: InState(name, tuple(chosen))
        )
        for name, chain in tree["chains"].items()
    ]
    levels = st.builds(Above, st.sampled_from(["x", "y"]), st.sampled_from([-0.31, 0.07, 0.42]))
    words = st.sampled_from(["and", "or"])
    return st.recursive(
        st.one_of(*states, levels),
        lambda inner: st.one_of(st.builds(NotIn, inner), st.builds(BothIn, inner, inner, words)),
        max_leaves=3,
    )


def formulas(tree: Tree) -> st.SearchStrategy[Formula]:
    state = state_formulas(tree)
    # Lengths and openings that meet no date of a scenario, so that no two instants tie.
    within = st.none() | st.sampled_from([0.1234567, 0.7654321, 1.3579, 2.8642])
    after = st.none() | st.sampled_from([0.1357911, 1.2468, 3.1415926]) | state
    window = st.builds(Window, after, within)
    leaves = st.one_of(
        st.builds(AtHorizon, state),
        st.builds(Eventually, state, window),
        st.builds(Always, state, window),
        st.builds(Until, state, state, window),
    )
    words = st.sampled_from(["and", "or"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(st.builds(Not, inner), st.builds(Both, inner, inner, words)),
        max_leaves=3,
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[int, list[Formula]]:
    seed = draw(st.sampled_from(list(SCENARIOS)))
    several = st.lists(formulas(scenario_of(seed)), min_size=4, max_size=8)
    return seed, draw(several)


@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases())
def test_monitors_agree_with_a_scan_of_the_history_on_every_path(
    case: tuple[int, list[Formula]],
) -> None:
    seed, chosen = case
    tree = scenario_of(seed)
    tree["outcomes"] = {
        f"formula_{i}": {"probability": formula.text} for i, formula in enumerate(chosen)
    }
    readings = simulate(render(tree), PATHS, seed=seed)
    for i, formula in enumerate(chosen):
        expected = np.array([formula.holds(history) for history in histories(seed)], dtype=float)
        np.testing.assert_array_equal(readings[f"formula_{i}"], expected, err_msg=formula.text)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(cases())
def test_given_keeps_the_paths_on_which_its_formula_holds(case: tuple[int, list[Formula]]) -> None:
    seed, chosen = case
    tree = scenario_of(seed)
    tree["outcomes"] = {"end": {"value": "x", "given": chosen[0].text}}
    column = simulate(render(tree), PATHS, seed=seed)["end"]
    holds = np.array([chosen[0].holds(history) for history in histories(seed)])
    np.testing.assert_array_equal(~np.isnan(column), holds, err_msg=chosen[0].text)
    ends = [history.at(HORIZON).variables["x"] for history in histories(seed)]
    np.testing.assert_allclose(column[holds], np.array(ends)[holds], rtol=0.0, atol=1e-12)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(cases(), st.data())
def test_times_and_durations_agree_with_the_history(
    case: tuple[int, list[Formula]], data: st.DataObject
) -> None:
    seed, _ = case
    tree = scenario_of(seed)
    goal = data.draw(state_formulas(tree))
    tree["outcomes"] = {"reached": {"time_to": goal.text}, "stay": {"duration": goal.text}}
    readings = simulate(render(tree), PATHS, seed=seed)
    for path, history in enumerate(histories(seed)):
        found = [(t, m) for t, m in history.stretches(0.0, HORIZON) if goal.holds_in(m)]
        first = found[0][0] if found else np.nan
        np.testing.assert_allclose(readings["reached"][path], first, rtol=0.0, atol=1e-9)
        ends = [moment.time for moment in history.moments[1:]] + [HORIZON]
        stay = sum(
            max(0.0, min(end, HORIZON) - min(moment.time, HORIZON))
            for moment, end in zip(history.moments, ends, strict=True)
            if goal.holds_in(moment)
        )
        np.testing.assert_allclose(readings["stay"][path], stay, rtol=0.0, atol=1e-9)
