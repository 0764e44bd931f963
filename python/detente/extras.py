"""Libraries that not everyone needs: which extra of the package brings them."""

from __future__ import annotations

from importlib.util import find_spec

from detente.errors import ArgumentError


def require(module: str, extra: str) -> None:
    """Raise an ArgumentError that says what to install unless a library is there.

    Parameters
    ----------
    module
        Its top-level module.
    extra
        The optional dependencies of detente that bring it.
    """
    if find_spec(module) is None:
        raise ArgumentError(f'this needs {module}: pip install "detente[{extra}]"')
