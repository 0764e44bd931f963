"""The moves that the transitions of a scenario can make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente import _core

if TYPE_CHECKING:
    from detente.scenario import Scenario


@dataclass(frozen=True)
class Move:
    """A transition of a chain, from one state to one state.

    Attributes
    ----------
    chain, transition
        Its place; a transition without a name has the one that the language gives it.
    source, target
        States. A transition that leaves several states, or branches, is several moves.
    counted_by
        The outcome whose estimate is how often this move is made; none where no outcome counts the
        transition over the whole of each path, or the transition makes other moves too.
    """

    chain: str
    transition: str
    source: str
    target: str
    counted_by: str | None = None


def moves(scenario: Scenario) -> list[Move]:
    """All moves, in the order of the file."""
    counted = _core.counted_transitions(scenario._core)
    found = []
    for position, item in enumerate(_core.transitions(scenario._core)):
        is_one_move = len(item.sources) == len(item.targets) == 1
        outcome = counted.get(position) if is_one_move else None
        found += [
            Move(item.chain, item.name, source, target, outcome)
            for source in item.sources
            for target in item.targets
        ]
    return found


def movers(scenario: Scenario) -> dict[str, list[str]]:
    """By chain, what moves it by effects and is no transition of its own."""
    found = _core.movers(scenario._core)
    return {chain: list(dict.fromkeys(names)) for chain, names in found.items()}
