from __future__ import annotations

import csv
import json
import os
import random
import time
from pathlib import Path

#: How many jobs the batch has. The full measure: DETENTE_JOBS=200.
JOBS = int(os.environ.get("DETENTE_JOBS", "40"))
STOPS = 5

SCENARIO = """
detente: 1
title: Two states
time: {horizon: 4, step: 0.5, report: 1}
levers: {pressure: {default: 0}}
parameters: {rate: {lognormal: {median: 0.4, sigma: 0.5}}}
chains:
  conflict:
    start: war
    states: [war, peace]
    transitions: [{name: end, from: war, to: peace, hazard: rate * (1 + pressure)}]
policies: {drift: {}, push: {set: {pressure: 1}}}
outcomes:
  peace: {probability: eventually(conflict == peace)}
  to_peace: {time_to: conflict == peace}
"""


def manifests(folder: Path) -> list[Path]:
    """Of the jobs with a folder under their name; what is being written has a dot before it."""
    return list(folder.glob("[!.]*/manifest.json"))


def complete(folder: Path) -> dict[str, str]:
    """The jobs that are there, and the digests of what each holds."""
    digests = {}
    for manifest in manifests(folder):
        files = json.loads(manifest.read_text())["files"]
        files.pop("forecast.json")  # it tells how long the run took
        digests[manifest.parent.name] = json.dumps(files)
    return digests


def test_a_batch_killed_and_resumed_five_times_has_every_job_once(detente) -> None:
    (detente.folder / "truce.yaml").write_text(SCENARIO)
    plan = detente.folder / "plan.yaml"
    levers = [0, 0.5, 1, 2]
    seeds = list(range(JOBS // len(levers)))
    plan.write_text(
        f"detente: 1\nscenarios: truce.yaml\npaths: 2000\nkeep_outcomes: true\n"
        f"levers: {{pressure: {levers}}}\nseeds: {seeds}\n"
    )
    n_jobs = len(levers) * len(seeds)
    started = time.monotonic()
    ended = detente("batch", plan, "--out", "whole", "--threads", "1")
    assert ended.code == 0, ended.messages
    whole = complete(detente.folder / "whole")
    seconds = time.monotonic() - started
    assert len(whole) == n_jobs
    folder, moments = detente.folder / "B", random.Random(JOBS)
    done: dict[str, str] = {}
    written: dict[str, int] = {}
    for stop in range(1, STOPS + 1):
        process = detente.start("batch", plan, "--out", "B", "--threads", "1", "--resume")
        wanted = min(n_jobs * stop // (STOPS + 1), n_jobs - 1)
        while len(manifests(folder)) < wanted:
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)
        time.sleep(moments.uniform(0, 0.5 * seconds / n_jobs))
        process.kill()
        process.communicate(timeout=120)
        now = complete(folder)
        assert done.items() <= now.items(), "what was complete stays as it was"
        assert wanted <= len(now) < n_jobs
        for name in now.keys() - done.keys():
            written[name] = (folder / name / "manifest.json").stat().st_mtime_ns
        done = now
    ended = detente("batch", plan, "--out", "B", "--threads", "1", "--resume")
    assert ended.code == 0, ended.messages
    assert ended.messages.count("is complete already") == len(done)
    for name, moment in written.items():
        assert (folder / name / "manifest.json").stat().st_mtime_ns == moment, "it ran once"
    assert complete(folder) == whole
    with (folder / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["job"] for row in rows}) == len(rows) == n_jobs
    assert {row["status"] for row in rows} == {"complete"}
