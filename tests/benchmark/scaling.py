"""How detente's speed changes with threads, paths, steps and instruction sets, on truce.yaml.

usage: python tests/benchmark/scaling.py [--rounds 5] [--threads 1 2] [--large]

Threads are compared by wall time, all else by processor time on one thread; figures are medians
over rounds in which the variants take turns, three times as many for numbers of paths, since the
shortest run takes milliseconds. With each instruction set the plain C++ programs are
run too, compiled for it. `--large` goes on to 10^7 paths, which takes many minutes.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from contenders import (
    HERE,
    Program,
    compiled,
    instruction_set,
    levels,
    measure_in_turn,
    print_row,
    python,
)

import detente

HORIZON = 10
N_STEPS = 520
TRUCE = (HERE / "truce.yaml").read_text()


def play(scenario: detente.Scenario, paths: int, clock: Callable[[], float], threads: int) -> float:
    """Seconds of one run by `clock`."""
    began = clock()
    detente.simulate(scenario, paths=paths, seed=1, threads=threads)
    return clock() - began


def with_steps(n_steps: int) -> detente.Scenario:
    """The scenario on a grid of so many steps."""
    text, replaced = re.subn(r"step: [\d.]+", f"step: {HORIZON}/{n_steps}", TRUCE, count=1)
    assert replaced == 1, "truce.yaml names no step"
    return detente.Scenario.from_yaml(text)


def compare_threads(threads: Sequence[int], numbers: Sequence[int], rounds: int) -> None:
    """Wall time on several threads; efficiency is speed-up over number of threads."""
    scenario = detente.Scenario.from_yaml(TRUCE)
    play(scenario, 1000, time.perf_counter, max(threads))
    print("\nthreads: wall time\n")
    widths = (12, 10, 12, 14, 12, 14)
    print_row(("paths", "threads", "seconds", "paths/s", "speed-up", "efficiency"), widths)
    for paths in numbers:
        seconds: dict[int, list[float]] = {n: [] for n in threads}
        for _ in range(rounds):
            for n in threads:
                seconds[n].append(play(scenario, paths, time.perf_counter, n))
        medians = {n: statistics.median(taken) for n, taken in seconds.items()}
        for n, median in medians.items():
            speed_up = medians[threads[0]] / median
            efficiency = f"{speed_up * threads[0] / n:.0%}"
            speed = f"{paths / median:,.0f}"
            cells = (f"{paths:,}", str(n), f"{median:.3f}", speed, f"{speed_up:.2f}", efficiency)
            print_row(cells, widths)


def compare_paths(numbers: Sequence[int], rounds: int) -> None:
    """Cost of a path-step whatever the number of paths; what a run costs before its first shows."""
    scenario = detente.Scenario.from_yaml(TRUCE)
    play(scenario, 1000, time.process_time, 1)
    seconds: dict[int, list[float]] = {n: [] for n in numbers}
    for round_index in range(rounds):
        for paths in numbers:
            # What takes long is steady without repetition; it stands between the others, since a
            # machine drifts.
            if round_index == rounds // 2 or paths <= 100_000:
                seconds[paths].append(play(scenario, paths, time.process_time, 1))
    print("\npaths: one thread\n")
    widths = (12, 12, 16)
    print_row(("paths", "seconds", "ns/path-step"), widths)
    for paths, taken in seconds.items():
        median = statistics.median(taken)
        cells = (f"{median:.3f}", f"{1e9 * median / paths / N_STEPS:.1f}")
        print_row((f"{paths:,}", *cells), widths)


def compare_steps(numbers: Sequence[int], paths: int, rounds: int) -> None:
    """Cost of a path-step whatever the number of steps; firings are spread over more with more."""
    scenarios = {n: with_steps(n) for n in numbers}
    seconds: dict[int, list[float]] = {n: [] for n in numbers}
    for scenario in scenarios.values():
        play(scenario, 1000, time.process_time, 1)
    for _ in range(rounds):
        for n, scenario in scenarios.items():
            seconds[n].append(play(scenario, paths, time.process_time, 1))
    print(f"\nsteps: the same {HORIZON} years, {paths:,} paths, one thread\n")
    widths = (10, 12, 16, 16)
    print_row(("steps", "seconds", "ns/path-step", "us/path"), widths)
    for n, taken in seconds.items():
        median = statistics.median(taken)
        cells = (f"{1e9 * median / paths / n:.1f}", f"{1e6 * median / paths:.1f}")
        print_row((str(n), f"{median:.3f}", *cells), widths)


def compare_sets(paths: int, rounds: int, folder: Path) -> None:
    """Detente and the plain programs, held to each instruction set that the processor has."""
    if not levels():
        print("\ninstruction sets: the processor has none of x86-64-v2 to v4")
        return
    programs: dict[str, list[Program]] = {}
    for level in levels():
        march = f"x86-64-{level}"
        scenario = python("detente_paths.py", HERE / "truce.yaml")
        programs[level] = [
            Program("detente", paths, scenario, {"DETENTE_ISA": level}),
            Program("plain", paths, compiled("plain", folder, march=march)),
            Program(
                "ziggurat", paths, compiled("plain", folder, "-DDETENTE_ZIGGURAT", march=march)
            ),
        ]
    measure_in_turn([one for of_level in programs.values() for one in of_level], rounds, 1)
    print(f"\ninstruction sets: ns/path-step, {paths:,} paths, one thread\n")
    widths = (10, 10, 10, 10, 18, 22, 16)
    heads = ("detente", "plain", "ziggurat", "detente / plain", "detente / ziggurat")
    print_row(("x86-64-", *heads, f"detente / {levels()[0]}"), widths)
    lowest = programs[levels()[0]][0].per_path()
    for level, of_level in programs.items():
        detente_one, plain, ziggurat = (one.per_path() for one in of_level)
        cells = [f"{1e9 * one / N_STEPS:.1f}" for one in (detente_one, plain, ziggurat)]
        cells += [f"{slow / detente_one:.2f}" for slow in (plain, ziggurat, lowest)]
        print_row((level, *cells), widths)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=20_000, help="paths per run")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--large", action="store_true", help="10^6 and 10^7 paths as well")
    arguments = parser.parse_args()

    rounds, paths = arguments.rounds, arguments.paths
    print(instruction_set())
    print(f"{rounds} rounds of truce.yaml; ratios are those of speeds")
    compare_threads(arguments.threads, [paths // 2, 2 * paths, 20 * paths], rounds)
    largest = 8 if arguments.large else 6
    compare_paths([10**exponent for exponent in range(3, largest)], 3 * rounds)
    compare_steps([N_STEPS // 4, N_STEPS // 2, N_STEPS, 2 * N_STEPS], paths, rounds)
    with tempfile.TemporaryDirectory() as folder:
        compare_sets(paths, rounds, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
