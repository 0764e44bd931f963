"""Tables of outcomes by policies, for terminals and pipes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING

from detente.number_format import Figure, estimate_figure, percent, plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from detente import _core
    from detente.forecast import Forecast

#: Space between the columns.
GAP = 3

#: Lines of a legend are so long at most.
LEGEND_WIDTH = 100

#: Head of the columns of epistemic bands.
BAND = "90 % band"


@dataclass(frozen=True)
class Row:
    """An outcome, or a detail of the one above: a label, a unit, a figure for each column."""

    label: str
    cells: Sequence[Figure]
    unit: str = ""
    is_detail: bool = False
    starts_group: bool = False

    @property
    def indented(self) -> str:
        """The label as it is printed."""
        return f"  {self.label}" if self.is_detail else self.label

    @property
    def style(self) -> str:
        """How its figures are printed."""
        return "dim" if self.is_detail else "bold"


class FigureTable:
    """Figures in columns, each with its interval, and its band where there is one.

    Intervals stand beside their figures where all columns fit so, else below them; what is still
    too wide goes on further down, with the labels repeated.
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[Row]) -> None:
        self._columns = columns
        self._rows = rows
        self._label_width = max(len(row.indented) for row in rows)
        self._unit_width = max(len(row.unit) for row in rows)
        self._main_widths = [max(len(row.cells[i].main) for row in rows) for i in self._positions]
        self._interval_widths = [
            max(len(row.cells[i].interval) for row in rows) for i in self._positions
        ]
        widest = [max(len(row.cells[i].band) for row in rows) for i in self._positions]
        self._band_widths = [max(width, len(BAND)) if width else 0 for width in widest]

    @property
    def _positions(self) -> range:
        return range(len(self._columns))

    def print(self, console: Console) -> None:
        """Print the table, no wider than the console where the labels leave room."""
        room = console.width - self._label_width - (self._unit_width + 2) * bool(self._unit_width)
        if sum(GAP + self._width_beside(i) for i in self._positions) <= room:
            blocks, lines_of = [list(self._positions)], self._lines_beside
        else:
            label_width = self._label_width_below
            blocks, lines_of = self._blocks(console.width - label_width), self._lines_below
        for block in blocks:
            console.print()
            for line in lines_of(block):
                line.rstrip()
                console.print(line, no_wrap=True, overflow="ignore", crop=False)

    @property
    def _label_width_below(self) -> int:
        band = len(BAND) + 2 if any(self._band_widths) else 0
        return max(self._label_width, self._unit_width + 2, band)

    def _width_beside(self, column: int) -> int:
        return self._width_without_band(column) + self._room_for_band(column)

    def _width_without_band(self, column: int) -> int:
        both = self._main_widths[column] + 1 + self._interval_widths[column]
        return max(both, len(self._columns[column]))

    def _room_for_band(self, column: int) -> int:
        return self._band_widths[column] + 2 if self._band_widths[column] else 0

    def _width_below(self, column: int) -> int:
        widths = (self._main_widths, self._interval_widths, self._band_widths)
        return max(*(width[column] for width in widths), len(self._columns[column]))

    def _blocks(self, room: int) -> list[list[int]]:
        """The columns that fit side by side with their intervals below."""
        blocks: list[list[int]] = [[]]
        used = 0
        for column in self._positions:
            needed = GAP + self._width_below(column)
            if blocks[-1] and used + needed > room:
                blocks.append([])
                used = 0
            blocks[-1].append(column)
            used += needed
        return blocks

    def _lines_beside(self, block: Sequence[int]) -> Iterator[Text]:
        from rich.text import Text

        unit_room = self._unit_width + 2 if self._unit_width else 0
        header = Text(" " * (self._label_width + unit_room))
        for column in block:
            name = self._columns[column].rjust(self._main_widths[column])
            header.append(" " * GAP)
            header.append(name.ljust(self._width_without_band(column)), style="bold")
            room = self._room_for_band(column)
            header.append((BAND if room else "").rjust(room), style="dim")
        rule = Text("─" * len(header), style="dim")
        yield header
        yield rule
        for row in self._rows:
            if row.starts_group:
                yield rule
            line = Text(row.indented.ljust(self._label_width), style="dim" * row.is_detail)
            line.append(("  " * bool(unit_room) + row.unit).ljust(unit_room), style="dim")
            for column in block:
                cell = row.cells[column]
                main = self._main_widths[column]
                line.append(" " * GAP).append(cell.main.rjust(main), style=row.style)
                width = self._width_without_band(column) - main
                line.append(f" {cell.interval}".ljust(width), style="dim")
                line.append(cell.band.rjust(self._room_for_band(column)), style="dim")
            yield line

    def _lines_below(self, block: Sequence[int]) -> Iterator[Text]:
        from rich.text import Text

        label_width = self._label_width_below
        header = Text(" " * label_width)
        for column in block:
            name = self._columns[column].rjust(self._width_below(column))
            header.append(" " * GAP).append(name, style="bold")
        rule = Text("─" * len(header), style="dim")
        yield header
        yield rule
        for row in self._rows:
            if row.starts_group:
                yield rule
            first = Text(row.indented.ljust(label_width), style="dim" * row.is_detail)
            second = Text(f"  {row.unit}".ljust(label_width), style="dim")
            third = Text(f"  {BAND}".ljust(label_width), style="dim")
            for column in block:
                cell, width = row.cells[column], self._width_below(column)
                first.append(" " * GAP).append(cell.main.rjust(width), style=row.style)
                second.append(" " * GAP).append(cell.interval.rjust(width), style="dim")
                third.append(" " * GAP).append(cell.band.rjust(width), style="dim")
            yield first
            if second.plain.strip():
                yield second
            if any(row.cells[column].band for column in block):
                yield third


def outcome_table(forecast: Forecast) -> FigureTable:
    """Outcomes in rows, policies in columns."""
    by_policy = [forecast.estimates(policy) for policy in forecast.policies]
    rows: list[Row] = []
    for position, first in enumerate(by_policy[0]):
        estimates = [estimates[position] for estimates in by_policy]
        rows.extend(_outcome_rows(first, estimates, forecast.has_calendar))
    return FigureTable(forecast.policies, rows)


def _outcome_rows(
    first: _core.Estimate, estimates: Sequence[_core.Estimate], has_calendar: bool
) -> Iterator[Row]:
    is_utility = first.kind == "utility"
    cells = [estimate_figure(estimate) for estimate in estimates]
    yield Row(first.name, cells, first.unit, starts_group=is_utility)
    if first.kind == "time_to":
        medians = [Figure(plain(estimate.quantiles[2], 3)) for estimate in estimates]
        label = "median in years" if has_calendar else "median"
        yield Row(label, medians, is_detail=True)
    if any(estimate.has_given for estimate in estimates):
        shares = [Figure(percent(estimate.given_share)) for estimate in estimates]
        yield Row("given holds in", shares, is_detail=True)
    if any(estimate.censored_share > 0 for estimate in estimates):
        shares = [Figure(percent(estimate.censored_share)) for estimate in estimates]
        yield Row("left undecided", shares, is_detail=True)


def print_page(
    console: Console, heading: str, facts: str, table: FigureTable, legend: str, remark: str = ""
) -> None:
    """A table as a person reads it: what it is, what it rests on, what its ranges mean."""
    from rich.text import Text

    console.print(Text(heading, style="bold"))
    console.print(Text(fill(facts, console.width), style="dim"))
    if remark:
        console.print(Text(fill(remark, console.width)))
    table.print(console)
    console.print()
    console.print(Text(fill(legend, min(console.width, LEGEND_WIDTH)), style="dim"))


def print_forecast(forecast: Forecast, console: Console) -> None:
    """The forecast as a person reads it: heading, outcomes by policies, what the ranges mean."""
    from rich.text import Text

    if forecast.partial:
        done = f"{forecast.n_paths:,} of {forecast.n_paths_requested:,} paths were finished"
        why = "a merge leaves paths out" if forecast.missing else "the run was interrupted"
        console.print(Text(f"PARTIAL RESULT: {why}, {done}", style="bold yellow"))
    facts = " · ".join(_facts(forecast))
    print_page(console, forecast.title, facts, outcome_table(forecast), _legend(forecast))


def _facts(forecast: Forecast) -> Iterator[str]:
    yield f"{forecast.n_paths:,} paths per policy"
    if forecast.paths_per_draw > 1:
        yield f"{forecast.paths_per_draw:,} paths per draw"
    if forecast.sobol:
        yield "Sobol' points"
    yield f"seed {forecast.seed}"
    if forecast.dates:
        yield f"{forecast.dates[0]} to {forecast.dates[-1]}"
    yield f"{forecast.wall_seconds:.1f} s"


def _legend(forecast: Forecast) -> str:
    legend = "With each estimate its 95 % Monte Carlo interval, which more paths would narrow."
    if forecast.has_bands:
        legend += (
            f" `{BAND}`: how the estimate varies over the uncertain parameters, the luck of paths "
            "taken out; more paths do not narrow it."
        )
    first = forecast.estimates(forecast.policies[0])
    if any(item.has_given for item in first):
        legend += " `given holds in`: the share of paths on which the outcome above is read."
    return legend
