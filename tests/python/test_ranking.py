"""Ranks, probabilities of being best and regret, against closed forms and another library.

Fixed seeds; five standard errors as stated by the estimates.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm, rankdata

import detente
from detente.comparison import Reading
from detente.draw_groups import DrawGroups
from detente.ranking import Standing, over_draws, over_paths

#: Of choice.yaml: acting gains a normal of this mean over waiting; its variance is 1.25 of the
#: parameters and 1 of luck.
MEAN = 0.3


@pytest.fixture(scope="module")
def choice(support: Path) -> detente.Scenario:
    return detente.load(support / "choice.yaml")


@pytest.fixture(scope="module")
def shared(choice: detente.Scenario) -> detente.Forecast:
    """4,000 draws of 2 paths each: of the variance of a draw's mean, 1.25 + 1/2, 1/2 is noise."""
    return detente.simulate(choice, paths=8_000, seed=2, paths_per_draw=2, keep_outcomes=True)


def readings(values: np.ndarray) -> list[Reading]:
    return [Reading.of(column, "value") for column in values.T]


def assert_close(estimate: float, error: float, expected: float) -> None:
    assert abs(estimate - expected) < 5 * error, f"{estimate} ± {error}, expected {expected}"


def assert_normal_choice(standings: dict[str, Standing], sd: float) -> None:
    """Of a normal gain D the loss of not acting is E[max(D, 0)], of acting E[max(-D, 0)]."""
    act, wait = standings["act"], standings["wait"]
    assert list(standings) == ["act", "wait"]
    assert_close(act.best, act.best_error, norm.cdf(MEAN / sd))
    missed = sd * norm.pdf(MEAN / sd) + MEAN * norm.cdf(MEAN / sd)
    assert_close(wait.regret, wait.regret_error, missed)
    assert_close(act.regret, act.regret_error, missed - MEAN)
    assert_close(act.mean_rank, act.mean_rank_error, 2 - norm.cdf(MEAN / sd))


def test_on_paths_a_normal_gain_has_the_closed_form(choice: detente.Scenario) -> None:
    forecast = detente.simulate(choice, paths=20_000, seed=1, keep_outcomes=True)
    assert_normal_choice(forecast.rank().standings, math.sqrt(2.25))


def test_over_draws_it_is_that_of_the_parameters_alone(shared: detente.Forecast) -> None:
    found = shared.rank()
    assert (found.over, found.n) == ("draws", 4_000)
    assert_normal_choice(found.standings, math.sqrt(1.25))
    assert_normal_choice(shared.rank(over="paths").standings, math.sqrt(2.25))


def test_the_least_regret_over_draws_is_the_worth_of_knowing_the_parameters(
    choice: detente.Scenario, shared: detente.Forecast
) -> None:
    worth = detente.voi(choice, paths=2_000, seed=8).evpi
    act = shared.rank().standings["act"]
    assert_close(act.regret, math.hypot(act.regret_error, worth.standard_error), worth.estimate)


def test_noise_that_is_left_in_would_show(shared: detente.Forecast) -> None:
    """The largest of noisy means is too large: by more than chance makes of it."""
    assert shared.draw_groups is not None
    gain = shared.draw_groups.sums(shared.readings()["act"]["utility"]) / 2
    raw = np.maximum(gain, 0)
    error = raw.std() / math.sqrt(len(raw))
    noisy, true = (
        s * norm.pdf(MEAN / s) + MEAN * norm.cdf(MEAN / s) for s in (1.75**0.5, 1.25**0.5)
    )
    assert_close(raw.mean(), error, noisy)
    assert noisy - true > 5 * error


def test_many_policies_over_noisy_draws_have_the_regret_of_what_is_measured() -> None:
    """Four policies with independent standard normal expectations and as much noise on the mean of
    a draw: E[max] is 1.02938 (David and Nagaraja 2003, Order Statistics), with noise √2 of it."""
    generator = np.random.default_rng(4)
    n_draws, per_draw = 3_000, 4
    values = np.repeat(generator.standard_normal((n_draws, 4)), per_draw, axis=0)
    values = values + generator.standard_normal((n_draws * per_draw, 1))  # luck that all share
    values += math.sqrt(per_draw) * generator.standard_normal(values.shape)
    draws = DrawGroups.of_range(0, len(values), per_draw)
    n, standings = over_draws(readings(values), draws, 1.0)
    assert n == n_draws
    for standing in standings:
        assert_close(standing.best, standing.best_error, 0.25)
        # The mean of one policy has an error of its own, which the regret carries.
        assert_close(standing.regret, standing.regret_error, 1.02938)
        assert standing.regret + 10 * standing.regret_error < math.sqrt(2) * 1.02938


def test_ranks_are_those_of_another_library_and_equals_share_theirs() -> None:
    generator = np.random.default_rng(3)
    values = generator.integers(0, 4, (500, 5)).astype(float)
    n, standings = over_paths(readings(values), None, 1.0, "value")
    assert n == 500
    average = rankdata(-values, axis=1, method="average").mean(axis=0)
    first = (values == values.max(axis=1, keepdims=True)).astype(float)
    first /= first.sum(axis=1, keepdims=True)
    for place, standing in enumerate(standings):
        assert standing.mean_rank == pytest.approx(average[place])
        assert standing.best == pytest.approx(first[:, place].mean())
        assert standing.best_error == pytest.approx(first[:, place].std(ddof=1) / math.sqrt(500))
        assert sum(standing.ranks) == pytest.approx(1)
        weighted = sum(rank * share for rank, share in enumerate(standing.ranks, 1))
        assert standing.mean_rank == pytest.approx(weighted)
        gap = values.max(axis=1) - values[:, place]
        assert standing.regret == pytest.approx(gap.mean())
        assert standing.regret_error == pytest.approx(gap.std(ddof=1) / math.sqrt(500))
    assert sum(standing.best for standing in standings) == pytest.approx(1)


def test_less_can_be_better(forecast: detente.Forecast) -> None:
    fewest = forecast.rank("added_deaths", better="lower")
    most = forecast.rank("added_deaths", better="higher")
    assert list(fewest.standings) == list(reversed(list(most.standings)))
    for name, standing in fewest.standings.items():
        assert standing.ranks == pytest.approx(tuple(reversed(most.standings[name].ranks)))
        assert standing.estimate == pytest.approx(forecast.estimate(name, "added_deaths").estimate)
    deaths = np.column_stack([forecast.readings()[name]["added_deaths"] for name in fewest.table.T])
    reached = forecast.rank("to_ceasefire", better="higher")
    for name, standing in reached.standings.items():
        assert standing.estimate == pytest.approx(forecast.estimate(name, "to_ceasefire").estimate)
    regret = (deaths - deaths.min(axis=1, keepdims=True)).mean(axis=0)
    assert fewest.table["regret"].to_numpy() == pytest.approx(regret)


def test_draws_and_not_paths_are_counted_where_paths_share_them(
    shared: detente.Forecast,
) -> None:
    """The means over the 2 paths of a draw vary by 1.25 + 1/2; of independent paths the variance
    would be 2.25 / 2."""
    standing = shared.rank(over="paths").standings["act"]
    groups = shared.draw_groups
    assert groups is not None
    gain = shared.readings()["act"]["utility"] - shared.readings()["wait"]["utility"]
    wins = groups.sums((gain > 0).astype(float)) / 2
    expected = wins.std(ddof=1) / math.sqrt(4_000)
    assert standing.best_error == pytest.approx(expected, rel=1e-9)
    assert standing.best_error > 1.1 * math.sqrt(standing.best * (1 - standing.best) / 8_000)


def test_two_policies_over_draws_are_those_of_the_comparison(
    shared: detente.Forecast, truce: detente.Scenario
) -> None:
    row = shared.compare("wait").loc[("act", "utility")]
    assert shared.rank().standings["act"].best == pytest.approx(row["share_above"], abs=1e-9)
    two = detente.simulate(
        truce, paths=3_000, paths_per_draw=30, policies=["drift", "late"], keep_outcomes=True
    )
    for outcome in ("relapse_5y", "added_deaths"):
        ranked = two.rank(outcome, better="higher").standings["late"]
        row = two.compare("drift").loc[("late", outcome)]
        assert ranked.best == pytest.approx(row["share_above"], abs=1e-9)


def test_equal_policies_share_their_ranks_over_draws_too() -> None:
    generator = np.random.default_rng(5)
    values = generator.normal(size=(600, 3)) + np.repeat(generator.normal(size=(200, 3)), 3, axis=0)
    twice = np.column_stack([values, values[:, 0]])
    _, standings = over_draws(readings(twice), DrawGroups.of_range(0, 600, 3), 1.0)
    assert standings[0] == standings[3]
    assert standings[0].best == pytest.approx(1 / 6, abs=0.05)
    assert sum(one.best for one in standings) == pytest.approx(1)


def test_the_best_throughout_still_may_regret() -> None:
    values = np.column_stack([np.zeros(1_000), np.full(1_000, -2.0)])
    _, (best, other) = over_paths(readings(values), None, 1.0, "value")
    assert (best.best, best.regret, best.regret_low) == (1.0, 0.0, 0.0)
    assert best.regret_high == pytest.approx(3 / 1_000 * 2)
    assert 0.99 < best.best_low < best.best_high == 1.0
    assert (other.regret, other.regret_error) == (2.0, 0.0)
    assert other.best_high < 0.01


def test_tables_and_json_tell_the_same(forecast: detente.Forecast) -> None:
    found = forecast.rank()
    told = json.loads(json.dumps(found.to_json_dict(), allow_nan=False))
    assert told["outcome"] == "utility"
    assert (told["over"], told["n"], told["better"]) == ("paths", 4_000, "higher")
    assert list(told["policies"]) == list(found.table.index)
    assert found.table["estimate"].is_monotonic_decreasing
    for name, standing in told["policies"].items():
        assert standing["regret"] == found.table.loc[name, "regret"]
        assert standing["ranks"] == found.ranks.loc[name].tolist()
    assert found.table.attrs["seed"] == 7
    shown = found._repr_html_()
    for words in ("Policies ranked by utility", "best on paths", "over 4,000 paths"):
        assert words in shown
    some = forecast.rank(policies=["late", "drift"])
    assert set(some.standings) == {"late", "drift"}


def test_what_cannot_be_ranked_is_refused(
    forecast: detente.Forecast, truce: detente.Scenario
) -> None:
    once = detente.simulate(truce, paths=4, paths_per_draw=2, keep_outcomes=True)
    bare = detente.simulate(truce, paths=10)
    alone = detente.simulate(truce, paths=10, policies="drift", keep_outcomes=True)
    single = detente.simulate(truce, paths=1, keep_outcomes=True)
    refused = {
        "did you mean `utility`": lambda: forecast.rank("utilty"),
        "better='higher' or better='lower'": lambda: forecast.rank("added_deaths"),
        "not 'up'": lambda: forecast.rank("utility", better="up"),  # type: ignore[arg-type]
        "no reading on some paths": lambda: forecast.rank("relapse_5y", better="lower"),
        "no draws to rank over": lambda: forecast.rank(over="draws"),
        "one policy alone": lambda: alone.rank(),
        "single paths were not kept": lambda: bare.rank(),
        "needs 3 of them": lambda: once.rank(),
        "two paths at least": lambda: single.rank(),
    }
    for words, ask in refused.items():
        with pytest.raises(detente.ArgumentError, match=words):
            ask()
    without = detente.Scenario.from_yaml(truce.to_yaml().partition("utility:")[0])
    with pytest.raises(detente.ArgumentError, match="unknown outcome `utility`"):
        detente.simulate(without, paths=10, keep_outcomes=True).rank()
