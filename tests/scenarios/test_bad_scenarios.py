"""Broken scenarios and their exact messages.

Each file of `bad/` is broken in one way in which an analyst might break it; `.expected` beside it
is what the user reads. Files whose code is E4xx are read without complaint and fail when they run.

After a change of wording, `DETENTE_RECORD=1 pytest tests/scenarios/test_bad_scenarios.py` writes
the messages anew; read the difference before it is committed.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

import detente

FOLDER = Path(__file__).parent / "bad"
FILES = sorted(path.name for path in FOLDER.glob("*.yaml"))
LONGEST_SECONDS = 1.0


def message(name: str) -> str:
    """What a user reads who loads, and where that works runs, the file."""
    if not name.startswith("E4"):
        with pytest.raises(detente.ScenarioError) as failed:
            detente.load(name)
        return str(failed.value)
    scenario = detente.load(name)
    with pytest.raises(detente.RunError) as stopped:
        detente.simulate(scenario, paths=2_000, seed=1)
    return str(stopped.value)


def test_the_corpus_is_there() -> None:
    assert len(FILES) >= 80


@pytest.mark.parametrize("name", FILES)
def test_broken_scenario_has_its_message(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    start = time.process_time()
    text = message(name)
    assert time.process_time() - start < LONGEST_SECONDS
    expected = (FOLDER / name).with_suffix(".expected")
    if os.environ.get("DETENTE_RECORD"):
        expected.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == expected.read_text(encoding="utf-8")
    assert name[:4] in text


def test_a_text_has_no_folder_to_include_from() -> None:
    text = (FOLDER / "E143_name_of_included.yaml").read_text(encoding="utf-8")
    with pytest.raises(detente.ScenarioError) as failed:
        detente.Scenario.from_yaml(text)
    assert str(failed.value) == (
        "<string>:2:10: error[E140]: a scenario that is not read from a file has no folder to "
        "look in for `shared/truce.yaml`\n"
        "    2 | include: shared/truce.yaml\n"
        "      |          ^~~~~~~~~~~~~~~~~\n"
        "      = hint: save the scenario, or say which folder its paths count from\n"
        "\n1 error"
    )
    with pytest.raises(detente.ScenarioError, match=r"^<string>:5:3: error\[E143\]"):
        detente.Scenario.from_yaml(text, folder=FOLDER)


def alias_bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for i in range(1, 12):
        lines.append(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]")
    return "\n".join(lines)


HOSTILE = {
    "ten megabytes of digits": ("E104", "title: " + "1" * 10_000_000),
    "a megabyte of brackets": ("E105", "[" * 1_000_000),
    "a megabyte of braces": ("E105", "{" * 1_000_000),
    "lists in lists in lists": ("E105", "- " * 100_000),
    "an alias bomb": ("E107", alias_bomb()),
    "ten thousand unknown keys": ("E120", "".join(f"k{i}: 1\n" for i in range(10_000))),
    "a parenthesis for each byte": (
        "E211",
        "detente: 1\ntime: {horizon: 1, step: 1}\nutility: " + "(" * 5_000,
    ),
    "zeros": ("E103", "\0" * 1_000),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_text_is_refused_at_once(what: str) -> None:
    code, text = HOSTILE[what]
    start = time.process_time()
    with pytest.raises(detente.ScenarioError, match=code):
        detente.Scenario.from_yaml(text)
    assert time.process_time() - start < LONGEST_SECONDS


def test_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_bytes(bytes(range(256)) * 100)
    with pytest.raises(detente.ScenarioError, match=r"E10[23]"):
        detente.load(path)
