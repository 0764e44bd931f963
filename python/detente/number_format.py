"""Numbers as people read them: as many digits as their error leaves meaning to."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detente.estimates import SHARES

if TYPE_CHECKING:
    from detente import _core

MISSING = "–"


@dataclass(frozen=True)
class Figure:
    """An estimate, its interval and its epistemic band, as text; the last two may be empty."""

    main: str
    interval: str = ""
    band: str = ""


def estimate_figure(estimate: _core.Estimate) -> Figure:
    """An estimate with its 95 % interval and its band: shares in per cent, all else in its unit.

    A share that no path had is shown by the bound that the paths allow, not as 0 %.
    """
    if estimate.n == 0 or math.isnan(estimate.estimate):
        return Figure(MISSING)
    if estimate.kind in SHARES:
        if estimate.hits == 0:
            return Figure(f"< {_bound(100 * estimate.high)} %")
        if estimate.hits == estimate.n:
            return Figure(f"> {_bound(100 * estimate.low, below=100)} %")
    is_share = estimate.kind in SHARES
    scale = 100 if is_share else 1
    shown = figure(
        scale * estimate.estimate,
        scale * estimate.low,
        scale * estimate.high,
        " %" if is_share else "",
    )
    return replace(shown, band=band_text(scale * estimate.band_low, scale * estimate.band_high))


def band_text(low: float, high: float, sign: bool = False) -> str:
    """The ends of a band with the digits that its width leaves; empty where there is none.

    Examples
    --------
    >>> band_text(5.93, 27.12)
    '6–27'
    >>> band_text(3.0, 3.0)
    '3'
    """
    if math.isnan(low) or math.isnan(high):
        return ""
    shown = figure((low + high) / 2, low, high, sign=sign)
    return shown.interval or shown.main


def figure(value: float, low: float, high: float, suffix: str = "", sign: bool = False) -> Figure:
    """A number and its interval, with the digits that the width of the interval leaves.

    Examples
    --------
    >>> figure(23.4321, 23.17, 23.69, " %")
    Figure(main='23.4 %', interval='23.2–23.7')
    >>> figure(-1.25, -1.5, -1.0, sign=True)
    Figure(main='−1.2', interval='−1.5…−1.0')
    """
    half_width = (high - low) / 2
    if not math.isfinite(half_width):
        return Figure(plain(value) + suffix)
    if half_width == 0:
        return Figure(plain(value) + suffix)
    places = decimals(half_width)
    if 0 < low < 0.5 * 10.0**-places:
        places += 1  # an end near zero keeps a digit: 0.0002 to 0.0056, not 0.000 to 0.006
    ends = [fixed(low, places, sign), fixed(high, places, sign)]
    interval = ("…" if sign or low < 0 else "–").join(ends)
    return Figure(fixed(value, places, sign) + suffix, interval)


def decimals(half_width: float) -> int:
    """The decimal places at which the half width has one digit, or two where the first is a 1."""
    return min(8, max(0, -math.floor(math.log10(half_width / 2))))


def fixed(value: float, places: int, sign: bool = False) -> str:
    """A number with so many decimals, thousands set apart, a true minus sign."""
    text = f"{value:+,.{places}f}" if sign else f"{value:,.{places}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("+-")
    return text.replace("-", "−")


def plain(value: float, digits: int = 4) -> str:
    """A number without known error, in a few significant digits.

    Examples
    --------
    >>> plain(1234.5678), plain(0.25), plain(float("nan"))
    ('1,235', '0.25', '–')
    """
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value != 0 and not 1e-4 <= abs(value) < 1e9:
        return f"{value:.{digits}g}".replace("-", "−")
    places = 0 if value == 0 else max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def percent(share: float) -> str:
    """A share without known error, in per cent.

    Examples
    --------
    >>> percent(0.3824)
    '38.2 %'
    """
    if math.isnan(share):
        return MISSING
    return f"{100 * share:.1f} %"


def _bound(value: float, below: float | None = None) -> str:
    """A bound rounded outwards, so that it stays one; in two significant digits of its distance."""
    distance = value if below is None else below - value
    if distance <= 0:
        return plain(value)
    places = max(0, 1 - math.floor(math.log10(distance)))
    step = 10.0**-places
    outwards = math.ceil(distance / step - 1e-9) * step
    return f"{outwards if below is None else below - outwards:.{places}f}"
