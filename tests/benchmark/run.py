"""Compare detente with the same model written by hand, in C++ and in NumPy.

usage: python tests/benchmark/run.py [--paths 20000] [--rounds 5] [--without detente]

Each on one thread, interleaved over several rounds, each round with its own seed. Prints paths per
second and nanoseconds per path-step (medians over rounds), their ratios, and whether all agree on
every outcome within Monte Carlo error (|z| < 5 over all rounds). Exit code 1 if they do not. Times
are processor time, so that other programs on the machine disturb them less.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
N_STEPS = 520
LARGEST_Z = 5.0

DETENTE = """
import sys, time
import detente
scenario = detente.Scenario.from_yaml(open(sys.argv[1]).read())
paths, seed = int(sys.argv[2]), int(sys.argv[3])
detente.simulate(scenario, paths=1000, seed=seed, threads=1)
began = time.process_time()
forecast = detente.simulate(scenario, paths=paths, seed=seed, threads=1)
print(f"seconds {time.process_time() - began:.9f}")
for (policy, name), row in forecast.outcomes.iterrows():
    print(f"{name} {row['estimate']:.12g} {row['standard_error'] * row['n'] ** 0.5:.12g}")
"""


@dataclass
class Contender:
    """One program, and what it has printed so far."""

    name: str
    command: list[str]
    paths: int
    seconds: list[float] = field(default_factory=list)
    outcomes: list[dict[str, tuple[float, float]]] = field(default_factory=list)

    def measure(self, seed: int) -> None:
        single = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
        done = subprocess.run(
            [*self.command, str(self.paths), str(seed)],
            env={**os.environ, **single},
            check=True,
            capture_output=True,
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

    def per_path(self) -> float:
        """Median seconds per path."""
        return statistics.median(self.seconds) / self.paths

    def estimate(self, outcome: str) -> tuple[float, float]:
        """Mean over all rounds and its standard error."""
        means = [of_round[outcome][0] for of_round in self.outcomes]
        variances = [of_round[outcome][1] ** 2 for of_round in self.outcomes]
        n = self.paths * len(means)
        return statistics.fmean(means), math.sqrt(statistics.fmean(variances) / n)


def compiled(name: str, folder: Path, *flags: str) -> list[str]:
    """The command that runs `name.cpp`, built with the compiler's best."""
    program = folder / name
    source = HERE / f"{name}.cpp"
    best = ["-std=c++20", "-O3", "-march=native", *flags]
    subprocess.run(["g++", *best, str(source), "-o", str(program)], check=True)
    return [str(program)]


def instruction_set() -> str:
    """Processor, widest x86-64 level, and what detente is pinned to, if anything."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return "instruction set unknown"
    facts = dict(reversed([map(str.strip, line.split(":", 1)) for line in lines if ":" in line]))
    flags = set(facts.get("flags", "").split())
    level = "x86-64"
    if {"sse4_2", "ssse3", "popcnt"} <= flags:
        level = "x86-64-v2"
    if {"avx2", "fma", "bmi2"} <= flags:
        level = "x86-64-v3"
    if {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= flags:
        level = "x86-64-v4"
    pinned = os.environ.get("DETENTE_ISA")
    return f"{facts.get('model name', 'processor')}, {level}" + (
        f", DETENTE_ISA={pinned}" if pinned else ""
    )


def report_speed(contenders: list[Contender]) -> None:
    first = contenders[0]
    heads = ("paths/s", "ns/path-step", "least-most", f"speed / {first.name}")
    print(f"{'program':<10}" + "".join(f"{head:>20}" for head in heads))
    for one in contenders:
        scale = 1e9 / one.paths / N_STEPS
        cells = (
            f"{1.0 / one.per_path():,.0f}",
            f"{1e9 * one.per_path() / N_STEPS:.1f}",
            f"{min(one.seconds) * scale:.1f}-{max(one.seconds) * scale:.1f}",
            f"{first.per_path() / one.per_path():.2f}",
        )
        print(f"{one.name:<10}" + "".join(f"{cell:>20}" for cell in cells))


def report_agreement(contenders: list[Contender]) -> float:
    """Print the estimates side by side; return the largest |z| between any two programs."""
    print(
        f"\n{'outcome':<16}"
        + "".join(f"{one.name:>24}" for one in contenders)
        + f"{'largest |z|':>14}"
    )
    worst = 0.0
    for outcome in contenders[0].outcomes[0]:
        estimates = [one.estimate(outcome) for one in contenders]
        largest = max(
            abs(a - b) / math.hypot(error_a, error_b)
            for i, (a, error_a) in enumerate(estimates)
            for b, error_b in estimates[:i]
        )
        worst = max(worst, largest)
        cells = "".join(f"{mean:>14.5f} ± {error:.5f}" for mean, error in estimates)
        print(f"{outcome:<16}{cells}{largest:>14.2f}")
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=20_000, help="paths per round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first round")
    parser.add_argument(
        "--without", action="append", default=[], choices=["numpy", "detente", "pools"]
    )
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        python = [sys.executable]
        vectorised = ["-ffast-math", "-fopenmp-simd", "-mprefer-vector-width=512"]
        commands = {
            "plain": compiled("plain", Path(folder)),
            "numpy": [*python, str(HERE / "across_paths.py")],
            "detente": [*python, "-c", DETENTE, str(HERE / "truce.yaml")],
            "pools": compiled("partitioned", Path(folder), *vectorised),
        }
        contenders = [
            Contender(name, command, arguments.paths)
            for name, command in commands.items()
            if name not in arguments.without
        ]
        for round_index in range(arguments.rounds):
            for offset, one in enumerate(contenders):
                one.measure(arguments.seed + round_index + 1000 * offset)
    print(instruction_set())
    shape = f"{arguments.rounds} rounds of {arguments.paths} paths of {N_STEPS} steps"
    print(f"{shape}, one thread each\n")
    report_speed(contenders)
    worst = report_agreement(contenders)
    agrees = worst < LARGEST_Z
    verdict = "yes" if agrees else "NO"
    print(f"\nprograms agree: {verdict} (largest |z| {worst:.2f}, allowed {LARGEST_Z})")
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())
