from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

ANSI = re.compile(r"\x1b\[")


def test_the_table_has_every_outcome_and_policy_and_no_colours_in_a_pipe(detente, truce) -> None:
    ended = detente("run", truce, "--paths", "600")
    assert ended.code == 0, ended.messages
    for word in ("drift", "quick", "late", "relapse_5y", "utility", "600 paths", "seed 0"):
        assert word in ended.output
    assert re.search(r"never +< 0\.6\d %", ended.output), "a bound, not 0 %"
    assert not ANSI.search(ended.output + ended.messages)
    assert ended.messages == ""
    assert max(map(len, ended.output.splitlines())) <= 100


def test_a_narrow_screen_is_kept_to(detente, truce) -> None:
    ended = detente("run", truce, "--paths", "300", environment={"COLUMNS": "50"})
    assert max(map(len, ended.output.splitlines())) <= 50
    assert ended.output.count("relapse_5y") == 2, "the labels are repeated"


def test_json_is_one_object_and_nothing_else(detente, truce) -> None:
    ended = detente("run", truce, "--paths", "500", "--seed", "3", "--json")
    assert ended.code == 0
    told = ended.json
    assert set(told) == {
        "scenario", "paths", "seed", "policies", "dates", "seconds", "paths_per_second", "version",
    }  # fmt: skip
    assert (told["paths"], told["seed"]) == (500, 3)
    assert list(told["policies"]) == ["drift", "quick", "late"]
    assert told["policies"]["late"]["outcomes"]["to_ceasefire"]["quantiles"]["q95"] is None


def test_paths_that_share_draws_give_bands(detente, truce) -> None:
    arguments = ["run", truce, "--paths", "900", "--paths-per-draw", "30"]
    ended = detente(*arguments)
    assert ended.code == 0, ended.messages
    assert "30 paths per draw" in ended.output
    assert "90 % band" in ended.output
    assert "more paths do not" in ended.output
    told = detente(*arguments, "--json").json
    assert told["paths_per_draw"] == 30
    outcomes = told["policies"]["drift"]["outcomes"]
    assert set(outcomes["added_deaths"]["band"]) == {"low", "high", "share"}
    assert outcomes["added_deaths"]["band"]["low"] < outcomes["added_deaths"]["estimate"]
    assert "band" not in detente("run", truce, "--paths", "50").output


def test_parameters_can_be_sobol_points_and_a_path_of_them_is_traced(detente, truce) -> None:
    arguments = ["--seed", "2", "--paths-per-draw", "4", "--sobol"]
    assert "Sobol' points" in detente("run", truce, "--paths", "64", *arguments).output
    told = detente("run", truce, "--paths", "64", *arguments, "--json").json
    assert told["sobol"] is True
    independent = detente("run", truce, "--paths", "64", *arguments[:-1], "--json").json
    assert independent["policies"] != told["policies"]
    traced = detente("trace", truce, "--path", "9", *arguments, "--json").json
    same_draw = detente("trace", truce, "--path", "11", *arguments, "--json").json
    alone = detente("trace", truce, "--path", "9", *arguments[:-1], "--json").json
    assert traced["parameters"] == same_draw["parameters"] != alone["parameters"]


def test_threads_policies_and_path_range_are_taken(detente, truce) -> None:
    whole = detente("run", truce, "--paths", "400", "--policies", "late, drift", "--json").json
    assert set(whole["policies"]) == {"late", "drift"}
    threads = detente(
        "run", truce, "--paths", "400", "--policies", "late,drift", "--threads", "1", "--json"
    ).json
    assert threads["policies"] == whole["policies"]
    part = detente("run", truce, "--paths", "10", "--first-path", "7", "--json").json
    assert part["first_path"] == 7


def test_every_integer_is_a_seed(detente, truce) -> None:
    ended = detente("run", truce, "--paths", "50", "--seed", "-12345678901234567890123", "--json")
    assert ended.code == 0, ended.messages
    assert ended.json["seed"] == -12345678901234567890123


def test_shipped_scenarios_run_by_name(detente) -> None:
    ended = detente("run", "korea-1953", "--paths", "200", "--json")
    assert ended.code == 0, ended.messages
    assert ended.json["scenario"].startswith("Korea")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--policies", "quik"], "did you mean `quick`"),
        (["--policies", ","], "no policies"),
        (["--paths", "0"], "paths must be"),
        (["--paths", "many"], "integer"),
        (["--threads", "0"], "threads must be"),
        (["--paths-per-draw", "0"], "paths_per_draw must be"),
        (["--seed", "1.5"], "the seed must be an integer"),
        (["--frobnicate"], "frobnicate"),
        (["--precision", "relapse_5y"], "OUTCOME=HALF_WIDTH"),
        (["--precision", "relapse=0.1"], "did you mean `relapse_5y`"),
        (["--keep-outcomes"], "--out"),
    ],
)
def test_wrong_arguments_end_with_2_and_the_reason(
    detente, truce, arguments: list[str], words: str
) -> None:
    ended = detente("run", truce, "--paths", "50", *arguments)
    assert ended.code == 2
    assert ended.output == ""
    assert words in re.sub(r"\s+", " ", ended.messages)
    assert "Traceback" not in ended.messages


def test_a_wrong_scenario_ends_with_2_and_every_diagnostic(detente, broken) -> None:
    ended = detente("run", broken, "--json")
    assert ended.code == 2
    assert ended.output == ""
    assert "did you mean `tau`" in ended.messages
    assert "did you mean `strike`" in ended.messages
    assert "^" in ended.messages


def test_a_missing_file_ends_with_2(detente) -> None:
    ended = detente("run", "nowhere.yaml")
    assert ended.code == 2
    assert "nowhere.yaml" in ended.messages


def test_a_failing_run_ends_with_1(detente, truce, tmp_path: Path) -> None:
    failing = tmp_path / "failing.yaml"
    failing.write_text(truce.read_text().replace("hazard: 0.2}", "hazard: 0.2 - time}"))
    ended = detente("run", failing, "--paths", "200", "--out", "run")
    assert ended.code == 1
    assert ended.output == ""
    assert "grant" in ended.messages
    assert "Traceback" not in ended.messages
    assert not (tmp_path / "run").exists()


def test_out_is_a_folder_that_opens(detente, truce, tmp_path: Path) -> None:
    import detente as package

    ended = detente(
        "run", truce, "--paths", "300", "--out", "deep/run", "--keep-outcomes", "--json"
    )
    assert ended.code == 0
    assert "deep/run" in ended.messages
    opened = package.open(tmp_path / "deep" / "run")
    assert opened.to_json_dict() == ended.json
    assert opened.has_outcome_columns
    assert [entry.name for entry in (tmp_path / "deep").iterdir()] == ["run"]


def test_what_exists_is_not_replaced_unless_asked(detente, truce, tmp_path: Path) -> None:
    assert detente("run", truce, "--paths", "50", "--out", "run").code == 0
    again = detente("run", truce, "--paths", "60", "--out", "run")
    assert again.code == 2
    assert "--overwrite" in again.messages
    assert detente("run", truce, "--paths", "60", "--out", "run", "--overwrite").code == 0
    (tmp_path / "file").write_text("mine")
    assert detente("run", truce, "--paths", "50", "--out", "file", "--overwrite").code == 2
    assert (tmp_path / "file").read_text() == "mine"


def test_an_unwritable_place_is_found_out_before_the_run(detente, truce, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    started = time.monotonic()
    ended = detente("run", truce, "--paths", str(10**9), "--out", "file/run")
    assert time.monotonic() - started < 20
    assert ended.code == 2
    assert "file" in ended.messages


def test_a_reader_that_leaves_early_is_no_error(detente, truce) -> None:
    with detente.start("run", truce, "--paths", "200") as process:
        process.stdout.close()
        messages = process.stderr.read()
    assert process.returncode == 0
    assert messages == ""


def interrupt_when_running(process: subprocess.Popen[str], master: int) -> tuple[str, float]:
    """Wait until the bar shows finished paths, send Ctrl-C, give what was shown and seconds."""
    seen = ""
    while not re.search(r"[1-9][\d,]* of 1,000,000,000 paths", seen):
        assert process.poll() is None, seen
        if select.select([master], [], [], 60)[0]:
            seen += os.read(master, 65536).decode(errors="replace")
    process.send_signal(signal.SIGINT)
    sent = time.monotonic()
    while process.poll() is None:
        if select.select([master], [], [], 0.01)[0]:
            try:
                seen += os.read(master, 65536).decode(errors="replace")
            except OSError:
                break
    process.wait(60)
    return seen, time.monotonic() - sent


@pytest.mark.parametrize("as_json", [False, True])
def test_ctrl_c_ends_with_130_and_gives_what_is_done(
    detente, truce, tmp_path: Path, as_json: bool
) -> None:
    import json

    import detente as package

    master, terminal = pty.openpty()
    output = tmp_path / "output"
    with output.open("w") as stdout:
        process = detente.start(
            "run", truce, "--paths", "1000000000", "--policies", "drift", "--out", "run",
            *(["--json"] if as_json else []), stdout=stdout, stderr=terminal,
        )  # fmt: skip
        os.close(terminal)
        messages, seconds = interrupt_when_running(process, master)
    os.close(master)
    assert process.returncode == 130
    assert "the result is partial" in messages
    assert "Traceback" not in messages
    assert seconds < 5, "the engine stops in 0.2 s; printing and saving load libraries"
    opened = package.open(tmp_path / "run")
    assert opened.partial
    text = output.read_text()
    if as_json:
        told = json.loads(text)
        assert told["partial"] is True
        assert told["paths"] == opened.n_paths
    else:
        assert text.startswith("PARTIAL RESULT")


def test_a_terminal_gets_colours_and_a_bar(detente, truce) -> None:
    master, terminal = pty.openpty()
    process = detente.start(
        "run", truce, "--paths", "3000", stdout=terminal, stderr=terminal,
        environment={"TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(terminal)
    shown = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(master)
    assert process.wait(60) == 0
    assert b"\x1b[1m" in shown
    assert b"simulating" in shown


def test_a_report_that_exists_is_refused_before_the_run(detente, truce, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("precious")
    ended = detente("run", truce, "--paths", "1000000000", "--report", page)
    assert ended.code == 2
    assert "--overwrite replaces it" in ended.messages
    assert page.read_text() == "precious"
    ended = detente("run", truce, "--paths", "50", "--report", page, "--overwrite")
    assert ended.code == 0, ended.messages
    assert "precious" not in page.read_text()
