"""Factors of a hazard against closed forms: exact numbers, or within standard errors."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import detente
from detente.hazard_drivers import WHOLE
from detente.proportion import wilson95

#: Every factor is a number under each policy.
CONSTANT = """
detente: 1
title: Numbers
time: {horizon: 3, step: 0.5, report: 1}
levers: {watch: {default: 0}}
chains:
  truce:
    start: holds
    states: [holds, broken]
    transitions:
      - name: relapse
        from: holds
        to: broken
        baseline: {exponential: {rate: 0.1}}
        hazard_ratios: {watch: exp(-0.5 * watch), hills: 2}
      - {name: decay, from: holds, to: broken, hazard: 0.3 * (1 + watch) / exp(0.7 - 0.2 * watch)}
policies: {alone: {}, watched: {set: {watch: 1}}}
"""

#: One hazard with an uncertain factor of 1 or 4, halved by a policy; all clocks are shared.
TWO_RISKS = """
detente: 1
title: Two risks
time: {horizon: 4, step: 1, report: 1}
levers: {calm: {default: 0}}
parameters: {risky: {bernoulli: {p: 0.5}}}
chains:
  truce:
    start: holds
    states: [holds, broken]
    transitions:
      - name: relapse
        from: holds
        to: broken
        baseline: {exponential: {rate: 0.2}}
        hazard_ratios: {risk: "if(risky > 0.5, 4, 1)", calm: "if(calm > 0.5, 0.5, 1)"}
policies: {loud: {}, quiet: {set: {calm: 1}}}
"""


def scenario(text: str) -> detente.Scenario:
    return detente.Scenario.from_yaml(text)


def assert_close(value: float, error: float, expected: float) -> None:
    assert error > 0
    assert abs(value - expected) < 5 * error, (value, error, expected)


def test_constant_factors_are_exact_and_add_up() -> None:
    found = detente.drivers(scenario(CONSTANT), "relapse", paths=200, seed=1)
    assert found.factors == ["baseline", "watch", "hills"]
    expected = {"baseline": math.log(0.1), "hills": math.log(2), "watch": -0.5}
    for date in (*found.dates, "all"):
        for factor, value in expected.items():
            row = found.contributions.loc[("watched", factor, date)]
            assert row["mean"] == pytest.approx(value, abs=1e-14)
            assert row["standard_error"] == pytest.approx(0, abs=1e-12)
        table = found.table(date)
        assert table[("watched", "difference")].to_dict() == pytest.approx(
            {"watch": -0.5, "baseline": 0, "hills": 0, WHOLE: -0.5}, abs=1e-13
        )
        assert table[("watched", "selection")].abs().max() < 1e-13
        assert table.index[0] == "watch"
        risk = found.at_risk.loc[("alone", date)]
        assert risk["hazard"] == pytest.approx(0.2)
        assert risk["excluded"] == 0


def test_a_hazard_expression_is_taken_apart_at_its_products() -> None:
    found = detente.drivers(scenario(CONSTANT), "decay", paths=50, seed=1)
    assert found.factors == ["0.3", "1 + watch", "exp(-0.7)", "exp(0.2 * watch)"]
    means = found.table("0")[("watched", "mean")].to_dict()
    logs = [math.log(0.3), math.log(2), -0.7, 0.2]
    assert means == pytest.approx(
        dict(zip([*found.factors, WHOLE], [*logs, sum(logs)], strict=True))
    )


def test_who_is_at_risk_is_told_apart_from_what_differs() -> None:
    n = 20_000
    found = detente.drivers(scenario(TWO_RISKS), "relapse", paths=n, seed=2)
    for date in ("1", "3"):
        survive = {
            policy: [math.exp(-0.2 * ratio * factor * float(date)) for ratio in (1, 4)]
            for policy, factor in (("loud", 1.0), ("quiet", 0.5))
        }
        expected = {
            policy: math.log(4) * risky / (safe + risky)
            for policy, (safe, risky) in survive.items()
        }
        for policy, mean in expected.items():
            row = found.contributions.loc[(policy, "risk", date)]
            assert_close(row["mean"], row["standard_error"], mean)
            share = sum(survive[policy]) / 2
            risky = mean / math.log(4)
            spread = math.log(4) * math.sqrt(risky * (1 - risky))
            closed = spread / math.sqrt(n * share)
            assert row["standard_error"] == pytest.approx(closed, rel=0.05)
            at_risk = found.at_risk.loc[(policy, date), "share"]
            assert_close(at_risk, math.sqrt(share * (1 - share) / n), share)
        # A path at risk when hazards are double is at risk when they are not.
        row = found.differences.loc[("quiet", "risk", date)]
        assert_close(row["difference"], row["standard_error"], expected["quiet"] - expected["loud"])
        assert row["same_paths"] == pytest.approx(0, abs=1e-12)
        assert row["selection"] == pytest.approx(row["difference"])
        assert row["selection_error"] == pytest.approx(row["standard_error"])
        row = found.differences.loc[("quiet", "calm", date)]
        assert row["difference"] == pytest.approx(math.log(0.5))
        assert row["same_paths"] == pytest.approx(math.log(0.5))
        whole = found.table(date)[("quiet", "difference")]
        assert whole[WHOLE] == pytest.approx(whole.drop(WHOLE).sum(), abs=1e-12)


def test_over_all_dates_a_path_counts_once_for_each_date_at_risk() -> None:
    found = detente.drivers(scenario(TWO_RISKS), "relapse", policies="loud", paths=20_000, seed=2)
    weights = [sum(math.exp(-0.2 * ratio * t) for t in range(5)) for ratio in (1, 4)]
    row = found.contributions.loc[("loud", "risk", "all")]
    assert_close(row["mean"], row["standard_error"], math.log(4) * weights[1] / sum(weights))
    assert found.differences.empty
    assert list(found.table().columns) == [("loud", "mean")]


def test_a_normal_variable_in_an_exponential_has_its_mean_and_error() -> None:
    text = """
detente: 1
time: {horizon: 2, step: 0.5, report: 1}
variables: {x: {start: 0.5, drift: 0.3, volatility: 0.4}}
chains:
  truce:
    start: holds
    states: [holds, broken]
    transitions:
      - name: relapse
        from: holds
        to: broken
        hazard: 0.000001
        hazard_ratios: {x: exp(-0.8 * x)}
"""
    n = 8_000
    found = detente.drivers(scenario(text), "relapse", paths=n, seed=3)
    for time in (1, 2):
        row = found.contributions.loc[("baseline", "x", str(time))]
        assert_close(row["mean"], row["standard_error"], -0.8 * (0.5 + 0.3 * time))
        closed = 0.8 * 0.4 * math.sqrt(time / n)
        assert row["standard_error"] == pytest.approx(closed, rel=0.05)
        # The mean of a lognormal.
        risk = found.at_risk.loc[("baseline", str(time))]
        mean = 1e-6 * math.exp(-0.8 * (0.5 + 0.3 * time) + (0.8 * 0.4) ** 2 * time / 2)
        assert_close(risk["hazard"], risk["standard_error"], mean)


@pytest.mark.parametrize(
    ("baseline", "hazard"),
    [
        ("weibull: {shape: 0.5, scale: 12}", lambda t: 0.5 / 12 * (t / 12) ** -0.5),
        ("gompertz: {rate: 0.1, shape: 0.3}", lambda t: 0.1 * math.exp(0.3 * t)),
        ("piecewise: {times: [1.5], rates: [0.1, 0.4]}", lambda t: 0.1 if t < 1.5 else 0.4),
    ],
)
def test_a_baseline_is_its_hazard_at_the_time_in_the_state(baseline: str, hazard) -> None:
    text = CONSTANT.replace("exponential: {rate: 0.1}", baseline)
    found = detente.drivers(scenario(text), "relapse", policies="alone", paths=100, seed=4)
    for time in (1, 2, 3):
        mean = found.contributions.loc[("alone", "baseline", str(time)), "mean"]
        assert mean == pytest.approx(math.log(hazard(time)), abs=1e-12)
    at_once = found.at_risk.loc[("alone", "0")]
    if "weibull" in baseline:  # infinite in the first moment: there is no logarithm
        assert (at_once["share"], at_once["excluded"]) == (0, 1)
        assert math.isnan(at_once["hazard"])
    else:
        assert (at_once["share"], at_once["excluded"]) == (1, 0)


def test_draws_that_paths_share_widen_the_error() -> None:
    text = CONSTANT.replace("hills: 2", "hills: exp(b)").replace(
        "levers:", "parameters: {b: {normal: {mean: 0.6, sd: 0.3}}}\nlevers:"
    )
    found = detente.drivers(scenario(text), "relapse", paths=10_000, paths_per_draw=20, seed=5)
    row = found.contributions.loc[("alone", "hills", "0")]
    assert row["standard_error"] == pytest.approx(0.3 / math.sqrt(500), rel=0.15)
    assert_close(row["mean"], row["standard_error"], 0.6)


def test_factors_are_those_of_the_kept_paths(truce: detente.Scenario) -> None:
    n = 300
    forecast = detente.simulate(truce, paths=n, seed=6, keep_paths=n, keep_outcomes=True)
    found = forecast.drivers("relapse", baseline="quick")
    assert (found.n_paths, found.seed, found.baseline) == (n, 6, "quick")
    draws = forecast.parameter_draws["b_trust"].to_numpy()
    for policy in forecast.policies:
        kept = forecast.paths.sel(policy=policy)
        logs = -draws[:, None] * kept["trust"].to_numpy()
        at_risk = kept["conflict"].to_numpy() == "ceasefire"
        for position, date in enumerate(found.dates):
            chosen = logs[at_risk[:, position], position]
            share = found.at_risk.loc[(policy, date), "share"]
            assert share == pytest.approx(len(chosen) / n)
            if len(chosen):
                mean = found.contributions.loc[(policy, "trust", date), "mean"]
                assert mean == pytest.approx(chosen.mean(), abs=1e-12)


def test_the_hazard_over_the_time_at_risk_is_how_often_it_fires() -> None:
    text = """
detente: 1
time: {horizon: 4, step: 0.1, report: 0.1}
parameters: {b: {normal: {mean: 0.7, sd: 0.3}}}
variables: {x: {start: 0, reverting: {to: 0.2, rate: 1}, volatility: 0.5}}
chains:
  truce:
    start: holds
    states: [holds, broken]
    transitions:
      - name: relapse
        from: holds
        to: broken
        baseline: {gompertz: {rate: 0.4, shape: 0.2}}
        hazard_ratios: {x: exp(b * x)}
      - {name: mend, from: broken, to: holds, hazard: 1.5}
"""
    n = 5_000
    found = detente.drivers(scenario(text), "relapse", paths=n, seed=7)
    risk = found.at_risk.loc["baseline"].drop("all")
    rate = (risk["share"] * risk["hazard"]).to_numpy()
    expected = float(((rate[1:] + rate[:-1]) / 2 * np.diff(found.times)).sum())
    row = found.shares.loc[("baseline", "relapse")]
    # What fires less what was to be expected is a martingale, with the variance of the latter.
    assert abs(row["per_path"] - expected) < 5 * math.sqrt(expected / n)


def test_threads_and_a_larger_run_change_nothing(truce: detente.Scenario) -> None:
    one = detente.drivers(truce, "relapse", "drift", paths=1500, seed=6, threads=1)
    two = detente.drivers(truce, "relapse", "drift", paths=1500, seed=6, threads=2)
    assert one.contributions.equals(two.contributions)
    assert one.shares.equals(two.shares)


def test_a_path_is_at_risk_only_where_the_guard_holds(truce: detente.Scenario) -> None:
    found = detente.drivers(truce, "open_talks", "late", paths=400, seed=6)
    forecast = detente.simulate(truce, paths=400, seed=6, policies="late", keep_paths=400)
    kept = forecast.paths.sel(policy="late")
    is_free = (kept["conflict"] == "war") & (kept["guarantee"] == "in_force")
    shares = found.at_risk.loc["late"]["share"].drop("all").to_numpy()
    assert shares == pytest.approx(is_free.mean("path").to_numpy())


# -- shares of moves -----------------------------------------------------------------------------


def test_shares_of_moves_are_those_of_the_competing_hazards() -> None:
    text = """
detente: 1
time: {horizon: 10, step: 5, report: 5}
chains:
  side:
    start: up
    states: [up, down, away]
    transitions:
      - {name: fall, from: up, to: down, hazard: 0.3}
      - {name: jump, from: up, to: down, hazard: 0.5}
      - {name: leave, from: up, to: away, hazard: 0.1}
      - {name: rise, from: down, to: up, hazard: 1}
      - {name: return, from: away, to: down, hazard: 2}  # not from where a fall begins
events:
  push: {hazard: 0.2, when: side == up, effects: {side: down}}
"""
    found = detente.drivers(scenario(text), "fall", paths=4_000, seed=7)
    shares = found.shares.loc["baseline"]
    assert list(shares.index) == ["jump", "fall", "push"]
    for name, hazard in (("fall", 0.3), ("jump", 0.5), ("push", 0.2)):
        row = shares.loc[name]
        assert_close(row["share"], row["standard_error"], hazard)
        # Each move is one independent choice.
        closed = math.sqrt(hazard * (1 - hazard) / shares["moves"].sum())
        assert row["standard_error"] == pytest.approx(closed, rel=0.1)
        assert row["low"] < hazard < row["high"]
        assert row["per_path"] == row["moves"] / 4_000
    assert shares["share"].sum() == pytest.approx(1)


def test_a_share_without_moves_has_a_bound() -> None:
    text = CONSTANT.replace("hills: 2", "hills: 0.000001")
    shares = detente.drivers(scenario(text), "relapse", "alone", paths=500, seed=1).shares
    row = shares.loc[("alone", "relapse")]
    n = shares.loc[("alone", "decay"), "moves"]
    assert (row["moves"], row["share"], row["low"]) == (0, 0, 0)
    assert row["high"] == pytest.approx(wilson95(0, n)[1])


def test_moves_are_those_of_the_traces(truce: detente.Scenario) -> None:
    found = detente.drivers(truce, "relapse", "quick", paths=40, seed=8)
    moves = 0
    for path in range(40):
        firings = truce.trace(path, "quick", seed=8).firings
        is_counted = (firings["element"] == "relapse") & (firings["time"] <= truce.horizon)
        moves += int(is_counted.sum())
    assert moves > 5
    assert found.shares.loc[("quick", "relapse"), "moves"] == moves


# -- errors, JSON --------------------------------------------------------------------------------


def test_wrong_names_are_told(truce: detente.Scenario) -> None:
    with pytest.raises(detente.ArgumentError, match="did you mean `relapse`"):
        detente.drivers(truce, "relaps")
    with pytest.raises(detente.ArgumentError, match="did you mean `drift`"):
        detente.drivers(truce, "relapse", baseline="drif")
    with pytest.raises(detente.ArgumentError, match="unknown policy"):
        detente.drivers(truce, "relapse", policies=["nobody"])
    with pytest.raises(detente.ArgumentError, match="`paths` must be at least 2"):
        detente.drivers(truce, "relapse", paths=1)
    with pytest.raises(detente.ArgumentError, match="`threads` must be at least 1"):
        detente.drivers(truce, "relapse", threads=0)
    found = detente.drivers(truce, "relapse", "drift", paths=20)
    with pytest.raises(detente.ArgumentError, match="report date"):
        found.table("2024-12-24")


def test_a_transition_of_two_chains_is_told_apart() -> None:
    both = """
  pact:
    start: there
    states: [there, gone]
    transitions: [{name: relapse, from: there, to: gone, hazard: 0.4}]
policies"""
    two = scenario(CONSTANT.replace("\npolicies", both, 1))
    with pytest.raises(detente.ArgumentError, match=r"say `truce.relapse` or `pact.relapse`"):
        detente.drivers(two, "relapse", paths=20)
    assert detente.drivers(two, "pact.relapse", paths=20).factors == ["0.4"]


def test_a_failing_path_is_told() -> None:
    text = CONSTANT.replace("hills: 2", "hills: 1 - time")
    with pytest.raises(detente.RunError, match="relapse"):
        detente.drivers(scenario(text), "relapse", paths=100)


def test_a_callback_that_stops_keeps_what_is_done(truce: detente.Scenario) -> None:
    calls: list[tuple[int, int]] = []

    def stop(done: int, paths: int, _: float) -> bool:
        calls.append((done, paths))
        return False

    found = detente.drivers(truce, "relapse", "drift", paths=5_000, progress=stop)
    assert calls == [(2_048, 5_000)]
    assert found.n_paths == 2_048
    assert found.partial


def test_json_has_no_nan(truce: detente.Scenario) -> None:
    found = detente.drivers(truce, "relapse", ["drift", "late"], paths=100, seed=9)
    told = json.loads(json.dumps(found.to_json_dict(), allow_nan=False))
    assert told["transition"] == "relapse"
    late = told["policies"]["late"]
    assert set(late["contributions"]) == {"baseline", "trust", "rearming", WHOLE}
    assert len(late["differences"]["trust"]["difference"]) == len(told["dates"])
    assert "differences" not in told["policies"]["drift"]
    assert late["contributions"]["trust"]["mean"][0] is None  # nobody at risk on the first day
    assert np.isnan(found.contributions.loc[("late", "trust", found.dates[0]), "mean"])
