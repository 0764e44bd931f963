"""Sensitivity: what is asked for, what is refused, what is shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import detente
from detente.rank_correlations import correlated_pairs


@pytest.fixture(scope="module")
def choice(support: Path) -> detente.Forecast:
    scenario = detente.load(support / "choice.yaml")
    return detente.simulate(scenario, paths=2_000, seed=3, keep_outcomes=True)


def test_correlated_parameters_are_found_and_joined(forecast: detente.Forecast) -> None:
    found = detente.sensitivity(forecast, "added_deaths")
    assert set(found.sobol) == {"b_trust + shift", "tau", "death_rate"}
    assert set(found.rank) == set(found.tornado) == {"b_trust", "shift", "tau", "death_rate"}
    assert next(iter(found.sobol)) == "death_rate"
    assert found.policy == forecast.policies[0]


def test_one_of_a_correlated_pair_is_refused_by_name(forecast: detente.Forecast) -> None:
    words = r"`shift` is correlated with `b_trust` \(rank correlation 0\.\d\d\).*`shift \+ b_trust`"
    with pytest.raises(detente.ArgumentError, match=words):
        detente.sensitivity(forecast, parameters=["tau", "shift"])
    together = detente.sensitivity(forecast, parameters=["tau", ["shift", "b_trust"]])
    assert set(together.sobol) == {"tau", "shift + b_trust"}
    # Plainer measures take it alone.
    assert list(detente.sensitivity(forecast, parameters="shift", method="rank").rank) == ["shift"]


def test_correlations_are_told_with_their_size() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=5_000).T
    pairs = correlated_pairs({"a": a, "b": b, "c": rng.normal(size=5_000)})
    assert list(pairs) == [("a", "b")]
    # Spearman's for a normal pair, 6 / π asin(r / 2), within 3 of 1 / √n.
    assert abs(pairs["a", "b"] - 6 / np.pi * np.arcsin(0.25)) < 3 / np.sqrt(5_000)


def test_draws_that_paths_share_are_refused(truce: detente.Scenario) -> None:
    shared = detente.simulate(truce, paths=400, paths_per_draw=20, keep_outcomes=True)
    with pytest.raises(detente.ArgumentError, match="20 share one"):
        detente.sensitivity(shared, "added_deaths")


def test_a_method_alone_leaves_the_others_out(choice: detente.Forecast) -> None:
    rank = detente.sensitivity(choice, "benefit", "act", method="rank")
    assert not rank.sobol
    assert not rank.tornado
    with pytest.raises(detente.ArgumentError, match="`sobol` was not computed"):
        rank.plot()
    assert detente.sensitivity(choice, "benefit", "act", method="tornado").rank == {}


def test_an_outcome_that_no_parameter_moves_has_no_indices(choice: detente.Forecast) -> None:
    found = detente.sensitivity(choice, "lucky", "act")
    assert np.isnan(found.sobol["gain"].total.estimate)
    assert found.to_json_dict()["sobol"]["gain"]["total"]["estimate"] is None
    assert found.explained.low <= 0
    still = detente.sensitivity(choice, "benefit", "wait")
    assert np.isnan(still.explained.estimate)
    assert still.table["first_order"].isna().all()
    assert still.plot() is not None


def test_a_conditional_outcome_is_looked_at_where_it_holds(forecast: detente.Forecast) -> None:
    found = detente.sensitivity(forecast, "relapse_5y", "quick")
    assert found.n_paths == forecast.estimate("quick", "relapse_5y").n
    assert found.mean == pytest.approx(forecast.estimate("quick", "relapse_5y").estimate)


def test_what_cannot_be_answered_is_refused(choice: detente.Forecast) -> None:
    refused = {
        "unknown outcome": lambda: detente.sensitivity(choice, "benefits"),
        "unknown policy": lambda: detente.sensitivity(choice, policy="rest"),
        "unknown uncertain parameter": lambda: detente.sensitivity(choice, parameters="cost"),
        "there is no method": lambda: detente.sensitivity(choice, method="fast"),
        "100 are needed": lambda: detente.sensitivity(choice.scenario, paths=50),
    }
    for words, ask in refused.items():
        with pytest.raises(detente.ArgumentError, match=words):
            ask()


def test_the_table_has_a_row_for_each(choice: detente.Forecast) -> None:
    found = detente.sensitivity(choice, "benefit", "act")
    table = found.table
    assert table.index[0] == "gain"
    assert table.attrs["outcome"] == "benefit"
    for measure in ("first_order", "total", "rank", "swing"):
        assert (table[f"{measure}_low"] <= table[measure]).all()
        assert (table[measure] <= table[f"{measure}_high"]).all()
    assert "gain" in found._repr_html_()
