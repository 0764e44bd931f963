"""Runs whose parameters are Sobol' points: saved, sharded, traced, and told as what they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import detente

TERMS: dict[str, Any] = {"paths": 60, "seed": 5, "paths_per_draw": 3, "sobol": True}


@pytest.fixture(scope="module")
def forecast(truce: detente.Scenario) -> detente.Forecast:
    return detente.simulate(truce, **TERMS, keep_outcomes=True)


def test_they_are_other_draws_and_say_so(
    truce: detente.Scenario, forecast: detente.Forecast
) -> None:
    independent = detente.simulate(truce, **{**TERMS, "sobol": False}, keep_outcomes=True)
    assert not forecast.parameter_draws.equals(independent.parameter_draws)
    assert forecast.sobol
    assert forecast.to_json_dict()["sobol"] is True
    assert "sobol" not in independent.to_json_dict()
    assert "Sobol' points" in forecast._repr_html_().replace("&#x27;", "'")


def test_they_are_saved_and_opened(forecast: detente.Forecast, tmp_path: Path) -> None:
    forecast.save(tmp_path / "run")
    opened = detente.open(tmp_path / "run")
    assert opened.sobol
    assert opened.to_json_dict() == forecast.to_json_dict()


def test_shards_join_to_the_run_and_not_with_independent_draws(
    truce: detente.Scenario, forecast: detente.Forecast
) -> None:
    terms = {**TERMS, "keep_outcomes": True}
    shards = [detente.simulate(truce, **terms, shard=f"{k}/3") for k in (1, 2, 3)]
    assert detente.merge(shards)._core.serialize() == forecast._core.serialize()
    shards[1] = detente.simulate(truce, **{**terms, "sobol": False}, shard="2/3")
    with pytest.raises(detente.ArgumentError, match="ways to draw parameters"):
        detente.merge(shards)


def test_a_path_is_traced_with_its_draw(
    truce: detente.Scenario, forecast: detente.Forecast
) -> None:
    policy = forecast.policies[-1]
    history = truce.trace(17, policy, seed=5, paths_per_draw=3, sobol=True)
    draws = forecast.parameter_draws.iloc[17]
    assert history.parameters == pytest.approx(draws.to_dict())


def test_drivers_of_a_forecast_play_its_own_paths(
    truce: detente.Scenario, forecast: detente.Forecast
) -> None:
    from detente.inspection import Terms

    assert Terms.of(forecast, None, None, 0, 1, None).sobol
    assert not Terms.of(truce, None, None, 0, 1, None).sobol


def test_a_checkpoint_of_independent_draws_is_not_gone_on_from(
    truce: detente.Scenario, tmp_path: Path
) -> None:
    place = tmp_path / "state"
    with detente.Checkpoint(place) as state:
        detente.simulate(truce, **{**TERMS, "sobol": False}, checkpoint=state)
    with (
        detente.Checkpoint(place, resume=True) as state,
        pytest.raises(detente.ArgumentError, match="another way to draw parameters"),
    ):
        detente.simulate(truce, **TERMS, checkpoint=state)


def test_points_that_there_are_not_are_refused(truce: detente.Scenario) -> None:
    with pytest.raises(detente.RunError, match="numbered up to 2\\^32 - 1"):
        detente.simulate(truce, paths=2, first_path=2**33, sobol=True)
