"""What the fuzzer calls with a text: most of the package, from reading it to merging its results.

Only errors that the documentation names may come out. Those that a step may raise stand with it.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import detente
from detente.plans import read_plan

#: A run is stopped after so many seconds, unless it ends before.
MOST_SECONDS = 0.3
#: Scenarios whose paths would take longer are read and written, not run.
MOST_STEPS = 3_000
MOST_MEMORY = "1GB"


class UnexpectedError(Exception):
    """Something came out that no user should see."""


def calls(source: random.Random, text: str, folder: Path) -> None:
    """Call the package with a text in a folder of its own.

    Raises
    ------
    UnexpectedError
        What came out is no error of detente that is allowed there.
    """
    file = folder / "scenario.yaml"
    file.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    scenario = _attempt("load", lambda: detente.load(file), detente.ScenarioError)
    _attempt("from_yaml", lambda: detente.Scenario.from_yaml(text), detente.ScenarioError)
    if scenario is None:
        return
    again = detente.Scenario.from_yaml(scenario.to_yaml())
    _require(again.to_yaml() == scenario.to_yaml(), "writing and reading changes the text")
    _require(again.hash == scenario.hash, "writing and reading changes the hash")
    for what in SCENARIO_PARTS:
        _attempt(what, lambda what=what: getattr(scenario, what))
    _attempt("html of a scenario", scenario._repr_html_)
    _attempt("changes", lambda: _changed(source, scenario), detente.ScenarioError)
    if scenario.horizon / scenario.step > MOST_STEPS or len(scenario.policies) > 20:
        return
    _run(source, scenario, folder)
    _plan(source, file, folder)


SCENARIO_PARTS = (
    *("title", "description", "warnings", "start", "policies", "policy_descriptions", "chains"),
    *("state_colors", "utility", "parameters", "levers", "variables", "outcomes", "sources"),
    *("included_files",),
)


def _changed(source: random.Random, scenario: detente.Scenario) -> None:
    """Other values for what is there, and for what is not."""
    values = [0, 1.5, -1, 1e300, {"normal": {"mean": 0, "sd": 1}}, {"uniform": {}}]
    parameters = [*scenario.parameters.index, "nobody"]
    scenario.with_(parameters={source.choice(parameters): source.choice(values)})
    levers = [*scenario.levers.index, "nobody"]
    scenario.with_(levers={source.choice(levers): source.choice([0, 1, -5.5, 1e300])})


def _options(source: random.Random, scenario: detente.Scenario) -> dict[str, Any]:
    """Arguments of a run: mostly sensible, now and then not."""
    odd = source.random() < 0.15
    options: dict[str, Any] = {
        "paths": source.choice([1, 2, 7, 40, 300]),
        "seed": source.choice([0, 1, -1, 2**64, -(10**30)]),
        "threads": source.choice([None, 1, 2, 5]),
        "keep_outcomes": source.random() < 0.5,
        "keep_paths": source.choice([0, 1, 10**6]),
        "paths_per_draw": source.choice([1, 1, 3, 10**6]),
        "first_path": source.choice([0, 0, 5, 2**40]),
    }
    if source.random() < 0.5:
        options["policies"] = [source.choice(scenario.policies)]
    if odd:
        name = source.choice(list(options))
        values = [-1, 2**64, 2**70, "x", 1.5, None, [], float("nan"), ["a", "a"], ""]
        options[name] = source.choice(values)
    return options


def _run(source: random.Random, scenario: detente.Scenario, folder: Path) -> None:
    options = _options(source, scenario)
    ends = time.monotonic() + MOST_SECONDS
    errors = (detente.RunError, detente.ArgumentError)
    forecast = _attempt(
        "simulate",
        lambda: detente.simulate(
            scenario, **options, max_memory=MOST_MEMORY,
            progress=lambda *_: time.monotonic() < ends,
        ),
        *errors, TypeError,
    )  # fmt: skip
    number = source.choice([0, 3, 2**40])
    _attempt("trace", lambda: scenario.trace(number, seed=1)._repr_html_(), *errors)
    if source.random() < 0.1:
        _attempt("explain", lambda: repr(scenario.explain()), *errors)
    if forecast is not None:
        _read(source, forecast)
        _save(source, forecast, folder)
        if not forecast.partial:
            _merge(source, scenario, options)


def _read(source: random.Random, forecast: detente.Forecast) -> None:
    """Everything that a forecast tells."""
    for what, read in _accessors(source, forecast):
        _attempt(what, read, detente.ArgumentError, detente.RunError)


def _accessors(
    source: random.Random, forecast: detente.Forecast
) -> Iterator[tuple[str, Callable[[], Any]]]:
    scenario = forecast.scenario
    names = [*scenario.outcomes.index, "utility", "nobody"]
    yield "outcomes", lambda: forecast.outcomes.to_csv()
    yield "JSON", lambda: json.dumps(forecast.to_json_dict(), allow_nan=False)
    yield "text", lambda: repr(forecast)
    yield "outcome columns", lambda: forecast.outcome_columns
    yield "parameter draws", lambda: forecast.parameter_draws
    yield "paths", lambda: forecast.paths
    yield "dataset", forecast.dataset
    for name in source.sample(names, min(3, len(names))):
        yield f"incidence of {name}", lambda name=name: forecast.incidence(name)
        yield f"hazard of {name}", lambda name=name: forecast.hazard(name)
    for chain in [*scenario.chains, "nobody"][:3]:
        yield f"occupancy of {chain}", lambda chain=chain: forecast.occupancy(chain)
    for variable in [*scenario.variables.index, "nobody"][:3]:
        yield f"bands of {variable}", lambda variable=variable: forecast.bands(variable)
    for policy in [None, "nobody"]:
        yield f"comparison with {policy}", lambda policy=policy: forecast.compare(policy)
    if source.random() < 0.05:
        yield "report", lambda: forecast._repr_html_()


def _save(source: random.Random, forecast: detente.Forecast, folder: Path) -> None:
    place = folder / "saved"
    forecast.save(place)
    opened = detente.open(place)
    _require(
        opened._core.serialize() == forecast._core.serialize(), "saving and opening changes it"
    )
    _require(opened.to_json_dict() == forecast.to_json_dict(), "saving and opening changes it")
    file = source.choice(sorted(place.iterdir()))
    content = bytearray(file.read_bytes())
    if content:
        content[source.randrange(len(content))] ^= 1 << source.randrange(8)
        file.write_bytes(content)
        opened = _attempt("open what is damaged", lambda: detente.open(place), detente.StorageError)
        if opened is not None:  # a blank of JSON
            _require(file.suffix == ".json", f"damage of {file.name} is not noticed")


def _merge(source: random.Random, scenario: detente.Scenario, options: dict[str, Any]) -> None:
    """Shards joined are the run; what does not fit is refused."""
    options = {**options, "paths": source.choice([2, 5, 40]), "first_path": 0}
    whole = _attempt("the whole", lambda: detente.simulate(scenario, **options), detente.RunError)
    if whole is None:  # these paths are not those that ran before
        return
    n_shards = source.choice([1, 2])
    shards = [
        detente.simulate(scenario, **options, shard=f"{number}/{n_shards}")
        for number in range(1, n_shards + 1)
    ]
    source.shuffle(shards)
    merged = detente.merge(shards)
    _require(merged._core.serialize() == whole._core.serialize(), "shards are not the run")
    _attempt("merge with itself", lambda: detente.merge([whole, whole]), detente.ArgumentError)


def _plan(source: random.Random, file: Path, folder: Path) -> None:
    tree: dict[str, Any] = {
        "detente": 1,
        "scenarios": source.choice([file.name, [file.name, "nobody"], "../x.yaml", []]),
        "seeds": source.choice([[1], [1, 1], [2**70, -1], "x", 0.5, []]),
        "paths": source.choice([10, [1, 2], 0, -1, 1e30, "many", None]),
        "keep_outcomes": source.choice([True, False, "maybe", 2]),
        "levers": source.choice([{}, {"pressure": [0, 1]}, {"x": []}, [1], {"pressure": "a"}]),
        "title": source.choice(["", "a", None, 1, "\u202e"]),
    }
    for name in source.sample(list(tree), source.randrange(3)):
        del tree[name]
    plan = folder / "plan.yaml"
    plan.write_text(json.dumps(tree), encoding="utf-8")
    found = _attempt("plan", lambda: read_plan(plan), detente.ScenarioError)
    if found is not None:
        for job in found.jobs:
            _attempt("terms of a job", lambda job=job: job.terms, detente.ArgumentError)


def _attempt(what: str, call: Callable[[], Any], *allowed: type[Exception]) -> Any:
    """What a call gives, None where it raises what is allowed."""
    try:
        return call()
    except detente.InternalError as error:
        raise UnexpectedError(f"{what}: {error!r}") from error
    except allowed as error:
        _require(bool(str(error).strip()), f"{what}: {type(error).__name__} says nothing")
        return None
    except Exception as error:
        raise UnexpectedError(f"{what}: {error!r}") from error


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise UnexpectedError(what)
