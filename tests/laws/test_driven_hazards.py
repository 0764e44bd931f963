"""Hazards driven by a diffusion, by time or by the sojourn: the law, and the order of the error.

A hazard is held over a step with the variables of its start, so survival is a product over steps
whose expectation is known in closed form (Gaussian integrals) beside the continuous one
(Feynman-Kac). Time and sojourn are read in the middle: second order. Seed 1; tolerances are 5
standard errors of the simulated share.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from closeness import z_of_share
from numpy.typing import NDArray
from readings import simulate
from scipy.integrate import solve_ivp
from scipy.linalg import solve_banded

Floats = NDArray[np.float64]

HORIZON = 2.0
PATHS = 400_000

# dX = -k X dt + s dW from x0, hazard c X^2.
RATE, NOISE, START, SCALE = 1.5, 1.2, 1.0, 1.5


def survival_of(hazard: str, step: float, variables: str = "{}", horizon: float = HORIZON) -> float:
    """Simulated share that has not left by the horizon."""
    text = f"""
detente: 1
title: driven hazard
time: {{horizon: {horizon}, step: {step}}}
variables: {variables}
chains:
  chain:
    start: inside
    states: [inside, outside]
    transitions:
      - {{name: leave, from: inside, to: outside, hazard: "{hazard}"}}
outcomes:
  stays: {{probability: chain == inside}}
"""
    return simulate(text, PATHS, keep_outcomes=False).estimate("stays").estimate


def quadratic_survival() -> float:
    """E exp(-c int X^2 dt) = exp(A + B x0^2) by its Riccati equation (Cameron and Martin 1945)."""

    def slope(_: float, state: Floats) -> list[float]:
        b = state[1]
        return [NOISE**2 * b, -SCALE - 2.0 * RATE * b + 2.0 * NOISE**2 * b**2]

    end = solve_ivp(slope, (0.0, HORIZON), [0.0, 0.0], rtol=1e-11, atol=1e-12).y[:, -1]
    return float(np.exp(end[0] + end[1] * START**2))


def quadratic_survival_held(step: float) -> float:
    """E exp(-c h sum X_i^2) over the grid: the same recursion in steps, by Gaussian integrals."""
    decay = np.exp(-RATE * step)
    variance = -(NOISE**2) * np.expm1(-2.0 * RATE * step) / (2.0 * RATE)
    a = b = 0.0
    for _ in range(round(HORIZON / step)):
        spread = 1.0 - 2.0 * b * variance
        a, b = a - 0.5 * np.log(spread), -SCALE * step + b * decay**2 / spread
    return float(np.exp(a + b * START**2))


STEPS = [0.5, 0.25, 0.125]


def test_held_hazard_is_of_first_weak_order() -> None:
    """Of the two closed forms: halving the step halves their difference."""
    exact = quadratic_survival()
    errors = [quadratic_survival_held(HORIZON / n) - exact for n in (256, 512, 1024)]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    np.testing.assert_allclose(orders, 1.0, atol=0.02)


def test_diffusion_driven_hazard_is_of_first_weak_order_or_better() -> None:
    """Errors at h, h/2, h/4 stay within those of the held hazard, 5 standard errors added."""
    variables = (
        f"{{x: {{start: {START}, reverting: {{to: 0, rate: {RATE}}}, volatility: {NOISE}}}}}"
    )
    exact = quadratic_survival()
    tolerance = 5.0 * np.sqrt(exact * (1.0 - exact) / PATHS)
    errors = []
    for step in STEPS:
        share = survival_of(f"{SCALE} * x^2", step, variables)
        errors.append(abs(share - exact))
        allowed = abs(quadratic_survival_held(step) - exact)
        assert errors[-1] < allowed + tolerance, f"step {step}: {share:.5f}, exact {exact:.5f}"
    assert errors[2] < 0.5 * errors[0] + tolerance


def test_diffusion_driven_hazard_reaches_the_continuous_law() -> None:
    variables = (
        f"{{x: {{start: {START}, reverting: {{to: 0, rate: {RATE}}}, volatility: {NOISE}}}}}"
    )
    share = survival_of(f"{SCALE} * x^2", HORIZON / 2000, variables)
    assert abs(z_of_share(share, quadratic_survival(), PATHS)) < 5.0


def exponential_survival() -> float:
    """Hazard exp(x) / 2: u_t = s^2/2 u_xx - k x u_x - exp(x)/2 u, by Crank and Nicolson."""
    edge, n_places, n_times = 6.0, 1201, 800
    x = np.linspace(-edge, edge, n_places)
    dx, dt = x[1] - x[0], HORIZON / n_times
    diffusion = 0.5 * NOISE**2 / dx**2
    drift = -RATE * x / (2.0 * dx)
    lower, upper = diffusion - drift, diffusion + drift
    middle = -2.0 * diffusion - 0.5 * np.exp(x)
    # No curvature at the edges, where almost no path comes.
    lower[[0, -1]], upper[[0, -1]] = 0.0, 0.0
    middle[[0, -1]] = -0.5 * np.exp(x[[0, -1]])
    bands = np.zeros((3, n_places))
    bands[0, 1:] = -0.5 * dt * upper[:-1]
    bands[1] = 1.0 - 0.5 * dt * middle
    bands[2, :-1] = -0.5 * dt * lower[1:]
    u = np.ones(n_places)
    for _ in range(n_times):
        right = u + 0.5 * dt * middle * u
        right[:-1] += 0.5 * dt * upper[:-1] * u[1:]
        right[1:] += 0.5 * dt * lower[1:] * u[:-1]
        u = solve_banded((1, 1), bands, right)
    return float(np.interp(START, x, u))


def test_exponential_of_a_diffusion_as_hazard_solves_its_feynman_kac_equation() -> None:
    variables = (
        f"{{x: {{start: {START}, reverting: {{to: 0, rate: {RATE}}}, volatility: {NOISE}}}}}"
    )
    share = survival_of("0.5 * exp(x)", HORIZON / 2000, variables)
    assert abs(z_of_share(share, exponential_survival(), PATHS)) < 5.0


def test_survival_under_a_square_root_diffusion_has_its_closed_form() -> None:
    """Hazard x with dX = a (b - X) dt + s sqrt(X) dW (Cox, Ingersoll and Ross 1985)."""
    a, b, s, x0 = 1.2, 0.5, 0.4, 0.8
    variables = (
        f"{{x: {{start: {x0}, drift: {a} * ({b} - x), volatility: '{s} * sqrt(max(x, 0))', "
        "range: [0, null]}}"
    )
    share = survival_of("x", HORIZON / 1000, variables)
    gamma = np.sqrt(a * a + 2.0 * s * s)
    growth = np.expm1(gamma * HORIZON)
    bottom = (gamma + a) * growth + 2.0 * gamma
    first = (2.0 * gamma * np.exp((a + gamma) * HORIZON / 2.0) / bottom) ** (2.0 * a * b / s**2)
    exact = first * np.exp(-2.0 * growth / bottom * x0)
    assert abs(z_of_share(share, exact, PATHS)) < 5.0


def midpoint_survival(hazard: Callable[[Floats], Floats], step: float) -> float:
    middles = np.arange(0.0, HORIZON, step) + 0.5 * step
    return float(np.exp(-step * np.sum(hazard(middles))))


@pytest.mark.parametrize("step", [2.0, 1.0, 0.5])
@pytest.mark.parametrize("of", ["time", "sojourn(chain)"])
def test_hazard_that_varies_with_time_or_sojourn_is_read_in_the_middle(
    of: str, step: float
) -> None:
    """From the start of a sojourn at 0, survival is that of the midpoint sum, step by step."""
    share = survival_of(f"0.5 * {of}^2", step)
    expected = midpoint_survival(lambda t: 0.5 * t**2, step)
    assert abs(z_of_share(share, expected, PATHS)) < 5.0


def test_hazard_that_varies_with_time_is_of_second_order() -> None:
    """The simulated error falls by 4 (2.8 to 5.7) when the step is halved."""
    exact = np.exp(-0.5 * HORIZON**3 / 3.0)
    coarse, fine = (survival_of("0.5 * time^2", step) - exact for step in (2.0, 1.0))
    error = np.sqrt(exact * (1.0 - exact) / PATHS)
    assert fine > 5.0 * error, "the error can be seen at the finer step"
    # Second order in the integrated hazard, so compare logarithms.
    ratio = np.log1p(coarse / exact) / np.log1p(fine / exact)
    assert 2.8 < ratio < 5.7


def test_linear_hazard_is_integrated_exactly_by_its_middle() -> None:
    for step in (2.0, 0.5):
        share = survival_of("0.8 * time", step)
        assert abs(z_of_share(share, np.exp(-0.4 * HORIZON**2), PATHS)) < 5.0


def test_sojourn_inside_an_expression_is_read_in_the_middle_of_what_is_left_of_a_step() -> None:
    """Entered at random inside a coarse step; a hazard linear in the sojourn stays within 1 %.

    At the step's end the integral is exact; only the place of the crossing inside a step is not.
    """
    text = """
detente: 1
title: entered inside a step
time: {horizon: 4, step: 0.25}
chains:
  chain:
    start: before
    states: [before, inside, outside]
    transitions:
      - {name: enter, from: before, to: inside, hazard: 2}
      - {name: leave, from: inside, to: outside, hazard: 0.8 * sojourn(chain)}
outcomes:
  gone: {probability: chain == outside}
"""
    share = simulate(text, PATHS, keep_outcomes=False).estimate("gone").estimate
    t = np.linspace(0.0, 4.0, 40_001)
    inside = np.trapezoid(2.0 * np.exp(-2.0 * t) * np.exp(-0.4 * (4.0 - t) ** 2), t)
    expected = 1.0 - np.exp(-8.0) - inside
    assert abs(z_of_share(share, expected, PATHS)) < 5.0
