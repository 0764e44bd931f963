from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import detente
from detente.hazard import OccurrenceExposure, default_edges, poisson_interval

TRUCE = """
detente: 1
time: {horizon: 20, step: 0.5, report: 1}
levers: {calm: {default: 1}}
chains:
  peace:
    start: war
    states: [war, truce, broken]
    transitions:
      - {name: halt, from: war, to: truce, hazard: 1}
      - {name: relapse, from: truce, to: broken, hazard: 0.4 * calm}
policies: {full: {}, half: {set: {calm: 0.5}}}
outcomes:
  to_truce: {time_to: peace == truce, unit: years}
  to_relapse: {time_to: peace == broken, unit: years}
  to_relapse_given: {time_to: peace == broken, given: eventually(peace == truce)}
  halts: {count: halt}
"""


@pytest.fixture(scope="module")
def broken_truces() -> detente.Forecast:
    scenario = detente.Scenario.from_yaml(TRUCE)
    return detente.simulate(scenario, paths=20_000, seed=3, threads=2, keep_outcomes=True)


def test_events_and_time_at_risk_are_counted_by_hand() -> None:
    entry = np.array([0.0, 1.0, np.nan, 2.0, 3.0])
    event = np.array([0.5, 3.5, 4.0, np.nan, 3.0])  # the last sees it as it begins
    counts = OccurrenceExposure.of_times(entry, event, 5.0, np.array([0.0, 1.0, 2.0, 4.0]))
    assert counts.occurrences.tolist() == [1, 0, 1]
    assert counts.exposure.tolist() == [0.5 + 1 + 1, 0 + 1 + 1, 0.5 + 1]
    assert counts.table()["hazard"].tolist() == [1 / 2.5, 0, 1 / 1.5]


def test_a_constant_hazard_since_the_truce_is_found(broken_truces: detente.Forecast) -> None:
    table = broken_truces.hazard("to_relapse", since="to_truce", edges=[0, 1, 2, 4, 8])
    for policy, hazard in (("full", 0.4), ("half", 0.2)):
        rows = table.loc[policy]
        error = np.sqrt(rows["occurrences"]) / rows["exposure"]
        assert (abs(rows["hazard"] - hazard) < 5 * error).all()
        assert (error < 0.1 * hazard).all()


def test_the_intervals_cover_as_often_as_they_say(broken_truces: detente.Forecast) -> None:
    table = broken_truces.hazard("to_relapse", "to_truce", edges=np.linspace(0, 6, 61).tolist())
    covered = (table.loc["full"]["low"] <= 0.4) & (table.loc["full"]["high"] >= 0.4)
    assert covered.mean() >= 0.95 - 5 * math.sqrt(0.95 * 0.05 / 60)


def test_incidence_and_single_paths_agree(broken_truces: detente.Forecast) -> None:
    single = broken_truces.hazard("to_relapse", edges=range(21)).loc["full"]
    grouped = broken_truces.hazard("to_relapse_given", edges=range(21)).loc["full"]
    # Those who never see a truce are not among the second, but these are 2e-9 of the paths.
    assert (single["occurrences"] - grouped["occurrences"]).abs().max() < 1e-6
    assert (single["hazard"] / grouped["hazard"]).to_numpy()[:10] == pytest.approx(1, rel=0.02)


def test_where_none_and_where_all_see_the_event_the_hazard_is_finite() -> None:
    edges = np.array([0.0, 1.0, 2.0, 3.0])
    table = OccurrenceExposure.of_incidence(np.array([0, 0, 1.0, 1.0]), 10, edges).table()
    assert table["hazard"].tolist() == [0, 2]
    assert table["exposure"].tolist() == [10, 5]


def test_byar_s_interval_is_close_to_the_exact_one() -> None:
    count = np.arange(0, 200).astype(float)
    low, high = poisson_interval(count)
    exact_high = stats.chi2.ppf(0.975, 2 * (count + 1)) / 2
    assert high == pytest.approx(exact_high, rel=0.01)
    assert low[0] == 0
    assert low[5:] == pytest.approx(stats.chi2.ppf(0.025, 2 * count[5:]) / 2, rel=0.02)


@pytest.mark.parametrize("horizon", [0.3, 1, 7, 10, 11.08, 99, 1_000])
def test_the_usual_intervals_reach_the_horizon(horizon: float) -> None:
    edges = default_edges(horizon)
    assert edges[0] == 0
    assert edges[-1] == pytest.approx(horizon)
    assert (np.diff(edges) > 0).all()
    assert 9 <= len(edges) <= 20


def test_what_is_missing_is_said(broken_truces: detente.Forecast, plain: detente.Scenario) -> None:
    with pytest.raises(detente.ArgumentError, match=r"is a count; .*there are: to_truce"):
        broken_truces.hazard("halts")
    with pytest.raises(detente.ArgumentError, match="did you mean `to_relapse`"):
        broken_truces.hazard("to_relaps")
    with pytest.raises(detente.ArgumentError, match="cannot be counted from itself"):
        broken_truces.hazard("to_truce", since="to_truce")
    with pytest.raises(detente.ArgumentError, match="has a `given`"):
        broken_truces.hazard("to_relapse_given", since="to_truce")
    with pytest.raises(detente.ArgumentError, match="rising"):
        broken_truces.hazard("to_truce", edges=[0, 2, 1])
    bare = detente.simulate(detente.Scenario.from_yaml(TRUCE), paths=500)
    assert len(bare.hazard("to_relapse")) > 10
    with pytest.raises(detente.ArgumentError, match="keep_outcomes=True"):
        bare.hazard("to_relapse", since="to_truce")
    with pytest.raises(detente.ArgumentError, match="there are: none"):
        detente.simulate(plain, paths=50).hazard("breaks")
