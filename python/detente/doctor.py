"""Whether this installation gives the numbers that it should, and what it consists of."""

from __future__ import annotations

import math
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from detente import _core
from detente.scenario import Scenario, scenario_folder, scenario_names

#: What a report of a defect should contain.
BUG_REPORT = (
    "the output of `detente doctor --json`",
    "the scenario, as small as it can be made",
    "the command or the lines of Python, with the seed",
    "what you expected, and what came instead, with the whole message",
)

# The last packages are optional.
_PACKAGES = ("numpy", "pandas", "xarray", "altair", "rich", "typer", "pyarrow", "h5netcdf")

# Random123, tests/kat_vectors: counter, key, answer.
_PHILOX = (
    ((0, 0, 0, 0), 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, 2**64 - 1, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        0x299F31D0A4093822,
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
)

# An exponential clock and an Ornstein-Uhlenbeck process, whose laws are known.
_KNOWN = """
detente: 1
title: Known answers
time: {horizon: 2, step: 0.5, report: 1}
variables:
  level: {start: 1, reverting: {to: 3, rate: 0.5}, volatility: 0.4}
chains:
  machine:
    start: up
    states: [up, down]
    transitions:
      - {name: failure, from: up, to: down, hazard: 0.5}
outcomes:
  failed: {probability: machine == down}
  level_at_end: {value: level}
"""
_KNOWN_PATHS = 20_000
_KNOWN_SEED = 2024
_CLOSED_FORM = {"failed": 1 - math.exp(-1), "level_at_end": 3 - 2 * math.exp(-1)}
# What this seed gives. Instruction sets differ in the last bits, which moves a rare path at most.
_REFERENCE = {"failed": 0.63455, "level_at_end": 2.2632215305887162}
_REFERENCE_TOLERANCE = 2e-4
_STANDARD_ERRORS = 5


@dataclass(frozen=True)
class Check:
    """One thing that was tried.

    Attributes
    ----------
    name
        What, in words.
    ok
        Whether it is as it should be.
    detail
        What was found; where it is wrong, what to do about it.
    """

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class Examination:
    """What an installation consists of, and how it does.

    Attributes
    ----------
    versions
        Of detente, Python and packages; None for one that is not installed.
    build
        Compiler, kind of build, where the package is.
    machine
        System, processors that may be used, instruction sets.
    checks
        What was tried.
    """

    versions: dict[str, str | None]
    build: dict[str, Any]
    machine: dict[str, Any]
    checks: list[Check]

    @property
    def ok(self) -> bool:
        """Whether every check succeeded."""
        return all(check.ok for check in self.checks)

    def to_json_dict(self) -> dict[str, Any]:
        """What ``detente doctor --json`` prints."""
        return {"ok": self.ok, **asdict(self), "bug_report": list(BUG_REPORT)}


def examine() -> Examination:
    """Look at the installation and try it; takes a second or two."""
    tried: dict[str, Callable[[], str]] = {
        "instruction set": _check_instruction_set,
        "random numbers": _check_random_numbers,
        "known answers": _check_known_answers,
        "threads": _check_threads,
        "saving and opening": _check_storage,
        "shipped scenarios": _check_scenarios,
    }
    checks = [_try(name, check) for name, check in tried.items()]
    return Examination(_versions(), _build(), _machine(), checks)


class _WrongError(Exception):
    """What a check has found to be wrong."""


def _try(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except _WrongError as finding:
        return Check(name, False, str(finding))
    except Exception as error:
        return Check(name, False, f"{type(error).__name__}: {error}")


def _versions() -> dict[str, str | None]:
    from importlib.metadata import PackageNotFoundError, version

    versions: dict[str, str | None] = {
        "detente": _core.__version__,
        "python": platform.python_version(),
    }
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = None
    return versions


def _build() -> dict[str, Any]:
    return {
        "compiler": _core.compiler,
        "type": _core.build_type or "unknown",
        "package": str(Path(__file__).resolve().parent),
        "scenarios": str(scenario_folder()),
    }


def _machine() -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "python": sys.executable,
        "threads": len(os.sched_getaffinity(0)),
        "instruction_sets": _core.instruction_sets(),
        "pinned": os.environ.get("DETENTE_ISA") or None,
    }


def _check_instruction_set() -> str:
    try:
        used = _core.instruction_set()
    except RuntimeError as error:
        raise _WrongError(f"{error}; unset DETENTE_ISA or name one of these") from None
    return f"{used} of {', '.join(_core.instruction_sets())}"


def _check_random_numbers() -> str:
    for counter, key, answer in _PHILOX:
        given = tuple(_core.philox4x32(counter, key))
        if given != answer:
            raise _WrongError(f"Philox4x32-10 gives {given} for counter {counter}, not {answer}")
    return f"{len(_PHILOX)} vectors of Philox4x32-10 as published"


def _check_known_answers() -> str:
    from detente.simulation import simulate

    forecast = simulate(Scenario.from_yaml(_KNOWN), paths=_KNOWN_PATHS, seed=_KNOWN_SEED)
    found = []
    for outcome, exact in _CLOSED_FORM.items():
        estimate = forecast.estimate("baseline", outcome)
        errors = (estimate.estimate - exact) / estimate.standard_error
        if not abs(errors) <= _STANDARD_ERRORS:
            raise _WrongError(
                f"`{outcome}` is {estimate.estimate}, {errors:+.1f} standard errors off its law"
            )
        if not abs(estimate.estimate - _REFERENCE[outcome]) <= _REFERENCE_TOLERANCE:
            raise _WrongError(
                f"`{outcome}` is {estimate.estimate}; this seed should give {_REFERENCE[outcome]}"
            )
        found.append(f"{outcome} {estimate.estimate:.5f} ({errors:+.1f} standard errors)")
    return ", ".join(found)


def _check_threads() -> str:
    from detente.simulation import simulate

    scenario = Scenario.from_yaml(_KNOWN)
    counts = (1, max(2, len(os.sched_getaffinity(0))))
    states = [simulate(scenario, paths=5_000, threads=n)._core.serialize() for n in counts]
    if states[0] != states[1]:
        raise _WrongError(f"{counts[0]} and {counts[1]} threads give different numbers")
    return f"{counts[0]} and {counts[1]} threads give the same bits"


def _check_storage() -> str:
    from detente.simulation import simulate
    from detente.storage import open_forecast

    forecast = simulate(Scenario.from_yaml(_KNOWN), paths=500, keep_outcomes=True)
    with tempfile.TemporaryDirectory() as folder:
        opened = open_forecast(forecast.save(Path(folder) / "forecast"))
        if opened._core.serialize() != forecast._core.serialize():
            raise _WrongError("a saved forecast does not come back as it was")
        return f"a forecast in {Path(folder).parent} comes back as it was"


def _check_scenarios() -> str:
    names = scenario_names()
    if not names:
        raise _WrongError(f"there are none in {scenario_folder()}; install detente again")
    for name in names:
        Scenario.load(name)
    return f"{len(names)} in {scenario_folder()}"
