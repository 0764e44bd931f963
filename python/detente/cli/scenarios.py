"""``detente scenarios``: the shipped scenarios."""

from __future__ import annotations

from detente.cli import options
from detente.cli.console import output, write_json
from detente.cli.exit_codes import exits


@exits
def scenarios(as_json: options.Json = False) -> None:
    """List the shipped scenarios, which `run`, `check` and `new` take by name."""
    from detente.scenario import Scenario, scenario_names

    titles = {name: Scenario.load(name).title for name in scenario_names()}
    if as_json:
        write_json({"scenarios": titles})
        return
    from rich.text import Text

    width = max((len(name) for name in titles), default=0)
    console = output()
    for name, title in titles.items():
        console.print(Text(name.ljust(width + 3), style="bold").append(title, style="not bold"))
