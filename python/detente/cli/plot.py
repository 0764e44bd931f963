"""``detente plot``: a chart of a saved forecast, as a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from detente.cli import options
from detente.cli.console import say
from detente.cli.exit_codes import exits
from detente.cli.files import check_file

if TYPE_CHECKING:
    from detente.forecast import Forecast
    from detente.plotting import Chart


class Kind(StrEnum):
    """What is drawn."""

    OUTCOMES = "outcomes"
    COMPARISON = "comparison"
    TRADEOFF = "tradeoff"
    DOMINANCE = "dominance"
    OCCUPANCY = "occupancy"
    CHAIN = "chain"
    PATHS = "paths"
    INCIDENCE = "incidence"
    HAZARD = "hazard"
    BANDS = "bands"


class Better(StrEnum):
    """Which way an outcome is better."""

    HIGHER = "higher"
    LOWER = "lower"


#: The options that each chart takes besides `policies`; others are refused, not passed over.
TAKES = {
    Kind.OUTCOMES: {"outcome"},
    Kind.COMPARISON: {"outcome", "baseline"},
    Kind.TRADEOFF: {"outcome"},
    Kind.DOMINANCE: {"outcome", "better"},
    Kind.OCCUPANCY: {"chain"},
    Kind.CHAIN: {"chain"},
    Kind.PATHS: {"chain"},
    Kind.INCIDENCE: {"outcome"},
    Kind.HAZARD: {"outcome", "since"},
    Kind.BANDS: {"variable"},
}


@exits
def plot(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A forecast that `detente run --out DIR` saved.")
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="FILE", help="Ends in .png, .svg, .html or .json."),
    ],
    chart: Annotated[Kind, typer.Option("--chart", "-c", help="What to draw.")] = Kind.OUTCOMES,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", metavar="A,B", help="Outcomes; `tradeoff` takes two: x,y."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="NAME", help="The time_to that starts a hazard's clock."),
    ] = None,
    chain: Annotated[str | None, typer.Option("--chain", metavar="NAME")] = None,
    variable: Annotated[str | None, typer.Option("--variable", metavar="NAME")] = None,
    policies: options.Policies = None,
    baseline: options.Baseline = None,
    better: Annotated[
        Better | None,
        typer.Option("--better", help="Which way the outcome of `dominance` is better."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --out replace a file.")] = False,
) -> None:
    """Draw a chart of a saved forecast."""
    from detente.plotting.files import check_suffix

    given = {"outcome": outcome, "since": since, "chain": chain, "variable": variable}
    given |= {"baseline": baseline, "better": better}
    names = {option: value for option, value in given.items() if value is not None}
    _check_options(chart, names)
    check_suffix(out)
    check_file(out, force)
    forecast = _opened(folder)
    drawn = _draw(forecast, chart, names, options.names_of(policies))
    from detente.plotting.files import write_chart

    write_chart(drawn, out)
    say(f"{chart} drawn in {out}")


def _check_options(kind: Kind, names: dict[str, str]) -> None:
    from detente.errors import ArgumentError

    for option in names:
        if option not in TAKES[kind]:
            takes = ", ".join(f"--{name}" for name in sorted({*TAKES[kind], "policies"}))
            raise ArgumentError(f"the chart `{kind}` takes no --{option}; it takes {takes}")


def _opened(folder: Path) -> Forecast:
    """The forecast; that there is none to open is a wrong argument, not a failed run."""
    from detente.errors import ArgumentError, StorageError
    from detente.storage import open_forecast

    try:
        return open_forecast(folder)
    except StorageError as error:
        raise ArgumentError(str(error)) from error


def _draw(
    forecast: Forecast, kind: Kind, names: dict[str, str], policies: list[str] | None
) -> Chart:
    plots = forecast.plot
    outcomes = options.names_of(names.get("outcome"))
    chain = names.get("chain")
    match kind:
        case Kind.OUTCOMES:
            return plots.outcomes(outcomes, policies)
        case Kind.COMPARISON:
            return plots.comparison(names.get("baseline"), outcomes, policies)
        case Kind.TRADEOFF:
            x, y = _two(outcomes)
            return plots.tradeoff(x, y, policies)
        case Kind.DOMINANCE:
            return _dominance(forecast, names, policies)
        case Kind.OCCUPANCY:
            return plots.occupancy(chain, policies)
        case Kind.CHAIN:
            return plots.chain(chain, _one(policies, "--policies"))
        case Kind.PATHS:
            return plots.paths(chain, _one(policies, "--policies"))
        case Kind.INCIDENCE:
            return plots.incidence(_one(outcomes, "--outcome"), policies)
        case Kind.HAZARD:
            return plots.hazard(_one(outcomes, "--outcome"), names.get("since"), policies)
        case Kind.BANDS:
            return plots.bands(names.get("variable"), policies)


def _dominance(forecast: Forecast, names: dict[str, str], policies: list[str] | None) -> Chart:
    from detente.errors import ArgumentError

    if policies is None or len(policies) != 2:
        raise ArgumentError("the chart `dominance` needs two policies: --policies FIRST,SECOND")
    outcome = _one(options.names_of(names.get("outcome")), "--outcome") or "utility"
    better = names.get("better")
    direction: Literal["higher", "lower"] | None = None
    if better is not None:
        direction = "higher" if better == Better.HIGHER else "lower"
    first, second = policies
    return forecast.plot.dominance(first, second, outcome, direction)


def _one(names: list[str] | None, option: str) -> str | None:
    from detente.errors import ArgumentError

    if names is None:
        return None
    if len(names) != 1:
        raise ArgumentError(f"{option} takes one name for this chart, not {len(names)}")
    return names[0]


def _two(names: list[str] | None) -> tuple[str, str]:
    from detente.errors import ArgumentError

    if names is None or len(names) != 2:
        raise ArgumentError("the chart `tradeoff` needs two outcomes: --outcome ACROSS,UPWARDS")
    return names[0], names[1]
