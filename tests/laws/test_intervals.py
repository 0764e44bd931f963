"""The 95 % intervals of a run cover what they should: 400 replications with known truths.

Seeds 0 to 399, 400 paths each. With 400 replications the coverage has a standard error of 1.1
points, so 92 to 98 % is about three of them; Wilson and normal intervals differ from 95 % by less.
"""

from __future__ import annotations

import numpy as np
import pytest
from readings import Estimate, Readings, load

import detente
from detente.proportion import wilson95

REPLICATIONS = 400
PATHS = 400

TEXT = """
detente: 1
title: coverage
time: {horizon: 2, step: 1}
parameters: {p: {normal: {mean: 1, sd: 0.3}}}
chains:
  chain:
    start: one
    states: [one, two, three]
    transitions:
      - {name: first, from: one, to: two, hazard: 0.5}
      - {name: second, from: two, to: three, hazard: 1}
outcomes:
  share: {probability: not chain == one}
  rare: {probability: "eventually(chain == two, within = 0.06)"}
  leaves: {time_to: chain == two}
  stay: {duration: chain == one}
  drawn: {value: p}
  moved_on: {probability: chain == three, given: not chain == one}
  few: {probability: "eventually(chain == two, within = 0.1)"}
  stay_of_leavers: {duration: chain == one, given: not chain == one}
"""

FAR = 1.0 - (np.exp(-1.0) - 0.5 * np.exp(-2.0)) / 0.5
TRUTH = {
    "share": -np.expm1(-1.0),
    "rare": -np.expm1(-0.03),
    "leaves": -np.expm1(-1.0),
    "stay": -np.expm1(-1.0) / 0.5,
    "drawn": 1.0,
    "moved_on": FAR / -np.expm1(-1.0),
    "few": -np.expm1(-0.05),
    # The mean of an exponential that ends before 2.
    "stay_of_leavers": 2 + 2 * np.exp(-1.0) / np.expm1(-1.0),
}


@pytest.fixture(scope="module")
def replications() -> list[dict[str, Estimate]]:
    scenario = load(TEXT)
    found = []
    for seed in range(REPLICATIONS):
        readings = Readings(detente.simulate(scenario, paths=PATHS, seed=seed, threads=1))
        found.append({name: readings.estimate(name) for name in TRUTH})
    return found


@pytest.mark.parametrize("outcome", TRUTH)
def test_interval_covers_the_truth_as_often_as_it_says(
    outcome: str, replications: list[dict[str, Estimate]]
) -> None:
    truth = TRUTH[outcome]
    covered = np.mean([one[outcome].low <= truth <= one[outcome].high for one in replications])
    assert 0.92 <= covered <= 0.98


@pytest.mark.parametrize("outcome", TRUTH)
def test_standard_error_is_the_spread_over_replications(
    outcome: str, replications: list[dict[str, Estimate]]
) -> None:
    """The mean stated error against the spread of 400 estimates, known to 4 %: within 25 %."""
    estimates = [one[outcome].estimate for one in replications]
    stated = np.mean([one[outcome].standard_error for one in replications])
    assert stated == pytest.approx(np.std(estimates, ddof=1), rel=0.25)


@pytest.mark.parametrize("outcome", ["share", "rare", "few"])
def test_the_interval_of_a_share_is_wilson_s(
    outcome: str, replications: list[dict[str, Estimate]]
) -> None:
    for one in replications[:20]:
        found = one[outcome]
        assert (found.low, found.high) == pytest.approx(wilson95(found.estimate, PATHS))


def test_nothing_seen_still_has_an_upper_bound() -> None:
    """Zero hits among n paths: estimate 0, lower end 0, upper end of the order of 3 / n."""
    text = TEXT.replace("within = 0.06", "within = 1e-9")
    readings = Readings(detente.simulate(load(text), paths=1000, seed=1, threads=1))
    rare = readings.estimate("rare")
    assert rare.estimate == 0.0
    assert rare.low == 0.0
    assert 2.0 / 1000 < rare.high < 5.0 / 1000
