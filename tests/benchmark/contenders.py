"""The programs that are compared: how each is built and run, and whether they agree."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

HERE = Path(__file__).resolve().parent
LARGEST_Z = 5.0
# The flags of /proc/cpuinfo that tell the x86-64 levels apart, by detente's name for each.
LEVELS = {
    "v2": {"sse4_2", "ssse3", "popcnt"},
    "v3": {"avx2", "fma", "bmi2"},
    "v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
}


@dataclass
class Contender:
    """Something that plays a model, and what it has given so far."""

    name: str
    paths: int
    seconds: list[float] = field(default_factory=list, init=False)
    outcomes: list[dict[str, tuple[float, float]]] = field(default_factory=list, init=False)

    def measure(self, seed: int) -> None:
        """Play one round: add its processor time, and mean and deviation of each outcome."""
        raise NotImplementedError

    def per_path(self) -> float:
        """Median seconds per path."""
        return statistics.median(self.seconds) / self.paths

    def estimate(self, outcome: str) -> tuple[float, float]:
        """Mean over all rounds and its standard error."""
        means = [of_round[outcome][0] for of_round in self.outcomes]
        variances = [of_round[outcome][1] ** 2 for of_round in self.outcomes]
        n = self.paths * len(means)
        return statistics.fmean(means), math.sqrt(statistics.fmean(variances) / n)


@dataclass
class Program(Contender):
    """A command that takes the number of paths and a seed, and prints as plain.cpp does."""

    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)

    def measure(self, seed: int) -> None:
        single = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
        done = subprocess.run(
            [*self.command, str(self.paths), str(seed)],
            env={**os.environ, **single, **self.environment},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        outcomes = {}
        for line in done.stdout.splitlines():
            name, *values = line.split()
            if name == "seconds":
                self.seconds.append(float(values[0]))
            else:
                outcomes[name] = (float(values[0]), float(values[1]))
        self.outcomes.append(outcomes)


def measure_in_turn(contenders: Sequence[Contender], rounds: int, seed: int) -> None:
    """Play all in every round, each with a seed of its own, so that slow spells hit all alike."""
    for round_index in range(rounds):
        for offset, one in enumerate(contenders):
            one.measure(seed + round_index + 1000 * offset)


def largest_z(contenders: Sequence[Contender], outcome: str) -> float:
    """Largest difference of an outcome between any two, in standard errors of the difference."""
    largest = 0.0
    for first, second in combinations((one.estimate(outcome) for one in contenders), 2):
        difference = abs(first[0] - second[0])
        if difference > 0.0:
            error = math.hypot(first[1], second[1])
            largest = max(largest, difference / error if error > 0.0 else math.inf)
    return largest


def report_verdict(worst: float) -> int:
    """Say whether the programs agree; the exit code."""
    agrees = worst < LARGEST_Z
    verdict = "yes" if agrees else "NO"
    print(f"\nprograms agree: {verdict} (largest |z| {worst:.2f}, allowed {LARGEST_Z})")
    return 0 if agrees else 1


def compiled(name: str, folder: Path, *flags: str, march: str = "native") -> list[str]:
    """The command that runs `name.cpp`, built with the compiler's best."""
    source = HERE / f"{name}.cpp"
    program = folder / "-".join([name, march, *(flag.strip("-") for flag in flags)])
    best = ["-std=c++20", "-O3", f"-march={march}", *flags]
    subprocess.run(["g++", *best, str(source), "-o", str(program)], check=True)
    return [str(program)]


def python(script: str, *arguments: Path) -> list[str]:
    """The command that runs a script of this folder with this interpreter."""
    return [sys.executable, str(HERE / script), *map(str, arguments)]


def is_installed(package: str) -> bool:
    """Whether a package can be imported; says so where it cannot."""
    tried = subprocess.run([sys.executable, "-c", f"import {package}"], capture_output=True)
    if tried.returncode != 0:
        print(f"{package}: not installed; pip install 'detente[benchmark]'")
    return tried.returncode == 0


def processor() -> dict[str, str]:
    """The facts that the system tells of its first processor; nothing where it tells none."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return {}
    return dict(
        reversed([list(map(str.strip, line.split(":", 1))) for line in lines if ":" in line])
    )


def levels() -> list[str]:
    """The x86-64 levels that the processor has, lowest first, by detente's names."""
    flags = set(processor().get("flags", "").split())
    return [level for level, needed in LEVELS.items() if needed <= flags]


def instruction_set() -> str:
    """Processor, widest x86-64 level, and what detente is pinned to, if anything."""
    facts = processor()
    if not facts:
        return "instruction set unknown"
    widest = "-".join(["x86-64", *levels()[-1:]])
    pinned = os.environ.get("DETENTE_ISA")
    name = facts.get("model name", "processor")
    return f"{name}, {widest}" + (f", DETENTE_ISA={pinned}" if pinned else "")


def print_row(cells: Iterable[str], widths: Sequence[int]) -> None:
    """One row of a table: the first cell to the left, the others to the right."""
    first, *others = cells
    line = f"{first:<{widths[0]}}"
    print(line + "".join(f"{cell:>{w}}" for cell, w in zip(others, widths[1:], strict=True)))
