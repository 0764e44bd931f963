from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import detente
from detente.run_terms import engine_seed


def same_numbers(first: detente.Forecast, second: detente.Forecast) -> bool:
    """Whether all estimates and everything over time agree bit for bit."""
    return (
        first.outcomes.equals(second.outcomes)
        and all(first.occupancy(chain).equals(second.occupancy(chain)) for chain in first.chains)
        and all(first.bands(name).equals(second.bands(name)) for name in first.variables)
        and first.incidence("to_ceasefire").equals(second.incidence("to_ceasefire"))
    )


def test_the_number_of_threads_changes_no_bit(truce: detente.Scenario) -> None:
    one = detente.simulate(truce, paths=5_000, seed=11, threads=1, keep_outcomes=True)
    two = detente.simulate(truce, paths=5_000, seed=11, threads=2, keep_outcomes=True)
    assert same_numbers(one, two)
    assert one.outcome_columns.equals(two.outcome_columns)
    assert one.parameter_draws.equals(two.parameter_draws)


def test_another_seed_gives_other_numbers(
    truce: detente.Scenario, forecast: detente.Forecast
) -> None:
    other = detente.simulate(truce, paths=4_000, seed=8)
    assert not same_numbers(forecast, other)


@settings(max_examples=5, deadline=None)
@given(cut=st.integers(1, 999))
def test_parts_of_the_path_range_join_to_the_whole(truce: detente.Scenario, cut: int) -> None:
    whole = detente.simulate(truce, paths=1_000, seed=5, keep_outcomes=True, keep_paths=10)
    second = detente.simulate(truce, paths=1_000 - cut, first_path=cut, seed=5, keep_outcomes=True)
    first = detente.simulate(truce, paths=cut, seed=5, keep_outcomes=True, keep_paths=10)
    joined = detente.merge([second, first])
    assert same_numbers(joined, whole)
    assert joined.outcome_columns.equals(whole.outcome_columns)
    assert joined.parameter_draws.equals(whole.parameter_draws)
    assert joined.n_paths == 1_000
    assert not joined.partial


def test_the_first_paths_of_a_larger_run_are_those_of_a_smaller(truce: detente.Scenario) -> None:
    large = detente.simulate(truce, paths=10_000, seed=3, policies="drift", keep_outcomes=True)
    small = detente.simulate(truce, paths=1_000, seed=3, policies="drift", keep_outcomes=True)
    first = large.outcome_columns.isel(path=slice(0, 1_000))
    assert first.equals(small.outcome_columns)
    assert large.parameter_draws.iloc[:1_000].equals(small.parameter_draws)


def test_an_unrelated_variable_leaves_every_other_number_alone(
    truce: detente.Scenario, forecast: detente.Forecast
) -> None:
    text = truce.to_yaml().replace(
        "variables:\n",
        "variables:\n  weather: {start: 0, reverting: {to: 1, rate: 2}, volatility: 1}\n",
    )
    assert "weather" in text
    changed = detente.simulate(
        detente.Scenario.from_yaml(text), paths=4_000, seed=7, keep_outcomes=True
    )
    assert changed.outcome_columns.equals(forecast.outcome_columns)
    assert changed.bands("front").equals(forecast.bands("front"))


def test_what_fires_elsewhere_leaves_a_moving_variable_alone() -> None:
    # A chain that jumps some fifty times a year takes its lanes from pool to pool in the middle of
    # steps, and a mark fires where they are: neither touches the normals, nor rounds the values, of
    # what they do not concern.
    quiet = """
        detente: 1
        title: A walk
        time: {horizon: 3, step: 0.02, report: 0.25}
        chains:
          still: {start: on, states: [on], transitions: []}
        variables:
          a: {start: 0, reverting: {to: 1, rate: 2}, volatility: 1}
          b: {start: 1, growth: 0.1, volatility: 0.4}
          c: {start: 0.5, drift: 0.3 - a, volatility: 0.2 * a, range: [0, 1]}
        noise_correlations: [{of: [a, b], value: 0.5}]
        outcomes:
          a_end: {value: a}
          b_end: {value: b}
          c_most: {maximum: c}
        """
    busy = quiet.replace(
        "        variables:",
        """
          restless:
            start: x
            states: [x, y, z]
            transitions:
              - {name: to_y, from: x, to: y, hazard: 60}
              - {name: to_z, from: y, to: z, hazard: 40}
              - {name: to_x, from: z, to: x, hazard: 50}
        events:
          mark: {hazard: 20, effects: {d: d + 1}}
        variables:
          d: {start: 0, volatility: 0.1}""",
    )
    columns = []
    for text in (quiet, busy):
        scenario = detente.Scenario.from_yaml(textwrap.dedent(text))
        run = detente.simulate(scenario, paths=500, seed=5, keep_outcomes=True)
        columns.append(run.outcome_columns)
        assert run.outcome_columns.notnull().all()
    assert columns[1].equals(columns[0])


def test_a_policy_reads_the_same_alone_as_beside_others(
    truce: detente.Scenario, forecast: detente.Forecast
) -> None:
    alone = detente.simulate(truce, paths=4_000, seed=7, policies="late", keep_outcomes=True)
    assert alone.policies == ["late"]
    assert alone.outcome_columns.equals(forecast.outcome_columns.sel(policy=["late"]))


@pytest.mark.parametrize("seed", [0, 2**64 - 1, 2**64, -1, 10**30, -(10**100)])
def test_every_integer_is_a_seed(plain: detente.Scenario, seed: int) -> None:
    first = detente.simulate(plain, paths=500, seed=seed)
    second = detente.simulate(plain, paths=500, seed=seed)
    assert first.seed == seed
    assert first.outcomes.equals(second.outcomes)


@given(seed=st.integers())
def test_seeds_are_folded_to_64_bits_only_where_they_must_be(seed: int) -> None:
    folded = engine_seed(seed)
    assert 0 <= folded < 2**64
    if 0 <= seed < 2**64:
        assert folded == seed


def test_numpy_integers_are_seeds_and_floats_are_not(plain: detente.Scenario) -> None:
    assert detente.simulate(plain, paths=10, seed=np.int64(3)).seed == 3
    with pytest.raises(TypeError):
        detente.simulate(plain, paths=10, seed=1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"paths": 0}, "paths must be between 1"),
        ({"paths": -5}, "paths must be"),
        ({"threads": 0}, "threads must be"),
        ({"keep_paths": -1}, "keep_paths must be"),
        ({"first_path": -1}, "first_path must be"),
        ({"first_path": 2**64 - 5, "paths": 10}, "exceed"),
        ({"policies": ["drfit"]}, "did you mean `drift`"),
        ({"policies": ["drift", "drift"]}, "named twice"),
        ({"policies": []}, "no policies"),
        ({"precision": {"peace_yaers": 1}}, "did you mean `peace_years`"),
        ({"precision": {"peace_years": 0}}, "above 0"),
    ],
)
def test_wrong_arguments_are_refused_with_the_reason(
    truce: detente.Scenario, arguments: dict[str, object], words: str
) -> None:
    with pytest.raises(detente.ArgumentError, match=words):
        detente.simulate(truce, **arguments)


def test_precision_adds_paths_until_every_interval_is_narrow(plain: detente.Scenario) -> None:
    target = {"down_at_end": 0.004, "breaks": 0.02}
    forecast = detente.simulate(plain, paths=500_000, seed=1, precision=target)
    table = forecast.outcomes
    half_widths = (table["high"] - table["low"]) / 2
    for name, width in target.items():
        assert (half_widths.xs(name, level="outcome") <= width).all()
    assert 20_000 <= forecast.n_paths < 60_000
    assert not forecast.partial
    plainly = detente.simulate(plain, paths=forecast.n_paths, seed=1)
    assert plainly.outcomes.equals(table), "the batches are one ensemble"


def test_precision_never_exceeds_the_ceiling(plain: detente.Scenario) -> None:
    forecast = detente.simulate(plain, paths=12_345, precision={"breaks": 1e-9})
    assert forecast.n_paths == 12_345


def test_precision_is_content_with_the_first_batch_where_that_does(
    plain: detente.Scenario,
) -> None:
    assert detente.simulate(plain, paths=10**6, precision={"breaks": 1.0}).n_paths == 10_000


def assert_same(partial: detente.Forecast, whole: detente.Forecast) -> None:
    """A partial result is that of its paths, to the last bit: no unfinished block is in it."""
    assert partial.outcomes.equals(whole.outcomes)
    for variable in ("trust", "front", "deaths"):
        assert partial.bands(variable).equals(whole.bands(variable)), variable


def test_progress_is_told_and_may_stop_the_run(truce: detente.Scenario) -> None:
    calls: list[tuple[int, int, float]] = []

    def stop_when_something_is_done(done: int, paths: int, seconds: float) -> bool:
        calls.append((done, paths, seconds))
        return done == 0

    forecast = detente.simulate(
        truce, paths=10**9, policies="drift", progress=stop_when_something_is_done
    )
    assert {paths for _, paths, _ in calls} == {10**9}
    assert [done for done, _, _ in calls] == sorted(done for done, _, _ in calls)
    assert forecast.partial
    assert 0 < forecast.n_paths < 10**9
    assert forecast.n_paths_requested == 10**9
    whole = detente.simulate(truce, paths=forecast.n_paths, policies="drift")
    assert_same(forecast, whole)


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_in_the_callback_comes_back(truce: detente.Scenario, threads: int) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        detente.simulate(truce, paths=10**9, threads=threads, progress=fail)


@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_stops_within_a_fifth_of_a_second_and_keeps_what_is_done(
    truce: detente.Scenario, threads: int
) -> None:
    sent: list[float] = []

    def interrupt_when_something_is_done(done: int, *_: object) -> None:
        if done > 0 and not sent:
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as caught:
        detente.simulate(
            truce,
            paths=10**9,
            seed=2,
            policies="late",
            threads=threads,
            progress=interrupt_when_something_is_done,
        )
    waited = time.monotonic() - sent[0]
    assert waited < 0.4, "0.2 s for the engine and some for a busy machine"
    assert isinstance(caught.value, detente.Interrupted)
    partial = caught.value.forecast
    assert partial is not None
    assert partial.partial
    whole = detente.simulate(truce, paths=partial.n_paths, seed=2, policies="late")
    assert_same(partial, whole)


@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_is_seen_where_nobody_asks_for_progress(
    truce: detente.Scenario, threads: int
) -> None:
    sent: list[float] = []

    def interrupt() -> None:
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.5, interrupt)
    timer.start()
    with pytest.raises(detente.Interrupted) as caught:
        detente.simulate(truce, paths=10**9, seed=2, policies="late", threads=threads)
    assert time.monotonic() - sent[0] < 0.4, "0.2 s for the engine and some for a busy machine"
    timer.join()
    partial = caught.value.forecast
    assert partial is not None
    assert 0 < partial.n_paths < 10**9


def test_a_callback_may_run_an_ensemble_of_its_own(truce: detente.Scenario) -> None:
    inner: list[detente.Forecast] = []

    def run_another(*_: object) -> None:
        if not inner:
            inner.append(detente.simulate(truce, paths=200, seed=3))

    outer = detente.simulate(truce, paths=200, seed=4, progress=run_another)
    assert_same(inner[0], detente.simulate(truce, paths=200, seed=3))
    assert_same(outer, detente.simulate(truce, paths=200, seed=4))


def test_a_process_that_is_forked_off_runs_and_comes_to_an_end(truce: detente.Scenario) -> None:
    script = """if True:
        import os, sys
        import detente
        scenario = detente.Scenario.from_yaml(sys.stdin.read())
        run = lambda: detente.simulate(scenario, paths=300, seed=5)
        expected = run()
        child = os.fork()
        if child == 0 and sys.argv[1] == "runs":
            # The long way out, past all destructors.
            sys.exit(0 if run().outcomes.equals(expected.outcomes) else 1)
        if child == 0:
            sys.exit(0)
        _, status = os.waitpid(child, 0)
        sys.exit(os.waitstatus_to_exitcode(status))
    """
    for what in ("runs", "ends"):
        command = [sys.executable, "-c", script, what]
        done = subprocess.run(
            command, input=truce.to_yaml(), text=True, capture_output=True, timeout=60
        )
        assert done.returncode == 0, done.stderr


def test_other_python_threads_run_during_a_simulation(truce: detente.Scenario) -> None:
    ticks = 0
    done = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.005)

    thread = threading.Thread(target=tick)
    thread.start()

    def stop(paths_done: int, _: int, seconds: float) -> bool:
        return paths_done == 0 or seconds < 0.5

    detente.simulate(truce, paths=10**9, policies="drift", progress=stop)
    done.set()
    thread.join()
    assert ticks > 20
