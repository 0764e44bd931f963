from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import detente
from detente.plans import read_plan


def plan_file(folder: Path, text: str) -> Path:
    file = folder / "plan.yaml"
    file.write_text(text)
    return file


@pytest.fixture
def folder(tmp_path: Path, support: Path) -> Path:
    shutil.copy(support / "truce.yaml", tmp_path)
    return tmp_path


def test_scenarios_changes_seeds_and_paths_are_crossed(folder: Path) -> None:
    plan = read_plan(plan_file(folder, """
detente: 1
title: Sensitivity
scenarios: [truce.yaml]
policies: [drift, quick]
parameters:
  tau: [2, {lognormal: {median: 4, sigma: 0.1}}]
levers: {pressure: [0, 0.5]}
seeds: [1, -2]
paths: [100, 200]
keep_outcomes: true
keep_paths: 7
paths_per_draw: 10
sobol: true
"""))  # fmt: skip
    assert plan.title == "Sensitivity"
    assert len(plan.jobs) == 16
    assert len({job.name for job in plan.jobs}) == 16
    names = [job.name for job in plan.jobs]
    assert names[0] == "truce_tau=2_pressure=0_seed=1_paths=100"
    assert names[-1] == "truce_tau=prior2_pressure=0.5_seed=-2_paths=200"
    last = plan.jobs[-1]
    assert last.scenario.parameters.loc["tau", "q50"] == pytest.approx(4)
    assert last.scenario.levers.loc["pressure", "default"] == 0.5
    assert last.terms.seed == -2
    assert last.terms.policies == ("drift", "quick")
    assert (last.terms.keep_paths, last.terms.keep_outcomes) == (7, True)
    assert (last.terms.paths_per_draw, last.terms.sobol) == (10, True)


def test_a_short_plan_says_what_is_left_out(folder: Path) -> None:
    plan = read_plan(plan_file(folder, "detente: 1\nscenarios: [truce.yaml, korea-1953]\n"))
    assert [job.name for job in plan.jobs] == ["truce_seed=0", "korea-1953_seed=0"]
    assert plan.jobs[0].settings["paths"] == 100_000
    assert plan.jobs[0].terms.policies == ("drift", "quick", "late")


def test_files_of_one_name_get_folders_of_their_own(folder: Path) -> None:
    (folder / "other").mkdir()
    shutil.copy(folder / "truce.yaml", folder / "other")
    plan = read_plan(plan_file(folder, "detente: 1\nscenarios: [truce.yaml, other/truce.yaml]\n"))
    assert [job.name for job in plan.jobs] == ["truce_seed=0", "truce_seed=0_2"]


def test_a_seed_may_have_any_size(folder: Path) -> None:
    plan = read_plan(plan_file(folder, f"detente: 1\nscenarios: truce.yaml\nseeds: -{10**30}\n"))
    assert plan.jobs[0].settings["seed"] == -(10**30)


BAD = {
    "scenarios: [truce.yml]": ("plan.yaml:2:13", "unknown scenario `truce.yml`"),
    "scenarios: [korea-1954]": ("plan.yaml:2:13", "did you mean `korea-1953`"),
    "scenarios: truce.yaml\nseed: [1]": ("plan.yaml:3:1", "did you mean `seeds`"),
    "scenarios: truce.yaml\nchains: {}": ("plan.yaml:3:1", "chains"),
    "scenarios: truce.yaml\nseeds: [1, two]": ("plan.yaml:3:12", "a seed is an integer"),
    "scenarios: truce.yaml\nseeds: [1.5]": ("plan.yaml:3:9", "a seed is an integer"),
    "scenarios: truce.yaml\nseeds: []": ("plan.yaml:3:8", "names nothing"),
    "scenarios: truce.yaml\npaths: 0": ("plan.yaml:3:8", "between 1 and"),
    "scenarios: truce.yaml\npaths: 1.5": ("plan.yaml:3:8", "whole number"),
    "scenarios: truce.yaml\npolicies: [quik]": ("plan.yaml:3:12", "did you mean `quick`"),
    "scenarios: truce.yaml\npolicies: [late, late]": ("plan.yaml:3:18", "stands twice"),
    "scenarios: truce.yaml\nparameters: {taw: 1}": ("plan.yaml:3:14", "did you mean `tau`"),
    "scenarios: truce.yaml\nlevers: {presure: 1}": ("plan.yaml:3:10", "did you mean `pressure`"),
    "scenarios: truce.yaml\nlevers: {pressure: [0, 7]}": ("plan.yaml:3:24", "cannot have this"),
    "scenarios: truce.yaml\nlevers: {pressure: {a: 1}}": ("plan.yaml:3:20", "a number"),
    "scenarios: truce.yaml\nparameters: {tau: {lognormal: {median: -1, sigma: 1}}}": (
        "plan.yaml:3:19",
        "`tau` cannot have this value",
    ),
    "scenarios: truce.yaml\nkeep_outcomes: maybe": ("plan.yaml:3:16", "`true` or `false`"),
    "scenarios: [truce.yaml": ("plan.yaml:2:12", "["),
    "title: none": ("plan.yaml:1:1", "scenarios"),
    "scenarios: [truce.yaml, truce.yaml]": ("plan.yaml:2:25", "stands twice"),
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_plan_is_refused_with_place_and_caret(folder: Path, text: str) -> None:
    place, words = BAD[text]
    with pytest.raises(detente.ScenarioError) as refusal:
        read_plan(plan_file(folder, f"detente: 1\n{text}\n"))
    told = str(refusal.value)
    assert f"{place}: error" in told, told
    assert words in told, told
    assert re.search(r"^ *\|? *\^", told, re.MULTILINE), told
    assert refusal.value.diagnostics[0].code.startswith("E")


def test_all_that_is_wrong_is_told_at_once(folder: Path) -> None:
    text = (
        "detente: 1\nscenarios: truce.yaml\npolicies: [quik]\n"
        "levers: {presure: 1}\nparameters: {taw: 1}\n"
    )
    with pytest.raises(detente.ScenarioError) as refusal:
        read_plan(plan_file(folder, text))
    assert len(refusal.value.diagnostics) == 3


def test_a_wrong_version_or_no_plan_is_refused(folder: Path) -> None:
    with pytest.raises(detente.ScenarioError, match="detente: 1"):
        read_plan(plan_file(folder, "detente: 2\nscenarios: truce.yaml\n"))
    with pytest.raises(detente.ScenarioError, match="no such file"):
        read_plan(folder / "nowhere.yaml")
    with pytest.raises(detente.ScenarioError, match="a folder"):
        read_plan(folder)


def test_a_broken_scenario_is_told_with_its_own_places(folder: Path) -> None:
    text = (folder / "truce.yaml").read_text().replace("hazard: 0.2}", "hazard: 0.2 * tua}")
    (folder / "truce.yaml").write_text(text)
    with pytest.raises(detente.ScenarioError, match=r"truce\.yaml:\d+:\d+: error"):
        read_plan(plan_file(folder, "detente: 1\nscenarios: truce.yaml\n"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "levers: {pressure: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}\n"
            f"seeds: {list(range(100))}\npaths: {list(range(1, 51))}\n",
            "E154.*may have 10000 jobs, and this has 50000",
        ),
        (f"seeds: [{'1' * 5_000}]\n", "E152.*a seed may have 100 digits"),
    ],
    ids=["jobs", "digits"],
)
def test_a_plan_is_bounded(folder: Path, text: str, words: str) -> None:
    """A few short lists multiply to more jobs than anybody waits for."""
    file = plan_file(folder, f"detente: 1\nscenarios: truce.yaml\n{text}")
    with pytest.raises(detente.ScenarioError, match=words):
        read_plan(file)
