"""``detente doctor``: whether the installation is sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.cli import options
from detente.cli.console import output, write_json
from detente.cli.exit_codes import FAILED, exits

if TYPE_CHECKING:
    from detente.doctor import Examination


@exits
def doctor(as_json: options.Json = False) -> int | None:
    """Show what is installed and try whether it gives the numbers that it should."""
    from detente.doctor import examine

    examination = examine()
    if as_json:
        write_json(examination.to_json_dict())
    else:
        _print(examination)
    return None if examination.ok else FAILED


def _print(examination: Examination) -> None:
    from rich.text import Text

    from detente.doctor import BUG_REPORT

    console = output()
    for title in ("versions", "build", "machine"):
        console.print(Text(title, style="bold"))
        for name, value in getattr(examination, title).items():
            shown = " ".join(value) if isinstance(value, list) else value
            line = Text(f"  {name.replace('_', ' '):18} {'–' if shown is None else shown}")
            console.print(line, soft_wrap=True)
    console.print(Text("checks", style="bold"))
    for check in examination.checks:
        word, style = ("ok", "green") if check.ok else ("FAILED", "bold red")
        line = Text("  ").append(f"{word:7}", style=style).append(f"{check.name}: {check.detail}")
        console.print(line, soft_wrap=True)
    console.print(Text("a bug report should contain", style="bold"))
    for item in BUG_REPORT:
        console.print(Text(f"  {item}"), soft_wrap=True)
