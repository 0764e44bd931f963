"""Shards: the equal parts of a run that several machines share out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from detente.errors import ArgumentError

_TEXT = re.compile(r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*")


@dataclass(frozen=True)
class Shard:
    """One of `of` contiguous parts of a run, whose sizes differ by at most one path.

    Attributes
    ----------
    number
        From 1 to `of`.
    of
        How many parts there are.
    run_first_path, run_paths
        The path range of the whole run.
    """

    number: int
    of: int
    run_first_path: int
    run_paths: int

    @classmethod
    def parse(cls, text: str, run_first_path: int, run_paths: int) -> Shard:
        """The part that a text such as ``3/16`` means.

        Raises
        ------
        ArgumentError
            It is no such text, the number is not from 1 to the count, or a part would be empty.

        Examples
        --------
        >>> shard = Shard.parse("2/3", 0, 10)
        >>> shard.first_path, shard.n_paths
        (3, 3)
        """
        found = _TEXT.fullmatch(text)
        if not found:
            raise ArgumentError(f"a shard is written as 3/16, the third of sixteen, not `{text}`")
        number, of = int(found[1]), int(found[2])
        if not 1 <= number <= of:
            raise ArgumentError(f"there is no shard {number}/{of}; the first of them is 1/{of}")
        if run_paths < of:
            raise ArgumentError(f"{run_paths} paths cannot be shared out to {of} shards")
        return cls(number, of, run_first_path, run_paths)

    @property
    def first_path(self) -> int:
        """Number of its first path."""
        return self.run_first_path + self._before(self.number - 1)

    @property
    def n_paths(self) -> int:
        """How many paths it has, at least 1."""
        return self._before(self.number) - self._before(self.number - 1)

    def kept(self, keep_paths: int) -> int:
        """How many of its first paths are among the `keep_paths` first ones of the whole run."""
        return min(max(0, keep_paths - self._before(self.number - 1)), self.n_paths)

    def _before(self, n_shards: int) -> int:
        """Paths in the first `n_shards` parts."""
        return n_shards * self.run_paths // self.of

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"
