"""What a notebook shows of scenarios and comparisons (of forecasts: see test_report)."""

from __future__ import annotations

import pickle
import re

import pandas as pd
import pytest

import detente

from .test_report import Tags


def shown(thing: object) -> str:
    """The HTML of a thing, after a look at its tags."""
    html = thing._repr_html_()
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert tags.fetched == []
    return html


def test_a_scenario_tells_what_it_asks_and_rests_on(truce: detente.Scenario) -> None:
    html = shown(truce)
    for word in (
        "A truce and its guarantee",
        "as of 2024-12-01",
        "10 years ahead",
        "war, talks, ceasefire, settled",
        "pressure 1",
        "guarantee_first 1; from 2027-06-01: pressure 1",
        "all at their defaults",
        "outside push for a quick deal",
        "normal: {mean: 0.5, sd: 0.2}",
        "thousand per year",
        "fortna2004",
        "Fortna 2004, Peace Time",
    ):
        assert word in html, word


@pytest.mark.parametrize("name", detente.scenario_names())
def test_every_shipped_scenario_is_shown(name: str) -> None:
    scenario = detente.load(name)
    html = shown(scenario)
    for states in scenario.chains.values():
        assert all(state in html for state in states)
    assert all(policy in html for policy in scenario.policies)
    assert all(parameter in html for parameter in scenario.parameters.index)


def test_a_scenario_without_calendar_or_levers_is_shown(plain: detente.Scenario) -> None:
    html = shown(plain)
    assert "from 0 to 5, without a calendar" in html
    assert "background:#228833" in html, "the colour of the state"
    assert "levers</summary>" not in html


def test_texts_of_a_scenario_are_escaped(plain: detente.Scenario) -> None:
    text = plain.to_yaml().replace("description: works", 'description: "a <b> & c"')
    html = shown(detente.Scenario.from_yaml(text))
    assert "a &lt;b&gt; &amp; c" in html


def test_a_comparison_is_shown_as_outcomes_by_policies(forecast: detente.Forecast) -> None:
    table = forecast.compare("drift")
    html = shown(table)
    assert "Differences to drift" in html
    assert "4,000 shared paths · seed 7" in html
    heads = re.findall(r"<th>(\w*)</th>", html.partition("</thead>")[0])
    assert heads == ["", "drift", "quick", "late"]
    difference = 100 * table.loc[("quick", "ceasefire_1y"), "difference"]
    assert f"+{difference:.1f}" in html
    assert "none seen" in html, "a share that no path had is not 0 %"


def test_a_comparison_is_a_data_frame_and_what_is_taken_from_it_too(
    forecast: detente.Forecast,
) -> None:
    table = forecast.compare("drift")
    assert isinstance(table, pd.DataFrame)
    for part in (table.loc["quick"], table[["difference"]], table.sort_values("difference")):
        assert type(part) is pd.DataFrame
        assert "<table" in part._repr_html_()
    again = pickle.loads(pickle.dumps(table))
    assert again.equals(table)
    assert again._repr_html_() == table._repr_html_()


def test_a_band_is_shown_where_there_is_one(forecast: detente.Forecast) -> None:
    table = forecast.compare("drift")
    table["band_low"] = table["low"] - 0.25
    table["band_high"] = table["high"] + 0.25
    html = shown(table)
    assert "In brackets: the epistemic band" in html
    assert re.search(r"…[^<]+</span><span class='interval'>\[[−+]", html)
