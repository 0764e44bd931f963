"""``detente schema``: the JSON Schema of the scenario language."""

from __future__ import annotations

from detente.cli.console import write_text
from detente.cli.exit_codes import exits


@exits
def schema() -> None:
    """Print the JSON Schema of scenarios, for completion in editors."""
    from detente.scenario import schema as schema_text

    write_text(schema_text())
