"""How a command ends: 0 done, 1 run failed, 2 scenario or arguments wrong, 130 interrupted."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import ParamSpec

from detente.cli.console import say

P = ParamSpec("P")

DONE = 0
FAILED = 1
WRONG = 2
INTERRUPTED = 130


def exits(command: Callable[P, int | None]) -> Callable[P, None]:
    """Make a command end with an exit code, and say on standard error what went wrong.

    The command returns its code, None for 0.
    """

    @functools.wraps(command)
    def ending(*arguments: P.args, **options: P.kwargs) -> None:
        import typer

        code = _run(command, *arguments, **options)
        raise typer.Exit(code)

    return ending


def _run(command: Callable[P, int | None], *arguments: P.args, **options: P.kwargs) -> int:
    from detente.errors import ArgumentError, DetenteError, ScenarioError

    try:
        code = command(*arguments, **options) or DONE
        sys.stdout.flush()
        return code
    except ScenarioError as error:
        say(str(error))
        return WRONG
    except (ArgumentError, FileNotFoundError, IsADirectoryError, PermissionError) as error:
        say(f"detente: {_text(error)}")
        return WRONG
    except BrokenPipeError:
        # The reader has what it wanted, as `head` does. Nothing more may be flushed to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except DetenteError as error:
        say(f"detente: {error}")
        return FAILED
    except OSError as error:
        say(f"detente: {_text(error)}")
        return FAILED
    except MemoryError:
        say(
            "detente: memory ran out; fewer paths, policies or threads take less, and --max-memory "
            "refuses such a run before it starts"
        )
        return FAILED
    except KeyboardInterrupt:
        say("detente: interrupted")
        return INTERRUPTED


def _text(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        name = f" `{error.filename}`" if error.filename else ""
        return f"{error.strerror}{name}"
    return str(error)
