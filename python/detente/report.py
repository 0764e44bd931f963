"""Forecasts as HTML: for notebooks, and as a page that needs nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from detente.html_parts import STYLE, definitions, number_cells, part
from detente.number_format import Figure, estimate_figure, percent, plain
from detente.scenario_html import parameter_table
from detente.written import unused, write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from detente import _core
    from detente.forecast import Forecast


def forecast_html(forecast: Forecast) -> str:
    """Heading and table of outcomes, as a part of a page."""
    note = f"<p class='fact'>{escape(band_words(forecast))}</p>" if forecast.has_bands else ""
    return part(_heading(forecast) + _table(forecast) + note)


def forecast_page(forecast: Forecast) -> str:
    """A whole page: outcomes, policies, charts, parameters and their sources."""
    scenario = forecast.scenario
    parts = [
        _heading(forecast),
        f"<p>{escape(scenario.description)}</p>",
        "<h2>Outcomes</h2>",
        _table(forecast),
        "<p class='fact'>Below each estimate: its 95 % Monte Carlo interval, which more paths "
        "would narrow. It does not tell how far the scenario may be from the world. "
        f"{escape(band_words(forecast)) if forecast.has_bands else ''}</p>",
        "<h2>Policies</h2>",
        definitions(scenario.policy_descriptions),
        *_charts(forecast),
        "<h2>Parameters</h2>",
        parameter_table(scenario),
        "<h2>Sources</h2>",
        definitions({str(key): str(cite) for key, cite in scenario.sources["cite"].items()}),
    ]
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">'
        f"<title>{escape(forecast.title)}</title>"
        f"<style>body{{margin:2em auto;max-width:80em;padding:0 1em}}{STYLE}</style></head>"
        f'<body><div class="detente">{"".join(parts)}</div></body></html>\n'
    )


def band_words(forecast: Forecast) -> str:
    """What the figures in brackets mean."""
    return (
        "In brackets: the epistemic band, how the estimate varies over the uncertain parameters "
        f"(5 to 95 % quantile, from draws of {forecast.paths_per_draw:,} paths); more paths do not "
        "narrow it."
    )


def write_report(forecast: Forecast, path: str | os.PathLike[str], overwrite: bool = False) -> Path:
    """Write the page; it appears when it is whole."""
    target = unused(path, overwrite)
    write_whole(target, forecast_page(forecast).encode())
    return target


def _heading(forecast: Forecast) -> str:
    facts = [f"{forecast.n_paths:,} paths per policy", f"seed {forecast.seed}"]
    if forecast.paths_per_draw > 1:
        facts.insert(1, f"{forecast.paths_per_draw:,} paths per draw")
    if forecast.sobol:
        facts.append("Sobol' points")
    if forecast.dates:
        facts.append(f"{forecast.dates[0]} to {forecast.dates[-1]}")
    facts.append(f"detente {forecast.version}, scenario {forecast.scenario_hash}")
    partial = ""
    if forecast.partial:
        partial = (
            f"<p class='partial'>Partial: the run was interrupted after {forecast.n_paths:,} of "
            f"{forecast.n_paths_requested:,} paths.</p>"
        )
    title = escape(forecast.title)
    return f"<h1>{title}</h1>{partial}<p class='fact'>{escape(' · '.join(facts))}</p>"


def _table(forecast: Forecast) -> str:
    by_policy = [forecast.estimates(policy) for policy in forecast.policies]
    head = "".join(f"<th>{escape(policy)}</th>" for policy in forecast.policies)
    rows: list[str] = []
    for position, first in enumerate(by_policy[0]):
        estimates = [estimates[position] for estimates in by_policy]
        rows.extend(_rows(first, estimates))
    return (
        f"<div class='wide'><table><thead><tr><th></th>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _rows(first: _core.Estimate, estimates: Sequence[_core.Estimate]) -> Iterator[str]:
    figures = [estimate_figure(estimate) for estimate in estimates]
    kind = "group" if first.kind == "utility" else ""
    yield _row(first.name, first.unit, figures, kind)
    if first.kind == "time_to":
        medians = [Figure(plain(estimate.quantiles[2], 3)) for estimate in estimates]
        yield _row("median time", "", medians, "detail")
    if first.has_given:
        shares = [Figure(percent(estimate.given_share)) for estimate in estimates]
        yield _row("given holds in", "", shares, "detail")


def _row(label: str, unit: str, figures: Sequence[Figure], kind: str) -> str:
    shown_unit = f" <span class='unit'>{escape(unit)}</span>" if unit else ""
    indent = "&emsp;" if kind == "detail" else ""
    cells = number_cells(figures)
    return f"<tr class='{kind}'><th>{indent}{escape(label)}{shown_unit}</th>{cells}</tr>"


def _charts(forecast: Forecast) -> Iterator[str]:
    from vl_convert import vegalite_to_svg

    for title, chart in forecast.plot.overview():
        svg = vegalite_to_svg(chart.to_json())
        yield f"<h2>{escape(title)}</h2><figure>{svg}</figure>"
