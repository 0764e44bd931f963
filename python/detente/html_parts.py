"""What pages and notebooks are laid out with: the style, and tables of texts and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from detente.number_format import Figure

STYLE = """
.detente{font-family:system-ui,-apple-system,"Segoe UI",sans-serif;font-size:14px;line-height:1.45}
.detente h1{font-size:1.6em;margin:0 0 .2em}.detente h2{font-size:1.15em;margin:1.8em 0 .5em}
.detente p{margin:.3em 0;max-width:75em}.detente .fact{opacity:.65}
.detente .partial{background:#fff3cd;color:#664d03;padding:.4em .8em;border-radius:4px}
.detente .wide{overflow-x:auto}
.detente table{border-collapse:collapse;font-variant-numeric:tabular-nums}
.detente th,.detente td{padding:.25em .9em .25em 0;text-align:left;vertical-align:baseline;
border:none;background:none}
.detente thead th{border-bottom:1px solid #8888;text-align:right;font-weight:600}
.detente thead th:first-child,.detente thead.words th{text-align:left}
.detente tbody th{font-weight:400}
.detente td.number{text-align:right;white-space:nowrap}
.detente td .interval{opacity:.6;font-size:.85em;display:block}
.detente tr.detail{opacity:.65}.detente tr.group td,.detente tr.group th{border-top:1px solid #8888}
.detente .unit{opacity:.6;font-size:.85em}
.detente details{margin:.6em 0}.detente summary{cursor:pointer;font-weight:600}
.detente h3{font-size:1em;margin:1em 0 .2em}.detente code{font-size:.92em}
.detente .dot{display:inline-block;width:.7em;height:.7em;border-radius:50%;margin-right:.45em}
.detente figure{margin:0 0 1.5em}.detente svg{max-width:100%;height:auto}
"""


def part(body: str) -> str:
    """A part of a page that brings its style: what a notebook shows."""
    return f'<style>{STYLE}</style><div class="detente">{body}</div>'


def definitions(texts: Mapping[str, str]) -> str:
    """Names, and what each means."""
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in texts.items()
    )
    return f"<table><tbody>{rows}</tbody></table>"


def text_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are HTML; the first of each row is its name."""
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    body = "".join(
        f"<tr><th>{row[0]}</th>{''.join(f'<td>{cell}</td>' for cell in row[1:])}</tr>"
        for row in rows
    )
    return (
        f"<div class='wide'><table><thead class='words'><tr>{titles}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def number_cells(figures: Iterable[Figure]) -> str:
    """Cells with a figure each, its interval below, and in brackets its band."""
    return "".join(
        f"<td class='number'>{escape(figure.main)}"
        + (f"<span class='interval'>{escape(figure.interval)}</span>" if figure.interval else "")
        + (f"<span class='interval'>[{escape(figure.band)}]</span>" if figure.band else "")
        + "</td>"
        for figure in figures
    )


def folded(title: str, body: str, is_open: bool = False) -> str:
    """A section that opens on a click."""
    state = " open" if is_open else ""
    return f"<details{state}><summary>{escape(title)}</summary>{body}</details>"
