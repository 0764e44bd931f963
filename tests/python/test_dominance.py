"""Stochastic dominance, against closed forms and another library.

Of normals with equal spread the one with the larger mean dominates to the first order; of normals
with equal means the one with the smaller spread to the second order alone. Fixed seeds; five
standard errors.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import ks_2samp, norm, wasserstein_distance

import detente
from detente.comparison import Reading
from detente.distribution_gap import gap_of
from detente.dominance import Order, orders_of, violations
from detente.draw_groups import DrawGroups


def reading(values: np.ndarray) -> Reading:
    return Reading.of(np.asarray(values, dtype=float), "value")


def normals(
    first: tuple[float, float], second: tuple[float, float], n: int = 2_000, seed: int = 1
) -> tuple[Reading, Reading]:
    """Two normals of a mean and a standard deviation each, with correlation 1/2."""
    generator = np.random.default_rng(seed)
    luck = generator.normal(size=(n, 3)) @ np.array([[1, 1], [1, 0], [0, 1]]) / math.sqrt(2)
    return reading(first[0] + first[1] * luck[:, 0]), reading(second[0] + second[1] * luck[:, 1])


def verdicts(first: Reading, second: Reading) -> tuple[str, str]:
    orders, _ = orders_of(first, second)
    return orders[0].verdict, orders[1].verdict


def test_of_equal_spreads_the_larger_mean_dominates() -> None:
    larger, smaller = normals((0.5, 1), (0, 1))
    assert verdicts(larger, smaller) == ("yes", "yes")
    assert verdicts(smaller, larger) == ("no", "no")


def test_of_equal_means_the_smaller_spread_dominates_to_the_second_order_alone() -> None:
    narrow, wide = normals((0, 1), (0, 1.5))
    assert verdicts(narrow, wide) == ("no", "yes")
    assert verdicts(wide, narrow) == ("no", "no")


def test_a_larger_mean_with_a_larger_spread_dominates_to_no_order() -> None:
    bold, shy = normals((0.5, 2), (0, 1))
    assert verdicts(bold, shy) == ("no", "no")
    assert verdicts(shy, bold) == ("no", "no")


def test_what_few_paths_cannot_tell_is_not_decided() -> None:
    larger, smaller = normals((0.1, 1), (0, 1), n=200)
    assert verdicts(larger, smaller) == ("not decided", "not decided")
    same = larger
    assert verdicts(same, same) == ("not decided", "not decided")


@pytest.mark.parametrize(
    ("first", "second"), [((0.5, 1), (0, 1)), ((0, 1), (0, 1.5)), ((0.3, 2), (0, 1))]
)
def test_functions_and_violations_are_those_of_normals(
    first: tuple[float, float], second: tuple[float, float]
) -> None:
    """H of a normal is (x - m) Φ(z) + s φ(z), z = (x - m) / s, and the area between two
    distribution functions comes by quadrature."""
    laws = norm(*first), norm(*second)
    samples = normals(first, second, n=40_000)
    points = np.linspace(-2, 2, 9)
    for order in (1, 2):
        gap = gap_of(*samples, points, order, None)
        levels = []
        for law in laws:
            z = (points - law.mean()) / law.std()
            lacking = (points - law.mean()) * norm.cdf(z) + law.std() * norm.pdf(z)
            levels.append(law.cdf(points) if order == 1 else lacking)
        z = (gap.difference - (levels[0] - levels[1])) / gap.error
        assert np.abs(z).max() < 5
    found = violations(*samples)

    def difference(x: float) -> float:
        return float(laws[0].cdf(x) - laws[1].cdf(x))

    area = quad(lambda x: abs(difference(x)), -12, 12, limit=400, points=[-1, 0, 1])[0]
    violated = quad(lambda x: max(difference(x), 0), -12, 12, limit=400, points=[-1, 0, 1])[0]
    # The areas are sums over sorted values; √40,000 makes their relative error about 1 %.
    assert found[0][0] == pytest.approx(violated / area, abs=0.03)
    if first[0] == second[0]:
        # The area between the integrals is half of the difference of the variances.
        assert found[1][0] < 0.02
        assert found[0][0] == pytest.approx(0.5, abs=0.03)


def test_areas_are_those_of_another_library() -> None:
    """∫ |F - G| is Wasserstein's distance and ∫ (F - G) the difference of the means."""
    generator = np.random.default_rng(2)
    for n_values in (5, 1_000):
        first = generator.integers(0, n_values, 400).astype(float)
        second = generator.integers(0, n_values, 400) * 0.9 + 0.2
        second[:30] = np.nan
        kept = second[30:]
        distance = wasserstein_distance(first, kept)
        share, largest, at = violations(reading(first), reading(second))[0]
        violated = (distance + kept.mean() - first.mean()) / 2
        assert share == pytest.approx(violated / distance)
        # SciPy's alternative speaks of the distribution functions.
        assert largest == pytest.approx(ks_2samp(first, kept, alternative="greater").statistic)
        assert (first <= at).mean() - (kept <= at).mean() == pytest.approx(largest)
        grid = np.linspace(-1, n_values + 1, 200_001)
        lacking = [
            np.array([np.maximum(x - values, 0).mean() for x in grid[::500]])
            for values in (first, kept)
        ]
        share, largest, at = violations(reading(first), reading(second))[1]
        # On the grid up to the largest value, in steps of a hundredth of the range.
        inside = grid[::500] <= max(first.max(), kept.max())
        gap = (lacking[0] - lacking[1])[inside]
        area = np.abs(gap).sum()
        assert share == pytest.approx(np.maximum(gap, 0).sum() / area, abs=0.02)
        assert largest == pytest.approx(gap.max(), abs=0.05 * np.abs(gap).max())


def test_areas_are_exact_where_the_integrals_cross_between_values() -> None:
    """F - G is 1/2 from 0 to 1 and -1/2 from 1 to 3, so H rises to 1/2 at 1 and crosses 0 at 2: the
    areas above and below are 1/2 and 1/4."""
    first, second = violations(reading(np.array([0.0, 3.0])), reading(np.array([1.0, 1.0])))
    assert first == pytest.approx((1 / 3, 1 / 2, 0))
    assert second == pytest.approx((2 / 3, 1 / 2, 1))


def test_the_areas_change_places_with_the_policies() -> None:
    first, second = normals((0.3, 2), (0, 1))
    for one, other in zip(violations(first, second), violations(second, first), strict=True):
        assert one[0] + other[0] == pytest.approx(1)


def test_errors_are_those_of_paired_means() -> None:
    first, second = normals((0, 1), (0, 1.5), n=300)
    points = np.array([-1.0, 0.5])
    terms: dict[int, Callable[[np.ndarray, float], np.ndarray]] = {
        1: lambda values, x: (values <= x).astype(float),
        2: lambda values, x: np.maximum(x - values, 0),
    }
    draws = DrawGroups.of_range(0, 300, 10)
    for order, term in terms.items():
        alone = gap_of(first, second, points, order, None)
        grouped = gap_of(first, second, points, order, draws)
        for place, x in enumerate(points):
            gap = term(first.value, x) - term(second.value, x)
            assert alone.difference[place] == pytest.approx(gap.mean())
            assert alone.error[place] == pytest.approx(gap.std(ddof=1) / math.sqrt(300))
            means = gap.reshape(30, 10).mean(axis=1)
            assert grouped.error[place] == pytest.approx(means.std(ddof=1) / math.sqrt(30))


def test_points_at_which_the_same_paths_differ_are_tested_as_one() -> None:
    """Elsewhere the policies agree: all ratios are equal, and the largest is a single normal. Its
    quantiles are simulated to 0.05; of fifty independent ones they would be 3.1 and 3.3."""
    generator = np.random.default_rng(8)
    values = generator.uniform(0, 1, 2_000)
    differ = generator.random(2_000) < 0.1
    first, second = (reading(np.where(differ, end, values)) for end in (-1.0, 2.0))
    gap = gap_of(first, second, np.linspace(-0.5, 1.5, 50), 1, None)
    assert gap.largest == pytest.approx(norm.ppf(0.95), abs=0.25)
    assert gap.reach == pytest.approx(norm.ppf(0.975), abs=0.25)


def test_blocks_of_paths_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = normals((0.2, 1), (0, 1), n=1_000)
    draws = DrawGroups.of_range(3, 1_000, 7)
    points = np.linspace(-1, 1, 5)
    whole = [gap_of(first, second, points, 2, groups) for groups in (None, draws)]
    monkeypatch.setattr("detente.distribution_gap._ROWS", 64)
    for one, groups in zip(whole, (None, draws), strict=True):
        again = gap_of(first, second, points, 2, groups)
        assert again.error == pytest.approx(one.error)
        assert again.largest == pytest.approx(one.largest)


@pytest.mark.parametrize("paths_per_draw", [1, 10])
def test_alike_policies_are_seldom_told_apart(paths_per_draw: int) -> None:
    """100 experiments with two policies of one law, half of whose luck is shared: each verdict, of
    each order, is wrong in at most 5 %, 5 times, and 16 is five standard errors beyond that."""
    wrong = {(order, verdict): 0 for order in (0, 1) for verdict in ("no", "yes")}
    covered = 0
    for seed in range(100):
        generator = np.random.default_rng(seed)
        parameter = np.repeat(generator.normal(size=200 // paths_per_draw), paths_per_draw)
        shared = generator.normal(size=200) + parameter
        first, second = (reading(shared + generator.normal(size=200)) for _ in range(2))
        draws = DrawGroups.of_range(0, 200, paths_per_draw) if paths_per_draw > 1 else None
        orders, gaps = orders_of(first, second, draws)
        for order, verdict in wrong:
            wrong[order, verdict] += orders[order].verdict == verdict
        inside = np.abs(gaps[0].ratio[gaps[0].sure]) <= gaps[0].reach
        covered += bool(inside.all())
    assert max(wrong.values()) <= 16
    # The band holds the whole curve in 95, within five standard errors.
    assert abs(covered - 95) < 5 * math.sqrt(100 * 0.95 * 0.05)


def test_an_outcome_of_two_values_is_compared_by_its_share() -> None:
    generator = np.random.default_rng(7)
    luck = generator.random(3_000)
    rare, common = reading(luck < 0.02), reading(luck < 0.05)
    # With a minus sign less is better.
    turned = [Reading(-one.value, one.weight) for one in (rare, common)]
    (first, second), _ = orders_of(turned[0], turned[1], sign=-1.0)
    assert (first.verdict, second.verdict) == ("yes", "yes")
    (first, second), _ = orders_of(turned[1], turned[0], sign=-1.0)
    assert (first.verdict, second.verdict) == ("no", "no")
    assert first.violation_share == 1
    assert first.largest_violation == pytest.approx((luck < 0.05).mean() - (luck < 0.02).mean())
    assert first.at == 1  # a share of paths at 1 or more


def test_a_forecast_is_asked_by_name(forecast: detente.Forecast) -> None:
    found = forecast.dominance("late", "drift", "added_deaths", better="lower")
    turned = forecast.dominance("late", "drift", "added_deaths", better="higher")
    assert found.first_order.violation_share == pytest.approx(
        1 - turned.first_order.violation_share
    )
    curve = found.curves.loc[1]
    deaths = forecast.readings()["late"]["added_deaths"]
    for value in curve.index[::40]:
        assert curve.loc[value, "first"] == pytest.approx((deaths >= value).mean())
    assert (curve["low"] <= curve["difference"]).all()
    told = json.loads(json.dumps(found.to_json_dict(), allow_nan=False))
    assert told["first_order"]["verdict"] in ("yes", "no", "not decided")
    assert told["verdict"] == found.verdict
    assert found.verdict.startswith("late dominates drift by added_deaths, to the first order: ")
    assert told["n"] == 4_000


def test_a_conditional_outcome_is_compared_where_it_holds(forecast: detente.Forecast) -> None:
    found = forecast.dominance("quick", "late", "relapse_5y", better="lower")
    row = forecast.compare("late").loc[("quick", "relapse_5y")]
    curve = found.curves.loc[1].loc[1.0]
    assert curve["difference"] == pytest.approx(row["difference"])
    assert (curve["high"] - curve["difference"]) / row["standard_error"] == pytest.approx(
        1.96, abs=0.1
    )


def test_one_value_throughout_decides_nothing(forecast: detente.Forecast) -> None:
    found = forecast.dominance("quick", "late", "never", better="lower")
    assert isinstance(found.first_order, Order)
    assert found.first_order.verdict == found.second_order.verdict == "not decided"
    assert math.isnan(found.first_order.violation_share)
    assert found.to_json_dict()["first_order"]["at"] is None


def test_what_cannot_be_compared_is_refused(
    forecast: detente.Forecast, truce: detente.Scenario
) -> None:
    bare = detente.simulate(truce, paths=10)
    refused = {
        "with itself": lambda: forecast.dominance("late", "late"),
        "did you mean `drift`": lambda: forecast.dominance("late", "drit"),
        "did you mean `utility`": lambda: forecast.dominance("late", "drift", "utilty"),
        "better='higher' or better='lower'": lambda: forecast.dominance("late", "drift", "strikes"),
        "is a time_to": lambda: forecast.dominance("late", "drift", "to_ceasefire", better="lower"),
        "single paths were not kept": lambda: bare.dominance("late", "drift"),
    }
    for words, ask in refused.items():
        with pytest.raises(detente.ArgumentError, match=words):
            ask()
    never = truce.to_yaml().replace("given: eventually(conflict == ceasefire)", "given: trust > 50")
    nobody = detente.simulate(detente.Scenario.from_yaml(never), paths=20, keep_outcomes=True)
    with pytest.raises(detente.ArgumentError, match="no reading on any path under late"):
        nobody.dominance("late", "drift", "relapse_5y", better="lower")
