"""Sobol' indices of parameters: shares of the variance of what is expected.

Let g(θ) = E[Y | θ] be what is expected of an outcome once the parameters are known,
and V its variance over their priors. With independent inputs the first-order index of an input i is
S_i = Var(E[Y | θ_i]) / V, the share of V that knowing i alone would remove, and the total index is
T_i = E[Var(g | all but i)] / V, the share that is left when all but i are known (Sobol' 1993; Homma
and Saltelli 1996, Reliability Engineering and System Safety 52). S_i = T_i means that i acts by
itself, T_i = 0 that it does not act. Both are shares of what parameters explain and not of the
spread of paths, most of which is chance: that share is told as `explained`.

The engine draws parameters anew on every path, so indices are estimated from given data:
one ensemble. A regression of Y on all parameters (:mod:`detente.regression`) is a sum of terms that
are uncorrelated when inputs are independent; c, the sum of those with i alone, or of those with i
at all, has the variance that is looked for. Chance on a path is noise around g, independent of θ.
It would count as variance of c if the estimate were the variance of a fit. Therefore each path has
two fits, A and B, to halves of the paths of the other folds, and the estimate is the mean of c_A
c_B + c_A (Y - g_B) + c_B (Y - g_A): the errors of A, of B and of the path are independent, so that
none is taken for signal, and what the fits have shrunk away enters only by its square (a one-step
estimator; Williamson et al. 2021, Biometrics 77(1)). Its error follows from the spread over paths,
and an input without effect has indices of 0 within their intervals. What neither products of two
spline functions nor products of up to three whole effects can follow makes total indices too low.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from detente.measured import Measured
from detente.regression import Fold, Term, cross_fitted_twice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Indices:
    """The Sobol' indices of an input, as shares of the variance that parameters explain.

    Attributes
    ----------
    first_order, total
        Knowing it alone; knowing all but it.
    lead
        By how much `total` exceeds that of the input which comes next; NaN for the last one. Where
        its interval holds 0 the paths do not tell which of the two comes first.
    """

    first_order: Measured
    total: Measured
    lead: Measured

    @property
    def is_ahead(self) -> bool:
        """Whether it is told apart from the input that comes next."""
        return self.lead.low > 0


def sobol_indices(
    functions: Sequence[Floats], values: Floats, inputs: Sequence[Sequence[int]]
) -> tuple[Measured, list[Indices]]:
    """The share of the variance that parameters explain, and the indices of some inputs.

    Parameters
    ----------
    functions
        Of every parameter, from :func:`detente.spline_functions.spline_functions`.
    values
        The outcome of each path.
    inputs
        Positions of the parameters of each input. Inputs must be independent.

    Returns
    -------
    Measured, list of Indices
        NaN where the outcome does not vary with the parameters beyond its errors.
    """
    import numpy as np

    n = len(values)
    groups = [frozenset(positions) for positions in inputs]
    whole = np.empty(n)
    parts = np.empty((2, len(groups), n))
    for pair in cross_fitted_twice(functions, values[:, None]):
        rows = pair[0].rows
        rests = [values[rows] - fold.predicted()[:, 0] for fold in pair]
        whole[rows] = _variance_of(pair, rests, lambda _: True)
        acting = frozenset().union(*(t.parameters for t in pair[0].terms if len(t.factors) > 1))
        for position, group in enumerate(groups):
            alone = _variance_of(pair, rests, partial(_is_of, group=group))
            parts[:, position, rows] = alone
            if group & acting:
                parts[1, position, rows] = _variance_of(pair, rests, partial(_touches, group=group))
    spread = (values - values.mean()) ** 2
    explained = _ratio(whole, spread) if spread.any() else Measured.missing()
    if not explained.low > 0:
        nothing = Measured.missing()
        return explained, [Indices(nothing, nothing, nothing) for _ in groups]
    by_total = np.argsort(-parts[1].mean(axis=1))
    leads = {int(by_total[-1]): Measured.missing()}
    for one, following in pairwise(by_total):
        leads[int(one)] = _ratio(parts[1, one] - parts[1, following], whole)
    return explained, [
        Indices(_ratio(parts[0, k], whole), _ratio(parts[1, k], whole), leads[k])
        for k in range(len(groups))
    ]


def _is_of(term: Term, group: frozenset[int]) -> bool:
    return term.parameters <= group


def _touches(term: Term, group: frozenset[int]) -> bool:
    return bool(term.parameters & group)


def _variance_of(
    pair: tuple[Fold, Fold], rests: Sequence[Floats], belongs: Callable[[Term], bool]
) -> Floats:
    """What each path says of the variance of a part of the fit; its mean is the estimate.

    `rests` are what either fit leaves of the outcome.
    """
    one, other = (fold.part(belongs)[:, 0] for fold in pair)
    told: Floats = one * other + one * rests[1] + other * rests[0]
    return told


def _ratio(numerator: Floats, denominator: Floats) -> Measured:
    """A ratio of means with its error by the delta method."""
    scale = float(denominator.mean())
    ratio = float(numerator.mean()) / scale
    error = float((numerator - ratio * denominator).std(ddof=1)) / abs(scale)
    return Measured.of(ratio, error / math.sqrt(len(numerator)))
