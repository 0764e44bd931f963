"""The tables of a forecast: pandas and xarray objects with named rows and dimensions.

Every one carries the attributes seed, paths, version and scenario hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from detente.errors import ArgumentError, unknown_name
from detente.estimates import COLUMNS, band_statistics, estimate_row

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

    from detente.forecast import Forecast
    from detente.path_data import Histories


# -- over all paths ------------------------------------------------------------------------------


def outcome_table(forecast: Forecast) -> pd.DataFrame:
    """See :attr:`Forecast.outcomes`."""
    import pandas as pd

    rows, index = [], []
    for policy in forecast.policy_forecasts:
        for estimate in policy.outcomes:
            index.append((policy.name, estimate.name))
            rows.append(estimate_row(estimate))
    table = pd.DataFrame(
        rows,
        columns=list(COLUMNS),
        index=pd.MultiIndex.from_tuples(index, names=["policy", "outcome"]),
    )
    table["hits"] = table["hits"].astype("Int64")
    table.attrs.update(forecast.attributes)
    return table


def incidence_array(forecast: Forecast, outcome: str) -> xr.DataArray:
    """See :meth:`Forecast.incidence`."""
    import numpy as np

    estimates = [forecast.estimate(policy, outcome) for policy in forecast.policies]
    if estimates[0].kind != "time_to":
        raise ArgumentError(
            f"`{outcome}` is a {estimates[0].kind}; only a time_to has an incidence"
        )
    values = np.stack(
        [np.stack([e.incidence, e.incidence_low, e.incidence_high], axis=-1) for e in estimates]
    )
    return _over_time(forecast, values, "statistic", ["estimate", "low", "high"], outcome)


def occupancy_array(forecast: Forecast, chain: str) -> xr.DataArray:
    """See :meth:`Forecast.occupancy`."""
    import numpy as np

    chains = forecast.chains
    if chain not in chains:
        raise unknown_name("chain", chain, list(chains))
    position = list(chains).index(chain)
    shares = [policy.occupancy[position].share.T for policy in forecast.policy_forecasts]
    return _over_time(forecast, np.stack(shares), "state", chains[chain], chain)


def band_array(forecast: Forecast, variable: str) -> xr.DataArray:
    """See :meth:`Forecast.bands`."""
    import numpy as np

    variables = forecast.variables
    if variable not in variables:
        raise unknown_name("variable", variable, list(variables))
    position = list(variables).index(variable)
    tables = [band_statistics(policy.bands[position]) for policy in forecast.policy_forecasts]
    values = np.stack([np.stack(list(table.values()), axis=-1) for table in tables])
    array = _over_time(forecast, values, "statistic", list(tables[0]), variable)
    array.attrs["unit"] = variables[variable]
    return array


def date_index(forecast: Forecast) -> NDArray[Any]:
    """The report dates as NumPy dates; as plain numbers where there is no calendar."""
    import numpy as np

    if not forecast.has_calendar:
        return forecast.times
    days = np.array(forecast.dates, dtype="datetime64[D]")
    # xarray before 2025 knows nanoseconds alone, which end in 2262.
    in_reach = days.max() < np.datetime64("2262-01-01") and days.min() > np.datetime64("1678")
    return days.astype("datetime64[ns]" if in_reach else "datetime64[s]")


def _over_time(
    forecast: Forecast,
    values: NDArray[np.float64],
    dimension: str,
    labels: Sequence[str],
    name: str,
) -> xr.DataArray:
    import xarray as xr

    coordinates = {
        "policy": forecast.policies,
        dimension: list(labels),
        **_date_coordinates(forecast),
    }
    dimensions = ("policy", "date", dimension)
    return xr.DataArray(values, coordinates, dimensions, name=name, attrs=forecast.attributes)


def _date_coordinates(forecast: Forecast) -> dict[str, Any]:
    return {"date": date_index(forecast), "time": ("date", forecast.times)}


# -- path by path --------------------------------------------------------------------------------


def history_dataset(forecast: Forecast, histories: dict[str, Histories]) -> xr.Dataset:
    """See :attr:`Forecast.paths`."""
    import numpy as np
    import xarray as xr

    first = next(iter(histories.values()))
    data: dict[str, Any] = {}
    for position, chain in enumerate(first.chains):
        names = np.array(forecast.chains[chain])
        states = [history.states[:, position, :] for history in histories.values()]
        data[chain] = (("policy", "path", "date"), names[np.stack(states)])
    for position, variable in enumerate(first.variables):
        values = [history.values[:, position, :] for history in histories.values()]
        unit = {"unit": forecast.variables[variable]}
        data[variable] = (("policy", "path", "date"), np.stack(values), unit)
    coordinates = {
        "policy": list(histories),
        "path": forecast.first_path + np.arange(first.states.shape[0], dtype=np.uint64),
        **_date_coordinates(forecast),
    }
    return xr.Dataset(data, coordinates, attrs=forecast.attributes)


def outcome_dataset(forecast: Forecast) -> xr.Dataset:
    """See :attr:`Forecast.outcome_columns`."""
    import numpy as np
    import xarray as xr

    columns = forecast.readings()
    data = {
        name: (("policy", "path"), np.stack([columns[policy][name] for policy in columns]))
        for name in forecast.outcome_names
    }
    coordinates = {"policy": list(columns), "path": path_numbers(forecast)}
    return xr.Dataset(data, coordinates, attrs=forecast.attributes)


def path_numbers(forecast: Forecast) -> NDArray[np.uint64]:
    """The numbers of all paths."""
    import numpy as np

    numbers = np.uint64(forecast.first_path) + np.arange(forecast.n_paths, dtype=np.uint64)
    for first_path, n_paths in forecast.missing:
        if first_path > forecast.first_path:
            numbers[numbers >= first_path] += np.uint64(n_paths)
    return numbers
