"""Random scenarios that both the engine and the slow reference can simulate exactly.

Hazards change at events only, or by closed-form baselines, so the engine's law does not depend on
the step. Every chain goes round in a cycle, so that no transition is out of reach for long.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import yaml

Tree = dict[str, Any]


@dataclass
class Generator:
    """Writes scenarios from a seed."""

    seed: int
    horizon: float = 6.0
    source: random.Random = field(init=False)
    chains: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.source = random.Random(self.seed)
        names = "abc"[: self.source.randint(1, 3)]
        self.chains = {
            name: [f"{name}{i}" for i in range(self.source.randint(2, 4))] for name in names
        }

    def number(self, low: float, high: float) -> float:
        return round(self.source.uniform(low, high), 3)

    def place(self, besides: str | None = None) -> tuple[str, str] | None:
        """A chain other than the one named, and one of its states."""
        others = [chain for chain in self.chains if chain != besides]
        if not others:
            return None
        chain = self.source.choice(others)
        return chain, self.source.choice(self.chains[chain])

    def factor(self, chain: str | None) -> str:
        """A positive expression near 1 that changes at events only."""
        kinds = ["variable", "parameter", "constant", "visits", "state", "state"]
        kind = self.source.choice(kinds)
        place = self.place(chain)
        if kind == "variable":
            return f"exp({self.number(-0.8, 0.8)} * x)"
        if kind == "parameter":
            return "p"
        if kind == "visits":
            name = self.source.choice(list(self.chains))
            state = self.source.choice(self.chains[name])
            return f"(1 + 1 / (1 + visits({name}.{state})))"
        if kind == "state" and place:
            return f"if({place[0]} == {place[1]}, {self.number(0.3, 2.5)}, 1)"
        return str(self.number(0.6, 1.6))

    def baseline(self) -> Tree:
        number = self.number
        return self.source.choice(
            [
                {"exponential": {"rate": number(0.5, 1.5)}},
                {"weibull": {"shape": number(0.5, 0.9), "scale": number(0.5, 1.5)}},
                {"weibull": {"shape": number(1.2, 3.0), "scale": f"{number(0.5, 1.5)} * p"}},
                {"gompertz": {"rate": number(0.3, 1.0), "shape": number(0.1, 0.6)}},
                {"lognormal": {"meanlog": number(-0.6, 0.3), "sdlog": number(0.4, 1.0)}},
                {"loglogistic": {"shape": number(1.2, 3.0), "scale": number(0.4, 1.2)}},
                {"gamma": {"shape": number(0.6, 2.5), "rate": number(1.0, 2.0)}},
                {"piecewise": {"times": [0.4, 1.1], "rates": [number(0.2, 2.0) for _ in range(3)]}},
            ]
        )

    def intensity(self, chain: str | None) -> Tree:
        if chain is not None and self.source.random() < 0.5:
            tree: Tree = {"baseline": self.baseline()}
            if self.source.random() < 0.6:
                tree["hazard_ratios"] = {"first": self.factor(chain), "second": self.factor(chain)}
            return tree
        return {"hazard": f"{self.number(0.4, 1.6)} * {self.factor(chain)}"}

    def effect_on_variable(self) -> str:
        return self.source.choice(
            [
                f"x + normal({self.number(-0.2, 0.2)}, 0.4)",
                f"x + uniform(-0.5, {self.number(0.3, 0.7)})",
                "0.5 * x + y / (1 + abs(y))",
                "beta(2, 3) - bernoulli(0.3)",
                "-x * p",
            ]
        )

    def transition(self, chain: str, start: str, end: str, extra: bool) -> Tree:
        tree: Tree = {"name": f"{start}_{end}", "from": start, "to": end, **self.intensity(chain)}
        if extra and self.source.random() < 0.4:
            tree["to"] = {
                end: 1,
                self.source.choice(self.chains[chain]): f"{self.number(0.2, 1.0)} * p",
            }
        place = self.place(chain)
        if extra and place and self.source.random() < 0.5:
            tree["when"] = f"not {place[0]} == {place[1]}"
        elif extra and self.source.random() < 0.3:
            tree["when"] = "x > -0.2"
        if self.source.random() < 0.3:
            tree["effects"] = {"x": self.effect_on_variable()}
            if self.source.random() < 0.5:
                tree["effects"]["y"] = "x"
        return tree

    def chain(self, name: str) -> Tree:
        states = self.chains[name]
        around = list(zip(states, states[1:] + states[:1], strict=True))
        transitions = [self.transition(name, *pair, extra=False) for pair in around]
        others = [(a, b) for a in states for b in states if a != b and (a, b) not in around]
        chosen = self.source.sample(others, min(len(others), 2))
        transitions += [self.transition(name, *pair, extra=True) for pair in chosen]
        return {"start": states[0], "states": states, "transitions": transitions}

    def events(self) -> Tree:
        effects: Tree = {"x": self.effect_on_variable()}
        forced = self.source.choice(list(self.chains))
        states = self.chains[forced]
        move = {states[0]: 1, states[-1]: "0.5 * p"}
        return {
            "blow": {
                "hazard": f"{self.number(0.3, 1.0)} * {self.factor(None)}",
                "effects": effects,
            },
            "treaty": {
                "on": self.number(0.5, self.horizon - 0.5),
                "probability": self.number(0.3, 1.0),
                "effects": {forced: move},
            },
            "review": {
                "every": self.number(0.7, 1.9),
                "when": "x > 0",
                "effects": {"y": "y + x", "x": "0.3 * x"},
            },
        }

    def scenario(self, step: float | None = None) -> Tree:
        return {
            "detente": 1,
            "title": f"random scenario {self.seed}",
            "time": {"horizon": self.horizon, "step": step or self.number(0.3, 2.0)},
            "parameters": {"p": {"uniform": {"low": 0.6, "high": 1.4}}},
            "variables": {
                "x": {"start": self.number(-0.5, 0.5), "range": [-1, 1]},
                "y": {"start": 0, "range": [-2, 2]},
            },
            "chains": {name: self.chain(name) for name in self.chains},
            "events": self.events(),
            "outcomes": {},
        }


def render(tree: Tree) -> str:
    """A tree as the text of a scenario."""
    return yaml.safe_dump(tree, sort_keys=False, width=1000)


def elements_of(tree: Tree) -> list[str]:
    """Names of all transitions and events."""
    transitions = [one["name"] for chain in tree["chains"].values() for one in chain["transitions"]]
    return [*transitions, *tree["events"]]


def with_outcomes(tree: Tree) -> Tree:
    """The scenario with readings of its states, times, counts and variables."""
    outcomes: Tree = {}
    for chain, definition in tree["chains"].items():
        for state in definition["states"]:
            outcomes[f"time_{state}"] = {"time_to": f"{chain} == {state}"}
            outcomes[f"stay_{state}"] = {"duration": f"{chain} == {state}"}
            outcomes[f"end_{state}"] = {"probability": f"{chain} == {state}"}
    for element in elements_of(tree):
        outcomes[f"count_{element}"] = {"count": element}
    for variable in tree["variables"]:
        outcomes[f"value_{variable}"] = {"value": variable}
    return {**tree, "outcomes": outcomes}
