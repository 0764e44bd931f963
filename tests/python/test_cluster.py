"""Runs on a Dask cluster of two worker processes on this machine."""

from __future__ import annotations

import importlib
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

import detente
from detente import cluster, cluster_worker, simulation
from detente.cli.main import app
from detente.cluster import TaskSizes

pytestmark = pytest.mark.filterwarnings("ignore:.*unclosed:ResourceWarning")

KEPT = {"keep_outcomes": True, "keep_paths": 1_500}


@pytest.fixture(scope="module")
def workers() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
    ) as started:  # fmt: skip
        yield started


@pytest.fixture(scope="module")
def client(workers: LocalCluster) -> Iterator[Client]:
    with Client(workers, set_as_default=False) as made:
        yield made


@pytest.fixture
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "LEAST_PATHS", 400)
    monkeypatch.setattr(cluster, "BLOCK", 400)
    monkeypatch.setattr(cluster, "TASK_SECONDS", 0.0)


def written(forecast: detente.Forecast, folder: Path) -> dict[str, bytes]:
    """The saved files whose bytes do not tell how long it took."""
    forecast.save(folder)
    names = ("forecast.bin", "outcomes.csv", "scenario.yaml", "columns.npz")
    return {name: (folder / name).read_bytes() for name in names}


@pytest.mark.usefixtures("small_tasks")
def test_the_workers_give_the_run_to_the_last_bit(
    truce: detente.Scenario, client: Client, tmp_path: Path
) -> None:
    told: list[int] = []
    what: dict[str, Any] = {"paths": 3_001, "seed": 5, "first_path": 70, **KEPT}
    shared = detente.simulate(
        truce, **what, client=client, progress=lambda done, *_: told.append(done)
    )
    here = detente.simulate(truce, **what)
    assert written(shared, tmp_path / "shared") == written(here, tmp_path / "here")
    assert shared.paths.equals(here.paths)
    assert (shared.partial, shared.n_paths_requested, shared.threads) == (False, 3_001, 2)
    assert told == sorted(told)
    assert told[-1] == 3_001


@pytest.mark.usefixtures("small_tasks")
def test_draws_that_paths_share_join_where_tasks_end(
    truce: detente.Scenario, client: Client
) -> None:
    what: dict[str, Any] = {"paths": 1_000, "seed": 5, "paths_per_draw": 30, "policies": "drift"}
    shared = detente.simulate(truce, **what, client=client)
    assert shared.outcomes.equals(detente.simulate(truce, **what).outcomes)


def test_the_text_travels_with_what_it_includes_and_its_columns(
    client: Client, tmp_path: Path
) -> None:
    (tmp_path / "rates.csv").write_text("rate\n0.2\n0.4\n0.9\n")
    (tmp_path / "part.yaml").write_text(
        "detente: 1\nparameters:\n  rate: {empirical: {file: rates.csv, column: rate}}\n"
    )
    (tmp_path / "whole.yaml").write_text(
        "detente: 1\ninclude: part.yaml\ntitle: t\ntime: {horizon: 5, step: 1, report: 1}\n"
        "chains: {c: {start: a, states: [a, b], transitions: [{name: go, from: a, to: b, "
        "hazard: rate}]}}\noutcomes: {b: {probability: eventually(c == b)}}\n"
    )
    scenario = detente.load(tmp_path / "whole.yaml")
    here = detente.simulate(scenario, paths=500)
    for file in tmp_path.iterdir():
        file.unlink()
    assert detente.simulate(scenario, paths=500, client=client).outcomes.equals(here.outcomes)


def test_a_precision_and_a_checkpoint_are_kept_on_workers_too(
    truce: detente.Scenario, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "SMALLEST_BATCH", 1_000)
    what: dict[str, Any] = {"seed": 1, "policies": "drift"}
    precision = {"relapse_5y": 0.03}
    shared = detente.simulate(truce, 9_000, **what, precision=precision, client=client)
    here = detente.simulate(truce, 9_000, **what, precision=precision)
    assert 1_000 < shared.n_paths < 9_000
    assert shared.outcomes.equals(here.outcomes)
    with detente.Checkpoint(tmp_path / "kept", every=1) as checkpoint:
        kept = detente.simulate(truce, 3_000, **what, checkpoint=checkpoint, client=client)
    assert kept.outcomes.equals(detente.simulate(truce, 3_000, **what).outcomes)


@pytest.mark.usefixtures("small_tasks")
def test_a_worker_that_is_killed_changes_nothing(
    truce: detente.Scenario, client: Client, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill_one(paths_done: int, *_: object) -> None:
        if paths_done > 400 and not killed:
            killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    what: dict[str, Any] = {"paths": 5_000, "seed": 5, **KEPT}
    shared = detente.simulate(truce, **what, client=client, progress=kill_one)
    here = detente.simulate(truce, **what)
    assert len(killed) == 1
    assert written(shared, tmp_path / "shared") == written(here, tmp_path / "here")


@pytest.mark.usefixtures("small_tasks")
def test_a_path_that_fails_is_told_as_on_one_machine(client: Client) -> None:
    scenario = detente.Scenario.from_yaml(
        "detente: 1\ntitle: t\ntime: {horizon: 5, step: 1, report: 1}\n"
        "parameters: {x: {normal: {mean: 3.2, sd: 1}}}\n"
        "chains: {c: {start: a, states: [a, b], transitions: [{name: go, from: a, to: b, "
        "hazard: x}]}}\noutcomes: {b: {probability: eventually(c == b)}}\n"
    )
    with pytest.raises(detente.RunError) as here:
        detente.simulate(scenario, paths=6_000)
    with pytest.raises(detente.RunError) as shared:
        detente.simulate(scenario, paths=6_000, client=client)
    told = re.compile(r"hazard of transition `go` .* path \d+, seed 0, time 0; x = \S+")
    assert told.findall(str(shared.value)) == told.findall(str(here.value)) != []


class AbsentOnWorkers:
    """A function of a module that a worker does not have."""

    def __call__(self) -> None: ...

    def __reduce__(self) -> tuple[Any, ...]:
        return importlib.import_module, ("module_that_no_worker_has",)


def test_a_worker_without_detente_is_told_as_such(
    truce: detente.Scenario, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "simulate_range", AbsentOnWorkers())
    with pytest.raises(detente.RunError, match=r"paths 0 to 99 could not .* on all workers"):
        detente.simulate(truce, paths=100, client=client)


def test_workers_that_all_die_are_told_as_such(
    truce: detente.Scenario,
    workers: LocalCluster,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers.scheduler, "allowed_failures", 0)
    monkeypatch.setattr(cluster, "simulate_range", lambda *_: os._exit(1))
    with pytest.raises(detente.RunError, match="each worker that tried it died"):
        detente.simulate(truce, paths=100, client=client)


def test_a_worker_that_would_give_other_numbers_refuses() -> None:
    same = {"version": detente.__version__, "instruction_set": detente._core.instruction_set()}
    cluster_worker._check_same(same)
    with pytest.raises(detente.RunError, match=r"and this machine 0\.0\.7: install one version"):
        cluster_worker._check_same({**same, "version": "0.0.7"})
    with pytest.raises(detente.RunError, match="set DETENTE_ISA to one that all have"):
        cluster_worker._check_same({**same, "instruction_set": "v9"})


def is_idle(client: Client) -> bool:
    return not any(client.processing().values())


@pytest.mark.usefixtures("small_tasks")
def test_ctrl_c_keeps_the_first_paths_and_stops_the_workers(
    truce: detente.Scenario, client: Client
) -> None:
    def interrupt(paths_done: int, *_: object) -> None:
        if paths_done >= 400:
            raise KeyboardInterrupt

    with pytest.raises(detente.Interrupted) as caught:
        detente.simulate(truce, paths=10**9, seed=5, client=client, progress=interrupt)
    forecast = caught.value.forecast
    if forecast is not None:
        assert forecast.partial
        here = detente.simulate(truce, paths=forecast.n_paths, seed=5)
        assert forecast.outcomes.equals(here.outcomes)
    stopped = time.monotonic()
    while not is_idle(client) and time.monotonic() < stopped + 20:
        time.sleep(0.05)
    assert is_idle(client)


def test_a_long_task_that_is_cancelled_ends_soon(
    truce: detente.Scenario, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "BLOCK", 10**8)
    with pytest.raises(detente.ArgumentError, match="before a path was finished"):
        detente.simulate(
            truce, paths=10**9, client=client, progress=lambda *args: args[2] < 0.5
        )  # fmt: skip
    what: dict[str, Any] = {"paths": 100, "seed": 5, "client": client}
    monkeypatch.undo()
    started = time.monotonic()
    detente.simulate(truce, **what)
    assert time.monotonic() - started < 20


def test_a_batch_and_a_run_reach_the_workers_by_an_address(
    client: Client, support: Path, tmp_path: Path
) -> None:
    from typer.testing import CliRunner

    command = CliRunner()
    plan = tmp_path / "plan.yaml"
    plan.write_text(f"detente: 1\nscenarios: {support / 'truce.yaml'}\nseeds: [1, 2]\npaths: 500\n")
    address = client.scheduler.address
    for arguments in (
        ["batch", str(plan), "--out", str(tmp_path / "B"), "--dask", address],
        ["run", str(support / "truce.yaml"), "--paths", "500", "--seed", "1", "--json",
         "--out", str(tmp_path / "R"), "--dask", address],
    ):  # fmt: skip
        ended = command.invoke(app, arguments)
        assert ended.exit_code == 0, ended.output
    alone = detente.simulate(detente.load(support / "truce.yaml"), paths=500, seed=1)
    for folder in (tmp_path / "B" / "truce_seed=1", tmp_path / "R"):
        assert detente.open(folder).outcomes.equals(alone.outcomes)


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.2)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with (
            pytest.raises(detente.ArgumentError, match=f"no Dask scheduler answers at `{address}`"),
            cluster.connected(address),
        ):
            pass


def test_tasks_fit_the_speed_and_shrink_towards_the_end() -> None:
    sizes = TaskSizes()
    sizes.n_threads = 4
    block = cluster.BLOCK
    assert sizes.next(10**9, 10**9) == block
    assert sizes.next(5, 10**9) == 5
    assert sizes.next(9_000, 9_000) == 2_250
    assert sizes.next(500, 500) == cluster.LEAST_PATHS
    sizes.learn(n_paths=1_000, run_seconds=0.05, merge_seconds=0.01)
    assert sizes.next(10**9, 10**9) == 200_000 - 200_000 % block
    assert sizes.next(80_000, 10**9) == 2 * block
    assert sizes.next(9_000, 10**9) == block
    # Merging a part for each ten seconds of four threads would keep this machine busy.
    sizes.learn(n_paths=1_000, run_seconds=0.05, merge_seconds=2.0)
    assert sizes.next(10**9, 10**9) == 640_000 - 640_000 % block
