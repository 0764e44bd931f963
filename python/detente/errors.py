"""What can go wrong, as exceptions.

``DetenteError`` is the family. ``ScenarioError`` carries every diagnostic of a scenario,
``RunError`` tells why a run failed, ``ArgumentError`` what was given that cannot be taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.forecast import Forecast


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong with a scenario, and where.

    Attributes
    ----------
    code
        E1xx document, E2xx expression, E3xx model, E4xx run, W5xx warning.
    severity
        ``"error"`` or ``"warning"``.
    file, line, column, length
        The place: line and column count from 1 (0: unknown), length in characters.
    path
        Place in the document, such as ``chains.conflict.transitions[2].hazard``.
    message, hint
        The problem, and what to do about it (may be empty).
    text
        All of it as printed: place, message, source line, caret, hint, and of an included file
        from where it is included.
    """

    code: str
    severity: str
    file: str
    line: int
    column: int
    length: int
    path: str
    message: str
    hint: str
    text: str

    def __str__(self) -> str:
        return self.text


class DetenteError(Exception):
    """Base class of the errors that detente raises."""


class ScenarioError(DetenteError):
    """A scenario, or an override of it, is wrong.

    Attributes
    ----------
    diagnostics
        Everything found, in order of file, line and column.
    """

    def __init__(self, message: str, diagnostics: Iterable[Diagnostic] = ()) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(message, self.diagnostics)

    def __str__(self) -> str:
        return str(self.args[0])


class RunError(DetenteError):
    """A run failed, for example because a hazard turned negative."""


class InternalError(DetenteError):
    """A defect of detente itself; the text asks for a report."""


class ArgumentError(DetenteError, ValueError):
    """An argument names something that does not exist, or is out of range."""


class StorageError(DetenteError, OSError):
    """A forecast cannot be saved or opened."""


class Interrupted(KeyboardInterrupt):
    """A run was stopped by Ctrl-C.

    Attributes
    ----------
    forecast
        What the finished paths give, or None when none was finished.
    """

    def __init__(self, forecast: Forecast | None) -> None:
        super().__init__("interrupted")
        self.forecast = forecast


def check_names(kind: str, names: Sequence[str], known: Sequence[str]) -> None:
    """Raise an ArgumentError unless each name is known and stands once.

    Examples
    --------
    >>> check_names("policy", ["drift", "drift"], ["drift", "quick"])
    Traceback (most recent call last):
    detente.errors.ArgumentError: policy `drift` is named twice
    """
    for name in names:
        if name not in known:
            raise unknown_name(kind, name, known)
        if names.count(name) > 1:
            raise ArgumentError(f"{kind} `{name}` is named twice")


def unknown_name(kind: str, name: str, known: Sequence[str]) -> ArgumentError:
    """The error for a name that does not exist: what was meant, or what there is.

    Examples
    --------
    >>> print(unknown_name("policy", "drif", ["drift", "quick"]))
    unknown policy `drif`; did you mean `drift`?
    """
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return ArgumentError(f"unknown {kind} `{name}`; did you mean `{close[0]}`?")
    listed = ", ".join(known) if known else "none"
    return ArgumentError(f"unknown {kind} `{name}`; there are: {listed}")
