"""Commands killed while they save: under the name that was asked for stands all or nothing."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

#: How many commands are killed in each test. More in a longer test: DETENTE_KILLS=100.
KILLS = int(os.environ.get("DETENTE_KILLS", "3"))
KEPT = ("--paths", "20000", "--seed", "5", "--policies", "drift", "--keep-outcomes")
KEPT += ("--keep-paths", "5000", "--threads", "1")


def contents(folder: Path) -> dict[str, bytes]:
    """The files that hold results, without the time that they took."""
    return {
        name: (folder / name).read_bytes()
        for name in ("forecast.bin", "outcomes.csv", "columns.npz", "scenario.yaml")
    }


def kill(process: subprocess.Popen[str], out: Path, is_saving: bool, seconds: float) -> bool:
    """Kill a command so long after it began, or began to save; whether it was still there."""
    while is_saving and process.poll() is None and not list(out.parent.glob(f".{out.name}.*.part")):
        time.sleep(0.001)
    time.sleep(seconds)
    was_running = process.poll() is None
    process.kill()
    process.communicate(timeout=120)
    return was_running


def kill_often(start: Callable[[], subprocess.Popen[str]], out: Path, allowed: list[object]) -> int:
    """Kill a command again and again; how often it was saving then.

    What stands under its name is always one of what is allowed.
    """
    moments = random.Random(8)
    kills = saving = 0
    while kills < KILLS:
        is_saving = moments.random() < 0.8
        seconds = moments.uniform(0, 0.15 if is_saving else 2)
        kills += kill(start(), out, is_saving, seconds)
        stands = contents(out) if out.exists() else None
        assert stands in allowed, "never half a result"
        left = list(out.parent.glob(f".{out.name}.*.part"))
        saving += bool(left)
        for folder in left:
            shutil.rmtree(folder)
        if None in allowed:
            shutil.rmtree(out, ignore_errors=True)
    return saving


def test_a_run_killed_at_any_moment_leaves_all_or_nothing(detente, truce) -> None:
    assert detente("run", truce, *KEPT, "--out", "W").code == 0
    whole = contents(detente.folder / "W")
    out = detente.folder / "D"
    arguments = ("run", truce, *KEPT, "--out", "D")
    saving = kill_often(lambda: detente.start(*arguments), out, [None, whole])
    assert saving > KILLS // 4, "many were killed while they saved"
    ended = detente(*arguments)
    assert ended.code == 0, ended.messages
    assert contents(out) == whole


def test_a_run_that_replaces_another_leaves_one_or_the_other(detente, truce) -> None:
    """Whatever it dies of: there is no moment without a forecast under the name."""
    assert detente("run", truce, *KEPT, "--out", "W").code == 0
    assert detente("run", truce, "--paths", "300", "--keep-outcomes", "--out", "D").code == 0
    whole, old = contents(detente.folder / "W"), contents(detente.folder / "D")
    arguments = ("run", truce, *KEPT, "--out", "D", "--overwrite")
    kill_often(lambda: detente.start(*arguments), detente.folder / "D", [old, whole])
    assert detente(*arguments).code == 0
    assert contents(detente.folder / "D") == whole


def test_a_merge_killed_at_any_moment_leaves_all_or_nothing(detente, truce) -> None:
    for number in (1, 2):
        ended = detente("run", truce, *KEPT, "--shard", f"{number}/2", "--out", f"D{number}")
        assert ended.code == 0, ended.messages
    parts = [contents(detente.folder / f"D{number}") for number in (1, 2)]
    assert detente("merge", "D1", "D2", "--out", "W").code == 0
    whole = contents(detente.folder / "W")
    out = detente.folder / "D"
    saving = kill_often(
        lambda: detente.start("merge", "D2", "D1", "--out", "D"), out, [None, whole]
    )
    assert saving > KILLS // 4, "many were killed while they saved"
    ended = detente("merge", "D1", "D2", "--out", "D")
    assert ended.code == 0, ended.messages
    assert contents(out) == whole
    assert [contents(detente.folder / f"D{number}") for number in (1, 2)] == parts


@pytest.mark.parametrize("command", ["run", "merge"])
def test_of_two_processes_on_one_output_one_gives_its_result(detente, truce, command: str) -> None:
    """Both find the place free when they begin; the second to end is told, and replaces nothing."""
    import detente as package

    scenario = package.load(truce)
    wholes = [package.simulate(scenario, 2_000, seed=seed) for seed in (1, 2)]
    for seed in (1, 2):
        for shard in ("1/2", "2/2"):
            part = package.simulate(scenario, 2_000, seed=seed, shard=shard)
            part.save(detente.folder / f"P{seed}{shard[0]}")
    starts = {
        "run": [("run", truce, "--paths", "2000", "--seed", str(seed)) for seed in (1, 2)],
        "merge": [("merge", f"P{seed}1", f"P{seed}2") for seed in (1, 2)],
    }[command]
    running = [detente.start(*arguments, "--out", "D") for arguments in starts]
    told = [process.communicate(timeout=120)[1] for process in running]
    codes = [process.returncode for process in running]
    winner = codes.index(0)
    assert codes[1 - winner] in (1, 2)
    assert "exists already" in told[1 - winner]
    opened = package.open(detente.folder / "D")
    assert opened._core.serialize() == wholes[winner]._core.serialize()
    assert not list(detente.folder.glob(".D.*"))
