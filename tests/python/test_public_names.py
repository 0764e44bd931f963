from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import detente


def test_every_public_name_exists_and_is_documented() -> None:
    for name in detente.__all__:
        assert hasattr(detente, name), name
        if name != "__version__":
            assert getattr(detente, name).__doc__, name


def test_heavy_libraries_wait_until_they_are_used() -> None:
    code = (
        "import sys, detente, detente.cli.main;"
        "heavy = {'numpy', 'pandas', 'xarray', 'altair'} & set(sys.modules);"
        "sys.exit(' '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_importing_takes_less_than_three_tenths_of_a_second() -> None:
    code = "import time; t = time.process_time(); import detente; print(time.process_time() - t)"
    seconds = min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(3)
    )
    assert seconds < 0.3


def test_the_shipped_package_is_typed() -> None:
    assert (Path(detente.__file__).parent / "py.typed").exists()


def test_the_clock_of_a_run_is_plausible(plain: detente.Scenario) -> None:
    started = time.monotonic()
    forecast = detente.simulate(plain, paths=2_000)
    assert 0 < forecast.wall_seconds <= time.monotonic() - started
    assert forecast.paths_per_second == 2_000 / forecast.wall_seconds
