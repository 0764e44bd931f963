"""Random scenarios: traces obey the random time change, paths have the law of a slow reference.

Three checks on each of several generated scenarios. (a) The integrated hazard at each firing is
Exp(1). (b) What fires next is distributed as the shares of the competing hazards. (c) Times,
durations, counts, states and values have the law of the slow reference simulator: two-sample
Kolmogorov-Smirnov, chi-square and z. The p-values of all tests go through one Benjamini-Hochberg
procedure at a rate of 0.001; a reference with one hazard off by 15 % must be found out by the same
procedure. Seeds are fixed.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator

import numpy as np
import pytest
import reference
from closeness import SMALLEST_P
from numpy.typing import NDArray
from random_scenarios import Generator, Tree, elements_of, render, with_outcomes
from readings import Firing, load, simulate, trace
from scipy import stats

Floats = NDArray[np.float64]
PValues = dict[str, float]

SEEDS = range(8)
RATE = 0.001


def discoveries(p_values: PValues, rate: float = RATE) -> PValues:
    """Tests that fail at a false discovery rate (Benjamini and Hochberg 1995)."""
    ranked = sorted(p_values.items(), key=lambda item: item[1])
    limits = [rate * (i + 1) / len(ranked) for i in range(len(ranked))]
    last = max((i for i, (_, p) in enumerate(ranked) if p <= limits[i]), default=-1)
    return dict(ranked[: last + 1])


def seen_until(times: Floats, horizon: float) -> Floats:
    return np.nan_to_num(times, nan=horizon)


def p_of_two_samples(a: Floats, b: Floats) -> float:
    return float(stats.ks_2samp(a, b, method="asymp").pvalue)


def p_of_two_means(a: Floats, b: Floats) -> float:
    spread = math.sqrt(a.var() / len(a) + b.var() / len(b))
    if spread == 0.0:
        return 1.0 if a.mean() == b.mean() else 0.0
    return float(2.0 * stats.norm.sf(abs(a.mean() - b.mean()) / spread))


def p_of_two_counts(a: Floats, b: Floats) -> float:
    """Chi-square of homogeneity; cells with few observations are merged."""
    top = int(max(a.max(), b.max()))
    table = np.array([np.bincount(one.astype(int), minlength=top + 1) for one in (a, b)])
    few = table.sum(axis=0) * len(b) / (len(a) + len(b)) < 8
    cells = np.column_stack([table[:, ~few], table[:, few].sum(axis=1)])
    cells = cells[:, cells.sum(axis=0) > 0]
    if cells.shape[1] < 2:
        return 1.0
    return float(stats.chi2_contingency(cells).pvalue)


def compare(tree: Tree, text_of_reference: str, paths: int, slow_paths: int) -> PValues:
    """p-values of the engine on `tree` against the reference on its own text."""
    seed = int(tree["title"].split()[-1])
    horizon = tree["time"]["horizon"]
    readings = simulate(render(with_outcomes(tree)), paths, seed=seed)
    slow = reference.simulate(text_of_reference, slow_paths, seed=seed + 1000)
    found: PValues = {}
    for chain, definition in tree["chains"].items():
        for state in definition["states"]:
            times = np.array([path.first_time(chain, state) for path in slow])
            found[f"time {state}"] = p_of_two_samples(
                seen_until(readings[f"time_{state}"], horizon), times
            )
            stays = np.array([path.duration(chain, state) for path in slow])
            found[f"stay {state}"] = p_of_two_samples(readings[f"stay_{state}"], stays)
            found[f"mean stay {state}"] = p_of_two_means(readings[f"stay_{state}"], stays)
            ends = np.array([float(path.end().states[chain] == state) for path in slow])
            found[f"end {state}"] = p_of_two_counts(readings[f"end_{state}"], ends)
    for element in elements_of(tree):
        counts = np.array([float(path.counts.get(element, 0)) for path in slow])
        found[f"count {element}"] = p_of_two_counts(readings[f"count_{element}"], counts)
        found[f"mean count {element}"] = p_of_two_means(readings[f"count_{element}"], counts)
    for variable in tree["variables"]:
        values = np.array([path.end().variables[variable] for path in slow])
        found[f"value {variable}"] = p_of_two_samples(readings[f"value_{variable}"], values)
    return {f"{tree['title']}: {name}": p for name, p in found.items()}


def test_paths_have_the_law_of_the_slow_reference() -> None:
    p_values: PValues = {}
    for seed in SEEDS:
        tree = Generator(seed).scenario()
        p_values |= compare(tree, render(tree), paths=20_000, slow_paths=1_000)
    assert len(p_values) > 200
    assert not discoveries(p_values)


def slower(tree: Tree, factor: float) -> Tree:
    """The scenario with the hazard of the first transition multiplied."""
    wrong = copy.deepcopy(tree)
    transition = next(iter(wrong["chains"].values()))["transitions"][0]
    transition.setdefault("hazard_ratios", {})["wrong"] = factor
    return wrong


@pytest.mark.parametrize("seed", [0, 3])
def test_a_reference_with_one_hazard_off_is_found_out(seed: int) -> None:
    """15 % on one hazard of one chain is a discovery, 0 % on the same paths is none."""
    tree = Generator(seed).scenario()
    assert not discoveries(compare(tree, render(tree), 20_000, 2_500))
    assert discoveries(compare(tree, render(slower(tree, 1.15)), 20_000, 2_500))


def traces(seed: int, horizon: float, paths: int) -> Iterator[list[Firing]]:
    scenario = load(render(with_outcomes(Generator(seed, horizon=horizon).scenario())))
    return (trace(scenario, path, seed=seed) for path in range(paths))


def test_integrated_hazard_at_each_firing_is_exponential() -> None:
    """The first three firings of every element that all paths see three times: all Exp(1)."""
    paths, firings = 100, 3
    p_values: PValues = {}
    for seed in SEEDS:
        budgets: dict[str, list[float]] = {}
        for firings_of_path in traces(seed, horizon=60.0, paths=paths):
            own: dict[str, list[float]] = {}
            for firing in firings_of_path:
                if firing.kind in ("transition", "event"):
                    own.setdefault(firing.element, []).append(firing.cumulative_hazard)
            for element, values in own.items():
                if len(values) >= firings:
                    budgets.setdefault(element, []).extend(values[:firings])
        for element, values in budgets.items():
            if len(values) == paths * firings:
                p = stats.ks_1samp(values, stats.expon.cdf).pvalue
                p_values[f"random scenario {seed}: {element}"] = float(p)
    assert len(p_values) >= 3 * len(SEEDS)
    assert not discoveries(p_values)


def test_what_fires_is_distributed_as_the_shares_of_the_hazards() -> None:
    """For each element, firings minus shares is a martingale with variance sum of p (1 - p)."""
    p_values: PValues = {}
    for seed in SEEDS:
        excess: dict[str, float] = {}
        variance: dict[str, float] = {}
        for firings_of_path in traces(seed, horizon=30.0, paths=80):
            for firing in firings_of_path:
                if firing.kind not in ("transition", "event"):
                    continue
                total = sum(firing.hazards.values())
                assert firing.element in firing.hazards
                for element, hazard in firing.hazards.items():
                    share = hazard / total
                    fired = float(element == firing.element)
                    excess[element] = excess.get(element, 0.0) + fired - share
                    variance[element] = variance.get(element, 0.0) + share * (1.0 - share)
        for element, spread in variance.items():
            if spread > 20.0:
                z = excess[element] / math.sqrt(spread)
                p_values[f"random scenario {seed}: {element}"] = float(2.0 * stats.norm.sf(abs(z)))
    assert len(p_values) >= 3 * len(SEEDS)
    assert not discoveries(p_values)


@pytest.mark.parametrize("seed", list(SEEDS)[:3])
def test_step_of_the_grid_does_not_matter(seed: int) -> None:
    """The same scenario at a coarse and a fine step, on two seeds: nothing as rare as 5 sigma."""
    coarse = Generator(seed).scenario(step=6.0)
    fine = Generator(seed).scenario(step=0.05)
    one = simulate(render(with_outcomes(coarse)), 40_000, seed=1)
    other = simulate(render(with_outcomes(fine)), 40_000, seed=2)
    for element in elements_of(coarse):
        a, b = one[f"count_{element}"], other[f"count_{element}"]
        assert p_of_two_means(a, b) > SMALLEST_P, element
        assert p_of_two_counts(a, b) > SMALLEST_P, element
