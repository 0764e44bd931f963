"""The functions of one parameter from which a regression is built: smooth ones first.

A parameter is put on the normal scale by its ranks, which leaves every expectation given the
parameter as it is, whatever the prior. On that scale the functions are cubic B-splines, recombined
so that over the draws they have mean 0, variance 1 and no correlation, and ordered by roughness,
the integral of the squared second derivative as P-splines approximate it (Demmler and Reinsch 1975,
Oscillation matrices with spline smoothing; Eilers and Marx 1996, Flexible smoothing with B-splines
and penalties). The first is close to linear, the k-th turns k - 1 times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.extras import require

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: B-splines per parameter, one more than there are functions of mean 0; fewer where draws share
#: values.
_N_SPLINES = 24

#: With so few distinct values a parameter is described by every function of them.
_FEW = 8


def spline_functions(draws: Floats) -> Floats:
    """Functions of a parameter, smooth ones first.

    Parameters
    ----------
    draws
        A value for each path.

    Returns
    -------
    ndarray, shape (path, function)
        Columns of mean 0 and variance 1 over the paths, uncorrelated. None where the parameter has
        one value alone; one less than it has values where these are few.

    Raises
    ------
    ArgumentError
        SciPy is not installed.
    """
    import numpy as np

    distinct, places = np.unique(draws, return_inverse=True)
    if len(distinct) == 1:
        return np.empty((len(draws), 0))
    if len(distinct) <= _FEW:
        return _of_few_values(places, len(distinct))
    return _of_many_values(_normal_scores(draws), min(_N_SPLINES, 2 + len(distinct) // 2))


def _of_few_values(places: NDArray[np.intp], n_values: int) -> Floats:
    """Polynomials of the position among the values, orthogonal over the paths."""
    import numpy as np

    powers = np.vander(places / (n_values - 1), n_values, increasing=True)
    orthogonal, _ = np.linalg.qr(powers)
    scaled: Floats = orthogonal[:, 1:] * np.sqrt(len(places))
    return scaled


def _normal_scores(draws: Floats) -> Floats:
    """The normal quantiles of the ranks; equal draws share theirs."""
    require("scipy", "analysis")
    from scipy.special import ndtri
    from scipy.stats import rankdata

    scores: Floats = ndtri((rankdata(draws) - 0.5) / len(draws))
    return scores


def _of_many_values(scores: Floats, n_splines: int) -> Floats:
    import numpy as np
    from scipy.interpolate import BSpline

    inner = np.unique(np.quantile(scores, np.linspace(0, 1, n_splines - 2)[1:-1]))
    ends = scores.min(), scores.max()
    # Where draws share values, the outer quantiles may be the ends.
    inner = inner[(ends[0] < inner) & (inner < ends[1])]
    knots = np.r_[[ends[0]] * 4, inner, [ends[1]] * 4]
    splines = BSpline.design_matrix(scores, knots, 3).toarray()
    # Centred B-splines sum to 0: the last says nothing that the others do not.
    columns = (splines - splines.mean(axis=0))[:, :-1]
    bends = _second_differences(knots)[:, :-1]
    sizes, axes = np.linalg.eigh(columns.T @ columns / len(scores))
    # Draws that share few values leave some splines without any of their own.
    seen = sizes > 1e-9 * sizes[-1]
    whitening = axes[:, seen] / np.sqrt(sizes[seen])
    _, mixes = np.linalg.eigh((bends @ whitening).T @ (bends @ whitening))
    functions: Floats = columns @ whitening @ mixes
    return functions


def _second_differences(knots: Floats) -> Floats:
    """The change of slope of the control polygon, over the abscissae of the splines (Greville)."""
    import numpy as np

    n = len(knots) - 4
    abscissae = np.array([knots[i + 1 : i + 4].mean() for i in range(n)])
    gaps = np.diff(abscissae)
    slopes = np.diff(np.eye(n), axis=0) / gaps[:, None]
    middles = (gaps[1:] + gaps[:-1]) / 2
    bends: Floats = np.diff(slopes, axis=0) / np.sqrt(middles)[:, None]
    return bends
