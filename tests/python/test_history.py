from __future__ import annotations

import json
import math

import numpy as np
import pytest

import detente


@pytest.mark.parametrize("policy", ["drift", "quick", "late"])
def test_a_replayed_path_reads_as_it_did_in_the_run(
    truce: detente.Scenario, forecast: detente.Forecast, policy: str
) -> None:
    columns = forecast.readings()[policy]
    draws = forecast.parameter_draws
    for path in (0, 1, 257, 3_999):
        trace = truce.trace(path, policy, seed=7)
        for name, value in trace.outcomes.items():
            expected = columns[name][path]
            shown = math.nan if value is None else value
            assert shown == expected or (math.isnan(shown) and math.isnan(expected)), (path, name)
        for name, value in trace.parameters.items():
            assert value == draws.loc[path, name]


def test_a_replayed_path_is_the_kept_one(
    truce: detente.Scenario, forecast: detente.Forecast
) -> None:
    kept = forecast.paths.sel(policy="quick", path=3)
    states = truce.trace(3, "quick", seed=7).states
    for time, state, front in zip(
        forecast.times, kept["conflict"].values, kept["front"].values, strict=True
    ):
        row = states[states["time"] == time].iloc[-1]
        assert row["conflict"] == state
        assert row["front"] == front


def test_firings_tell_what_happened(truce: detente.Scenario) -> None:
    trace = truce.trace(5, "quick", seed=7)
    firings = trace.firings
    assert (np.diff(firings["time"]) >= 0).all()
    moves = firings[firings["states"] != ""]
    assert (
        moves.iloc[0]["states"] == "conflict: war → talks" or "guarantee" in moves.iloc[0]["states"]
    )
    fired = firings[firings["kind"] == "transition"]
    assert (fired["cumulative_hazard"] > 0).all()
    hazards = trace.hazards
    assert set(hazards["element"]) <= {
        "open_talks", "outcome_of_talks", "relapse", "settle", "grant", "strike",
    }  # fmt: skip
    assert (hazards["clock_left"] >= 0).all()
    counted = (firings["element"] == "strike").sum()
    assert counted == trace.outcomes["strikes"]


def test_a_trace_is_json(truce: detente.Scenario) -> None:
    trace = truce.trace(5, "late", seed=-3)
    told = json.loads(json.dumps(trace.to_json_dict(), allow_nan=False))
    assert told["seed"] == -3
    assert told["policy"] == "late"
    assert len(told["firings"]) == len(trace.firings)
    assert "path 5" in repr(trace)
    assert "<table" in trace._repr_html_()


def test_a_trace_names_what_it_does_not_know(truce: detente.Scenario) -> None:
    with pytest.raises(detente.ArgumentError, match="did you mean `quick`"):
        truce.trace(0, "quik")
    with pytest.raises(detente.ArgumentError, match="path"):
        truce.trace(-1)
