"""The commands that say what drives a forecast: what is worth knowing, what moves it."""

from __future__ import annotations

from pathlib import Path

import pytest

CHOICE = Path(__file__).parents[1] / "python" / "support" / "choice.yaml"


def test_voi_prints_json_and_nothing_else(detente) -> None:
    ended = detente("voi", CHOICE, "--paths", 500, "--json", "--seed", 2)
    assert ended.code == 0, ended.messages
    told = ended.json
    assert told["best"] == "act"
    assert told["seed"] == 2
    assert set(told["evppi"]) == {"gain", "bonus", "inert"}
    worth = told["evppi"]["gain"]
    assert worth["low"] <= worth["estimate"] <= worth["high"]


def test_voi_prints_plain_text_to_a_pipe(detente) -> None:
    ended = detente("voi", CHOICE, "--paths", 500, "--parameters", "gain+bonus,inert")
    assert ended.code == 0, ended.messages
    assert "\x1b" not in ended.output
    assert "gain + bonus" in ended.output
    assert "all parameters (EVPI)" in ended.output
    assert ended.messages == ""


def test_voi_tells_what_it_is_worth_to_observe(detente) -> None:
    asked = ("voi", CHOICE, "--paths", 500, "--parameters", "gain", "--observe")
    ended = detente(*asked, "gain:sd=0.5, bonus:sd=1", "--json")
    assert set(ended.json["evsi"]) == {"gain:sd=0.5", "bonus:sd=1"}
    assert "seeing gain:sd=0.5" in detente(*asked, "gain:sd=0.5").output
    assert detente(*asked, "gain:sd=-1").code == 2


def test_voi_draws_its_chart(detente) -> None:
    arguments = ("voi", CHOICE, "--paths", 300, "--chart", "worth.svg")
    assert detente(*arguments).code == 0
    assert "<svg" in (detente.folder / "worth.svg").read_text()
    assert detente(*arguments).code == 2  # the file is there already
    assert detente(*arguments, "--force").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("voi", CHOICE, "--parameters", "gian"),
        ("voi", CHOICE, "--policies", "act"),
        ("voi", CHOICE, "--chart", "worth.txt"),
        ("voi", "no-such-file.yaml"),
        ("voi", CHOICE, "--paths", 10),
    ],
)
def test_wrong_arguments_end_with_2_and_print_nothing(detente, arguments) -> None:
    ended = detente(*arguments)
    assert ended.code == 2
    assert ended.output == ""
    assert ended.messages


def test_breakeven_prints_json_and_nothing_else(detente) -> None:
    ended = detente(
        *("breakeven", CHOICE, "--policies", "act,wait", "--over", "gain"),
        *("--paths", 200, "--points", 5, "--json"),
    )
    assert ended.code == 0, ended.messages
    told = ended.json
    (flip,) = told["flips"]
    assert flip["low"] < flip["value"] < flip["high"]
    assert (flip["below"], flip["above"]) == ("wait", "act")
    assert len(told["points"]) == 5


def test_breakeven_says_in_words_that_there_is_no_flip(detente) -> None:
    ended = detente(
        *("breakeven", CHOICE, "--policies", "act,wait", "--over", "cost", "--outcome", "benefit"),
        *("--paths", 200, "--points", 3, "--chart", "flip.svg"),
    )
    assert ended.code == 0, ended.messages
    assert "no flip in range" in ended.output
    assert "\x1b" not in ended.output
    assert (detente.folder / "flip.svg").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--policies", "act", "--over", "gain"),
        ("--policies", "act,wait", "--over", "nothing"),
        ("--policies", "act,wait"),
    ],
)
def test_breakeven_refuses_wrong_arguments(detente, arguments) -> None:
    ended = detente("breakeven", CHOICE, *arguments)
    assert ended.code == 2
    assert ended.output == ""


def test_sensitivity_prints_json_and_nothing_else(detente) -> None:
    ended = detente(
        *("sensitivity", CHOICE, "--outcome", "benefit", "--policy", "act"),
        *("--paths", 500, "--json"),
    )
    assert ended.code == 0, ended.messages
    told = ended.json
    assert next(iter(told["sobol"])) == "gain"
    assert set(told["tornado"]) == set(told["rank"]) == {"gain", "bonus", "inert"}
    assert told["paths"] == 500


def test_sensitivity_prints_plain_text_and_draws(detente) -> None:
    ended = detente(
        *("sensitivity", CHOICE, "--outcome", "benefit", "--policy", "act", "--top", 2),
        *("--paths", 500, "--chart", "indices.png"),
    )
    assert ended.code == 0, ended.messages
    assert "\x1b" not in ended.output
    assert "1 more are not shown" in ended.output
    assert (detente.folder / "indices.png").read_bytes().startswith(b"\x89PNG")


def test_sensitivity_marks_what_it_cannot_tell_apart(detente, truce) -> None:
    chosen = ("--outcome", "benefit", "--policy", "act", "--paths", 1000, "--method", "sobol")
    leads = {
        name: item["lead"]
        for name, item in detente("sensitivity", CHOICE, *chosen, "--json").json["sobol"].items()
    }
    assert leads["gain"]["low"] > 0
    assert leads["inert"]["estimate"] is None
    assert "≈" not in detente("sensitivity", CHOICE, *chosen).output
    # Deaths hang on their rate; of the others the order is chance.
    chosen = ("--outcome", "added_deaths", "--policy", "quick", "--paths", 1000)
    printed = detente("sensitivity", truce, *chosen, "--method", "sobol").output
    assert printed.count("\n≈ ") == 1
    assert "may differ with another seed" in printed


def test_sensitivity_by_pawn_prints_and_draws(detente) -> None:
    arguments = ("sensitivity", CHOICE, "--outcome", "benefit", "--policy", "act", "--paths", 500)
    ended = detente(*arguments, "--method", "pawn", "--chart", "pawn.png")
    assert ended.code == 0, ended.messages
    assert "2 of 3 parameters are above their threshold" in ended.output
    assert max(map(len, ended.output.splitlines())) <= 100
    assert (detente.folder / "pawn.png").read_bytes().startswith(b"\x89PNG")
    told = detente(*arguments, "--method", "pawn", "--json").json
    assert told["pawn"]["gain"]["is_seen"]
    assert not told["pawn"]["inert"]["is_seen"]
    assert told["sobol"] == {}


def test_sensitivity_by_morris_prints_and_draws(detente) -> None:
    arguments = ("sensitivity", CHOICE, "--outcome", "benefit", "--policy", "act")
    arguments += ("--method", "morris", "--trajectories", 5, "--paths", 10)
    ended = detente(*arguments, "--chart", "morris.png")
    assert ended.code == 0, ended.messages
    assert "2 of 3 inputs are above the noise" in ended.output
    assert "\x1b" not in ended.output
    assert max(map(len, ended.output.splitlines())) <= 100
    assert (detente.folder / "morris.png").read_bytes().startswith(b"\x89PNG")
    told = detente(*arguments, "--json").json
    assert next(iter(told["morris"])) == "gain"
    assert told["points"] == 5 * 4
    assert not told["morris"]["inert"]["is_seen"]
    assert detente("sensitivity", CHOICE, "--trajectories", 5).code == 2


def test_sensitivity_refuses_one_of_a_correlated_pair(detente, truce) -> None:
    ended = detente("sensitivity", truce, "--parameters", "shift", "--paths", 2000)
    assert ended.code == 2
    assert ended.output == ""
    assert "`shift` is correlated with `b_trust`" in ended.messages
    assert detente("sensitivity", CHOICE, "--method", "fast").code == 2


def test_drivers_prints_json_and_nothing_else(detente, truce) -> None:
    ended = detente(
        *("drivers", truce, "--transition", "relapse", "--policies", "drift,quick"),
        *("--paths", 300, "--outcome", "relapse_5y", "--json", "--seed", 2),
    )
    assert ended.code == 0, ended.messages
    told = ended.json
    assert told["factors"] == ["baseline", "trust", "rearming"]
    assert told["baseline"] == "drift"
    added = {
        name: figures["difference"][-1]
        for name, figures in told["policies"]["quick"]["differences"].items()
    }
    whole = added.pop("log hazard")
    assert abs(sum(added.values()) - whole) < 1e-9
    assert told["policies"]["quick"]["shares"]["relapse"]["share"] == 1
    assert told["outcome"]["policies"]["drift"]["differences"]


def test_drivers_prints_plain_text_and_draws(detente, truce) -> None:
    arguments = ("drivers", truce, "--transition", "relapse", "--paths", 200)
    ended = detente(*arguments, "--chart", "added.svg", "--top", 2, "--outcome", "relapse_5y")
    assert ended.code == 0, ended.messages
    assert "\x1b" not in ended.output
    assert "1 more factors are not shown" in ended.output
    assert "what was different at relapse" in ended.output
    assert "late: added" in ended.output
    assert "against drift" in (detente.folder / "added.svg").read_text()
    ended = detente(*arguments, "--chart", "lines.svg", "--over-time")
    assert ended.code == 0, ended.messages
    assert "is made of" in (detente.folder / "lines.svg").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--transition", "relaps"),
        ("--transition", "relapse", "--baseline", "nobody"),
        ("--transition", "relapse", "--paths", 50, "--date", "2024-12-24"),
        ("--transition", "relapse", "--outcome", "strikes"),
    ],
)
def test_drivers_refuses_wrong_arguments(detente, truce, arguments) -> None:
    ended = detente("drivers", truce, *arguments)
    assert ended.code == 2
    assert ended.output == ""
    assert ended.messages
