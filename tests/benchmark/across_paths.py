"""The benchmark scenario truce.yaml in NumPy, vectorised across paths, as one writes it by hand.

usage: python across_paths.py PATHS SEED; prints as plain.cpp does.

Paths go in groups that fit the cache. All hazards are computed for all paths under masks; the few
paths whose clock runs out within a step are resolved as a smaller set, again vectorised.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

N_STEPS = 520
HORIZON = 10.0
STEP = HORIZON / N_STEPS
GROUP = 4096

WAR, TALKS, CEASEFIRE, FROZEN, SETTLED = range(5)
NONE, OFFERED, IN_FORCE = range(3)
# Transition numbers: which chain and state each leaves, and where it leads.
CONFLICT_FROM = np.array([WAR, WAR, TALKS, TALKS, CEASEFIRE, CEASEFIRE, FROZEN])
CONFLICT_TO = np.array([TALKS, FROZEN, CEASEFIRE, WAR, WAR, SETTLED, WAR])
GUARANTEE_TO = np.array([OFFERED, IN_FORCE, NONE])
DEAL, RELAPSE, SETTLE, OFFER = 2, 4, 5, 7
N_TRANSITIONS = 10

RELAPSE_SHAPE, SETTLE_SHAPE = 0.7, 1.5
OUTCOMES = (
    "ceasefire_5y",
    "settled",
    "in_force",
    "war_years",
    "relapses",
    "trust_end",
    "front_end",
    "aid_end",
    "worst_front",
)


class Group:
    """Paths that are advanced together; every attribute is a column over the paths."""

    def __init__(self, n: int, generator: np.random.Generator) -> None:
        self.generator = generator
        self.b_trust = generator.normal(0.5, 0.2, n)
        self.talks_rate = 0.4 * np.exp(0.3 * generator.standard_normal(n))
        self.deal_rate = 0.8 * np.exp(0.3 * generator.standard_normal(n))
        self.breakdown_rate = np.exp(0.3 * generator.standard_normal(n))
        self.relapse_scale = 8.0 * np.exp(0.4 * generator.standard_normal(n))
        self.settle_scale = 10.0 * np.exp(0.3 * generator.standard_normal(n))
        self.guarantee_ratio = generator.uniform(0.3, 0.9, n)
        self.front_speed = generator.normal(0.9, 0.3, n)
        self.clocks = generator.standard_exponential((N_TRANSITIONS, n))
        self.trust = np.full(n, 0.2)
        self.morale = np.zeros(n)
        self.front = np.full(n, 18.0)
        self.aid = np.ones(n)
        self.jump = np.zeros(n)
        self.conflict = np.zeros(n, dtype=np.int8)
        self.guarantee = np.zeros(n, dtype=np.int8)
        self.sojourn = np.zeros(n)
        self.reached = np.zeros(n, dtype=bool)
        self.war_years = np.zeros(n)
        self.relapses = np.zeros(n)
        self.worst_front = self.front.copy()

    def hazards(self, at: Places | slice) -> Floats:
        """Hazards (hazard ratios for the two Weibull baselines), zero where disabled."""
        conflict, guarantee = self.conflict[at], self.guarantee[at]
        trust, morale = self.trust[at], self.morale[at]
        front, aid = self.front[at], self.aid[at]
        in_force = guarantee == IN_FORCE
        war = conflict == WAR
        talks = conflict == TALKS
        supports = np.exp(self.b_trust[at] * trust)
        doubt = np.exp(-trust)
        hazards = np.empty((N_TRANSITIONS, len(trust)))
        hazards[0] = self.talks_rate[at] * np.exp(-0.5 * morale) * np.where(in_force, 1.5, 1.0)
        hazards[1] = 0.05 * np.exp(0.05 * (front - 18.0))
        hazards[2] = self.deal_rate[at] * supports
        hazards[3] = self.breakdown_rate[at] * doubt
        hazards[4] = np.where(in_force, self.guarantee_ratio[at], 1.0) / supports
        hazards[5] = np.exp(0.2 * (aid - 1.0))
        hazards[6] = 0.2 * np.exp(0.3 * morale)
        hazards[7] = np.where(talks, 1.0, 0.2) * np.exp(0.3 * (aid - 1.0))
        hazards[8] = 0.5 * supports
        hazards[9] = np.where(war, 0.3, 0.1) * doubt
        hazards[:OFFER] *= conflict == CONFLICT_FROM[:, None]
        hazards[OFFER:] *= guarantee == np.arange(3)[:, None]
        return hazards

    def burnt(self, hazards: Floats, at: Places | slice, dt: Floats | float) -> Floats:
        """Integrated hazards over the next `dt`."""
        burnt = hazards * dt
        held = np.flatnonzero(hazards[RELAPSE])
        sojourn = self.sojourn[at][held]
        until = sojourn + (dt if np.isscalar(dt) else np.asarray(dt)[held])
        for transition, scale, shape in (
            (RELAPSE, self.relapse_scale[at][held], RELAPSE_SHAPE),
            (SETTLE, self.settle_scale[at][held], SETTLE_SHAPE),
        ):
            grown = (until / scale) ** shape - (sojourn / scale) ** shape
            burnt[transition, held] = hazards[transition, held] * grown
        return burnt

    def waits(self, hazards: Floats, at: Places) -> Floats:
        """Time until each clock runs out at the present hazards."""
        with np.errstate(divide="ignore"):
            waits = self.clocks[:, at] / hazards
        sojourn = self.sojourn[at]
        for transition, scale, shape in (
            (RELAPSE, self.relapse_scale[at], RELAPSE_SHAPE),
            (SETTLE, self.settle_scale[at], SETTLE_SHAPE),
        ):
            total = waits[transition] + (sojourn / scale) ** shape
            waits[transition] = scale * total ** (1.0 / shape) - sojourn
        return np.maximum(waits, 0.0)

    def resolve(self, at: Places, start: float) -> None:
        """Advance the paths `at`, one or more of whose clocks run out, to the end of the step."""
        left = np.full(len(at), STEP)
        while len(at):
            hazards = self.hazards(at)
            waits = self.waits(hazards, at)
            which = np.argmin(waits, axis=0)
            wait = np.minimum(waits[which, np.arange(len(at))], left)
            fires = wait < left
            self.clocks[:, at] -= self.burnt(hazards, at, wait)
            self.war_years[at] += wait * (self.conflict[at] == WAR)
            self.sojourn[at] += wait
            at, which, left = at[fires], which[fires], (left - wait)[fires]
            self.clocks[which, at] = self.generator.standard_exponential(len(at))
            self.fire(at, which, start + STEP - left)

    def fire(self, at: Places, which: Places, when: Floats) -> None:
        moved = which < OFFER
        self.guarantee[at[~moved]] = GUARANTEE_TO[which[~moved] - OFFER]
        at, which, when = at[moved], which[moved], when[moved]
        self.conflict[at] = CONFLICT_TO[which]
        self.sojourn[at] = 0.0
        jump = 0.1 * (which == DEAL) - 0.3 * (which == RELAPSE)
        self.trust[at] += jump
        self.jump[at] += jump
        self.relapses[at] += which == RELAPSE
        self.reached[at[(which == DEAL) & (when <= 5.0)]] = True

    def advance(self, start: float) -> None:
        n = len(self.trust)
        war = self.conflict == WAR
        z = self.generator.standard_normal((4, n))
        z_front = -0.3 * z[0] + np.sqrt(0.91) * z[1]
        trust_sd = 0.1 * np.sqrt((1.0 - np.exp(-0.6 * STEP)) / 0.6)
        morale_sd = 0.25 * np.sqrt((1.0 - np.exp(-1.6 * STEP)) / 1.6)
        trust = 0.1 + (self.trust - 0.1) * np.exp(-0.3 * STEP) + trust_sd * z[0]
        morale = self.morale * np.exp(-0.8 * STEP) + morale_sd * z[2]
        front = self.front + np.where(war, (self.front_speed + 0.5 * self.morale) * STEP, 0.0)
        front += np.where(war, 0.6, 0.05) * np.sqrt(STEP) * z_front
        aid = self.aid + 0.5 * (1.2 - self.aid) * STEP
        aid += np.where(war, 0.3, 0.15) * self.aid * np.sqrt(STEP) * z[3]

        self.jump[:] = 0.0
        burnt = self.burnt(self.hazards(slice(None)), slice(None), STEP)
        crosses = np.any(burnt > self.clocks, axis=0)
        burnt[:, crosses] = 0.0
        self.clocks -= burnt
        held = np.where(crosses, 0.0, STEP)
        self.war_years += held * war
        self.sojourn += held
        self.resolve(np.flatnonzero(crosses), start)

        self.trust = trust + self.jump
        self.morale = morale
        self.front = front
        self.aid = np.maximum(aid, 0.01)
        np.maximum(self.worst_front, self.front, out=self.worst_front)

    def outcomes(self) -> Floats:
        return np.array(
            [
                self.reached,
                self.conflict == SETTLED,
                self.guarantee == IN_FORCE,
                self.war_years,
                self.relapses,
                self.trust,
                self.front,
                self.aid,
                self.worst_front,
            ],
            dtype=np.float64,
        )


def simulate(paths: int, seed: int) -> Floats:
    """Outcomes by path, shape (outcome, path)."""
    generator = np.random.Generator(np.random.SFC64(seed))
    columns = []
    for first in range(0, paths, GROUP):
        group = Group(min(GROUP, paths - first), generator)
        for i in range(N_STEPS):
            group.advance(i * STEP)
        columns.append(group.outcomes())
    return np.concatenate(columns, axis=1)


def main() -> None:
    paths, seed = int(sys.argv[1]), int(sys.argv[2])
    began = time.process_time()
    outcomes = simulate(paths, seed)
    print(f"seconds {time.process_time() - began:.9f}")
    for name, column in zip(OUTCOMES, outcomes, strict=True):
        print(f"{name} {column.mean():.12g} {column.std():.12g}")


if __name__ == "__main__":
    main()
