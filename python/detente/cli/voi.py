"""``detente voi``: what it is worth to know a parameter before choosing a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import options
from detente.cli.console import output, write_json
from detente.cli.exit_codes import exits
from detente.number_format import Figure, figure, percent, plain

if TYPE_CHECKING:
    from detente.value_of_information import ValueOfInformation, Worth


Observe = Annotated[
    str | None,
    typer.Option(
        "--observe",
        metavar="A:sd=S,B:trials=N",
        help="Also what it is worth to see an estimate with standard error S (log_sd: of the "
        "logarithm), N cases, or the events of an exposure=T.",
        show_default=False,
    ),
]


@exits
def voi(
    file: options.File,
    parameters: options.Groups = None,
    paths: options.Paths = 10_000,
    seed: options.Seed = "0",
    threads: options.Threads = None,
    policies: options.Policies = None,
    observe: Observe = None,
    top: options.Top = 20,
    chart: options.ChartFile = None,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Print what knowing parameters is worth for the choice of a policy: EVPI, EVPPI, EVSI."""
    from detente.cli.files import check_chart, draw_chart
    from detente.scenario import Scenario
    from detente.value_of_information import voi as worth_of_knowing

    check_chart(chart, force)
    found = worth_of_knowing(
        Scenario.load(file),
        options.groups_of_names(parameters),
        policies=options.names_of(policies),
        paths=paths,
        seed=options.seed_of(seed),
        threads=threads,
        progress=True,
        observations=options.names_of(observe) or (),
    )
    draw_chart(chart, lambda: found.plot(top))
    if as_json:
        write_json(found.to_json_dict())
    else:
        _print(found, top)


def _print(found: ValueOfInformation, top: int) -> None:
    from detente.cli.tables import FigureTable, Row, print_page

    forecast = found.forecast
    best = f"{found.best} (expected utility {plain(found.expected_utility[found.best], 3)})"
    shown = list(found.evppi.items())[:top]
    rows = [Row("all parameters (EVPI)", _cells(found.evpi))]
    rows += [
        Row(name, _cells(worth), starts_group=position == 0)
        for position, (name, worth) in enumerate(shown)
    ]
    rows += [
        Row(f"seeing {name}", _cells(worth), starts_group=position == 0)
        for position, (name, worth) in enumerate(found.evsi.items())
    ]
    left = len(found.evppi) - len(shown)
    more = f" {left} more parameters are not shown (--top)." if left else ""
    legend = (
        "With each figure its 95 % interval. A parameter whose interval holds 0 is not seen to be "
        f"worth knowing.{more} Knowing chance as well would be worth "
        f"{plain(found.clairvoyance, 3)}."
    )
    print_page(
        output(),
        f"{forecast.title}: what is worth knowing",
        f"{forecast.n_paths:,} paths per policy · seed {forecast.seed}",
        FigureTable(["worth in utility", "choice changes on"], rows),
        legend,
        f"chosen without further knowledge: {best}",
    )


def _cells(worth: Worth) -> list[Figure]:
    return [figure(worth.estimate, worth.low, worth.high), Figure(percent(worth.switched))]
