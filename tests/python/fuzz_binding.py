"""Fuzzes the package as Python sees it: what texts that are nearly scenarios lead to.

A case is a number: its text and its calls are drawn from it, so `--first N --cases 1` plays it
again. Cases run in another process, whose time and memory are bounded; where it dies or hangs, that
is told with the number and the text, and the next case runs in a new one.

    python tests/python/fuzz_binding.py --seconds 60
    python tests/python/fuzz_binding.py --first 123 --cases 1 --show
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import resource
import select
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SUPPORT = Path(__file__).parent / "support"
sys.path.insert(0, str(SUPPORT))

#: Of the processor's time for one case, far more than any takes; or without any of it.
MOST_SECONDS = 30.0
#: Of address space, most of which threads and libraries ask for and do not use.
MOST_BYTES = 6 << 30
#: A process is replaced after so many cases, so that a slow leak is not what ends it.
CASES_OF_A_PROCESS = 500


@dataclass
class Found:
    """What came of the cases."""

    cases: int = 0
    problems: list[str] = field(default_factory=list)

    def tell(self, problem: str) -> None:
        """Keep a problem, and print it: the end may be hours away."""
        self.problems.append(problem)
        print(problem, flush=True)


def text_of(case: int) -> tuple[random.Random, str]:
    """The text of a case, and what decides the rest of it."""
    from scenario_mutations import Mutator, seeds

    source = random.Random(case)
    return source, Mutator(source, seeds()).text()


def play(case: int) -> None:
    """One case; raises where something comes out that should not."""
    from binding_calls import calls

    source, text = text_of(case)
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        calls(source, text, Path(folder))


def work(first: int, n_cases: int, play_case: Callable[[int], None] = play) -> None:
    """Play cases in this process; say of each when it begins, and what came out."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.enable()
    warnings.simplefilter("error")
    for case in range(first, first + n_cases):
        sys.stdout.write(f"begin {case}\n")
        sys.stdout.flush()
        try:
            play_case(case)
        except Exception as error:
            places = traceback.extract_tb((error.__cause__ or error).__traceback__)
            place = f"{Path(places[-1].filename).name}:{places[-1].lineno}" if places else ""
            words = f"{type(error).__name__}: {error} [{place}]".replace("\n", " | ")
            sys.stdout.write(f"problem {case} {words}\n")
    sys.stdout.write("done\n")


def fuzz(
    first: int,
    n_cases: int,
    seconds: float,
    script: Path = Path(__file__),
    most_seconds: float = MOST_SECONDS,
) -> Found:
    """Play so many cases, or for so long; workers are the script itself."""
    found, ends, case = Found(), time.monotonic() + seconds, first
    while case < first + n_cases and time.monotonic() < ends:
        here = min(CASES_OF_A_PROCESS, first + n_cases - case)
        case = _watch(script, case, here, ends, most_seconds, found)
    return found


def _watch(
    script: Path, first: int, n_cases: int, ends: float, most_seconds: float, found: Found
) -> int:
    """Watch a worker to its end; the number of the case after those that it has played."""
    command = [sys.executable, str(script), "--work", "--first", str(first)]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [*command, "--cases", str(n_cases)], stdout=subprocess.PIPE, stderr=errors
        )
        case, is_done, hangs = first - 1, False, False
        for line in _lines(process, most_seconds):
            word, _, rest = line.partition(" ")
            is_done, hangs = word == "done", word == "hangs"
            if word == "problem":
                found.tell(rest)
            elif hangs:
                found.tell(f"{case} hangs")
            elif word == "begin":
                case = int(rest)
                if time.monotonic() > ends:
                    case, is_done = case - 1, True
                    break
        process.kill()
        code = process.wait()
        if not is_done and not hangs:
            errors.seek(0)
            last = errors.read()[-2000:].decode(errors="replace")
            found.tell(f"{case} ends the process with {code}: {last}")
    found.cases += case - first + 1
    return max(case, first) + 1


def _lines(process: subprocess.Popen[bytes], most_seconds: float) -> Iterator[str]:
    """What a process says, line by line, then "hangs" where nothing comes for so long.

    Where others keep the processor busy, a process that makes little headway is waited for.
    """
    assert process.stdout is not None
    pipe, rest, before, used = process.stdout.fileno(), b"", 0.0, 0.0
    while True:
        if not select.select([pipe], [], [], most_seconds)[0]:
            last, used = used, _processor_seconds(process.pid)
            if used - before > most_seconds or used - last < 0.001 * most_seconds:
                yield "hangs"
                return
            continue
        said = os.read(pipe, 65536)
        if not said:
            return
        before = used = _processor_seconds(process.pid)
        *complete, rest = (rest + said).split(b"\n")
        for line in complete:
            yield line.decode()


def _processor_seconds(process: int) -> float:
    """Time that a process has had of the processor; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--cases", type=int, default=10**12)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print the first text and no more")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.show:
        print(text_of(options.first)[1])
        return 0
    if options.work:
        work(options.first, options.cases)
        return 0
    found = fuzz(options.first, options.cases, options.seconds)
    print(f"{found.cases} cases, {len(found.problems)} problems")
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
