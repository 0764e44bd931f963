"""What a worker of a Dask cluster does: one range of a run."""

from __future__ import annotations

import contextlib
import functools
import time
from typing import Any

from detente import _core
from detente.errors import RunError
from detente.forecast import Forecast
from detente.merging import PathRange
from detente.ranges import RunsHere
from detente.run_terms import RunTerms
from detente.scenario import Scenario


def simulate_range(
    what: dict[str, Any], first_path: int, n_paths: int, stop_name: str
) -> Forecast | None:
    """Run a range on a worker; None when the run was cancelled.

    Parameters
    ----------
    what
        The scenario's text, the terms of the run and the threads to use.
    stop_name
        Of the event that tells that the run was cancelled.

    Raises
    ------
    RunError
        A path fails, or this worker would give other numbers.
    """
    _check_same(what["terms"])
    terms = RunTerms.from_json_dict(what["terms"])
    scenario = _scenario_of(what["scenario"])
    if scenario.hash != terms.scenario_hash:
        raise RunError("a worker reads another scenario from the same text")
    runner = RunsHere(scenario, terms, what["threads"])
    ran = runner.run(PathRange(first_path, n_paths), _Cancelled(stop_name).as_progress)
    if ran.exception is not None:
        raise ran.exception
    return None if ran.stopped else ran.forecast


@functools.lru_cache(maxsize=4)
def _scenario_of(text: str) -> Scenario:
    """One for all tasks of a run: what the core has compiled for it is used again."""
    return Scenario.from_yaml(text, name="<scenario on a worker>")


def _check_same(asked: dict[str, Any]) -> None:
    """Raise unless this process gives the same numbers as that of the client."""
    if _core.__version__ != asked["version"]:
        raise RunError(
            f"a worker has detente {_core.__version__}, and this machine {asked['version']}: "
            "install one version everywhere"
        )
    if _core.instruction_set() != asked["instruction_set"]:
        raise RunError(
            f"a worker computes with the instruction set {_core.instruction_set()}, and this "
            f"machine with {asked['instruction_set']}, which differs in the last bits: set "
            "DETENTE_ISA to one that all have, before the workers start"
        )


class _Cancelled:
    """Asks about once a second whether the run was cancelled."""

    def __init__(self, stop_name: str) -> None:
        self._name = stop_name
        self._asked = time.monotonic()

    def as_progress(self, paths_done: int, n_paths: int, seconds: float) -> bool:  # noqa: ARG002
        """A progress callback: False stops the range."""
        from distributed import Event

        now = time.monotonic()
        if now - self._asked < 1.0:
            return True
        self._asked = now
        # A scheduler that does not answer now is waited for elsewhere.
        with contextlib.suppress(Exception):
            return not Event(self._name).is_set()
        return True
