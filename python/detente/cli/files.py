"""Files that commands write, charts and pages: checked before the work, written after it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from detente.cli.console import say

if TYPE_CHECKING:
    from detente.plotting import Chart


def check_chart(file: Path | None, force: bool) -> None:
    """Raise an ArgumentError unless a chart can be written there; None is no chart."""
    if file is None:
        return
    from detente.plotting.files import check_suffix

    check_suffix(file)
    check_file(file, force)


def draw_chart(file: Path | None, draw: Callable[[], Chart]) -> None:
    """Write the chart and say so; None is no chart."""
    if file is None:
        return
    from detente.plotting.files import write_chart

    write_chart(draw(), file)
    say(f"chart drawn in {file}")


def check_file(out: Path, may_replace: bool, option: str = "--force") -> None:
    """Raise an ArgumentError unless a file can be made there; `option` allows it to replace one."""
    from detente.errors import ArgumentError

    if out.is_dir():
        raise ArgumentError(f"`{out}` is a folder, not a file")
    if out.exists() and not may_replace:
        raise ArgumentError(f"`{out}` exists already; {option} replaces it")
    parent = out.absolute().parent
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise ArgumentError(f"`{out}` cannot be written: `{parent}` is no folder to write in")
