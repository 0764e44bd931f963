"""Compare detente with the same model written by hand, in C++, Numba, JAX and NumPy.

usage: python tests/benchmark/run.py [--paths 20000] [--rounds 5] [--without jax] ...

Each on one thread, interleaved over several rounds, each round with its own seed. Prints paths per
second and nanoseconds per path-step (medians over rounds), speeds relative to plain C++ with the
standard library's normals and with a ziggurat, and whether all agree on every outcome within Monte
Carlo error (|z| < 5 over all rounds). Exit code 1 if they do not. Times are processor time, so that
other programs on the machine disturb them less.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from contenders import (
    HERE,
    Contender,
    Program,
    compiled,
    instruction_set,
    is_installed,
    largest_z,
    measure_in_turn,
    print_row,
    python,
    report_verdict,
)

N_STEPS = 520
# What the others are measured by, and so always runs.
REFERENCES = ("plain", "ziggurat")
OPTIONAL = ("numba", "jax", "numpy", "pools", "detente")


def commands(names: Sequence[str], folder: Path) -> dict[str, list[str]]:
    """How each of the programs is run; what is to be compiled goes to `folder`."""
    vectorised = ("-ffast-math", "-fopenmp-simd", "-mprefer-vector-width=512")
    builders = {
        "plain": lambda: compiled("plain", folder),
        "ziggurat": lambda: compiled("plain", folder, "-DDETENTE_ZIGGURAT"),
        "numba": lambda: python("numba_paths.py"),
        "jax": lambda: python("jax_paths.py"),
        "numpy": lambda: python("across_paths.py"),
        "pools": lambda: compiled("partitioned", folder, *vectorised),
        "detente": lambda: python("detente_paths.py", HERE / "truce.yaml"),
    }
    return {name: builders[name]() for name in names}


def report_speed(contenders: Sequence[Contender]) -> None:
    references = [one for one in contenders if one.name in REFERENCES]
    heads = ("paths/s", "ns/path-step", "least-most", *(f"/ {one.name}" for one in references))
    widths = (10, 12, 15, 16, *(13 for _ in references))
    print_row(("program", *heads), widths)
    for one in contenders:
        scale = 1e9 / one.paths / N_STEPS
        cells = (
            f"{1.0 / one.per_path():,.0f}",
            f"{1e9 * one.per_path() / N_STEPS:.1f}",
            f"{min(one.seconds) * scale:.1f}-{max(one.seconds) * scale:.1f}",
            *(f"{reference.per_path() / one.per_path():.2f}" for reference in references),
        )
        print_row((one.name, *cells), widths)


def report_agreement(contenders: Sequence[Contender]) -> float:
    """Print the estimates side by side; return the largest |z| between any two programs."""
    widths = (14, *(20 for _ in contenders), 13)
    print()
    print_row(("outcome", *(one.name for one in contenders), "largest |z|"), widths)
    worst = 0.0
    for outcome in contenders[0].outcomes[0]:
        largest = largest_z(contenders, outcome)
        worst = max(worst, largest)
        estimates = [one.estimate(outcome) for one in contenders]
        cells = (f"{mean:.4f} ± {error:.4f}" for mean, error in estimates)
        print_row((outcome, *cells, f"{largest:.2f}"), widths)
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=20_000, help="paths per round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first round")
    parser.add_argument(
        "--without", action="append", default=[], choices=OPTIONAL, help="may be repeated"
    )
    arguments = parser.parse_args()

    print(instruction_set())
    wanted = [name for name in OPTIONAL if name not in arguments.without]
    names = [name for name in wanted if name not in ("numba", "jax") or is_installed(name)]
    with tempfile.TemporaryDirectory() as folder:
        contenders = [
            Program(name, arguments.paths, command)
            for name, command in commands([*REFERENCES, *names], Path(folder)).items()
        ]
        measure_in_turn(contenders, arguments.rounds, arguments.seed)
    shape = f"{arguments.rounds} rounds of {arguments.paths} paths of {N_STEPS} steps"
    print(f"{shape}, one thread each; the last columns are speeds relative to the two plain ones\n")
    report_speed(contenders)
    return report_verdict(report_agreement(contenders))


if __name__ == "__main__":
    sys.exit(main())
