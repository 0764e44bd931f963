from __future__ import annotations

from pathlib import Path

import nbclient
import nbformat
import pytest

import detente
from detente.progress import NotebookBar, ProgressBar, in_notebook


def test_a_plain_process_is_no_notebook_and_its_log_stays_free_of_bars(
    plain: detente.Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not in_notebook()
    detente.simulate(plain, paths=500, progress=True)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_bars_of_both_kinds_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    bundle = NotebookBar(10_000)._bundle(2_500, 10_000, 0.5)
    assert bundle["text/plain"] == "simulating 2,500 of 10,000 paths 5,000/s"
    assert 'value="2500" max="10000"' in bundle["text/html"]
    bar = ProgressBar(10_000)
    bar.start()
    bar.update(2_500, 10_000, 0.5)
    assert bar._bar.tasks[0].fields["speed"] == "5,000/s"
    bar.stop()
    assert capsys.readouterr().err == "", "no terminal, no bar"


def test_a_notebook_shows_a_bar_while_it_lasts_and_results_themselves(tmp_path: Path) -> None:
    cells = [
        "import detente\n"
        "from detente.progress import NotebookBar\n"
        "told, bundle = [], NotebookBar._bundle\n"
        "NotebookBar._bundle = lambda self, *done: told.append(done) or bundle(self, *done)\n"
        "scenario = detente.load('korea-1953')\n"
        "forecast = detente.simulate(scenario, paths=300, keep_outcomes=True, progress=True)\n"
        "assert told and told[0][:2] == (0, 300)",
        "scenario",
        "forecast",
        "forecast.plot.occupancy()",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    client = nbclient.NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    outputs = [cell["outputs"] for cell in notebook["cells"]]
    assert [output["data"]["text/html"] for output in outputs[0]] == [""], "the bar is gone"
    assert 'class="detente"' in outputs[1][0]["data"]["text/html"]
    assert "300 paths per policy" in outputs[2][0]["data"]["text/html"]
    assert any("vega" in kind or kind == "text/html" for kind in outputs[3][0]["data"])
