"""A forecast's tables for other programs: netCDF for what has a time axis, Parquet for rows.

netCDF through h5netcdf, because xarray's other engines either lack strings and 64-bit integers
(SciPy, netCDF 3) or bring a C library of their own; Parquet through pyarrow, which pandas asks for.
Both come with ``pip install "detente[files]"``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from detente.errors import ArgumentError
from detente.extras import require
from detente.written import unused, written_beside

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from detente.forecast import Forecast

#: What the rows of a Parquet file are.
Rows = Literal["outcomes", "paths"]


def dataset_of(forecast: Forecast) -> xr.Dataset:
    """Everything that has a time axis; see :meth:`Forecast.dataset`."""
    import xarray as xr

    arrays = {}
    for chain in forecast.chains:
        arrays[f"occupancy_{chain}"] = forecast.occupancy(chain).rename(state=f"state_{chain}")
    for variable in forecast.variables:
        arrays[f"band_{variable}"] = forecast.bands(variable)
    for estimate in forecast.estimates(forecast.policies[0]):
        if estimate.kind == "time_to":
            incidence = forecast.incidence(estimate.name)
            arrays[f"incidence_{estimate.name}"] = incidence.rename(statistic="bound")
    for array in arrays.values():
        array.attrs = {"unit": array.attrs["unit"]} if array.attrs.get("unit") else {}
    # Every integer is a seed, and a file's integers end at 64 bits.
    attributes = forecast.attributes | {"title": forecast.title, "seed": str(forecast.seed)}
    return xr.Dataset(arrays, attrs=attributes)


def write_netcdf(forecast: Forecast, path: str | os.PathLike[str], overwrite: bool = False) -> Path:
    """See :meth:`Forecast.to_netcdf`."""
    require("h5netcdf", "files")
    require("h5py", "files")
    target = unused(path, overwrite)
    with written_beside(target) as beside:
        dataset_of(forecast).to_netcdf(beside, engine="h5netcdf")
    return target


def write_parquet(
    forecast: Forecast,
    path: str | os.PathLike[str],
    rows: Rows = "outcomes",
    overwrite: bool = False,
) -> Path:
    """See :meth:`Forecast.to_parquet`."""
    if rows not in ("outcomes", "paths"):
        raise ArgumentError(f"there is no table of `{rows}`; there are: outcomes, paths")
    require("pyarrow", "files")
    target = unused(path, overwrite)
    table = forecast.outcomes if rows == "outcomes" else path_table(forecast)
    table.attrs["seed"] = str(forecast.seed)
    with written_beside(target) as beside:
        table.to_parquet(beside, engine="pyarrow")
    return target


def path_table(forecast: Forecast) -> pd.DataFrame:
    """A row for each policy and path: its readings, and its draws as ``parameter.NAME``."""
    import pandas as pd

    readings = forecast.readings()
    draws = forecast.parameter_draws.add_prefix("parameter.")
    tables = {
        policy: pd.concat([pd.DataFrame(dict(columns), index=draws.index), draws], axis=1)
        for policy, columns in readings.items()
    }
    table = pd.concat(tables, names=["policy"])
    table.attrs.update(forecast.attributes)
    return table
