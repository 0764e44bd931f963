"""What must hold of the flagship scenario, whatever its figures: one test per statement.

Every difference is paired, path by path, on one seed. A sign counts when it exceeds three standard
errors; "the same" means equal, bit for bit.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import detente

SIGNIFICANT = 3.0  # standard errors

NO_BREAKDOWN = {"h5b": 1e-12}  # no truce fails by accident
NO_REATTACK = {"ra": 0.0}  # no truce fails by decision


def test_relapse_falls_steadily_as_the_guarantee_becomes_more_credible(flagship, columns, read):
    scenario = flagship("relapse_5y")

    def at(c0):
        policy = "nato_first_granted"
        table = columns(scenario.with_(parameters={"c0_article5": c0}), [policy])[policy]
        return read(table["relapse_5y"])

    readings = [at(c0) for c0 in (0.2, 0.35, 0.5, 0.65, 0.8)]
    for weaker, stronger in itertools.pairwise(readings):
        assert (stronger - weaker).z < -SIGNIFICANT


def test_relapse_falls_with_the_odds_of_a_grant_and_asking_is_never_worse(flagship, columns, read):
    scenario = flagship("relapse_5y")

    def asking(**parameters):
        table = columns(scenario.with_(parameters=parameters), ["nato_first"])["nato_first"]
        return read(table["relapse_5y"])

    readings = [asking(grant_article5=odds) for odds in (0.0, 0.33, 0.67, 1.0)]
    for fewer, more in itertools.pairwise(readings):
        assert (more - fewer).z < -SIGNIFICANT
    assert (asking() - readings[0]).z < -SIGNIFICANT


def test_monitors_work_in_the_first_year_more_than_later(flagship, columns, read):
    scenario = flagship("relapse_1y", "relapse_5y")

    def years_one_and_two_to_five(monitors):
        table = columns(scenario.with_(levers={"monitors": monitors}), ["drift"])["drift"]
        survived = table["relapse_5y"].where(table["relapse_1y"] == 0.0)
        return read(table["relapse_1y"]), read(survived)

    first_without, later_without = years_one_and_two_to_five(0)
    first_with, later_with = years_one_and_two_to_five(1)
    assert (first_with - first_without).z < -SIGNIFICANT
    first_factor = first_with.log() - first_without.log()
    later_factor = later_with.log() - later_without.log()
    assert (first_factor - later_factor).z < -SIGNIFICANT


def test_an_imposed_truce_relapses_more_and_comes_no_sooner(flagship, columns, read):
    scenario = flagship("relapse_1y", "relapse_5y", "to_ceasefire").with_(
        policies={
            "agreed": {"set": {"pressure": 1}},
            "forced": {"set": {"pressure": 1, "imposed": 1}},
        }
    )
    tables = columns(scenario, ["agreed", "forced"])
    for outcome in ("relapse_1y", "relapse_5y"):
        assert (read(tables["forced"][outcome]) - read(tables["agreed"][outcome])).z > SIGNIFICANT
    pd.testing.assert_series_equal(
        tables["agreed"]["to_ceasefire"], tables["forced"]["to_ceasefire"]
    )


def test_faster_reconstitution_brings_relapse_through_reattack_alone(flagship, columns, read):
    scenario = flagship("relapse_5y")

    def at(tau, **parameters):
        changed = scenario.with_(parameters={"tau": tau, **parameters})
        return columns(changed, ["drift"])["drift"]["relapse_5y"]

    slow, usual, fast = (read(at(tau)) for tau in (8.0, 3.0, 1.0))
    assert (usual - slow).z > SIGNIFICANT
    assert (fast - usual).z > SIGNIFICANT
    pd.testing.assert_series_equal(at(1.0, **NO_REATTACK), at(8.0, **NO_REATTACK))


WINDOWS = (0.0, 0.25, 1.0, 2.0, 5.0)  # years since the ceasefire
SINCE = "after = first(conflict == ceasefire)"


@pytest.mark.parametrize(
    ("parameters", "sign"),
    [({**NO_REATTACK, "k_breakdown": 0.5}, -1), (NO_BREAKDOWN, +1)],
    ids=["accident", "decision"],
)
def test_the_hazard_of_relapse_falls_by_accident_and_rises_by_decision(
    flagship, columns, read, parameters, sign
):
    scenario = flagship(
        **{
            f"by_{index}": {
                "probability": f"eventually(conflict == war, within = {end}, {SINCE})",
                "given": "eventually(conflict == ceasefire)",
            }
            for index, end in enumerate(WINDOWS[1:], start=1)
        }
    ).with_(parameters=parameters)
    table = columns(scenario, ["drift"], 9_000)["drift"]
    hazards = []
    alive = table["by_1"].notna()
    for index, (start, end) in enumerate(itertools.pairwise(WINDOWS), start=1):
        failed = table[f"by_{index}"]
        hazards.append(read(failed.where(alive)).hazard(end - start))
        alive &= failed == 0.0
    for earlier, later in itertools.pairwise(hazards):
        assert sign * (later - earlier).z > SIGNIFICANT
    if sign > 0:
        assert hazards[0].value < 0.1 * hazards[-1].value  # it rises from zero


def test_american_disengagement_hurts_guarantees_that_hang_on_washington_most(
    flagship, columns, read
):
    # Each policy gets the guarantee that it asks for, so that the guarantees are compared.
    granted = flagship("relapse_5y").with_(levers={"force_grant": 1})
    policies = ["nato_first", "bilateral", "eu_guarantee"]

    def with_disengaged(weight):
        weights = {"us2025_disengaged": weight, "us2029_disengaged": weight}
        tables = columns(granted.with_(parameters=weights), policies, 8_000)
        return {policy: read(tables[policy]["relapse_5y"]) for policy in policies}

    never, always = with_disengaged(1e-3), with_disengaged(1e3)
    rise = {policy: always[policy] - never[policy] for policy in policies}
    for policy in policies:
        assert rise[policy].z > SIGNIFICANT
    assert (rise["nato_first"] - rise["eu_guarantee"]).z > SIGNIFICANT
    assert (rise["bilateral"] - rise["eu_guarantee"]).z > SIGNIFICANT


# Readings on the earlier date, which make it a grid point of both calendars.
EVE = """\
  front_eve: {value: front, at: 2025-01-20}
  aid_eve: {value: aid, at: 2025-01-20}
  power_eve: {value: power, at: 2025-01-20}
  grid_eve: {value: grid_gap, at: 2025-01-20}
  talks_eve: {count: open_talks, until: 2025-01-20}
  strikes_eve: {count: strike, until: 2025-01-20}
"""


def test_moving_the_inauguration_changes_nothing_before_it(text_of):
    text = text_of("ukraine-2024", EVE)
    assert text.count("on: 2025-01-20") == 1
    moved = text.replace("on: 2025-01-20", "on: 2025-07-20")
    first, second = (
        detente.simulate(
            detente.Scenario.from_yaml(version),
            paths=1_000,
            seed=1,
            policies=["talks_now"],
            keep_paths=1_000,
            keep_outcomes=True,
        )
        for version in (text, moved)
    )
    eve = [name for name in first.outcome_columns.data_vars if name.endswith("_eve")]
    assert len(eve) == 6
    for name in eve:
        assert (first.outcome_columns[name] == second.outcome_columns[name]).all(), name
    assert (first.outcome_columns["talks_eve"] > 0).any()

    dates = first.paths["date"].to_numpy()
    before = np.flatnonzero(dates < np.datetime64("2025-01-20"))
    after = int(np.searchsorted(dates, np.datetime64("2025-03-01")))
    assert len(before) == 2
    for name in first.paths.data_vars:
        old, new = (run.paths[name].isel(date=before).to_numpy() for run in (first, second))
        assert (old == new).all(), name
    washington = [run.paths["washington"].isel(date=after).to_numpy() for run in (first, second)]
    assert (washington[0] != washington[1]).any()


def test_fighting_on_costs_more_lives_than_talks_until_their_truce_is_worthless(
    flagship, columns, read
):
    scenario = flagship("added_deaths")
    fight = read(columns(scenario, ["fight_on"], 3_000)["fight_on"]["added_deaths"])

    def excess(b_imposed):
        changed = scenario.with_(parameters={"b_imposed": b_imposed})
        talks = columns(changed, ["talks_now"], 3_000)["talks_now"]
        return fight - read(talks["added_deaths"])

    low, high = 0.5, 4.0  # the mean of the prior, and a truce fifty times as brittle
    assert excess(low).z > SIGNIFICANT
    assert excess(high).z < -SIGNIFICANT
    while high - low > 0.25:
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle).value > 0 else (low, middle)
    assert low > 0.9  # the break-even lies far out in the prior, mean 0.5 and deviation 0.3


def test_fighting_on_for_a_worthless_guarantee_is_dominated(flagship, columns, read):
    harms = ["added_deaths", "relapse_5y", "capitulation", "clash", "nuclear_use", "front_end"]
    goods = ["ceasefire_2y", "peace_years", "peace_5y", "settlement", "utility"]
    scenario = flagship(*harms, *goods, "guarantee_2035").with_(parameters={"c0_article5": 0.0})
    tables = columns(scenario, ["fight_on", "frozen_monitors"], 8_000)

    def excess(outcome):
        return read(tables["fight_on"][outcome]) - read(tables["frozen_monitors"][outcome])

    for harm in harms:
        assert excess(harm).z > SIGNIFICANT, harm
    for good in goods:
        assert excess(good).z < -SIGNIFICANT, good


def test_long_range_weapons_slow_the_advance_and_raise_the_risk_of_crisis(flagship, columns, read):
    scenario = flagship("front_2026", "crisis").with_(
        policies={"without": {}, "with": {"set": {"long_range": 1}}}
    )
    tables = columns(scenario, ["without", "with"])
    assert (read(tables["with"]["front_2026"]) - read(tables["without"]["front_2026"])).z < -3.0
    assert (read(tables["with"]["crisis"]) - read(tables["without"]["crisis"])).z > SIGNIFICANT


def test_a_ukrainian_weapon_invites_pre_emption_and_deters_once_present(flagship, columns, read):
    scenario = flagship("pre_empted", "relapse_5y")
    policy = "nuclear_deterrent"
    assert read(columns(scenario, [policy])[policy]["pre_empted"]).z > SIGNIFICANT

    def once_built(b_nuke):
        sure = {"ramp_success": 1.0, "preempt_rate": 0.0, "b_nuke": b_nuke}
        return read(columns(scenario.with_(parameters=sure), [policy])[policy]["relapse_5y"])

    assert (once_built(0.5) - once_built(0.0)).z < -SIGNIFICANT


def test_guarantee_before_concession_is_no_worse_than_the_reverse_order(flagship, columns, read):
    order = {
        name: {"set": {"seek": 2, "force_grant": 1, "guarantee_first": first}}
        for name, first in (("guarantee_then_talks", 1), ("talks_then_guarantee", 0))
    }
    same = ["relapse_1y", "relapse_5y", "to_ceasefire", "added_deaths"]
    both = flagship(*same).with_(policies=order)

    tables = columns(both, list(order), 8_000)
    difference = read(tables["guarantee_then_talks"]["relapse_5y"]) - read(
        tables["talks_then_guarantee"]["relapse_5y"]
    )
    assert difference.z < -SIGNIFICANT

    # With a worthless guarantee the order is idle: the same relapses, up to the step's error. A
    # guarantee that takes force in the war splits a step there, and what follows time smoothly is
    # then read at the middle of each part. Without such a hazard the paths are the same.
    worthless = columns(both.with_(parameters={"c0_coalition": 0.0}), list(order), 4_000)
    apart = worthless["guarantee_then_talks"] != worthless["talks_then_guarantee"]
    assert (
        apart["relapse_5y"][worthless["guarantee_then_talks"]["relapse_5y"].notna()].mean() < 1e-3
    )
    timeless = both.with_(parameters={"c0_coalition": 0.0, **NO_REATTACK})
    exact = columns(timeless, list(order), 2_000)
    pd.testing.assert_frame_equal(
        exact["guarantee_then_talks"][same], exact["talks_then_guarantee"][same], rtol=1e-9
    )


# Levers that make something happen (a guarantee takes force, a programme begins) split steps.
# Without re-attack no hazard follows time smoothly, and even then every path is the same.
IDLE = {
    "monitors and zone": (
        {"monitors": 1, "dmz": 1, "imposed": 1},
        {"b_monitors": 0, "b_dmz": 0, "b_imposed": 0},
    ),
    "long-range weapons": (
        {"long_range": 1},
        {"b_long_range": 0, "b_crisis_long_range": 0, "advance_long_range": 0},
    ),
    "guarantee": (
        {"seek": 2, "force_grant": 1, "guarantee_first": 1},
        {"c0_coalition": 0, "b_crisis_tripwire": 0, **NO_REATTACK},
    ),
    "weapon": (
        {"nuclear_programme": 1},
        {"b_nuke": 0, "b_crisis_nuke": 0, "preempt_rate": 0, **NO_REATTACK},
    ),
}


@pytest.mark.parametrize("case", IDLE)
def test_policies_that_differ_in_idle_levers_alone_share_every_path(flagship, columns, case):
    levers, effects = IDLE[case]
    scenario = flagship(
        *("relapse_5y", "to_ceasefire", "to_relapse", "added_deaths", "peace_years", "front_end"),
        *("crisis", "clash", "nuclear_use", "capitulation", "settlement"),
    ).with_(parameters=effects, policies={"plain": {}, "idle": {"set": levers}})
    tables = columns(scenario, ["plain", "idle"], 2_000)
    pd.testing.assert_frame_equal(tables["plain"], tables["idle"], rtol=1e-9)
    assert tables["plain"]["relapse_5y"].sum() > 200


def test_asking_with_and_without_a_sure_grant_agree_until_the_answer(library_folder):
    forecast = detente.simulate(
        detente.load(library_folder / "ukraine-2024.yaml"),
        paths=500,
        seed=3,
        policies=["nato_first", "nato_first_granted"],
        keep_paths=500,
    )
    asked, granted = (forecast.paths.sel(policy=policy) for policy in forecast.policies)
    unanswered = np.logical_and.accumulate(
        ((asked["guarantee"] == "none") & (granted["guarantee"] == "none")).to_numpy(), axis=1
    )
    assert 0.02 < unanswered.mean() < 0.5
    for name in forecast.paths.data_vars:
        same = asked[name].to_numpy() == granted[name].to_numpy()
        assert same[unanswered].all(), name
        assert name != "conflict" or not same.all()
    answered = [(run["guarantee"] != "none").to_numpy() for run in (asked, granted)]
    assert (answered[0] == answered[1]).all()
