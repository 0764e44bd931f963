"""How much memory a run may take, told before it starts, so that one that is too large is refused.

What the core allocates is counted by the core (`cpp/include/detente/engine/memory.hpp`). To it come
what the process holds already, libraries that are loaded only when there is something to show, and
the copies that merging and saving make.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from detente import _core
from detente.errors import ArgumentError

if TYPE_CHECKING:
    from detente.scenario import Scenario

#: What is made of a forecast in the process that ran it.
Use = Literal["numbers", "shown", "tables"]

_MIB = 2**20
_UNITS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_SIZE = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([kmgt]?)(i?)b?\s*", re.IGNORECASE)


class _Use(NamedTuple):
    """What is made of a forecast: libraries that are loaded for it, and copies of the summaries."""

    module: str  # once it is loaded, so are the others
    libraries: int
    copies: float


#: As measured, with room to spare: arrays; JSON and what a terminal shows; tables and files.
_USES: dict[str, _Use] = {
    "numbers": _Use("numpy", 20 * _MIB, 0.0),
    "shown": _Use("rich.text", 40 * _MIB, 0.4),
    "tables": _Use("pandas", 125 * _MIB, 0.8),
}
#: Where nothing needs an array.
_THREADS_ALONE = 6 * _MIB
#: More summaries, and more of each column, where a run is made of batches that are merged.
_MERGED_SUMMARIES, _MERGED_READINGS = 2, 3
#: Readings as they are, as a table, and as columns on their way to a Parquet file.
_PARQUET_LIBRARIES, _PARQUET_READINGS = 80 * _MIB, 4


class Part(NamedTuple):
    """A part of the memory of a run, and what makes it smaller."""

    what: str
    n_bytes: int
    remedy: str


@dataclass(frozen=True)
class MemoryEstimate:
    """The most memory that a run may take.

    Attributes
    ----------
    parts
        What takes it, in bytes.
    """

    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        """Resident memory of the process at its peak, in bytes."""
        return sum(part.n_bytes for part in self.parts)

    def check(self, most: int) -> None:
        """Raise an ArgumentError where it is more than so many bytes."""
        if self.total <= most:
            return
        largest = sorted(self.parts, key=lambda part: -part.n_bytes)
        shown = [part for part in largest if part.remedy and part.n_bytes > 0.1 * self.total]
        reasons = "; ".join(
            f"{size_text(part.n_bytes)} for {part.what} ({part.remedy})" for part in shown
        )
        raise ArgumentError(
            f"this run may take {size_text(self.total)} of memory, more than the "
            f"{size_text(most)} allowed" + (f": {reasons}" if reasons else "")
        )


def estimate_memory(
    scenario: Scenario,
    options: _core.RunOptions,
    in_batches: bool = False,
    use: Use = "numbers",
    with_parquet: bool = False,
) -> MemoryEstimate:
    """The most that a run may take: an upper bound, within a factor of about two.

    Plays up to 256 paths under each policy, to learn how they spread over joint states.

    Parameters
    ----------
    in_batches
        It grows by batches that are merged, as runs towards a precision and with checkpoints do.
    use
        What is made of the forecast in the same process: nothing, a text, or tables and files.
    with_parquet
        Parquet files are, too, where pyarrow is installed.
    """
    before = resident_bytes()
    need = _core.memory_needed(scenario._core, options)
    after = resident_bytes()
    module, libraries, copies = _USES[use]
    if module in sys.modules:
        libraries = 0
    elif use == "numbers" and not (need.readings or need.histories):
        libraries = _THREADS_ALONE
    summaries = need.summaries * (1 + in_batches * _MERGED_SUMMARIES)
    shown = int(need.summaries * copies)
    if with_parquet and find_spec("pyarrow") is not None:
        libraries += 0 if "pyarrow" in sys.modules else _PARQUET_LIBRARIES
        readings = need.readings * _PARQUET_READINGS
    else:
        readings = need.readings * (1 + in_batches * _MERGED_READINGS)
    # The pilot compiled code for the joint states that it met; a run meets rarer ones too.
    more_code = max(0, after - before)
    threads = "thread" if need.threads == 1 else "threads"
    return MemoryEstimate(
        (
            Part("what is loaded already", after, ""),
            Part("libraries and code that are still to come", libraries + more_code, ""),
            Part(
                f"the blocks of {need.threads} {threads}",
                need.threads * need.block + need.waiting,
                "fewer threads take less",
            ),
            Part("sums and bands", summaries + shown, "fewer policies take less"),
            Part(
                "the readings of every path",
                readings,
                "fewer paths or policies take less, and none is kept without keep_outcomes",
            ),
            Part("whole histories", need.histories, "keep_paths makes them fewer"),
        )
    )


def check_command(
    scenario: Scenario,
    what: Mapping[str, Any],
    threads: int | None,
    most: str | None,
    in_batches: bool = False,
    use: Use = "tables",
    with_parquet: bool = False,
) -> None:
    """Raise an ArgumentError where a command that runs a scenario may take more than `most`.

    Parameters
    ----------
    what
        The arguments of :func:`detente.simulation.run_terms`.
    most
        See :func:`size_of`; None allows everything.
    """
    if most is None:
        return
    from detente.merging import PathRange
    from detente.ranges import run_options
    from detente.simulation import run_terms

    n_bytes = size_of(most)
    terms = run_terms(scenario, **what)
    options = run_options(terms, PathRange(terms.first_path, terms.n_paths), threads or 0)
    estimate_memory(scenario, options, in_batches, use, with_parquet).check(n_bytes)


def resident_bytes() -> int:
    """Resident memory of this process; its peak where the system does not tell more."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def size_of(size: int | str) -> int:
    """The bytes that a number, or a text such as ``2GB``, ``500 MiB`` or ``1.5G``, means.

    kB, MB, GB and TB are powers of 1000; with an i, or without the B, they are powers of 1024.

    Raises
    ------
    ArgumentError
        It is no such size, or not above 0.

    Examples
    --------
    >>> size_of("2GB"), size_of("2G"), size_of("1.5 KiB"), size_of(4096)
    (2000000000, 2147483648, 1536, 4096)
    """
    found = _SIZE.fullmatch(str(size))
    n_bytes = 0
    if found:
        is_decimal = not found[3] and str(size).strip().lower().endswith("b")
        base = 1000 if is_decimal else 1024
        n_bytes = int(float(found[1]) * base ** _UNITS[found[2].lower()])
    if n_bytes <= 0:
        raise ArgumentError(
            f"a size is written as 500MB, 2GB or 2GiB, and is above 0, not `{size}`"
        )
    return n_bytes


def size_text(n_bytes: int) -> str:
    """A size as messages tell it.

    Examples
    --------
    >>> size_text(3 * 2**30), size_text(200 * 2**20)
    ('3.0 GiB', '200 MiB')
    """
    if n_bytes >= 1000 * _MIB:
        return f"{n_bytes / 2**30:,.1f} GiB"
    return f"{n_bytes / _MIB:,.0f} MiB"
