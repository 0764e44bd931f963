from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import detente
from detente.comparison import Reading, paired_difference


def test_differences_are_those_of_the_estimates(forecast: detente.Forecast) -> None:
    table = forecast.compare("drift")
    assert table.index.names == ["policy", "outcome"]
    assert set(table.index.get_level_values("policy")) == {"quick", "late"}
    for (policy, outcome), row in table.iterrows():
        difference = (
            forecast.outcomes.loc[(policy, outcome), "estimate"]
            - forecast.outcomes.loc[("drift", outcome), "estimate"]
        )
        assert row["difference"] == pytest.approx(difference, rel=1e-9, abs=1e-12)
        assert row["low"] <= row["difference"] <= row["high"]


def test_an_unconditional_difference_has_the_error_of_paired_means(
    forecast: detente.Forecast,
) -> None:
    readings = forecast.readings()
    gap = readings["quick"]["peace_years"] - readings["drift"]["peace_years"]
    row = forecast.compare("drift").loc[("quick", "peace_years")]
    assert row["standard_error"] == pytest.approx(gap.std(ddof=1) / math.sqrt(len(gap)), rel=1e-9)
    apart = readings["quick"]["peace_years"].var(ddof=1) + readings["drift"]["peace_years"].var(
        ddof=1
    )
    assert row["variance_reduction"] == pytest.approx(apart / gap.var(ddof=1), rel=1e-9)


def test_shared_randomness_makes_differences_more_precise(forecast: detente.Forecast) -> None:
    table = forecast.compare("drift").loc["quick"]
    assert table.loc["strikes", "variance_reduction"] != table.loc["strikes", "n"]
    assert (table["variance_reduction"].dropna() > 1).all()


def test_the_error_of_a_conditional_difference_is_that_of_a_jackknife() -> None:
    generator = np.random.default_rng(5)
    n = 2_000
    luck = generator.random(n)
    columns = []
    for p_given, p_hit in ((0.5, 0.4), (0.7, 0.3)):
        hit = (luck + 0.2 * generator.random(n) < 1.2 * p_hit).astype(float)
        hit[generator.random(n) > p_given] = np.nan
        columns.append(hit)
    baseline, other = (Reading.of(column, "probability") for column in columns)
    result = paired_difference(baseline, other, is_share=True)

    def ratios(reading: Reading) -> np.ndarray:
        value, weight = reading.value, reading.weight
        return (value.sum() - value) / (weight.sum() - weight)

    left_out = ratios(other) - ratios(baseline)
    jackknife = math.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum())
    assert result.standard_error == pytest.approx(jackknife, rel=2e-3)


def test_intervals_of_a_conditional_difference_cover_the_truth() -> None:
    """95 % intervals of 400 experiments cover 380 ± 22 times (5 standard errors)."""
    generator = np.random.default_rng(9)
    covered = 0
    for _ in range(400):
        holds = generator.random((2, 500)) < [[0.6], [0.8]]
        luck = generator.random(500)
        values = np.where(holds, luck < [[0.5], [0.35]], np.nan)
        result = paired_difference(
            Reading.of(values[0], "probability"), Reading.of(values[1], "probability"), True
        )
        covered += result.low <= -0.15 <= result.high
    assert abs(covered - 380) < 5 * math.sqrt(400 * 0.95 * 0.05)


@settings(max_examples=50)
@example([(0.0, 661336.0), (1.0, -657724.0)])
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=2, max_size=60))
def test_comparing_the_other_way_round_changes_the_sign_alone(
    pairs: list[tuple[float, float]],
) -> None:
    first, second = (Reading.of(np.array(column), "value") for column in zip(*pairs, strict=True))
    there = paired_difference(first, second, is_share=False)
    back = paired_difference(second, first, is_share=False)
    assert there.difference == -back.difference
    assert there.standard_error == pytest.approx(back.standard_error)


def test_a_ratio_to_what_may_be_nothing_is_open() -> None:
    baseline = Reading.of(np.array([0.0, 1.0]), "value")
    other = Reading.of(np.array([661336.0, -657724.0]), "value")
    result = paired_difference(baseline, other, is_share=False)
    assert result.ratio == pytest.approx(3612)
    assert (result.ratio_low, result.ratio_high) == (0.0, math.inf)


def test_numbers_whose_squares_are_too_large_have_an_open_interval() -> None:
    baseline = Reading.of(np.array([1e200, -1e200, 3.0]), "value")
    other = Reading.of(np.array([2e200, 5.0, 1.0]), "value")
    result = paired_difference(baseline, other, is_share=False)
    assert result.difference == pytest.approx(2e200 / 3)
    assert (result.low, result.high) == (-math.inf, math.inf)


def test_policies_that_agree_on_every_path_are_not_proven_equal() -> None:
    reading = Reading.of(np.array([0.0, 1.0] * 500), "probability")
    result = paired_difference(reading, reading, is_share=True)
    assert result.difference == 0
    assert result.high == pytest.approx(3 / 1000)
    assert result.low == -result.high
    assert math.isnan(result.variance_reduction)


def test_an_outcome_that_nobody_meets_has_no_difference() -> None:
    nobody = Reading.of(np.full(10, np.nan), "probability")
    result = paired_difference(nobody, nobody, is_share=True)
    assert math.isnan(result.difference)
    assert math.isnan(result.standard_error)


def test_ratios_are_given_where_both_are_positive(forecast: detente.Forecast) -> None:
    table = forecast.compare("drift").loc["quick"]
    row = table.loc["ceasefire_1y"]
    assert row["ratio"] == pytest.approx(row["estimate"] / row["baseline"])
    assert row["ratio_low"] < row["ratio"] < row["ratio_high"]
    assert math.isnan(table.loc["never", "ratio"])


def test_one_policy_alone_cannot_be_compared(plain: detente.Scenario) -> None:
    forecast = detente.simulate(plain, paths=50, keep_outcomes=True)
    with pytest.raises(detente.ArgumentError, match="only policy"):
        forecast.compare()
