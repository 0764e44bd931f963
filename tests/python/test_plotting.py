from __future__ import annotations

import json
from itertools import pairwise

import pytest
from vl_convert import vegalite_to_svg

import detente
from detente.plotting import Chart


def drawn(chart: Chart) -> str:
    """The chart as SVG, drawn by Vega."""
    return vegalite_to_svg(chart.to_json())


def test_occupancy_draws_a_panel_for_each_policy_in_the_scenario_s_colours(
    forecast: detente.Forecast, plain: detente.Scenario
) -> None:
    svg = drawn(forecast.plot.occupancy("conflict"))
    for word in ("drift", "quick", "late", "war", "settled", "4,000 paths, seed 7"):
        assert word in svg
    other = detente.simulate(plain, paths=200).plot.occupancy()
    assert "#228833" in drawn(other)


def test_incidence_bands_and_outcomes_are_drawn(forecast: detente.Forecast) -> None:
    assert "to_ceasefire" in drawn(forecast.plot.incidence())
    assert "front, % of territory" in drawn(forecast.plot.bands("front"))
    svg = drawn(forecast.plot.outcomes(["relapse_5y", "peace_years"], policies=["drift", "late"]))
    assert "peace_years, years" in svg
    assert "quick" not in svg


def test_the_trade_off_names_its_policies(forecast: detente.Forecast) -> None:
    svg = drawn(forecast.plot.tradeoff("peace_years", "utility"))
    for word in ("drift", "quick", "late", "utility against peace_years"):
        assert word in svg


def test_ribbons_cover_the_whole_of_each_path(forecast: detente.Forecast) -> None:
    spec = json.loads(forecast.plot.paths("conflict", "quick", n_paths=5).to_json())
    rows = next(iter(spec["datasets"].values()))
    kept = forecast.paths["conflict"].sel(policy="quick")
    for path in range(5):
        ribbons = [row for row in rows if row["path"] == path]
        assert ribbons[0]["from"] == forecast.dates[0]
        assert ribbons[-1]["to"] == forecast.dates[-1]
        for before, after in pairwise(ribbons):
            assert before["to"] == after["from"]
            assert before["state"] != after["state"]
        for row in ribbons:
            position = forecast.dates.index(row["from"])
            assert kept.sel(path=path).values[position] == row["state"]


def test_many_rows_are_no_obstacle(truce: detente.Scenario) -> None:
    text = truce.to_yaml().replace("report: 1 year", "report: 4 weeks")
    forecast = detente.simulate(detente.Scenario.from_yaml(text), paths=100)
    assert drawn(forecast.plot.bands("trust"))


def test_unknown_names_are_refused_with_a_suggestion(forecast: detente.Forecast) -> None:
    with pytest.raises(detente.ArgumentError, match="did you mean `conflict`"):
        forecast.plot.occupancy("conflct")
    with pytest.raises(detente.ArgumentError, match="did you mean `drift`"):
        forecast.plot.bands(policies="drfit")
    with pytest.raises(detente.ArgumentError, match="did you mean `peace_years`"):
        forecast.plot.outcomes("peace_year")


def test_charts_need_what_they_show(plain: detente.Scenario) -> None:
    forecast = detente.simulate(plain, paths=50)
    with pytest.raises(detente.ArgumentError, match="no variables"):
        forecast.plot.bands()
    with pytest.raises(detente.ArgumentError, match="no time_to"):
        forecast.plot.incidence()
    with pytest.raises(detente.ArgumentError, match="keep_paths"):
        forecast.plot.paths()
