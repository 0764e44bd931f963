"""Paths that share draws, as Python sees them."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import detente
from detente.comparison import Reading, difference_band
from detente.draw_groups import DrawBand, DrawGroups


@pytest.fixture(scope="module")
def shared(truce: detente.Scenario) -> detente.Forecast:
    return detente.simulate(truce, paths=2_000, seed=7, paths_per_draw=40, keep_outcomes=True)


@given(st.integers(0, 50), st.integers(1, 60), st.integers(1, 20))
def test_groups_are_paths_of_one_number_over_paths_per_draw(
    first_path: int, n_paths: int, paths_per_draw: int
) -> None:
    groups = DrawGroups.of_range(first_path, n_paths, paths_per_draw)
    numbers = (first_path + np.arange(n_paths)) // paths_per_draw
    assert groups.n_draws == len(np.unique(numbers))
    assert groups.sizes.tolist() == np.unique(numbers, return_counts=True)[1].tolist()
    values = np.arange(n_paths, dtype=float)
    sums = [values[numbers == number].sum() for number in np.unique(numbers)]
    assert groups.sums(values).tolist() == sums
    assert groups.spread_out(groups.sizes).tolist() == [
        float((numbers == number).sum()) for number in numbers
    ]


def test_a_band_of_exact_values_is_their_quantiles_and_noise_alone_has_none() -> None:
    values = np.arange(1.0, 101.0) - 20
    assert DrawBand.of_draws(values, np.zeros(100)) == DrawBand(-15.0, 75.0, 0.8)
    flat = DrawBand.of_draws(values, np.full(100, 1e6))
    assert flat.low == flat.high == values.mean()
    assert math.isnan(DrawBand.of_draws(values[:1], np.zeros(1)).low)


def test_the_band_of_a_difference_to_nothing_is_that_of_the_engine(
    shared: detente.Forecast,
) -> None:
    """Against a reading of 0 the difference is the outcome itself, conditional or not."""
    groups = shared.draw_groups
    assert groups is not None
    for name in ("peace_years", "relapse_5y", "added_deaths"):
        estimate = shared.estimate("quick", name)
        reading = Reading.of(shared.readings()["quick"][name], estimate.kind)
        nothing = Reading(np.zeros(shared.n_paths), np.ones(shared.n_paths))
        band = difference_band(nothing, reading, groups)
        # In a draw of n paths of which m count, the delta method has n / (n - 1) for m / (m - 1).
        loose = 1e-9 if estimate.given_share == 1 else 0.02
        assert band.low == pytest.approx(estimate.band_low, rel=loose)
        assert band.high == pytest.approx(estimate.band_high, rel=loose)


def test_tables_tell_the_band_where_there_is_one(
    shared: detente.Forecast, forecast: detente.Forecast
) -> None:
    names = ["band_low", "band_high", "epistemic_share"]
    assert forecast.outcomes[names].isna().all(axis=None)
    assert forecast.compare()[["band_low", "band_high", "share_above"]].isna().all(axis=None)
    rows = shared.outcomes.loc["drift"]
    assert (rows["band_low"] <= rows["band_high"]).all()
    assert rows.loc["added_deaths", "epistemic_share"] > 0.02
    assert shared.outcomes.attrs["paths_per_draw"] == 40
    assert "[" in shared._repr_html_()
    assert "In brackets: the epistemic band" in shared._repr_html_()
    assert "[" not in forecast._repr_html_().split("<tbody>")[1]


def test_the_ends_of_a_band_have_intervals(
    shared: detente.Forecast, forecast: detente.Forecast, truce: detente.Scenario
) -> None:
    table = shared.band_intervals()
    assert set(table.loc["drift"].index) == set(shared.outcome_names)
    for (policy, outcome), row in table.iterrows():
        estimate = shared.estimate(policy, outcome)
        assert row["band_low_from"] <= row["band_low_to"]
        assert row["band_low"] <= row["band_high"]
        if estimate.given_share == 1:
            assert row["n_draws"] == 50
            assert row["band_low"] == pytest.approx(estimate.band_low, rel=1e-9)
            assert row["band_high"] == pytest.approx(estimate.band_high, rel=1e-9)
    assert (
        table.loc[("drift", "added_deaths"), "band_low_to"]
        < table.loc[("drift", "added_deaths"), "band_high_from"]
    )
    with pytest.raises(detente.ArgumentError, match="so there is no band"):
        forecast.band_intervals()
    with pytest.raises(detente.ArgumentError, match="single paths were not kept"):
        detente.simulate(truce, paths=80, paths_per_draw=40).band_intervals()


def test_charts_draw_the_band(shared: detente.Forecast) -> None:
    for chart in (shared.plot.outcomes("relapse_5y"), shared.plot.comparison("drift")):
        text = json.dumps(chart.to_dict())
        assert "thin, pale: epistemic band" in text
        assert "band_low" in text


def test_a_saved_forecast_keeps_its_draws(shared: detente.Forecast, tmp_path: Path) -> None:
    opened = detente.open(shared.save(tmp_path / "run"))
    assert opened.paths_per_draw == 40
    assert opened.outcomes.equals(shared.outcomes)
    assert opened.compare("drift").equals(shared.compare("drift"))
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["paths_per_draw"] == 40
    told = opened.to_json_dict()
    assert told["paths_per_draw"] == 40
    assert told["policies"]["drift"]["outcomes"]["peace_years"]["band"]["share"] >= 0


def test_forecasts_with_other_draws_do_not_join(truce: detente.Scenario) -> None:
    first = detente.simulate(truce, paths=60, paths_per_draw=20)
    for other in (1, 30):
        second = detente.simulate(truce, paths=60, first_path=60, paths_per_draw=other)
        with pytest.raises(detente.RunError, match=f"paths per draw differ, 20 and {other}"):
            first.merge(second)


def test_precision_is_reached_by_whole_and_cut_draws_alike(truce: detente.Scenario) -> None:
    targets = {"relapse_5y": 0.02}
    forecast = detente.simulate(
        truce, 30_000, policies="drift", precision=targets, paths_per_draw=7
    )
    whole = detente.simulate(truce, forecast.n_paths, policies="drift", paths_per_draw=7)
    assert forecast.outcomes.equals(whole.outcomes)


def test_a_traced_path_is_that_of_the_run(
    truce: detente.Scenario, shared: detente.Forecast
) -> None:
    trace = truce.trace(95, "late", seed=7, paths_per_draw=40)
    assert trace.parameters == shared.parameter_draws.loc[95].to_dict()
    assert trace.parameters == shared.parameter_draws.loc[80].to_dict()
    strikes = shared.outcome_columns["strikes"].sel(policy="late", path=95).item()
    assert trace.outcomes["strikes"] == strikes


def test_hazards_need_single_paths_for_their_intervals(truce: detente.Scenario) -> None:
    table = detente.simulate(truce, paths=400, paths_per_draw=20).hazard("to_ceasefire")
    assert table["hazard"].notna().all()
    assert table[["low", "high"]].isna().all(axis=None)


def test_a_draw_has_at_least_one_path(truce: detente.Scenario) -> None:
    with pytest.raises(detente.ArgumentError, match="paths_per_draw must be"):
        detente.simulate(truce, paths=10, paths_per_draw=0)
    with pytest.raises(detente.ArgumentError, match="paths_per_draw must be"):
        truce.trace(0, paths_per_draw=0)
