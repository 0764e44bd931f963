from __future__ import annotations

import json
import re
from pathlib import Path

import pytest


def test_check_says_ok_and_what_is_there(detente, truce) -> None:
    ended = detente("check", truce)
    assert ended.code == 0, ended.messages
    assert ended.output.startswith(f"{truce}: ok")
    for word in ("conflict (4)", "drift, quick, late", "relapse_5y"):
        assert word in ended.output


def test_check_reports_every_mistake_and_ends_with_2(detente, broken) -> None:
    ended = detente("check", broken)
    assert ended.code == 2
    assert ended.output == ""
    places = re.findall(r"broken\.yaml:\d+:\d+: error", ended.messages)
    assert len(places) == 2


def test_check_as_json(detente, truce, broken) -> None:
    good = detente("check", truce, "--json", "--sources").json
    assert good["ok"] is True
    assert good["policies"] == ["drift", "quick", "late"]
    problems = {item["parameter"]: item["problem"] for item in good["sources"]}
    assert problems == {
        "b_trust": "",
        "tau": "",
        "shift": "later than the start",
        "death_rate": "no source",
    }
    ended = detente("check", broken, "--json")
    assert ended.code == 2
    told = ended.json
    assert told["ok"] is False
    first = told["diagnostics"][0]
    assert {
        "code",
        "severity",
        "file",
        "line",
        "column",
        "length",
        "path",
        "message",
        "hint",
    } <= set(first)
    assert first["line"] > 0


def test_check_sources_flags_what_is_missing_or_too_late(detente, truce) -> None:
    output = detente("check", truce, "--sources").output
    assert re.search(r"death_rate +– +no source", output)
    assert re.search(r"shift +too_late +2026-05-01 +later than the start", output)
    assert "1 have no source: death_rate" in output or "1 has no source: death_rate" in output


def test_compare_prints_differences_to_the_baseline(detente, truce) -> None:
    ended = detente("compare", truce, "--paths", "800", "--baseline", "quick")
    assert ended.code == 0, ended.messages
    assert "differences to quick" in ended.output
    assert re.search(r"added_deaths +thousand +[\d.]+ [\d.]+–[\d.]+ +\+", ended.output)
    assert not re.search(r"\x1b\[", ended.output)


def test_compare_as_json_is_the_table(detente, truce) -> None:
    import detente as package

    told = detente("compare", truce, "--paths", "500", "--seed", "4", "--json").json
    assert told["baseline"] == "drift"
    forecast = package.simulate(package.load(truce), paths=500, seed=4, keep_outcomes=True)
    table = forecast.compare("drift")
    for policy in ("quick", "late"):
        for outcome, row in table.loc[policy].iterrows():
            entry = told["policies"][policy][outcome]
            assert entry["difference"] == row["difference"]
            assert entry["standard_error"] == row["standard_error"]


def test_compare_tells_in_how_many_draws_a_policy_is_above(detente, truce) -> None:
    arguments = ["compare", truce, "--paths", "900", "--paths-per-draw", "30"]
    ended = detente(*arguments)
    assert ended.code == 0, ended.messages
    for words in ("90 % band", "above in", "policy is above drift"):
        assert words in ended.output
    entry = detente(*arguments, "--json").json["policies"]["quick"]["added_deaths"]
    assert entry["band_low"] <= entry["band_high"]
    assert 0 <= entry["share_above"] <= 1


def test_compare_ranks_policies_by_utility(detente, truce) -> None:
    import detente as package

    arguments = ["compare", truce, "--paths", "900", "--seed", "4"]
    output = detente(*arguments).output
    assert "Policies ranked by utility" in output
    assert "over 900 paths · higher is better" in output
    assert re.search(r"late +−?[\d.]+ +[\d.]+ % [\d.]+–[\d.]+ +[\d.]+ +[\d.]+ [\d.]+–", output)
    assert output.count("Policies ranked by utility") == 1
    told = detente(*arguments, "--json").json["ranking"]
    forecast = package.simulate(package.load(truce), paths=900, seed=4, keep_outcomes=True)
    assert told == {"paths": forecast.rank().to_json_dict()}


def test_compare_ranks_over_draws_where_paths_share_them(detente, truce) -> None:
    arguments = ["compare", truce, "--paths", "900", "--paths-per-draw", "30"]
    output = detente(*arguments).output
    assert output.count("Policies ranked by utility") == 2
    assert "over 30 draws of the parameters" in output
    told = detente(*arguments, "--json").json["ranking"]
    assert {name: item["n"] for name, item in told.items()} == {"paths": 900, "draws": 30}


def test_compare_ranks_nothing_without_a_utility(detente, truce, tmp_path) -> None:
    from pathlib import Path

    plain = tmp_path / "plain.yaml"
    text = Path(truce).read_text("utf-8")
    plain.write_text(text.partition("\nutility:")[0] + "\n", "utf-8")
    ended = detente("compare", plain, "--paths", "50")
    assert ended.code == 0, ended.messages
    assert "ranked" not in ended.output
    assert "ranking" not in detente("compare", plain, "--paths", "50", "--json").json
    plain.write_text(
        text.partition("\nutility:")[0] + "\nutility: sqrt(peace_years - 3)\n", "utf-8"
    )
    ended = detente("compare", plain, "--paths", "50")
    assert ended.code == 0, ended.messages
    assert "policies are not ranked" in ended.messages
    assert "ranked by" not in ended.output


def test_compare_needs_something_to_compare(detente, truce) -> None:
    ended = detente("compare", truce, "--policies", "drift", "--paths", "50")
    assert ended.code == 2
    assert "only policy" in ended.messages
    assert detente("compare", truce, "--baseline", "quik").code == 2


def test_trace_tells_a_path(detente, truce) -> None:
    ended = detente("trace", truce, "--path", "99", "--policy", "quick", "--seed", "5")
    assert ended.code == 0, ended.messages
    assert ended.output.startswith("Path 99 under quick, seed 5")
    for word in ("open_talks", "conflict: war → talks", "hazard", "what is read off this path"):
        assert word in ended.output
    told = detente(
        "trace", truce, "--path", "99", "--policy", "quick", "--seed", "5", "--json"
    ).json
    assert (told["path"], told["policy"], told["seed"]) == (99, "quick", 5)
    for firing in told["firings"]:
        assert firing["date"] in ended.output
    assert detente("trace", truce, "--policy", "quik").code == 2


def test_schema_is_a_json_schema(detente) -> None:
    from jsonschema import Draft202012Validator

    ended = detente("schema")
    assert ended.code == 0
    schema = json.loads(ended.output)
    Draft202012Validator.check_schema(schema)
    assert "chains" in schema["properties"]


def test_scenarios_lists_what_ships(detente) -> None:
    ended = detente("scenarios")
    assert ended.code == 0
    assert re.search(r"^ukraine-2024 +Guarantees before talks", ended.output, re.MULTILINE)
    assert "ukraine-2024" in detente("scenarios", "--json").json["scenarios"]


def test_new_writes_a_scenario_that_checks(detente, tmp_path: Path) -> None:
    assert detente("new", "mine.yaml").code == 0
    assert detente("check", "mine.yaml").code == 0
    (tmp_path / "mine.yaml").write_text("precious")
    ended = detente("new", "mine.yaml")
    assert ended.code == 2
    assert (tmp_path / "mine.yaml").read_text() == "precious"
    ended = detente("new", "other.yaml", "--from", "korea-1935")
    assert ended.code == 2
    assert "did you mean `korea-1953`" in ended.messages


def test_new_writes_what_the_scenario_includes_beside_it(detente, tmp_path: Path) -> None:
    import detente as package

    (tmp_path / "own").mkdir()
    ended = detente("new", "own/mine.yaml", "--from", "minsk-ii-2015")
    assert ended.code == 0, ended.messages
    assert "own/shared/relapse.yaml" in ended.messages
    shipped, copy = package.load("minsk-ii-2015"), package.load(tmp_path / "own" / "mine.yaml")
    assert copy.hash == shipped.hash
    # All of it lies there, and nothing is read from the package.
    assert all(path.is_relative_to(tmp_path.resolve()) for path in copy.included_files)
    assert (tmp_path / "own" / "mine.yaml").read_text().startswith("# The second Minsk agreement")


def test_new_keeps_shared_files_that_are_there(detente, tmp_path: Path) -> None:
    assert detente("new", "a.yaml", "--from", "iran-iraq-1988").code == 0
    assert detente("new", "b.yaml", "--from", "korea-1953").code == 0
    (tmp_path / "shared" / "relapse.yaml").write_text("detente: 1\n# changed\n")
    ended = detente("new", "c.yaml", "--from", "korea-1953")
    assert ended.code == 2
    assert "there is another file of that name" in ended.messages
    assert not (tmp_path / "c.yaml").exists()
    assert "# changed" in (tmp_path / "shared" / "relapse.yaml").read_text()
    assert detente("new", "none/d.yaml").code == 2


def test_shared_files_are_no_scenarios(detente) -> None:
    names = detente("scenarios", "--json").json["scenarios"]
    assert "korea-1953" in names
    assert not {"relapse", "guarantee", "civil-war"} & set(names)


def test_check_sources_lists_those_of_included_files(detente) -> None:
    told = detente("check", "minsk-ii-2015", "--sources", "--json").json
    rows = {item["parameter"]: item for item in told["sources"]}
    assert rows["b_imposed"]["source"] == "werner_yuen2005"
    assert rows["b_imposed"]["date"] == "2005-04-01"
    assert rows["b_guarantee"]["source"] == "leeds2003"  # as overridden
    assert not [item for item in told["sources"] if item["problem"]]


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]])
def test_help_and_version_end_well(detente, arguments: list[str]) -> None:
    ended = detente(*arguments)
    assert ended.code == 0
    assert ended.output


def test_an_unknown_command_ends_with_2(detente) -> None:
    assert detente("frobnicate").code == 2


def test_explain_shows_what_a_step_costs(detente, truce) -> None:
    ended = detente("explain", truce, "--policy", "quick", "--code", "1")
    assert ended.code == 0, ended.messages
    assert ended.output.startswith("A step of a path under quick")
    for words in ("noise of all variables", "open_talks", "of the time", "ns a step", "r0 = "):
        assert words in ended.output
    assert detente("explain", truce, "--policy", "quik").code == 2


def test_explain_as_json(detente, truce) -> None:
    told = detente("explain", truce, "--json").json
    assert told["policy"] == "drift"
    assert {"steps", "nanoseconds", "covered", "lines", "states"} <= set(told)
    assert sum(line["share"] for line in told["lines"]) == pytest.approx(1.0)
    assert any(line["instructions"] for line in told["states"][0]["lines"])
