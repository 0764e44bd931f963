"""What the numbers of a run depend on, and whether two runs agree in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import ArgumentError
from detente.shards import Shard

if TYPE_CHECKING:
    from detente.forecast import Forecast

#: Paths and the seeds of the core are numbered up to it.
LARGEST_UINT64 = 2**64 - 1


@dataclass(frozen=True)
class RunTerms:
    """All that decides the numbers of a run, to the last bit.

    Attributes
    ----------
    scenario_hash, version, instruction_set
        What is played, by which version of detente, by which set of kernels.
    seed, policies
        As in :func:`detente.simulate`; all policies are named.
    first_path, n_paths
        The path range of this run: of a shard, its own.
    keep_paths, keep_outcomes
        What is kept of single paths; of histories no more than there are paths.
    shard
        Which part of a larger run it is.
    paths_per_draw, sobol
        How many paths share a draw of the parameters, and whether draws are Sobol' points.
    """

    scenario_hash: str
    version: str
    instruction_set: str
    seed: int
    policies: tuple[str, ...]
    first_path: int
    n_paths: int
    keep_paths: int
    keep_outcomes: bool
    shard: Shard | None
    paths_per_draw: int
    sobol: bool

    @classmethod
    def of_forecast(cls, forecast: Forecast) -> RunTerms:
        """Those that a forecast was made under."""
        return cls(
            forecast.scenario_hash,
            forecast.version,
            forecast.instruction_set,
            forecast.seed,
            tuple(forecast.policies),
            forecast.first_path,
            forecast.n_paths_requested,
            forecast.n_histories,
            forecast.has_outcome_columns,
            forecast.shard,
            forecast.paths_per_draw,
            forecast.sobol,
        )

    @classmethod
    def from_json_dict(cls, told: Mapping[str, Any]) -> RunTerms:
        """What :meth:`to_json_dict` gave.

        Raises
        ------
        KeyError, TypeError
            It is something else.
        """
        values = {field.name: told[field.name] for field in fields(cls)}
        values["policies"] = tuple(values["policies"])
        values["shard"] = None if values["shard"] is None else Shard(**values["shard"])
        return cls(**values)

    def finished_in(self, folder: Path) -> Forecast | None:
        """The saved forecast of a run of these terms, None where the folder holds no forecast.

        Raises
        ------
        ArgumentError
            It is that of another run.
        StorageError
            It is damaged.
        """
        from detente.storage import is_forecast, open_forecast, was_forecast

        if not is_forecast(folder) and not was_forecast(folder):
            return None
        forecast = open_forecast(folder)
        differences = RunTerms.of_forecast(forecast).differences(self)
        if differences:
            raise ArgumentError(f"`{folder}` is the forecast of another run: {differences}")
        return forecast

    def to_json_dict(self) -> dict[str, Any]:
        """The terms as JSON can hold them."""
        return asdict(self)

    def differences(self, asked: RunTerms) -> str:
        """In what these terms are not those asked for, in words; empty when they agree."""
        words = {
            "scenario_hash": "scenario",
            "version": "version of detente",
            "instruction_set": "instruction set",
            "first_path": "first path",
            "n_paths": "number of paths",
            "keep_paths": "number of kept histories",
            "keep_outcomes": "choice of kept readings",
            "paths_per_draw": "number of paths per draw",
            "sobol": "way to draw parameters",
        }
        found = []
        for field in fields(self):
            own, other = getattr(self, field.name), getattr(asked, field.name)
            if own == other:
                continue
            what = words.get(field.name, field.name)
            has_values = field.name not in ("scenario_hash", "policies", "keep_outcomes", "sobol")
            found.append(f"another {what}" + (f" ({own}, not {other})" if has_values else ""))
        return ", ".join(found)


def engine_seed(seed: int) -> int:
    """The 64 bits that stand for a seed: itself where it fits, else a hash of its decimal text.

    Examples
    --------
    >>> engine_seed(7)
    7
    >>> 0 <= engine_seed(-1) < 2**64
    True
    """
    if 0 <= seed <= LARGEST_UINT64:
        return seed
    from hashlib import blake2b

    digits = f"{seed:x}" if abs(seed) >= 10**4000 else str(seed)
    return int.from_bytes(blake2b(digits.encode(), digest_size=8).digest(), "little")
