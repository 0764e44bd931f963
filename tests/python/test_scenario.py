from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import detente


def test_a_scenario_shows_what_is_in_it(truce: detente.Scenario) -> None:
    assert truce.title == "A truce and its guarantee"
    assert truce.policies == ["drift", "quick", "late"]
    assert truce.policy_descriptions["quick"] == "a deal without guarantees"
    assert truce.chains["conflict"] == ["war", "talks", "ceasefire", "settled"]
    assert truce.start == "2024-12-01"
    assert truce.horizon == pytest.approx(10, abs=0.01)
    assert truce.step == pytest.approx(28 / 365.25)
    assert list(truce.outcomes.index)[:2] == ["ceasefire_1y", "relapse_5y"]
    assert truce.outcomes.loc["relapse_5y", "kind"] == "probability"
    assert truce.outcomes.loc["added_deaths", "unit"] == "thousand"
    assert truce.levers.loc["pressure", "high"] == 1
    assert truce.sources.loc["fortna2004", "date"] == "2004-01-01"
    assert list(truce.variables.index) == ["trust", "front", "deaths"]
    assert truce.utility


def test_parameters_carry_prior_and_source(truce: detente.Scenario) -> None:
    table = truce.parameters
    assert list(table.index) == ["b_trust", "tau", "shift", "death_rate"]
    assert table.loc["b_trust", "source"] == "fortna2004"
    assert "normal" in table.loc["b_trust", "prior"]
    assert table.loc["b_trust", "mean"] == pytest.approx(0.5)
    assert table.loc["tau", "q50"] == pytest.approx(3)
    assert table.loc["b_trust", "q95"] == pytest.approx(0.5 + 0.2 * 1.6448536)
    assert table.loc["death_rate", "source"] == ""


def test_time_is_a_plain_number_without_a_calendar(plain: detente.Scenario) -> None:
    assert plain.start is None
    assert plain.horizon == 5
    assert plain.policies == ["baseline"]
    assert plain.state_colors == {"machine": {"up": "#228833"}}


def test_what_is_written_reads_back_as_the_same(truce: detente.Scenario) -> None:
    again = detente.Scenario.from_yaml(truce.to_yaml())
    assert again.to_yaml() == truce.to_yaml()
    assert again.hash == truce.hash
    first = detente.simulate(truce, paths=300, seed=1)
    second = detente.simulate(again, paths=300, seed=1)
    assert first.outcomes.equals(second.outcomes)


def test_a_scenario_with_includes_goes_on_alone(tmp_path: Path, truce: detente.Scenario) -> None:
    text = (
        "detente: 1\ninclude: rates.yaml\ntime: {horizon: 5, step: 0.1}\n"
        "outcomes: {x: {value: a}}\n"
    )
    rates = "detente: 1\nparameters: {a: {normal: {mean: 2, sd: 1}}}\n"
    (tmp_path / "rates.yaml").write_text(rates)
    (tmp_path / "mine.yaml").write_text(text)
    scenario = detente.load(tmp_path / "mine.yaml")
    assert detente.Scenario.from_yaml(text, folder=tmp_path).hash == scenario.hash
    assert scenario.included_files == [(tmp_path / "rates.yaml").resolve()]
    assert truce.included_files == []
    (tmp_path / "rates.yaml").unlink()
    # What was read once needs its files no longer.
    assert pickle.loads(pickle.dumps(scenario)).hash == scenario.hash
    changed = scenario.with_(parameters={"a": 3.0})
    assert detente.simulate(changed, paths=10).outcomes["estimate"].tolist() == [3.0]
    forecast = detente.simulate(scenario, paths=50, seed=2)
    forecast.save(tmp_path / "saved")
    assert detente.open(tmp_path / "saved").scenario.hash == scenario.hash


def test_layout_does_not_change_the_hash_and_meaning_does(
    truce: detente.Scenario, support: Path
) -> None:
    text = (support / "truce.yaml").read_text()
    assert detente.Scenario.from_yaml("# a comment\n" + text).hash == truce.hash
    assert detente.Scenario.from_yaml(text.replace("0.4 * (1", "0.5 * (1")).hash != truce.hash


def test_a_parameter_may_be_fixed_or_given_another_prior(truce: detente.Scenario) -> None:
    changed = truce.with_(parameters={"tau": 4, "b_trust": {"uniform": {"low": 0, "high": 1}}})
    draws = detente.simulate(changed, paths=500, keep_outcomes=True).parameter_draws
    assert (draws["tau"] == 4).all()
    assert draws["b_trust"].between(0, 1).all()
    assert changed.parameters.loc["tau", "unit"] == "years"
    assert truce.parameters.loc["tau", "standard_deviation"] > 0, "the original is as it was"


def test_numpy_numbers_are_numbers(truce: detente.Scenario) -> None:
    changed = truce.with_(
        parameters={"tau": np.float64(2), "b_trust": {"normal": {"mean": np.float32(1), "sd": 1}}},
        levers={"pressure": np.int64(1)},
    )
    assert changed.parameters.loc["tau", "mean"] == 2
    assert changed.parameters.loc["b_trust", "mean"] == 1
    assert changed.levers.loc["pressure", "default"] == 1


def test_a_lever_default_reaches_the_policies_that_do_not_set_it(
    truce: detente.Scenario,
) -> None:
    pushed = detente.simulate(truce.with_(levers={"pressure": 1}), paths=500, seed=2)
    before = detente.simulate(truce, paths=500, seed=2)
    assert (
        pushed.outcomes.loc[("drift", "ceasefire_1y"), "estimate"]
        == before.outcomes.loc[("quick", "ceasefire_1y"), "estimate"]
    )


def test_policies_may_be_added_replaced_and_taken_away(truce: detente.Scenario) -> None:
    changed = truce.with_(
        policies={
            "mine": {"set": {"pressure": 0.5}},
            "quick": {"description": "half a push", "set": {"pressure": 0.5}},
            "late": None,
        }
    )
    assert changed.policies == ["drift", "quick", "mine"]
    assert changed.policy_descriptions["quick"] == "half a push"
    forecast = detente.simulate(changed, paths=500, keep_outcomes=True)
    readings = forecast.readings()
    assert np.array_equal(readings["mine"]["strikes"], readings["quick"]["strikes"])
    assert np.array_equal(readings["mine"]["peace_years"], readings["quick"]["peace_years"])
    assert truce.with_(policies=["late", "drift"]).policies == ["late", "drift"]


def test_a_policy_more_leaves_the_others_as_they_were(truce: detente.Scenario) -> None:
    more = truce.with_(policies={"mine": {"set": {"pressure": 0.5}}})
    after = detente.simulate(more, paths=500, seed=7).outcomes
    before = detente.simulate(truce, paths=500, seed=7).outcomes
    assert after.drop("mine", level="policy").equals(before)


def test_a_scenario_without_policies_takes_one(plain: detente.Scenario) -> None:
    assert plain.with_(policies={"other": {}}).policies == ["baseline", "other"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"parameters": {"tua": 1}}, "did you mean `tau`"),
        ({"levers": {"presure": 1}}, "did you mean `pressure`"),
        ({"policies": {"x": {"set": {"presure": 1}}}}, "did you mean `pressure`"),
        ({"policies": {"quik": None}}, "did you mean `quick`"),
        ({"policies": ["quik"]}, "did you mean `quick`"),
        ({"parameters": {"tau": {"normal": {"mean": 0, "sd": -1}}}}, "sd"),
    ],
)
def test_a_change_that_does_not_fit_says_why(
    truce: detente.Scenario, change: dict[str, object], words: str
) -> None:
    with pytest.raises(detente.DetenteError) as caught:
        truce.with_(**change)
    assert words in str(caught.value)


def test_scenarios_can_be_pickled(truce: detente.Scenario) -> None:
    assert pickle.loads(pickle.dumps(truce)).hash == truce.hash


def test_shipped_scenarios_are_found_by_name() -> None:
    names = detente.scenario_names()
    assert "ukraine-2024" in names
    assert detente.load("ukraine-2024").title
    with pytest.raises(FileNotFoundError, match="did you mean `ukraine-2024`"):
        detente.load("ukraine2024")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.yaml"):
        detente.load("nowhere.yaml")


def test_a_scenario_shows_itself_in_a_notebook(truce: detente.Scenario) -> None:
    page = truce._repr_html_()
    assert "A truce and its guarantee" in page
    assert "ceasefire_1y" in page
    assert "A truce" in repr(truce)
