from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

import detente as package
from detente.cli.main import app

from .conftest import Ended


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved forecast with all that charts may ask for."""
    truce = Path(__file__).parents[1] / "python" / "support" / "truce.yaml"
    scenario = package.load(truce)
    forecast = package.simulate(scenario, paths=400, seed=2, keep_outcomes=True, keep_paths=10)
    return forecast.save(tmp_path_factory.mktemp("saved") / "run")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """The command in this process, which has loaded what draws: seconds less for each call."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str | Path) -> Ended:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        return Ended(result.exit_code, result.stdout, result.stderr)

    return call


def test_a_chart_is_drawn_of_what_run_saved(detente, truce, tmp_path: Path) -> None:
    assert detente("run", truce, "--paths", "50", "--out", "run").code == 0
    ended = detente("plot", "run", "--out", "chart.png", "--chart", "occupancy")
    assert ended.code == 0, ended.messages
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    for chart, words in (("paths", "keep_paths"), ("comparison", "keep_outcomes")):
        ended = detente("plot", "run", "--out", "a.png", "--chart", chart)
        assert ended.code == 2
        assert words in ended.messages
        assert "Traceback" not in ended.messages


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--chart", "outcomes", "--outcome", "relapse_5y,utility", "--policies", "drift,late"],
        ["--chart", "comparison", "--baseline", "quick", "--outcome", "peace_years"],
        ["--chart", "tradeoff", "--outcome", "peace_years,utility"],
        ["--chart", "dominance", "--policies", "quick,late"],
        ["--chart", "occupancy", "--chain", "guarantee"],
        ["--chart", "chain", "--chain", "conflict", "--policies", "late"],
        ["--chart", "paths", "--policies", "quick"],
        ["--chart", "incidence", "--outcome", "to_ceasefire"],
        ["--chart", "hazard"],
        ["--chart", "bands", "--variable", "front"],
    ],
    ids=" ".join,
)
def test_every_chart_is_drawn(here, saved, tmp_path: Path, arguments: list[str]) -> None:
    ended = here("plot", saved, "--out", "chart.png", *arguments)
    assert ended.code == 0, ended.messages
    assert ended.output == ""
    assert "drawn in chart.png" in ended.messages
    with Image.open(tmp_path / "chart.png") as image:
        assert image.format == "PNG"
        assert image.width > 600
    assert [entry.name for entry in tmp_path.iterdir()] == ["chart.png"]


def test_all_formats_are_of_one_specification(here, saved, tmp_path: Path) -> None:
    from vl_convert import vegalite_to_png

    for suffix in ("png", "SVG", "html", "json"):
        ended = here("plot", saved, "--chart", "hazard", "--out", f"chart.{suffix}")
        assert ended.code == 0, ended.messages
    text = (tmp_path / "chart.json").read_text()
    assert json.loads(text) == json.loads(package.open(saved).plot.hazard().to_json())
    redrawn = Image.open(io.BytesIO(vegalite_to_png(text, scale=2)))
    with Image.open(tmp_path / "chart.png") as image:
        assert image.tobytes() == redrawn.tobytes()
    assert (tmp_path / "chart.SVG").read_text().startswith("<svg")
    page = (tmp_path / "chart.html").read_text()
    assert "hazard, per year" in page
    assert not re.search(r"<(script|link)[^>]+(src|href)=", page), "it needs no network"


def test_a_file_is_replaced_with_force_alone(here, saved, tmp_path: Path) -> None:
    (tmp_path / "chart.svg").write_text("precious")
    ended = here("plot", saved, "--out", "chart.svg")
    assert ended.code == 2
    assert "--force" in ended.messages
    assert (tmp_path / "chart.svg").read_text() == "precious"
    assert here("plot", saved, "--out", "chart.svg", "--force").code == 0
    assert (tmp_path / "chart.svg").read_text().startswith("<svg")
    (tmp_path / "folder.svg").mkdir()
    assert here("plot", saved, "--out", "folder.svg", "--force").code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--out", "chart.bmp"], r"must end in one of .png, .svg, .html, .json"),
        (["--out", "nowhere/chart.png"], "is no folder to write in"),
        (["--chart", "pie"], "pie"),
        (["--chart", "bands", "--variable", "frnt"], "did you mean `front`"),
        (["--chart", "bands", "--outcome", "front"], "takes no --outcome; it takes --policies"),
        (["--chart", "tradeoff"], "needs two outcomes"),
        (["--chart", "dominance"], "needs two policies"),
        (
            ["--chart", "dominance", "--policies", "quick,late", "--outcome", "strikes"],
            "better='higher' or better='lower'",
        ),
        (["--chart", "tradeoff", "--outcome", "peace_year,utility"], "did you mean `peace_years`"),
        (["--chart", "chain", "--policies", "drift,late"], "takes one name"),
        (["--chart", "chain", "--chain", "conflct"], "did you mean `conflict`"),
        (["--chart", "incidence", "--outcome", "strikes"], "only a time_to has an incidence"),
        (["--chart", "hazard", "--since", "strikes"], "a hazard needs a time_to"),
        (["--chart", "comparison", "--baseline", "quik"], "did you mean `quick`"),
        (["--policies", ","], "no policy is named"),
    ],
)
def test_wrong_arguments_end_with_2_and_the_reason(
    here, saved, tmp_path: Path, arguments: list[str], words: str
) -> None:
    ended = here("plot", saved, *([] if "--out" in arguments else ["--out", "a.png"]), *arguments)
    assert ended.code == 2
    assert words in re.sub(r"\s+", " ", ended.messages)
    assert "Traceback" not in ended.messages
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_forecast_ends_with_2(here, tmp_path: Path) -> None:
    ended = here("plot", "nowhere", "--out", "a.png")
    assert ended.code == 2
    assert "is not a saved forecast" in ended.messages
    assert here("plot", tmp_path, "--out", "a.png").code == 2
