"""Every notebook runs from top to bottom away from the checkout, and is kept without outputs."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

PROMISED_SECONDS = 60.0
#: The promise is for an idle machine of two cores; those that run the tests may have other work.
MOST_SECONDS = 2 * PROMISED_SECONDS

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])


def read(path: Path) -> Any:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def headings(notebook: Any) -> list[str]:
    return [
        line
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if re.match(r"#{1,6} ", line)
    ]


def test_there_are_notebooks_and_the_list_names_each():
    listed = re.findall(r"\]\((\d\d_\w+\.ipynb)\)", (FOLDER / "README.md").read_text("utf-8"))
    assert listed == [path.name for path in NOTEBOOKS]
    assert listed


@each_notebook
def test_a_notebook_is_kept_without_outputs(path):
    notebook = read(path)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell in notebook.cells:
        assert not cell.metadata, cell.id
        if cell.cell_type == "code":
            assert cell.outputs == [], cell.id
            assert cell.execution_count is None, cell.id
            assert cell.source.strip(), cell.id


@each_notebook
def test_a_notebook_says_what_it_teaches_and_where_that_ends(path):
    notebook = read(path)
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert "you can" in first.source  # what the reader will be able to do
    assert "Limits" in headings(notebook)[-1]
    seeds = [cell for cell in notebook.cells if re.search(r"^SEED = \d+$", cell.source, re.M)]
    assert len(seeds) == 1  # one seed, stated once


@pytest.mark.timeout(int(3 * MOST_SECONDS))
@each_notebook
def test_a_notebook_runs_and_keeps_its_time(path, tmp_path, monkeypatch):
    # The settings of whoever runs the tests are none of the notebook's.
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    work = tmp_path / "work"
    work.mkdir()
    notebook = read(path)
    client = NotebookClient(
        notebook,
        km=kernel_of_this_interpreter(),
        timeout=int(MOST_SECONDS),
        resources={"metadata": {"path": str(work)}},
    )
    before = time.perf_counter()
    client.execute(cleanup_kc=True)  # raises at the first error
    seconds = time.perf_counter() - before
    assert warnings_of(notebook) == []
    assert seconds < MOST_SECONDS


def kernel_of_this_interpreter() -> AsyncKernelManager:
    """A kernel of the Python that runs the tests, whatever kernels are installed for the user."""
    specs = KernelSpecManager(ensure_native_kernel=True, allowed_kernelspecs={"python3"})
    specs.kernel_dirs = []
    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)


def warnings_of(notebook: Any) -> list[str]:
    """What readers would see of warnings, by cell."""
    return [
        f"{cell.id}: {output.text}"
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr" and "Warning" in output.text
    ]
