"""What a command does with the forecast that it has: save it, write a page, print it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from detente.cli.console import output, say, write_json
from detente.cli.files import check_file

if TYPE_CHECKING:
    from detente.forecast import Forecast

Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="DIR", help="Save the forecast in a new folder."),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Let --out and --report replace what is there.")
]
Report = Annotated[
    Path | None, typer.Option("--report", metavar="HTML", help="Write a page with charts.")
]


class Destination(NamedTuple):
    """Where a forecast goes."""

    out: Path | None
    overwrite: bool
    report: Path | None
    as_json: bool

    def check(self) -> None:
        """Raise an ArgumentError, before anything is run, where nothing could be saved."""
        from detente.errors import ArgumentError, StorageError
        from detente.storage import check_free

        if self.report is not None:
            check_file(self.report, self.overwrite, "--overwrite")
        if self.out is None:
            return
        try:
            check_free(self.out, self.overwrite)
        except StorageError as error:
            can_replace = self.out.exists() and not self.overwrite
            remedy = "; --overwrite replaces a forecast" if can_replace else ""
            raise ArgumentError(f"{error}{remedy}") from None

    def prepare(self) -> None:
        """Import what `give` needs: a run that is interrupted should end at once."""
        import numpy as np  # noqa: F401 - the engine's arrays

        import detente.cli.tables

        if self.report is not None:
            import detente.report
        if self.as_json:
            import detente.forecast_json  # noqa: F401
        else:
            import rich.console
            import rich.text  # noqa: F401

    def give(self, forecast: Forecast) -> None:
        """Save, then print."""
        from detente.cli.tables import print_forecast

        if self.out is not None:
            forecast.save(self.out, overwrite=self.overwrite)
        if self.report is not None:
            forecast.report(self.report, self.overwrite)
        if self.as_json:
            write_json(forecast.to_json_dict())
        else:
            print_forecast(forecast, output())
        for kind, place in (("forecast", self.out), ("report", self.report)):
            if place is not None:
                say(f"{kind} saved in {place}")
