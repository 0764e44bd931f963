from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

import detente
from detente.merging import merge_folders

SHARDS = 16


@pytest.fixture(scope="module")
def whole(truce: detente.Scenario) -> detente.Forecast:
    return detente.simulate(truce, paths=1_001, seed=9, keep_outcomes=True, keep_paths=150)


@pytest.fixture(scope="module")
def folders(truce: detente.Scenario, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """All shards of the whole, saved; 150 histories reach into the third of them."""
    place = tmp_path_factory.mktemp("shards")
    for number in range(1, SHARDS + 1):
        shard = detente.simulate(
            truce, paths=1_001, seed=9, keep_outcomes=True, keep_paths=150,
            shard=f"{number}/{SHARDS}",
        )  # fmt: skip
        shard.save(place / f"D{number}")
    return [place / f"D{number}" for number in range(1, SHARDS + 1)]


def without_timing(told: dict[str, object]) -> dict[str, object]:
    return {key: told[key] for key in told if key not in ("seconds", "paths_per_second")}


def test_shards_in_any_order_are_the_run_to_the_last_bit(
    whole: detente.Forecast, folders: list[Path], tmp_path: Path
) -> None:
    whole.save(tmp_path / "whole")
    for seed in range(3):
        shuffled = list(folders)
        random.Random(seed).shuffle(shuffled)
        merged = merge_folders(shuffled)
        merged.save(tmp_path / f"merged{seed}")
        for file in ("forecast.bin", "outcomes.csv", "scenario.yaml", "columns.npz"):
            one = (tmp_path / "whole" / file).read_bytes()
            assert (tmp_path / f"merged{seed}" / file).read_bytes() == one, file
        assert without_timing(merged.to_json_dict()) == without_timing(whole.to_json_dict())
        assert merged.paths.equals(whole.paths)
        assert merged.outcome_columns.equals(whole.outcome_columns)
        assert merged.compare("drift").equals(whole.compare("drift"))
        assert (merged.partial, merged.shard, merged.missing) == (False, None, ())


def test_merges_of_merges_are_the_run(whole: detente.Forecast, folders: list[Path]) -> None:
    shards = [detente.open(folder) for folder in folders]
    left = shards[0]
    for shard in shards[1:7]:
        left = left.merge(shard)
    right = shards[7]
    for shard in shards[8:]:
        right = right.merge(shard)
    assert without_timing(detente.merge([right, left]).to_json_dict()) == without_timing(
        whole.to_json_dict()
    )


@pytest.mark.parametrize(
    ("absent", "words"),
    [
        ([5], "shard 5/16 is missing"),
        ([16], "shard 16/16 is missing"),
        ([1], "shard 1/16 is missing"),
        ([2, 3, 9], "shards 2/16, 3/16 and 9/16 are missing"),
    ],
)
def test_a_missing_shard_is_named(folders: list[Path], absent: list[int], words: str) -> None:
    there = [folder for number, folder in enumerate(folders, 1) if number not in absent]
    with pytest.raises(detente.ArgumentError, match=words):
        merge_folders(there)


def test_missing_paths_are_named_where_parts_are_no_shards(truce: detente.Scenario) -> None:
    parts = [detente.simulate(truce, paths=10, first_path=first) for first in (0, 30, 41)]
    with pytest.raises(detente.ArgumentError, match="paths 10 to 29 and path 40 are missing"):
        detente.merge(parts)


def test_a_partial_merge_rests_on_the_paths_that_are_there(
    whole: detente.Forecast, folders: list[Path], tmp_path: Path
) -> None:
    there = [folder for number, folder in enumerate(folders, 1) if number not in (1, 3, 16)]
    merged = merge_folders(there, partial=True)
    assert merged.partial
    assert merged.n_paths_requested == 1_001
    missing = [set(range(first, first + count)) for first, count in merged.missing]
    numbers = sorted(set(range(1_001)) - set().union(*missing))
    assert len(missing) == 3
    assert merged.outcome_columns.coords["path"].to_numpy().tolist() == numbers
    assert merged.outcome_columns.equals(whole.outcome_columns.isel(path=numbers))
    assert merged.paths.equals(whole.paths.isel(path=slice(62, 125))), "to the first gap"
    opened = detente.open(merged.save(tmp_path / "merged"))
    assert opened.missing == merged.missing
    assert opened.to_json_dict() == merged.to_json_dict()
    assert opened.to_json_dict()["missing"][0] == [0, 62]


def test_what_leaves_paths_out_joins_nothing(folders: list[Path]) -> None:
    gappy = merge_folders([folders[0], folders[2]], partial=True)
    other = detente.open(folders[3])
    with pytest.raises(detente.ArgumentError, match="leaves paths out"):
        detente.merge([gappy, other])
    for one, following in ((gappy, other), (other, gappy)):
        with pytest.raises(detente.RunError, match="leaves paths out"):
            one.merge(following)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": 2}, r"different seeds \(2 and 1\)"),
        ({"policies": ["drift"]}, "different policies"),
        ({"keep_outcomes": True}, "different kept readings"),
        ({"first_path": 99}, "overlap: both have path 99"),
        ({"first_path": 40, "paths": 20}, "overlap: both have paths 40 to 59"),
        ({"first_path": 0}, "overlap: both have paths 0 to 99"),
    ],
)
def test_what_does_not_fit_is_refused_with_reason_and_folders(
    truce: detente.Scenario, tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    arguments = {"paths": 100, "seed": 1, "first_path": 100, **changes}
    detente.simulate(truce, paths=100, seed=1).save(tmp_path / "one")
    detente.simulate(truce, **arguments).save(tmp_path / "two")  # type: ignore[arg-type]
    with pytest.raises(detente.ArgumentError, match=words) as refusal:
        merge_folders([tmp_path / "two", tmp_path / "one"])
    assert f"`{tmp_path / 'one'}`" in str(refusal.value)
    assert f"`{tmp_path / 'two'}`" in str(refusal.value)


def test_other_scenarios_and_versions_are_refused(
    truce: detente.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = detente.simulate(truce, paths=50)
    other = detente.simulate(truce.with_(levers={"pressure": 1}), paths=50, first_path=50)
    with pytest.raises(detente.ArgumentError, match="different scenarios"):
        detente.merge([first, other])
    monkeypatch.setattr("detente._core.__version__", "9.9.9")
    later = detente.simulate(truce, paths=50, first_path=50)
    with pytest.raises(detente.ArgumentError, match=r"versions of detente \(.* and 9\.9\.9\)"):
        detente.merge([first, later])


def test_a_shard_that_was_stopped_is_named(truce: detente.Scenario, tmp_path: Path) -> None:
    stopped = detente.simulate(
        truce, paths=10**9, policies="drift", shard="1/2", progress=lambda done, *_: done == 0
    )
    stopped.save(tmp_path / "stopped")
    following = detente.simulate(truce, paths=100, first_path=10**9, policies="drift").save(
        tmp_path / "following"
    )
    with pytest.raises(detente.ArgumentError, match=r"stopped` is partial: it has [\d,]+ of"):
        merge_folders([tmp_path / "stopped", following])


def test_instruction_sets_are_told(truce: detente.Scenario) -> None:
    merged = detente.merge(
        [detente.simulate(truce, paths=20, shard=f"{number}/2") for number in (1, 2)]
    )
    assert "+" not in merged.instruction_set
    assert np.isfinite(merged.wall_seconds)


def test_shards_that_cut_draws_join_to_the_run(truce: detente.Scenario) -> None:
    """1,001 paths in draws of 30: hardly a shard begins where a draw does."""
    options = {"paths": 1_001, "seed": 9, "paths_per_draw": 30}
    whole = detente.simulate(truce, **options)
    parts = [detente.simulate(truce, **options, shard=f"{k}/7") for k in range(1, 8)]
    merged = detente.merge(parts)
    assert merged._core.serialize() == whole._core.serialize()
    assert without_timing(merged.to_json_dict()) == without_timing(whole.to_json_dict())


def test_draws_cannot_be_joined_over_a_gap(truce: detente.Scenario, tmp_path: Path) -> None:
    folders = []
    for number in (1, 3):
        shard = detente.simulate(truce, 300, paths_per_draw=30, shard=f"{number}/3")
        folders.append(shard.save(tmp_path / str(number)))
    with pytest.raises(detente.ArgumentError, match=r"shard 2/3 is missing.*share draws"):
        merge_folders(folders, partial=True)


def test_other_draws_are_refused_by_the_names_of_the_folders(
    truce: detente.Scenario, tmp_path: Path
) -> None:
    folders = [
        detente.simulate(truce, 300, paths_per_draw=size, shard=f"{number}/2").save(
            tmp_path / f"D{number}"
        )
        for number, size in ((1, 10), (2, 5))
    ]
    with pytest.raises(detente.ArgumentError, match=r"D1` and `.*D2`.*paths per draw \(10 and 5\)"):
        merge_folders(folders)
