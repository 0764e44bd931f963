from __future__ import annotations


def test_a_sound_installation_ends_with_0(detente) -> None:
    ended = detente("doctor")
    assert ended.code == 0, ended.output
    for word in ("compiler", "instruction sets", "known answers", "bug report should contain"):
        assert word in ended.output
    assert "FAILED" not in ended.output
    told = detente("doctor", "--json").json
    assert told["ok"] is True
    assert told["machine"]["threads"] >= 1


def test_an_instruction_set_that_is_not_there_ends_with_1(detente) -> None:
    ended = detente("doctor", environment={"DETENTE_ISA": "v9"})
    assert ended.code == 1
    assert "FAILED instruction set" in ended.output
    assert "unset DETENTE_ISA" in ended.output
    told = detente("doctor", "--json", environment={"DETENTE_ISA": "v9"})
    assert told.code == 1
    assert told.json["machine"]["pinned"] == "v9"
    assert told.json["ok"] is False


def test_a_pinned_instruction_set_gives_the_known_answers(detente) -> None:
    told = detente("doctor", "--json", environment={"DETENTE_ISA": "generic"}).json
    assert told["ok"] is True
