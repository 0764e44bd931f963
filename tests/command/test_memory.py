from __future__ import annotations

import os
import subprocess
import sys


def peak_memory_kib(n_paths: int) -> int:
    """Of a run in a process of its own."""
    command = [sys.executable, "-m", "detente", "run", "korea-1953", "--json"]
    command += ["--paths", str(n_paths), "--seed", "1", "--threads", "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss


def test_memory_does_not_grow_with_the_number_of_paths():
    few, many = peak_memory_kib(40_000), peak_memory_kib(120_000)
    assert many < 1.1 * few
