"""Texts that are nearly scenarios: those of the tests and of the library, changed at random.

Most changes know the structure, so that a text mostly gets as far as the model or the engine: keys
are dropped, doubled, moved, values replaced by extremes, expressions by others, sections taken from
another file. A few change bytes.
"""

from __future__ import annotations

import copy
import functools
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

import detente

ROOT = Path(__file__).parents[3]
FOLDERS = ("tests/scenarios/good", "tests/python/support", "scenarios")

#: What numbers are replaced by.
NUMBERS: tuple[Any, ...] = (
    *(0, 1, -1, 2, 0.5, 3, 100, -0.0, 1e-3, 1e-12, 5e-324, 1e-308, 1e9, 1e15, 1e300),
    *(1.7976931348623157e308, -1e300, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63), 10**40),
    *(float("inf"), float("-inf"), float("nan"), "1e999", "0x10", "1_000", "1e", "+.5", "٣"),
)
DURATIONS = (
    *("0 days", "1 hour", "1 day", "2 weeks", "1 month", "7 years", "-1 month", "1e-9 years"),
    *("1e9 years", "100000 years", "1.5 months", "12 moons", "5", "inf years", "nan days"),
    *("2024-02-29", "2023-02-29", "0001-01-01", "9999-12-31", "2024-13-01"),
)
WORDS = (
    *("time", "end", "all", "none", "null", "true", "~", "", " ", "a b", "a-b", "_", "é", "а"),
    *("x" * 300, "line\nbreak", "\u202e", "\ufeff", "\0", "#", "first", "pi", "e", "if", "or"),
)
FUNCTIONS = (
    *("exp", "log", "sqrt", "abs", "min", "max", "sin", "floor", "logistic", "normal", "lognormal"),
    *("gamma", "beta", "if", "sojourn", "visits", "first", "eventually", "always", "clamp", "tanh"),
)
OPERATORS = ("+", "-", "*", "/", "^", "<", "<=", ">", "==", "!=", "and", "or")

Tree = Any


@functools.cache
def seeds() -> list[str]:
    """The texts that changes begin from: as written, and with what they include written out."""
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).glob("*.yaml"))]
    texts = [file.read_text(encoding="utf-8") for file in files]
    alone = [text for text in texts if not re.search(r"^include:|file:", text, re.MULTILINE)]
    return alone + [detente.load(file).to_yaml() for file in files]


class Mutator:
    """Changes a scenario, from a seed."""

    def __init__(self, source: random.Random, texts: list[str]) -> None:
        self.source = source
        self.texts = texts

    def text(self) -> str:
        """A changed scenario; now and then one as it is."""
        text = self.source.choice(self.texts)
        n_changes = self.source.choice((0, 1, 1, 1, 1, 1, 1, 2, 2, 5))
        if n_changes == 0:
            return text
        tree = yaml.safe_load(text)
        for _ in range(n_changes):
            tree = self._changed(tree)
        try:
            text = yaml.safe_dump(
                tree, sort_keys=False, allow_unicode=True, width=10**6,
                default_flow_style=self.source.choice((False, None)),
            )  # fmt: skip
        except yaml.YAMLError:
            return text
        if self.source.random() < 0.1:
            text = self._bytes_changed(text)
        return text

    def _changed(self, tree: Tree) -> Tree:
        changes = (
            *(self._replace_value,) * 12,
            *(self._double, self._retarget, self._many) * 2,
            *(self._drop, self._rename, self._move, self._nest, self._splice),
        )
        tree = copy.deepcopy(tree)
        self.source.choice(changes)(tree)
        return tree

    def _places(self, tree: Tree) -> list[tuple[Any, Any]]:
        """Every container with each of its keys or positions."""
        return list(_places(tree))

    def _replace_value(self, tree: Tree) -> None:
        places = [(c, k) for c, k in self._places(tree) if not isinstance(c[k], (dict, list))]
        if not places:
            return
        container, key = self.source.choice(places)
        container[key] = self._another(container[key], tree)

    def _another(self, value: Any, tree: Tree) -> Any:
        kind = self.source.random()
        if isinstance(value, str) and re.fullmatch(r"[\d.]+ [a-z]+", value) and kind < 0.7:
            return self.source.choice(DURATIONS)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and kind < 0.5:
            return self.source.choice(NUMBERS)
        if isinstance(value, str) and kind < 0.5:
            return self._edited(value, tree)
        if kind < 0.75:
            return self._expression(_names(tree), depth=3)
        return self.source.choice(
            (*NUMBERS[:12], *DURATIONS[:6], *WORDS, None, True, [], {}, [1, 2], {"a": 1})
        )

    def _edited(self, expression: str, tree: Tree) -> str:
        """An expression with a part of it replaced."""
        parts = re.findall(r"[A-Za-z_]\w*|\d+(?:\.\d+)?|\S", expression) or [expression]
        at = self.source.randrange(len(parts))
        parts[at] = self._expression(_names(tree), depth=1)
        return " ".join(parts)

    def _expression(self, names: list[str], depth: int) -> str:
        choice = self.source.random()
        if depth == 0 or choice < 0.3:
            if self.source.random() < 0.6 and names:
                return self.source.choice(names)
            return str(self.source.choice(NUMBERS[:15]))
        parts = [self._expression(names, depth - 1) for _ in range(3)]
        if choice < 0.6:
            return f"({parts[0]} {self.source.choice(OPERATORS)} {parts[1]})"
        if choice < 0.7:
            return f"if({parts[0]} > {parts[1]}, {parts[2]}, {parts[0]})"
        if choice < 0.75:
            return f"not {parts[0]}"
        n_arguments = self.source.choice((1, 1, 2, 2, 3, 0))
        return f"{self.source.choice(FUNCTIONS)}({', '.join(parts[:n_arguments])})"

    def _drop(self, tree: Tree) -> None:
        places = self._places(tree)
        if places:
            container, key = self.source.choice(places)
            del container[key]

    def _double(self, tree: Tree) -> None:
        places = self._places(tree)
        if not places:
            return
        container, key = self.source.choice(places)
        if isinstance(container, list):
            container.insert(key, copy.deepcopy(container[key]))
        else:
            container[f"{key}_{self.source.choice('ab')}"] = copy.deepcopy(container[key])

    def _rename(self, tree: Tree) -> None:
        places = [(c, k) for c, k in self._places(tree) if isinstance(c, dict)]
        if places:
            container, key = self.source.choice(places)
            names = [*_names(tree), *WORDS]
            container[self.source.choice(names)] = container.pop(key)

    def _retarget(self, tree: Tree) -> None:
        """A name where another stood: a state, a variable, an event."""
        names = _names(tree)
        places = [(c, k) for c, k in self._places(tree) if c[k] in names] if names else []
        if places:
            container, key = self.source.choice(places)
            container[key] = self.source.choice(names)

    def _splice(self, tree: Tree) -> None:
        other = yaml.safe_load(self.source.choice(self.texts))
        sections = list(other)
        section = self.source.choice(sections)
        mine, theirs = tree.get(section), other[section]
        if isinstance(mine, dict) and isinstance(theirs, dict) and self.source.random() < 0.6:
            mine.update(copy.deepcopy(theirs))
        else:
            tree[section] = copy.deepcopy(theirs)

    def _move(self, tree: Tree) -> None:
        places = self._places(tree)
        if len(places) < 2:
            return
        (one, key), (other, place) = self.source.sample(places, 2)
        one[key] = copy.deepcopy(other[place])

    def _nest(self, tree: Tree) -> None:
        places = self._places(tree)
        if places:
            container, key = self.source.choice(places)
            value = container[key]
            for _ in range(self.source.choice((1, 2, 70))):
                value = self.source.choice((lambda v: [v], lambda v: {"a": v}))(value)
            container[key] = value

    def _many(self, tree: Tree) -> None:
        """Hundreds of copies of an element, under names of their own."""
        sections = [s for s in tree.values() if isinstance(s, dict) and s]
        if sections:
            section = self.source.choice(sections)
            name = self.source.choice(list(section))
            for number in range(self.source.choice((5, 40, 300))):
                section[f"{name}_{number}"] = copy.deepcopy(section[name])

    def _bytes_changed(self, text: str) -> str:
        at = self.source.randrange(max(1, len(text)))
        kind = self.source.randrange(7)
        if kind == 0:
            return text[:at] + self.source.choice(WORDS) + text[at:]
        if kind == 1:
            return text[:at]
        if kind == 2:
            return text[:at] + text[at + self.source.randrange(1, 30) :]
        if kind == 3:
            return "\ufeff" + text.replace("\n", "\r\n")
        if kind == 4:
            return text[:at] + self.source.choice("\0\t\x85\u2028\u00a0[{'\"*&!|>%@`") + text[at:]
        if kind == 5:
            lines = text.splitlines()
            line = self.source.randrange(max(1, len(lines)))
            return "\n".join([*lines[: line + 1], *lines[line:]])
        return text[:at] + text[self.source.randrange(max(1, len(text))) :]


def _places(tree: Tree) -> Iterator[tuple[Any, Any]]:
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if _is_list(tree) else ()
    for key in keys:
        yield tree, key
        yield from _places(tree[key])


def _is_list(tree: Tree) -> bool:
    return isinstance(tree, list)


def _names(tree: Tree) -> list[str]:
    """Names of a scenario's elements and states."""
    found: list[str] = ["time"]
    for section in ("levers", "parameters", "variables", "chains", "events", "let", "seasons"):
        elements = tree.get(section)
        if isinstance(elements, dict):
            found += [str(name) for name in elements]
        if section == "chains" and isinstance(elements, dict):
            for chain in elements.values():
                states = chain.get("states", []) if isinstance(chain, dict) else []
                found += [str(state) for state in states] if isinstance(states, list) else []
    return found
