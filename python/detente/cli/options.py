"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
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
Baseline = Annotated[
    str | None,
    typer.Option(
        "--baseline",
        "-b",
        metavar="POLICY",
        help="Differences are to this policy; the first by default.",
        show_default=False,
    ),
]
PathsPerDraw = Annotated[
    int,
    typer.Option(
        "--paths-per-draw",
        metavar="M",
        help="So many paths share a draw of the parameters; above 1 estimates have a band.",
    ),
]
Sobol = Annotated[
    bool,
    typer.Option(
        "--sobol",
        help="Draw the parameters as scrambled Sobol' points: estimates vary less between seeds.",
    ),
]
FirstPath = Annotated[
    int, typer.Option("--first-path", help="Number of the first path, to share a run out.")
]
Groups = Annotated[
    str | None,
    typer.Option(
        "--parameters",
        metavar="A,B+C",
        help="Those to look at, + joins a group; each by itself by default.",
        show_default=False,
    ),
]
Top = Annotated[int, typer.Option("--top", min=1, help="Print and draw so many.")]
ChartFile = Annotated[
    Path | None,
    typer.Option("--chart", metavar="FILE", help="Draw it as .png, .svg, .html or .json."),
]
Force = Annotated[bool, typer.Option("--force", help="Let --chart replace a file.")]
OutcomeOrUtility = Annotated[
    str, typer.Option("--outcome", metavar="NAME", help="What is looked at.")
]
Dask = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS",
        help="Run on the workers of the Dask scheduler there, such as tcp://host:8786.",
        show_default=False,
    ),
]
MaxMemory = Annotated[
    str | None,
    typer.Option(
        "--max-memory",
        metavar="SIZE",
        help="Refuse to run what may take more, such as 500MB or 4GiB.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


def check_where(dask: str | None, max_memory: str | None) -> None:
    """Raise an ArgumentError where a limit of this machine meets a run on others."""
    from detente.errors import ArgumentError

    if dask is not None and max_memory is not None:
        raise ArgumentError(
            "--max-memory is about this machine; `dask worker --memory-limit` is about workers"
        )


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


def groups_of_names(text: str | None) -> list[str | list[str]] | None:
    """Names set apart by commas, those joined by + as a list of their own; None for none.

    Examples
    --------
    >>> groups_of_names("tau, a + b")
    ['tau', ['a', 'b']]
    """
    names = names_of(text)
    if names is None:
        return None
    groups: list[str | list[str]] = []
    for name in names:
        parts = [part.strip() for part in name.split("+")]
        groups.append(parts if len(parts) > 1 else name)
    return groups
