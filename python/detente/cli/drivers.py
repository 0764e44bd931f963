"""``detente drivers``: what a hazard is made of, and why it differs between policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli import options
from detente.cli.console import output, write_json
from detente.cli.exit_codes import exits
from detente.number_format import MISSING, Figure, figure, plain

if TYPE_CHECKING:
    import pandas as pd

    from detente.hazard_drivers import Drivers
    from detente.means_at_transition import ConditionalMeans

Transition = Annotated[
    str, typer.Option("--transition", "-T", metavar="NAME", help="The transition to look at.")
]
Date = Annotated[
    str, typer.Option("--date", help="A report date instead of the mean over all of them.")
]
Later = Annotated[
    str | None,
    typer.Option(
        "--outcome",
        metavar="NAME",
        help="Also print what was different at the transition where this probability then held.",
    ),
]
OverTime = Annotated[
    bool, typer.Option("--over-time", help="Let --chart draw the factors over time.")
]


@exits
def drivers(
    file: options.File,
    transition: Transition,
    policies: options.Policies = None,
    baseline: options.Baseline = None,
    date: Date = "all",
    outcome: Later = None,
    paths: options.Paths = 10_000,
    paths_per_draw: options.PathsPerDraw = 1,
    seed: options.Seed = "0",
    threads: options.Threads = None,
    top: options.Top = 20,
    chart: options.ChartFile = None,
    over_time: OverTime = False,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Print what the hazard of a transition is made of, and why it differs between policies."""
    from detente.cli.files import check_chart, draw_chart
    from detente.hazard_drivers import drivers as drivers_of
    from detente.means_at_transition import conditional_means
    from detente.scenario import Scenario

    check_chart(chart, force)
    scenario = Scenario.load(file)
    terms: dict[str, Any] = {
        "policies": options.names_of(policies),
        "paths": paths,
        "seed": options.seed_of(seed),
        "paths_per_draw": paths_per_draw,
        "threads": threads,
        "progress": True,
    }
    # A name that is not known should be told before the longer part of the work.
    means = None if outcome is None else conditional_means(scenario, transition, outcome, **terms)
    found = drivers_of(scenario, transition, baseline=baseline, **terms)
    table = found.table(date)
    is_alone = len(found.policies) == 1
    draw_chart(
        chart,
        lambda: found.plot() if over_time or is_alone else found.plot_differences(None, date, top),
    )
    if as_json:
        told = {"outcome": None if means is None else means.to_json_dict()}
        write_json({**found.to_json_dict(), **told})
        return
    _print_factors(found, table, date, top)
    _print_shares(found)
    if means is not None:
        _print_means(means, top)


def _print_factors(found: Drivers, table: pd.DataFrame, date: str, top: int) -> None:
    from detente.cli.tables import FigureTable, Row, print_page

    *factors, whole = table.index
    rows = [Row(name, _factor_cells(found, name, date)) for name in factors[:top]]
    rows.append(Row(whole, _factor_cells(found, whole, date), starts_group=True))
    columns = [f"{found.baseline}: factor"]
    for policy in found.policies:
        if policy != found.baseline:
            columns += [f"{policy}: added", "on the same paths", "which paths"]
    left = len(factors) - len(rows) + 1
    more = f" {left} more factors are not shown (--top)." if left else ""
    legend = (
        "factor: exp of the mean log over the paths at risk. added: to the difference of the mean "
        "log hazards, with its 95 % interval; these add up to the last line. It is the sum of what "
        f"differs on the paths at risk under both policies, and of which paths are at risk.{more}"
    )
    when = "over all report dates" if date == "all" else f"on {date}"
    print_page(
        output(),
        f"{found.title}: what the hazard of {found.transition} is made of",
        f"{found.n_paths:,} paths per policy · seed {found.seed} · {when}",
        FigureTable(columns, rows),
        legend,
    )


def _factor_cells(found: Drivers, factor: str, date: str) -> list[Figure]:
    """The factor under the baseline, and what it adds under the others."""
    from detente.comparison import Z95

    means: Any = found.contributions
    mean = means.loc[(found.baseline, factor, date)]
    cells = [Figure(plain(float(mean["ratio"]), 3))]
    for policy in found.policies:
        if policy == found.baseline:
            continue
        differences: Any = found.differences
        row = differences.loc[(policy, factor, date)]
        cells.append(_figure(row["difference"], row["low"], row["high"]))
        for part in ("same_paths", "selection"):
            reach = Z95 * row[f"{part}_error"]
            shown = _figure(row[part], row[part] - reach, row[part] + reach)
            cells.append(Figure(shown.main))
    return cells


def _print_shares(found: Drivers) -> None:
    from detente.cli.tables import FigureTable, Row, print_page

    names = list(dict.fromkeys(found.shares.index.get_level_values("transition")))
    rows = [Row(name, [_share(found, policy, name) for policy in found.policies]) for name in names]
    output().print()
    print_page(
        output(),
        f"Which share of these moves of {found.chain} came by {found.transition}",
        "all moves between the states that it joins, with 95 % intervals",
        FigureTable(found.policies, rows),
        "Forced moves are told by the name of the event or transition that made them.",
    )


def _share(found: Drivers, policy: str, name: str) -> Figure:
    if (policy, name) not in found.shares.index:
        return Figure(MISSING)
    row: Any = found.shares.loc[(policy, name), :]
    return figure(100 * row["share"], 100 * row["low"], 100 * row["high"], " %")


def _print_means(found: ConditionalMeans, top: int) -> None:
    from detente.cli.tables import FigureTable, Row, print_page

    for policy, counts in found.counts.iterrows():
        if policy not in found.table.index:
            continue
        table: Any = found.table.loc[str(policy)]
        rows = [
            Row(
                str(name),
                [
                    Figure(plain(row["mean_with"], 3)),
                    Figure(plain(row["mean_without"], 3)),
                    _figure(row["difference"], row["low"], row["high"]),
                    Figure(plain(round(row["size"], 2), 3)),
                ],
            )
            for name, row in table.head(top).iterrows()
        ]
        output().print()
        print_page(
            output(),
            f"{policy}: what was different at {found.transition} where {found.outcome} then held",
            f"{counts['n_with']:,} paths with, {counts['n_without']:,} without, "
            f"{counts['n_left_out']:,} undecided",
            FigureTable(["with", "without", "difference", "in sd"], rows),
            "Means just after the first firing; the largest difference in standard deviations "
            "first. What goes together is not thereby a cause, and about one interval in twenty "
            "misses 0 by chance.",
        )


def _figure(value: float, low: float, high: float) -> Figure:
    return Figure(MISSING) if value != value else figure(value, low, high, sign=True)
