from __future__ import annotations

import csv
import json
import os
import random
import re
import shutil
import signal
import time
from pathlib import Path

import pytest

KILLS = int(os.environ.get("DETENTE_KILLS", "6"))

PLAN = """
detente: 1
title: Two scenarios, two pressures, two seeds
scenarios: [truce.yaml, plain.yaml]
seeds: [1, 2]
paths: 500
keep_outcomes: true
"""

PRESSURES = """
detente: 1
scenarios: truce.yaml
levers: {pressure: [0, 1]}
policies: [drift]
paths: 30000
seeds: [1, 2]
"""


@pytest.fixture
def plan(detente, truce) -> Path:
    for name in ("truce.yaml", "plain.yaml"):
        shutil.copy(truce.parent / name, detente.folder)
    file = detente.folder / "plan.yaml"
    file.write_text(PLAN)
    return file


def index_of(folder: Path) -> dict[str, dict[str, object]]:
    """The jobs of the index by name; both of its forms must say the same."""
    told = json.loads((folder / "index.json").read_text())
    with (folder / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["job"] for row in rows] == [job["job"] for job in told["jobs"]]
    assert [row["status"] for row in rows] == [job["status"] for job in told["jobs"]]
    return {job["job"]: job for job in told["jobs"]}


def states_of(folder: Path) -> dict[str, bytes]:
    return {file.parent.name: file.read_bytes() for file in folder.glob("*/forecast.bin")}


def test_every_job_gets_a_folder_and_a_row(detente, plan) -> None:
    import pandas as pd

    import detente as package

    ended = detente("batch", plan, "--out", "B", "--json")
    assert ended.code == 0, ended.messages
    assert "4 of 4 jobs are complete" in ended.messages
    assert "[4/4] plain_seed=2: 500 paths" in ended.messages
    jobs = index_of(detente.folder / "B")
    assert ended.json["title"].startswith("Two scenarios")
    assert list(jobs) == ["truce_seed=1", "truce_seed=2", "plain_seed=1", "plain_seed=2"]
    for name, job in jobs.items():
        assert (job["status"], job["problem"]) == ("complete", "")
        folder = detente.folder / "B" / name
        forecast = package.open(folder)
        assert forecast.scenario_hash == job["scenario_hash"]
        alone = package.simulate(
            package.load(detente.folder / str(job["scenario"])), paths=500, seed=job["seed"]
        )
        assert forecast.outcomes.equals(alone.outcomes)
        assert len(pd.read_parquet(folder / "paths.parquet")) == 500 * len(forecast.policies)
        assert pd.read_parquet(folder / "outcomes.parquet").equals(forecast.outcomes)
        assert (folder / "forecast.json").exists()


def test_a_job_that_fails_does_not_stop_the_others(detente, plan) -> None:
    text = (detente.folder / "truce.yaml").read_text()
    (detente.folder / "truce.yaml").write_text(
        text.replace("hazard: 0.2}", "hazard: 0.2 - 0.1 * time}")
    )
    ended = detente("batch", plan, "--out", "B")
    assert ended.code == 1
    assert "2 of 4 jobs are complete, 2 failed" in ended.messages
    assert re.search(r"truce_seed=1: FAILED: .*grant", ended.messages)
    jobs = index_of(detente.folder / "B")
    assert [job["status"] for job in jobs.values()] == ["failed", "failed", "complete", "complete"]
    assert "grant" in str(jobs["truce_seed=1"]["problem"])
    assert not (detente.folder / "B" / "truce_seed=1").exists()


def test_resuming_skips_what_is_whole_and_runs_what_is_damaged(detente, plan) -> None:
    folder = detente.folder / "B"
    assert detente("batch", plan, "--out", "B").code == 0
    whole = states_of(folder)
    again = detente("batch", plan, "--out", "B")
    assert again.code == 2
    assert "--resume" in again.messages
    damaged = folder / "plain_seed=1" / "forecast.bin"
    damaged.write_bytes(damaged.read_bytes()[:-9])
    shutil.rmtree(folder / "truce_seed=2")
    ended = detente("batch", plan, "--out", "B", "--resume")
    assert ended.code == 0, ended.messages
    assert ended.messages.count("is complete already") == 2
    assert states_of(folder) == whole


def test_a_folder_of_another_run_is_left_alone(detente, plan) -> None:
    assert detente("batch", plan, "--out", "B").code == 0
    before = states_of(detente.folder / "B")
    plan.write_text(PLAN.replace("paths: 500", "paths: 600"))
    ended = detente("batch", plan, "--out", "B", "--resume")
    assert ended.code == 1
    assert "is the forecast of another run: another number of paths (500, not 600)" in (
        ended.messages
    )
    assert states_of(detente.folder / "B") == before


def test_only_batches_are_resumed(detente, plan) -> None:
    (detente.folder / "mine").mkdir()
    (detente.folder / "mine" / "thesis.txt").write_text("years of work")
    for options in ((), ("--resume",)):
        ended = detente("batch", plan, "--out", "mine", *options)
        assert ended.code == 2
        assert "is no batch" in ended.messages
    assert [entry.name for entry in (detente.folder / "mine").iterdir()] == ["thesis.txt"]
    assert detente("batch", plan, "--out", plan).code == 2


def test_a_bad_plan_ends_with_2_and_its_place(detente, plan) -> None:
    plan.write_text(PLAN + "levers: {presure: [0, 1]}\n")
    ended = detente("batch", plan, "--out", "B")
    assert ended.code == 2
    assert "plan.yaml:8:10: error" in ended.messages
    assert "did you mean `pressure`" in ended.messages
    assert not (detente.folder / "B").exists()


def test_two_processes_do_not_share_an_output(detente, plan) -> None:
    plan.write_text(PLAN.replace("paths: 500", "paths: 100000000"))
    process = detente.start("batch", plan, "--out", "B")
    while not (detente.folder / "B" / "index.csv").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    second = detente("batch", plan, "--out", "B", "--resume")
    assert second.code == 1
    assert f"in use by another process (process {process.pid} on" in second.messages
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "--resume goes on" in messages
    assert list(states_of(detente.folder / "B")) == []


def test_a_batch_killed_at_any_moment_goes_on_to_the_same_results(detente, plan) -> None:
    plan.write_text(PRESSURES)
    assert detente("batch", plan, "--out", "whole").code == 0
    whole = states_of(detente.folder / "whole")
    moments = random.Random(3)
    kills = 0
    while kills < KILLS:
        process = detente.start("batch", plan, "--out", "B", "--resume")
        lock = detente.folder / "B" / ".lock"
        while process.poll() is None and not (
            lock.exists() and lock.read_text().startswith(f"process {process.pid} ")
        ):
            time.sleep(0.005)
        time.sleep(moments.uniform(0, 4))
        if process.poll() is not None:
            assert states_of(detente.folder / "B") == whole
            shutil.rmtree(detente.folder / "B")
        else:
            kills += 1
        process.kill()
        process.communicate(timeout=120)
    ended = detente("batch", plan, "--out", "B", "--resume")
    assert ended.code == 0, ended.messages
    assert states_of(detente.folder / "B") == whole
    assert {job["status"] for job in index_of(detente.folder / "B").values()} == {"complete"}
    left = [entry.name for entry in (detente.folder / "B").iterdir() if entry.is_file()]
    assert sorted(left) == [".lock", "index.csv", "index.json"]
    assert not list((detente.folder / "B").glob(".*.part"))
