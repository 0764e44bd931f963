"""One process at a time: locks that a process that dies lets go of."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from detente.errors import StorageError

LOCK = ".lock"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes out of a folder, which is made where there is none, for the block.

    Raises
    ------
    StorageError
        Another process is in it, or it cannot be written to.
    """
    try:
        descriptor = _lock_of(folder)
    except OSError as error:
        if isinstance(error, StorageError):
            raise
        raise StorageError(f"cannot write `{folder}`: {error.strerror or error}") from error
    try:
        yield
    finally:
        os.close(descriptor)


def _lock_of(folder: Path) -> int:
    """An open file that holds the lock."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / LOCK
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 200).decode(errors="replace").strip()
            os.close(descriptor)
            raise StorageError(
                f"`{folder}` is in use by another process ({holder or 'just started'}); "
                "wait for it to end, or choose another folder"
            ) from None
        # Who held it may have removed the folder at its end, and this file with it.
        if _is_at(descriptor, file):
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode(), 0)
            return descriptor
        os.close(descriptor)


def _is_at(descriptor: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False
