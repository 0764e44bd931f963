from __future__ import annotations

import json
from itertools import pairwise

import pytest
from vl_convert import vegalite_to_svg

import detente
from detente.plotting import Chart
from detente.plotting.layout import labels_beside


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


def colour_of(policy: str, chart: Chart) -> str:
    """The colour that a chart gives to a policy."""
    scales = []

    def visit(part: object) -> None:
        if isinstance(part, dict):
            if part.get("field") == "policy" and "#" in str(part.get("scale")):
                scales.append(part["scale"])
            for value in part.values():
                visit(value)
        elif isinstance(part, list):
            for value in part:
                visit(value)

    visit(json.loads(chart.to_json()))
    (colour,) = {scale["range"][scale["domain"].index(policy)] for scale in scales}
    return colour


def test_a_policy_keeps_its_colour_whatever_is_shown_beside_it(
    truce: detente.Scenario, forecast: detente.Forecast
) -> None:
    part = detente.simulate(truce, paths=100, policies="late", keep_outcomes=True)
    charts = [
        forecast.plot.incidence(),
        forecast.plot.incidence(policies=["late", "drift"]),
        forecast.plot.bands(policies="late"),
        forecast.plot.hazard(policies=["late"]),
        forecast.plot.outcomes("never", policies="late"),
        forecast.plot.comparison("quick", "relapse_5y"),
        part.plot.incidence(),
    ]
    assert len({colour_of("late", chart) for chart in charts}) == 1


def test_a_hazard_is_drawn_since_another_time(forecast: detente.Forecast) -> None:
    svg = drawn(forecast.plot.hazard("to_ceasefire", policies=["drift", "late"]))
    for word in ("Hazard of to_ceasefire since the start", "hazard, per year", "late"):
        assert word in svg
    with pytest.raises(detente.ArgumentError, match="a hazard needs a time_to"):
        forecast.plot.hazard("to_ceasefire", since="strikes")


def marks(chart: Chart) -> list[str]:
    """What each panel of a chart is drawn with, from below."""
    spec = json.loads(chart.to_json())
    return [layer["mark"]["type"] for layer in spec["spec"]["layer"]]


def test_differences_are_those_of_the_table(forecast: detente.Forecast) -> None:
    chart = forecast.plot.comparison("drift", ["relapse_5y", "peace_years"])
    rows = [row for data in json.loads(chart.to_json())["datasets"].values() for row in data]
    table = forecast.compare("drift")
    for row in rows:
        if row.get("policy") == "quick" and row["unit"] == "percentage points":
            figures = table.loc[("quick", "relapse_5y")]
            assert row["difference"] == 100 * figures["difference"]
            assert (row["low"], row["high"]) == (100 * figures["low"], 100 * figures["high"])
            break
    else:
        raise AssertionError("the difference of quick is not in the chart")
    svg = drawn(chart)
    assert "Differences to drift" in svg
    assert "peace_years, years" in svg
    with pytest.raises(detente.ArgumentError, match="no policy but the baseline"):
        forecast.plot.comparison("drift", policies="drift")


def test_a_band_is_drawn_where_the_table_has_one(
    forecast: detente.Forecast, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = forecast.plot.comparison("drift", "relapse_5y")
    assert marks(bare) == ["rule", "rule", "point"]
    assert "epistemic" not in drawn(bare)
    table = forecast.compare("drift").assign(
        band_low=lambda t: t["low"] - 0.1, band_high=lambda t: t["high"] + 0.1
    )
    monkeypatch.setattr(detente.Forecast, "compare", lambda *_: table)
    banded = forecast.plot.comparison("drift", "relapse_5y")
    assert marks(banded) == ["rule", "rule", "rule", "point"]
    assert "thin, pale: epistemic band" in drawn(banded)
    outcomes = forecast.outcomes.assign(
        band_low=lambda t: t["low"] - 0.1, band_high=lambda t: t["high"] + 0.1
    )
    monkeypatch.setattr(detente.Forecast, "outcomes", outcomes)
    assert marks(forecast.plot.outcomes("relapse_5y")) == ["rule", "rule", "point"]


def test_dominance_shows_both_functions_and_its_verdicts(forecast: detente.Forecast) -> None:
    svg = drawn(forecast.plot.dominance("quick", "late"))
    found = forecast.dominance("quick", "late")
    for words in (
        "Does quick dominate late by utility?",
        f"first order: {found.first_order.verdict}; second order: {found.second_order.verdict}",
        "paths with that or less",
        "mean shortfall, difference",
    ):
        assert words in svg
    spec = json.loads(forecast.plot.dominance("quick", "late", "added_deaths", "lower").to_json())
    top, first, second = spec["vconcat"]
    assert top["encoding"]["y"]["axis"]["title"] == "paths with that or more"
    rows = spec["datasets"][first["data"]["name"]]
    curve = forecast.dominance("quick", "late", "added_deaths", "lower").curves
    assert [row["difference"] for row in rows] == (100 * curve.loc[1, "difference"]).tolist()
    rows = spec["datasets"][second["data"]["name"]]
    assert [row["high"] for row in rows] == curve.loc[2, "high"].tolist()


def test_a_chain_shows_what_the_forecast_knows(
    truce: detente.Scenario, forecast: detente.Forecast
) -> None:
    svg = drawn(forecast.plot.chain("conflict", "late"))
    for word in ("settled", "outcome_of_talks", "on 20 paths", "at the end, 2034-12-01"):
        assert word in svg
    bare = detente.simulate(truce, paths=50)
    assert "arrows: transitions" in drawn(bare.plot.chain())
    counting = truce.to_yaml().replace("count: strike", "count: relapse")
    counted = detente.simulate(detente.Scenario.from_yaml(counting), paths=500)
    per_path = counted.estimate("drift", "strikes").estimate
    svg = drawn(counted.plot.chain())
    assert "where an outcome counts them" in svg
    assert f"relapse {per_path:.2g}" in svg


def test_labels_of_close_policies_stay_apart() -> None:
    spots = [(100.0 + k, 100.0 + k) for k in range(4)]
    labels = labels_beside(spots, ["one policy", "another", "a third", "a fourth"], 400)
    assert len({(label.point, label.align) for label in labels}) == 4
    edge = labels_beside([(395.0, 50.0)], ["at the edge"], 400)
    assert edge[0].align == "right"


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


def test_charts_need_what_they_show(plain: detente.Scenario, truce: detente.Scenario) -> None:
    forecast = detente.simulate(plain, paths=50)
    with pytest.raises(detente.ArgumentError, match="no variables"):
        forecast.plot.bands()
    with pytest.raises(detente.ArgumentError, match="no time_to"):
        forecast.plot.incidence()
    with pytest.raises(detente.ArgumentError, match="keep_paths"):
        forecast.plot.paths()
    with pytest.raises(detente.ArgumentError, match="keep_outcomes"):
        detente.simulate(truce, paths=50).plot.comparison()


# -- names beside dots ---------------------------------------------------------------------------


def test_names_beside_dots_cover_neither_one_another_nor_other_dots() -> None:
    from detente.plotting.label_places import label_places

    dots = [(100.0, 100.0), (105.0, 100.0), (560.0, 50.0), (130.0, 93.0)]
    first, second, edge = label_places(dots, ["one", "other", "a long name"], 600.0, 10.0)
    assert first == (107.0, 80.0)  # nearer is the dot beside it
    assert second is not None
    assert second[1] != first[1]
    assert edge is not None
    assert edge[0] + 0.58 * 10 * len("a long name") == pytest.approx(600.0)
    crowd = label_places([(50.0, 50.0)] * 9, ["name"] * 9, 600.0, 10.0)
    places = [place for place in crowd if place is not None]
    assert len(places) == len(set(places)) < 9
