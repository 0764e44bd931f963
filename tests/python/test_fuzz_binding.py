"""A short run of the fuzzer, and that it would tell: see fuzz_binding.py for long ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FUZZER = Path(__file__).with_name("fuzz_binding.py")

#: A fuzzer, one of whose cases does what none should.
PLANTED = """
import os, sys, time
sys.path.insert(0, {folder!r})
import fuzz_binding

def play(case):
    if case == 12:
        {deed}

fuzz_binding.MOST_BYTES = 4 << 30
if "--work" in sys.argv:
    fuzz_binding.work(int(sys.argv[3]), int(sys.argv[5]), play)
else:
    from pathlib import Path
    found = fuzz_binding.fuzz(10, 6, 120, script=Path(__file__), most_seconds=3)
    print(found.cases)
"""


def test_a_few_cases_come_to_nothing() -> None:
    done = subprocess.run(
        [sys.executable, str(FUZZER), "--first", "0", "--cases", "40"],
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "40 cases, 0 problems" in done.stdout


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("raise KeyError('no user should see this')", "12 KeyError"),
        ("os.abort()", "12 ends the process with -6"),
        ("time.sleep(100)", "12 hangs"),
        ("while True: pass", "12 hangs"),
        ("bytearray(1 << 42)", "12 MemoryError"),
        ("import warnings; warnings.warn('overflow', RuntimeWarning)", "12 RuntimeWarning"),
    ],
    ids=["exception", "crash", "sleep", "loop", "memory", "warning"],
)
def test_what_should_not_happen_is_told_and_the_next_cases_run(
    tmp_path: Path, deed: str, words: str
) -> None:
    script = tmp_path / "planted.py"
    script.write_text(PLANTED.format(folder=str(FUZZER.parent), deed=deed))
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(words), done.stdout
    assert done.stdout.splitlines()[-1] == "6"


def test_a_case_is_its_number() -> None:
    shown = [
        subprocess.run(
            [sys.executable, str(FUZZER), "--first", "77", "--show"],
            capture_output=True, text=True, check=True,
        ).stdout
        for _ in range(2)
    ]  # fmt: skip
    assert shown[0] == shown[1]
    assert "detente" in shown[0]
