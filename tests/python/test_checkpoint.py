from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import detente
from detente.checkpoint import BLOCK, FIRST_BATCH

RUN: dict[str, Any] = {"paths": 5_000, "seed": 4, "policies": ["drift", "quick"]}


def same(one: detente.Forecast, other: detente.Forecast) -> bool:
    return one._core.serialize() == other._core.serialize()


def interrupted_run(truce: detente.Scenario, folder: Path, **options: Any) -> None:
    """A run that stops after its first two batches, as one that is killed there."""
    kept = 0

    class EnoughError(Exception):
        pass

    with detente.Checkpoint(folder, every=1e-6) as checkpoint:
        keep = checkpoint.keep

        def keep_and_stop(forecast: detente.Forecast) -> None:
            nonlocal kept
            keep(forecast)
            kept += 1
            if kept == 2:
                raise EnoughError

        checkpoint.keep = keep_and_stop  # type: ignore[method-assign]
        with pytest.raises(EnoughError):
            detente.simulate(truce, **{**RUN, **options}, checkpoint=checkpoint)


def resumed(truce: detente.Scenario, folder: Path, **options: Any) -> detente.Forecast:
    with detente.Checkpoint(folder, resume=True) as checkpoint:
        return detente.simulate(truce, **{**RUN, **options}, checkpoint=checkpoint)


@pytest.mark.parametrize("every", [0.05, 60])
def test_a_run_with_checkpoints_is_the_run_without(
    truce: detente.Scenario, tmp_path: Path, every: float
) -> None:
    options = {**RUN, "keep_outcomes": True, "keep_paths": 1_500}
    whole = detente.simulate(truce, **options)
    with detente.Checkpoint(tmp_path / "kept", every=every) as checkpoint:
        forecast = detente.simulate(truce, **options, checkpoint=checkpoint)
        assert same(forecast, whole)
        assert forecast.outcome_columns.equals(whole.outcome_columns)
        assert forecast.paths.equals(whole.paths)
        assert (forecast.partial, forecast.n_paths_requested) == (False, 5_000)
        checkpoint.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_stopped_run_goes_on_to_the_same_result(truce: detente.Scenario, tmp_path: Path) -> None:
    options: dict[str, Any] = {"keep_outcomes": True, "keep_paths": FIRST_BATCH + 50}
    interrupted_run(truce, tmp_path / "kept", **options)
    states = [entry.name for entry in (tmp_path / "kept").glob("paths-*")]
    assert states == [f"paths-{FIRST_BATCH + 1}"], "the older state is gone"
    forecast = resumed(truce, tmp_path / "kept", **options)
    whole = detente.simulate(truce, **RUN, **options)
    assert same(forecast, whole)
    assert forecast.paths.equals(whole.paths)
    assert not forecast.partial


def test_a_finished_checkpoint_gives_its_result_at_once(
    truce: detente.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = resumed(truce, tmp_path / "kept")

    def never(*_: object) -> None:
        raise AssertionError("nothing is to be run")

    monkeypatch.setattr("detente._core.run", never)
    assert same(resumed(truce, tmp_path / "kept"), whole)


def test_a_shard_has_checkpoints_too(truce: detente.Scenario, tmp_path: Path) -> None:
    interrupted_run(truce, tmp_path / "kept", shard="2/2")
    forecast = resumed(truce, tmp_path / "kept", shard="2/2")
    assert str(forecast.shard) == "2/2"
    assert same(forecast, detente.simulate(truce, **RUN, shard="2/2"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": 5}, r"another seed \(4, not 5\)"),
        ({"paths": 6_000}, r"another number of paths \(5000, not 6000\)"),
        ({"policies": ["quick", "drift"]}, "another policies"),
        ({"keep_outcomes": True}, "another choice of kept readings"),
        ({"keep_paths": 3}, r"another number of kept histories \(0, not 3\)"),
        ({"first_path": 7}, r"another first path \(0, not 7\)"),
        ({"shard": "1/2"}, r"another shard \(None, not 1/2\)"),
    ],
)
def test_the_checkpoint_of_another_run_is_refused(
    truce: detente.Scenario, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    interrupted_run(truce, tmp_path / "kept")
    with pytest.raises(detente.ArgumentError, match=words):
        resumed(truce, tmp_path / "kept", **changes)
    assert same(resumed(truce, tmp_path / "kept"), detente.simulate(truce, **RUN))


def test_the_checkpoint_of_another_scenario_is_refused(
    truce: detente.Scenario, tmp_path: Path
) -> None:
    interrupted_run(truce, tmp_path / "kept")
    with pytest.raises(detente.ArgumentError, match="another scenario"):
        resumed(truce.with_(levers={"pressure": 1}), tmp_path / "kept")


def test_a_state_of_another_run_is_never_taken(truce: detente.Scenario, tmp_path: Path) -> None:
    interrupted_run(truce, tmp_path / "kept")
    interrupted_run(truce, tmp_path / "other", seed=9)
    state = next((tmp_path / "kept").glob("paths-*"))
    shutil.rmtree(state)
    shutil.copytree(next((tmp_path / "other").glob("paths-*")), state)
    with pytest.raises(detente.ArgumentError, match=r"another seed \(9, not 4\)"):
        resumed(truce, tmp_path / "kept")


def test_what_is_there_is_not_taken_or_lost_unasked(
    truce: detente.Scenario, tmp_path: Path
) -> None:
    interrupted_run(truce, tmp_path / "kept")
    with (
        detente.Checkpoint(tmp_path / "kept") as checkpoint,
        pytest.raises(detente.ArgumentError, match="resume it, or delete"),
    ):
        detente.simulate(truce, **RUN, checkpoint=checkpoint)
    assert same(resumed(truce, tmp_path / "kept"), detente.simulate(truce, **RUN))


def damages(content: bytes) -> dict[str, bytes]:
    """Ways in which a file may come back from a disk."""
    found = {"empty": b"", "cut": content[: len(content) // 2], "longer": content + b"\0"}
    step = max(1, len(content) // 40)
    for place in range(0, len(content), step):
        flipped = bytearray(content)
        flipped[place] ^= 1 << (place // step % 8)
        found[f"bit at {place}"] = bytes(flipped)
    return found


def test_damage_is_never_merged(truce: detente.Scenario, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    interrupted_run(truce, kept, keep_outcomes=True)
    options: dict[str, Any] = {**RUN, "keep_outcomes": True}
    files = [kept / "run.json", *sorted(next(kept.glob("paths-*")).iterdir())]
    n_refused = n_damages = 0
    for file in files:
        content = file.read_bytes()
        for what, damaged in damages(content).items():
            file.write_bytes(damaged)
            n_damages += 1
            with detente.Checkpoint(kept, resume=True) as checkpoint:
                from detente.simulation import run_terms

                # A bit that leaves the meaning alone, such as that of a blank, may pass.
                try:
                    done = checkpoint.begin(run_terms(truce, **options))
                except (detente.StorageError, detente.ArgumentError) as refusal:
                    words = str(refusal)
                    assert "the checkpoint" in words, what
                    n_refused += 1
                else:
                    assert file.suffix == ".json", (file, what)
                    assert done is not None
                    assert same(done, detente.simulate(truce, **{**options, "paths": done.n_paths}))
        file.write_bytes(content)
    assert n_refused > 0.9 * n_damages
    assert same(resumed(truce, kept, keep_outcomes=True), detente.simulate(truce, **options))


def test_a_state_that_lost_a_file_is_refused(truce: detente.Scenario, tmp_path: Path) -> None:
    interrupted_run(truce, tmp_path / "kept")
    for file in list(next((tmp_path / "kept").glob("paths-*")).iterdir()):
        content = file.read_bytes()
        file.unlink()
        with pytest.raises(detente.StorageError, match="the checkpoint is damaged"):
            resumed(truce, tmp_path / "kept")
        file.write_bytes(content)


def test_the_old_state_stays_until_the_new_one_stands(
    truce: detente.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    interrupted_run(truce, kept)
    before = sorted(entry.name for entry in kept.iterdir())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("detente.storage._write_columns", full)
        with pytest.raises(detente.StorageError, match="No space left"):
            resumed(truce, kept)
    assert sorted(entry.name for entry in kept.iterdir()) == before
    assert same(resumed(truce, kept), detente.simulate(truce, **RUN))


def test_ctrl_c_keeps_what_is_done(truce: detente.Scenario, tmp_path: Path) -> None:
    def interrupt(done: int, *_: object) -> None:
        if done > FIRST_BATCH:
            raise KeyboardInterrupt

    options = {**RUN, "paths": 10**8, "policies": ["drift"]}
    with (
        detente.Checkpoint(tmp_path / "kept", every=3600) as checkpoint,
        pytest.raises(detente.Interrupted) as interruption,
    ):
        detente.simulate(truce, **options, checkpoint=checkpoint, progress=interrupt)
    forecast = interruption.value.forecast
    assert forecast is not None
    assert (tmp_path / "kept" / f"paths-{forecast.n_paths}").is_dir()
    assert forecast.n_paths_requested == 10**8


def test_a_failing_path_is_told_and_what_is_done_stays(
    truce: detente.Scenario, tmp_path: Path
) -> None:
    text = truce.to_yaml().replace("hazard: 0.2", 'hazard: "0.2 - 0.03 * time"')
    assert text != truce.to_yaml()
    failing = detente.Scenario.from_yaml(text)
    with (
        detente.Checkpoint(tmp_path / "kept") as checkpoint,
        pytest.raises(detente.RunError, match="grant"),
    ):
        detente.simulate(failing, **RUN, checkpoint=checkpoint)


def test_two_processes_do_not_share_a_checkpoint(tmp_path: Path) -> None:
    with (
        detente.Checkpoint(tmp_path / "kept"),
        pytest.raises(detente.StorageError, match=r"in use by another process \(process \d+ on"),
        detente.Checkpoint(tmp_path / "kept"),
    ):
        raise AssertionError("both are in")
    with detente.Checkpoint(tmp_path / "kept"):
        pass


def test_a_checkpoint_must_be_entered(truce: detente.Scenario, tmp_path: Path) -> None:
    with pytest.raises(detente.ArgumentError, match="enter the checkpoint"):
        detente.simulate(truce, **RUN, checkpoint=detente.Checkpoint(tmp_path / "kept"))


@pytest.mark.parametrize("every", [0, -1, float("nan"), float("inf")])
def test_a_time_that_is_none_is_refused(tmp_path: Path, every: float) -> None:
    with pytest.raises(detente.ArgumentError, match="above 0"):
        detente.Checkpoint(tmp_path, every=every)


def test_a_precision_and_a_checkpoint_exclude_one_another(
    truce: detente.Scenario, tmp_path: Path
) -> None:
    with (
        detente.Checkpoint(tmp_path / "kept") as checkpoint,
        pytest.raises(detente.ArgumentError, match="precision"),
    ):
        detente.simulate(truce, **RUN, checkpoint=checkpoint, precision={"relapse_5y": 0.1})


def test_batches_follow_the_speed(tmp_path: Path) -> None:
    checkpoint = detente.Checkpoint(tmp_path, every=60)
    assert checkpoint.batch(0, 0.0, 10**9) == FIRST_BATCH
    assert checkpoint.batch(0, 0.0, 10) == 10
    assert checkpoint.batch(1_000, 10.0, 10**9) == BLOCK, "a minute at 100 paths/s, whole blocks"
    assert checkpoint.batch(100_000, 1.0, 10**9) == 8 * 100_000 // BLOCK * BLOCK
    assert checkpoint.batch(100_000, 600.0, 10**9) == 10_000 // BLOCK * BLOCK
    assert checkpoint.batch(100, 6_000.0, 10**9) == 1, "never none"
    assert checkpoint.batch(100_000, 1.0, 77) == 77


def test_the_description_says_what_was_asked_for(truce: detente.Scenario, tmp_path: Path) -> None:
    interrupted_run(truce, tmp_path / "kept", seed=-3)
    told = json.loads((tmp_path / "kept" / "run.json").read_text())
    assert told["seed"] == -3
    assert told["scenario_hash"] == truce.hash
    assert resumed(truce, tmp_path / "kept", seed=-3).seed == -3


def test_a_checkpoint_with_other_draws_is_refused(truce: detente.Scenario, tmp_path: Path) -> None:
    interrupted_run(truce, tmp_path / "kept", paths_per_draw=20)
    with pytest.raises(detente.ArgumentError, match="paths per draw"):
        resumed(truce, tmp_path / "kept", paths_per_draw=10)
    whole = detente.simulate(truce, **RUN, paths_per_draw=20)
    assert same(resumed(truce, tmp_path / "kept", paths_per_draw=20), whole)
