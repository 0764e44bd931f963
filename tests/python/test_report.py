from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

import detente


class Tags(HTMLParser):
    """Checks that what opens is closed; collects addresses that would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag in ("script", "img", "link"):
            self.fetched.append(tag)

    def handle_startendtag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_report_is_one_whole_page(forecast: detente.Forecast, tmp_path: Path) -> None:
    page = forecast.report(tmp_path / "report.html").read_text()
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.fetched == []
    assert page.count("<svg") >= 6
    for word in ("relapse_5y", "Fortna 2004", "a deal without guarantees", "seed 7", "b_trust"):
        assert word in page
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_texts_of_the_scenario_are_escaped(plain: detente.Scenario) -> None:
    text = plain.to_yaml().replace("Two states, no calendar", "A <b> & C")
    assert "A <b> & C" in text
    page = detente.simulate(detente.Scenario.from_yaml(text), paths=20)._repr_html_()
    assert "A &lt;b&gt; &amp; C" in page


def test_a_page_is_not_replaced_unless_asked(forecast: detente.Forecast, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text("precious")
    with pytest.raises(detente.StorageError, match="exists already"):
        forecast.report(page)
    assert page.read_text() == "precious"
    assert "precious" not in forecast.report(page, overwrite=True).read_text()


def test_an_unwritable_place_is_named(forecast: detente.Forecast, tmp_path: Path) -> None:
    with pytest.raises(detente.StorageError, match=r"nowhere/report\.html"):
        forecast.report(tmp_path / "nowhere" / "report.html")
