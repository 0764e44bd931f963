"""An observation that could be made before a policy is chosen, and what it would show.

It tells of one parameter θ, and not all: its law given θ is

    sd=s          normal(θ, s)        an estimate with standard error s: a survey, a count of stocks
    log_sd=s      normal(ln θ, s)     the same of a logarithm, as studies of hazard ratios give it
    trials=n      binomial(n, θ)      how many of n comparable cases turned out so
    exposure=t    Poisson(θ t)        how many events of rate θ came in the time t, in its unit
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from detente.errors import ArgumentError, unknown_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Draw = Callable[[np.random.Generator, Floats, float], Floats]

#: More trials or expected events than this are as good as knowing the parameter.
_MOST_CASES = 1e9


@dataclass(frozen=True)
class _Law:
    """What an observation may be: the values that its parameter may have, and how it is drawn."""

    lowest: float
    highest: float
    domain: str
    draw: Draw


def _cases(generator: np.random.Generator, values: Floats, trials: float) -> Floats:
    return generator.binomial(int(trials), values).astype(float)


def _events(generator: np.random.Generator, values: Floats, exposure: float) -> Floats:
    return generator.poisson(values * exposure).astype(float)


def _estimate(generator: np.random.Generator, values: Floats, sd: float) -> Floats:
    return generator.normal(values, sd)


def _log_estimate(generator: np.random.Generator, values: Floats, sd: float) -> Floats:
    import numpy as np

    return generator.normal(np.log(values), sd)


_LAWS = {
    "sd": _Law(-math.inf, math.inf, "a number", _estimate),
    "log_sd": _Law(math.ulp(0.0), math.inf, "above 0", _log_estimate),
    "trials": _Law(0, 1, "between 0 and 1", _cases),
    "exposure": _Law(0, math.inf, "0 or above", _events),
}


@dataclass(frozen=True)
class Observation:
    """An observation of one parameter.

    Attributes
    ----------
    parameter
        Name of an uncertain parameter.
    kind
        ``"sd"``, ``"log_sd"``, ``"trials"`` or ``"exposure"``, see the head of the module.
    size
        Above 0; of ``"trials"`` an integer.
    """

    parameter: str
    kind: str
    size: float

    def __post_init__(self) -> None:
        if self.kind not in _LAWS:
            raise unknown_name("kind of observation", self.kind, list(_LAWS))
        if not 0 < self.size < math.inf:
            raise ArgumentError(f"`{self}`: {self.kind} must be above 0")
        if self.kind == "trials" and self.size != int(self.size):
            raise ArgumentError(f"`{self}`: trials must be an integer")
        if self.kind in ("trials", "exposure") and self.size > _MOST_CASES:
            raise ArgumentError(f"`{self}`: {self.kind} may be {_MOST_CASES:g} at most")

    def __str__(self) -> str:
        return f"{self.parameter}:{self.kind}={self.size:.15g}"

    @classmethod
    def parse(cls, text: str) -> Observation:
        """What ``"gain:sd=0.5"`` says.

        Raises
        ------
        ArgumentError
            The text is no observation.
        """
        parameter, colon, rest = text.partition(":")
        kind, equals, size = rest.partition("=")
        try:
            number = float(size)
        except ValueError:
            number = math.nan
        if not colon or not equals or math.isnan(number):
            raise ArgumentError(
                f"`{text}` is no observation: write PARAMETER:KIND=NUMBER, such as tau:sd=0.5; "
                f"kinds are {', '.join(_LAWS)}"
            )
        return cls(parameter.strip(), kind.strip(), number)

    def draw(self, values: Floats, seed: int) -> Floats:
        """What would be seen on each path; the observation's name and the seed make the noise.

        Parameters
        ----------
        values
            The parameter on each path.
        seed
            Any integer.

        Returns
        -------
        ndarray, shape (path,)

        Raises
        ------
        ArgumentError
            The parameter has values that cannot be observed so.
        """
        import numpy as np

        law = _LAWS[self.kind]
        if values.min() < law.lowest or values.max() > law.highest:
            raise ArgumentError(
                f"`{self}`: `{self.parameter}` must be {law.domain} for that, and ranges from "
                f"{values.min():.4g} to {values.max():.4g}"
            )
        if self.kind == "exposure" and values.max() * self.size > _MOST_CASES:
            raise ArgumentError(f"`{self}`: more than {_MOST_CASES:g} events would be expected")
        generator = np.random.default_rng([seed % 2**64, crc32(str(self).encode())])
        return law.draw(generator, values, self.size)
