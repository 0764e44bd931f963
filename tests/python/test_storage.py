from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import detente


def test_a_saved_forecast_opens_as_it_was(forecast: detente.Forecast, tmp_path: Path) -> None:
    folder = forecast.save(tmp_path / "runs" / "first")
    opened = detente.open(folder)
    assert opened.outcomes.equals(forecast.outcomes)
    assert opened.to_json_dict() == forecast.to_json_dict()
    assert opened.outcome_columns.equals(forecast.outcome_columns)
    assert opened.parameter_draws.equals(forecast.parameter_draws)
    assert opened.paths.equals(forecast.paths)
    assert opened.scenario.hash == forecast.scenario.hash
    assert opened.compare("drift").equals(forecast.compare("drift"))
    assert (opened.threads, opened.instruction_set) == (
        forecast.threads,
        forecast.instruction_set,
    )


def test_the_folder_holds_readable_tables_and_nothing_is_left_beside(
    forecast: detente.Forecast, tmp_path: Path
) -> None:
    folder = forecast.save(tmp_path / "run")
    assert [file.name for file in tmp_path.iterdir()] == ["run"]
    assert sorted(file.name for file in folder.iterdir()) == [
        "columns.npz", "forecast.bin", "forecast.json", "manifest.json", "outcomes.csv",
        "scenario.yaml",
    ]  # fmt: skip
    assert json.loads((folder / "forecast.json").read_text()) == forecast.to_json_dict()
    assert (folder / "outcomes.csv").read_text().startswith("policy,outcome,kind,")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["seed"] == 7
    assert manifest["scenario_hash"] == forecast.scenario.hash
    assert folder.stat().st_mode & 0o077 == 0o777 & ~_umask() & 0o077


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_nothing_is_overwritten_unless_asked(truce: detente.Scenario, tmp_path: Path) -> None:
    first = detente.simulate(truce, paths=50, seed=1)
    second = detente.simulate(truce, paths=60, seed=2)
    first.save(tmp_path / "run")
    with pytest.raises(detente.StorageError, match="exists already"):
        second.save(tmp_path / "run")
    assert detente.open(tmp_path / "run").n_paths == 50
    second.save(tmp_path / "run", overwrite=True)
    assert detente.open(tmp_path / "run").n_paths == 60
    assert [file.name for file in tmp_path.iterdir()] == ["run"]


def test_only_forecasts_are_replaced(truce: detente.Scenario, tmp_path: Path) -> None:
    precious = tmp_path / "thesis"
    precious.mkdir()
    (precious / "chapter.txt").write_text("years of work")
    with pytest.raises(detente.StorageError, match="is not a forecast"):
        detente.simulate(truce, paths=50).save(precious, overwrite=True)
    assert (precious / "chapter.txt").read_text() == "years of work"


def test_a_failed_save_leaves_nothing(
    truce: detente.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forecast = detente.simulate(truce, paths=50)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("detente.storage._write_columns", full)
    with pytest.raises(detente.StorageError, match="No space left"):
        forecast.save(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", ["forecast.bin", "scenario.yaml", "columns.npz"])
def test_damage_is_noticed(forecast: detente.Forecast, tmp_path: Path, file: str) -> None:
    folder = forecast.save(tmp_path / "run")
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / file).write_bytes(bytes(content))
    with pytest.raises(detente.StorageError, match="has been changed"):
        detente.open(folder)


def test_what_is_no_forecast_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(detente.StorageError, match="does not exist"):
        detente.open(tmp_path / "nowhere")
    with pytest.raises(detente.StorageError, match="not a saved forecast"):
        detente.open(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(detente.StorageError, match="not a saved forecast"):
        detente.open(tmp_path)


def test_saved_parts_join(truce: detente.Scenario, tmp_path: Path) -> None:
    for first in (0, 500):
        part = detente.simulate(truce, paths=500, first_path=first, keep_outcomes=True)
        part.save(tmp_path / str(first))
    joined = detente.merge([detente.open(tmp_path / "0"), detente.open(tmp_path / "500")])
    whole = detente.simulate(truce, paths=1_000, keep_outcomes=True)
    assert joined.outcomes.equals(whole.outcomes)
    assert joined.outcome_columns.equals(whole.outcome_columns)


def test_a_partial_forecast_stays_partial(truce: detente.Scenario, tmp_path: Path) -> None:
    partial = detente.simulate(
        truce, paths=10**9, policies="drift", progress=lambda done, *_: done == 0
    )
    opened = detente.open(partial.save(tmp_path / "run"))
    assert opened.partial
    assert opened.n_paths_requested == 10**9
    assert opened.to_json_dict()["partial"] is True
