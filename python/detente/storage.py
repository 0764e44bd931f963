"""Saving forecasts to folders and opening them again.

A folder is written beside its place under another name, forced to the disk and renamed into place:
there is never half a forecast under the name that was asked for.

=================  =============================================================================
``manifest.json``  format, version, seed, paths, scenario hash; digests of the files and of itself
``forecast.bin``   the mergeable state that all estimates come from
``forecast.json``  the estimates, as ``detente run --json`` prints them
``outcomes.csv``   the table of outcomes
``scenario.yaml``  the scenario
``columns.npz``    single paths, where they were kept
``*.parquet``      outcomes and readings of single paths for other tools, of batches
=================  =============================================================================
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente import _core
from detente.errors import DetenteError, StorageError
from detente.forecast import Forecast
from detente.merging import PathRange
from detente.path_data import Histories, PathData
from detente.provenance import Provenance
from detente.shards import Shard
from detente.written import exchanged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = "detente forecast"
FORMAT_VERSION = 2
#: Version 1 had no checksum of the manifest itself.
READ_VERSIONS = (1, 2)
#: All that a folder may hold.
FILES = {
    *("manifest.json", "forecast.bin", "forecast.json", "outcomes.csv", "scenario.yaml"),
    *("columns.npz", "outcomes.parquet", "paths.parquet"),
}


def save_forecast(
    forecast: Forecast,
    directory: str | os.PathLike[str],
    overwrite: bool = False,
    with_parquet: bool = False,
) -> Path:
    """Write a forecast to a new folder; see :meth:`Forecast.save`.

    Parameters
    ----------
    with_parquet
        Write the tables for other tools too, where pyarrow is installed.
    """
    target = Path(directory)
    check_free(target, overwrite)
    try:
        with _written_beside(target, overwrite) as beside:
            _write_files(forecast, beside, with_parquet)
    except OSError as error:
        if isinstance(error, StorageError):
            raise
        raise StorageError(f"cannot write `{target}`: {error.strerror or error}") from error
    return target


def open_forecast(directory: str | os.PathLike[str]) -> Forecast:
    """Read a forecast that :meth:`Forecast.save` wrote.

    Raises
    ------
    StorageError
        The folder is missing, is no forecast, or has been damaged.
    """
    source = Path(directory)
    manifest = _read_manifest(source)
    for name, expected in manifest["files"].items():
        if not (source / name).is_file() or _digest(source / name) != expected["blake2b"]:
            raise StorageError(f"`{source / name}` is missing or has been changed")
    try:
        core = _core.Forecast.deserialize((source / "forecast.bin").read_bytes())
    except DetenteError as error:
        raise StorageError(f"`{source}` cannot be read: {error}") from error
    return Forecast(
        core,
        Provenance(
            seed=manifest["seed"],
            scenario_yaml=(source / "scenario.yaml").read_text(encoding="utf-8"),
            version=manifest["version"],
            n_paths_requested=manifest["paths_requested"],
            threads=manifest["threads"],
            instruction_set=manifest["instruction_set"],
            wall_seconds=manifest["seconds"],
            shard=Shard(**manifest["shard"]) if manifest.get("shard") else None,
            missing=tuple(PathRange(*piece) for piece in manifest.get("missing", [])),
        ),
        _read_columns(source / "columns.npz") if "columns.npz" in manifest["files"] else PathData(),
    )


def check_free(target: Path, overwrite: bool = False) -> None:
    """Raise a StorageError unless a forecast may be written there."""
    if overwrite and target.is_dir() and (is_forecast(target) or was_forecast(target)):
        return
    if target.is_symlink() or (target.exists() and not _is_empty_folder(target)):
        reason = "exists already"
        if overwrite:
            reason = "is not a forecast, and only a forecast is replaced"
        raise StorageError(f"`{target}` {reason}")
    parent = _nearest_existing(target.absolute().parent)
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise StorageError(f"`{target}` cannot be written: `{parent}` is no folder to write in")


def _write_files(forecast: Forecast, folder: Path, with_parquet: bool) -> None:
    _write(folder / "forecast.bin", forecast._core.serialize())
    _write(folder / "forecast.json", _json_text(forecast.to_json_dict()).encode())
    _write(folder / "outcomes.csv", forecast.outcomes.to_csv().encode())
    _write(folder / "scenario.yaml", forecast.scenario_yaml.encode())
    _write_columns(folder / "columns.npz", forecast._data)
    if with_parquet and find_spec("pyarrow") is not None:
        forecast.to_parquet(folder / "outcomes.parquet")
        if forecast.has_outcome_columns:
            forecast.to_parquet(folder / "paths.parquet", rows="paths")
    files = {
        file.name: {"bytes": file.stat().st_size, "blake2b": _digest(file)}
        for file in sorted(folder.iterdir())
    }
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "title": forecast.title,
        "version": forecast.version,
        "seed": forecast.seed,
        "paths_per_draw": forecast.paths_per_draw,
        "sobol": forecast.sobol,
        "first_path": forecast.first_path,
        "paths": forecast.n_paths,
        "paths_requested": forecast.n_paths_requested,
        "partial": forecast.partial,
        "shard": None if forecast.shard is None else asdict(forecast.shard),
        "missing": [list(piece) for piece in forecast.missing],
        "policies": forecast.policies,
        "scenario_hash": forecast.scenario_hash,
        "seconds": forecast.wall_seconds,
        "threads": forecast.threads,
        "instruction_set": forecast.instruction_set,
        "files": files,
    }
    manifest["checksum"] = _checksum(manifest)
    _write(folder / "manifest.json", _json_text(manifest).encode())


def _json_text(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _write_columns(path: Path, data: PathData) -> None:
    import numpy as np

    arrays: dict[str, Any] = {}
    for policy, columns in data.outcomes.items():
        for name, values in columns.items():
            arrays[f"outcome/{policy}/{name}"] = values
    for name, values in data.parameters.items():
        arrays[f"parameter/{name}"] = values
    for policy, history in data.histories.items():
        arrays[f"states/{policy}"] = history.states
        arrays[f"values/{policy}"] = history.values
        arrays["chains"] = np.array(history.chains)
        arrays["variables"] = np.array(history.variables)
    if not arrays:
        return
    with path.open("xb") as file:
        np.savez(file, **arrays)
        file.flush()
        os.fsync(file.fileno())


def _read_columns(path: Path) -> PathData:
    import numpy as np

    outcomes: dict[str, dict[str, NDArray[np.float64]]] = {}
    parameters, histories = {}, {}
    with np.load(path, allow_pickle=False) as arrays:
        for key in arrays.files:
            kind, _, name = key.partition("/")
            if kind == "outcome":
                policy, _, outcome = name.partition("/")
                outcomes.setdefault(policy, {})[outcome] = _read_only(arrays[key])
            elif kind == "parameter":
                parameters[name] = _read_only(arrays[key])
            elif kind == "states":
                histories[name] = Histories(
                    arrays["chains"].tolist(),
                    arrays["variables"].tolist(),
                    _read_only(arrays[key]),
                    _read_only(arrays[f"values/{name}"]),
                )
    return PathData(outcomes, parameters, histories)


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array


def _read_manifest(source: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        problem = "has no manifest.json" if source.is_dir() else "does not exist"
        raise StorageError(f"`{source}` {problem}: it is not a saved forecast") from error
    except (OSError, ValueError) as error:
        raise StorageError(f"`{source}` cannot be read: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise StorageError(f"`{source}` is not a saved forecast")
    if manifest.get("format_version") not in READ_VERSIONS:
        raise StorageError(
            f"`{source}` has format {manifest.get('format_version')}; "
            f"this version of detente reads formats 1 to {FORMAT_VERSION}"
        )
    checksum = manifest.pop("checksum", None)
    if manifest["format_version"] > 1 and checksum != _checksum(manifest):
        raise StorageError(f"`{source / 'manifest.json'}` has been changed")
    return manifest


def _checksum(manifest: dict[str, Any]) -> str:
    from hashlib import blake2b

    text = json.dumps(manifest, sort_keys=True, ensure_ascii=False)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def is_forecast(folder: Path) -> bool:
    """Whether a folder has the manifest of a saved forecast; its files are not looked at."""
    try:
        _read_manifest(folder)
    except StorageError:
        return False
    return True


def was_forecast(folder: Path) -> bool:
    """Whether a folder has a manifest, readable or not, and nothing that a forecast does not have.

    Such a folder may be replaced: damage leaves nothing else in it to lose.
    """
    names = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    return "manifest.json" in names and names <= FILES


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _nearest_existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _digest(path: Path) -> str:
    from hashlib import blake2b, file_digest

    with path.open("rb") as file:
        return file_digest(file, lambda: blake2b(digest_size=16)).hexdigest()


@contextlib.contextmanager
def _written_beside(target: Path, overwrite: bool) -> Iterator[Path]:
    """A folder beside `target` that takes its place when the block ends well, else disappears."""
    parent = target.absolute().parent
    parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=parent))
    try:
        yield beside
        # mkdtemp makes it private; what takes its place has the permissions of any new folder.
        mask = os.umask(0)
        os.umask(mask)
        beside.chmod(0o777 & ~mask)
        _sync_folder(beside)
        _move_into_place(beside, target, overwrite)
        _sync_folder(parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _move_into_place(beside: Path, target: Path, overwrite: bool) -> None:
    """Rename. What may be replaced is at `beside` afterwards, or gone.

    Another process may have written there since it was found free: the system itself refuses to
    rename a folder over one that is not empty.
    """
    try:
        beside.rename(target)
    except OSError:
        if not target.exists():
            raise
        check_free(target, overwrite)
        if not exchanged(beside, target):
            _replace_in_two_steps(beside, target)


def _replace_in_two_steps(beside: Path, target: Path) -> None:
    replaced = beside.with_suffix(".old")
    target.rename(replaced)
    try:
        beside.rename(target)
    except OSError:
        replaced.rename(target)
        raise
    shutil.rmtree(replaced, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
