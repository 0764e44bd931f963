"""Disks that are full or read-only, on a small file system of the test's own.

Mounting it takes root; where that is missing these tests are skipped. A limit on the size of files
takes no rights, so that saving which fails half-way is tried everywhere.
"""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


def mount(*arguments: str | Path) -> bool:
    command = ["mount", *map(str, arguments)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0 or not mount("-t", "tmpfs", "-o", "size=512k", "tmpfs", place):
        pytest.skip("cannot mount a file system here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_files_that_may_not_grow_end_with_1_and_leave_nothing(detente, truce) -> None:
    limit = 64 * 1024  # bytes: more than the scenario takes, less than the kept readings
    ended = detente(
        "run", truce, "--paths", "20000", "--keep-outcomes", "--out", "D", "--json",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    assert ended.code == 1
    assert "File too large" in ended.messages
    assert "Traceback" not in ended.messages
    assert ended.output == ""
    assert [entry.name for entry in detente.folder.iterdir() if "D" in entry.name] == []


def test_a_full_disk_ends_with_1_and_leaves_nothing(detente, truce, disk: Path) -> None:
    ended = detente(
        "run", truce, "--paths", "20000", "--keep-outcomes", "--out", disk / "D", "--json"
    )
    assert ended.code == 1
    assert "No space left on device" in ended.messages
    assert ended.output == ""
    assert list(disk.iterdir()) == []


def test_a_full_disk_keeps_the_last_checkpoint(detente, truce, disk: Path) -> None:
    arguments = ("run", truce, "--seed", "2", "--policies", "drift", "--keep-outcomes")
    arguments += ("--paths", "30000", "--out", "disk/D", "--checkpoint-every", "0.05s")
    ended = detente(*arguments)
    assert ended.code == 1
    assert "No space left on device" in ended.messages
    assert "Traceback" not in ended.messages
    states = list((disk / "D.checkpoint").glob("paths-*"))
    assert len(states) == 1
    assert not list((disk / "D.checkpoint").glob(".*.part"))
    assert mount("-o", "remount,size=64m", disk)
    ended = detente(*arguments, "--resume")
    assert ended.code == 0, ended.messages
    whole = detente(*arguments[:-4], "--out", "W")
    assert whole.code == 0, whole.messages
    for file in ("forecast.bin", "columns.npz"):
        assert (disk / "D" / file).read_bytes() == (detente.folder / "W" / file).read_bytes()
    assert [entry.name for entry in disk.iterdir()] == ["D"]


def test_a_read_only_disk_is_found_out_before_the_run(detente, truce, disk: Path) -> None:
    assert mount("-o", "remount,ro", disk)
    for arguments in (
        ("run", truce, "--paths", "1000000000", "--out", disk / "D"),
        ("run", truce, "--paths", "1000000000", "--out", disk / "D", "--checkpoint-every", "60s"),
    ):
        ended = detente(*arguments)
        assert ended.code in (1, 2)
        assert str(disk) in ended.messages
        assert "Traceback" not in ended.messages


def test_a_batch_on_a_full_disk_reports_its_jobs_as_failed(detente, truce, disk: Path) -> None:
    plan = detente.folder / "plan.yaml"
    plan.write_text(
        f"detente: 1\nscenarios: {truce}\nseeds: [1, 2]\npaths: 20000\nkeep_outcomes: true\n"
    )
    ended = detente("batch", plan, "--out", disk / "B")
    assert ended.code == 1
    assert "0 of 2 jobs are complete, 2 failed" in ended.messages
    assert ended.messages.count("No space left on device") == 2
    assert not list((disk / "B").glob("*/"))
