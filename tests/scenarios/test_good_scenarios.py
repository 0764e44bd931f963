"""Whole scenarios, one for each element of the language: they load, are written, and run."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

import detente

FOLDER = Path(__file__).parent / "good"
LIBRARY = Path(__file__).parents[2] / "scenarios"
SCHEMA = Path(detente.__file__).parent / "schema" / "scenario.schema.json"
GOOD = {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}
WHOLE = sorted(LIBRARY.glob("*.yaml"))
SHARED = sorted(LIBRARY.glob("shared/*.yaml"))
PARTS = [*SHARED, *sorted(FOLDER.glob("shared/**/*.yaml"))]
REFERENCE = {
    (re.findall(r"^title: (.+)$", text, re.MULTILINE) or ["untitled"])[0]: text
    for text in re.findall(
        r"```yaml\n(detente: 1\n.*?)```",
        (LIBRARY / "README.md").read_text(encoding="utf-8"),
        re.DOTALL,
    )
}


def check_run(scenario: detente.Scenario) -> None:
    """A few paths give numbers, the same ones after writing and reading the scenario."""
    forecast = detente.simulate(scenario, paths=200, seed=3)
    assert not forecast.outcomes["estimate"].map(math.isinf).any()
    again = detente.simulate(detente.Scenario.from_yaml(scenario.to_yaml()), paths=200, seed=3)
    assert again.outcomes["estimate"].equals(forecast.outcomes["estimate"])


@pytest.mark.parametrize("name", GOOD)
def test_scenario_runs(name: str) -> None:
    scenario = detente.load(GOOD[name])
    again = detente.Scenario.from_yaml(scenario.to_yaml())
    assert again.to_yaml() == scenario.to_yaml()
    check_run(scenario)


def test_shared_files_are_there() -> None:
    assert len(SHARED) >= 5


def test_the_reference_has_its_examples() -> None:
    assert len(REFERENCE) >= 10


@pytest.mark.parametrize("title", REFERENCE)
def test_example_of_the_reference_runs(title: str) -> None:
    check_run(detente.Scenario.from_yaml(REFERENCE[title], folder=LIBRARY))


def plain_tree(text: str) -> Any:
    """The tree of a YAML text as an editor sees it: dates stay texts."""
    yaml = pytest.importorskip("yaml")

    class Loader(yaml.SafeLoader):  # type: ignore[misc, name-defined]
        pass

    Loader.yaml_implicit_resolvers = {
        sign: [
            (tag, pattern) for tag, pattern in rows if "timestamp" not in tag and "bool" not in tag
        ]
        for sign, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), ["t", "f"]
    )
    return yaml.load(text, Loader)


@pytest.mark.parametrize("path", [*GOOD.values(), *WHOLE, *PARTS], ids=lambda path: path.stem)
def test_scenario_fits_the_schema(path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(plain_tree(path.read_text(encoding="utf-8")), schema)


def test_parts_from_several_files_are_one_scenario() -> None:
    """Every section is taken over, and overridden, by name."""
    scenario = detente.load(GOOD["include"])
    assert [str(path.relative_to(FOLDER)) for path in scenario.included_files] == [
        "shared/pressure.yaml",
        "shared/deep/delay.yaml",
        "shared/truce.yaml",
        "shared/readings.yaml",
    ]
    assert (scenario.title, scenario.description) == ("Parts from several files", "")
    assert (scenario.start, round(scenario.horizon), scenario.utility) == (
        "2024-12-01",
        5,
        "-war_years",
    )
    parameters = scenario.parameters
    assert list(parameters.index[:4]) == ["b_pressure", "delay", "hold", "b_trust"]
    assert parameters.loc["b_pressure", "mean"] == 0.2
    assert parameters.loc["delay", "mean"] == pytest.approx(1.4)
    assert scenario.sources.loc["record", "date"] == "2010-01-01"
    assert scenario.levers.loc["pressure", "default"] == 0.5
    assert scenario.policies == ["pushed", "alone"]
    assert list(scenario.outcomes.index) == ["war_years", "worst", "trust_end"]
    text = scenario.to_yaml()
    assert "include" not in text
    assert "override" not in text


@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.stem)
def test_each_shared_file_of_the_library_serves_two_scenarios(path: Path) -> None:
    users = [one for one in WHOLE if path.resolve() in detente.load(one).included_files]
    assert len(users) >= 2


def test_schema_refuses_what_the_reader_refuses() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    base = {"detente": 1, "time": {"horizon": 1, "step": 1}}
    assert validator.is_valid(base)
    assert not validator.is_valid({"time": base["time"]})
    assert not validator.is_valid({**base, "polices": {}})
    assert validator.is_valid({**base, "include": "a.yaml", "override": {"levers": {"u": 1}}})
    assert not validator.is_valid({**base, "include": {"file": "a.yaml"}})
    assert not validator.is_valid({**base, "override": {"correlations": []}})
    assert not validator.is_valid({**base, "parameters": {"a": {"normal": {"mean": 1}}}})
    assert not validator.is_valid({**base, "outcomes": {"a": {"value": "1", "maximum": "1"}}})
    assert not validator.is_valid(
        {**base, "variables": {"a": {"start": 0, "drift": 1, "growth": 1}}}
    )
