"""What was different at a transition, against two clocks that do not know each other."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy import stats

import detente

A, B, HORIZON = 0.5, 0.3, 3.0

CLOCKS = f"""
detente: 1
title: Two clocks
time: {{horizon: {HORIZON}, step: 0.5, report: 1}}
parameters:
  keen: {{bernoulli: {{p: 0.4}}}}
  noise: {{normal: {{mean: 1, sd: 2}}}}
variables:
  marked: {{start: 0}}
chains:
  first:
    start: waiting
    states: [waiting, done]
    transitions:
      - {{name: finish, from: waiting, to: done, hazard: {A}, effects: {{marked: noise}}}}
  second:
    start: "off"
    states: ["off", "on"]
    transitions: [{{name: switch, from: "off", to: "on", hazard: {B} * (1 + 2 * keen)}}]
outcomes:
  switched: {{probability: second == on}}
  switched_given: {{probability: second == on, given: keen > 0.5}}
  when: {{time_to: second == on}}
"""

N = 20_000


@pytest.fixture(scope="module")
def clocks() -> detente.Scenario:
    return detente.Scenario.from_yaml(CLOCKS)


@pytest.fixture(scope="module")
def found(clocks: detente.Scenario) -> detente.ConditionalMeans:
    return detente.conditional_means(clocks, "finish", "switched", paths=N, seed=3)


def share_on_before(b: float) -> float:
    """P(T2 < T1 < horizon) / P(T1 < horizon), of exponential clocks."""
    by = 1 - math.exp(-A * HORIZON)
    return 1 - A / (A + b) * (1 - math.exp(-(A + b) * HORIZON)) / by


def assert_close(row, expected: float) -> None:
    assert row["standard_error"] > 0
    assert abs(row["difference"] - expected) < 5 * row["standard_error"], (row, expected)


def test_a_parameter_is_what_bayes_says(found: detente.ConditionalMeans) -> None:
    switched = [1 - math.exp(-B * factor * HORIZON) for factor in (1, 3)]
    with_ = 0.4 * switched[1] / (0.6 * switched[0] + 0.4 * switched[1])
    without = 0.4 * (1 - switched[1]) / (0.6 * (1 - switched[0]) + 0.4 * (1 - switched[1]))
    row = found.table.loc[("baseline", "keen")]
    assert row["kind"] == "parameter"
    assert_close(row, with_ - without)
    counts = found.counts.loc["baseline"]
    variances = with_ * (1 - with_), without * (1 - without)
    closed = math.sqrt(variances[0] / counts["n_with"] + variances[1] / counts["n_without"])
    assert row["standard_error"] == pytest.approx(closed, rel=0.03)
    size = (with_ - without) / math.sqrt(sum(variances) / 2)
    assert abs(row["size"] - size) < 0.08


def test_what_is_independent_does_not_differ(found: detente.ConditionalMeans) -> None:
    for quantity in ("noise", "time"):
        assert_close(found.table.loc[("baseline", quantity)], 0)
    # The mean of an exponential time cut at the horizon.
    cut = HORIZON * math.exp(-A * HORIZON) / (1 - math.exp(-A * HORIZON))
    row = found.table.loc[("baseline", "time")]
    assert abs(row["mean_with"] - (1 / A - cut)) < 5 * row["standard_error"]


def test_states_are_shares_at_the_moment(found: detente.ConditionalMeans) -> None:
    switched = [1 - math.exp(-B * factor * HORIZON) for factor in (1, 3)]
    weights = [0.6, 0.4]
    with_ = sum(w * share_on_before(B * k) for w, k in zip(weights, (1, 3), strict=True)) / sum(
        w * s for w, s in zip(weights, switched, strict=True)
    )
    row = found.table.loc[("baseline", "second = on")]
    assert row["mean_without"] == 0
    assert_close(row, with_)
    # What is the same on all paths is not told: all have finished.
    assert "first = done" not in found.table.loc["baseline"].index


def test_values_are_read_after_the_effects(found: detente.ConditionalMeans) -> None:
    rows = found.table.loc["baseline"]
    assert rows.loc["marked", "difference"] == rows.loc["noise", "difference"]
    assert rows.loc["marked", "kind"] == "variable"


def test_the_largest_size_comes_first(found: detente.ConditionalMeans) -> None:
    sizes = found.table.loc["baseline"]["size"].abs().to_numpy()
    assert (np.diff(sizes) <= 0).all()


def test_it_is_welch_s_comparison(clocks: detente.Scenario) -> None:
    forecast = detente.simulate(clocks, paths=3_000, seed=4, keep_outcomes=True)
    found = detente.conditional_means(forecast, "finish", "switched")
    draws = forecast.parameter_draws["noise"].to_numpy()
    switched = forecast.readings()["baseline"]["switched"]
    done = _finished(clocks, len(draws))
    parts = draws[done & (switched > 0)], draws[done & (switched == 0)]
    row = found.table.loc[("baseline", "noise")]
    assert row["difference"] == pytest.approx(parts[0].mean() - parts[1].mean(), rel=1e-9)
    welch = stats.ttest_ind(*parts, equal_var=False)
    z = row["difference"] / row["standard_error"]
    assert z == pytest.approx(welch.statistic, rel=2e-3)
    assert found.counts.loc["baseline"].to_dict() == {
        "n_with": len(parts[0]),
        "n_without": len(parts[1]),
        "n_left_out": 0,
    }


def _finished(clocks: detente.Scenario, n: int) -> np.ndarray:
    """Whether each path finishes by the horizon, from the histories of a run."""
    forecast = detente.simulate(clocks, paths=n, seed=4, keep_paths=n)
    kept = forecast.paths["first"].sel(policy="baseline")
    return (kept.isel(date=-1) == "done").to_numpy()


def test_paths_without_a_reading_are_left_out(clocks: detente.Scenario) -> None:
    found = detente.conditional_means(clocks, "finish", "switched_given", paths=4_000, seed=3)
    counts = found.counts.loc["baseline"]
    made = counts.sum()
    assert abs(counts["n_left_out"] / made - 0.6) < 5 * math.sqrt(0.24 / made)
    assert "keen" not in found.table.loc["baseline"].index


def test_draws_that_paths_share_widen_the_error(clocks: detente.Scenario) -> None:
    apart = detente.conditional_means(clocks, "finish", "switched", paths=4_000, seed=3)
    shared = detente.conditional_means(
        clocks, "finish", "switched", paths=4_000, seed=3, paths_per_draw=40
    )
    errors = [each.table.loc[("baseline", "keen"), "standard_error"] for each in (apart, shared)]
    assert errors[1] > 2 * errors[0]


def test_wrong_names_are_told(clocks: detente.Scenario) -> None:
    with pytest.raises(detente.ArgumentError, match="did you mean `switched`"):
        detente.conditional_means(clocks, "finish", "swiched")
    with pytest.raises(detente.ArgumentError, match="`when` is a time_to"):
        detente.conditional_means(clocks, "finish", "when")
    with pytest.raises(detente.ArgumentError, match="unknown transition"):
        detente.conditional_means(clocks, "begin", "switched")


def test_json_has_no_nan(clocks: detente.Scenario) -> None:
    found = detente.conditional_means(clocks, "finish", "switched", paths=30, seed=1)
    told = json.loads(json.dumps(found.to_json_dict(), allow_nan=False))
    assert told["policies"]["baseline"]["n_left_out"] == 0
    assert "keen" in told["policies"]["baseline"]["differences"]
