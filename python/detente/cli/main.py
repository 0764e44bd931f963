"""The command line: its commands, and the door that every one goes through."""

from __future__ import annotations

import typer

from detente.cli.batch import batch
from detente.cli.breakeven import breakeven
from detente.cli.check import check
from detente.cli.compare import compare
from detente.cli.doctor import doctor
from detente.cli.drivers import drivers
from detente.cli.explain import explain
from detente.cli.merge import merge
from detente.cli.new import new
from detente.cli.plot import plot
from detente.cli.run import run
from detente.cli.scenarios import scenarios
from detente.cli.schema import schema
from detente.cli.sensitivity import sensitivity
from detente.cli.trace import trace
from detente.cli.voi import voi

app = typer.Typer(
    name="detente",
    help="Forecasts of armed conflicts by Monte Carlo, from scenarios in YAML.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:
    if asked:
        from detente import __version__
        from detente.cli.console import write_text

        write_text(f"detente {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False,
        "--version",
        callback=_print_version,
        is_eager=True,
        help="Print the version and end.",
    ),
) -> None:
    """Forecasts of armed conflicts by Monte Carlo, from scenarios in YAML."""


for _command in (
    *(run, batch, merge, check, compare, drivers, voi, breakeven, sensitivity),
    *(plot, trace, explain, scenarios, new, schema, doctor),
):
    app.command()(_command)


def main() -> None:
    """Run the command that the arguments name; never returns."""
    app()
