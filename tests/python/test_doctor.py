from __future__ import annotations

import json

import pytest

import detente
from detente import doctor


def failed(examination: doctor.Examination) -> dict[str, str]:
    return {check.name: check.detail for check in examination.checks if not check.ok}


def test_a_sound_installation_passes() -> None:
    examination = doctor.examine()
    assert examination.ok, failed(examination)
    assert examination.versions["detente"] == detente.__version__
    assert examination.build["compiler"].split()[0] in ("GNU", "Clang", "AppleClang")
    assert "generic" in examination.machine["instruction_sets"]
    told = json.loads(json.dumps(examination.to_json_dict()))
    assert told["ok"] is True
    assert {check["name"] for check in told["checks"]} >= {"random numbers", "known answers"}
    assert any("seed" in item for item in told["bug_report"])


@pytest.mark.parametrize(
    ("name", "value", "check", "words"),
    [
        ("_REFERENCE", {"failed": 0.63, "level_at_end": 2.2632}, "known answers", "should give"),
        ("_CLOSED_FORM", {"failed": 0.7}, "known answers", "standard errors off its law"),
        ("_PHILOX", (((0, 0, 0, 0), 0, (0, 0, 0, 0)),), "random numbers", "Philox"),
        ("scenario_names", list, "shipped scenarios", "install detente again"),
    ],
)
def test_what_is_wrong_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object, check: str, words: str
) -> None:
    monkeypatch.setattr(doctor, name, value)
    examination = doctor.examine()
    assert not examination.ok
    assert words in failed(examination)[check]


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("detente.storage.save_forecast", broken)
    examination = doctor.examine()
    assert list(failed(examination)) == ["saving and opening"]
    assert "Read-only" in failed(examination)["saving and opening"]


def test_the_binding_gives_the_block_of_the_counter_and_key() -> None:
    from detente import _core

    assert _core.philox4x32([0, 0, 0, 0], 0)[0] == 0x6627E8D5
    assert _core.philox4x32([1, 0, 0, 0], 0) != _core.philox4x32([0, 0, 0, 0], 1)
