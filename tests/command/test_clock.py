"""The clock on the wall may jump while a command runs: durations come from one that does not."""

from __future__ import annotations

import ast
import contextlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Clocks that jump when somebody sets the time.
WALL_CLOCKS_OF_CPP = re.compile(
    r"system_clock|high_resolution_clock|gettimeofday|CLOCK_REALTIME"
    r"|\btime\((nullptr|NULL|0)\)|\bclock\(\)"
)
WALL_CLOCKS_OF_PYTHON = {
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime"),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
}

#: Goes a year back and a year on by turns, each time that somebody asks.
JUMPING = """
import time

real, calls = time.time, 0


def jumping():
    global calls
    calls += 1
    return real() + (-1) ** calls * 365 * 86_400 * calls


time.time = jumping
time.time_ns = lambda: int(jumping() * 1e9)
"""


@pytest.fixture
def jumping(tmp_path: Path) -> dict[str, str]:
    """An environment in which the wall clock of Python jumps."""
    place = tmp_path / "clock"
    place.mkdir()
    (place / "sitecustomize.py").write_text(JUMPING)
    return {"PYTHONPATH": str(place)}


def test_the_library_asks_steady_clocks_alone() -> None:
    files = [
        file
        for folder in ("cpp/src", "cpp/include", "python/bindings")
        for file in (ROOT / folder).rglob("*.[chi]*")
        if file.is_file()
    ]
    assert len(files) > 100
    found = [file.name for file in files if WALL_CLOCKS_OF_CPP.search(file.read_text())]
    assert found == []


def test_the_package_asks_steady_clocks_alone() -> None:
    found = []
    for file in (ROOT / "python" / "detente").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            name = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
            imported = isinstance(node, ast.ImportFrom) and node.module == "time"
            if imported or ".".join(name.split(".")[-2:]) in WALL_CLOCKS_OF_PYTHON:
                found.append((file.name, name))
    assert found == []


def test_checkpoints_come_at_their_pace(detente, truce, jumping) -> None:
    arguments = ("run", truce, "--paths", "40000", "--policies", "drift", "--threads", "1")
    whole = detente(*arguments, "--json").json
    arguments += ("--out", "D", "--checkpoint-every", "0.3s")
    process = detente.start(*arguments, environment=jumping)
    states = set()
    while process.poll() is None:
        # The folder goes when all is done, perhaps while it is looked at.
        with contextlib.suppress(FileNotFoundError):
            states |= {state.name for state in detente.folder.glob("D.checkpoint/paths-*")}
    _, messages = process.communicate()
    assert process.returncode == 0, messages
    told = json.loads((detente.folder / "D" / "forecast.json").read_text())
    assert told["policies"] == whole["policies"]
    assert 0 < told["seconds"] < 100
    assert len(states) >= 2, "not all at the end"
    # Batches of a single path, or a state a millisecond, are what a wrong duration would give.
    assert len(states) <= 10 + told["seconds"] / 0.1


def test_a_batch_tells_durations_that_are_there(detente, truce, jumping) -> None:
    plan = detente.folder / "plan.yaml"
    plan.write_text(f"detente: 1\nscenarios: {truce}\nseeds: [1, 2, 3]\npaths: 300\n")
    ended = detente("batch", plan, "--out", "B", environment=jumping)
    assert ended.code == 0, ended.messages
    jobs = json.loads((detente.folder / "B" / "index.json").read_text())["jobs"]
    assert [job["status"] for job in jobs] == ["complete"] * 3
    assert all(0 < job["seconds"] < 60 for job in jobs)
    assert re.search(r"\[3/3\] truce_seed=3: 300 paths, \d\.\d s", ended.messages)


def test_progress_over_a_batch_never_goes_back(tmp_path: Path, monkeypatch, truce) -> None:
    import time

    from detente.batch import Batch
    from detente.plans import read_plan

    real, calls = time.time, 0

    def jump() -> float:
        nonlocal calls
        calls += 1
        return real() - 86_400 * calls

    monkeypatch.setattr(time, "time", jump)
    plan = tmp_path / "plan.yaml"
    plan.write_text(f"detente: 1\nscenarios: {truce}\nseeds: [1, 2]\npaths: 60000\n")
    batch, told = Batch(read_plan(plan), tmp_path / "B"), []
    with batch.opened():
        batch.run(progress=lambda done, _, seconds: told.append((done, seconds)))
    assert told
    assert told == sorted(told)
    assert all(seconds >= 0 for _, seconds in told)
