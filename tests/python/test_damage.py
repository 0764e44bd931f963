"""What a disk may do to a saved forecast: it is noticed, never merged, and made anew when asked.

More places are tried in a longer test: DETENTE_DAMAGES=1000.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

import detente
from detente.batch import Batch
from detente.merging import merge_folders
from detente.plans import read_plan
from detente.storage import save_forecast

#: Tries for each file.
DAMAGES = int(os.environ.get("DETENTE_DAMAGES", "25"))


@pytest.fixture(scope="module")
def parts(truce: detente.Scenario, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Both halves of a run, with every file that a forecast may have."""
    place = tmp_path_factory.mktemp("parts")
    halves = [
        detente.simulate(truce, 600, keep_outcomes=True, keep_paths=20, shard=f"{number}/2")
        for number in (1, 2)
    ]
    return [
        save_forecast(half, place / str(number), with_parquet=True)
        for number, half in enumerate(halves)
    ]


def damaged(source: random.Random, content: bytes) -> bytes:
    """A bit turned, an end lost, a stretch of zeros, or bytes from elsewhere."""
    changed, at = bytearray(content), source.randrange(len(content))
    kind = source.randrange(6)
    if kind < 3:
        changed[at] ^= 1 << source.randrange(8)
    elif kind == 3:
        del changed[at:]
    else:
        end = min(len(changed), at + source.randrange(1, 4_096))
        changed[at:end] = bytes(end - at) if kind == 4 else source.randbytes(end - at)
    return bytes(changed)


FILES = [
    *("manifest.json", "forecast.bin", "forecast.json", "outcomes.csv", "scenario.yaml"),
    *("columns.npz", "outcomes.parquet", "paths.parquet"),
]


def test_these_are_all_files(parts: list[Path]) -> None:
    assert sorted(file.name for file in parts[0].iterdir()) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_damage_at_any_place_is_noticed_and_never_merged(
    parts: list[Path], tmp_path: Path, name: str
) -> None:
    source = random.Random(name)
    folder = shutil.copytree(parts[1], tmp_path / "half")
    content = (folder / name).read_bytes()
    whole = detente.open(parts[1])
    n_noticed = n_tried = 0
    while n_tried < DAMAGES:
        changed = damaged(source, content)
        if changed == content:
            continue
        n_tried += 1
        (folder / name).write_bytes(changed)
        try:
            opened = detente.open(folder)
        except detente.StorageError:
            n_noticed += 1
            with pytest.raises(detente.StorageError, match=str(folder)):
                merge_folders([parts[0], folder])
        else:  # a blank between the words of JSON
            assert name == "manifest.json"
            assert opened.to_json_dict() == whole.to_json_dict()
    assert n_noticed > 0.9 * n_tried


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_gone_is_noticed(parts: list[Path], tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(parts[1], tmp_path / "half")
    (folder / name).unlink()
    with pytest.raises(detente.StorageError, match=str(folder)):
        merge_folders([parts[0], folder])


def test_columns_that_the_manifest_does_not_know_are_not_read(
    parts: list[Path], truce: detente.Scenario, tmp_path: Path
) -> None:
    folder = detente.simulate(truce, 300).save(tmp_path / "run")
    shutil.copy(parts[0] / "columns.npz", folder)
    assert not detente.open(folder).has_outcome_columns


@pytest.mark.parametrize("name", FILES)
def test_a_batch_makes_a_damaged_job_anew(support: Path, tmp_path: Path, name: str) -> None:
    shutil.copy(support / "truce.yaml", tmp_path)
    file = tmp_path / "plan.yaml"
    file.write_text("detente: 1\nscenarios: truce.yaml\npaths: 100\nkeep_outcomes: true\n")
    plan = read_plan(file)

    def run(resume: bool) -> Batch:
        batch = Batch(plan, tmp_path / "B")
        with batch.opened(resume):
            batch.run()
        return batch

    run(resume=False)
    saved = tmp_path / "B" / plan.jobs[0].name / name
    before = saved.read_bytes()
    saved.write_bytes(before[: len(before) // 2])
    again = run(resume=True)
    assert [(entry.status, entry.was_there) for entry in again.entries] == [("complete", False)]
    assert saved.stat().st_size >= len(before) - 20, "but for the digits of a time"
    assert [entry.was_there for entry in run(resume=True).entries] == [True]


def test_a_damaged_forecast_is_replaced_when_asked_and_nothing_else_is(
    truce: detente.Scenario, tmp_path: Path
) -> None:
    forecast = detente.simulate(truce, 100)
    folder = forecast.save(tmp_path / "run")
    (folder / "manifest.json").write_bytes(b"")
    with pytest.raises(detente.StorageError, match="exists already"):
        forecast.save(folder)
    forecast.save(folder, overwrite=True)
    assert detente.open(folder).n_paths == 100
    (folder / "manifest.json").write_bytes(b"")
    (folder / "notes.txt").write_text("years of work")
    with pytest.raises(detente.StorageError, match="is not a forecast"):
        forecast.save(folder, overwrite=True)
    assert (folder / "notes.txt").read_text() == "years of work"
