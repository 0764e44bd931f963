from __future__ import annotations

from pathlib import Path


def test_shards_merge_to_the_run(detente, truce, tmp_path: Path) -> None:
    for number in (2, 3, 1):
        ended = detente(
            "run", truce, "--paths", "200", "--keep-outcomes", "--keep-paths", "90",
            "--shard", f"{number}/3", "--out", f"D{number}",
        )  # fmt: skip
        assert ended.code == 0, ended.messages
    merged = detente("merge", "D2", "D1", "D3", "--out", "D", "--json")
    assert merged.code == 0, merged.messages
    whole = detente(
        "run", truce, "--paths", "200", "--keep-outcomes", "--keep-paths", "90",
        "--out", "W", "--json",
    )  # fmt: skip
    assert merged.json["policies"] == whole.json["policies"]
    for file in ("forecast.bin", "columns.npz", "outcomes.csv"):
        assert (tmp_path / "D" / file).read_bytes() == (tmp_path / "W" / file).read_bytes()


def test_what_is_missing_ends_with_2_unless_partial(detente, truce, tmp_path: Path) -> None:
    for number in (1, 3):
        detente("run", truce, "--paths", "90", "--shard", f"{number}/3", "--out", f"D{number}")
    ended = detente("merge", "D1", "D3", "--out", "D")
    assert ended.code == 2
    assert "shard 2/3 is missing" in ended.messages
    assert ended.output == ""
    assert not (tmp_path / "D").exists()
    ended = detente("merge", "D1", "D3", "--out", "D", "--partial", "--json")
    assert ended.code == 0, ended.messages
    assert "left out: paths 30 to 59" in ended.messages
    assert ended.json["partial"] is True
    table = detente("merge", "D1", "D3", "--partial")
    assert "PARTIAL RESULT: a merge leaves paths out, 60 of 90" in table.output


def test_a_damaged_shard_is_never_merged(detente, truce, tmp_path: Path) -> None:
    for number in (1, 2):
        detente("run", truce, "--paths", "90", "--shard", f"{number}/2", "--out", f"D{number}")
    state = tmp_path / "D2" / "forecast.bin"
    content = bytearray(state.read_bytes())
    content[len(content) // 3] ^= 4
    state.write_bytes(bytes(content))
    ended = detente("merge", "D1", "D2", "--out", "D")
    assert ended.code == 1
    assert "D2/forecast.bin` is missing or has been changed" in ended.messages
    assert not (tmp_path / "D").exists()


def test_different_instruction_sets_are_told(detente, truce) -> None:
    for number, isa in ((1, "generic"), (2, "v2")):
        detente(
            "run", truce, "--paths", "60", "--shard", f"{number}/2", "--out", f"D{number}",
            environment={"DETENTE_ISA": isa},
        )  # fmt: skip
    ended = detente("merge", "D1", "D2")
    assert ended.code == 0
    assert "different instruction sets (generic+v2)" in ended.messages


def test_wrong_arguments_end_with_2(detente, truce) -> None:
    assert detente("run", truce, "--shard", "4/3").code == 2
    assert detente("merge").code == 2
    assert detente("merge", "nowhere").code == 1
