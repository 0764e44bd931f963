"""Screening: what is asked for, what is refused, what is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import detente


@pytest.fixture(scope="module")
def scenario(support: Path) -> detente.Scenario:
    return detente.load(support / "choice.yaml")


@pytest.fixture(scope="module")
def found(truce: detente.Scenario) -> detente.Screening:
    return detente.screen(truce, "relapse_5y", "quick", trajectories=5, paths=40, seed=2)


def test_correlated_parameters_move_as_one_input(found: detente.Screening) -> None:
    assert set(found.effects) == {"b_trust + shift", "tau", "death_rate"}
    assert found.n_points == 5 * 4
    # No death rate moves a relapse; 200 paths cannot exclude that it moves three of them.
    deaths = found.effects["death_rate"]
    assert deaths.mu_star.estimate == 0
    assert deaths.floor == pytest.approx(3 / 200 * 1.5)
    assert not deaths.is_seen


def test_one_of_a_correlated_pair_is_refused_by_name(truce: detente.Scenario) -> None:
    words = r"`shift` is correlated with `b_trust`.*`shift \+ b_trust`"
    with pytest.raises(detente.ArgumentError, match=words):
        detente.screen(truce, parameters=["tau", "shift"])
    held = truce.with_(parameters={"b_trust": 0.4})
    alone = detente.screen(held, "strikes", parameters="shift", trajectories=4, paths=8)
    assert set(alone.effects) == {"shift"}


def test_the_same_seed_gives_the_same_effects_whatever_the_threads(
    scenario: detente.Scenario,
) -> None:
    def ask(seed: int, threads: int) -> detente.Screening:
        return detente.screen(
            scenario, "lucky", "act", trajectories=4, paths=16, seed=seed, threads=threads
        )

    assert ask(1, 1) == ask(1, 2)
    assert ask(1, 1).table.index.tolist() == ask(1, 2).table.index.tolist()
    assert detente.screen(scenario, "benefit", "act", trajectories=4, paths=16, seed=-1).effects


def test_what_cannot_be_answered_is_refused(
    scenario: detente.Scenario, truce: detente.Scenario
) -> None:
    half = detente.Scenario.from_yaml(
        "{detente: 1, title: Half, time: {horizon: 1, step: 1}, parameters: {p: {normal: {mean: 0, "
        "sd: 1}}}, outcomes: {risen: {value: p, given: p > 0}}}"
    )
    certain = scenario.with_(parameters={"gain": 0, "bonus": 0, "inert": 0})
    refused = {
        "unknown outcome `benefits`": lambda: detente.screen(scenario, "benefits"),
        "unknown policy": lambda: detente.screen(scenario, policy="rest"),
        "unknown uncertain parameter": lambda: detente.screen(scenario, parameters="cost"),
        "no uncertain parameters": lambda: detente.screen(certain),
        "in two inputs": lambda: detente.screen(scenario, parameters=["gain", ["gain", "bonus"]]),
        "at least 4": lambda: detente.screen(scenario, trajectories=3),
        "at least 8": lambda: detente.screen(scenario, paths=1),
        "threads must": lambda: detente.screen(scenario, threads=0),
        "progress callback stopped": lambda: detente.screen(
            truce, paths=20_000, progress=lambda *_: False
        ),
        "can be read on none of 8 paths": lambda: detente.screen(half, "risen", paths=8),
        "use detente.screen": lambda: detente.sensitivity(scenario, method="morris"),
    }
    for words, ask in refused.items():
        with pytest.raises(detente.ArgumentError, match=words):
            ask()


def test_progress_is_told_over_all_runs(truce: detente.Scenario) -> None:
    told: list[tuple[int, int]] = []
    detente.screen(
        truce,
        "strikes",
        trajectories=10,
        paths=400,
        progress=lambda done, total, _: told.append((done, total)),
    )
    assert {total for _, total in told} == {10 * 4 * 400}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] > 10 * 400  # beyond the first run


def test_the_table_has_a_row_for_each_and_json_no_nan(found: detente.Screening) -> None:
    table = found.table
    assert list(table.index) == list(found.effects)
    assert table["mu_star"].is_monotonic_decreasing
    for measure in ("mu_star", "mu", "sigma"):
        known = table[table[measure].notna()]
        assert (known[f"{measure}_low"] <= known[measure]).all()
        assert (known[measure] <= known[f"{measure}_high"]).all()
    told = json.loads(json.dumps(found.to_json_dict(), allow_nan=False))
    assert told["morris"]["b_trust + shift"]["mu"]["estimate"] is None
    assert told["unit"] == ""
    assert "tau" in found._repr_html_()
