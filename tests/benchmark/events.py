"""Compare detente on event-heavy models with GillesPy2's compiled exact simulation.

usage: python tests/benchmark/events.py [--paths 4000] [--rounds 5] [--race-paths 200000]

Four reaction networks, each a scenario in events/ and the same reactions for GillesPy2's SSACSolver
(Gillespie's direct method, generated as C++). Both are exact and on one thread. The solver is built
before anything is timed, once as GillesPy2 builds it, which is without optimisation, and once with
-O3 -march=native; it is asked for the start and the end alone, so that output costs it little.

Prints trajectories and events per second, nanoseconds per event and detente's speed over the
other's (medians over interleaved rounds of processor time), and whether the means at the end agree
(|z| < 5). GillesPy2's main figure is that of its C++ program alone; beside it stands that of the
whole call, which reads the program's output in Python. Without GillesPy2 detente's figures stand
alone. Then detente against a C++ program written by hand on a race of Weibull risks between six
states. Exit code 1 where any two disagree.
"""

from __future__ import annotations

import argparse
import importlib
import os
import resource
import shlex
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
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

# How GillesPy2's program is compiled, by the name of the contender.
BUILDS = {"gillespy2": "", "gillespy2 -O3": "-O3 -march=native"}


@dataclass(frozen=True)
class Network:
    """Reactions, as in the scenario of the same name: change one and you must change both.

    A reaction is its propensity, what it takes and what it gives.
    """

    end: float
    start: dict[str, int]
    reactions: dict[str, tuple[str, dict[str, int], dict[str, int]]]


NETWORKS = {
    "immigration_death": Network(
        20.0,
        {"n": 0},
        {"arrive": ("20", {}, {"n": 1}), "die": ("n", {"n": 1}, {})},
    ),
    "dimerisation": Network(
        10.0,
        {"single": 200, "pairs": 0},
        {
            "bind": ("0.005 * single * (single - 1)", {"single": 2}, {"pairs": 1}),
            "split": ("pairs", {"pairs": 1}, {"single": 2}),
        },
    ),
    "sir": Network(
        10.0,
        {"susceptible": 195, "infected": 5, "recovered": 0},
        {
            "infect": (
                "2.5 * susceptible * infected / 200",
                {"susceptible": 1},
                {"infected": 1},
            ),
            "recover": ("infected", {"infected": 1}, {"recovered": 1}),
        },
    ),
    "lotka_volterra": Network(
        5.0,
        {"prey": 100, "predators": 100},
        {
            "breed": ("prey", {}, {"prey": 1}),
            "hunt": ("0.01 * prey * predators", {"prey": 1}, {"predators": 1}),
            "starve": ("predators", {"predators": 1}, {}),
        },
    ),
}


def children_seconds() -> float:
    """Processor time of the programs that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass
class Gillespie(Contender):
    """GillesPy2's compiled solver; its time is that of the C++ program alone."""

    species: Sequence[str]
    solver: Any
    call_seconds: list[float] = field(default_factory=list, init=False)

    def measure(self, seed: int) -> None:
        program_began, reading_began = children_seconds(), time.process_time()
        trajectories = self.solver.run(number_of_trajectories=self.paths, seed=seed)
        self.seconds.append(children_seconds() - program_began)
        self.call_seconds.append(self.seconds[-1] + time.process_time() - reading_began)
        ends = {
            name: np.array([one[name][-1] for one in trajectories], dtype=float)
            for name in self.species
        }
        self.outcomes.append(
            {f"{name}_end": (end.mean(), end.std(ddof=1)) for name, end in ends.items()}
        )


def reaction_model(library: ModuleType, name: str, network: Network) -> Any:
    """A network as a model of GillesPy2."""
    model = library.Model(name=name)
    species = {one: library.Species(one, initial_value=n) for one, n in network.start.items()}
    model.add_species(list(species.values()))
    model.add_reaction(
        [
            library.Reaction(
                name=reaction,
                propensity_function=propensity,
                reactants={species[one]: n for one, n in takes.items()},
                products={species[one]: n for one, n in gives.items()},
            )
            for reaction, (propensity, takes, gives) in network.reactions.items()
        ]
    )
    model.timespan(library.TimeSpan(np.array([0.0, network.end])))
    return model


def compiler_with(flags: str, folder: Path) -> str:
    """A search path on which g++ compiles with `flags` besides its own, and scons is found."""
    compiler = folder / "g++"
    compiler.write_text(f'#!/bin/sh\nexec {shlex.quote(shutil.which("g++"))} {flags} "$@"\n')
    compiler.chmod(0o755)
    return os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])


def gillespies(name: str, paths: int, folder: Path) -> list[Contender]:
    """GillesPy2's solver of a network in every build, compiled and tried."""
    library = importlib.import_module("gillespy2")
    network = NETWORKS[name]
    built: list[Contender] = []
    search_path = os.environ["PATH"]
    for label, flags in BUILDS.items():
        place = folder / f"{name} {label}".replace(" ", "_")
        place.mkdir()
        os.environ["PATH"] = compiler_with(flags, place)
        solver = library.SSACSolver(
            reaction_model(library, name, network), output_directory=place / "build", variable=False
        )
        os.environ["PATH"] = search_path
        solver.run(number_of_trajectories=10, seed=1)
        built.append(Gillespie(label, paths, list(network.start), solver))
    return built


def report_network(name: str, contenders: Sequence[Contender], widths: Sequence[int]) -> None:
    """Rows of the table; detente is first, and has counted the events for all."""
    detente = contenders[0]
    n_events = sum(detente.estimate(event)[0] for event in NETWORKS[name].reactions)
    for one in contenders:
        per_event = one.per_path() / n_events
        whole = "-"
        if isinstance(one, Gillespie):
            whole = f"{statistics.median(one.call_seconds) / one.paths / n_events * 1e9:.1f}"
        cells = (
            f"{n_events:,.0f}",
            f"{1.0 / one.per_path():,.0f}",
            f"{1e-6 / per_event:.2f}",
            f"{1e9 * per_event:.1f}",
            whole,
            f"{one.per_path() / detente.per_path():.2f}",
        )
        print_row((f"{name}, {one.name}", *cells), widths)


def compare_networks(paths: int, rounds: int, seed: int, folder: Path) -> float:
    """Print the table of the networks; return the largest |z|."""
    has_gillespy = is_installed("gillespy2")
    widths = (34, 13, 16, 15, 10, 16, 17)
    print(f"{rounds} rounds of {paths} trajectories, one thread each\n")
    heads = (
        "events/path",
        "trajectories/s",
        "10^6 events/s",
        "ns/event",
        "ns, whole call",
        "detente's / its",
    )
    print_row(("network, program", *heads), widths)
    players = {}
    for name in NETWORKS:
        command = python("detente_paths.py", HERE / "events" / f"{name}.yaml")
        contenders: list[Contender] = [Program("detente", paths, command)]
        if has_gillespy:
            contenders += gillespies(name, paths, folder)
        measure_in_turn(contenders, rounds, seed)
        report_network(name, contenders, widths)
        players[name] = contenders
    return report_means(players) if has_gillespy else 0.0


def report_means(players: dict[str, list[Contender]]) -> float:
    """Print the means at the end side by side; return the largest |z|."""
    print()
    names = ("detente", *BUILDS)
    widths = (34, *(22 for _ in names), 13)
    print_row(("mean at the end", *names, "largest |z|"), widths)
    worst = 0.0
    for name, contenders in players.items():
        for species in NETWORKS[name].start:
            outcome = f"{species}_end"
            largest = largest_z(contenders, outcome)
            worst = max(worst, largest)
            estimates = (one.estimate(outcome) for one in contenders)
            cells = (f"{mean:.3f} ± {error:.3f}" for mean, error in estimates)
            print_row((f"{name}, {outcome}", *cells, f"{largest:.2f}"), widths)
    return worst


def compare_race(paths: int, rounds: int, seed: int, folder: Path) -> float:
    """Print the table of the Weibull race; return |z|."""
    command = python("detente_paths.py", HERE / "events" / "race.yaml")
    contenders = [
        Program("detente", paths, command),
        Program("C++ by hand", paths, compiled("race", folder)),
    ]
    measure_in_turn(contenders, rounds, seed)
    widths = (34, 18, 22, 17)
    print(f"\nrace of Weibull risks between six states, {rounds} rounds of {paths} trajectories\n")
    print_row(("program", "trajectories/s", "P(f at the end)", "detente's / its"), widths)
    for one in contenders:
        share, error = one.estimate("f_end")
        ratio = one.per_path() / contenders[0].per_path()
        cells = (f"{1.0 / one.per_path():,.0f}", f"{share:.5f} ± {error:.5f}", f"{ratio:.2f}")
        print_row((one.name, *cells), widths)
    return largest_z(contenders, "f_end")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=4_000, help="trajectories per round")
    parser.add_argument("--race-paths", type=int, default=200_000, help="the same, of the race")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first round")
    arguments = parser.parse_args()

    print(instruction_set())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rounds, seed = arguments.rounds, arguments.seed
        worst = compare_networks(arguments.paths, rounds, seed, folder)
        worst = max(worst, compare_race(arguments.race_paths, rounds, seed, folder))
    return report_verdict(worst)


if __name__ == "__main__":
    sys.exit(main())
