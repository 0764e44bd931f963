from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import detente
from detente import extras


def test_a_forecast_comes_back_from_netcdf(forecast: detente.Forecast, tmp_path: Path) -> None:
    file = forecast.to_netcdf(tmp_path / "forecast.nc")
    with xr.open_dataset(file, engine="h5netcdf") as read:
        xr.testing.assert_equal(read.load(), forecast.dataset())
        assert read.attrs["seed"] == str(forecast.seed)
        assert read.attrs["scenario_hash"] == forecast.scenario_hash
        assert read.attrs["paths"] == forecast.n_paths
        chain = next(iter(forecast.chains))
        assert read[f"occupancy_{chain}"].dims == ("policy", "date", f"state_{chain}")
        variable, unit = next((name, unit) for name, unit in forecast.variables.items() if unit)
        assert read[f"band_{variable}"].attrs["unit"] == unit


def test_outcomes_come_back_from_parquet(forecast: detente.Forecast, tmp_path: Path) -> None:
    file = forecast.to_parquet(tmp_path / "outcomes.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(file), forecast.outcomes)
    assert [entry.name for entry in tmp_path.iterdir()] == ["outcomes.parquet"]


def test_a_seed_may_be_longer_than_the_files_integers(
    plain: detente.Scenario, tmp_path: Path
) -> None:
    long = detente.simulate(plain, paths=20, seed=2**63)
    with xr.open_dataset(long.to_netcdf(tmp_path / "x.nc"), engine="h5netcdf") as read:
        assert read.attrs["seed"] == str(2**63)
    assert len(pd.read_parquet(long.to_parquet(tmp_path / "x.parquet"))) == len(long.outcomes)


def test_a_missing_library_is_named(
    forecast: detente.Forecast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    with pytest.raises(detente.ArgumentError, match=r"pyarrow.*detente\[files\]"):
        forecast.to_parquet(tmp_path / "x.parquet")


def test_single_paths_come_back_from_parquet(
    forecast: detente.Forecast, truce: detente.Scenario, tmp_path: Path
) -> None:
    paths = pd.read_parquet(forecast.to_parquet(tmp_path / "paths.parquet", rows="paths"))
    assert list(paths.index.names) == ["policy", "path"]
    assert len(paths) == 3 * forecast.n_paths
    for policy in forecast.policies:
        kept = forecast.outcome_columns["relapse_5y"].sel(policy=policy)
        assert np.array_equal(paths.loc[policy]["relapse_5y"], kept, equal_nan=True)
        assert np.array_equal(paths.loc[policy]["parameter.tau"], forecast.parameter_draws["tau"])
    bare = detente.simulate(truce, paths=50)
    with pytest.raises(detente.ArgumentError, match="keep_outcomes"):
        bare.to_parquet(tmp_path / "none.parquet", rows="paths")
    with pytest.raises(detente.ArgumentError, match="there are: outcomes, paths"):
        bare.to_parquet(tmp_path / "none.parquet", rows="path")
    assert [file.name for file in tmp_path.iterdir()] == ["paths.parquet"]


def test_a_file_that_is_there_stays_unless_told(forecast: detente.Forecast, tmp_path: Path) -> None:
    for write in (forecast.to_netcdf, forecast.to_parquet):
        file = tmp_path / "kept"
        file.write_text("older work")
        with pytest.raises(detente.StorageError, match="overwrite=True"):
            write(file)
        assert file.read_text() == "older work"
        write(file, overwrite=True)
        assert file.read_bytes() != b"older work"
