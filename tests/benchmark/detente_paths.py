"""Play a scenario with detente on one thread.

usage: python detente_paths.py SCENARIO PATHS SEED; prints as plain.cpp does.

Reading the scenario is not timed, nor is what a first call sets up: some paths are played before.
"""

from __future__ import annotations

import sys
import time

import detente


def main() -> None:
    scenario = detente.load(sys.argv[1])
    paths, seed = int(sys.argv[2]), int(sys.argv[3])
    detente.simulate(scenario, paths=1000, seed=seed, threads=1)
    began = time.process_time()
    forecast = detente.simulate(scenario, paths=paths, seed=seed, threads=1)
    print(f"seconds {time.process_time() - began:.9f}")
    for (_, name), row in forecast.outcomes.iterrows():
        print(f"{name} {row['estimate']:.12g} {row['standard_error'] * row['n'] ** 0.5:.12g}")


if __name__ == "__main__":
    main()
