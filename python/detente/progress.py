"""How far a run is: the callbacks that simulate() calls, and a bar for terminals."""

from __future__ import annotations

import sys
from collections.abc import Callable

#: Called as ``progress(paths_done, paths, seconds)``; returning False stops the run.
ProgressCallback = Callable[[int, int, float], object]


class reporting:  # noqa: N801 - used as `with reporting(...)`
    """The progress callback in use: the caller's, a bar while the block lasts, or none."""

    def __init__(self, progress: ProgressCallback | bool | None, n_paths: int) -> None:
        self._bar: ProgressBar | None = None
        self._callback: ProgressCallback | None = None
        if callable(progress):
            self._callback = progress
        elif progress:
            self._bar = ProgressBar(n_paths)

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
        speed = f"{paths_done / seconds:,.0f}/s" if seconds > 0 else ""
        self._bar.update(self._task, completed=paths_done, total=n_paths, speed=speed)
        self._bar.refresh()

    def stop(self) -> None:
        """Take the bar away."""
        self._bar.stop()
