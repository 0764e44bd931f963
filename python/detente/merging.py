"""Joining forecasts of parts of a run: which fit together, and what is missing between them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from detente.errors import ArgumentError

if TYPE_CHECKING:
    from detente.forecast import Forecast
    from detente.shards import Shard


class PathRange(NamedTuple):
    """Paths `first_path` to ``first_path + n_paths - 1``."""

    first_path: int
    n_paths: int

    def __str__(self) -> str:
        last = self.first_path + self.n_paths - 1
        return f"path {last}" if self.n_paths == 1 else f"paths {self.first_path} to {last}"


class Part(NamedTuple):
    """A forecast and what messages call it."""

    name: str
    forecast: Forecast

    @property
    def end(self) -> int:
        """The number after that of its last path."""
        return self.forecast.first_path + self.forecast.n_paths


def merge(forecasts: Sequence[Forecast], partial: bool = False) -> Forecast:
    """Join forecasts of parts of a run, in any order, to the forecast of all their paths.

    Equal, bit for bit, to one run over all the paths.

    Parameters
    ----------
    partial
        Leave out the paths that no forecast has, instead of refusing; the result is then
        :attr:`Forecast.partial`, and its :attr:`Forecast.missing` says which.

    Raises
    ------
    ArgumentError
        There are none, they are not of one scenario, version, seed and set of policies, they
        overlap, or they leave a gap.

    Examples
    --------
    >>> halves = [
    ...     detente.simulate(scenario, paths=100_000, shard=shard) for shard in ("1/2", "2/2")
    ... ]  # doctest: +SKIP
    >>> whole = detente.merge(halves)  # doctest: +SKIP
    """
    return _merge([Part(f"forecast {i}", item) for i, item in enumerate(forecasts, 1)], partial)


def merge_folders(folders: Sequence[str | os.PathLike[str]], partial: bool = False) -> Forecast:
    """The same for saved forecasts, which messages call by their folders.

    Raises
    ------
    ArgumentError
        As :func:`merge`; also when a folder is named twice.
    StorageError
        A folder is missing, is no forecast, or has been damaged.
    """
    from detente.storage import open_forecast

    return _merge([Part(f"`{os.fspath(name)}`", open_forecast(name)) for name in folders], partial)


def _merge(parts: list[Part], partial: bool) -> Forecast:
    if not parts:
        raise ArgumentError("there is nothing to merge")
    for part in parts:
        _check_alike(parts[0], part)
    parts = sorted(parts, key=lambda part: part.forecast.first_path)
    for before, after in pairwise(parts):
        _check_apart(before, after)
    missing = _missing(parts)
    if missing and not partial:
        raise ArgumentError(_what_is_missing(parts, missing))
    if missing and parts[0].forecast.paths_per_draw > 1:
        raise ArgumentError(
            f"{_what_is_missing(parts, missing)}; paths that share draws of the parameters cannot "
            "be merged without them"
        )
    first, *others = (part.forecast for part in parts)
    for other in others:
        first = first._followed_by(other, over_gap=bool(missing))
    if not missing:
        return first
    n_missing = sum(piece.n_paths for piece in missing)
    made = replace(
        first._provenance,
        shard=None,
        missing=tuple(missing),
        n_paths_requested=first.n_paths + n_missing,
    )
    return type(first)(first._core, made, first._data)


def _check_alike(one: Part, other: Part) -> None:
    a, b = one.forecast, other.forecast
    if b.missing:
        raise ArgumentError(
            f"{other.name} is itself a merge that leaves paths out; merge what it was made of"
        )
    different = [
        what
        for what, is_alike in (
            ("scenarios", a.scenario_hash == b.scenario_hash),
            (f"versions of detente ({a.version} and {b.version})", a.version == b.version),
            (f"seeds ({a.seed} and {b.seed})", a.seed == b.seed),
            ("policies", a.policies == b.policies),
            (
                f"numbers of paths per draw ({a.paths_per_draw} and {b.paths_per_draw})",
                a.paths_per_draw == b.paths_per_draw,
            ),
            ("ways to draw parameters (Sobol' points, independent)", a.sobol == b.sobol),
            ("kept readings", a.has_outcome_columns == b.has_outcome_columns),
        )
        if not is_alike
    ]
    if different:
        raise ArgumentError(
            f"{one.name} and {other.name} cannot be merged: they have different "
            f"{' and '.join(different)}"
        )


def _check_apart(before: Part, after: Part) -> None:
    begin = after.forecast.first_path
    if begin < before.end:
        both = PathRange(begin, min(before.end, after.end) - begin)
        raise ArgumentError(f"{before.name} and {after.name} overlap: both have {both}")


def _missing(parts: list[Part]) -> list[PathRange]:
    """The ranges that no part has, between them and, of shards, up to the ends of their run."""
    begin, end = parts[0].forecast.first_path, parts[-1].end
    run = _common_run(parts)
    if run is not None:
        begin, end = run.run_first_path, run.run_first_path + run.run_paths
    missing = []
    for part in parts:
        if part.forecast.first_path > begin:
            missing.append(PathRange(begin, part.forecast.first_path - begin))
        begin = part.end
    if end > begin:
        missing.append(PathRange(begin, end - begin))
    return missing


def _common_run(parts: list[Part]) -> Shard | None:
    """The first one's shard when all are shards of one run, shared out alike."""
    shards = [part.forecast.shard for part in parts]
    first = shards[0]
    alike = all(
        first is not None and shard is not None and replace(shard, number=first.number) == first
        for shard in shards
    )
    return first if alike else None


def _what_is_missing(parts: list[Part], missing: list[PathRange]) -> str:
    for part in parts:
        forecast = part.forecast
        if forecast.partial:
            return (
                f"{part.name} is partial: it has {forecast.n_paths:,} of "
                f"{forecast.n_paths_requested:,} paths"
            )
    run = _common_run(parts)
    if run is None:
        return f"{' and '.join(map(str, missing))} are missing"
    there = {part.forecast.shard for part in parts}
    absent = [replace(run, number=number) for number in range(1, run.of + 1)]
    names = [str(shard) for shard in absent if shard not in there]
    if len(names) == 1:
        return f"shard {names[0]} is missing"
    return f"shards {', '.join(names[:-1])} and {names[-1]} are missing"
