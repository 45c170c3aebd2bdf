"""The file of burglaries as if what is on the stop list were not recorded."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.addresses.address_words import text_key
from hotspot.cocooning.doors import Doors, prepare_doors
from hotspot.cocooning.matching import match_addresses
from hotspot.english import count, name_rows
from hotspot.incidents import IncidentCheck
from hotspot.incidents.layout import Layout, field_text
from hotspot.incidents.stop_list import StopList, redacted

_NAMES = ("crime_ref", "uprn", "address")


@dataclass(frozen=True)
class OpenCheck:
    """The check of a file of burglaries without what is on the stop list.

    Attributes
    ----------
    check : IncidentCheck
        As if those rows did not stand in the file: no count, date, warning or reason is of them.
    left_out : int
        How many rows of the file these are, whatever the cut-off: the one number that is told, for
        by offence, area or time it would tell of a burglary.
    stopped : frozenset of str
        Every reference and UPRN of the stop list, as burglaries and addresses write them and as
        it does itself; the references of the burglaries at its homes, and the homes of its
        burglaries: nobody is sent there for a burglary next door, either.
    every : GeoDataFrame or None
        All burglaries that can be used with those of the stop list, to find that a home is to be
        asked about: nothing is counted or told of it.
    warnings : tuple of str
        Which entries match nothing, by row of the list alone.
    """

    check: IncidentCheck
    left_out: int = 0
    stopped: frozenset[str] = frozenset()
    every: gpd.GeoDataFrame | None = None
    warnings: tuple[str, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """That rows are left out, and how many; none where none are."""
        rows = count(self.left_out, "row")
        are = "is" if self.left_out == 1 else "are"
        words = f"{rows} of the file {are} on the stop list: in no figure, list, map or reason."
        return [words] * bool(self.left_out)


def check_open(
    names_in_file: Callable[[], pd.DataFrame],
    stop: StopList,
    read: Callable[[Collection[Any]], IncidentCheck],
    homes: Callable[[Any], gpd.GeoDataFrame | None],
    prepare: Callable[[gpd.GeoDataFrame], Doors] = prepare_doors,
    *,
    may_match_nothing: bool = False,
    kept: Collection[str] = (),
) -> OpenCheck:
    """Check a file of burglaries as if what is on a stop list did not stand in it.

    Parameters
    ----------
    names_in_file : callable
        Returns the reference, the UPRN and the address of every row of the file, used or not.
    stop : StopList
    read : callable
        Checks the file without some rows.
    homes : callable
        Returns the addresses in a CRS, None where there are none.
    prepare : callable
        Makes them ready for finding doors, as `prepare_doors` does.
    may_match_nothing : bool
        Whether a list of which nothing matches was said to be right.
    kept : collection of str
        Columns of the force's own, which may quote a reference too.

    Returns
    -------
    OpenCheck

    Raises
    ------
    ConfigError
        If the list cannot be right: see `StopList.refuse_unlike`.

    Notes
    -----
    A burglary is on it by its reference, its UPRN, or the home that its address or place means, as
    lists of doors match it. Whatever is counted is counted without it: with a burglary in one
    figure and not in another, their difference would tell where and when it was.
    """
    whole = read(())
    if not stop:
        return OpenCheck(whole, every=whole.accepted)
    names = names_in_file()
    addresses = homes(whole.accepted.crs)
    known = (names, addresses, whole.accepted)
    stop.refuse_unlike(*known, may_match_nothing=may_match_nothing)
    hidden, doors = _hidden(whole.accepted, addresses, stop, prepare)
    out = set(names.index[stop.hides(names)]) | set(whole.accepted.index[hidden])
    out |= _unused_at_homes(names, whole, addresses, stop)
    of_these = names.index.isin(list(out))
    # A reference is the same crime wherever it stands.
    its = set(names.reindex(columns=["crime_ref"]).loc[of_these, "crime_ref"].dropna())
    its |= set(whole.accepted.loc[hidden, "crime_ref"])
    out |= set(names.index[stop.with_names(its).hides(names)])
    own = set(names.reindex(columns=["uprn"]).loc[of_these, "uprn"].dropna())
    stopped = stop.meant(names) | stop.meant(addresses) | its | own | doors
    check = read(out) if out else whole
    left = _without_names(check, len(out), stopped | frozenset(stop.entries), tuple(kept))
    return replace(left, every=whole.accepted, warnings=_unmatched(stop, *known))


def withheld_places(found: OpenCheck, addresses: gpd.GeoDataFrame | None) -> gpd.GeoSeries | None:
    """Return where the homes and the burglaries of the stop list are, None where there is none.

    Parameters
    ----------
    found : OpenCheck
    addresses : GeoDataFrame or None
        In the CRS of the burglaries.

    Returns
    -------
    GeoSeries of points or None
        To leave out what else stands there: nothing is told of them.
    """
    if not found.stopped:
        return None
    stop = StopList.of(found.stopped)
    told = [frame for frame in (found.every, addresses) if frame is not None]
    return pd.concat([frame.geometry[stop.hides(frame)] for frame in told])


def _hidden(
    burglaries: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame | None,
    stop: StopList,
    prepare: Callable[[gpd.GeoDataFrame], Doors],
) -> tuple[npt.NDArray[np.bool_], frozenset[str]]:
    """Test which burglaries are on the list, by name or by home, and find their homes."""
    hidden = stop.hides(burglaries)
    at_homes = addresses is not None and bool(stop.hides(addresses).any())
    if addresses is None or not (at_homes or hidden.any()):
        return hidden, frozenset()
    doors = prepare(addresses)
    looked_at = np.ones(len(burglaries), dtype=bool) if at_homes else hidden
    matched = match_addresses(burglaries[looked_at], doors)["door"].to_numpy()
    hidden[looked_at] |= np.append(doors.barred(stop), False)[matched]
    own = np.append(doors.uprn, np.array([None]))[matched[hidden[looked_at]]]
    return hidden, frozenset(uprn for uprn in own if uprn is not None)


def _unused_at_homes(
    names: pd.DataFrame,
    check: IncidentCheck,
    addresses: gpd.GeoDataFrame | None,
    stop: StopList,
) -> set[Any]:
    """Find the rows that cannot be used and have the address of a home of the list."""
    if addresses is None or "address" not in names.columns:
        return set()
    texts = set(addresses.loc[stop.hides(addresses), "address"].dropna().map(text_key))
    unused = names.loc[names.index.isin(check.rejected["row"]), "address"].dropna()
    return set(unused.index[unused.map(text_key).isin(texts)])


def _without_names(
    check: IncidentCheck, left_out: int, stopped: frozenset[str], kept: tuple[str, ...]
) -> OpenCheck:
    """Return a check with no text of another row that names what is on the list."""
    rejected = check.rejected
    # A line that is no record, such as a footer, has no reference of its own but may quote one.
    names_one = [redacted(str(value), stopped) != str(value) for value in rejected["value"]]
    accepted = check.accepted
    own = {
        name: accepted[name].map(
            lambda cell: redacted(cell, stopped) if isinstance(cell, str) else cell
        )
        for name in ("address", "mo", *kept)
        if name in accepted.columns
    }
    open_check = replace(
        check,
        accepted=accepted.assign(**own),
        rejected=rejected[~np.array(names_one, dtype=bool)].reset_index(drop=True),
        warnings=[redacted(text, stopped) for text in check.warnings],
        notes=[redacted(text, stopped) for text in check.notes],
    )
    return OpenCheck(open_check, left_out + sum(names_one), stopped)


def _unmatched(stop: StopList, *known: pd.DataFrame | None) -> tuple[str, ...]:
    """Describe, by row only, the entries of the stop list that match nothing."""
    rows = stop.unmatched_rows(*known)
    if not rows:
        return ()
    entries = count(len(rows), "entry", "entries")
    match = "matches" if len(rows) == 1 else "match"
    return (
        f"{entries} of the stop list ({name_rows(rows)} of it) {match} nothing in these data: a "
        "slip of the pen, or a burglary of another time.",
    )


def names_of_rows(layout: Layout) -> pd.DataFrame:
    """Return the reference, the UPRN and the address of every row of a file, used or not.

    Parameters
    ----------
    layout : Layout
        Read with ``addresses=True``: where the file has no coordinates, addresses place its rows,
        or the check tells of it.

    Returns
    -------
    DataFrame
    """
    rows, mapped = layout.rows.frame, layout.mapped
    named = (field for field in _NAMES if field in mapped)
    return pd.DataFrame(
        {field: field_text(rows, mapped, field) for field in named}, index=rows.index
    )
