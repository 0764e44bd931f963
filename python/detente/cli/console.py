"""Where a command writes: results to standard output, all else to standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

#: Width of text that goes to a file or a pipe, unless COLUMNS says otherwise.
PIPE_WIDTH = 120


def output() -> Console:
    """Standard output: colours on a terminal, plain aligned text elsewhere."""
    from rich.console import Console

    class Output(Console):
        """A console that leaves a reader's early end to whoever ends the command."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Output(
        file=sys.stdout, highlight=False, emoji=False, markup=False, soft_wrap=False, width=_width()
    )


def say(message: str) -> None:
    """One message to standard error."""
    sys.stderr.write(message + "\n")
    sys.stderr.flush()


def write_json(value: Mapping[str, Any]) -> None:
    """One JSON object to standard output, and nothing else."""
    sys.stdout.write(json.dumps(value, allow_nan=False, ensure_ascii=False) + "\n")


def write_text(text: str) -> None:
    """Text to standard output as it is."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def _width() -> int | None:
    """None lets a terminal decide."""
    if sys.stdout.isatty():
        return None
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdigit() and int(columns) > 0 else PIPE_WIDTH
