"""The interval of a share."""

from __future__ import annotations

import math

from detente.comparison import Z95


def wilson95(share: float, n: float) -> tuple[float, float]:
    """The 95 % interval of a share of n trials (Wilson 1927, JASA 22:209), within 0 and 1.

    Parameters
    ----------
    share
        From 0 to 1; at either end the interval still has a width, of about 4/n.
    n
        Trials; where they are not independent, as many as would have the same error.

    Examples
    --------
    >>> low, high = wilson95(0.5, 100)
    >>> round(low, 4), round(high, 4)
    (0.4038, 0.5962)
    """
    weight = Z95**2 / n
    centre = (share + weight / 2) / (1 + weight)
    reach = math.sqrt(weight * share * (1 - share) + weight**2 / 4) / (1 + weight)
    return max(0.0, centre - reach), min(1.0, centre + reach)


def wilson95_of_error(share: float, error: float, n: int) -> tuple[float, float]:
    """The same, of a share with a known standard error: of as many trials as would have it.

    Where the error is 0, because all n independent readings agree, these are counted.
    """
    effective = share * (1 - share) / error**2 if error > 0 else 0.0
    return wilson95(share, effective if effective > 0 else n)
