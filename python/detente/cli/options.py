"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

File = Annotated[
    str, typer.Argument(metavar="FILE", help="A scenario in YAML, or the name of a shipped one.")
]
Paths = Annotated[int, typer.Option("--paths", "-n", help="Simulated paths per policy.")]
Seed = Annotated[
    str,
    typer.Option("--seed", "-s", metavar="INTEGER", help="Any integer; same seed, same numbers."),
]
Threads = Annotated[
    int | None,
    typer.Option("--threads", "-t", help="All processors by default.", show_default=False),
]
Policies = Annotated[
    str | None,
    typer.Option("--policies", "-p", metavar="A,B", help="All by default.", show_default=False),
]
PathsPerDraw = Annotated[
    int,
    typer.Option(
        "--paths-per-draw",
        metavar="M",
        help="So many paths share a draw of the parameters; above 1 estimates have a band.",
    ),
]
FirstPath = Annotated[
    int, typer.Option("--first-path", help="Number of the first path, to share a run out.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


def seed_of(text: str) -> int:
    """The integer that a seed's text is."""
    from detente.errors import ArgumentError

    try:
        return int(text)
    except ValueError:
        raise ArgumentError(f"the seed must be an integer, not `{text}`") from None


def names_of(text: str | None) -> list[str] | None:
    """The names in a list set apart by commas; None for all."""
    if text is None:
        return None
    return [name.strip() for name in text.split(",") if name.strip()]
