"""True burglaries as incidents: many of them, for tests and simulations."""

import geopandas as gpd
import pandas as pd

from hotspot.demo.process import Process
from hotspot.demo.sample import SEED, make_town


def true_incidents(seed: int = SEED, process: Process | None = None) -> gpd.GeoDataFrame:
    """Return the burglaries of both forces as they happened: no window, no dirt, no delay.

    Parameters
    ----------
    seed : int
    process : Process, optional
        A greater `background_per_1000` gives more of them.

    Returns
    -------
    geopandas.GeoDataFrame
        Incidents in the order of their times, with `kind`, `series_id`, `uprn`, `area`, `force`
        and `mo`, blank but for series. EPSG:27700.

    Examples
    --------
    >>> crimes = true_incidents()
    >>> sorted(crimes["force"].unique())
    ['Dogger Bank Constabulary', 'Silver Pit Police']
    """
    town = make_town(seed, Process() if process is None else process)
    offences = sorted(town.offences, key=lambda offence: (offence.time, offence.home))
    homes = town.addresses.iloc[[offence.home for offence in offences]].reset_index(drop=True)
    times = pd.DatetimeIndex([offence.time for offence in offences])
    made = gpd.GeoDataFrame(
        {
            "crime_ref": [f"T{number:06d}" for number in range(1, len(offences) + 1)],
            "occurred_from": times, "occurred_to": times,
            "uprn": homes["uprn"], "address": homes["address"], "area": homes["beat"],
            "force": homes["force"],
            "mo": [offence.method for offence in offences],
            "kind": [offence.kind for offence in offences],
            "series_id": [offence.series for offence in offences],
        },
        geometry=gpd.points_from_xy(homes["easting"], homes["northing"]),
        crs="EPSG:27700",
    )  # fmt: skip
    made.attrs["resolution"] = "day"
    return made
