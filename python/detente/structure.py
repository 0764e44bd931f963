"""What moves the chains of a scenario, and what its policies set: read from its canonical text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Move:
    """A transition of a chain, from one state to one state.

    Attributes
    ----------
    chain, transition
        Its place; a transition without a name has the one that the language gives it.
    source, target
        States. A transition that leaves several states, or branches, is several moves.
    is_whole
        Whether this move is all of its transition, so that firings of the one count the other.
    """

    chain: str
    transition: str
    source: str
    target: str
    is_whole: bool


@dataclass(frozen=True)
class PolicySettings:
    """What a policy sets, as text; see `policies` in the scenario language.

    Attributes
    ----------
    levers
        The values of levers from the start.
    rules
        Expressions by lever.
    schedule
        Dates or times, with the levers set then.
    """

    levers: Mapping[str, str]
    rules: Mapping[str, str]
    schedule: tuple[tuple[str, Mapping[str, str]], ...]


def moves(text: str) -> list[Move]:
    """All moves that the transitions of a scenario can make, in the order of the file."""
    return [
        move
        for chain, section in _mapping(_document(text).get("chains")).items()
        for transition in section.get("transitions") or []
        for move in _moves_of(chain, transition)
    ]


def movers(text: str) -> dict[str, list[str]]:
    """What moves a chain by effects and is no transition of its own: names by chain."""
    document = _document(text)
    chains = _mapping(document.get("chains"))
    acting = list(_mapping(document.get("events")).items())
    for section in chains.values():
        acting += [(_name(item), item) for item in section.get("transitions") or []]
    found: dict[str, list[str]] = {chain: [] for chain in chains}
    for name, element in acting:
        for target in _mapping(element.get("effects")):
            if target in found and name not in found[target]:
                found[target].append(name)
    return found


def counted_firings(text: str) -> dict[str, str]:
    """What ``count`` outcomes count over the whole of each path: outcomes by what fires."""
    return {
        outcome["count"]: name
        for name, outcome in _mapping(_document(text).get("outcomes")).items()
        if "count" in outcome and not {"given", "from", "until"} & set(outcome)
    }


def policy_settings(text: str) -> dict[str, PolicySettings]:
    """What each policy sets."""
    return {
        name: PolicySettings(
            _mapping(policy.get("set")),
            _mapping(policy.get("rules")),
            tuple((item["on"], _mapping(item.get("set"))) for item in policy.get("schedule") or []),
        )
        for name, policy in _mapping(_document(text).get("policies")).items()
    }


def _moves_of(chain: str, transition: Mapping[str, Any]) -> list[Move]:
    sources, targets = _states(transition["from"]), _states(transition["to"])
    is_whole = len(sources) == len(targets) == 1
    return [
        Move(chain, _name(transition), source, target, is_whole)
        for source in sources
        for target in targets
    ]


def _name(transition: Mapping[str, Any]) -> str:
    between = (_states(transition["from"]), _states(transition["to"]))
    return str(transition.get("name") or "_to_".join("_or_".join(states) for states in between))


def _states(value: str | Mapping[str, Any] | list[str]) -> list[str]:
    """One state, several, or branches with their weights."""
    return [value] if isinstance(value, str) else list(value)


def _mapping(value: object) -> dict[str, Any]:
    """A section; one that is absent or empty has nothing in it."""
    return dict(value) if isinstance(value, Mapping) else {}


def _document(text: str) -> dict[str, Any]:
    """The text as mappings, lists and strings.

    The base loader takes all scalars as strings: to YAML 1.1, and so to the others, a policy or a
    key called `on` or `no` would be a truth value.
    """
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml is 8 times faster
    return _mapping(yaml.load(text, Loader=loader))
