from __future__ import annotations

import json
import math
import pickle

import numpy as np
import pandas as pd
import pytest

import detente
from detente.estimates import QUANTILES


def test_outcomes_are_a_table_by_policy_and_outcome(forecast: detente.Forecast) -> None:
    table = forecast.outcomes
    assert table.index.names == ["policy", "outcome"]
    assert len(table) == 3 * 9
    assert list(table.loc["drift"].index)[-1] == "utility"
    assert table.attrs["seed"] == 7
    assert table.attrs["paths"] == 4_000
    assert table.attrs["scenario_hash"] == forecast.scenario.hash
    row = table.loc[("drift", "relapse_5y")]
    assert row["kind"] == "probability"
    assert row["low"] < row["estimate"] < row["high"]
    assert 0 < row["given_share"] < 1
    assert row["n"] == round(row["given_share"] * 4_000)
    assert row["estimate"] == row["hits"] / row["n"]
    assert pd.isna(table.loc[("drift", "peace_years"), "hits"])


def test_estimates_are_those_of_the_columns(forecast: detente.Forecast) -> None:
    for policy, columns in forecast.readings().items():
        for name, column in columns.items():
            row = forecast.outcomes.loc[(policy, name)]
            if row["kind"] == "time_to":
                assert row["estimate"] == np.isfinite(column).mean()
                continue
            counted = column[~np.isnan(column)]
            assert row["n"] == len(counted)
            assert row["estimate"] == pytest.approx(counted.mean(), rel=1e-12, abs=1e-12)
            if row["kind"] not in ("probability", "time_to"):
                error = counted.std(ddof=1) / math.sqrt(len(counted))
                assert row["standard_error"] == pytest.approx(error, rel=1e-9)
                assert row["minimum"] == counted.min()
                assert row["maximum"] == counted.max()
                median = np.quantile(counted, 0.5)
                assert row["q50"] == pytest.approx(median, rel=0.02, abs=0.02)


def test_what_was_never_seen_has_a_bound_and_not_zero(forecast: detente.Forecast) -> None:
    row = forecast.outcomes.loc[("drift", "never")]
    assert row["hits"] == 0
    assert row["estimate"] == 0
    assert 0 < row["high"] < 10 / 4_000


def test_occupancy_has_named_dimensions_and_sums_to_one(forecast: detente.Forecast) -> None:
    occupancy = forecast.occupancy("conflict")
    assert occupancy.dims == ("policy", "date", "state")
    assert list(occupancy.coords["state"].values) == ["war", "talks", "ceasefire", "settled"]
    np.testing.assert_allclose(occupancy.sum("state"), 1, rtol=1e-12)
    assert float(occupancy.sel(policy="drift", state="war", date="2024-12-01")) == 1
    assert str(occupancy.coords["date"].values[-1])[:10] == "2034-12-01"
    assert occupancy.attrs["paths"] == 4_000


def test_bands_have_named_dimensions_and_are_in_order(forecast: detente.Forecast) -> None:
    bands = forecast.bands("front")
    assert bands.dims == ("policy", "date", "statistic")
    quantiles = bands.sel(statistic=["q05", "q25", "q50", "q75", "q95"]).values
    assert (np.diff(quantiles, axis=2) >= 0).all()
    assert bands.attrs["unit"] == "% of territory"
    assert float(bands.sel(policy="late", statistic="mean")[0]) == pytest.approx(18.2)


def test_incidence_rises_to_the_estimate(forecast: detente.Forecast) -> None:
    incidence = forecast.incidence("to_ceasefire")
    assert incidence.dims == ("policy", "date", "statistic")
    estimate = incidence.sel(statistic="estimate")
    assert (np.diff(estimate, axis=1) >= 0).all()
    final = forecast.outcomes.xs("to_ceasefire", level="outcome")["estimate"]
    np.testing.assert_array_equal(estimate[:, -1], final)
    assert (incidence.sel(statistic="low") <= estimate).all()
    assert (incidence.sel(statistic="high") >= estimate).all()
    with pytest.raises(detente.ArgumentError, match="only a time_to"):
        forecast.incidence("peace_years")


def test_kept_paths_name_their_states(forecast: detente.Forecast) -> None:
    paths = forecast.paths
    assert dict(paths.sizes) == {"policy": 3, "path": 20, "date": 11}
    assert set(np.unique(paths["conflict"])) <= {"war", "talks", "ceasefire", "settled"}
    assert (paths["conflict"].isel(date=0) == "war").all()
    assert paths["front"].attrs["unit"] == "% of territory"
    deaths = paths["deaths"].values
    assert (np.diff(deaths, axis=2) >= 0).all()


def test_columns_and_draws_are_labelled_by_path(forecast: detente.Forecast) -> None:
    columns = forecast.outcome_columns
    assert dict(columns.sizes) == {"policy": 3, "path": 4_000}
    assert np.isnan(columns["relapse_5y"]).any()
    draws = forecast.parameter_draws
    assert list(draws.columns) == ["b_trust", "tau", "shift", "death_rate"]
    assert draws.index.name == "path"
    assert draws["death_rate"].between(60, 130).all()


def test_views_keep_their_owner_and_cannot_be_written(truce: detente.Scenario) -> None:
    values = detente.simulate(truce, paths=200, keep_outcomes=True).readings()["drift"]["strikes"]
    before = values.copy()
    for _ in range(20):
        detente.simulate(truce, paths=200, seed=1, keep_outcomes=True)
    assert np.array_equal(values, before)
    with pytest.raises(ValueError, match="read-only"):
        values[0] = 1


def test_what_was_not_kept_says_how_to_keep_it(truce: detente.Scenario) -> None:
    bare = detente.simulate(truce, paths=50)
    with pytest.raises(detente.ArgumentError, match="keep_outcomes=True"):
        _ = bare.outcome_columns
    with pytest.raises(detente.ArgumentError, match="keep_outcomes=True"):
        bare.compare("drift")
    with pytest.raises(detente.ArgumentError, match="keep_paths"):
        _ = bare.paths


def test_unknown_names_are_refused_with_a_suggestion(forecast: detente.Forecast) -> None:
    for read, wrong, meant in (
        (forecast.occupancy, "conflct", "conflict"),
        (forecast.bands, "fromt", "front"),
        (forecast.incidence, "to_ceasfire", "to_ceasefire"),
        (forecast.compare, "drfit", "drift"),
    ):
        with pytest.raises(detente.ArgumentError, match=f"did you mean `{meant}`"):
            read(wrong)


def test_dates_are_numbers_without_a_calendar(plain: detente.Scenario) -> None:
    forecast = detente.simulate(plain, paths=100)
    occupancy = forecast.occupancy("machine")
    np.testing.assert_allclose(occupancy.coords["date"], [0, 1, 2, 3, 4, 5])
    assert forecast.to_json_dict()["dates"] == [0, 1, 2, 3, 4, 5]
    assert not forecast.has_calendar


def test_forecasts_of_other_seeds_scenarios_or_far_paths_do_not_join(
    truce: detente.Scenario,
) -> None:
    first = detente.simulate(truce, paths=100, seed=1)
    for other in (
        detente.simulate(truce, paths=100, first_path=100, seed=2),
        detente.simulate(truce, paths=100, first_path=150, seed=1),
        detente.simulate(truce, paths=100, first_path=100, seed=1, policies=["drift"]),
        detente.simulate(truce.with_(levers={"pressure": 1}), paths=100, first_path=100, seed=1),
    ):
        with pytest.raises(detente.RunError):
            first.merge(other)
    with pytest.raises(detente.ArgumentError):
        detente.merge([])


def test_a_pickled_forecast_comes_back(forecast: detente.Forecast) -> None:
    copy = pickle.loads(pickle.dumps(forecast))
    assert copy.outcomes.equals(forecast.outcomes)
    assert copy.paths.equals(forecast.paths)
    assert copy.to_json_dict() == forecast.to_json_dict()


def test_a_forecast_shows_itself(forecast: detente.Forecast) -> None:
    assert "4,000 paths" in repr(forecast)
    page = forecast._repr_html_()
    assert "relapse_5y" in page
    assert "quick" in page


def test_json_has_the_shape_that_was_promised(forecast: detente.Forecast) -> None:
    told = json.loads(json.dumps(forecast.to_json_dict(), allow_nan=False))
    assert set(told) == {
        "scenario", "paths", "seed", "policies", "dates", "seconds", "paths_per_second", "version",
    }  # fmt: skip
    assert told["scenario"] == "A truce and its guarantee"
    assert told["paths"] == 4_000
    assert told["seed"] == 7
    assert told["version"] == detente.__version__
    assert told["dates"] == forecast.dates
    assert told["dates"][0] == "2024-12-01"
    assert list(told["policies"]) == ["drift", "quick", "late"]
    n_dates = len(told["dates"])
    for policy in told["policies"].values():
        assert set(policy) == {"outcomes", "occupancy", "variables", "utility"}
        for name, outcome in {**policy["outcomes"], "utility": policy["utility"]}.items():
            required = {"kind", "estimate", "standard_error", "low", "high", "n"}
            optional = {"quantiles", "given_share", "incidence", "restricted_mean"}
            assert required <= set(outcome) <= required | optional, name
        assert "utility" not in policy["outcomes"]
        assert policy["outcomes"]["relapse_5y"]["given_share"] < 1
        assert "given_share" not in policy["outcomes"]["ceasefire_1y"]
        to_ceasefire = policy["outcomes"]["to_ceasefire"]
        assert len(to_ceasefire["incidence"]) == n_dates
        assert to_ceasefire["quantiles"]["q05"] > 0
        assert to_ceasefire["restricted_mean"] < 10.01
        assert list(policy["outcomes"]["peace_years"]["quantiles"]) == list(QUANTILES)
        for chain in policy["occupancy"].values():
            assert all(len(shares) == n_dates for shares in chain.values())
        for variable in policy["variables"].values():
            assert set(variable) == {"mean", "q05", "q50", "q95"}
            assert all(len(values) == n_dates for values in variable.values())
    late = told["policies"]["late"]["outcomes"]["to_ceasefire"]["quantiles"]
    assert late["q95"] is None, "not reached by the horizon"
