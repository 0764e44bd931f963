from __future__ import annotations

import os
import resource
import subprocess
import sys

import pytest


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


def test_a_run_that_may_take_too_much_is_refused_before_it_starts(detente, truce):
    for arguments in (
        ("run", truce, "--paths", "1000000000", "--out", "D", "--keep-outcomes"),
        ("compare", truce, "--paths", "1000000000"),
    ):
        ended = detente(*arguments, "--max-memory", "2GB")
        assert ended.code == 2
        assert "more than the 1.9 GiB allowed" in ended.messages
        assert "for the readings of every path" in ended.messages
        assert list(detente.folder.iterdir()) == []
    ended = detente("run", truce, "--paths", "500", "--json", "--max-memory", "2GB")
    assert ended.code == 0, ended.messages
    assert ended.json["paths"] == 500
    ended = detente("run", truce, "--max-memory", "2GB", "--dask", "tcp://h:1")
    assert ended.code == 2
    assert "--memory-limit" in ended.messages


def test_a_job_that_may_take_too_much_fails_and_the_others_run(detente, truce):
    plan = detente.folder / "plan.yaml"
    plan.write_text(
        f"detente: 1\nscenarios: {truce}\npaths: [500, 100000000]\nkeep_outcomes: true\n"
    )
    ended = detente("batch", plan, "--out", "B", "--max-memory", "2GB")
    assert ended.code == 1
    assert "1 of 2 jobs are complete, 1 failed" in ended.messages
    assert "more than the 1.9 GiB allowed" in ended.messages


@pytest.mark.parametrize("gigabytes", [2, 4])
def test_memory_that_runs_out_ends_with_1_and_leaves_nothing(detente, truce, gigabytes):
    limit = gigabytes * 10**9
    ended = detente(
        "run", truce, "--paths", "1000000000", "--keep-outcomes", "--out", "D", "--json",
        "--threads", "2", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert ended.code == 1
    assert ended.messages.startswith("detente: memory ran out; fewer paths")
    assert "Traceback" not in ended.messages
    assert ended.output == ""
    assert list(detente.folder.iterdir()) == []
