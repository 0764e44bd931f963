"""The benchmark scenario truce.yaml in Numba: one path at a time, explicit loops, compiled.

usage: python numba_paths.py PATHS SEED; prints as plain.cpp does.

The law and the bookkeeping are those of plain.cpp. Random numbers come from a NumPy generator that
is handed to the compiled code: its normals take a quarter of the time that those of Numba's own
`np.random` take. Compiling is not timed: a few paths are played before.
"""

from __future__ import annotations

import math
import sys
import time

import numpy as np
from numba import njit

N_STEPS = 520
STEP = 10.0 / N_STEPS

WAR, TALKS, CEASEFIRE, FROZEN, SETTLED = range(5)
NONE, OFFERED, IN_FORCE = range(3)
# Numbered so that the transitions that leave conflict state s start at 2 s.
DEAL, RELAPSE, SETTLE, OFFER = 2, 4, 5, 7
N_TRANSITIONS = 10
CONFLICT_TO = (TALKS, FROZEN, CEASEFIRE, WAR, WAR, SETTLED, WAR)
# How many transitions leave each state of the conflict.
N_LEAVING = (2, 2, 2, 1, 0)

RELAPSE_SHAPE, SETTLE_SHAPE = 0.7, 1.5
TRUST_DECAY, MORALE_DECAY = math.exp(-0.3 * STEP), math.exp(-0.8 * STEP)
TRUST_SD = 0.1 * math.sqrt((1.0 - math.exp(-0.6 * STEP)) / 0.6)
MORALE_SD = 0.25 * math.sqrt((1.0 - math.exp(-1.6 * STEP)) / 1.6)
ROOT = math.sqrt(STEP)
INDEPENDENT = math.sqrt(1.0 - 0.09)

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


@njit(fastmath=False)
def draw_parameters(drawn, generator):
    """b_trust, rates of talks, deal, breakdown, scales of relapse, settle, ratio, speed."""
    drawn[0] = 0.5 + 0.2 * generator.standard_normal()
    drawn[1] = 0.4 * math.exp(0.3 * generator.standard_normal())
    drawn[2] = 0.8 * math.exp(0.3 * generator.standard_normal())
    drawn[3] = math.exp(0.3 * generator.standard_normal())
    drawn[4] = 8.0 * math.exp(0.4 * generator.standard_normal())
    drawn[5] = 10.0 * math.exp(0.3 * generator.standard_normal())
    drawn[6] = generator.uniform(0.3, 0.9)
    drawn[7] = 0.9 + 0.3 * generator.standard_normal()


@njit(fastmath=False)
def read_hazards(hazards, drawn, conflict, guarantee, trust, morale, front, aid):
    """Hazards, or hazard ratios, of what leaves the state of the conflict, and of the guarantee."""
    in_force = guarantee == IN_FORCE
    if conflict == WAR:
        hazards[0] = drawn[1] * math.exp(-0.5 * morale) * (1.5 if in_force else 1.0)
        hazards[1] = 0.05 * math.exp(0.05 * (front - 18.0))
    elif conflict == TALKS:
        hazards[0] = drawn[2] * math.exp(drawn[0] * trust)
        hazards[1] = drawn[3] * math.exp(-trust)
    elif conflict == CEASEFIRE:
        hazards[0] = math.exp(-drawn[0] * trust) * (drawn[6] if in_force else 1.0)
        hazards[1] = math.exp(0.2 * (aid - 1.0))
    elif conflict == FROZEN:
        hazards[0] = 0.2 * math.exp(0.3 * morale)
    if guarantee == NONE:
        hazards[2] = (1.0 if conflict == TALKS else 0.2) * math.exp(0.3 * (aid - 1.0))
    elif guarantee == OFFERED:
        hazards[2] = 0.5 * math.exp(drawn[0] * trust)
    else:
        hazards[2] = (0.3 if conflict == WAR else 0.1) * math.exp(-trust)


@njit(fastmath=False)
def integrate(grown, conflict, drawn, sojourn):
    """Cumulative baselines of what leaves the state; the time itself, but in ceasefire."""
    if conflict == CEASEFIRE:
        grown[0] = (sojourn / drawn[4]) ** RELAPSE_SHAPE
        grown[1] = (sojourn / drawn[5]) ** SETTLE_SHAPE
    else:
        grown[0] = grown[1] = sojourn


@njit(fastmath=False)
def invert(place, grown, conflict, drawn):
    """Time in the state at which the cumulative baseline of transition `place` is `grown`."""
    if conflict != CEASEFIRE:
        return grown
    if place == 0:
        return drawn[4] * grown ** (1.0 / RELAPSE_SHAPE)
    return drawn[5] * grown ** (1.0 / SETTLE_SHAPE)


@njit(fastmath=False)
def earliest(clocks, hazards, before, conflict, guarantee, drawn, sojourn):
    """The transition whose clock runs out first at the present hazards, and in what time."""
    which = OFFER + guarantee
    wait = clocks[which] / hazards[2]
    for place in range(N_LEAVING[conflict]):
        transition = 2 * conflict + place
        reached = before[place] + clocks[transition] / hazards[place]
        when = invert(place, reached, conflict, drawn) - sojourn
        if when < wait:
            which, wait = transition, when
    return which, max(wait, 0.0)


@njit(fastmath=False)
def crosses(clocks, hazards, before, after, conflict, guarantee, dt):
    """Whether any live clock runs out within `dt`."""
    crossed = clocks[OFFER + guarantee] < hazards[2] * dt
    for place in range(N_LEAVING[conflict]):
        burnt = hazards[place] * (after[place] - before[place])
        crossed |= clocks[2 * conflict + place] < burnt
    return crossed


@njit(fastmath=False)
def burn(clocks, hazards, before, after, conflict, guarantee, dt):
    """Take what `dt` costs off the live clocks."""
    clocks[OFFER + guarantee] -= hazards[2] * dt
    for place in range(N_LEAVING[conflict]):
        clocks[2 * conflict + place] -= hazards[place] * (after[place] - before[place])
        before[place] = after[place]


@njit(fastmath=False)
def play(outcome, generator, drawn, clocks, hazards, before, after):
    """One path; its readings go into `outcome`, the other arrays are work space."""
    draw_parameters(drawn, generator)
    for transition in range(N_TRANSITIONS):
        clocks[transition] = generator.standard_exponential()
    before[:] = 0.0
    trust, morale, front, aid, sojourn = 0.2, 0.0, 18.0, 1.0, 0.0
    conflict, guarantee = WAR, NONE
    reached, war_years, relapses, worst_front = 0.0, 0.0, 0.0, front
    for i in range(N_STEPS):
        war = conflict == WAR
        z_trust = generator.standard_normal()
        z_front = -0.3 * z_trust + INDEPENDENT * generator.standard_normal()
        next_trust = 0.1 + (trust - 0.1) * TRUST_DECAY + TRUST_SD * z_trust
        next_morale = morale * MORALE_DECAY + MORALE_SD * generator.standard_normal()
        drift = (drawn[7] + 0.5 * morale) * STEP if war else 0.0
        next_front = front + drift + (0.6 if war else 0.05) * ROOT * z_front
        shock = (0.3 if war else 0.15) * aid * ROOT * generator.standard_normal()
        next_aid = max(0.01, aid + 0.5 * (1.2 - aid) * STEP + shock)
        jump = 0.0
        left = STEP
        while True:
            read_hazards(hazards, drawn, conflict, guarantee, trust, morale, front, aid)
            integrate(after, conflict, drawn, sojourn + left)
            if not crosses(clocks, hazards, before, after, conflict, guarantee, left):
                break
            which, wait = earliest(clocks, hazards, before, conflict, guarantee, drawn, sojourn)
            wait = min(wait, left)
            integrate(after, conflict, drawn, sojourn + wait)
            burn(clocks, hazards, before, after, conflict, guarantee, wait)
            clocks[which] = generator.standard_exponential()
            sojourn += wait
            left -= wait
            if conflict == WAR:
                war_years += wait
            if which >= OFFER:
                guarantee = (guarantee + 1) % 3
                continue
            conflict = CONFLICT_TO[which]
            sojourn = before[0] = before[1] = 0.0
            if which == DEAL:
                trust += 0.1
                jump += 0.1
                if i * STEP + STEP - left <= 5.0:
                    reached = 1.0
            elif which == RELAPSE:
                trust -= 0.3
                jump -= 0.3
                relapses += 1.0
        burn(clocks, hazards, before, after, conflict, guarantee, left)
        sojourn += left
        if conflict == WAR:
            war_years += left
        trust, morale, front, aid = next_trust + jump, next_morale, next_front, next_aid
        worst_front = max(worst_front, front)
    outcome[0] = reached
    outcome[1] = conflict == SETTLED
    outcome[2] = guarantee == IN_FORCE
    outcome[3] = war_years
    outcome[4] = relapses
    outcome[5] = trust
    outcome[6] = front
    outcome[7] = aid
    outcome[8] = worst_front


@njit(fastmath=False)
def simulate(paths, generator):
    """Outcomes by path, shape (path, outcome)."""
    outcomes = np.empty((paths, len(OUTCOMES)))
    drawn, clocks = np.empty(8), np.empty(N_TRANSITIONS)
    hazards, before, after = np.empty(3), np.empty(2), np.empty(2)
    for path in range(paths):
        play(outcomes[path], generator, drawn, clocks, hazards, before, after)
    return outcomes


def main() -> None:
    paths, seed = int(sys.argv[1]), int(sys.argv[2])
    generator = np.random.default_rng(seed)
    simulate(10, generator)
    began = time.process_time()
    outcomes = simulate(paths, generator)
    means, deviations = outcomes.mean(axis=0), outcomes.std(axis=0)
    print(f"seconds {time.process_time() - began:.9f}")
    for name, mean, deviation in zip(OUTCOMES, means, deviations, strict=True):
        print(f"{name} {mean:.12g} {deviation:.12g}")


if __name__ == "__main__":
    main()
