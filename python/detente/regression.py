"""What is expected of an outcome given some parameters: regression on the draws of one ensemble.

Every path has a draw of the parameters and one history made with it. The mean over histories given
the parameters, E[Y | θ], is what smooth functions of the draws explain of the readings Y (Strong,
Oakley and Brennan 2014, Estimating multiparameter partial expected value of perfect information
from a probabilistic sensitivity analysis sample, Medical Decision Making 34(3)). Here the functions
are those of :mod:`detente.spline_functions`, and products of two of them for the parameters that
matter most; variances are read off fits that have products of up to three whole effects besides.
Coefficients are shrunk the more the rougher their function is, as much as generalised
cross-validation says (Golub, Heath and Wahba 1979).

Regressions are cross-fitted: paths are dealt to folds by their position, and what is said of a path
comes from a fit to the other folds. Whatever noise the fit has taken for signal is then no signal
on the path, which keeps estimates free of the upward bias that maxima and variances of fitted
values have (Chernozhukov et al. 2018, Double/debiased machine learning, Econometrics Journal
21(1)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from detente.errors import ArgumentError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

N_FOLDS = 5

#: Fewer paths than this carry no regression.
FEWEST_PATHS = 100

#: Columns for single parameters, and for products of two, that a fit may have at most.
_MOST_SINGLE = 400
_MOST_PRODUCTS = 460

#: Fewer paths carry fewer columns of either kind: one for so many.
_PATHS_PER_COLUMN = 12

#: So many parameters, those that explain most, may act through products.
MOST_INTERACTING = 10

#: The highest function of each factor in a product.
_HIGHEST_FACTOR = 6

#: Stands for the position of a parameter's shape, which is appended to its functions.
_SHAPE = -1

#: A shape is multiplied with so many others at most.
_MOST_SHAPES = 3


@dataclass(frozen=True)
class Term:
    """A column of a regression.

    Attributes
    ----------
    factors
        Position of a parameter and of one of its functions, -1 for its shape; one to three factors.
    """

    factors: tuple[tuple[int, int], ...]

    @property
    def parameters(self) -> frozenset[int]:
        """Positions of the parameters that it depends on."""
        return frozenset(parameter for parameter, _ in self.factors)

    @property
    def weight(self) -> float:
        """How much it is shrunk: the roughness of a function with that many turns."""
        turns = [0 if function == _SHAPE else function for _, function in self.factors]
        return float(sum((turn + 1) ** 2 for turn in turns)) ** 2


@dataclass(frozen=True)
class Fold:
    """What the other folds' fit says of the paths of one fold.

    Attributes
    ----------
    rows
        Positions of the fold's paths.
    means
        Means of the responses over the other folds.
    terms, columns, coefficients
        Shapes (term), (path, term), (term, response). Columns have mean 0 over the other folds.
    """

    rows: NDArray[np.intp]
    means: Floats
    terms: Sequence[Term]
    columns: Floats
    coefficients: Floats

    def predicted(self) -> Floats:
        """The expected responses, shape (path, response)."""
        expected: Floats = self.means + self.columns @ self.coefficients
        return expected

    def part(self, belongs: Callable[[Term], bool]) -> Floats:
        """What some of the terms add to the means, shape (path, response)."""
        chosen = [position for position, term in enumerate(self.terms) if belongs(term)]
        added: Floats = self.columns[:, chosen] @ self.coefficients[chosen]
        return added


def cross_fitted(functions: Sequence[Floats], responses: Floats) -> Iterator[Fold]:
    """Regress responses on parameters, fold by fold.

    Parameters
    ----------
    functions
        Of each parameter, as :func:`detente.spline_functions.spline_functions` gives them.
    responses
        Shape (path, response). One amount of shrinkage serves all.

    Raises
    ------
    ArgumentError
        There are too few paths.
    """
    for held, others in _folds(len(responses)):
        terms = choose_terms([columns[others] for columns in functions], responses[others])
        yield _fit(functions, terms, responses, held, others)


def cross_fitted_twice(
    functions: Sequence[Floats], responses: Floats
) -> Iterator[tuple[Fold, Fold]]:
    """The same with two fits for each fold, to halves of the other folds' paths.

    Their errors are independent of one another, so that the mean of the product of two fitted
    values is free of the variance of both.
    """
    for held, others in _folds(len(responses)):
        terms = choose_terms([columns[others] for columns in functions], responses[others])
        one, other = (
            _fit(*_with_shapes(functions, terms, responses, half), responses, held, half)
            for half in (others[0::2], others[1::2])
        )
        yield one, other


def _folds(n_paths: int) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Positions of the paths of each fold, and of all others."""
    import numpy as np

    if n_paths < FEWEST_PATHS:
        raise ArgumentError(
            f"a regression needs {FEWEST_PATHS} paths at least; there are {n_paths}"
        )
    positions = np.arange(n_paths)
    for fold in range(N_FOLDS):
        is_held = positions % N_FOLDS == fold
        yield positions[is_held], positions[~is_held]


def _fit(
    functions: Sequence[Floats],
    terms: Sequence[Term],
    responses: Floats,
    held: NDArray[np.intp],
    known: NDArray[np.intp],
) -> Fold:
    """What a fit to some paths says of others."""
    import numpy as np

    columns = _columns([values[known] for values in functions], terms)
    center, means = columns.mean(axis=0), responses[known].mean(axis=0)
    weights = np.array([term.weight for term in terms])
    coefficients = ridge(columns - center, responses[known] - means, weights)
    unseen = _columns([values[held] for values in functions], terms) - center
    return Fold(held, means, terms, unseen, coefficients)


def _with_shapes(
    functions: Sequence[Floats],
    terms: Sequence[Term],
    responses: Floats,
    known: NDArray[np.intp],
) -> tuple[list[Floats], list[Term]]:
    """The functions with the shapes of some parameters appended, the terms with their products.

    The shape of a parameter is what it adds by itself in a fit to the `known` paths. Where factors
    multiply, as hazard ratios do, interactions are products of shapes, however many take part.
    """
    import numpy as np

    acting = sorted(frozenset().union(*(t.parameters for t in terms if len(t.factors) > 1)))
    single = [term for term in terms if len(term.factors) == 1]
    columns = _columns([values[known] for values in functions], single)
    rests = responses[known] - responses[known].mean(axis=0)
    weights = np.array([term.weight for term in single])
    coefficients = ridge(columns - columns.mean(axis=0), rests, weights)[:, 0]
    extended, shaped = list(functions), []
    for parameter in acting:
        own = [k for k, term in enumerate(single) if parameter in term.parameters]
        used = [single[k].factors[0][1] for k in own]
        shape = functions[parameter][:, used] @ coefficients[own]
        spread = shape[known].std()
        if spread > 0:
            shape = (shape - shape[known].mean()) / spread
            extended[parameter] = np.column_stack([functions[parameter], shape])
            shaped.append(parameter)
    room = len(known) // _PATHS_PER_COLUMN // 2
    products: list[Term] = []
    for size in range(2, _MOST_SHAPES + 1):
        found = [Term(tuple((p, _SHAPE) for p in group)) for group in combinations(shaped, size)]
        products += found if len(products) + len(found) <= room else []
    return extended, [*terms, *products]


def most_functions(n_parameters: int) -> int:
    """So many functions of each parameter are used at most where so many parameters are."""
    return max(_HIGHEST_FACTOR, _MOST_SINGLE // max(1, n_parameters))


def choose_terms(functions: Sequence[Floats], responses: Floats) -> list[Term]:
    """The terms of a regression: functions of each parameter, products for those that matter."""
    import math

    room = len(responses) // _PATHS_PER_COLUMN
    most = max(3, min(_MOST_SINGLE, room) // max(1, len(functions)))
    terms = [
        Term(((parameter, function),))
        for parameter, columns in enumerate(functions)
        for function in range(min(most, columns.shape[1]))
    ]
    leading = _leading(functions, responses)
    pairs = list(combinations(leading, 2))
    each = min(_MOST_PRODUCTS, room) // max(1, len(pairs))
    highest = min(_HIGHEST_FACTOR, max(1, math.isqrt(each)))
    for one, other in pairs:
        terms += [
            Term(((one, i), (other, j)))
            for i in range(min(highest, functions[one].shape[1]))
            for j in range(min(highest, functions[other].shape[1]))
        ]
    return terms


def _leading(functions: Sequence[Floats], responses: Floats) -> list[int]:
    """The parameters that explain most of the responses by themselves, in their order."""
    import numpy as np

    centred = responses - responses.mean(axis=0)
    spread = centred.std(axis=0)
    centred = centred / np.where(spread > 0, spread, 1)
    explained = [float(((columns[:, :4].T @ centred) ** 2).sum()) for columns in functions]
    by_size = sorted(range(len(functions)), key=lambda parameter: -explained[parameter])
    return sorted(by_size[:MOST_INTERACTING])


def _columns(functions: Sequence[Floats], terms: Sequence[Term]) -> Floats:
    import numpy as np

    columns = np.empty((len(terms), len(functions[0]))).T  # column by column in memory
    for position, term in enumerate(terms):
        columns[:, position] = 1
        for parameter, function in term.factors:
            columns[:, position] *= functions[parameter][:, function]
    return columns


def ridge(columns: Floats, responses: Floats, weights: Floats) -> Floats:
    """Coefficients that minimise the squared error plus λ Σ weight · coefficient².

    λ is the one of a grid with the least generalised cross-validation score, summed over responses
    in units of their variances.

    Parameters
    ----------
    columns, responses
        Of mean 0; shapes (path, term) and (path, response).
    weights
        Above 0, one for each term.

    Returns
    -------
    ndarray, shape (term, response)
    """
    import numpy as np

    n = len(columns)
    if columns.shape[1] == 0:
        return np.zeros((0, responses.shape[1]))
    scaled = columns / np.sqrt(weights)
    eigenvalues, axes = np.linalg.eigh(scaled.T @ scaled)
    eigenvalues = np.maximum(eigenvalues, 0)
    projected = axes.T @ (scaled.T @ responses)
    total = (responses**2).sum(axis=0)
    size = np.where(total > 0, total, 1)

    def score(penalty: float) -> float:
        shrunk = 1 / (eigenvalues + penalty)
        fitted = 2 * shrunk - eigenvalues * shrunk**2
        errors = total - (fitted[:, None] * projected**2).sum(axis=0)
        freedom = 1 - (eigenvalues * shrunk).sum() / n
        return float((errors / size).sum() / freedom**2)

    penalty = min(n * np.logspace(-9, 3, 49), key=score)
    found: Floats = (axes @ (projected / (eigenvalues + penalty)[:, None])) / np.sqrt(weights)[
        :, None
    ]
    return found
