"""The scenarios must give back the base rates that they were built on.

Bands are 95 % intervals of the record, or two of them joined: interstate wars and truces from
UCDP/PRIO (1946-2024) and the Correlates of War, civil-war truces and settlements from Fortna's
ceasefires (1947-99), Russian-NATO incidents from the dispute data. They check the structure and the
priors; Monte Carlo error is far smaller than any of them.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

import detente

YEARS = 11.083  # from December 2024 to the end of 2035


def cumulative_hazard(share: float) -> float:
    return -math.log1p(-share)


def weibull_shape(times: NDArray[np.float64], censored_at: float) -> float:
    """Maximum likelihood under right censoring; NaN marks a time that was not reached.

    Root of sum(t^k log t) / sum(t^k) - 1/k - mean(log t of events), which increases in k.
    """
    failed = ~np.isnan(times)
    durations = np.where(failed, np.maximum(times, 1e-4), censored_at)
    logs = np.log(durations)
    target = logs[failed].mean()

    def score(k: float) -> float:
        weights = durations**k
        return float((weights * logs).sum() / weights.sum() - 1.0 / k - target)

    low, high = 0.05, 5.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if score(middle) < 0 else (low, middle)
    return (low + high) / 2


def test_the_fitted_shape_is_that_of_the_sample():
    uniform = (np.arange(20_000) + 0.5) / 20_000
    times = 3.0 * (-np.log(uniform)) ** (1 / 0.6)
    times[times > 10.0] = np.nan
    assert weibull_shape(times, censored_at=10.0) == pytest.approx(0.6, abs=0.01)


@pytest.fixture(scope="module")
def library(columns, library_folder):
    """Every path's readings of a scenario of the library, by policy."""

    def load(name, *policies):
        scenario = detente.load(library_folder / f"{name}.yaml")
        return columns(scenario, policies, 4_000 if name == "ukraine-2024" else 20_000)

    return load


@pytest.mark.parametrize(
    ("name", "policy", "outcome", "low", "high"),
    [
        pytest.param(*row, id=f"{row[0]} {row[2]}")
        for row in [
            ("generic-interstate-war", "average", "over_30d", 0.26, 0.50),
            ("generic-interstate-war", "average", "over_1y", 0.50, 0.82),
            ("generic-interstate-war", "average", "long_war_13m", 0.12, 0.50),
            ("generic-interstate-war", "average", "long_war_5y", 0.40, 0.90),
            ("interstate-truce", "average", "relapse_5y", 0.10, 0.35),
            ("interstate-truce", "average", "relapse_10y", 0.15, 0.45),
            ("interstate-truce", "average", "war_5y", 0.00, 0.16),
            ("generic-civil-truce", "record", "fails_1y", 0.30, 0.58),
            ("generic-civil-truce", "record", "fails_5y", 0.55, 0.81),
            ("generic-civil-settlement", "record", "fails_5y", 0.26, 0.57),
            ("ukraine-2024", "drift", "ceasefire_13m", 0.15, 0.55),
            ("ukraine-2024", "drift", "relapse_5y", 0.20, 0.60),
            ("ukraine-2024", "drift", "nuclear_use", 0.003, 0.10),
        ]
    ],
)
def test_a_share_lies_in_the_interval_of_the_record(
    library, read, name, policy, outcome, low, high
):
    assert low <= read(library(name, policy)[policy][outcome]).value <= high


@pytest.mark.parametrize(
    ("name", "policy", "reference", "outcome", "low", "high"),
    [
        pytest.param(
            "interstate-truce",
            "broken_peace",
            "average",
            "relapse_5y",
            1.7,
            8.6,
            id="an earlier broken peace",
        ),
        pytest.param(
            "generic-civil-truce",
            "settlement",
            "record",
            "fails_5y",
            0.22,
            0.79,
            id="settlement against truce",
        ),
        pytest.param(
            "generic-civil-truce",
            "mission",
            "no_mission",
            "fails_5y",
            0.30,
            1.02,
            id="peacekeeping",
        ),
    ],
)
def test_a_hazard_ratio_lies_in_the_interval_of_the_record(
    library, read, name, policy, reference, outcome, low, high
):
    tables = library(name, policy, reference)
    hazards = [cumulative_hazard(read(tables[one][outcome]).value) for one in (policy, reference)]
    assert low <= hazards[0] / hazards[1] <= high


@pytest.mark.parametrize(
    ("name", "policy", "outcome", "horizon"),
    [
        ("generic-civil-truce", "record", "to_failure", 10.0),
        ("interstate-truce", "average", "to_relapse", 20.0),
    ],
)
def test_truces_fail_early_with_the_shape_of_the_record(library, name, policy, outcome, horizon):
    times = library(name, policy)[policy][outcome].to_numpy()
    assert 0.37 <= weibull_shape(times, censored_at=horizon) <= 0.65


def test_russia_and_nato_clash_as_rarely_as_the_record_allows(library, read):
    table = library("ukraine-2024", "drift")["drift"]
    assert 0.002 <= cumulative_hazard(read(table["clash"]).value) / YEARS <= 0.039


def test_guarantors_fight_as_often_as_allies_have(flagship, columns):
    policies = ["nato_first_granted", "eu_guarantee", "bilateral"]
    tables = columns(flagship("guarantor_fights"), policies, 3_000)
    tested = np.concatenate([table["guarantor_fights"].dropna() for table in tables.values()])
    assert len(tested) > 500
    assert 0.20 <= tested.mean() <= 0.80


def test_every_scenario_of_the_library_rests_on_what_was_known(library_folder):
    """No source of a dated scenario was written, or its data followed, after the as-of date."""

    dated = 0
    for path in sorted(library_folder.glob("*.yaml")):
        scenario = detente.load(path)
        if scenario.start is None:
            continue
        dated += 1
        dates = scenario.sources["date"].dropna().astype(str)
        assert (dates <= scenario.start).all(), path.name
        assert (scenario.parameters["source"] != "").all(), path.name
    assert dated == 8
