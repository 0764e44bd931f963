"""Every kind of chart: as a picture, and as the specification that it was.

The files in ``golden/`` are specifications without data, titles and numbers that follow from data.
After a chart was changed on purpose, write them anew and read what changed before it is kept::

    DETENTE_RENEW_GOLDEN=1 python -m pytest tests/python/test_chart_pictures.py
    git diff tests/python/golden
"""

from __future__ import annotations

import io
import itertools
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from vl_convert import vegalite_to_png

import detente
from detente.plotting import Chart
from detente.plotting.style import POLICY_COLORS, STATE_COLORS

GOLDEN = Path(__file__).parent / "golden"

KINDS: dict[str, Callable[[detente.Forecast], Chart]] = {
    "occupancy": lambda forecast: forecast.plot.occupancy("conflict"),
    "incidence": lambda forecast: forecast.plot.incidence("to_ceasefire"),
    "hazard": lambda forecast: forecast.plot.hazard("to_ceasefire"),
    "bands": lambda forecast: forecast.plot.bands("front"),
    "outcomes": lambda forecast: forecast.plot.outcomes(["relapse_5y", "peace_years"]),
    "comparison": lambda forecast: forecast.plot.comparison("drift", ["relapse_5y", "utility"]),
    "tradeoff": lambda forecast: forecast.plot.tradeoff("peace_years", "utility"),
    "dominance": lambda forecast: forecast.plot.dominance("quick", "late"),
    "paths": lambda forecast: forecast.plot.paths("conflict", "quick"),
    "chain": lambda forecast: forecast.plot.chain("conflict", "quick"),
    "hazard_factors": lambda forecast: forecast.drivers("relapse").plot(),
    "hazard_differences": lambda forecast: forecast.drivers("relapse").plot_differences(),
}

#: Charts of what drives a forecast, which are made of one of a choice with closed forms.
DRIVERS: dict[str, Callable[[detente.Forecast], Chart]] = {
    "worth": lambda forecast: detente.voi(forecast).plot(),
    "sobol": lambda forecast: detente.sensitivity(forecast, "benefit", "act").plot("sobol"),
    "tornado": lambda forecast: detente.sensitivity(forecast, "benefit", "act").plot("tornado"),
    "pawn": lambda forecast: detente.sensitivity(forecast, "benefit", "act", method="pawn").plot(),
    "morris": lambda forecast: detente.screen(forecast.scenario, "benefit", "act", seed=7).plot(),
    "break_even": lambda forecast: detente.break_even(
        forecast.scenario, ("act", "wait"), "gain", points=5, paths=300
    ).plot(),
}

#: What follows from the data rather than from how they are shown.
DATA = {"data", "datasets", "title", "config", "domain", "$schema", "usermeta", "name", "labelExpr"}


def picture(chart: Chart) -> Image.Image:
    return Image.open(io.BytesIO(vegalite_to_png(chart.to_json(), scale=1))).convert("RGB")


def encoding_alone(spec: Any) -> Any:
    if isinstance(spec, dict):
        kept = {key: encoding_alone(value) for key, value in spec.items() if key not in DATA}
        # Axes have titles that say what they show: these are kept.
        if "field" in spec and isinstance(spec.get("title"), str):
            kept["title"] = spec["title"]
        return kept
    if isinstance(spec, list):
        return [encoding_alone(value) for value in spec]
    return round(spec, 6) if isinstance(spec, float) else spec


@pytest.fixture(scope="module")
def charts(forecast: detente.Forecast, support: Path) -> dict[str, Chart]:
    choice = detente.load(support / "choice.yaml")
    drivers = detente.simulate(choice, paths=1_000, seed=7, keep_outcomes=True)
    drawn = {kind: draw(forecast) for kind, draw in KINDS.items()}
    return drawn | {kind: draw(drivers) for kind, draw in DRIVERS.items()}


@pytest.mark.parametrize("kind", [*KINDS, *DRIVERS])
def test_each_chart_is_a_picture_that_a_page_has_room_for(
    kind: str, charts: dict[str, Chart]
) -> None:
    image = picture(charts[kind])
    assert 500 <= image.width <= 800
    assert 120 <= image.height <= 1200
    colours = image.getcolors(maxcolors=image.width * image.height)
    assert colours is not None
    assert len(colours) > 30
    assert max(count for count, _ in colours) < 0.97 * image.width * image.height


@pytest.mark.parametrize("kind", [*KINDS, *DRIVERS])
def test_each_chart_encodes_as_it_did(kind: str, charts: dict[str, Chart]) -> None:
    found = encoding_alone(json.loads(charts[kind].to_json()))
    file = GOLDEN / f"{kind}.json"
    if os.environ.get("DETENTE_RENEW_GOLDEN"):
        file.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert found == json.loads(file.read_text(encoding="utf-8"))


def test_every_chart_has_a_golden_file_and_no_file_is_left_over() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == {*KINDS, *DRIVERS}


def test_ten_policies_and_one_without_calendar_fit_too() -> None:
    many = detente.load("ukraine-2024")
    forecast = detente.simulate(many, paths=20, threads=2, keep_outcomes=True, keep_paths=3)
    assert len(forecast.policies) == 10
    for chart in (
        forecast.plot.occupancy(),
        forecast.plot.incidence(),
        forecast.plot.hazard(),
        forecast.plot.comparison(outcomes=["relapse_5y", "utility"]),
    ):
        assert picture(chart).width <= 800
    timeless = detente.simulate(
        detente.load("interstate-truce"), paths=200, keep_outcomes=True, keep_paths=3
    )
    for chart in (
        timeless.plot.occupancy(),
        timeless.plot.hazard(),
        timeless.plot.paths(),
        timeless.plot.chain(),
    ):
        assert picture(chart).width <= 800


# -- colours -------------------------------------------------------------------------------------

#: Machado, Oliveira and Fernandes 2009, A Physiologically-based Model for Simulation of Color
#: Vision Deficiency, severity 1.0, on linear RGB.
VISIONS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}

TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def seen(colour: str, vision: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of a colour as it is seen."""
    rgb = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(vision @ linear, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("colours", [POLICY_COLORS, STATE_COLORS], ids=["policies", "states"])
def test_colours_stay_apart_in_every_kind_of_vision(colours: tuple[str, ...], vision: str) -> None:
    # A difference of 2.3 is just noticed (Mahy et al. 1994); small marks need several times that.
    for first, second in itertools.combinations(colours, 2):
        distance = np.linalg.norm(seen(first, VISIONS[vision]) - seen(second, VISIONS[vision]))
        assert distance > 15, (first, second)
