"""Runs the command as a user does: another process, its output in pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SUPPORT = Path(__file__).parents[1] / "python" / "support"


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    output: str
    messages: str

    @property
    def json(self) -> Any:
        """What it printed, which must be one JSON object and nothing else."""

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is not JSON")

        return json.loads(self.output, parse_constant=refuse)


class Command:
    """``detente`` with a folder to work in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        environment = {**os.environ, "COLUMNS": "100", **options.pop("environment", {})}
        return subprocess.Popen(
            [sys.executable, "-m", "detente", *map(str, arguments)],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=options.pop("stderr", subprocess.PIPE),
            text=True,
            **options,
        )

    def __call__(self, *arguments: str | Path, **options: Any) -> Ended:
        process = self.start(*arguments, **options)
        output, messages = process.communicate(timeout=120)
        return Ended(process.returncode, output, messages)


@pytest.fixture
def detente(tmp_path: Path) -> Command:
    return Command(tmp_path)


@pytest.fixture
def truce() -> Path:
    """A small scenario with one of everything."""
    return SUPPORT / "truce.yaml"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A scenario with two mistakes."""
    text = (SUPPORT / "truce.yaml").read_text()
    text = text.replace("hazard: 0.2}", "hazard: 0.2 * tua}").replace(
        "{count: strike}", "{count: strik}"
    )
    file = tmp_path / "broken.yaml"
    file.write_text(text)
    return file
