"""The homes of a file of addresses, each once."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.addresses.address_words import text_key
from hotspot.addresses.classification import says_home

#: A place of fewer homes would tell which one is meant: the floor of the anonymous map points of
#: police.uk, which public maps and shares keep to.
FEWEST_HOMES = 8


def homes_of(addresses: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the place of each home once, however often and with whatever else a file lists it.

    Left out are the buildings that flats name as theirs, which nobody lives in beside the flats,
    and what the classification calls no home: either would fill a place that has too few.
    """
    uprn = _stripped(addresses["uprn"]) if "uprn" in addresses.columns else None
    lived_in = _lived_in(addresses, uprn)
    homes = addresses[lived_in]
    key = pd.Series(index=homes.index, dtype=object) if uprn is None else uprn[lived_in]
    if "address" in homes.columns and key.isna().any():
        # One home may stand there with its UPRN and, from another source, without.
        spelt = homes["address"].map(lambda text: text_key(str(text)), na_action="ignore")
        with_uprn = dict(zip(spelt[key.notna()], key[key.notna()], strict=True))
        key = key.where(key.notna(), spelt.map(lambda text: with_uprn.get(text, text)))
    # Without either, two rows at one place may be the same home.
    nameless = key.isna()
    key[nameless] = homes.geometry[nameless].to_wkt()
    return homes.geometry[~key.duplicated()]


def _lived_in(addresses: gpd.GeoDataFrame, uprn: pd.Series | None) -> npt.NDArray[np.bool_]:
    lived_in = np.ones(len(addresses), dtype=bool)
    if uprn is not None and "parent_uprn" in addresses.columns:
        parent = _stripped(addresses["parent_uprn"])
        lived_in &= ~uprn.isin(parent[parent.notna() & (parent != uprn)]).to_numpy()
    if "classification" in addresses.columns:
        code, classes = pd.factorize(addresses["classification"])
        texts = [str(text) for text in classes]
        other = [bool(text.strip()) and not says_home(text) for text in texts]
        # Where nothing is said the code is -1, which reads what is added at the end.
        lived_in &= ~np.array([*other, False])[code]
    return lived_in


def _stripped(numbers: pd.Series) -> pd.Series:
    told = numbers.notna().to_numpy()
    texts = np.full(len(numbers), None, dtype=object)
    texts[told] = [str(number).strip() for number in numbers.to_numpy(dtype=object)[told]]
    return pd.Series(texts, index=numbers.index)
