from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

#: How many runs are killed in each of four tests. More in a longer test: DETENTE_KILLS=50.
KILLS = int(os.environ.get("DETENTE_KILLS", "5"))
PATHS = 60_000
RUN = ("--paths", str(PATHS), "--seed", "5", "--policies", "drift", "--keep-paths", "2000")


@pytest.fixture
def whole(detente, truce) -> dict[str, bytes]:
    """What the run gives that nobody kills."""
    ended = detente("run", truce, *RUN, "--out", "whole")
    assert ended.code == 0, ended.messages
    return contents(detente.folder / "whole")


def contents(folder: Path) -> dict[str, bytes]:
    """The files that hold results, without the time that they took."""
    return {
        name: (folder / name).read_bytes()
        for name in ("forecast.bin", "outcomes.csv", "columns.npz", "scenario.yaml")
    }


def states_in(folder: Path) -> set[str]:
    return {state.name for state in folder.glob("paths-*")}


def kill(process: subprocess.Popen[str], kept: Path, after_a_state: bool, seconds: float) -> bool:
    """Kill a run so long after it has begun, or has kept more; whether it was still there."""
    before = states_in(kept)
    ours = f"process {process.pid} "

    def is_due() -> bool:
        if after_a_state:
            return bool(states_in(kept) - before)
        lock = kept / ".lock"
        return lock.exists() and lock.read_text().startswith(ours)

    while process.poll() is None and not is_due():
        time.sleep(0.002)
    time.sleep(seconds)
    was_running = process.poll() is None
    process.kill()
    process.communicate(timeout=120)
    return was_running


@pytest.mark.parametrize("seed", range(4))
def test_a_run_killed_at_any_moment_goes_on_to_the_same_result(
    detente, truce, whole, seed: int
) -> None:
    moments = random.Random(seed)
    kills = resumptions = 0
    out, kept = detente.folder / "D", detente.folder / "D.checkpoint"
    arguments = ("run", truce, *RUN, "--out", "D", "--checkpoint-every", "0.05s", "--resume")
    while kills < KILLS:
        resumptions += bool(states_in(kept))
        after_a_state, seconds = moments.random() < 0.8, moments.uniform(0.0, 0.4)
        kills += kill(detente.start(*arguments), kept, after_a_state, seconds)
        assert len(states_in(kept)) <= 2
        if out.exists():
            assert contents(out) == whole, "never half a result"
            for folder in (out, kept):
                shutil.rmtree(folder, ignore_errors=True)
    ended = detente(*arguments)
    assert ended.code == 0, ended.messages
    assert contents(out) == whole
    assert sorted(entry.name for entry in detente.folder.iterdir()) == ["D", "whole"]
    assert resumptions > KILLS // 4, "most kills leave something to go on from"


def test_ctrl_c_keeps_a_checkpoint_and_no_partial_output(detente, truce, whole) -> None:
    arguments = ("run", truce, *RUN, "--out", "D", "--checkpoint-every", "0.3s")
    process = detente.start(*arguments)
    while not list(detente.folder.glob("D.checkpoint/paths-*")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "D.checkpoint" in messages
    assert "--resume" in messages
    assert not (detente.folder / "D").exists()
    refused = detente(*arguments)
    assert refused.code == 2
    assert "holds what an earlier run has done" in refused.messages
    other = detente(*arguments, "--resume", "--seed", "6")
    assert other.code == 2
    assert "another seed (5, not 6)" in other.messages
    ended = detente(*arguments, "--resume")
    assert ended.code == 0, ended.messages
    assert contents(detente.folder / "D") == whole
    assert not (detente.folder / "D.checkpoint").exists()


def test_what_is_complete_is_given_again(detente, truce) -> None:
    arguments = ("run", truce, "--paths", "300", "--out", "D", "--resume", "--json")
    first = detente(*arguments)
    assert first.code == 0, first.messages
    again = detente(*arguments)
    assert again.code == 0
    assert again.output == first.output
    assert "complete" in again.messages
    other = detente("run", truce, "--paths", "400", "--out", "D", "--resume")
    assert other.code == 2
    assert "another number of paths (300, not 400)" in other.messages


def test_a_damaged_checkpoint_ends_with_1_and_is_left_alone(detente, truce) -> None:
    arguments = ("run", truce, *RUN, "--out", "D", "--checkpoint-every", "0.05s")
    process = detente.start(*arguments)
    while not list(detente.folder.glob("D.checkpoint/paths-*")):
        time.sleep(0.01)
    process.kill()
    process.communicate()
    state = max(detente.folder.glob("D.checkpoint/paths-*"), key=lambda path: int(path.name[6:]))
    content = (state / "forecast.bin").read_bytes()
    (state / "forecast.bin").write_bytes(content[:-20])
    ended = detente(*arguments, "--resume")
    assert ended.code == 1
    assert re.search(r"checkpoint is damaged: .*forecast\.bin. is missing or has been changed; none"
                     r" of it is used; delete .D\.checkpoint.", ended.messages)  # fmt: skip
    assert not (detente.folder / "D").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--checkpoint-every", "60s"], "need --out"),
        (["--resume"], "need --out"),
        (["--out", "D", "--checkpoint-every", "soon"], "written as 60s, 5min or 1h"),
        (["--out", "D", "--checkpoint-every", "0s"], "above 0"),
    ],
)
def test_wrong_arguments_end_with_2(detente, truce, arguments: list[str], words: str) -> None:
    ended = detente("run", truce, "--paths", "50", *arguments)
    assert ended.code == 2
    assert words in ended.messages
