"""A scenario as HTML, for notebooks: what it asks, what is in it, what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING

from detente import _core
from detente.html_parts import definitions, folded, part, text_table
from detente.number_format import plain

if TYPE_CHECKING:
    from detente.scenario import Scenario


def scenario_html(scenario: Scenario) -> str:
    """Title, description, chains and policies; the rest opens on a click."""
    outcomes = [
        (
            escape(str(name)),
            f"{escape(row['kind'])} <code>{escape(row['expression'])}</code>",
            escape(row["unit"]),
            escape(row["description"]),
        )
        for name, row in scenario.outcomes.iterrows()
    ]
    sections = [
        f"<h1>{escape(scenario.title)}</h1>",
        f"<p class='fact'>{escape(' · '.join(_facts(scenario)))}</p>",
        f"<p>{escape(scenario.description)}</p>",
        *(_chain(scenario, position) for position in range(len(scenario.chains))),
        folded(f"{len(scenario.policies)} policies", _policies(scenario), is_open=True),
        folded(
            f"{len(outcomes)} outcomes",
            text_table(("outcome", "is read as", "unit", ""), outcomes),
        ),
        folded(f"{len(scenario.parameters)} parameters", parameter_table(scenario)),
        folded(f"{len(scenario.variables)} variables", _variables(scenario)),
        folded(f"{len(scenario.sources)} sources", _sources(scenario)),
    ]
    return part("".join(sections))


def parameter_table(scenario: Scenario) -> str:
    """Every parameter with its prior, spread, unit and source."""
    rows = (
        (
            escape(str(name)),
            f"<code>{escape(str(row['prior']))}</code>",
            _range(row["q05"], row["q95"]),
            *(escape(str(row[column])) for column in ("unit", "source", "description")),
        )
        for name, row in scenario.parameters.iterrows()
    )
    return text_table(("parameter", "prior", "5 to 95 %", "unit", "source", ""), rows)


def _range(low: float, high: float) -> str:
    """Two ends that stay on one line."""
    return f"{plain(low, 3)}&nbsp;to&nbsp;{plain(high, 3)}"


def _facts(scenario: Scenario) -> Iterator[str]:
    if scenario.start:
        yield f"as of {scenario.start}"
        yield f"{plain(scenario.horizon, 3)} years ahead"
    else:
        yield f"from 0 to {plain(scenario.horizon)}, without a calendar"
    yield f"scenario {scenario.hash}"


def _chain(scenario: Scenario, position: int) -> str:
    chain = scenario._core.chains[position]
    colors = scenario.state_colors.get(chain.name, {})
    rows = [
        (_dot(colors.get(state.name, "")) + escape(state.name), escape(state.description))
        for state in chain.states
    ]
    words = f" <span class='unit'>{escape(chain.description)}</span>" if chain.description else ""
    is_told = any(state.description for state in chain.states)
    states = text_table((), rows) if is_told else f"<p>{', '.join(name for name, _ in rows)}</p>"
    return f"<h3>{escape(chain.name)}{words}</h3>{states}"


def _dot(color: str) -> str:
    return f"<span class='dot' style='background:{escape(color)}'></span>" if color else ""


def _policies(scenario: Scenario) -> str:
    settings = _core.policy_settings(scenario._core)
    words = scenario.policy_descriptions
    rows = [
        (escape(name), escape(_setting(settings[name])), escape(words[name]))
        for name in scenario.policies
    ]
    policies = text_table(("policy", "levers", ""), rows)
    if scenario.levers.empty:
        return policies
    levers = [
        (
            escape(str(name)),
            plain(row["default"]),
            _range(row["low"], row["high"]),
            *(escape(row[column]) for column in ("unit", "description")),
        )
        for name, row in scenario.levers.iterrows()
    ]
    table = text_table(("lever", "default", "range", "unit", ""), levers)
    return policies + folded(f"{len(levers)} levers", table)


def _setting(policy: _core.PolicySettings) -> str:
    """``pressure 1, imposed 1; from 2025-06-01: pressure 0.5``."""
    parts = [_assigned(policy.levers)] if policy.levers else []
    parts += [f"{lever} = {rule}" for lever, rule in policy.rules.items()]
    parts += [f"from {date}: {_assigned(levers)}" for date, levers in policy.schedule]
    return "; ".join(parts) or "all at their defaults"


def _assigned(levers: Mapping[str, float]) -> str:
    return ", ".join(f"{lever} {plain(value)}" for lever, value in levers.items())


def _variables(scenario: Scenario) -> str:
    rows = (
        (
            escape(str(name)),
            *(escape(row[column]) for column in ("unit", "source", "description")),
        )
        for name, row in scenario.variables.iterrows()
    )
    return text_table(("variable", "unit", "source", ""), rows)


def _sources(scenario: Scenario) -> str:
    return definitions({str(key): str(cite) for key, cite in scenario.sources["cite"].items()})
