"""The table of differences between policies, and how a notebook shows it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import Any

import pandas as pd

from detente.estimates import SHARES
from detente.html_parts import number_cells, part
from detente.number_format import MISSING, Figure, band_text, figure, plain


class Comparison(pd.DataFrame):
    """A data frame in every respect; a notebook shows it as outcomes by policies.

    What is taken out of it (rows, columns, a sorted copy) is a plain data frame, shown as one.
    """

    def _repr_html_(self) -> str:
        baseline = str(self.attrs.get("baseline", "the baseline"))
        policies = list(dict.fromkeys(self.index.get_level_values("policy")))
        head = "".join(f"<th>{escape(str(name))}</th>" for name in (baseline, *policies))
        rows = "".join(_rows(self, policies))
        facts = f"{self.attrs.get('paths', 0):,} shared paths · seed {self.attrs.get('seed')}"
        bands = " In brackets: the epistemic band." if _has_bands(self) else ""
        return part(
            f"<h1>Differences to {escape(baseline)}</h1><p class='fact'>{escape(facts)}</p>"
            f"<div class='wide'><table><thead><tr><th></th>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
            "<p class='fact'>Each column but the first is the difference to it, in percentage "
            "points (pp) for shares, with its 95 % interval over the paths that the policies share."
            f"{bands}</p>"
        )


def _rows(table: Comparison, policies: list[Any]) -> Iterator[str]:
    for outcome in dict.fromkeys(table.index.get_level_values("outcome")):
        entries = [table.loc[(policy, outcome)] for policy in policies]
        first: Any = entries[0]
        is_share = first["kind"] in SHARES
        unit = "pp" if is_share else str(first["unit"])
        shown = f" <span class='unit'>{escape(unit)}</span>" if unit else ""
        figures = [_baseline(float(first["baseline"]), is_share)]
        figures += [_difference(entry, is_share) for entry in entries]
        group = "group" if first["kind"] == "utility" else ""
        label = f"<th>{escape(str(outcome))}{shown}</th>"
        yield f"<tr class='{group}'>{label}{number_cells(figures)}</tr>"


def _baseline(estimate: float, is_share: bool) -> Figure:
    if not is_share or math.isnan(estimate):
        return Figure(plain(estimate, 3))
    # No path of some is not a share of nothing; how many there might be the table does not tell.
    return Figure(f"{plain(100 * estimate, 3)} %" if estimate > 0 else "none seen")


def _difference(entry: Any, is_share: bool) -> Figure:  # noqa: ANN401 - a row of the table
    scale = 100 if is_share else 1
    value, low, high = (scale * float(entry[name]) for name in ("difference", "low", "high"))
    if math.isnan(value):
        return Figure(MISSING)
    shown = figure(value, low, high, sign=True)
    ends = [scale * float(entry.get(name, math.nan)) for name in ("band_low", "band_high")]
    return replace(shown, band=band_text(ends[0], ends[1], sign=True))


def _has_bands(table: pd.DataFrame) -> bool:
    return "band_low" in table.columns and bool(table["band_low"].notna().any())
