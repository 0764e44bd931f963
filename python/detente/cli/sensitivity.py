"""``detente sensitivity``: how much of an outcome hangs on which parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from detente.cli import options
from detente.cli.console import output, write_json
from detente.cli.exit_codes import exits
from detente.number_format import MISSING, Figure, figure, percent, plain

if TYPE_CHECKING:
    from detente.measured import Measured
    from detente.sensitivity_indices import Sensitivity

MethodOption = Annotated[str, typer.Option("--method", help="sobol, rank, tornado, or all.")]


@exits
def sensitivity(
    file: options.File,
    outcome: options.OutcomeOrUtility = "utility",
    policy: Annotated[
        str | None,
        typer.Option("--policy", "-p", metavar="NAME", help="The first by default."),
    ] = None,
    parameters: options.Groups = None,
    method: MethodOption = "all",
    paths: options.Paths = 20_000,
    seed: options.Seed = "0",
    threads: options.Threads = None,
    top: options.Top = 20,
    chart: options.ChartFile = None,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Print what an outcome hangs on: Sobol' indices, rank correlations and a tornado."""
    from detente.cli.files import check_chart, draw_chart
    from detente.scenario import Scenario
    from detente.sensitivity_indices import sensitivity as what_it_hangs_on

    check_chart(chart, force)
    found = what_it_hangs_on(
        Scenario.load(file),
        outcome,
        policy,
        options.groups_of_names(parameters),
        method=method,  # type: ignore[arg-type]  # checked there
        paths=paths,
        seed=options.seed_of(seed),
        threads=threads,
        progress=True,
    )
    kind: Literal["sobol", "tornado"] = "tornado" if method == "tornado" else "sobol"
    draw_chart(chart, lambda: found.plot(kind, top))
    if as_json:
        write_json(found.to_json_dict())
    else:
        _print(found, top)


def _print(found: Sensitivity, top: int) -> None:
    from detente.cli.tables import FigureTable, Row, print_page

    share = percent(found.explained.estimate)
    names = [*found.sobol] or [*found.tornado] or [*found.rank]
    rows = [Row(name, _cells(found, name)) for name in names[:top]]
    left = len(names) - len(rows)
    more = f" {left} more are not shown (--top)." if left > 0 else ""
    legend = (
        "With each figure its 95 % interval. First order, total: shares of what parameters explain "
        "(Sobol'). 5 % to 95 %: how the expected outcome changes between these quantiles of the "
        f"parameter. Correlated parameters are one input, joined by +.{more}"
    )
    print_page(
        output(),
        f"{found.forecast.title}: what {found.outcome} under {found.policy} hangs on",
        f"{found.n_paths:,} paths · seed {found.forecast.seed} · mean {plain(found.mean, 4)}",
        FigureTable(["first order", "total", "rank correlation", "5 % to 95 %"], rows),
        legend,
        f"parameters explain {share} of the spread of paths; chance the rest" * bool(found.sobol),
    )


def _cells(found: Sensitivity, name: str) -> list[Figure]:
    indices, swing = found.sobol.get(name), found.tornado.get(name)
    return [
        _figure(indices.first_order if indices else None),
        _figure(indices.total if indices else None),
        _figure(found.rank.get(name), sign=True),
        _figure(swing.difference if swing else None, sign=True),
    ]


def _figure(measured: Measured | None, sign: bool = False) -> Figure:
    if measured is None or measured.estimate != measured.estimate:
        return Figure(MISSING)
    return figure(measured.estimate, measured.low, measured.high, sign=sign)
