"""Numbers in JSON, which has neither NaN nor infinity: None stands for those."""

from __future__ import annotations

import math
from typing import Any


def number(value: float) -> float | None:
    """The number, or None where there is none.

    Examples
    --------
    >>> number(0.5), number(float("nan"))
    (0.5, None)
    """
    return float(value) if math.isfinite(value) else None


def with_numbers(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The same mappings and sequences, with :func:`number` of every float in them.

    Examples
    --------
    >>> with_numbers({"low": float("inf"), "names": ["a"], "points": [{"n": 3}]})
    {'low': None, 'names': ['a'], 'points': [{'n': 3}]}
    """
    if isinstance(value, dict):
        return {name: with_numbers(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [with_numbers(item) for item in value]
    return number(value) if isinstance(value, float) else value
