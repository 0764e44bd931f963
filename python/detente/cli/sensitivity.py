"""``detente sensitivity``: how much of an outcome hangs on which parameter."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import options
from detente.cli.console import output, write_json
from detente.cli.exit_codes import exits
from detente.number_format import MISSING, Figure, figure, percent, plain

if TYPE_CHECKING:
    from detente.measured import Measured
    from detente.screening import Screening
    from detente.sensitivity_indices import Sensitivity

MethodOption = Annotated[
    str,
    typer.Option(
        "--method", help="sobol, rank, tornado, all three of these (all), pawn, or morris."
    ),
]
PathsOption = Annotated[
    int | None,
    typer.Option(
        "--paths",
        "-n",
        help="Simulated paths; with morris at each point of the design.",
        show_default="20000; morris 64",
    ),
]
TrajectoriesOption = Annotated[
    int | None,
    typer.Option("--trajectories", help="Of morris alone.", show_default="10"),
]

#: Longer names of correlated parameters are cut in the table and written out below it.
_LONGEST_NAME = 30

#: Stands before a name that is not told apart from the one above.
_TIED = "≈ "


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
    paths: PathsOption = None,
    trajectories: TrajectoriesOption = None,
    seed: options.Seed = "0",
    threads: options.Threads = None,
    top: options.Top = 20,
    chart: options.ChartFile = None,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Print what an outcome hangs on: Sobol' indices, ranks, a tornado; PAWN; Morris' screening."""
    from detente.cli.files import check_chart, draw_chart
    from detente.errors import ArgumentError
    from detente.scenario import Scenario
    from detente.screening import DEFAULT_PATHS as PATHS_AT_A_POINT
    from detente.screening import DEFAULT_TRAJECTORIES, Screening, screen
    from detente.sensitivity_indices import DEFAULT_PATHS
    from detente.sensitivity_indices import sensitivity as what_it_hangs_on

    check_chart(chart, force)
    subject = (Scenario.load(file), outcome, policy, options.groups_of_names(parameters))
    found: Screening | Sensitivity
    if method == "morris":
        found = screen(
            *subject,
            trajectories=DEFAULT_TRAJECTORIES if trajectories is None else trajectories,
            paths=PATHS_AT_A_POINT if paths is None else paths,
            seed=options.seed_of(seed),
            threads=threads,
            progress=True,
        )
    elif trajectories is not None:
        raise ArgumentError("--trajectories is of --method morris alone")
    else:
        found = what_it_hangs_on(
            *subject,
            method=method,  # type: ignore[arg-type]  # checked there
            paths=DEFAULT_PATHS if paths is None else paths,
            seed=options.seed_of(seed),
            threads=threads,
            progress=True,
        )
    if isinstance(found, Screening):
        draw_chart(chart, lambda: found.plot(top))
    else:
        draw_chart(chart, lambda: found.plot(most=top))
    if as_json:
        write_json(found.to_json_dict())
    elif isinstance(found, Screening):
        _print_screening(found, top)
    elif found.pawn:
        _print_pawn(found, top)
    else:
        _print(found, top)


def _print(found: Sensitivity, top: int) -> None:
    from detente.cli.tables import FigureTable, Row, print_page

    share = percent(found.explained.estimate)
    names = [*found.sobol] or [*found.tornado] or [*found.rank]
    tied = _tied(found)
    rows = [Row(_TIED * (name in tied) + _short(name), _cells(found, name)) for name in names[:top]]
    legend = (
        "With each figure its 95 % interval. First order, total: shares of what parameters explain "
        "(Sobol'). 5 % to 95 %: how the expected outcome changes between these quantiles of the "
        "parameter. Correlated parameters are one input, joined by +."
    )
    if tied & set(names[:top]):
        legend += (
            f" {_TIED.strip()} before a name: by total, these paths do not tell it from the one "
            "above (95 %), and their order may differ with another seed; more paths would."
        )
    print_page(
        output(),
        f"{found.forecast.title}: what {found.outcome} under {found.policy} hangs on",
        f"{found.n_paths:,} paths · seed {found.forecast.seed} · mean {plain(found.mean, 4)}",
        FigureTable(["first order", "total", "rank correlation", "5 % to 95 %"], rows),
        legend + _written_out(names[:top]) + _left(names, top),
        f"parameters explain {share} of the spread of paths; chance the rest" * bool(found.sobol),
    )


def _print_pawn(found: Sensitivity, top: int) -> None:
    from detente.cli.tables import FigureTable, Row, print_page

    names = list(found.pawn)
    n_seen = sum(item.is_seen for item in found.pawn.values())
    rows = [
        Row(
            name,
            [_figure(item.index), Figure(plain(item.threshold, 2)), _seen(item.is_seen)],
        )
        for name, item in list(found.pawn.items())[:top]
    ]
    legend = (
        "PAWN: the mean distance between the outcome's distribution on slides of the parameter and "
        "on all paths, from 0 to 1, with its 95 % interval. A parameter without effect comes below "
        "the threshold ninety-nine times in a hundred."
    )
    print_page(
        output(),
        f"{found.forecast.title}: what moves {found.outcome} under {found.policy}",
        f"{found.n_paths:,} paths · seed {found.forecast.seed} · mean {plain(found.mean, 4)}",
        FigureTable(["PAWN index", "threshold", "effect"], rows),
        legend + _left(names, top),
        f"{n_seen} of {len(names)} parameters are above their threshold",
    )


def _print_screening(found: Screening, top: int) -> None:
    from detente.cli.tables import FigureTable, Row, print_page

    names = list(found.effects)
    n_seen = sum(effect.is_seen for effect in found.effects.values())
    rows = [
        Row(
            _short(name),
            [
                _figure(effect.mu_star),
                Figure(plain(effect.floor, 2)),
                _figure(effect.mu, sign=True),
                _figure(effect.sigma),
                _seen(effect.is_seen),
            ],
        )
        for name, effect in list(found.effects.items())[:top]
    ]
    unit = f" in {found.unit}" if found.unit else ""
    legend = (
        f"Elementary effects (Morris): the change of {found.outcome}{unit} over the 5 to 95 % "
        "range of a parameter, with 95 % intervals. μ*: mean size; μ: mean; σ: spread over where "
        "the other parameters are. Up to the floor μ* is not told from the noise of the paths. "
        "Correlated parameters move together, joined by +, and have no μ and σ."
    )
    print_page(
        output(),
        f"{found.title}: what {found.outcome} under {found.policy} hangs on",
        f"{found.n_trajectories} trajectories · {found.n_points:,} points of {found.n_paths} paths "
        f"· seed {found.seed}",
        FigureTable(["μ*", "floor", "μ", "σ", "effect"], rows),
        legend + _written_out(names[:top]) + _left(names, top),
        f"{n_seen} of {len(names)} inputs are above the noise",
    )


def _tied(found: Sensitivity) -> set[str]:
    """The inputs that are not told apart from the one before."""
    if not found.explained.low > 0:
        return set()
    pairs = pairwise(found.sobol)
    return {following for name, following in pairs if not found.sobol[name].is_ahead}


def _seen(is_seen: bool) -> Figure:
    return Figure("seen" if is_seen else "not seen")


def _left(names: list[str], top: int) -> str:
    left = len(names) - top
    return f" {left} more are not shown (--top)." if left > 0 else ""


def _short(name: str) -> str:
    """A name that leaves room for figures: the first of many parameters, and how many more."""
    parts = name.split(" + ")
    if len(parts) == 1 or len(name) <= _LONGEST_NAME:
        return name
    return f"{parts[0]} + {len(parts) - 1} more"


def _written_out(names: list[str]) -> str:
    """What the names that were cut stand for."""
    cut = [name for name in names if _short(name) != name]
    return "".join(f" {_short(name)}: {name.partition(' + ')[2]}." for name in cut)


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
