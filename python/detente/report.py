"""Forecasts and scenarios as HTML: for notebooks, and as a page that needs nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from detente.number_format import Figure, estimate_figure, percent, plain
from detente.written import write_whole

if TYPE_CHECKING:
    from detente import _core
    from detente.forecast import Forecast
    from detente.scenario import Scenario

_STYLE = """
.detente{font-family:system-ui,-apple-system,"Segoe UI",sans-serif;font-size:14px;line-height:1.45}
.detente h1{font-size:1.6em;margin:0 0 .2em}.detente h2{font-size:1.15em;margin:1.8em 0 .5em}
.detente p{margin:.3em 0;max-width:75em}.detente .fact{opacity:.65}
.detente .partial{background:#fff3cd;color:#664d03;padding:.4em .8em;border-radius:4px}
.detente .wide{overflow-x:auto}
.detente table{border-collapse:collapse;font-variant-numeric:tabular-nums}
.detente th,.detente td{padding:.25em .9em .25em 0;text-align:left;vertical-align:baseline;
border:none;background:none}
.detente thead th{border-bottom:1px solid #8888;text-align:right;font-weight:600}
.detente thead th:first-child{text-align:left}.detente tbody th{font-weight:400}
.detente td.number{text-align:right;white-space:nowrap}
.detente td .interval{opacity:.6;font-size:.85em;display:block}
.detente tr.detail{opacity:.65}.detente tr.group td,.detente tr.group th{border-top:1px solid #8888}
.detente .unit{opacity:.6;font-size:.85em}
.detente figure{margin:0 0 1.5em}.detente svg{max-width:100%;height:auto}
"""


def forecast_html(forecast: Forecast) -> str:
    """Heading and table of outcomes, as a part of a page."""
    return (
        f'<style>{_STYLE}</style><div class="detente">{_heading(forecast)}{_table(forecast)}</div>'
    )


def scenario_html(scenario: Scenario) -> str:
    """Title, description and what there is, as a part of a page."""
    begins = f" from {scenario.start}" if scenario.start else ""
    chains = "; ".join(f"{name}: {', '.join(states)}" for name, states in scenario.chains.items())
    rows = [
        ("horizon", f"{plain(scenario.horizon)}{' years' if scenario.start else ''}{begins}"),
        ("chains", chains),
        ("variables", ", ".join(scenario.variables.index)),
        ("parameters", str(len(scenario.parameters))),
        ("policies", ", ".join(scenario.policies)),
        ("outcomes", ", ".join(scenario.outcomes.index)),
    ]
    body = "".join(f"<tr><th>{name}</th><td>{escape(text)}</td></tr>" for name, text in rows)
    return (
        f'<style>{_STYLE}</style><div class="detente"><h1>{escape(scenario.title)}</h1>'
        f"<p>{escape(scenario.description)}</p>"
        f"<table><tbody>{body}</tbody></table></div>"
    )


def forecast_page(forecast: Forecast) -> str:
    """A whole page: outcomes, policies, charts, parameters and their sources."""
    scenario = forecast.scenario
    parts = [
        _heading(forecast),
        f"<p>{escape(scenario.description)}</p>",
        "<h2>Outcomes</h2>",
        _table(forecast),
        "<p class='fact'>Below each estimate: its 95 % Monte Carlo interval, which more paths "
        "would narrow. It does not tell how far the scenario may be from the world.</p>",
        "<h2>Policies</h2>",
        _definitions(scenario.policy_descriptions),
        *_charts(forecast),
        "<h2>Parameters</h2>",
        _parameters(scenario),
        "<h2>Sources</h2>",
        _definitions({str(key): str(cite) for key, cite in scenario.sources["cite"].items()}),
    ]
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">'
        f"<title>{escape(forecast.title)}</title>"
        f"<style>body{{margin:2em auto;max-width:80em;padding:0 1em}}{_STYLE}</style></head>"
        f'<body><div class="detente">{"".join(parts)}</div></body></html>\n'
    )


def write_report(forecast: Forecast, path: str | os.PathLike[str]) -> Path:
    """Write the page; it appears when it is whole."""
    target = Path(path)
    write_whole(target, forecast_page(forecast).encode())
    return target


def _heading(forecast: Forecast) -> str:
    facts = [f"{forecast.n_paths:,} paths per policy", f"seed {forecast.seed}"]
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
    cells = "".join(
        f"<td class='number'>{escape(figure.main)}"
        + (f"<span class='interval'>{escape(figure.interval)}</span>" if figure.interval else "")
        + "</td>"
        for figure in figures
    )
    return f"<tr class='{kind}'><th>{indent}{escape(label)}{shown_unit}</th>{cells}</tr>"


def _definitions(texts: dict[str, str]) -> str:
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in texts.items()
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _parameters(scenario: Scenario) -> str:
    rows = "".join(
        f"<tr><th>{escape(str(name))}</th><td>{escape(str(row['prior']))}</td>"
        f"<td class='number'>{plain(row['q05'], 3)} to {plain(row['q95'], 3)}</td>"
        f"<td>{escape(str(row['unit']))}</td><td>{escape(str(row['source']))}</td>"
        f"<td>{escape(str(row['description']))}</td></tr>"
        for name, row in scenario.parameters.iterrows()
    )
    return (
        "<div class='wide'><table><thead><tr><th>name</th><th>prior</th><th>5 to 95 %</th><th>unit"
        f"</th><th>source</th><th></th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _charts(forecast: Forecast) -> Iterator[str]:
    from vl_convert import vegalite_to_svg

    for title, chart in forecast.plot.overview():
        svg = vegalite_to_svg(chart.to_json())
        yield f"<h2>{escape(title)}</h2><figure>{svg}</figure>"
