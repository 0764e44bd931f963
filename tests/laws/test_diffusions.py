"""Variables: Ornstein-Uhlenbeck, Brownian and geometric motion, their noise and their ranges.

Seed 1, 100,000 paths: |z| < 5 on moments, Kolmogorov-Smirnov at the same rarity on laws. Exact
forms must not depend on the step; Euler-Maruyama is compared with the law of its own recursion.
"""

from __future__ import annotations

import numpy as np
import pytest
from closeness import assert_cdf, assert_covariance, assert_mean, assert_variance
from readings import simulate
from scipy import stats

HORIZON = 2.0
STEPS = [HORIZON, HORIZON / 8, HORIZON / 200]
PATHS = 100_000


def diffusion(variables: str, step: float, outcomes: str, noise: str = "[]") -> str:
    return f"""
detente: 1
title: diffusion
time: {{horizon: {HORIZON}, step: {step}}}
variables:
{variables}
noise_correlations: {noise}
outcomes:
{outcomes}
"""


@pytest.mark.parametrize("step", STEPS)
def test_reverting_variable_is_an_exact_ornstein_uhlenbeck_process(step: float) -> None:
    """Normal with mean m + (x - m) exp(-k t) and variance s^2 (1 - exp(-2 k t)) / (2 k)."""
    text = diffusion(
        "  x: {start: 2, reverting: {to: -0.5, rate: 0.8}, volatility: 0.6}",
        step,
        "  middle: {value: x, at: 0.75}\n  end: {value: x}",
    )
    readings = simulate(text, PATHS)

    def law(t: float) -> tuple[float, float]:
        return -0.5 + 2.5 * np.exp(-0.8 * t), -0.36 * np.expm1(-1.6 * t) / 1.6

    for name, t in (("middle", 0.75), ("end", HORIZON)):
        mean, variance = law(t)
        assert_mean(readings[name], mean)
        assert_variance(readings[name], variance)
        assert_cdf(readings[name], stats.norm(mean, np.sqrt(variance)).cdf)
    # Cov(X_s, X_t) = Var(X_s) exp(-k (t - s)).
    expected = law(0.75)[1] * np.exp(-0.8 * (HORIZON - 0.75))
    assert_covariance(readings["middle"], readings["end"], expected)


def test_reverting_at_rate_zero_is_brownian_motion() -> None:
    text = diffusion(
        "  x: {start: 1, reverting: {to: 5, rate: 0}, volatility: 0.6}", 0.25, "  end: {value: x}"
    )
    end = simulate(text, PATHS)["end"]
    assert_cdf(end, stats.norm(1.0, 0.6 * np.sqrt(HORIZON)).cdf)


@pytest.mark.parametrize("step", STEPS)
def test_constant_drift_and_volatility_give_brownian_motion(step: float) -> None:
    text = diffusion(
        "  x: {start: 1, drift: 0.7, volatility: 0.5}",
        step,
        "  middle: {value: x, at: 0.75}\n  end: {value: x}",
    )
    readings = simulate(text, PATHS)
    assert_cdf(readings["end"], stats.norm(1.0 + 0.7 * HORIZON, 0.5 * np.sqrt(HORIZON)).cdf)
    assert_covariance(readings["middle"], readings["end"], 0.25 * 0.75)


@pytest.mark.parametrize("step", STEPS)
def test_growth_is_an_exact_geometric_motion(step: float) -> None:
    """Lognormal: log X_t ~ N(log x + (g - s^2/2) t, s^2 t), mean x exp(g t)."""
    text = diffusion(
        "  x: {start: 3, growth: 0.2, volatility: 0.4}",
        step,
        "  middle: {value: x, at: 0.75}\n  end: {value: x}",
    )
    readings = simulate(text, PATHS)
    spread = 0.4 * np.sqrt(HORIZON)
    centre = 3.0 * np.exp((0.2 - 0.08) * HORIZON)
    assert_mean(readings["end"], 3.0 * np.exp(0.2 * HORIZON))
    assert_cdf(readings["end"], stats.lognorm(spread, scale=centre).cdf)
    expected = 9.0 * np.exp(0.2 * (0.75 + HORIZON)) * np.expm1(0.16 * 0.75)
    assert_covariance(readings["middle"], readings["end"], expected)


@pytest.mark.parametrize("steps", [1, 5, 40])
def test_euler_maruyama_has_the_moments_of_its_recursion(steps: int) -> None:
    """X <- X (1 + g h + s sqrt(h) Z): E X = x (1 + g h)^n, E X^2 = x^2 ((1 + g h)^2 + s^2 h)^n."""
    step = HORIZON / steps
    text = diffusion(
        "  x: {start: 3, drift: 0.2 * x, volatility: 0.4 * x}", step, "  end: {value: x}"
    )
    end = simulate(text, PATHS)["end"]
    growth = 1.0 + 0.2 * step
    mean = 3.0 * growth**steps
    assert_mean(end, mean)
    assert_variance(end, 9.0 * (growth**2 + 0.16 * step) ** steps - mean**2)


def test_deterministic_drift_follows_eulers_polygon_with_time_read_in_the_middle() -> None:
    """dX = t dt by midpoints is exact: X = t^2 / 2; and dX = -X dt is (1 - h)^n."""
    text = diffusion(
        "  ramp: {start: 0, drift: time}\n  decay: {start: 1, drift: -decay}",
        0.25,
        "  ramp_end: {value: ramp}\n  decay_end: {value: decay}",
    )
    readings = simulate(text, 10)
    np.testing.assert_allclose(readings["ramp_end"], HORIZON**2 / 2, rtol=1e-12)
    np.testing.assert_allclose(readings["decay_end"], 0.75**8, rtol=1e-12)


@pytest.mark.parametrize("value", [-0.8, 0.5, 0.99])
def test_noise_correlation_couples_brownian_motions(value: float) -> None:
    text = diffusion(
        "  x: {start: 0, volatility: 0.5}\n"
        "  y: {start: 0, volatility: 2}\n"
        "  z: {start: 0, volatility: 1}",
        0.25,
        "  x_end: {value: x}\n  y_end: {value: y}\n  z_end: {value: z}",
        f"[{{of: [x, y], value: {value}}}]",
    )
    readings = simulate(text, PATHS)
    assert_variance(readings["x_end"], 0.25 * HORIZON)
    assert_variance(readings["y_end"], 4.0 * HORIZON)
    assert_covariance(readings["x_end"], readings["y_end"], value * HORIZON)
    assert_covariance(readings["x_end"], readings["z_end"], 0.0)


@pytest.mark.parametrize("step", [HORIZON / 8, HORIZON / 200])
def test_noise_correlation_couples_reverting_variables(step: float) -> None:
    """Equal rates k: Cov = r s1 s2 (1 - exp(-2 k t)) / (2 k), at any step."""
    text = diffusion(
        "  x: {start: 0, reverting: {to: 0, rate: 0.9}, volatility: 0.5}\n"
        "  y: {start: 1, reverting: {to: 2, rate: 0.9}, volatility: 0.8}",
        step,
        "  x_end: {value: x}\n  y_end: {value: y}",
        "[{of: [x, y], value: -0.6}]",
    )
    readings = simulate(text, PATHS)
    expected = 0.6 * 0.4 * np.expm1(-1.8 * HORIZON) / 1.8
    assert_covariance(readings["x_end"], readings["y_end"], expected)


def test_noise_correlation_of_unequal_rates_is_reached_as_the_step_shrinks() -> None:
    """Cov = r s1 s2 (1 - exp(-(k1 + k2) t)) / (k1 + k2) at a fine step."""
    text = diffusion(
        "  x: {start: 0, reverting: {to: 0, rate: 0.5}, volatility: 0.5}\n"
        "  y: {start: 0, reverting: {to: 0, rate: 2}, volatility: 0.8}",
        HORIZON / 200,
        "  x_end: {value: x}\n  y_end: {value: y}",
        "[{of: [x, y], value: 0.7}]",
    )
    readings = simulate(text, PATHS)
    expected = -0.7 * 0.4 * np.expm1(-2.5 * HORIZON) / 2.5
    assert_covariance(readings["x_end"], readings["y_end"], expected)


@pytest.mark.parametrize("step", STEPS)
def test_reflecting_bound_folds_brownian_motion(step: float) -> None:
    """|x + s W_t| at any step: the folded normal law."""
    text = diffusion(
        "  x: {start: 0.3, volatility: 0.5, range: {low: 0, high: null, at_bounds: reflect}}",
        step,
        "  end: {value: x}",
    )
    end = simulate(text, PATHS)["end"]
    spread = 0.5 * np.sqrt(HORIZON)
    assert end.min() >= 0.0
    assert_cdf(end, stats.foldnorm(0.3 / spread, scale=spread).cdf)


@pytest.mark.parametrize("step", [HORIZON, HORIZON / 50])
def test_two_reflecting_bounds_mix_brownian_motion_to_uniform(step: float) -> None:
    """On [0, 1], with s^2 t = 8, the law is uniform to 1e-16, even where a step leaps far out."""
    text = diffusion(
        "  x: {start: 0.3, volatility: 2, range: {low: 0, high: 1, at_bounds: reflect}}",
        step,
        "  end: {value: x}",
    )
    end = simulate(text, PATHS)["end"]
    assert_cdf(end, stats.uniform.cdf)


@pytest.mark.parametrize("steps", [4, 50])
def test_clamped_bound_holds_the_path_at_its_edge(steps: int) -> None:
    """X <- max(0, X + s sqrt(h) Z) from 0: E X_n = s sqrt(h / (2 pi)) sum 1 / sqrt(k) (Spitzer)."""
    step = HORIZON / steps
    text = diffusion(
        "  x: {start: 0, volatility: 0.5, range: [0, null]}",
        step,
        "  end: {value: x}\n  lowest: {minimum: x}",
    )
    readings = simulate(text, PATHS)
    expected = 0.5 * np.sqrt(step / (2.0 * np.pi)) * np.sum(np.arange(1, steps + 1) ** -0.5)
    assert_mean(readings["end"], expected)
    assert (readings["lowest"] == 0.0).all()


@pytest.mark.parametrize("steps", [4, 50])
def test_maximum_and_minimum_are_over_the_grid(steps: int) -> None:
    """Spitzer again: the expected maximum of a random walk is the sum of E S_k^+ / k."""
    step = HORIZON / steps
    text = diffusion(
        "  x: {start: 1, volatility: 0.5}", step, "  top: {maximum: x}\n  low: {minimum: x}"
    )
    readings = simulate(text, PATHS)
    expected = 0.5 * np.sqrt(step / (2.0 * np.pi)) * np.sum(np.arange(1, steps + 1) ** -0.5)
    assert_mean(readings["top"] - 1.0, expected)
    assert_mean(1.0 - readings["low"], expected)


def test_integral_is_trapezoidal_between_grid_points() -> None:
    """For Brownian motion: mean 0 and variance s^2 h^3 sum of the trapezoid's squared weights."""
    steps = 8
    step = HORIZON / steps
    text = diffusion("  x: {start: 0, volatility: 0.5}", step, "  area: {integral: x}")
    area = simulate(text, PATHS)["area"]
    weights = np.arange(steps, 0, -1) - 0.5
    assert_mean(area, 0.0)
    assert_variance(area, 0.25 * step**3 * np.sum(weights**2))


def test_start_may_be_uncertain() -> None:
    text = diffusion("  x: {start: 2 * p, drift: 1}", 1.0, "  end: {value: x}")
    text = text.replace("variables:", "parameters: {p: {normal: {mean: 1, sd: 0.5}}}\nvariables:")
    end = simulate(text, PATHS)["end"]
    assert_cdf(end, stats.norm(2.0 + HORIZON, 1.0).cdf)


MOVES = """
chains:
  chain:
    start: calm
    states: [calm, tense]
    transitions:
      - {name: rise, from: calm, to: tense, hazard: 4}
      - {name: fall, from: tense, to: calm, hazard: 6}
"""


def test_noise_and_bounds_of_a_path_do_not_depend_on_what_its_chains_do() -> None:
    """Streams belong to elements: with and without a busy chain the variables are the same."""
    variables = """
  free: {start: 0, drift: 0.3, volatility: 0.5}
  clamped: {start: 0.1, volatility: 0.8, range: [0, null]}
  folded: {start: 0.1, volatility: 0.8, range: {low: 0, at_bounds: reflect}}
  turned: {start: 0.5, volatility: 0.8, range: {high: 0.7, at_bounds: reflect}}
  boxed: {start: 0.3, volatility: 2, range: {low: 0, high: 1, at_bounds: reflect}}
  home: {start: 1, reverting: {to: 0, rate: 0.7}, volatility: 0.3}
  wealth: {start: 1, growth: 0.1, volatility: 0.3}
"""
    names = ["free", "clamped", "folded", "turned", "boxed", "home", "wealth"]
    outcomes = "\n".join(
        f"  {name}_middle: {{value: {name}, at: 0.9}}\n  {name}_end: {{value: {name}}}"
        for name in names
    )
    alone = diffusion(variables, 0.13, outcomes)
    beside = alone.replace("outcomes:", MOVES.strip() + "\noutcomes:")
    one, other = simulate(alone, 2_000), simulate(beside, 2_000)
    for name in (f"{name}_{when}" for name in names for when in ("middle", "end")):
        np.testing.assert_allclose(other[name], one[name], rtol=1e-12, atol=1e-12, err_msg=name)


def test_volatility_is_that_of_the_state_at_the_start_of_each_step() -> None:
    """X - sum of drifts has variance h sum E s^2(state at the grid), by the two-state occupancy."""
    step = HORIZON / 20
    text = diffusion(
        '  x: {start: 0, volatility: "if(chain == calm, 0.5, 2)"}', step, "  end: {value: x}"
    )
    end = simulate(text.replace("outcomes:", MOVES.strip() + "\noutcomes:"), PATHS)["end"]
    times = np.arange(20) * step
    tense = 0.4 * -np.expm1(-10.0 * times)
    assert_mean(end, 0.0)
    assert_variance(end, step * np.sum(0.25 + tense * 3.75))


def test_rate_of_a_reverting_variable_may_switch_with_the_state() -> None:
    """E X falls by the factor E exp(-int k dt); with rate 0 or 2 by the state at each grid point.

    The product over steps of a Markov-modulated factor, by its two-state matrix recursion.
    """
    step = HORIZON / 20
    text = diffusion(
        '  x: {start: 1, reverting: {to: 0, rate: "if(chain == calm, 0, 2)"}, volatility: 0.1}',
        step,
        "  end: {value: x}",
    )
    end = simulate(text.replace("outcomes:", MOVES.strip() + "\noutcomes:"), PATHS)["end"]
    stay = np.exp(-10.0 * step)
    transition = np.array(
        [[0.6 + 0.4 * stay, 0.4 - 0.4 * stay], [0.6 - 0.6 * stay, 0.4 + 0.6 * stay]]
    )
    weights = np.array([1.0, 0.0])
    for _ in range(20):
        weights = (weights * [1.0, np.exp(-2.0 * step)]) @ transition
    assert_mean(end, weights.sum())
