"""The worth of knowing parameters, where it has a closed form.

Acting gains D over waiting, D normal given the parameters. Of parameters that give E[D | φ] the law
normal(m, s), knowledge is worth s φ(m/s) + m Φ(m/s) - max(m, 0) (Raiffa and Schlaifer 1961).
Seed 1, 20,000 paths; three standard errors as stated by the estimate.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import betabinom, nbinom, norm

import detente
from detente.observation import Observation
from detente.spline_functions import spline_functions
from detente.value_of_information import ValueOfInformation, Worth, worth_of

CHOICE = Path(__file__).parents[1] / "python" / "support" / "choice.yaml"
MEAN = 0.3


def worth(sd: float, mean: float = MEAN) -> float:
    return sd * norm.pdf(mean / sd) + mean * norm.cdf(mean / sd) - max(mean, 0)


@pytest.fixture(scope="module")
def found() -> ValueOfInformation:
    asked = ["gain", "bonus", "inert", ["gain", "bonus"], ["bonus", "inert"]]
    scenario = detente.load(CHOICE)
    seen = ["gain:sd=0.5", "gain:sd=1", "bonus:sd=0.5", "gain:sd=1e-6", "gain:sd=1e6", "inert:sd=1"]
    return detente.voi(scenario, asked, paths=20_000, seed=1, threads=2, observations=seen)


def assert_worth(estimate: Worth, expected: float) -> None:
    z = (estimate.estimate - expected) / estimate.standard_error
    assert abs(z) < 3, f"{estimate}, expected {expected:.4f}, z = {z:.1f}"
    # Where the fit is good, the maximum of what is fitted comes to the same.
    assert abs(estimate.plug_in - expected) < 3 * estimate.standard_error


@pytest.mark.parametrize(
    ("name", "variance"),
    [("gain", 1.0), ("bonus", 0.25), ("gain + bonus", 1.25), ("bonus + inert", 0.25)],
)
def test_knowing_parameters_is_worth_the_closed_form(
    found: ValueOfInformation, name: str, variance: float
) -> None:
    assert_worth(found.evppi[name], worth(math.sqrt(variance)))


def test_knowing_all_parameters_is_worth_the_closed_form_and_less_than_knowing_chance(
    found: ValueOfInformation,
) -> None:
    assert_worth(found.evpi, worth(math.sqrt(1.25)))
    # Of E[max] - max E the mean over paths has at most the error of the difference, 1.5 / √n.
    assert abs(found.clairvoyance - worth(1.5)) < 3 * 1.5 / math.sqrt(20_000)
    assert found.evpi.high < found.clairvoyance


def test_a_parameter_without_effect_is_worth_nothing(found: ValueOfInformation) -> None:
    inert = found.evppi["inert"]
    assert inert.low <= 0 <= inert.high
    assert inert.high < 0.01


@pytest.mark.parametrize(
    ("name", "prior", "noise"),
    [
        ("gain:sd=0.5", 1.0, 0.5),
        ("gain:sd=1", 1.0, 1.0),
        ("bonus:sd=0.5", 0.5, 0.5),
        ("gain:sd=1e-06", 1.0, 0.0),
    ],
)
def test_seeing_an_estimate_of_a_parameter_is_worth_the_closed_form(
    found: ValueOfInformation, name: str, prior: float, noise: float
) -> None:
    # The mean of the parameter given what was seen is normal: of its variance this part.
    assert_worth(found.evsi[name], worth(prior**2 / math.sqrt(prior**2 + noise**2)))


@pytest.mark.parametrize("name", ["gain:sd=1000000", "inert:sd=1"])
def test_seeing_nothing_of_use_is_worth_nothing(found: ValueOfInformation, name: str) -> None:
    seen = found.evsi[name]
    assert seen.low <= 0 <= seen.high
    assert seen.high < 0.01


def assert_worth_of_seeing(
    observation: str, parameter: np.ndarray, price: float, expected: float
) -> None:
    """Acting gains the parameter less a price, and noise; waiting gains nothing."""
    noise = np.random.default_rng(7).normal(scale=0.3 * parameter.std(), size=len(parameter))
    utilities = np.column_stack([np.zeros(len(parameter)), parameter - price + noise])
    seen = Observation.parse(observation).draw(parameter, seed=1)
    assert expected > 10 * worth_of([spline_functions(seen)], utilities).standard_error
    assert_worth(worth_of([spline_functions(seen)], utilities), expected)


def test_seeing_how_many_cases_turned_out_so_is_worth_the_sum_over_their_numbers() -> None:
    # Beta(2, 3) given k of n is Beta(2 + k, 3 + n - k), and k is beta-binomial.
    price, trials = 0.45, 6
    k = np.arange(trials + 1)
    gains = np.maximum((2 + k) / (5 + trials) - price, 0) * betabinom.pmf(k, trials, 2, 3)
    parameter = np.random.default_rng(6).beta(2, 3, size=40_000)
    assert_worth_of_seeing(f"p:trials={trials}", parameter, price, gains.sum())


def test_seeing_events_in_some_time_is_worth_the_sum_over_their_numbers() -> None:
    # Gamma(3, rate 4) given k events in t is Gamma(3 + k, rate 4 + t), and k negative binomial.
    price, exposure = 0.8, 2.5
    k = np.arange(200)
    gains = np.maximum((3 + k) / (4 + exposure) - price, 0)
    expected = (gains * nbinom.pmf(k, 3, 4 / (4 + exposure))).sum()
    parameter = np.random.default_rng(8).gamma(3, 1 / 4, size=40_000)
    assert_worth_of_seeing(f"rate:exposure={exposure}", parameter, price, expected)


def test_seeing_an_estimate_of_a_logarithm_is_worth_the_closed_form() -> None:
    # The mean of a lognormal parameter given what was seen is lognormal: as Black and Scholes 1973.
    price, prior, noise = 1.2, 0.6, 0.4
    spread = prior**2 / math.sqrt(prior**2 + noise**2)
    mean = math.exp(prior**2 / 2)
    up = math.log(mean / price) / spread + spread / 2
    expected = mean * norm.cdf(up) - price * norm.cdf(up - spread) - max(mean - price, 0)
    parameter = np.random.default_rng(9).lognormal(0, prior, size=40_000)
    assert_worth_of_seeing(f"ratio:log_sd={noise}", parameter, price, expected)


def test_noise_adds_nothing_where_many_policies_are_equally_good() -> None:
    # Ten policies of equal worth: a maximum of noisy fits would lean upwards by what it fits of
    # the noise. Fifty ensembles of 1,000 paths; the mean estimate is 0 within 3 standard errors.
    rng = np.random.default_rng(1)
    estimates = []
    for _ in range(50):
        functions = spline_functions(rng.normal(size=1_000))
        estimates.append(worth_of([functions], rng.normal(size=(1_000, 10))))
    values = np.array([estimate.estimate for estimate in estimates])
    assert abs(values.mean()) < 3 * values.std(ddof=1) / math.sqrt(50)
    assert np.mean([estimate.plug_in for estimate in estimates]) > 0.01


def test_intervals_cover_the_worth_as_often_as_they_say() -> None:
    # 200 ensembles of 1,000 paths: the share covered is 0.95 with a standard error of 0.015.
    rng = np.random.default_rng(2)
    expected = worth(1.0)
    covered = 0
    for _ in range(200):
        parameter, noise = rng.normal(size=(2, 1_000))
        utilities = np.column_stack([np.zeros(1_000), MEAN + parameter + noise])
        estimate = worth_of([spline_functions(parameter)], utilities)
        covered += estimate.low <= expected <= estimate.high
    assert covered / 200 > 0.95 - 3 * 0.0154


def test_a_threshold_of_a_coin_is_learned_from_its_few_values() -> None:
    # A coin decides whether acting gains 1 or loses 1: to know it is worth 1/2.
    rng = np.random.default_rng(3)
    coin = rng.integers(0, 2, size=4_000).astype(float)
    utilities = np.column_stack([np.zeros(4_000), 2 * coin - 1 + rng.normal(size=4_000)])
    assert_worth(worth_of([spline_functions(coin)], utilities), 0.5)


def test_what_only_two_parameters_together_tell_is_found() -> None:
    # E[D | a, b] = a b: knowing one alone is worth nothing, both are worth E[max(ab, 0)] = 1 / π.
    rng = np.random.default_rng(4)
    a, b, noise = rng.normal(size=(3, 8_000))
    utilities = np.column_stack([np.zeros(8_000), a * b + noise])
    functions = [spline_functions(a), spline_functions(b)]
    alone = worth_of(functions[:1], utilities)
    assert abs(alone.estimate) < 3 * max(alone.standard_error, 1e-3)
    assert_worth(worth_of(functions, utilities), 1 / math.pi)


def test_functions_of_a_parameter_are_uncorrelated_and_smooth_first() -> None:
    rng = np.random.default_rng(5)
    for draws in (rng.lognormal(size=500), rng.integers(0, 20, size=500).astype(float)):
        functions = spline_functions(draws)
        gram = functions.T @ functions / 500
        assert np.allclose(gram, np.eye(len(gram)), atol=1e-6)
        assert np.allclose(functions.mean(axis=0), 0, atol=1e-9)
        order = np.argsort(draws, kind="stable")
        turns = (np.diff(np.sign(functions[order]), axis=0) != 0).sum(axis=0)
        assert turns[0] == 1
        assert turns[0] < turns[2] <= turns[4]
    assert spline_functions(np.ones(500)).shape == (500, 0)
