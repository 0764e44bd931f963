"""Which of many parameters matter at all: Morris' elementary effects.

A trajectory starts at a random point of a grid of parameter values and moves one input at a time,
so that k inputs cost k + 1 points. The change of the expected outcome at a move, over the length of
the move, is an elementary effect of that input; r trajectories give r effects of each (Morris 1991,
Technometrics 33(2)). Their mean μ tells the direction, the mean of their sizes μ* how much the
input matters (Campolongo, Cariboni and Saltelli 2007, Environmental Modelling and Software 22), and
their standard deviation σ whether it acts differently at different places, through a bend or
together with others. Design and statistics are SALib's.

The grid is one of quantiles, equally spaced from 5 to 95 %, and a length of 1 is that whole range:
an effect is in the outcome's unit, how much the range would change it at the pace of the move.
Correlated parameters move together as one input, on the quantiles of the independent normals that
the copula is made of, each up or down by itself: such an input has no direction, and no μ.

An expected outcome is a mean over simulated paths. All points of a trajectory are played on the
same random numbers (other trajectories on others), so that chance is the same on both sides of a
move and most of it cancels. What is left is measured: the standard error of an effect follows from
the differences of single paths. By it alone the sizes of effects that are 0 would have a mean
above 0; μ* up to the `floor` (95 % of such means are below) is not to be told from that. A
parameter that the outcome does not depend on changes no path, and both are exactly 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente import _core
from detente.elementary_effects import STEP, ElementaryEffect, Trajectories
from detente.ensemble import Group, groups_of, label_of
from detente.errors import ArgumentError, unknown_name
from detente.estimates import SHARES
from detente.json_numbers import with_numbers
from detente.level_runs import LevelRuns
from detente.progress import reporting
from detente.rank_correlations import joined_inputs
from detente.run_terms import engine_seed
from detente.simulation import check_policies

if TYPE_CHECKING:
    import pandas as pd

    from detente.plotting import Chart
    from detente.progress import ProgressCallback
    from detente.scenario import Scenario

#: Trajectories by default, and paths at each of their points.
DEFAULT_TRAJECTORIES = 10
DEFAULT_PATHS = 64

#: Fewer trajectories say nothing of the spread of effects; fewer paths, nothing of chance.
_FEWEST_TRAJECTORIES = 4
_FEWEST_PATHS = 8

#: The quantiles of a parameter between which trajectories move.
_LOW, _HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Screening:
    """Which inputs matter for an outcome under a policy.

    Attributes
    ----------
    outcome, policy
        What was looked at.
    unit
        Of the outcome and of all effects; a probability is a share of 1.
    n_trajectories, n_points, n_paths
        Of the design: trajectories, points of them all, paths at each point.
    effects
        By input, a parameter or correlated ones joined by `` + ``; the largest `mu_star` first.
    title, seed, version, wall_seconds
        The scenario's title; what the numbers rest on.
    """

    outcome: str
    policy: str
    unit: str
    n_trajectories: int
    n_points: int
    n_paths: int
    effects: dict[str, ElementaryEffect]
    title: str
    seed: int
    version: str
    wall_seconds: float = field(compare=False)

    @property
    def table(self) -> pd.DataFrame:
        """A row for each input.

        Columns: ``mu_star``, ``mu`` and ``sigma``, each followed by its ``_low`` and ``_high``,
        then ``noise``, ``floor`` and ``is_seen``.
        """
        import pandas as pd

        rows = []
        for effect in self.effects.values():
            row: dict[str, Any] = {}
            for name in ("mu_star", "mu", "sigma"):
                item = getattr(effect, name)
                row |= {name: item.estimate, f"{name}_low": item.low, f"{name}_high": item.high}
            row |= {"noise": effect.noise, "floor": effect.floor, "is_seen": effect.is_seen}
            rows.append(row)
        index = pd.Index(list(self.effects), name="parameters", dtype=object)
        table = pd.DataFrame(rows, index=index)
        table.attrs.update(outcome=self.outcome, policy=self.policy, seed=self.seed)
        return table

    def plot(self, most: int = 20) -> Chart:
        """μ* against σ: a dot for each input, the names of the `most` important beside theirs."""
        from detente.plotting.screening import effect_dots

        return effect_dots(self, most)

    def to_json_dict(self) -> dict[str, Any]:
        """What ``detente sensitivity --method morris --json`` prints; None for missing numbers."""
        from dataclasses import asdict

        numbers: dict[str, Any] = with_numbers(
            {
                "scenario": self.title,
                "outcome": self.outcome,
                "policy": self.policy,
                "unit": self.unit,
                "trajectories": self.n_trajectories,
                "points": self.n_points,
                "paths_per_point": self.n_paths,
                "seed": self.seed,
                "morris": {
                    name: asdict(effect) | {"is_seen": effect.is_seen}
                    for name, effect in self.effects.items()
                },
                "seconds": self.wall_seconds,
                "version": self.version,
            }
        )
        return numbers

    def _repr_html_(self) -> str:
        html: str = self.table._repr_html_()  # type: ignore[operator]
        return html


def screen(
    scenario: Scenario,
    outcome: str = "utility",
    policy: str | None = None,
    parameters: Sequence[str | Sequence[str]] | str | None = None,
    trajectories: int = DEFAULT_TRAJECTORIES,
    paths: int = DEFAULT_PATHS,
    seed: int = 0,
    threads: int | None = None,
    progress: ProgressCallback | bool | None = None,
) -> Screening:
    """Which parameters matter for an outcome at all: Morris' elementary effects.

    The method and what its figures mean are told at the head of :mod:`detente.screening`.

    Parameters
    ----------
    scenario
        What :func:`detente.load` returned; a design needs runs of its own, so no forecast.
    outcome
        The utility by default; a ``time_to`` is read as whether the time is reached.
    policy
        The first by default.
    parameters
        Names; a sequence of names among them moves together. By default every uncertain parameter,
        correlated ones together. Those left out are drawn anew for each trajectory.
    trajectories
        At least 4. With k inputs, `trajectories` × (k + 1) × `paths` histories are simulated.
    paths
        Simulated histories at each point, at least 8. Four times as many halve the noise.
    seed, threads, progress
        As in :func:`detente.simulate`.

    Returns
    -------
    Screening

    Raises
    ------
    ArgumentError
        A name is unknown; a parameter is asked for without one that it is correlated with; too few
        trajectories or paths; an outcome with ``given`` holds on none of a point's paths; SALib is
        not installed.

    Examples
    --------
    >>> found = detente.screen(scenario, "relapse_5y", "talks_now")  # doctest: +SKIP
    >>> found.table[["mu_star", "floor", "sigma"]]  # doctest: +SKIP
    """
    import numpy as np

    if trajectories < _FEWEST_TRAJECTORIES:
        raise ArgumentError(f"trajectories must be at least {_FEWEST_TRAJECTORIES}")
    if paths < _FEWEST_PATHS:
        raise ArgumentError(f"paths, at each point, must be at least {_FEWEST_PATHS}")
    if threads is not None and threads < 1:
        raise ArgumentError(f"threads must be at least 1, not {threads}")
    name = scenario.policies[0] if policy is None else check_policies(scenario, policy)[0]
    _check_outcome(scenario, outcome)
    design = Trajectories(_inputs(scenario, parameters), trajectories, engine_seed(seed))
    known = [parameter.name for parameter in scenario._core.parameters]
    columns = [known.index(parameter) for parameter in design.names]
    n_points = design.points.shape[0] * design.points.shape[1]
    runs = LevelRuns(scenario, name, outcome, paths, seed, threads)
    with reporting(progress, n_points * paths) as report:
        # One run has a point of every trajectory, so that blocks of paths are large.
        for points in np.moveaxis(design.points, 1, 0):
            levels = np.full((trajectories, len(known)), np.nan)
            levels[:, columns] = _LOW + (_HIGH - _LOW) * points
            runs.add(levels, n_points * paths, report)
    # Where all paths agree, up to three in as many as there are may differ (the rule of three).
    agreeing = 3 / (trajectories * paths) / STEP if runs.kind in SHARES else 0.0
    found = design.effects(runs.estimates(), runs.errors(), agreeing)
    effects = dict(zip(map(label_of, design.inputs), found, strict=True))
    return Screening(
        outcome=outcome,
        policy=name,
        unit=runs.unit,
        n_trajectories=trajectories,
        n_points=n_points,
        n_paths=paths,
        effects=dict(sorted(effects.items(), key=lambda item: -item[1].mu_star.estimate)),
        title=scenario.title,
        seed=seed,
        version=_core.__version__,
        wall_seconds=runs.seconds,
    )


def _inputs(scenario: Scenario, asked: Sequence[str | Sequence[str]] | str | None) -> list[Group]:
    """The inputs that move: those asked for, or all, correlated parameters together."""
    known = [item.name for item in scenario._core.parameters if item.prior.name != "constant"]
    if not known:
        raise ArgumentError("the scenario has no uncertain parameters")
    pairs = [pair for pair in scenario._core.correlated_pairs if set(pair) <= set(known)]
    if asked is None:
        return joined_inputs(known, pairs)
    groups = groups_of(asked, known)
    for group in groups:
        for pair in pairs:
            inside = [name for name in pair if name in group]
            if len(inside) == 1:
                (outside,) = set(pair) - set(inside)
                together = label_of((*group, outside))
                raise ArgumentError(
                    f"`{inside[0]}` is correlated with `{outside}`, so that it cannot move alone; "
                    f"ask for them as one input, `{together}`"
                )
    twice = [name for name in known if sum(name in group for group in groups) > 1]
    if twice:
        raise ArgumentError(f"`{twice[0]}` is in two inputs; a move changes one of them alone")
    return groups


def _check_outcome(scenario: Scenario, outcome: str) -> None:
    names = [item.name for item in scenario._core.outcomes]
    names += ["utility"] if scenario.utility else []
    if outcome not in names:
        raise unknown_name("outcome", outcome, names)
