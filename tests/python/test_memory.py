"""Estimates of the memory of a run, against what processes of their own did take."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import detente
from detente import _core
from detente.memory import MemoryEstimate, Part, estimate_memory, size_of, size_text
from detente.merging import PathRange
from detente.ranges import run_options
from detente.simulation import run_terms

MIB = 2**20

MEASURE = """
import json, resource, sys, detente
from pathlib import Path
from detente.memory import estimate_memory
from detente.merging import PathRange
from detente.ranges import run_options
from detente.simulation import run_terms

told = json.loads(sys.argv[1])
scenario = detente.load(told.pop("scenario"))
out = told.pop("out", None)
threads = told.pop("threads")
terms = run_terms(scenario, **told)
options = run_options(terms, PathRange(terms.first_path, terms.n_paths), threads)
estimate = estimate_memory(scenario, options, use="numbers" if out is None else "tables")
forecast = detente.simulate(scenario, **told, threads=threads)
if out is not None:
    forecast.save(out)
status = Path("/proc/self/status")
if status.exists():  # there getrusage counts what the process was before it ran this program too
    lines = status.read_text().splitlines()
    peak = 1024 * int(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
print(json.dumps([estimate.total, peak]))
"""


def options_of(scenario: detente.Scenario, threads: int = 1, **what: Any) -> _core.RunOptions:
    terms = run_terms(scenario, **what)
    return run_options(terms, PathRange(terms.first_path, terms.n_paths), threads)


def parts_of(scenario: detente.Scenario, threads: int = 1, **what: Any) -> _core.MemoryNeed:
    return _core.memory_needed(scenario._core, options_of(scenario, threads, **what))


@pytest.mark.parametrize(
    "told",
    [
        {"scenario": "plain", "paths": 3_000, "threads": 1},
        {"scenario": "truce", "paths": 16_384, "threads": 4, "policies": ["drift"]},
        {"scenario": "truce", "paths": 9_000, "threads": 2, "out": True},
        {"scenario": "truce", "paths": 60_000, "threads": 2, "keep_outcomes": True,
         "policies": ["drift"]},
        {"scenario": "truce", "paths": 2_000, "threads": 1, "keep_paths": 2_000,
         "paths_per_draw": 10},
        {"scenario": "provinces", "paths": 1_500, "threads": 1},
    ],
    ids=["small", "threads", "saved", "readings", "histories", "joint states"],
)  # fmt: skip
def test_the_estimate_bounds_the_peak_to_within_a_factor_of_two(
    told: dict[str, Any], support: Path, tmp_path: Path
) -> None:
    told = {**told, "scenario": str(support / f"{told['scenario']}.yaml")}
    if "out" in told:
        told["out"] = str(tmp_path / "out")
    command = [sys.executable, "-c", MEASURE, json.dumps(told)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    estimate, peak = json.loads(done.stdout)
    assert peak <= estimate <= 2 * peak, (estimate / MIB, peak / MIB)


def test_what_is_kept_of_single_paths_is_counted_to_the_byte(truce: detente.Scenario) -> None:
    n_columns = len(truce.policies) * (len(truce.outcomes) + 1) + len(truce.parameters)
    need = parts_of(truce, paths=10**7, keep_outcomes=True)
    assert need.readings == 8 * 10**7 * n_columns
    assert parts_of(truce, paths=10**7).readings == 0


def test_memory_grows_with_what_it_is_told_to_grow_with(truce: detente.Scenario) -> None:
    one = parts_of(truce, paths=10**6, policies="drift")
    assert parts_of(truce, paths=10**9, policies="drift").total() == one.total()
    three = parts_of(truce, paths=10**6)
    assert three.summaries == 3 * one.summaries
    assert three.block < 1.5 * one.block
    eight = parts_of(truce, threads=8, paths=10**6, policies="drift")
    assert eight.threads == 8
    assert eight.block == one.block
    assert parts_of(truce, threads=64, paths=600, policies="drift").threads == 3
    kept = parts_of(truce, paths=10**6, policies="drift", keep_paths=1_000)
    assert parts_of(truce, paths=10**6, policies="drift", keep_paths=500).histories == (
        kept.histories // 2
    )


def test_a_path_that_fails_does_not_fail_the_estimate() -> None:
    scenario = detente.Scenario.from_yaml(
        "detente: 1\ntitle: t\ntime: {horizon: 5, step: 1, report: 1}\n"
        "chains: {c: {start: a, states: [a, b], transitions: [{name: go, from: a, to: b, "
        "hazard: 2 - time}]}}\noutcomes: {b: {probability: eventually(c == b)}}\n"
    )
    assert estimate_memory(scenario, options_of(scenario, paths=100)).total > 0


def test_a_run_that_may_take_too_much_is_refused_with_what_to_lower(
    truce: detente.Scenario,
) -> None:
    told: list[int] = []
    with pytest.raises(
        detente.ArgumentError,
        match=r"may take [\d,.]+ GiB of memory, more than the 954 MiB allowed: [\d,.]+ GiB for "
        "the readings of every path .fewer paths or policies",
    ):
        detente.simulate(
            truce, paths=10**9, keep_outcomes=True, max_memory="1GB",
            progress=lambda *args: told.append(args[0]),
        )  # fmt: skip
    assert told == []
    assert detente.simulate(truce, paths=100, max_memory="8GiB").n_paths == 100
    with pytest.raises(detente.ArgumentError, match="about this process; `dask worker --memory"):
        detente.simulate(truce, paths=100, max_memory="8GiB", client=object())  # type: ignore[arg-type]


def test_parts_that_nobody_can_lower_are_not_told() -> None:
    estimate = MemoryEstimate(
        (Part("what is loaded", 90, ""), Part("blocks", 12, "fewer"), Part("sums", 1, "fewer"))
    )
    estimate.check(103)
    with pytest.raises(detente.ArgumentError, match=r"allowed: 0 MiB for blocks \(fewer\)$"):
        estimate.check(102)


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "0", "2 apples", "1e9", "nan", "0.1B"])
def test_a_wrong_size_is_refused(text: str) -> None:
    with pytest.raises(detente.ArgumentError, match="a size is written as 500MB"):
        size_of(text)


def test_sizes_are_read_as_they_are_written() -> None:
    assert [size_of(text) for text in ("12", "12B", "3kB", "3 KiB", "3k", "1.5TB", ".5g")] == [
        12, 12, 3_000, 3_072, 3_072, 1_500_000_000_000, 2**29,
    ]  # fmt: skip
    assert size_text(1_500 * MIB) == "1.5 GiB"
