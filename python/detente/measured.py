"""A number that was estimated, with how far it may be off."""

from __future__ import annotations

import math
from dataclasses import dataclass

from detente.comparison import Z95


@dataclass(frozen=True)
class Measured:
    """An estimate with its standard error and 95 % interval; NaN where there is none."""

    estimate: float
    standard_error: float
    low: float
    high: float

    @classmethod
    def of(cls, estimate: float, error: float) -> Measured:
        """With the normal interval."""
        return cls(estimate, error, estimate - Z95 * error, estimate + Z95 * error)

    @classmethod
    def missing(cls) -> Measured:
        """Where there is no number."""
        return cls(*[math.nan] * 4)
