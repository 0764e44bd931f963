"""Break-even values: what is refused, what is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import detente


@pytest.fixture(scope="module")
def choice(support: Path) -> detente.Scenario:
    return detente.load(support / "choice.yaml")


@pytest.fixture(scope="module")
def found(choice: detente.Scenario) -> detente.BreakEven:
    return detente.break_even(choice, ("act", "wait"), "gain", points=5, paths=500)


def test_the_grid_spans_the_prior_and_carries_the_paired_differences(
    found: detente.BreakEven, choice: detente.Scenario
) -> None:
    prior = choice._core.parameters[0].prior
    assert found.values[0] == pytest.approx(prior.quantile(0.01))
    assert found.values[-1] == pytest.approx(prior.quantile(0.99))
    table = found.table
    assert table.index.name == "gain"
    assert (table["act"] - table["wait"]).to_list() == pytest.approx(table["difference"].to_list())
    held = choice.with_(parameters={"gain": found.values[2]})
    compared = detente.simulate(held, paths=500, keep_outcomes=True).compare("wait")
    assert table["difference"].iloc[2] == compared.loc[("act", "utility"), "difference"]


def test_the_verdict_tells_both_sides(found: detente.BreakEven) -> None:
    assert found.verdict.startswith("wait is higher below gain = ")
    assert found.verdict.endswith("), act above")
    assert found.verdict in found._repr_html_()
    assert found.to_json_dict()["flips"][0]["value"] == found.flips[0].value


def test_the_other_order_of_policies_flips_at_the_same_value(
    found: detente.BreakEven, choice: detente.Scenario
) -> None:
    turned = detente.break_even(choice, ("wait", "act"), "gain", points=5, paths=500)
    assert turned.flips[0].value == pytest.approx(found.flips[0].value)
    assert turned.flips[0].below == "wait"


def test_what_cannot_be_answered_is_refused(choice: detente.Scenario) -> None:
    two = ("act", "wait")
    endless = detente.Scenario.from_yaml(choice.to_yaml().replace("range: [-1, 2]", "unit: x"))
    certain = choice.with_(parameters={"gain": 1})
    refused = {
        "between two policies": lambda: detente.break_even(choice, "act", "gain"),
        "unknown policy": lambda: detente.break_even(choice, ("act", "rest"), "gain"),
        "did you mean `gain`": lambda: detente.break_even(choice, two, "gian"),
        "unknown outcome": lambda: detente.break_even(choice, two, "gain", "benefits"),
        "points must be at least 3": lambda: detente.break_even(choice, two, "gain", points=2),
        "give low and high": lambda: detente.break_even(endless, two, "cost"),
        "is 1 to 1": lambda: detente.break_even(certain, two, "gain"),
    }
    for words, ask in refused.items():
        with pytest.raises(detente.ArgumentError, match=words):
            ask()
    both = choice.with_(policies={"wait": {"set": {"act": 0}}})
    with pytest.raises(detente.ArgumentError, match="both policies set `act`"):
        detente.break_even(both, two, "act")


def test_a_callback_may_stop_the_search(choice: detente.Scenario) -> None:
    with pytest.raises(detente.ArgumentError, match="the progress callback stopped"):
        detente.break_even(
            choice, ("act", "wait"), "gain", paths=3_000_000, progress=lambda *_: False
        )


def test_an_outcome_without_a_number_has_none_in_json(support: Path) -> None:
    text = (support / "choice.yaml").read_text()
    never = "  lucky: {probability: luck > 0, given: luck > 1000}"
    scenario = detente.Scenario.from_yaml(text.replace("  lucky: {probability: luck > 0}", never))
    found = detente.break_even(scenario, ("act", "wait"), "gain", "lucky", paths=200, points=3)
    told = json.loads(json.dumps(found.to_json_dict(), allow_nan=False))
    assert told["flips"] == []
    assert [point["difference"] for point in told["points"]] == [None] * 3
