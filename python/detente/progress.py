"""How far a run is: the callbacks that simulate() calls, and bars for terminals and notebooks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

#: Called as ``progress(paths_done, paths, seconds)``; returning False stops the run.
ProgressCallback = Callable[[int, int, float], object]


class reporting:  # noqa: N801 - used as `with reporting(...)`
    """The progress callback in use: the caller's, a bar while the block lasts, or none."""

    def __init__(self, progress: ProgressCallback | bool | None, n_paths: int) -> None:
        self._bar: ProgressBar | NotebookBar | None = None
        self._callback: ProgressCallback | None = None
        if callable(progress):
            self._callback = progress
        elif progress:
            self._bar = NotebookBar(n_paths) if in_notebook() else ProgressBar(n_paths)

    def __enter__(self) -> ProgressCallback | None:
        if self._bar is None:
            return self._callback
        self._bar.start()
        return self._bar.update

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()


class ProgressBar:
    """A bar with paths, speed and time left on standard error; silent where that is no terminal."""

    def __init__(self, n_paths: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("simulating"),
            BarColumn(),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f} paths"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(compact=True),
            console=Console(file=sys.stderr),
            transient=True,
            auto_refresh=False,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("paths", total=n_paths, speed="")

    def start(self) -> None:
        """Show the bar."""
        self._bar.start()

    def update(self, paths_done: int, n_paths: int, seconds: float) -> None:
        """Move the bar; a progress callback."""
        speed = _speed(paths_done, seconds)
        self._bar.update(self._task, completed=paths_done, total=n_paths, speed=speed)
        self._bar.refresh()

    def stop(self) -> None:
        """Take the bar away."""
        self._bar.stop()


class NotebookBar:
    """The same in a notebook, below the cell that runs.

    Rich draws there by way of ipywidgets alone, which not every notebook has; the display of
    IPython needs nothing else.
    """

    def __init__(self, n_paths: int) -> None:
        self._n_paths = n_paths
        self._handle: Any = None

    def start(self) -> None:
        """Show the bar."""
        from IPython.display import display

        self._handle = display(self._bundle(0, self._n_paths, 0), raw=True, display_id=True)

    def update(self, paths_done: int, n_paths: int, seconds: float) -> None:
        """Move the bar; a progress callback."""
        self._handle.update(self._bundle(paths_done, n_paths, seconds), raw=True)

    def stop(self) -> None:
        """Take the bar away."""
        self._handle.update({"text/plain": "", "text/html": ""}, raw=True)

    def _bundle(self, paths_done: int, n_paths: int, seconds: float) -> dict[str, str]:
        words = f"{paths_done:,} of {n_paths:,} paths {_speed(paths_done, seconds)}".strip()
        bar = f'<progress value="{paths_done}" max="{n_paths}" style="width:20em"></progress>'
        return {"text/plain": f"simulating {words}", "text/html": f"{bar} {words}"}


def in_notebook() -> bool:
    """Whether this runs in the kernel of a notebook, which shows more than text."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


def _speed(paths_done: int, seconds: float) -> str:
    return f"{paths_done / seconds:,.0f}/s" if seconds > 0 else ""
