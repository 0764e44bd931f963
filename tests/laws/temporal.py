"""Temporal formulas judged slowly over a whole stored history: what the engine does in O(1) memory.

A history is a list of moments, each holding until the next. A formula has a text in the language
and `holds(history)`, straight from its definition: scan all moments that meet the closed window.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from reference import Moment


@dataclass(frozen=True)
class History:
    """Moments to beyond the horizon, and the horizon at which other readings stop."""

    moments: list[Moment]
    horizon: float

    def stretches(self, begin: float, end: float) -> list[tuple[float, Moment]]:
        """Moments that hold at some time in [begin, end], with the first such time."""
        ends = [moment.time for moment in self.moments[1:]] + [math.inf]
        return [
            (max(moment.time, begin), moment)
            for moment, until in zip(self.moments, ends, strict=True)
            if moment.time <= end and until > begin
        ]

    def at(self, time: float) -> Moment:
        return self.stretches(time, time)[-1][1]


class StateFormula(Protocol):
    """True or false of a moment."""

    @property
    def text(self) -> str: ...

    def holds_in(self, moment: Moment) -> bool: ...


@dataclass(frozen=True)
class InState:
    chain: str
    states: tuple[str, ...]

    @property
    def text(self) -> str:
        if len(self.states) == 1:
            return f"{self.chain} == {self.states[0]}"
        return f"{self.chain} in [{', '.join(self.states)}]"

    def holds_in(self, moment: Moment) -> bool:
        return moment.states[self.chain] in self.states


@dataclass(frozen=True)
class Above:
    variable: str
    level: float

    @property
    def text(self) -> str:
        return f"{self.variable} > {self.level}"

    def holds_in(self, moment: Moment) -> bool:
        return moment.variables[self.variable] > self.level


@dataclass(frozen=True)
class NotIn:
    inner: StateFormula

    @property
    def text(self) -> str:
        return f"not ({self.inner.text})"

    def holds_in(self, moment: Moment) -> bool:
        return not self.inner.holds_in(moment)


@dataclass(frozen=True)
class BothIn:
    left: StateFormula
    right: StateFormula
    word: str

    @property
    def text(self) -> str:
        return f"({self.left.text} {self.word} {self.right.text})"

    def holds_in(self, moment: Moment) -> bool:
        left, right = self.left.holds_in(moment), self.right.holds_in(moment)
        return left and right if self.word == "and" else left or right


class Formula(Protocol):
    """True or false of a history."""

    @property
    def text(self) -> str: ...

    def holds(self, history: History) -> bool: ...


@dataclass(frozen=True)
class AtHorizon:
    """A bare state formula."""

    inner: StateFormula

    @property
    def text(self) -> str:
        return self.inner.text

    def holds(self, history: History) -> bool:
        return self.inner.holds_in(history.at(history.horizon))


@dataclass(frozen=True)
class Window:
    """[after, after + within]; None: from the start, to the horizon."""

    after: float | StateFormula | None
    within: float | None

    @property
    def text(self) -> str:
        parts = []
        if self.within is not None:
            parts.append(f", within = {self.within}")
        if isinstance(self.after, float):
            parts.append(f", after = {self.after}")
        elif self.after is not None:
            parts.append(f", after = first({self.after.text})")
        return "".join(parts)

    def bounds(self, history: History) -> tuple[float, float] | None:
        """Its two ends, or None where it never opens before the horizon."""
        if self.after is None or isinstance(self.after, float):
            opens = self.after or 0.0
        else:
            found = [
                time
                for time, moment in history.stretches(0.0, history.horizon)
                if self.after.holds_in(moment)
            ]
            if not found:
                return None
            opens = found[0]
        return opens, history.horizon if self.within is None else opens + self.within


@dataclass(frozen=True)
class Eventually:
    goal: StateFormula
    window: Window

    @property
    def text(self) -> str:
        return f"eventually({self.goal.text}{self.window.text})"

    def holds(self, history: History) -> bool:
        bounds = self.window.bounds(history)
        if bounds is None:
            return False
        return any(self.goal.holds_in(moment) for _, moment in history.stretches(*bounds))


@dataclass(frozen=True)
class Always:
    goal: StateFormula
    window: Window

    @property
    def text(self) -> str:
        return f"always({self.goal.text}{self.window.text})"

    def holds(self, history: History) -> bool:
        bounds = self.window.bounds(history)
        if bounds is None:
            return True
        return all(self.goal.holds_in(moment) for _, moment in history.stretches(*bounds))


@dataclass(frozen=True)
class Until:
    hold: StateFormula
    goal: StateFormula
    window: Window

    @property
    def text(self) -> str:
        return f"until({self.hold.text}, {self.goal.text}{self.window.text})"

    def holds(self, history: History) -> bool:
        bounds = self.window.bounds(history)
        if bounds is None:
            return False
        for _, moment in history.stretches(*bounds):
            if self.goal.holds_in(moment):
                return True
            if not self.hold.holds_in(moment):
                return False
        return False


@dataclass(frozen=True)
class Not:
    inner: Formula

    @property
    def text(self) -> str:
        return f"not ({self.inner.text})"

    def holds(self, history: History) -> bool:
        return not self.inner.holds(history)


@dataclass(frozen=True)
class Both:
    left: Formula
    right: Formula
    word: str

    @property
    def text(self) -> str:
        return f"({self.left.text} {self.word} {self.right.text})"

    def holds(self, history: History) -> bool:
        left, right = self.left.holds(history), self.right.holds(history)
        return left and right if self.word == "and" else left or right
