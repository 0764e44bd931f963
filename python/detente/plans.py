"""Plans of batches: which scenarios are run with which seeds and changes, crossed into jobs."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente import _core
from detente.errors import ScenarioError
from detente.run_terms import RunTerms
from detente.scenario import Scenario, find_scenario, scenario_names
from detente.simulation import run_terms


@dataclass(frozen=True)
class Job:
    """One run of a batch.

    Attributes
    ----------
    name
        Of its folder; says scenario, changes and seed.
    source
        The scenario as the plan names it.
    scenario
        With its changes.
    parameters, levers
        The changes: numbers, or priors as YAML.
    settings
        What :func:`detente.simulate` is given.
    """

    name: str
    source: str
    scenario: Scenario
    parameters: dict[str, float | str]
    levers: dict[str, float | str]
    settings: dict[str, Any]

    @property
    def terms(self) -> RunTerms:
        """What its numbers depend on."""
        return run_terms(self.scenario, **self.settings)


@dataclass(frozen=True)
class Plan:
    """A plan that was read, and its jobs."""

    title: str
    jobs: list[Job]


def read_plan(path: str | os.PathLike[str]) -> Plan:
    """Read a plan and the scenarios that it names, and cross all into jobs.

    Raises
    ------
    ScenarioError
        The plan is wrong, or a scenario is, or does not have what the plan names.
    """
    plan = _core.load_plan(os.fspath(path))
    scenarios = _scenarios(plan, Path(path).parent)
    problems = [item for scenario in scenarios for item in plan.misfits(scenario._core)]
    if problems:
        unique = list(dict.fromkeys(problems))
        raise ScenarioError("\n".join(item.text for item in unique), unique)
    jobs = [
        job
        for item, scenario in zip(plan.scenarios, scenarios, strict=True)
        for job in _jobs(plan, item.text, scenario)
    ]
    return Plan(plan.title, _apart(jobs))


def _scenarios(plan: _core.Plan, folder: Path) -> list[Scenario]:
    """Those of a plan: files beside it, or shipped ones by name."""
    found, problems = [], []
    for index, item in enumerate(plan.scenarios):
        beside = folder / item.text
        try:
            file = beside if beside.is_file() else find_scenario(item.text)
        except FileNotFoundError:
            problems.append(plan.unknown_scenario(index, scenario_names()))
        else:
            found.append(Scenario.load(file))
    if problems:
        raise ScenarioError("\n".join(item.text for item in problems), problems)
    return found


def _jobs(plan: _core.Plan, source: str, scenario: Scenario) -> Iterator[Job]:
    for parameters in _crossed(plan.parameters):
        for levers in _crossed(plan.levers):
            changed = _changed(scenario, parameters, levers)
            for seed, paths in itertools.product(plan.seeds, plan.paths):
                parts = [
                    Path(source).stem,
                    *_parts(plan.parameters, parameters),
                    *_parts(plan.levers, levers),
                    f"seed={seed}",
                    *([f"paths={paths}"] if len(plan.paths) > 1 else []),
                ]
                settings = {
                    "paths": paths,
                    "seed": int(seed),
                    "policies": [item.text for item in plan.policies] or None,
                    "paths_per_draw": plan.paths_per_draw,
                    "sobol": plan.sobol,
                    "keep_paths": plan.keep_paths,
                    "keep_outcomes": plan.keep_outcomes,
                }
                name = re.sub(r"[^\w.=+-]", "-", "_".join(parts))
                yield Job(name, source, changed, parameters, levers, settings)


def _crossed(changes: list[_core.PlanChange]) -> Iterator[dict[str, float | str]]:
    """Every choice of one value for each."""
    names = [change.name for change in changes]
    for values in itertools.product(*(change.values for change in changes)):
        yield dict(zip(names, values, strict=True))


def _changed(
    scenario: Scenario, parameters: dict[str, float | str], levers: dict[str, float | str]
) -> Scenario:
    if not parameters and not levers:
        return scenario
    overrides = _core.Overrides()
    overrides.parameters = parameters
    overrides.levers = {name: float(value) for name, value in levers.items()}
    return Scenario(_core.parse(scenario.to_yaml(), scenario._core.name, overrides))


def _parts(changes: list[_core.PlanChange], chosen: dict[str, float | str]) -> Iterator[str]:
    """What a job's name says of its changes; a prior is told by its number in the plan."""
    for change in changes:
        value = chosen[change.name]
        if isinstance(value, str):
            yield f"{change.name}=prior{change.values.index(value) + 1}"
        else:
            yield f"{change.name}={value:g}"


def _apart(jobs: list[Job]) -> list[Job]:
    """The jobs with names that differ: scenarios of two folders may have one file name."""
    seen: dict[str, int] = {}
    named = []
    for job in jobs:
        number = seen[job.name] = seen.get(job.name, 0) + 1
        name = job.name if number == 1 else f"{job.name}_{number}"
        named.append(Job(name, job.source, job.scenario, job.parameters, job.levers, job.settings))
    return named
