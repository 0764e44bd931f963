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


def test_observations_have_rows_of_their_own_and_their_noise_a_seed(
    ensemble: detente.Forecast,
) -> None:
    seen = ["bonus:sd=0.2", "gain:sd=1"]
    one = detente.voi(ensemble, "inert", observations=seen)
    assert list(one.evsi) == ["gain:sd=1", "bonus:sd=0.2"]
    assert list(one.table.index) == ["inert", "gain:sd=1", "bonus:sd=0.2"]
    assert one.to_json_dict()["evsi"]["gain:sd=1"] == vars(one.evsi["gain:sd=1"])
    again = detente.voi(ensemble, "gain", observations="gain:sd=1")
    assert again.evsi["gain:sd=1"] == one.evsi["gain:sd=1"]
    drawn = [detente.Observation("gain", "sd", 1).draw(np.zeros(3), seed) for seed in (3, 4, -1)]
    assert len({tuple(values) for values in drawn}) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gain", "no observation: write PARAMETER:KIND=NUMBER"),
        ("gain:sd", "no observation"),
        ("gain:sd=much", "no observation"),
        ("gain:sd=nan", "no observation"),
        ("gain:se=1", "unknown kind of observation `se`; there are: sd, log_sd, trials, exposure"),
        ("gain:sd=0", "sd must be above 0"),
        ("gain:sd=inf", "sd must be above 0"),
        ("gain:trials=2.5", "trials must be an integer"),
        ("gain:trials=1e12", "trials may be 1e\\+09 at most"),
        ("gain:trials=10", "`gain` must be between 0 and 1 for that, and ranges from -"),
        ("gain:log_sd=1", "`gain` must be above 0"),
        ("gain:exposure=1", "`gain` must be 0 or above"),
        ("gian:sd=1", "did you mean `gain`"),
    ],
)
def test_what_cannot_be_observed_is_refused(
    ensemble: detente.Forecast, text: str, words: str
) -> None:
    with pytest.raises(detente.ArgumentError, match=words):
        detente.voi(ensemble, "gain", observations=[text])


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
