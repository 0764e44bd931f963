"""The benchmark scenario truce.yaml in JAX: columns over paths, `lax.scan` over steps, compiled.

usage: python jax_paths.py PATHS SEED; prints as plain.cpp does.

Paths go in groups that fit the cache, on one core. All hazards are computed for all paths under
masks; the few paths whose clock runs out within a step are taken out, a fixed number at a time, and
go from firing to firing until all are at the end of the step. Compiling is not timed: a group of
the same shape is played before.
"""

from __future__ import annotations

import math
import os
import sys
import time
from functools import partial

# JAX reads these when it is imported.
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from jax import lax, random  # noqa: E402

jax.config.update("jax_enable_x64", True)

N_STEPS = 520
STEP = 10.0 / N_STEPS
GROUP = 4096
# Paths whose clock runs out within a step are played so many at a time.
CROSSING = 128

WAR, TALKS, CEASEFIRE, FROZEN, SETTLED = range(5)
NONE, OFFERED, IN_FORCE = range(3)
# Transition numbers: which chain and state each leaves, and where it leads.
CONFLICT_FROM = np.array([WAR, WAR, TALKS, TALKS, CEASEFIRE, CEASEFIRE, FROZEN])
CONFLICT_TO = np.array([TALKS, FROZEN, CEASEFIRE, WAR, WAR, SETTLED, WAR])
DEAL, RELAPSE, SETTLE, OFFER = 2, 4, 5, 7
N_TRANSITIONS = 10

RELAPSE_SHAPE, SETTLE_SHAPE = 0.7, 1.5
TRUST_DECAY, MORALE_DECAY = math.exp(-0.3 * STEP), math.exp(-0.8 * STEP)
TRUST_SD = 0.1 * math.sqrt((1.0 - math.exp(-0.6 * STEP)) / 0.6)
MORALE_SD = 0.25 * math.sqrt((1.0 - math.exp(-1.6 * STEP)) / 1.6)
ROOT = math.sqrt(STEP)

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

Columns = dict[str, jax.Array]


def draw_parameters(key: jax.Array, n: int) -> Columns:
    keys = random.split(key, 2)
    z = random.normal(keys[0], (7, n))
    return {
        "b_trust": 0.5 + 0.2 * z[0],
        "talks_rate": 0.4 * jnp.exp(0.3 * z[1]),
        "deal_rate": 0.8 * jnp.exp(0.3 * z[2]),
        "breakdown_rate": jnp.exp(0.3 * z[3]),
        "relapse_scale": 8.0 * jnp.exp(0.4 * z[4]),
        "settle_scale": 10.0 * jnp.exp(0.3 * z[5]),
        "front_speed": 0.9 + 0.3 * z[6],
        "guarantee_ratio": random.uniform(keys[1], (n,), minval=0.3, maxval=0.9),
    }


def start(key: jax.Array, n: int) -> Columns:
    return {
        "clocks": random.exponential(key, (N_TRANSITIONS, n)),
        "trust": jnp.full(n, 0.2),
        "morale": jnp.zeros(n),
        "front": jnp.full(n, 18.0),
        "aid": jnp.ones(n),
        "jump": jnp.zeros(n),
        "conflict": jnp.full(n, WAR, dtype=jnp.int32),
        "guarantee": jnp.full(n, NONE, dtype=jnp.int32),
        "sojourn": jnp.zeros(n),
        "reached": jnp.zeros(n, dtype=bool),
        "war_years": jnp.zeros(n),
        "relapses": jnp.zeros(n),
        "worst_front": jnp.full(n, 18.0),
    }


def hazards_of(state: Columns, drawn: Columns) -> jax.Array:
    """Hazards (hazard ratios for the two Weibull baselines), zero where disabled."""
    conflict, guarantee = state["conflict"], state["guarantee"]
    in_force = guarantee == IN_FORCE
    supports = jnp.exp(drawn["b_trust"] * state["trust"])
    doubt = jnp.exp(-state["trust"])
    needs = jnp.exp(0.3 * (state["aid"] - 1.0))
    rows = [
        drawn["talks_rate"] * jnp.exp(-0.5 * state["morale"]) * jnp.where(in_force, 1.5, 1.0),
        0.05 * jnp.exp(0.05 * (state["front"] - 18.0)),
        drawn["deal_rate"] * supports,
        drawn["breakdown_rate"] * doubt,
        jnp.where(in_force, drawn["guarantee_ratio"], 1.0) / supports,
        jnp.exp(0.2 * (state["aid"] - 1.0)),
        0.2 * jnp.exp(0.3 * state["morale"]),
        jnp.where(conflict == TALKS, 1.0, 0.2) * needs,
        0.5 * supports,
        jnp.where(conflict == WAR, 0.3, 0.1) * doubt,
    ]
    enabled = [conflict == leaves for leaves in CONFLICT_FROM]
    enabled += [guarantee == leaves for leaves in range(3)]
    return jnp.stack([jnp.where(on, row, 0.0) for on, row in zip(enabled, rows, strict=True)])


def baselines(drawn: Columns) -> tuple[tuple[int, jax.Array, float], ...]:
    """Transition, scale and shape of the two Weibull baselines."""
    return (
        (RELAPSE, drawn["relapse_scale"], RELAPSE_SHAPE),
        (SETTLE, drawn["settle_scale"], SETTLE_SHAPE),
    )


def burnt_within(state: Columns, drawn: Columns, hazards: jax.Array, dt: jax.Array) -> jax.Array:
    """Integrated hazards over the next `dt`."""
    burnt = hazards * dt
    sojourn = state["sojourn"]
    for transition, scale, shape in baselines(drawn):
        grown = ((sojourn + dt) / scale) ** shape - (sojourn / scale) ** shape
        burnt = burnt.at[transition].set(hazards[transition] * grown)
    return burnt


def waits_of(state: Columns, drawn: Columns, hazards: jax.Array) -> jax.Array:
    """Time until each clock runs out at the present hazards."""
    waits = state["clocks"] / hazards
    sojourn = state["sojourn"]
    for transition, scale, shape in baselines(drawn):
        total = waits[transition] + (sojourn / scale) ** shape
        waits = waits.at[transition].set(scale * total ** (1.0 / shape) - sojourn)
    return jnp.maximum(waits, 0.0)


def fire(state: Columns, fires: jax.Array, which: jax.Array, when: jax.Array) -> Columns:
    """Move the paths that fire: `which` of the transitions, `when` in years from the start."""
    moves = fires & (which < OFFER)
    turns = fires & (which >= OFFER)
    deal, relapse = fires & (which == DEAL), fires & (which == RELAPSE)
    jump = 0.1 * deal - 0.3 * relapse
    to = jnp.asarray(CONFLICT_TO, dtype=jnp.int32)[jnp.minimum(which, OFFER - 1)]
    return state | {
        "conflict": jnp.where(moves, to, state["conflict"]),
        "guarantee": jnp.where(turns, (state["guarantee"] + 1) % 3, state["guarantee"]),
        "sojourn": jnp.where(moves, 0.0, state["sojourn"]),
        "trust": state["trust"] + jump,
        "jump": state["jump"] + jump,
        "relapses": state["relapses"] + relapse,
        "reached": state["reached"] | (deal & (when <= 5.0)),
    }


def resolve(
    state: Columns, drawn: Columns, left: jax.Array, key: jax.Array, end: jax.Array
) -> Columns:
    """Go on to the `end` of the step, from which the paths are `left` years away."""

    def unfinished(carry):
        return jnp.any(carry[1] > 0.0)

    def to_next_firing(carry):
        state, left, key = carry
        key, fresh = random.split(key)
        hazards = hazards_of(state, drawn)
        waits = waits_of(state, drawn, hazards)
        which, wait = jnp.argmin(waits, axis=0), jnp.min(waits, axis=0)
        fires = wait < left
        wait = jnp.minimum(wait, left)
        clocks = state["clocks"] - burnt_within(state, drawn, hazards, wait)
        renewed = fires & (jnp.arange(N_TRANSITIONS)[:, None] == which)
        state = state | {
            "clocks": jnp.where(renewed, random.exponential(fresh, left.shape), clocks),
            "war_years": state["war_years"] + jnp.where(state["conflict"] == WAR, wait, 0.0),
            "sojourn": state["sojourn"] + wait,
        }
        left = jnp.where(fires, left - wait, 0.0)
        return fire(state, fires, which, end - left), left, key

    return lax.while_loop(unfinished, to_next_firing, (state, left, key))[0]


def resolve_crossing(
    state: Columns, drawn: Columns, crosses: jax.Array, key: jax.Array, end: jax.Array
) -> Columns:
    """Take the paths that cross out, a few at a time, play their step, and put them back."""
    n = len(crosses)

    def unfinished(carry):
        return jnp.any(carry[1])

    def some(carry):
        state, crosses, key = carry
        key, firing = random.split(key)
        (at,) = jnp.nonzero(crosses, size=CROSSING, fill_value=n)
        left = jnp.where(at < n, STEP, 0.0)
        taken = {name: column.take(at, axis=-1, mode="clip") for name, column in state.items()}
        theirs = {name: column.take(at, mode="clip") for name, column in drawn.items()}
        played = resolve(taken, theirs, left, firing, end)
        state = {
            name: column.at[..., at].set(played[name], mode="drop")
            for name, column in state.items()
        }
        return state, crosses.at[at].set(False, mode="drop"), key

    return lax.while_loop(unfinished, some, (state, crosses, key))[0]


def advance(drawn: Columns, state: Columns, step: tuple[jax.Array, jax.Array]) -> Columns:
    """One step of all paths of a group."""
    i, key = step
    noise, firing = random.split(key)
    war = state["conflict"] == WAR
    z = random.normal(noise, (4, len(war)))
    z_front = -0.3 * z[0] + math.sqrt(0.91) * z[1]
    trust = 0.1 + (state["trust"] - 0.1) * TRUST_DECAY + TRUST_SD * z[0]
    morale = state["morale"] * MORALE_DECAY + MORALE_SD * z[2]
    drift = jnp.where(war, (drawn["front_speed"] + 0.5 * state["morale"]) * STEP, 0.0)
    front = state["front"] + drift + jnp.where(war, 0.6, 0.05) * ROOT * z_front
    aid = state["aid"] + 0.5 * (1.2 - state["aid"]) * STEP
    aid += jnp.where(war, 0.3, 0.15) * state["aid"] * ROOT * z[3]

    burnt = burnt_within(state, drawn, hazards_of(state, drawn), jnp.full(len(war), STEP))
    crosses = jnp.any(burnt > state["clocks"], axis=0)
    held = jnp.where(crosses, 0.0, STEP)
    state = state | {
        "clocks": state["clocks"] - jnp.where(crosses, 0.0, burnt),
        "war_years": state["war_years"] + jnp.where(war, held, 0.0),
        "sojourn": state["sojourn"] + held,
        "jump": jnp.zeros_like(trust),
    }
    state = resolve_crossing(state, drawn, crosses, firing, (i + 1) * STEP)
    return state | {
        "trust": trust + state["jump"],
        "morale": morale,
        "front": front,
        "aid": jnp.maximum(aid, 0.01),
        "worst_front": jnp.maximum(state["worst_front"], front),
    }


@partial(jax.jit, static_argnums=1)
def simulate(key: jax.Array, n: int) -> jax.Array:
    """Outcomes of a group of `n` paths, shape (outcome, path)."""
    of_parameters, of_start, of_steps = random.split(key, 3)
    drawn = draw_parameters(of_parameters, n)
    steps = (jnp.arange(N_STEPS), random.split(of_steps, N_STEPS))
    final, _ = lax.scan(
        lambda state, step: (advance(drawn, state, step), None), start(of_start, n), steps
    )
    return jnp.stack(
        [
            final["reached"].astype(float),
            (final["conflict"] == SETTLED).astype(float),
            (final["guarantee"] == IN_FORCE).astype(float),
            final["war_years"],
            final["relapses"],
            final["trust"],
            final["front"],
            final["aid"],
            final["worst_front"],
        ]
    )


def main() -> None:
    paths, seed = int(sys.argv[1]), int(sys.argv[2])
    n_groups = math.ceil(paths / GROUP)
    size = math.ceil(paths / n_groups)
    key = random.key(seed)
    simulate(key, size).block_until_ready()
    began = time.process_time()
    groups = [np.asarray(simulate(one, size)) for one in random.split(key, n_groups)]
    outcomes = np.concatenate(groups, axis=1)[:, :paths]
    means, deviations = outcomes.mean(axis=1), outcomes.std(axis=1)
    print(f"seconds {time.process_time() - began:.9f}")
    for name, mean, deviation in zip(OUTCOMES, means, deviations, strict=True):
        print(f"{name} {mean:.12g} {deviation:.12g}")


if __name__ == "__main__":
    main()
