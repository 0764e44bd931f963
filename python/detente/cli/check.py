"""``detente check``: whether a scenario is right, and what its numbers rest on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli import options
from detente.cli.console import output, say, write_json, write_text
from detente.cli.exit_codes import WRONG, exits

if TYPE_CHECKING:
    import pandas as pd

    from detente.scenario import Scenario

JUDGEMENT = "judgement"


@dataclass(frozen=True)
class ParameterSource:
    """What one parameter rests on; `problem` is empty when nothing is wrong with that."""

    parameter: str
    prior: str
    source: str
    date: str | None
    problem: str


@exits
def check(
    file: options.File,
    sources: Annotated[
        bool,
        typer.Option("--sources", help="List parameters with their sources; flag what is missing."),
    ] = False,
    as_json: options.Json = False,
) -> int | None:
    """Check a scenario: all that is wrong with it, or a summary."""
    from detente.errors import ScenarioError
    from detente.scenario import Scenario

    try:
        scenario = Scenario.load(file)
    except ScenarioError as error:
        if not as_json:
            raise
        write_json({"ok": False, "diagnostics": [asdict(item) for item in error.diagnostics]})
        return WRONG
    table = parameter_sources(scenario)
    if as_json:
        result: dict[str, Any] = {"ok": True, **summary(scenario)}
        result["diagnostics"] = [asdict(item) for item in scenario.warnings]
        if sources:
            result["sources"] = [asdict(item) for item in table]
        write_json(result)
        return None
    for warning in scenario.warnings:
        say(warning.text)
    _print_summary(file, scenario)
    if sources:
        _print_sources(scenario, table)
    return None


def summary(scenario: Scenario) -> dict[str, Any]:
    """What is in a scenario, in numbers and names."""
    return {
        "scenario": scenario.title,
        "hash": scenario.hash,
        "start": scenario.start,
        "horizon": scenario.horizon,
        "chains": scenario.chains,
        "variables": list(scenario.variables.index),
        "parameters": len(scenario.parameters),
        "policies": scenario.policies,
        "outcomes": list(scenario.outcomes.index),
    }


def parameter_sources(scenario: Scenario) -> list[ParameterSource]:
    """Every parameter with its source, and what is wrong with that."""
    known = scenario.sources
    return [
        _parameter_source(str(name), row, known, scenario.start)
        for name, row in scenario.parameters.iterrows()
    ]


def _parameter_source(
    name: str, row: pd.Series[Any], known: pd.DataFrame, start: str | None
) -> ParameterSource:
    source = str(row["source"])
    date = None
    if source in known.index and isinstance(known.loc[source, "date"], str):
        date = str(known.loc[source, "date"])
    problem = ""
    if not source:
        problem = "no source"
    elif source != JUDGEMENT and source not in known.index:
        problem = "source is not listed"
    elif date is not None and start is not None and date > start:
        problem = "later than the start"
    return ParameterSource(name, str(row["prior"]), source, date, problem)


def _print_summary(file: str, scenario: Scenario) -> None:
    begins = f" from {scenario.start}" if scenario.start else ""
    unit = " years" if scenario.start else ""
    states = ", ".join(f"{name} ({len(states)})" for name, states in scenario.chains.items())
    lines = [
        f"{file}: ok",
        f"  {scenario.title}",
        f"  horizon     {scenario.horizon:.3g}{unit}{begins}",
        f"  chains      {states or 'none'}",
        f"  variables   {', '.join(scenario.variables.index) or 'none'}",
        f"  parameters  {len(scenario.parameters)}",
        f"  policies    {', '.join(scenario.policies)}",
        f"  outcomes    {', '.join(scenario.outcomes.index)}",
    ]
    from textwrap import fill

    write_text("\n".join(fill(line, 100, subsequent_indent=" " * 14) for line in lines))


def _print_sources(scenario: Scenario, table: list[ParameterSource]) -> None:
    from rich.text import Text

    header = ParameterSource("parameter", "prior", "source", "date", "")
    rows = [header, *table]
    names, sources = max(len(r.parameter) for r in rows), max(len(r.source) for r in rows)
    problems = max(len(r.problem) for r in rows)
    console = output()
    console.print()
    for row in rows:
        style = "bold" if row is header else ""
        line = Text(f"{row.parameter:{names}}  {row.source or '–':{sources}}  ", style=style)
        line.append(f"{row.date or '':10}  ", style="dim")
        if problems:
            line.append(f"{row.problem:{problems}}  ", style="bold yellow")
        line.append(row.prior, style="dim" if row is not header else "")
        line.rstrip()
        console.print(line, soft_wrap=True)
    console.print()
    for text in _findings(scenario, table):
        console.print(text, soft_wrap=True)


def _findings(scenario: Scenario, table: list[ParameterSource]) -> list[str]:
    cited = {item.source for item in table}
    judged = sum(item.source == JUDGEMENT for item in table)
    findings = [f"{len(table)} parameters: {judged} rest on judgement alone"]
    for problem, words in (
        ("no source", "have no source"),
        ("source is not listed", "have a source that `sources` does not list"),
        ("later than the start", f"have a source dated after the start, {scenario.start}"),
    ):
        names = [item.parameter for item in table if item.problem == problem]
        if names:
            findings.append(f"{len(names)} {words}: {', '.join(names)}")
    others = [key for key in scenario.sources.index if key not in cited]
    if others:
        findings.append(f"cited by no parameter: {', '.join(others)}")
    return findings
