"""Measure everything: run.py, events.py and scaling.py, one after another.

usage: python tests/benchmark/all.py [--rounds 5]

Prints what they print. Exit code 1 where any of them fails.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from contenders import python

PARTS = ("run.py", "events.py", "scaling.py")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    failed = False
    for part in PARTS:
        print(f"\n=== {part}\n", flush=True)
        command = [*python(part), "--rounds", str(arguments.rounds)]
        failed |= subprocess.run(command, check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
