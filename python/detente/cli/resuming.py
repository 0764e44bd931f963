"""How a command goes on after it was killed: where its checkpoint lies, how often it is kept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from detente.checkpoint import Checkpoint

_SECONDS = {"": 1, "s": 1, "min": 60, "m": 60, "h": 3600}
_DEFAULT_SECONDS = 60.0


class Keeping(NamedTuple):
    """Where a run keeps what it has done, how often, and whether it goes on from what is there."""

    folder: Path
    every: float
    resume: bool

    @classmethod
    def of(cls, out: Path | None, every: str | None, resume: bool) -> Keeping | None:
        """What the options ask for, None without checkpoints.

        Raises
        ------
        ArgumentError
            There is no place for a checkpoint, or the time is none.
        """
        from detente.errors import ArgumentError

        if every is None and not resume:
            return None
        if out is None:
            raise ArgumentError(
                "--checkpoint-every and --resume need --out, beside which the checkpoint lies"
            )
        seconds = _DEFAULT_SECONDS if every is None else seconds_of(every)
        return cls(out.with_name(f"{out.name}.checkpoint"), seconds, resume)

    def opened(self) -> Checkpoint:
        """The checkpoint, to be entered."""
        from detente.checkpoint import Checkpoint

        return Checkpoint(self.folder, self.every, self.resume)


def seconds_of(text: str) -> float:
    """The seconds that ``90``, ``60s``, ``5min`` or ``1h`` mean.

    Examples
    --------
    >>> seconds_of("5min")
    300.0
    """
    from detente.errors import ArgumentError

    found = re.fullmatch(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(s|min|m|h|)\s*", text)
    seconds = float(found[1]) * _SECONDS[found[2]] if found else 0.0
    if seconds <= 0:
        raise ArgumentError(f"a time is written as 60s, 5min or 1h, and is above 0, not `{text}`")
    return seconds
