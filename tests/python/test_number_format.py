from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.number_format import Figure, band_text, estimate_figure, figure, percent, plain


def share(estimate: float, low: float, high: float, hits: int, n: int) -> SimpleNamespace:
    return SimpleNamespace(
        kind="probability",
        estimate=estimate,
        low=low,
        high=high,
        hits=hits,
        n=n,
        band_low=math.nan,
        band_high=math.nan,
    )


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (23.4321, 23.17, 23.69, Figure("23.4", "23.2–23.7")),
        (-1.25, -1.5, -1.0, Figure("−1.2", "−1.5…−1.0")),
        (1.25, 0.1, 2.4, Figure("1.2", "0.1–2.4")),
        (123456.7, 123000, 124000, Figure("123,457", "123,000–124,000")),
        (0.001, 0.0002, 0.0056, Figure("0.0010", "0.0002–0.0056")),
        (0.04, -0.5, 0.58, Figure("0.0", "−0.5…0.6")),
        (3.0, 3.0, 3.0, Figure("3", "")),
        (3.0, math.nan, math.nan, Figure("3", "")),
    ],
)
def test_figures_have_the_digits_that_their_interval_leaves(
    value: float, low: float, high: float, expected: Figure
) -> None:
    assert figure(value, low, high) == expected


def test_a_band_stands_beside_the_interval_in_digits_of_its_own() -> None:
    banded = share(0.234, 0.2314, 0.2366, 234, 1000)
    banded.band_low, banded.band_high = 0.0593, 0.2712
    assert estimate_figure(banded) == Figure("23.4 %", "23.1–23.7", "6–27")
    assert band_text(-0.5, 1.25, sign=True) == "−0.5…+1.2"
    assert band_text(2.0, 2.0) == "2"
    assert band_text(math.nan, 1.0) == ""


def test_shares_are_in_per_cent() -> None:
    assert estimate_figure(share(0.234, 0.2314, 0.2366, 234, 1000)) == Figure("23.4 %", "23.1–23.7")


def test_no_hits_are_a_bound_and_so_is_no_miss() -> None:
    assert estimate_figure(share(0, 0, 0.0000384, 0, 10**5)).main == "< 0.0039 %"
    assert estimate_figure(share(1, 0.9999616, 1, 10**5, 10**5)).main == "> 99.9961 %"


def test_no_paths_are_no_figure() -> None:
    assert estimate_figure(share(math.nan, math.nan, math.nan, 0, 0)).main == "–"


@given(st.floats(1e-9, 0.5))
def test_bounds_are_rounded_outwards(bound: float) -> None:
    text = estimate_figure(share(0, 0, bound, 0, 10)).main
    assert float(text.strip("< %")) >= 100 * bound * (1 - 1e-9)


@given(st.floats(-1e12, 1e12))
def test_plain_numbers_stay_within_a_thousandth(value: float) -> None:
    shown = float(plain(value).replace(",", "").replace("−", "-"))
    assert shown == pytest.approx(value, rel=1e-3, abs=1e-12)


def test_what_is_no_number_is_a_dash() -> None:
    assert plain(math.nan) == "–"
    assert percent(math.nan) == "–"
    assert plain(math.inf) == "∞"
    assert plain(-0.25) == "−0.25"
