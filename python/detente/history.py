"""The history of one path: what happened, when, and with which hazards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente import _core
from detente.json_numbers import number

if TYPE_CHECKING:
    import pandas as pd


class Trace:
    """One path replayed alone, see :meth:`detente.Scenario.trace`.

    Attributes
    ----------
    policy, path, seed
        Which path this is.
    parameters
        The parameter values drawn for this path.
    outcomes
        The path's readings: probabilities as 0 or 1, times in years; None where `given` fails or
        the time is not reached.
    """

    def __init__(self, core: _core.Trace, seed: int) -> None:
        self._core = core
        self.policy = core.policy
        self.path = core.path
        self.seed = seed
        self.parameters = {item.name: item.value for item in core.parameters}
        self.outcomes = {item.name: number(item.value) for item in core.outcomes}

    @property
    def firings(self) -> pd.DataFrame:
        """What happened, in order: one row for each transition and event that fired.

        Columns: ``time`` (years from the start), ``date``, ``element``, ``kind``, ``chain``,
        ``hazard`` (per unit of time, at the firing), ``cumulative_hazard`` (integrated since the
        element's last firing: its Exp(1) draw), ``states`` and ``variables`` (what it changed, as
        text).
        """
        import pandas as pd

        rows = [
            {
                "time": firing.time,
                "date": firing.date,
                "element": firing.element,
                "kind": firing.kind,
                "chain": firing.chain,
                "hazard": firing.hazard,
                "cumulative_hazard": firing.cumulative_hazard,
                "states": state_changes(firing),
                "variables": value_changes(firing),
            }
            for firing in self._core.firings
        ]
        columns = ["time", "date", "element", "kind", "chain", "hazard", "cumulative_hazard"]
        return pd.DataFrame(rows, columns=[*columns, "states", "variables"])

    @property
    def core_firings(self) -> list[_core.TraceFiring]:
        """The firings as objects."""
        return self._core.firings

    @property
    def hazards(self) -> pd.DataFrame:
        """All hazards that competed at each firing, with what remained of their clocks."""
        import pandas as pd

        rows = [
            {
                "time": firing.time,
                "date": firing.date,
                "fired": firing.element,
                "element": active.element,
                "hazard": active.hazard,
                "clock_left": active.clock_left,
                "ratios": {ratio.name: ratio.value for ratio in active.ratios},
            }
            for firing in self._core.firings
            for active in firing.competing
        ]
        columns = ["time", "date", "fired", "element", "hazard", "clock_left", "ratios"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def states(self) -> pd.DataFrame:
        """States and variables at the grid points, indexed by date (or time)."""
        import pandas as pd

        rows = self._core.rows
        data: dict[str, Any] = {"time": [row.time for row in rows]}
        for position, chain in enumerate(self._core.chain_names):
            data[chain] = [row.states[position] for row in rows]
        for position, variable in enumerate(self._core.variable_names):
            data[variable] = [row.variables[position] for row in rows]
        return pd.DataFrame(data, index=pd.Index([row.date for row in rows], name="date"))

    def to_json_dict(self) -> dict[str, Any]:
        """All of it as what JSON can hold; None for numbers that do not exist."""
        return {
            "policy": self.policy,
            "path": self.path,
            "seed": self.seed,
            "parameters": {name: number(value) for name, value in self.parameters.items()},
            "firings": [_firing_to_json(firing) for firing in self._core.firings],
            "outcomes": self.outcomes,
        }

    def __repr__(self) -> str:
        return (
            f"<detente.Trace of path {self.path} under {self.policy}, seed {self.seed}: "
            f"{len(self._core.firings)} firings>"
        )

    def _repr_html_(self) -> str:
        table: str = self.firings.to_html(index=False, float_format="{:.3g}".format)
        return f"<p>{self!r}</p>".replace("<detente", "&lt;detente").replace("s>", "s&gt;") + table


def state_changes(firing: _core.TraceFiring) -> str:
    """``conflict: war → talks``, one after another."""
    return ", ".join(f"{move.chain}: {move.before} → {move.after}" for move in firing.states)


def value_changes(firing: _core.TraceFiring) -> str:
    """``trust: 0.2 → 0.25``, one after another."""
    return ", ".join(
        f"{change.name}: {change.before:.4g} → {change.after:.4g}" for change in firing.variables
    )


def _firing_to_json(firing: _core.TraceFiring) -> dict[str, Any]:
    return {
        "time": firing.time,
        "date": firing.date,
        "element": firing.element,
        "kind": firing.kind,
        "chain": firing.chain or None,
        "hazard": number(firing.hazard),
        "cumulative_hazard": number(firing.cumulative_hazard),
        "competing": [
            {
                "element": active.element,
                "hazard": number(active.hazard),
                "clock_left": number(active.clock_left),
                "ratios": {ratio.name: number(ratio.value) for ratio in active.ratios},
            }
            for active in firing.competing
        ],
        "states": [
            {"chain": move.chain, "before": move.before, "after": move.after}
            for move in firing.states
        ],
        "variables": [
            {"name": c.name, "before": number(c.before), "after": number(c.after)}
            for c in firing.variables
        ],
    }
