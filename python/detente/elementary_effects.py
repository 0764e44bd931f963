"""Elementary effects: the trajectories of a design, and what the outcomes along them say.

What they mean is told at the head of :mod:`detente.screening`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente import _core
from detente.comparison import Z95
from detente.ensemble import Group, label_of
from detente.extras import require
from detente.measured import Measured

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Levels of the grid: a move is two thirds of the range, and every level is as likely.
N_LEVELS = 4

#: Length of a move, p / (2 (p - 1)) with p levels (Morris 1991).
STEP = N_LEVELS / (2 * (N_LEVELS - 1))

#: Repetitions of the bootstrap over trajectories.
_N_BOOTSTRAPS = 1_000

#: The one-sided 95 % quantile of the normal law.
_Z95_ABOVE = 1.6448536269514722


@dataclass(frozen=True)
class ElementaryEffect:
    """What the elementary effects of an input are like, in the outcome's unit.

    Attributes
    ----------
    mu
        Their mean, with Student's interval; NaN where several parameters move together.
    mu_star
        The mean of their sizes, with a bootstrap interval over trajectories.
    sigma
        Their standard deviation, with the interval that normal effects would have; NaN as `mu`.
    noise
        The standard error of a single effect from chance (root mean square): how large `sigma` is
        where the effects are all the same.
    floor
        Up to this `mu_star` is not to be told from 0.
    """

    mu: Measured
    mu_star: Measured
    sigma: Measured
    noise: float
    floor: float

    @property
    def is_seen(self) -> bool:
        """Whether `mu_star` is above its floor."""
        return self.mu_star.estimate > self.floor


class Trajectories:
    """SALib's design: trajectories on a grid from 0 to 1 that move one input at a time.

    Attributes
    ----------
    inputs
        Parameters that move together, or single ones.
    points
        Shape (trajectory, point, parameter); parameters in the order of `inputs`.
    moved
        Position of the input that each move changes, shape (trajectory, point - 1).
    """

    def __init__(self, inputs: Sequence[Group], n_trajectories: int, seed: int) -> None:
        """Draw them.

        Raises
        ------
        ArgumentError
            SALib is not installed.
        """
        require("SALib", "analysis")
        import numpy as np
        from SALib.sample import morris

        self.inputs = list(inputs)
        owner = [position for position, group in enumerate(inputs) for _ in group]
        names = [name for group in inputs for name in group]
        self._problem: dict[str, Any] = {
            "num_vars": len(names),
            "names": names,
            "groups": [label_of(inputs[position]) for position in owner],
            "bounds": [[0.0, 1.0]] * len(names),
        }
        rng = np.random.default_rng(seed)
        rows = morris.sample(self._problem, n_trajectories, num_levels=N_LEVELS, seed=rng)
        self.points: Floats = rows.reshape(n_trajectories, len(inputs) + 1, len(names))
        changes = np.abs(np.diff(self.points, axis=1))
        self.moved = np.array(owner)[changes.argmax(axis=2)]

    @property
    def names(self) -> list[str]:
        """The parameters, in the order of the last axis of `points`."""
        return list(self._problem["names"])

    def effects(
        self, outcomes: Floats, errors: Floats, least_floor: float = 0.0
    ) -> list[ElementaryEffect]:
        """What the expected outcomes at the points say of each input.

        Parameters
        ----------
        outcomes
            Shape (trajectory, point).
        errors
            Standard errors of their differences along the moves, shape (trajectory, point - 1).
        least_floor
            No floor is lower.
        """
        import numpy as np
        from SALib.analyze import morris

        found = morris.analyze(
            self._problem,
            self.points.reshape(-1, self.points.shape[2]),
            outcomes.ravel(),
            num_resamples=_N_BOOTSTRAPS,
            num_levels=N_LEVELS,
            seed=np.random.default_rng(0),
        )
        by_input = np.empty((len(self.inputs), len(errors)))
        for trajectory, moved in enumerate(self.moved):
            by_input[moved, trajectory] = errors[trajectory] / STEP
        effects = []
        for position, group in enumerate(self.inputs):
            mu, mu_star, sigma, reach = (
                float(found[name][position]) for name in ("mu", "mu_star", "sigma", "mu_star_conf")
            )
            alone, n = len(group) == 1, len(errors)
            noise = by_input[position]
            effects.append(
                ElementaryEffect(
                    mu=_mean(mu, sigma, n) if alone else Measured.missing(),
                    mu_star=_size(mu_star, reach),
                    sigma=_deviation(sigma, n) if alone else Measured.missing(),
                    noise=float(np.sqrt((noise**2).mean())),
                    floor=max(_floor(noise), least_floor),
                )
            )
        return effects


def _mean(mu: float, sigma: float, n: int) -> Measured:
    error = sigma / math.sqrt(n)
    reach = _core.two_sided_student_quantile(0.95, n - 1) * error
    return Measured(mu, error, mu - reach, mu + reach)


def _size(mu_star: float, reach: float) -> Measured:
    return Measured(mu_star, reach / Z95, max(0.0, mu_star - reach), mu_star + reach)


def _deviation(sigma: float, n: int) -> Measured:
    """With the interval of χ²; the standard error is that of normal effects, σ / √(2 (n - 1))."""
    from scipy.stats import chi2

    low, high = (sigma * math.sqrt((n - 1) / chi2.ppf(q, n - 1)) for q in (0.975, 0.025))
    return Measured(sigma, sigma / math.sqrt(2 * (n - 1)), low, high)


def _floor(errors: Floats) -> float:
    """The 95 % quantile of the mean size of effects that are noise alone, of these errors.

    The size of a normal number has the mean √(2/π) and the variance 1 - 2/π (half-normal law).
    """
    mean = math.sqrt(2 / math.pi) * float(errors.mean())
    spread = math.sqrt((1 - 2 / math.pi) * float((errors**2).sum())) / len(errors)
    return mean + _Z95_ABOVE * spread
