"""``detente breakeven``: where the preference between two policies flips."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import options
from detente.cli.console import output, write_json
from detente.cli.exit_codes import exits
from detente.number_format import Figure, figure, plain

if TYPE_CHECKING:
    from detente.break_even_value import BreakEven


@exits
def breakeven(
    file: options.File,
    policies: Annotated[
        str, typer.Option("--policies", "-p", metavar="A,B", help="The two to compare.")
    ],
    over: Annotated[
        str, typer.Option("--over", metavar="NAME", help="The parameter or lever to vary.")
    ],
    outcome: options.OutcomeOrUtility = "utility",
    low: Annotated[
        float | None,
        typer.Option("--low", help="Of the prior's or lever's range.", show_default=False),
    ] = None,
    high: Annotated[
        float | None,
        typer.Option("--high", help="Of the prior's or lever's range.", show_default=False),
    ] = None,
    points: Annotated[int, typer.Option("--points", help="Values on the grid.")] = 9,
    paths: options.Paths = 4_000,
    seed: options.Seed = "0",
    threads: options.Threads = None,
    chart: options.ChartFile = None,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Find the value of a parameter or lever at which the preference between two policies flips."""
    from detente.break_even_value import break_even
    from detente.cli.files import check_chart, draw_chart
    from detente.scenario import Scenario

    check_chart(chart, force)
    found = break_even(
        Scenario.load(file),
        options.names_of(policies) or [],
        over,
        outcome=outcome,
        low=low,
        high=high,
        points=points,
        paths=paths,
        seed=options.seed_of(seed),
        threads=threads,
        progress=True,
    )
    draw_chart(chart, found.plot)
    if as_json:
        write_json(found.to_json_dict())
    else:
        _print(found)


def _print(found: BreakEven) -> None:
    from detente.cli.tables import FigureTable, Row, print_page

    rows = [
        Row(
            plain(value, 4),
            [
                Figure(plain(item.estimate, 4)),
                Figure(plain(item.baseline, 4)),
                figure(item.difference, item.low, item.high, sign=True),
            ],
        )
        for value, item in zip(found.values, found.differences, strict=True)
    ]
    legend = (
        f"Rows: values of {found.over}{f', {found.unit}' * bool(found.unit)}. Differences with "
        "their 95 % interval over shared paths; so is the flip's, by the slope at the flip."
    )
    print_page(
        output(),
        f"{found.title}: {found.outcome} under {found.first} and {found.second}",
        f"{found.paths:,} shared paths at each value · seed {found.seed}",
        FigureTable([found.first, found.second, "difference"], rows),
        legend,
        found.verdict,
    )
