"""``detente compare``: policies against a baseline, path by path."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli import options
from detente.cli.console import output, say, write_json
from detente.cli.exit_codes import INTERRUPTED, exits
from detente.json_numbers import with_numbers
from detente.number_format import MISSING, Figure, band_text, estimate_figure, figure, percent

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from detente.cli.tables import FigureTable
    from detente.forecast import Forecast
    from detente.ranking import Ranking

#: Paths per policy: the flagship's ten policies then take well under a minute on two processors,
#: and differences of shares are known to about a percentage point.
DEFAULT_PATHS = 10_000


@exits
def compare(
    file: options.File,
    baseline: options.Baseline = None,
    paths: Annotated[
        int,
        typer.Option(
            "--paths",
            "-n",
            help="Simulated paths per policy. On shared paths differences are precise with few: "
            "by default about one percentage point, in under a minute with ten policies.",
        ),
    ] = DEFAULT_PATHS,
    seed: options.Seed = "0",
    threads: options.Threads = None,
    policies: options.Policies = None,
    paths_per_draw: options.PathsPerDraw = 1,
    sobol: options.Sobol = False,
    first_path: options.FirstPath = 0,
    max_memory: options.MaxMemory = None,
    as_json: options.Json = False,
) -> int | None:
    """Simulate policies on the same randomness and print their differences to a baseline.

    Where the scenario has a utility, its policies are ranked too: how often each is the best, and
    the expected regret of choosing it. With --paths-per-draw so they are over the parameters.
    """
    from detente.errors import Interrupted
    from detente.memory import check_command
    from detente.scenario import Scenario
    from detente.simulation import check_policies, simulate

    scenario = Scenario.load(file)
    names = check_policies(scenario, options.names_of(policies))
    first = check_policies(scenario, baseline)[0]
    if first not in names:
        names.insert(0, first)
    what: dict[str, Any] = {
        "paths": paths,
        "seed": options.seed_of(seed),
        "policies": names,
        "keep_outcomes": True,
        "first_path": first_path,
        "paths_per_draw": paths_per_draw,
        "sobol": sobol,
    }
    check_command(scenario, what, threads, max_memory)
    forecast: Forecast | None
    try:
        forecast = simulate(scenario, **what, threads=threads, progress=True)
        interrupted = False
    except Interrupted as interruption:
        forecast, interrupted = interruption.forecast, True
        say("detente: interrupted; the result is partial" if forecast else "detente: interrupted")
    if forecast is not None:
        _give(forecast, first, as_json)
    return INTERRUPTED if interrupted else None


def _give(forecast: Forecast, baseline: str, as_json: bool) -> None:
    table = forecast.compare(baseline)
    if as_json:
        write_json(_to_json(forecast, baseline, table))
        return
    from rich.text import Text

    from detente.cli.tables import print_page

    console = output()
    if forecast.partial:
        console.print(Text("PARTIAL RESULT: the run was interrupted", style="bold yellow"))
    heading = f"{forecast.title}: differences to {baseline}"
    facts = f"{forecast.n_paths:,} shared paths · seed {forecast.seed}"
    figures = _figures(forecast, baseline, table)
    print_page(console, heading, facts, figures, _legend(forecast, baseline))
    for ranking in _rankings(forecast):
        console.print()
        _print_ranking(console, ranking)


def _rankings(forecast: Forecast) -> list[Ranking]:
    """By utility, where there is one: over paths, and over draws where there are enough of them."""
    from detente.ranking import FEWEST_DRAWS

    draws = forecast.draw_groups
    n_independent = forecast.n_paths if draws is None else draws.n_draws
    if "utility" not in forecast.outcome_names or n_independent < 2:
        return []
    if _lacks_utility(forecast):
        say("detente: policies are not ranked, as the utility of some paths is not a number")
        return []
    rankings = [forecast.rank(over="paths")]
    if draws is not None and draws.n_draws >= FEWEST_DRAWS:
        rankings.append(forecast.rank(over="draws"))
    return rankings


def _lacks_utility(forecast: Forecast) -> bool:
    """Whether the utility of a path is not a number, as where a window is left undecided."""
    import numpy as np

    readings = forecast.readings()
    return any(bool(np.isnan(readings[name]["utility"]).any()) for name in forecast.policies)


def _print_ranking(console: Console, ranking: Ranking) -> None:
    from detente.cli.tables import FigureTable, Row, print_page
    from detente.ranking_table import facts, figures, heads, legend

    rows = [Row(name, figures(standing)) for name, standing in ranking.standings.items()]
    table = FigureTable(heads(ranking), rows)
    print_page(console, "Policies ranked by utility", facts(ranking), table, legend(ranking))


def _legend(forecast: Forecast, baseline: str) -> str:
    legend = (
        "Each column but the first is the difference to it, in percentage points (pp) for "
        "shares, with its 95 % interval over the paths that the policies share."
    )
    if forecast.has_bands:
        legend += (
            " `90 % band`: how it varies over the uncertain parameters. `above in`: share of the "
            f"draws of the parameters in which the policy is above {baseline}."
        )
    return legend


def _figures(forecast: Forecast, baseline: str, table: pd.DataFrame) -> FigureTable:
    from detente.cli.tables import FigureTable, Row

    policies = list(dict.fromkeys(table.index.get_level_values("policy")))
    outcomes = list(dict.fromkeys(table.index.get_level_values("outcome")))
    rows = []
    for outcome in outcomes:
        entries = [table.loc[(policy, outcome)] for policy in policies]
        is_share = entries[0]["kind"] in ("probability", "time_to")
        first = estimate_figure(forecast.estimate(baseline, outcome))
        cells = [first, *(_difference(entry, is_share) for entry in entries)]
        unit = "pp" if is_share else str(entries[0]["unit"])
        rows.append(Row(outcome, cells, unit, starts_group=entries[0]["kind"] == "utility"))
        shares = [float(entry["share_above"]) for entry in entries]
        if any(math.isfinite(share) for share in shares):
            figures = [Figure(""), *(Figure(percent(share)) for share in shares)]
            rows.append(Row("above in", figures, is_detail=True))
    return FigureTable([baseline, *policies], rows)


def _difference(entry: pd.Series[Any], is_share: bool) -> Figure:
    scale = 100 if is_share else 1
    values = [scale * float(entry[name]) for name in ("difference", "low", "high")]
    if math.isnan(values[0]):
        return Figure(MISSING)
    ends = [scale * float(entry[name]) for name in ("band_low", "band_high")]
    shown = figure(values[0], values[1], values[2], sign=True)
    return replace(shown, band=band_text(ends[0], ends[1], sign=True))


def _to_json(forecast: Forecast, baseline: str, table: pd.DataFrame) -> dict[str, Any]:
    policies: dict[str, dict[str, Any]] = {}
    for key, row in table.iterrows():
        policy, outcome = key if isinstance(key, tuple) else (key, "")
        policies.setdefault(str(policy), {})[str(outcome)] = with_numbers(dict(row))
    result: dict[str, Any] = {
        "scenario": forecast.title,
        "baseline": baseline,
        "paths": forecast.n_paths,
        "seed": forecast.seed,
        "policies": policies,
        "seconds": forecast.wall_seconds,
        "version": forecast.version,
    }
    if rankings := _rankings(forecast):
        result["ranking"] = {ranking.over: ranking.to_json_dict() for ranking in rankings}
    if forecast.partial:
        result["partial"] = True
    return result
