"""What a scenario costs, line by line: see :meth:`detente.Scenario.explain`."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente import _core

if TYPE_CHECKING:
    import pandas as pd

    from detente.scenario import Scenario

#: Paths that tell how often each joint state is visited.
SAMPLED_PATHS = 500
#: Joint states are listed until they cover so much of the time; the rest is like them.
COVERED_SHARE = 0.95
MOST_STATES = 40


@dataclass(frozen=True)
class ListedState:
    """The compiled step of one joint state.

    Attributes
    ----------
    states
        The state of each chain.
    share
        Of the path-steps up to the horizon, estimated from a few hundred paths.
    nanoseconds
        Of a lane's step in this state: the operations alone, on full tiles.
    """

    states: dict[str, str]
    share: float
    nanoseconds: float
    lines: list[_core.ListedLine]


@dataclass(frozen=True)
class CostLine:
    """One element, variable or reading, over the joint states.

    Attributes
    ----------
    kind
        ``normals``, ``hazard``, ``variable``, ``baseline`` or ``reading``.
    nanoseconds
        Per path-step: the cost in each joint state, weighted by its share.
    share
        Of the sum over all lines.
    """

    kind: str
    name: str
    nanoseconds: float
    share: float


class Explanation:
    """What the steps of one policy cost.

    Costs are those of the operations, each measured on this machine; a value that several lines
    need is counted where it is first worked out. Firings, reports and summaries are not in it.

    Attributes
    ----------
    policy
        Its name.
    n_steps
        Steps up to the horizon.
    states
        The joint states that are visited most, the commonest first.
    covered
        Their share of the path-steps; the costs per path-step are means over these.
    """

    def __init__(
        self, policy: str, n_steps: int, states: list[ListedState], covered: float
    ) -> None:
        self.policy = policy
        self.n_steps = n_steps
        self.states = states
        self.covered = covered

    @property
    def nanoseconds(self) -> float:
        """Of a path-step."""
        return sum(state.share * state.nanoseconds for state in self.states) / self.covered

    def lines(self) -> list[CostLine]:
        """The dearest first."""
        costs: defaultdict[tuple[str, str], float] = defaultdict(float)
        for state in self.states:
            for line in state.lines:
                costs[line.kind, line.name] += state.share * line.nanoseconds / self.covered
        total = self.nanoseconds
        dearest = sorted(costs.items(), key=lambda item: -item[1])
        return [CostLine(kind, name, cost, cost / total) for (kind, name), cost in dearest]

    @property
    def table(self) -> pd.DataFrame:
        """The lines as a table: ``kind``, ``name``, ``nanoseconds`` per path-step, ``share``."""
        import pandas as pd

        return pd.DataFrame([vars(line) for line in self.lines()])

    def to_json_dict(self) -> dict[str, Any]:
        """The explanation as ``detente explain --json`` prints it."""
        return {
            "policy": self.policy,
            "steps": self.n_steps,
            "nanoseconds": self.nanoseconds,
            "covered": self.covered,
            "lines": [vars(line) for line in self.lines()],
            "states": [_state_to_json(state) for state in self.states],
        }


def explain(scenario: Scenario, policy: str, seed: int) -> Explanation:
    """List the steps of the joint states that a policy visits most."""
    shares = _visited(scenario, policy, seed)
    chosen: list[tuple[int, ...]] = []
    covered = 0.0
    for state in list(shares)[:MOST_STATES]:
        chosen.append(state)
        covered += shares[state]
        if covered >= COVERED_SHARE:
            break
    position = scenario.policies.index(policy)
    listing = _core.list_steps(scenario._core, position, [list(state) for state in chosen])
    chains = scenario._core.chains
    states = [
        ListedState(
            {chain.name: chain.states[s].name for chain, s in zip(chains, state, strict=True)},
            shares[state],
            sum(line.nanoseconds for line in listed.lines),
            listed.lines,
        )
        for state, listed in zip(chosen, listing.states, strict=True)
    ]
    return Explanation(policy, listing.n_steps, states, covered)


def _visited(scenario: Scenario, policy: str, seed: int) -> dict[tuple[int, ...], float]:
    """The share of path-dates spent in each joint state, the commonest first."""
    from detente.simulation import simulate

    forecast = simulate(scenario, SAMPLED_PATHS, seed, policies=policy, keep_paths=SAMPLED_PATHS)
    if not scenario._core.chains:
        return {(): 1.0}
    states = forecast._data.histories[policy].states
    joint = states.transpose(0, 2, 1).reshape(-1, states.shape[1])
    counts = Counter(map(tuple, joint.tolist()))
    return {state: count / len(joint) for state, count in counts.most_common()}


def _state_to_json(state: ListedState) -> dict[str, Any]:
    return {
        "states": state.states,
        "share": state.share,
        "nanoseconds": state.nanoseconds,
        "lines": [
            {
                "kind": line.kind,
                "name": line.name,
                "nanoseconds": line.nanoseconds,
                "instructions": [instruction.text for instruction in line.instructions],
            }
            for line in state.lines
        ],
    }
