"""Scenarios: read from YAML, looked at, changed, written back."""

from __future__ import annotations

import operator
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente import _core
from detente.errors import ArgumentError, Diagnostic, unknown_name

if TYPE_CHECKING:
    import pandas as pd

    from detente.explanation import Explanation
    from detente.history import Trace

#: What `with_` takes for a parameter: a fixed number, or a prior as it is written in a scenario.
Prior = float | Mapping[str, Any]


class Scenario:
    """A checked scenario. It does not change; :meth:`with_` gives a changed copy.

    Examples
    --------
    >>> scenario = Scenario.load("truce.yaml")  # doctest: +SKIP
    >>> scenario.policies  # doctest: +SKIP
    ['drift', 'quick', 'late']
    """

    def __init__(self, core: _core.Scenario) -> None:
        self._core = core

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Scenario:
        """Read a file, or a shipped scenario by its name (see :func:`scenario_names`).

        Raises
        ------
        ScenarioError
            With every diagnostic that was found.
        FileNotFoundError
            There is neither such a file nor a shipped scenario of that name.
        """
        return cls(_core.load(str(find_scenario(path))))

    @classmethod
    def from_yaml(
        cls, text: str, name: str = "<string>", folder: str | os.PathLike[str] | None = None
    ) -> Scenario:
        """Read a text.

        Parameters
        ----------
        text
            A scenario in YAML.
        name
            What diagnostics call it.
        folder
            Where the files are that it includes and the CSV files whose columns it reads. A text
            that names such files needs one.

        Raises
        ------
        ScenarioError
            With every diagnostic that was found.
        """
        return cls(_core.parse(text, name, folder=folder))

    def to_yaml(self) -> str:
        """The scenario as YAML: all that it means, without comments, includes resolved."""
        return self._core.yaml

    def with_(
        self,
        parameters: Mapping[str, Prior] | None = None,
        levers: Mapping[str, float] | None = None,
        policies: Mapping[str, Mapping[str, Any] | None] | Sequence[str] | None = None,
    ) -> Scenario:
        """The scenario with some things replaced.

        Parameters
        ----------
        parameters
            Name to a number (then it is certain) or to a prior such as
            ``{"normal": {"mean": 0.5, "sd": 0.1}}``.
        levers
            Name to a new default.
        policies
            Name to what stands under it in a scenario, such as ``{"set": {"pressure": 1}}``: a new
            policy, or a new meaning of one that exists; None takes it away. A list of names keeps
            those alone.

        Raises
        ------
        ScenarioError
            A name is not in the scenario, or a value does not fit.
        ArgumentError
            A policy to keep or to take away is not in the scenario.

        Examples
        --------
        >>> certain = scenario.with_(parameters={"b_trust": 0.5})  # doctest: +SKIP
        """
        overrides = _core.Overrides()
        overrides.parameters = {name: _prior(prior) for name, prior in (parameters or {}).items()}
        overrides.levers = {name: float(value) for name, value in (levers or {}).items()}
        if isinstance(policies, Mapping):
            overrides.policies = self._policies_yaml(policies)
        elif policies is not None:
            from detente.simulation import check_policies

            overrides.keep_policies = check_policies(self, policies)
        return Scenario(_core.parse(self.to_yaml(), self._core.name, overrides))

    def _policies_yaml(self, changes: Mapping[str, Mapping[str, Any] | None]) -> str:
        """The section `policies` with some of them replaced, added or taken away."""
        section = policies_section(self.to_yaml()) or {"baseline": "{}"}
        for name, policy in changes.items():
            if policy is None:
                if name not in section:
                    raise unknown_name("policy", name, list(section))
                del section[name]
            else:
                section[name] = _flow_yaml(policy)
        return "".join(f"{name}: {body}\n" for name, body in section.items())

    @property
    def title(self) -> str:
        """The scenario's title."""
        return self._core.title

    @property
    def description(self) -> str:
        """The scenario's description."""
        return self._core.description

    @property
    def hash(self) -> str:
        """A digest of what the scenario means; comments and layout do not enter."""
        return self._core.hash

    @property
    def included_files(self) -> list[Path]:
        """The files that it includes, directly or not, in the order in which they are taken."""
        return list(self._core.included_files)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is legal but looks wrong."""
        return tuple(self._core.warnings)

    @property
    def start(self) -> str | None:
        """The first day as an ISO date; None where time is a plain number."""
        return self._core.start

    @property
    def horizon(self) -> float:
        """Length of the forecast, in years (or plain units of time)."""
        return self._core.horizon

    @property
    def step(self) -> float:
        """Step of the grid, in years (or plain units of time)."""
        return self._core.step

    @property
    def policies(self) -> list[str]:
        """Names of the policies, in the order of the file."""
        return [policy.name for policy in self._core.policies]

    @property
    def policy_descriptions(self) -> dict[str, str]:
        """What each policy is, in words."""
        return {policy.name: policy.description for policy in self._core.policies}

    @property
    def chains(self) -> dict[str, list[str]]:
        """The states of each chain, in the order of the file."""
        return {chain.name: [state.name for state in chain.states] for chain in self._core.chains}

    @property
    def state_colors(self) -> dict[str, dict[str, str]]:
        """The colours that the scenario gives to states, by chain."""
        return {
            chain.name: {state.name: state.color for state in chain.states if state.color}
            for chain in self._core.chains
        }

    @property
    def utility(self) -> str:
        """The expression of the decision criterion, empty without one."""
        return self._core.utility

    @property
    def parameters(self) -> pd.DataFrame:
        """The uncertain numbers: prior, its mean, spread and quantiles, unit, source."""
        rows = {}
        for parameter in self._core.parameters:
            prior = parameter.prior
            rows[parameter.name] = {
                "prior": parameter.yaml,
                "mean": prior.mean(),
                "standard_deviation": prior.standard_deviation(),
                "q05": prior.quantile(0.05),
                "q50": prior.quantile(0.5),
                "q95": prior.quantile(0.95),
                "unit": parameter.unit,
                "source": parameter.source,
                "description": parameter.description,
            }
        columns = ["prior", "mean", "standard_deviation", "q05", "q50", "q95"]
        return _table(rows, "parameter", [*columns, "unit", "source", "description"])

    @property
    def levers(self) -> pd.DataFrame:
        """The numbers that policies set: default, range, unit, description."""
        rows = {
            lever.name: {
                "default": lever.default_value,
                "low": float("-inf") if lever.low is None else lever.low,
                "high": float("inf") if lever.high is None else lever.high,
                "unit": lever.unit,
                "description": lever.description,
            }
            for lever in self._core.levers
        }
        return _table(rows, "lever", ["default", "low", "high", "unit", "description"])

    @property
    def variables(self) -> pd.DataFrame:
        """The continuous state: unit, source, description."""
        rows = {
            variable.name: {
                "unit": variable.unit,
                "source": variable.source,
                "description": variable.description,
            }
            for variable in self._core.variables
        }
        return _table(rows, "variable", ["unit", "source", "description"])

    @property
    def outcomes(self) -> pd.DataFrame:
        """What is read off each path: kind, expression, unit, description, source."""
        rows = {
            outcome.name: {
                "kind": outcome.kind,
                "expression": outcome.text,
                "unit": outcome.unit,
                "description": outcome.description,
                "source": outcome.source,
            }
            for outcome in self._core.outcomes
        }
        columns = ["kind", "expression", "unit", "description", "source"]
        return _table(rows, "outcome", columns)

    @property
    def sources(self) -> pd.DataFrame:
        """What the numbers rest on: citation, date, address, note."""
        rows = {
            source.key: {
                "cite": source.cite,
                "date": source.date,
                "url": source.url,
                "note": source.note,
            }
            for source in self._core.sources
        }
        return _table(rows, "source", ["cite", "date", "url", "note"])

    def trace(
        self,
        path: int,
        policy: str | None = None,
        seed: int = 0,
        paths_per_draw: int = 1,
        sobol: bool = False,
    ) -> Trace:
        """Replay one path alone, with its history.

        Parameters
        ----------
        path
            The number of the path, from 0.
        policy
            The first of the scenario by default.
        seed, paths_per_draw, sobol
            As in :func:`detente.simulate`; the path is the one that such a run contains.
        """
        from detente.history import Trace
        from detente.run_terms import engine_seed
        from detente.simulation import check_paths_per_draw, check_policies

        seed = operator.index(seed)
        name = self.policies[0] if policy is None else check_policies(self, policy)[0]
        if not 0 <= operator.index(path) < 2**64:
            raise ArgumentError(f"path must be between 0 and 2^64 - 1, not {path}")
        core = _core.trace(
            self._core,
            name,
            operator.index(path),
            engine_seed(seed),
            check_paths_per_draw(paths_per_draw),
            bool(sobol),
        )
        return Trace(core, seed)

    def explain(self, policy: str | None = None, seed: int = 0) -> Explanation:
        """List what the steps of the engine are compiled to, and what each line of it costs here.

        Parameters
        ----------
        policy
            The first of the scenario by default.
        seed
            Of the few hundred paths that tell which joint states are visited.
        """
        from detente.explanation import explain
        from detente.simulation import check_policies

        name = self.policies[0] if policy is None else check_policies(self, policy)[0]
        return explain(self, name, operator.index(seed))

    def __repr__(self) -> str:
        return (
            f"<detente.Scenario {self.title!r}: {len(self.chains)} chains, "
            f"{len(self._core.parameters)} parameters, {len(self.policies)} policies, "
            f"{len(self._core.outcomes)} outcomes>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Scenario.from_yaml, (self.to_yaml(), f"<{self.title}>")

    def _repr_html_(self) -> str:
        from detente.scenario_html import scenario_html

        return scenario_html(self)


def load(path: str | os.PathLike[str]) -> Scenario:
    """Read a scenario from a file; see :meth:`Scenario.load`."""
    return Scenario.load(path)


def schema() -> str:
    """The JSON Schema (draft 2020-12) of the scenario language, as JSON text."""
    return _core.json_schema()


def scenario_folder() -> Path:
    """Where the shipped scenarios are: in the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "scenarios"
    return installed if installed.is_dir() else package.parents[1] / "scenarios"


def scenario_names() -> list[str]:
    """Names of the shipped scenarios, each of which :func:`detente.load` takes."""
    return sorted(file.stem for file in scenario_folder().glob("*.yaml"))


def find_scenario(path: str | os.PathLike[str]) -> Path:
    """The file that `path` means: itself where it exists, else a shipped scenario's name."""
    file = Path(path)
    if file.exists():
        return file
    name = os.fspath(path)
    if name in scenario_names():
        return scenario_folder() / f"{name}.yaml"
    if file.suffix or len(file.parts) > 1:
        raise FileNotFoundError(f"there is no file `{name}`")
    suggestion = str(unknown_name("scenario", name, scenario_names()))
    raise FileNotFoundError(f"there is no file `{name}`, and {suggestion}")


def policies_section(yaml: str) -> dict[str, str]:
    """What stands under each policy in a scenario's canonical text, as text."""
    section: dict[str, str] = {}
    name = None
    _, _, rest = f"\n{yaml}".partition("\npolicies:\n")
    for line in rest.splitlines():
        if not line.startswith("  "):
            break
        if line.startswith("   "):
            assert name is not None
            section[name] += "\n" + line[2:]
        else:
            name, _, body = line.strip().partition(":")
            section[name] = body.strip()
    return section


def _prior(prior: Prior) -> float | str:
    """A number as it is, a mapping as YAML."""
    return _flow_yaml(prior) if isinstance(prior, Mapping) else float(prior)


def _flow_yaml(value: object) -> str:
    """A value as one line of YAML; JSON is YAML, and quotes what needs it."""
    import json

    return json.dumps(value, default=_plain, allow_nan=False, ensure_ascii=False)


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever json does not know
    """Numbers of NumPy as Python's, mappings as dictionaries."""
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "item"):
        return value.item()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise ArgumentError(f"a scenario cannot hold {value!r}")


def _table(rows: Mapping[str, Mapping[str, object]], name: str, columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    index = pd.Index(list(rows), name=name, dtype=object)
    return pd.DataFrame(list(rows.values()), index=index, columns=columns)
