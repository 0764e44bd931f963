"""The worth of knowing parameters: what is asked for, what is refused, what is shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import detente
from detente import extras
from detente.value_of_information import ValueOfInformation


@pytest.fixture(scope="module")
def choice(support: Path) -> detente.Scenario:
    return detente.load(support / "choice.yaml")


@pytest.fixture(scope="module")
def ensemble(choice: detente.Scenario) -> detente.Forecast:
    return detente.simulate(choice, paths=2_000, seed=3, keep_outcomes=True)


@pytest.fixture(scope="module")
def found(ensemble: detente.Forecast) -> ValueOfInformation:
    return detente.voi(ensemble)


def test_every_uncertain_parameter_has_a_row_the_most_valuable_first(
    found: ValueOfInformation,
) -> None:
    table = found.table
    assert table.index[0] == "gain"
    assert set(table.index) == {"gain", "bonus", "inert"}
    assert table["estimate"].is_monotonic_decreasing
    assert table.attrs["seed"] == 3
    assert found.best == "act"
    assert found.expected_utility["wait"] == 0


def test_a_scenario_is_simulated_and_gives_the_same(
    choice: detente.Scenario, found: ValueOfInformation
) -> None:
    again = detente.voi(choice, paths=2_000, seed=3, threads=1)
    pd.testing.assert_frame_equal(again.table, found.table)
    assert again.evpi == found.evpi


def test_the_policies_to_choose_from_can_be_fewer(truce: detente.Scenario) -> None:
    forecast = detente.simulate(truce, paths=500, keep_outcomes=True)
    some = detente.voi(forecast, "tau", policies=["late", "drift"])
    assert list(some.expected_utility) == ["late", "drift"]
    assert list(some.evppi) == ["tau"]


def test_what_cannot_be_answered_is_refused(
    choice: detente.Scenario, ensemble: detente.Forecast
) -> None:
    refused = {
        "did you mean `gain`": lambda: detente.voi(ensemble, "gian"),
        "parameter `gain` is named twice": lambda: detente.voi(ensemble, [["gain", "gain"]]),
        "a group of parameters is empty": lambda: detente.voi(ensemble, [[]]),
        "nothing to choose": lambda: detente.voi(ensemble, policies="act"),
        "unknown policy": lambda: detente.voi(ensemble, policies=["act", "rest"]),
        "a regression needs 100 paths": lambda: detente.voi(choice, paths=99),
        "10 share one": lambda: detente.voi(
            detente.simulate(choice, paths=200, paths_per_draw=10, keep_outcomes=True)
        ),
        "single paths were not kept": lambda: detente.voi(detente.simulate(choice, paths=200)),
        "no uncertain parameters": lambda: detente.voi(
            choice.with_(parameters={"gain": 1, "bonus": 0, "inert": 0}), paths=200
        ),
    }
    for words, ask in refused.items():
        with pytest.raises(detente.ArgumentError, match=words):
            ask()
    without = detente.Scenario.from_yaml(choice.to_yaml().partition("utility:")[0])
    with pytest.raises(detente.ArgumentError, match="the scenario has no utility"):
        detente.voi(without, paths=200)


def test_without_scipy_it_says_what_to_install(
    ensemble: detente.Forecast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    with pytest.raises(detente.ArgumentError, match=r"detente\[analysis\]"):
        detente.voi(ensemble)


def test_worth_scales_with_the_utility_and_not_with_its_level(
    ensemble: detente.Forecast, found: ValueOfInformation
) -> None:
    from detente.spline_functions import spline_functions
    from detente.value_of_information import worth_of

    utilities = np.column_stack(
        [ensemble.readings()[policy]["utility"] for policy in ensemble.policies]
    )
    functions = [spline_functions(ensemble.parameter_draws["gain"].to_numpy())]
    scaled = worth_of(functions, 4 * utilities + 100)
    assert scaled.estimate == pytest.approx(4 * found.evppi["gain"].estimate)
    assert scaled.standard_error == pytest.approx(4 * found.evppi["gain"].standard_error)


def test_json_and_html_tell_the_same(found: ValueOfInformation) -> None:
    told = found.to_json_dict()
    assert told["evppi"]["gain"]["estimate"] == found.evppi["gain"].estimate
    assert told["paths"] == 2_000
    assert "gain" in found._repr_html_()
