"""Files that appear when they are whole: written beside their place, then renamed into it."""

from __future__ import annotations

import contextlib
import ctypes
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from detente.errors import StorageError


@contextlib.contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """A name beside `target` for the block to write to; it takes its place when the block ends.

    Raises
    ------
    StorageError
        The file cannot be written. Nothing is left then, and what stood there stays.
    """
    beside = None
    try:
        descriptor, name = tempfile.mkstemp(
            prefix=f".{target.name}.", suffix=".part", dir=target.absolute().parent
        )
        os.close(descriptor)
        beside = Path(name)
        yield beside
        # mkstemp makes it private; what takes its place has the permissions of any new file.
        mask = os.umask(0)
        os.umask(mask)
        beside.chmod(0o666 & ~mask)
        beside.replace(target)
    except OSError as error:
        raise StorageError(f"cannot write `{target}`: {error.strerror or error}") from error
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)


def exchanged(one: Path, other: Path) -> bool:
    """Let two files or folders change their names in one step, where the system can.

    Whoever is killed meanwhile leaves both under one name or the other: nothing is ever missing.
    """
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)


def unused(path: str | os.PathLike[str], overwrite: bool = False) -> Path:
    """The path, where nothing is or `overwrite` allows a file there to be replaced.

    Raises
    ------
    StorageError
        Something is there.
    """
    target = Path(path)
    if target.is_dir():
        raise StorageError(f"`{target}` is a folder, not a file")
    if target.exists() and not overwrite:
        raise StorageError(f"`{target}` exists already; overwrite=True replaces it")
    return target


def remove_unfinished(folder: Path, name: str | None = None) -> None:
    """Remove what a process that died has left in a folder while it wrote `name`, or anything.

    Only for who keeps other processes from writing it.
    """
    pattern = "*" if name is None else glob.escape(name)
    for left in folder.glob(f".{pattern}.*.part"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def write_whole(target: Path, content: bytes) -> None:
    """Write a file in one piece; see :func:`written_beside`."""
    with written_beside(target) as beside:
        beside.write_bytes(content)
