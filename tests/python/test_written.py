"""Taking the place of what is there, or not, when another process writes there at the same time."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import detente
from detente import storage
from detente.written import exchanged


def interrupted_by(monkeypatch: pytest.MonkeyPatch, call: Any) -> None:
    """Let something happen after a forecast is written and before it takes its place."""
    write = storage._write_files

    def write_then_call(*arguments: Any) -> None:
        write(*arguments)
        call()

    monkeypatch.setattr(storage, "_write_files", write_then_call)


def test_a_forecast_that_came_meanwhile_stays(
    truce: detente.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = detente.simulate(truce, 60).save(tmp_path / "first")
    run = tmp_path / "run"
    interrupted_by(monkeypatch, lambda: shutil.copytree(first, run))
    with pytest.raises(detente.StorageError, match="exists already"):
        detente.simulate(truce, 50).save(run)
    assert detente.open(run).n_paths == 60
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["first", "run"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_is_no_forecast_and_came_meanwhile_stays(
    truce: detente.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overwrite: bool
) -> None:
    run = tmp_path / "run"

    def write_thesis() -> None:
        run.mkdir()
        (run / "chapter.txt").write_text("years of work")

    interrupted_by(monkeypatch, write_thesis)
    with pytest.raises(detente.StorageError, match=r"exists already|is not a forecast"):
        detente.simulate(truce, 50).save(run, overwrite=overwrite)
    assert (run / "chapter.txt").read_text() == "years of work"
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_forecast_is_replaced_whole(
    truce: detente.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr(storage, "exchanged", lambda *_: False)
    run = detente.simulate(truce, 60).save(tmp_path / "run")
    detente.simulate(truce, 50).save(run, overwrite=True)
    assert detente.open(run).n_paths == 50
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


def test_a_name_is_never_without_its_forecast_while_it_is_replaced(
    truce: detente.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exchange(one: Path, other: Path) -> bool:
        """Stands in where the file system has none: what counts here is who is asked for it."""
        meanwhile = one.with_name("meanwhile")
        for source, target in ((one, meanwhile), (other, one), (meanwhile, other)):
            os.rename(source, target)  # noqa: PTH104 - Path's are watched
        return True

    monkeypatch.setattr(storage, "exchanged", exchange)
    run = detente.simulate(truce, 60).save(tmp_path / "run")
    moves = []
    for move in ("rename", "replace"):
        before = getattr(Path, move)

        def watched(path: Path, target: Path, before: Any = before) -> Path:
            moves.append(path.name)
            moved: Path = before(path, target)
            return moved

        monkeypatch.setattr(Path, move, watched)
    detente.simulate(truce, 50).save(run, overwrite=True)
    assert "run" not in moves, "it is exchanged, not moved away"


def test_what_cannot_be_exchanged_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    assert not exchanged(tmp_path / "a", tmp_path / "b")
    assert not exchanged(tmp_path / "b", tmp_path / "a")
    assert os.listdir(tmp_path) == ["a"]  # noqa: PTH208


def test_two_folders_change_their_names_or_keep_them(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    held = "ba" if exchanged(tmp_path / "a", tmp_path / "b") else "ab"
    assert [os.listdir(tmp_path / name) for name in "ab"] == [[name] for name in held]  # noqa: PTH208
