"""A slow, plain simulator of a subset of the language, to compare the engine with.

One path at a time, by the law that a textbook gives: in every state each enabled transition draws
a fresh Exp(1) budget, the time at which its integrated hazard has used it up is found (by bisection
for baselines), the earliest fires, and all is drawn anew. The engine keeps its budgets instead and
inverts in closed form; by the memorylessness of Exp(1) the two have one law.

Read from the same YAML: parameters (numbers, uniform, normal), variables that only effects move
(with a clamped range), chains (hazards, baselines with hazard ratios, guards, branches, effects),
events (by hazard, on a date, by period; guards, probabilities, effects, forced moves). Hazard
expressions may read states, variables, parameters and visits: what changes at events only.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from scipy import special

Draws = dict[str, float]

CumulativeHazard = Callable[[float], float]


def cumulative_baseline(family: str, arguments: dict[str, Any]) -> CumulativeHazard:
    """H(t) of a baseline, t since entering the state."""
    a = arguments
    if family == "exponential":
        return lambda t: a["rate"] * t
    if family == "weibull":
        return lambda t: (t / a["scale"]) ** a["shape"]
    if family == "gompertz":
        return lambda t: a["rate"] * math.expm1(a["shape"] * t) / a["shape"]
    if family == "lognormal":
        return lambda t: (
            -float(special.log_ndtr(-(math.log(t) - a["meanlog"]) / a["sdlog"])) if t > 0 else 0.0
        )
    if family == "loglogistic":
        return lambda t: math.log1p((t / a["scale"]) ** a["shape"])
    if family == "gamma":
        return lambda t: -math.log(float(special.gammaincc(a["shape"], a["rate"] * t)))
    if family == "piecewise":
        edges = [0.0, *a["times"], math.inf]
        return lambda t: sum(
            rate * max(0.0, min(t, end) - begin)
            for rate, begin, end in zip(a["rates"], edges, edges[1:], strict=False)
        )
    raise ValueError(f"no baseline {family}")


class Expression:
    """An expression of the language, turned into Python."""

    def __init__(self, text: Any, chains: dict[str, Any]) -> None:
        self.code = compile(translate(str(text), chains), str(text), "eval")

    def __call__(self, names: dict[str, Any]) -> Any:
        return eval(self.code, {"__builtins__": {}}, names)


def translate(text: str, chains: dict[str, Any]) -> str:
    """Python for an expression: states become texts, `if` a function, `^` a power."""
    for chain in chains:
        text = re.sub(
            rf"\b{chain} in \[([^\]]*)\]",
            lambda match, chain=chain: f"(state_{chain} in {match[1].replace(' ', '').split(',')})",
            text,
        )
        text = re.sub(rf"\b{chain} (==|!=) (\w+)", rf"(state_{chain} \1 '\2')", text)
        text = re.sub(rf"visits\({chain}\.(\w+)\)", rf"visits['{chain}', '\1']", text)
    return re.sub(r"\bif\(", "choose(", text).replace("^", "**")


@dataclass(frozen=True)
class Effects:
    """Assignments to variables and forced moves of chains, all read before any is made."""

    assignments: dict[str, Expression]
    moves: dict[str, dict[str, Expression]]


@dataclass(frozen=True)
class Element:
    """A transition, or an event with a hazard or with dates."""

    name: str
    chain: str | None
    sources: frozenset[str]
    branches: dict[str, Expression]
    hazard: Expression | None
    family: str | None
    arguments: dict[str, Any]
    ratios: tuple[Expression, ...]
    guard: Expression | None
    probability: Expression | None
    effects: Effects
    on: float | None = None
    every: float | None = None


class Scenario:
    """What the reference understands of a scenario text."""

    def __init__(self, text: str) -> None:
        tree = yaml.safe_load(text)
        self.horizon = float(tree["time"]["horizon"])
        self.parameters: dict[str, Any] = tree.get("parameters") or {}
        self.chains: dict[str, Any] = tree.get("chains") or {}
        self.variables: dict[str, Any] = tree.get("variables") or {}
        for name, variable in self.variables.items():
            if set(variable) - {"start", "range"}:
                raise ValueError(f"{name}: the reference moves variables by effects only")
        self.elements = [
            self._transition(chain, one)
            for chain, definition in self.chains.items()
            for one in definition["transitions"]
        ]
        events = [self._event(name, one) for name, one in (tree.get("events") or {}).items()]
        self.elements += [event for event in events if event.hazard]
        self.dated = [event for event in events if not event.hazard]

    def expression(self, text: Any) -> Expression:
        return Expression(text, self.chains)

    def _optional(self, text: Any) -> Expression | None:
        return None if text is None else self.expression(text)

    def _effects(self, tree: dict[str, Any]) -> Effects:
        assignments, moves = {}, {}
        for name, value in tree.items():
            if name in self.chains:
                moves[name] = self._branches(value)
            else:
                assignments[name] = self.expression(value)
        return Effects(assignments, moves)

    def _branches(self, value: Any) -> dict[str, Expression]:
        weights = value if isinstance(value, dict) else {value: 1}
        return {state: self.expression(weight) for state, weight in weights.items()}

    def _transition(self, chain: str, tree: dict[str, Any]) -> Element:
        family, arguments = None, {}
        if "baseline" in tree:
            ((family, given),) = tree["baseline"].items()
            arguments = {
                name: [float(one) for one in value]
                if isinstance(value, list)
                else self.expression(value)
                for name, value in given.items()
            }
        sources = tree["from"] if isinstance(tree["from"], list) else [tree["from"]]
        return Element(
            name=tree["name"],
            chain=chain,
            sources=frozenset(sources),
            branches=self._branches(tree["to"]),
            hazard=self._optional(tree.get("hazard")),
            family=family,
            arguments=arguments,
            ratios=tuple(self.expression(one) for one in tree.get("hazard_ratios", {}).values()),
            guard=self._optional(tree.get("when")),
            probability=None,
            effects=self._effects(tree.get("effects", {})),
        )

    def _event(self, name: str, tree: dict[str, Any]) -> Element:
        return Element(
            name=name,
            chain=None,
            sources=frozenset(),
            branches={},
            hazard=self._optional(tree.get("hazard")),
            family=None,
            arguments={},
            ratios=(),
            guard=self._optional(tree.get("when")),
            probability=self._optional(tree.get("probability")),
            effects=self._effects(tree.get("effects", {})),
            on=tree.get("on"),
            every=tree.get("every"),
        )

    def dates(self) -> list[tuple[float, Element]]:
        """Dated firings up to the horizon, in the order in which they happen."""
        found = []
        for event in self.dated:
            if event.on is not None:
                found.append((float(event.on), event))
            else:
                count = math.floor(self.horizon / event.every + 1e-9)
                found += [(event.every * k, event) for k in range(1, count + 1)]
        return sorted(found, key=lambda one: one[0])


@dataclass(frozen=True)
class Moment:
    """What holds from `time` until the next moment of the path."""

    time: float
    states: dict[str, str]
    variables: Draws


@dataclass
class Path:
    """One simulated history."""

    scenario: Scenario
    source: random.Random
    time: float = 0.0
    states: dict[str, str] = field(default_factory=dict)
    entered: dict[str, float] = field(default_factory=dict)
    baselines: dict[str, CumulativeHazard] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)
    moments: list[Moment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = {
            "choose": lambda condition, a, b: a if condition else b,
            "exp": math.exp,
            "log": math.log,
            "sqrt": math.sqrt,
            "abs": abs,
            "min": min,
            "max": max,
            "clamp": lambda x, low, high: min(max(x, low), high),
            "normal": self.source.gauss,
            "uniform": self.source.uniform,
            "lognormal": self.source.lognormvariate,
            "beta": self.source.betavariate,
            "bernoulli": lambda p: float(self.source.random() < p),
            "visits": {},
        }
        for name, prior in self.scenario.parameters.items():
            self.names[name] = self._draw(prior)
        for name, variable in self.scenario.variables.items():
            self.names[name] = float(variable["start"])
        for chain, definition in self.scenario.chains.items():
            for state in definition["states"]:
                self.names["visits"][chain, state] = 0
            self.states[chain] = definition["start"]
            self.names[f"state_{chain}"] = definition["start"]
        for chain, state in self.states.items():
            self._enter(chain, state)
        self._remember()

    def _draw(self, prior: Any) -> float:
        if isinstance(prior, dict):
            ((family, given),) = prior.items()
            if family == "uniform":
                return self.source.uniform(given["low"], given["high"])
            if family == "normal":
                return self.source.gauss(given["mean"], given["sd"])
            raise ValueError(f"the reference draws no {family}")
        return float(prior)

    def _remember(self) -> None:
        variables = {name: self.names[name] for name in self.scenario.variables}
        self.moments.append(Moment(self.time, dict(self.states), variables))

    def _enter(self, chain: str, state: str) -> None:
        self.states[chain] = state
        self.names[f"state_{chain}"] = state
        self.entered[chain] = self.time
        self.names["visits"][chain, state] += 1
        for element in self.scenario.elements:
            if element.chain == chain and element.family and state in element.sources:
                arguments = {
                    name: value if isinstance(value, list) else value(self.names)
                    for name, value in element.arguments.items()
                }
                self.baselines[element.name] = cumulative_baseline(element.family, arguments)

    def _enabled(self, element: Element) -> bool:
        if element.chain is not None and self.states[element.chain] not in element.sources:
            return False
        return element.guard is None or bool(element.guard(self.names))

    def _firing_time(self, element: Element, before: float) -> float:
        """When a fresh Exp(1) budget is used up, or infinity if not before `before`."""
        budget = self.source.expovariate(1.0)
        for ratio in element.ratios:
            factor = ratio(self.names)
            if factor <= 0.0:
                return math.inf
            budget /= factor
        if element.hazard is not None:
            hazard = element.hazard(self.names)
            return self.time + budget / hazard if hazard > 0.0 else math.inf
        entered = self.entered[element.chain]
        cumulative = self.baselines[element.name]
        target = cumulative(self.time - entered) + budget
        if cumulative(before - entered) < target:
            return math.inf
        low, high = self.time, before
        for _ in range(50):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if cumulative(middle - entered) >= target else (middle, high)
        return high

    def _choose(self, branches: dict[str, Expression]) -> str:
        weights = [weight(self.names) for weight in branches.values()]
        return self.source.choices(list(branches), weights)[0]

    def _fire(self, element: Element) -> None:
        if element.probability and self.source.random() >= element.probability(self.names):
            return
        moves = {chain: self._choose(branches) for chain, branches in element.effects.moves.items()}
        values = {name: new(self.names) for name, new in element.effects.assignments.items()}
        target = self._choose(element.branches) if element.branches else None
        for name, value in values.items():
            low, high = self.scenario.variables[name].get("range", [None, None])
            value = value if low is None else max(value, low)
            self.names[name] = value if high is None else min(value, high)
        if element.chain is not None and target is not None:
            self._enter(element.chain, target)
        for chain, state in moves.items():
            if self.states[chain] != state:
                self._enter(chain, state)
        self.counts[element.name] = self.counts.get(element.name, 0) + 1
        self._remember()

    def run(self) -> Path:
        """Simulate to the horizon."""
        for date, event in [*self.scenario.dates(), (self.scenario.horizon, None)]:
            while True:
                when, which = date, None
                for element in self.scenario.elements:
                    if self._enabled(element):
                        found = self._firing_time(element, when)
                        if found < when:
                            when, which = found, element
                self.time = when
                if which is None:
                    break
                self._fire(which)
            if event is not None and self._enabled(event):
                self._fire(event)
        return self

    def end(self) -> Moment:
        return self.moments[-1]

    def first_time(self, chain: str, state: str) -> float:
        """When the chain is first in the state; the horizon where it never is."""
        times = (moment.time for moment in self.moments if moment.states[chain] == state)
        return next(times, self.scenario.horizon)

    def duration(self, chain: str, state: str) -> float:
        """Time that the chain spends in the state."""
        ends = [moment.time for moment in self.moments[1:]] + [self.scenario.horizon]
        return sum(
            end - moment.time
            for moment, end in zip(self.moments, ends, strict=True)
            if moment.states[chain] == state
        )


def simulate(text: str, paths: int, seed: int) -> list[Path]:
    """Simulate paths of a scenario text, one after the other."""
    scenario = Scenario(text)
    source = random.Random(seed)
    return [Path(scenario, source).run() for _ in range(paths)]
